"""Prowler 5: the same findings as CSV, separated by semicolons: outcomes of checks, without the data of the resources.

Columns: https://docs.prowler.com/user-guide/cli/tutorials/reporting
"""

from collections.abc import Iterator

from tieback.intake.reports.interface import parse_time
from tieback.posture.checks import ToolCheckTable, membership
from tieback.posture.describe.interface import DescriptionContext
from tieback.posture.interface import Fact, PostureMeta
from tieback.posture.source import PostureSource

_NEEDED = (b"CHECK_ID", b"STATUS", b"RESOURCE_UID", b"ACCOUNT_UID")


class ProwlerCsv:
    """Reads findings of Prowler in CSV."""

    meta = PostureMeta("prowler", "Prowler 5 (CSV)", "https://docs.prowler.com/user-guide/cli/tutorials/reporting")

    def __init__(self) -> None:
        self._checks = ToolCheckTable()

    def recognises(self, head: bytes) -> bool:
        """True for a header line, separated by semicolons, with the four required columns."""
        columns = {cell.strip().strip(b'"').upper() for cell in head.partition(b"\n")[0].split(b";")}
        return columns.issuperset(_NEEDED)

    def facts(self, source: PostureSource) -> Iterator[Fact]:
        """The statement of each check."""
        for _, row in source.rows(";", (name.decode().lower() for name in _NEEDED)):
            code, status = row["check_id"], row["status"].upper()
            about = DescriptionContext(
                source=self.meta.name,
                seen=parse_time(row.get("timestamp", "")) or source.seen,
                account=row["account_uid"],
                region=row.get("region", ""),
                key=row["resource_uid"],
                name=row.get("resource_name", ""),
            )
            member = membership(code, row.get("status_extended", ""), about)
            if member is not None:
                yield member
            if status in {"PASS", "FAIL"}:
                said = self._checks.statement(
                    "prowler", code, passed=status == "PASS", about=about, why=row.get("status_extended", "")
                )
                if said is not None:
                    yield said
            elif self._checks.known("prowler", code):
                source.note_missing(f"{code}: {status.lower() or 'no status'}")
