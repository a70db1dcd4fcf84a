"""Prowler's findings without the data of the resources: outcomes of checks.

CSV of Prowler 3 to 5, separated by semicolons, and the JSON of Prowler 3. Columns of Prowler 5:
https://docs.prowler.com/user-guide/cli/tutorials/reporting. Prowler 3 names some of them otherwise, and its JSON has
the same names without underscores: https://github.com/prowler-cloud/prowler/blob/3.16.17/docs/tutorials/reporting.md
"""

from collections.abc import Iterator, Mapping
from typing import Any

from tieback.intake.reports.interface import parse_time
from tieback.posture.checks import ToolCheckTable, membership
from tieback.posture.describe.interface import DescriptionContext
from tieback.posture.interface import Fact, PostureMeta
from tieback.posture.readers.interface import count_record
from tieback.posture.source import PostureSource

_NEEDED = frozenset(("check_id", "status"))
_NAMES = {
    "resource_uid": ("resource_uid", "resource_arn"),
    "account_uid": ("account_uid", "account_id"),
    "resource_name": ("resource_name", "resource_id"),
    "timestamp": ("timestamp", "assessment_start_time"),
}
"""Names of a column in Prowler 5 and 3."""


class _Outcomes:
    """Statements of the outcomes of checks."""

    def __init__(self, source: str) -> None:
        self._checks = ToolCheckTable()
        self._name = source

    def facts(self, source: PostureSource, row: Mapping[str, str]) -> Iterator[Fact]:
        """The statements of one finding; ``row`` has the names of Prowler 5, or of Prowler 3."""
        said = {new: next((row[name] for name in names if row.get(name)), "") for new, names in _NAMES.items()}
        code, status, why = row["check_id"], row["status"].upper(), row.get("status_extended", "")
        about = DescriptionContext(
            source=self._name,
            seen=parse_time(said["timestamp"]) or source.seen,
            account=said["account_uid"],
            region=row.get("region", ""),
            key=said["resource_uid"],
            name=said["resource_name"],
        )
        member = membership(code, why, about)
        if member is not None:
            yield member
        if status in {"PASS", "FAIL"}:
            found = self._checks.statement("prowler", code, passed=status == "PASS", about=about, why=why)
            if found is not None:
                yield found
        elif self._checks.known("prowler", code):
            source.note_missing(f"{code}: {status.lower() or 'no status'}")


class ProwlerCsv:
    """Reads findings of Prowler in CSV."""

    meta = PostureMeta("prowler", "Prowler 3 to 5 (CSV)", "https://docs.prowler.com/user-guide/cli/tutorials/reporting")

    def __init__(self) -> None:
        self._outcomes = _Outcomes(self.meta.name)

    def recognises(self, head: bytes) -> bool:
        """True for a header line, separated by semicolons, with the required columns."""
        cells = head.partition(b"\n")[0].decode("utf-8", "replace").split(";")
        columns = {cell.strip().strip('"\ufeff').lower() for cell in cells}
        return columns >= _NEEDED and all(columns & set(_NAMES[name]) for name in ("resource_uid", "account_uid"))

    def facts(self, source: PostureSource) -> Iterator[Fact]:
        """The statement of each check."""
        for _, row in source.rows(";", _NEEDED):
            yield from count_record(source, self._outcomes.facts(source, row))


class ProwlerJson:
    """Reads findings of Prowler 3 in its own JSON."""

    meta = PostureMeta(
        "prowler",
        "Prowler 3 (JSON)",
        "https://github.com/prowler-cloud/prowler/blob/3.16.17/docs/tutorials/reporting.md",
    )

    def __init__(self) -> None:
        self._outcomes = _Outcomes(self.meta.name)

    def recognises(self, head: bytes) -> bool:
        """True for a finding with its id and check."""
        return b'"FindingUniqueId"' in head and b'"CheckID"' in head

    def facts(self, source: PostureSource) -> Iterator[Fact]:
        """The statement of each check."""
        for line, value in source.items():
            row = _row(value)
            if row is None:
                source.skip(line, "no finding of Prowler 3: CheckID and Status are needed")
            else:
                yield from count_record(source, self._outcomes.facts(source, row))


_KEYS = {
    "CheckID": "check_id",
    "Status": "status",
    "StatusExtended": "status_extended",
    "ResourceArn": "resource_arn",
    "ResourceId": "resource_id",
    "AccountId": "account_id",
    "Region": "region",
    "AssessmentStartTime": "assessment_start_time",
}


def _row(value: Any) -> dict[str, str] | None:
    """The finding with the names of the CSV; ``None`` if it is not one."""
    if not isinstance(value, dict) or not isinstance(value.get("CheckID"), str) or not value.get("Status"):
        return None
    return {column: str(value[key])[:4096] for key, column in _KEYS.items() if value.get(key) is not None}
