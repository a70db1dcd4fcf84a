"""Shadowserver: daily network reports as CSV with a header line, one service per row, times in UTC.

Columns: the pages of the reports below https://www.shadowserver.org/what-we-do/network-reporting/. Nearly all reports
of services share ``timestamp``, ``ip``, ``protocol``, ``port``, ``hostname`` and ``tag``; what a report claims is in
``shadowserver.toml``.
"""

from collections.abc import Iterator, Mapping
from functools import cached_property
from importlib import resources

import msgspec

from tieback.intake.reports.interface import (
    NOT_TCP,
    Fact,
    ReportImporterMeta,
    clean_host_names,
    one_line,
    parse_address,
    parse_time,
    port_number,
)
from tieback.intake.reports.products import Products
from tieback.intake.reports.source import ReportSource
from tieback.intake.reports.table import columns_of, first_line, rows_of
from tieback.model.passive import PassiveService
from tieback.model.probe import Access

_NEEDED = frozenset({"timestamp", "ip", "port", "tag"})
_MAX_COLUMNS = 256


class _Unless(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    column: str
    values: tuple[str, ...]


class _Report(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    tag: str
    claims: Access
    source: str
    unless: _Unless | None = None


class _Reports(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    report: tuple[_Report, ...]


class Shadowserver:
    """Importer of Shadowserver reports."""

    meta = ReportImporterMeta(
        "shadowserver", "Shadowserver", "CSV", "https://www.shadowserver.org/what-we-do/network-reporting/"
    )

    def __init__(self) -> None:
        self._products = Products()

    @cached_property
    def _reports(self) -> Mapping[str, _Report]:
        raw = resources.files("tieback.intake.reports").joinpath("shadowserver.toml").read_bytes()
        return {report.tag: report for report in msgspec.toml.decode(raw, type=_Reports).report}

    def recognises(self, head: bytes) -> bool:
        """True if the file has a header line with the columns that its reports share."""
        return set(columns_of(first_line(head))) >= _NEEDED

    def facts(self, source: ReportSource) -> Iterator[Fact]:
        """Yield one service per row."""
        lines = source.lines()
        columns = columns_of(next(lines, ""))
        if len(columns) > _MAX_COLUMNS or len(set(columns)) < len(columns):
            raise source.broken(1, "too many columns, or two columns with the same name")
        if not set(columns) >= _NEEDED:
            raise source.broken(1, f"missing columns; a report has {', '.join(sorted(_NEEDED))}")
        for line, row in rows_of(source, lines, len(columns)):
            cells = dict(zip(columns, row, strict=True))
            fact = self._service(cells)
            if cells.get("protocol", "").strip().lower() not in {"", "tcp"}:
                source.skip(line, NOT_TCP)
            elif fact is None:
                source.skip(line, "no address or port")
            else:
                yield fact

    def _service(self, row: Mapping[str, str]) -> PassiveService | None:
        where, port = parse_address(row["ip"]), port_number(row["port"])
        if not where or port is None:
            return None
        tags = [tag.strip().lower() for tag in row["tag"].split(";")]
        report = next((self._reports[tag] for tag in tags if tag in self._reports), None)
        return PassiveService(
            source=self.meta.name,
            seen=parse_time(row["timestamp"]),
            address=where,
            port=port,
            names=clean_host_names((row.get("hostname", ""),)),
            service=self._products.service(*tags),
            product=one_line(next((tag for tag in tags if self._products.service(tag)), tags[0])),
            version=one_line(row.get("version", "") or row.get("mysql_version", ""), 40),
            claims=_claims(report, row),
            note=one_line(f"tag {row['tag']}"),
        )


def _claims(report: _Report | None, row: Mapping[str, str]) -> Access:
    if report is None:
        return Access.UNKNOWN
    unless = report.unless
    if unless is not None and unless.column in row and row[unless.column].strip().lower() in unless.values:
        return Access.AUTH_REQUIRED
    return report.claims
