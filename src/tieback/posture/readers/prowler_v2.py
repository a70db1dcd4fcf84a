"""Prowler 2: outcomes of checks, as CSV with commas or JSON.

Formats: ``include/csv_header`` and ``include/outputs`` of https://github.com/prowler-cloud/prowler/tree/2.12.1. A
finding names its resource by a short name, without an ARN; files of 2.4 and older do not name it at all.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from tieback.intake.reports.interface import parse_time
from tieback.posture.checks import ToolCheckTable
from tieback.posture.describe.aws_names import build_arn, parse_arn
from tieback.posture.describe.interface import DescriptionContext, NotAResourceError
from tieback.posture.describe.kinds import ResourceType
from tieback.posture.interface import Fact, PostureMeta
from tieback.posture.readers.interface import count_record
from tieback.posture.source import PostureSource

REFERENCE = "https://github.com/prowler-cloud/prowler/blob/2.12.1/include/outputs"
TOOL = "prowler2"
_CHECK = re.compile(r"\s*\[?((?:check|extra)\d{1,6})\b")
_COLUMNS = {
    "account_num": "account",
    "region": "region",
    "title_text": "control",
    "check_result": "status",
    "check_result_extended": "why",
    "check_asff_resource_type": "type",
    "check_resource_id": "resource",
    "prowler_start_time": "time",
}
_KEYS = {
    "Account Number": "account",
    "Region": "region",
    "Control": "control",
    "Status": "status",
    "Message": "why",
    "Resource ID": "resource",
    "Timestamp": "time",
}


class _Outcomes:
    """Statements of the outcomes of checks."""

    def __init__(self) -> None:
        self._checks = ToolCheckTable()

    def facts(self, source: PostureSource, line: int, row: Mapping[str, str]) -> Iterator[Fact]:
        """The statement of one finding."""
        found = _CHECK.match(row.get("control", ""))
        code = found[1] if found else ""
        known = self._checks.all[TOOL].get(code)
        kind = self._checks.kinds.by_name(known.of if known else row.get("type", ""))
        if kind is None or kind.resource is None:
            return
        status, resource = row.get("status", "").upper(), row.get("resource", "")
        if status not in {"PASS", "FAIL"}:
            source.note_missing(f"{code}: {status.lower() or 'no status'}")
            return
        about = DescriptionContext(
            source="prowler",
            seen=parse_time(row.get("time", "")) or source.seen,
            account=row.get("account", ""),
            region=row.get("region", ""),
            name=resource,
        )
        key = _key(kind, resource, about)
        if not key:
            source.skip(line, f"{code or 'a check'} names no resource: export with Prowler 3 or newer")
            return
        about = DescriptionContext(about.source, about.seen, about.account, about.region, key, resource)
        said = self._checks.statement(
            TOOL, code, passed=status == "PASS", about=about, why=row.get("why", ""), kind=kind
        )
        if said is not None:
            yield said


def _key(kind: ResourceType, resource: str, about: DescriptionContext) -> str:
    """The ARN of a resource from its short name; empty if it has no name, or its kind no ARN."""
    if not resource or parse_arn(resource) is not None or not kind.arn:
        return resource if parse_arn(resource) is not None else ""
    service, _, prefix = kind.arn[0].partition(" ")
    if service == "s3":
        return f"arn:aws:s3:::{resource}"
    try:
        return build_arn(about, service, f"{prefix}{resource}").text
    except NotAResourceError:
        return ""


class ProwlerCsvV2:
    """Reads findings of Prowler 2 in CSV."""

    meta = PostureMeta("prowler", "Prowler 2 (CSV)", REFERENCE)

    def __init__(self) -> None:
        self._outcomes = _Outcomes()

    def recognises(self, head: bytes) -> bool:
        """True for a header line with the columns of Prowler 2."""
        columns = {cell.strip().lower() for cell in head.partition(b"\n")[0].decode("utf-8", "replace").split(",")}
        return {"title_id", "check_result", "account_num"} <= columns

    def facts(self, source: PostureSource) -> Iterator[Fact]:
        """The statement of each check."""
        for line, row in source.rows(",", ("title_text", "check_result", "account_num")):
            named = {name: row[column] for column, name in _COLUMNS.items() if column in row}
            yield from count_record(source, self._outcomes.facts(source, line, named))


class ProwlerJsonV2:
    """Reads findings of Prowler 2 in its own JSON."""

    meta = PostureMeta("prowler", "Prowler 2 (JSON)", REFERENCE)

    def __init__(self) -> None:
        self._outcomes = _Outcomes()

    def recognises(self, head: bytes) -> bool:
        """True for a finding with the names of Prowler 2."""
        return b'"Control ID"' in head and b'"Account Number"' in head

    def facts(self, source: PostureSource) -> Iterator[Fact]:
        """The statement of each check."""
        for line, value in source.items():
            row = _row(value)
            if row is None:
                source.skip(line, "no finding of Prowler 2: Control and Status are needed")
            else:
                yield from count_record(source, self._outcomes.facts(source, line, row))


def _row(value: Any) -> dict[str, str] | None:
    """The texts of a finding; ``None`` if it is not one."""
    if not isinstance(value, dict) or not isinstance(value.get("Control"), str) or not value.get("Status"):
        return None
    return {name: value[key][:4096] for key, name in _KEYS.items() if isinstance(value.get(key), str)}
