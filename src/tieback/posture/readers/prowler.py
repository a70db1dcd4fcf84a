"""Prowler 5: detection findings in OCSF as JSON, a list or one per line.

Format: class 2004 of https://schema.ocsf.io/ as in https://docs.prowler.com/. Each finding contains the resource in
Prowler's own model; the outcome of the check is a separate statement. ``MANUAL`` gives no statement.
"""

from collections.abc import Iterator
from itertools import chain
from typing import Any

import msgspec

from tieback.intake.reports.interface import parse_time
from tieback.posture.checks import ToolCheckTable
from tieback.posture.describe.interface import DescriptionContext
from tieback.posture.facts import ExportObject
from tieback.posture.interface import Fact, PostureMeta
from tieback.posture.readers.interface import DescribedResources, count_record, describe
from tieback.posture.source import PostureSource

_KNOWN = ("1.",)


class _Metadata(msgspec.Struct, frozen=True):
    event_code: str
    version: str = ""


class _Account(msgspec.Struct, frozen=True):
    uid: str = ""


class _Cloud(msgspec.Struct, frozen=True):
    account: _Account = _Account()
    provider: str = ""
    region: str | None = ""


class _Data(msgspec.Struct, frozen=True):
    metadata: Any = None


class _Resource(msgspec.Struct, frozen=True):
    uid: str = ""
    name: str = ""
    type: str = ""
    region: str | None = ""
    data: _Data = _Data()


class _Finding(msgspec.Struct, frozen=True):
    metadata: _Metadata
    status_code: str = ""
    status_detail: str | None = ""
    time_dt: str | None = ""
    time: int | float | None = None
    cloud: _Cloud = _Cloud()
    resources: tuple[_Resource, ...] = ()


class ProwlerOcsf:
    """Reads findings of Prowler in OCSF."""

    meta = PostureMeta("prowler", "Prowler 5 (OCSF)", "https://docs.prowler.com/")

    def __init__(self) -> None:
        self._checks = ToolCheckTable()

    def recognises(self, head: bytes) -> bool:
        """True for an OCSF finding with the code of a check and Prowler as product."""
        return b'"event_code"' in head and b'"status_code"' in head and b'"Prowler"' in head

    def facts(self, source: PostureSource) -> Iterator[Fact]:
        """The description of each resource once, and the statement of each check."""
        told = DescribedResources()
        for line, value in source.items():
            try:
                finding = msgspec.convert(value, _Finding, strict=False)
            except msgspec.ValidationError as error:
                source.skip(line, str(error))
                continue
            if not finding.metadata.version.startswith(_KNOWN):
                source.skip(line, f"unsupported OCSF version {finding.metadata.version or 'unknown'} (supported: 1.x)")
                continue
            yield from count_record(
                source, chain.from_iterable(self._of(source, line, finding, one, told) for one in finding.resources)
            )

    def _of(
        self, source: PostureSource, line: int, finding: _Finding, resource: _Resource, told: DescribedResources
    ) -> Iterator[Fact]:
        about = DescriptionContext(
            source=self.meta.name,
            seen=parse_time(finding.time_dt or finding.time) or source.seen,
            account=finding.cloud.account.uid or source.origin.account,
            region=resource.region or finding.cloud.region or "",
            key=resource.uid,
            name=resource.name,
        )
        kinds = self._checks.kinds
        kind = kinds.by_key(resource.uid) or kinds.by_name(resource.type)
        described_as = resource.data.metadata
        if kind is not None and isinstance(described_as, dict) and told.new(f"{kind.name} {resource.uid}"):
            yield from describe(source, line, kind, ExportObject(described_as), about)
        code, status = finding.metadata.event_code, finding.status_code.upper()
        if status in {"PASS", "FAIL"}:
            said = self._checks.statement(
                "prowler", code, passed=status == "PASS", about=about, why=finding.status_detail or "", kind=kind
            )
            if said is not None:
                yield said
        elif self._checks.known("prowler", code):
            source.note_missing(f"{code}: {status.lower() or 'no status'}")
