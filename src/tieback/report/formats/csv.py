"""CSV for spreadsheets: one row per finding and app. No cell can become a formula.

Source: OWASP, CSV Injection: cells that begin with one of ``= + - @``, a tab or a carriage return get an apostrophe.
Otherwise RFC 4180, with a byte order mark so that spreadsheets detect UTF-8. A list in a cell that is cut ends with the
number of entries left out; ``apps_concerned`` counts all apps, also those above the limit of rows.
"""

import csv
import io
from collections.abc import Iterable, Iterator
from typing import BinaryIO

from tieback.model.count_text import count_text
from tieback.model.exposure import Exposure
from tieback.model.figure import Figure
from tieback.model.report.apps import AppSummary
from tieback.model.report.baseline import Baseline
from tieback.model.report.document import Report
from tieback.model.spreadsheet import as_cell
from tieback.report.detail import FindingDetail, apps_left_out, iter_details
from tieback.report.figures import measured
from tieback.report.interface import RendererMeta
from tieback.report.passive import MOST_LINES, PassiveNotes, passive_line
from tieback.report.shortened import cut, fit_text
from tieback.report.texts.clean import clean

COLUMNS = (
    "finding", "severity", "rule", "title", "cwe", "app", "bundle_id", "platform", "app_version", "vendor",
    "app_sha256", "apps_concerned", "store", "product", "product_version", "access", "records", "records_quality",
    "bytes", "bytes_quality", "personal_data", "ransom", "targets", "addresses", "evidence", "advice", "seen_by",
    "entry", "privileges", "account", "untested", "stores_at_most", "references",
    "abilities", "baseline_state",
)  # fmt: skip
LONGEST = 32_000
"""Limit on the characters of a cell; spreadsheets allow 32,767."""


class CsvRenderer:
    """Renders findings as a table; a finding of several apps has one row per app."""

    meta = RendererMeta("csv", ".csv", "text/csv; charset=utf-8; header=present")

    def render(self, report: Report, out: BinaryIO) -> None:
        """Write the table to ``out``, row by row."""
        out.write(b"\xef\xbb\xbf")
        text = io.StringIO()
        writer = csv.writer(text)
        writer.writerow(COLUMNS)
        seen = PassiveNotes(report)
        for detail in iter_details(report):
            writer.writerows(_rows(detail, seen, report.baseline))
            out.write(text.getvalue().encode("utf-8", "replace"))
            text.seek(0)
            text.truncate()
        out.write(text.getvalue().encode("utf-8", "replace"))

    def left_out(self, report: Report) -> Iterator[str]:
        """What of the report is not in the table."""
        if report.suppressed.count:
            yield count_text(report.suppressed.count, "suppressed finding")
        yield from apps_left_out(report.findings.rows())


def cell(text: str) -> str:
    """Return untrusted text as a cell that is never a formula, on one line and without control characters."""
    return as_cell(clean(text, LONGEST))


def _rows(detail: FindingDetail, seen: PassiveNotes, known: Baseline | None) -> Iterator[tuple[str, ...]]:
    """The rows of a finding. Each text is made safe once, not once per row."""
    finding = detail.finding
    head = _cells(finding.id, finding.severity.value, finding.rule, finding.title, finding.cwe)
    tail = _cells(_list(finding.evidence), finding.advice)
    related = _cells(_list(finding.references))
    count = _cells(str(len(finding.apps)))
    state = "" if known is None else known.standing(finding.id).value
    stores = []
    for store in detail.stores or (None,):
        others = [] if store is None else seen.of_store(store)
        lines = (f"{line.said} ({line.ours})" for line in map(passive_line, others[:MOST_LINES]))
        said = _list(cut(lines, MOST_LINES, count=len(others), one="report"))
        facts = _cells(*_store(store))
        stores.append((*facts, *tail, *_cells(said, *_entry(store)), *related, *_cells(_abilities(store), state)))
    for summary in detail.apps or (None,):
        app = _cells(*_app(summary))
        for facts in stores:
            yield (*head, *app, *count, *facts)


def _cells(*texts: str) -> tuple[str, ...]:
    return tuple(cell(text) for text in texts)


def _app(summary: AppSummary | None) -> tuple[str, ...]:
    if summary is None:
        return ("",) * 6
    app = summary.app
    return (app.label, app.bundle_id, app.platform.value, app.version_name, app.vendor, app.sha256)


def _store(store: Exposure | None) -> tuple[str, ...]:
    if store is None:
        return ("",) * 12
    return (
        store.id, store.product, store.version, store.access.value,
        *_figure(store, store.records), *_figure(store, store.bytes),
        _list(total.pii_class for total in store.pii), store.ransom.verdict.value, _list(store.targets),
        _list(store.addresses),
    )  # fmt: skip


def _entry(store: Exposure | None) -> tuple[str, ...]:
    if store is None:
        return ("",) * 5
    most = str(store.at_most)
    return (store.entry.value, store.privileges.value, store.account, _list(store.untested), most)


def _abilities(store: Exposure | None) -> str:
    return "" if store is None else _list(store.abilities)


def _list(entries: Iterable[str]) -> str:
    return fit_text(entries, LONGEST)


def _figure(store: Exposure, figure: Figure) -> tuple[str, str]:
    """Value and quality; two empty cells if it is not known."""
    known = measured(store, figure)
    return ("", "") if known is None else (str(known.value), known.quality.value)
