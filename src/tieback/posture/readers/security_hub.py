"""AWS Security Hub: findings in ASFF, from ``aws securityhub get-findings`` and from Prowler's ``json-asff``.

Format: https://docs.aws.amazon.com/securityhub/latest/userguide/securityhub-findings-format-syntax.html. The
``Details`` of a resource describe it. ``Compliance.Status`` is the outcome; ``NOT_AVAILABLE`` and ``WARNING`` are not
outcomes.
"""

import re
from collections.abc import Iterator
from itertools import chain
from typing import Any

import msgspec

from tieback.intake.reports.interface import parse_time
from tieback.posture.checks import ToolCheckTable, membership
from tieback.posture.describe.interface import DescriptionContext
from tieback.posture.facts import ExportObject
from tieback.posture.interface import Fact, PostureMeta
from tieback.posture.readers.interface import DescribedResources, count_record, describe
from tieback.posture.source import PostureSource

SCHEMA = "2018-10-08"
_CONTROL = re.compile(r"(?:^|/)([A-Za-z0-9]{2,20}\.\d{1,3})$")
_PROWLER = "prowler-"


class _Resource(msgspec.Struct, frozen=True, rename="pascal"):
    type: str
    id: str
    region: str = ""
    details: dict[str, Any] = {}


class _Compliance(msgspec.Struct, frozen=True, rename="pascal"):
    status: str = ""
    security_control_id: str = ""


class _Finding(msgspec.Struct, frozen=True, rename="pascal"):
    schema_version: str
    aws_account_id: str
    generator_id: str = ""
    region: str = ""
    title: str = ""
    description: str = ""
    updated_at: str = ""
    record_state: str = "ACTIVE"
    compliance: _Compliance | None = None
    resources: tuple[_Resource, ...] = ()


class SecurityHub:
    """Reads findings in ASFF."""

    meta = PostureMeta(
        "security-hub",
        "AWS Security Hub (ASFF)",
        "https://docs.aws.amazon.com/securityhub/latest/userguide/securityhub-findings-format-syntax.html",
    )

    def __init__(self) -> None:
        self._checks = ToolCheckTable()

    def recognises(self, head: bytes) -> bool:
        """True for a finding with its schema version, product and account."""
        return b'"SchemaVersion"' in head and b'"ProductArn"' in head and b'"AwsAccountId"' in head

    def facts(self, source: PostureSource) -> Iterator[Fact]:
        """The description of each resource, and the statement of each control."""
        told = DescribedResources()
        for key, line, value in source.members():
            if key not in {"", "Findings"}:
                continue
            try:
                finding = msgspec.convert(value, _Finding, strict=False)
            except msgspec.ValidationError as error:
                source.skip(line, str(error))
                continue
            if finding.schema_version != SCHEMA:
                source.skip(line, f"unsupported ASFF version {finding.schema_version[:20]} (supported: {SCHEMA})")
            elif finding.record_state != "ARCHIVED":
                yield from count_record(
                    source, chain.from_iterable(self._of(source, line, finding, one, told) for one in finding.resources)
                )

    def _of(
        self, source: PostureSource, line: int, finding: _Finding, resource: _Resource, told: DescribedResources
    ) -> Iterator[Fact]:
        about = DescriptionContext(
            source=self.meta.name,
            seen=parse_time(finding.updated_at) or source.seen,
            account=finding.aws_account_id,
            region=resource.region or finding.region,
            key=resource.id,
        )
        for name, details in resource.details.items():
            kind = self._checks.kinds.by_name(name)
            # A resource occurs once per control, each time with its description.
            if kind is not None and isinstance(details, dict) and told.new(f"{name} {resource.id} {about.seen}"):
                yield from describe(source, line, kind, ExportObject(details), about)
        tool, code = _code(finding)
        status = finding.compliance.status.upper() if finding.compliance else ""
        member = membership(code, finding.description, about) if tool == "prowler" else None
        if member is not None:
            yield member
        if status in {"PASSED", "FAILED"}:
            said = self._checks.statement(tool, code, passed=status == "PASSED", about=about, why=finding.title)
            if said is not None:
                yield said
            elif self._checks.known("prowler2", code):
                source.note_missing(f"{code}: Prowler 2 names no resource")
        elif self._checks.known(tool, code):
            source.note_missing(f"{code}: {status.lower() or 'no status'}")


def _code(finding: _Finding) -> tuple[str, str]:
    """Tool and code of the control of a finding."""
    if finding.generator_id.startswith(_PROWLER):
        return "prowler", finding.generator_id.removeprefix(_PROWLER)
    if finding.compliance is not None and finding.compliance.security_control_id:
        return "security-hub", finding.compliance.security_control_id
    found = _CONTROL.search(finding.generator_id)
    return "security-hub", found[1] if found else ""
