"""Exports cases for other tools: CSV, JSON lines, DefectDojo, Jira's CSV import.

Sources: https://docs.defectdojo.com/supported_tools/parsers/generic_findings_import/ and
https://support.atlassian.com/jira-cloud-administration/docs/prepare-your-data-for-a-csv-file-import/. Both formats
follow the documentation; neither was tested against a server.
"""

import csv
import io
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import msgspec

from tieback.cases.access_now import access_now
from tieback.model.case import Case, CaseState
from tieback.model.document import encode
from tieback.model.exposure import Exposure, Severity
from tieback.report.figures import measured
from tieback.report.formats.csv import cell
from tieback.report.shortened import cut, cut_text
from tieback.report.texts.clean import clean
from tieback.report.texts.stores import contents_text, store_name

CSV_COLUMNS = (
    "case", "vendor", "vendor_name", "state", "since", "opened", "due", "attested", "channel", "provider", "severity",
    "store", "product", "targets", "records", "records_quality", "apps", "last_verdict", "last_check", "records_change",
    "closed_without_fix",
)  # fmt: skip
_DOJO = {Severity.CRITICAL: "Critical", Severity.HIGH: "High", Severity.MEDIUM: "Medium", Severity.LOW: "Low"}
_JIRA = {Severity.CRITICAL: "Highest", Severity.HIGH: "High", Severity.MEDIUM: "Medium", Severity.LOW: "Low"}

type Export = Callable[[Iterable[Case], Mapping[str, str]], bytes]


def to_csv(cases: Iterable[Case], names: Mapping[str, str]) -> bytes:
    """Encode one row per case; no cell can become a formula."""
    return _table(CSV_COLUMNS, (_csv_row(case, names) for case in cases))


def to_json(cases: Iterable[Case], names: Mapping[str, str]) -> bytes:
    """Encode one document of kind ``case`` per line, with the vendor's name."""
    return b"".join(
        encode("case", {**msgspec.to_builtins(case), "vendor_name": names.get(case.vendor, "")}) + b"\n"
        for case in cases
    )


def to_defectdojo(cases: Iterable[Case], names: Mapping[str, str]) -> bytes:
    """Encode for DefectDojo's Generic Findings Import; ``unique_id_from_tool`` is the case id."""
    findings = [_finding(case, names.get(case.vendor, case.vendor)) for case in cases]
    return msgspec.json.encode({"name": "tieback cases", "type": "tieback", "findings": findings}) + b"\n"


def to_jira(cases: Iterable[Case], names: Mapping[str, str]) -> bytes:
    """Encode as CSV with the column names that Jira's importer maps automatically."""
    columns = ("Summary", "Description", "Issue Type", "Priority", "Due Date", "Labels", "External Issue ID")
    return _table(columns, (_jira_row(case, names.get(case.vendor, case.vendor)) for case in cases))


EXPORTS: Mapping[str, Export] = {
    "csv": to_csv,
    "json": to_json,
    "defectdojo": to_defectdojo,
    "jira-csv": to_jira,
}
"""Exports by ``--format`` value; the calendar is in ``cases.calendar``."""


def _table(columns: Iterable[str], rows: Iterable[Iterable[str]]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(columns)
    for row in rows:
        writer.writerow([cell(value) for value in row])
    return b"\xef\xbb\xbf" + text.getvalue().encode("utf-8", "replace")


def _csv_row(case: Case, names: Mapping[str, str]) -> tuple[str, ...]:
    store, check = case.store, case.check
    return (
        case.id, case.vendor, names.get(case.vendor, ""), case.state.value, case.since.isoformat(),
        case.opened.isoformat(), case.due.isoformat() if case.due else "",
        case.attested.isoformat() if case.attested else "", case.channel, case.provider, store.severity.value, store.id,
        store.product, "; ".join(store.targets), *_records(store),
        "; ".join(app.bundle_id for app in case.apps), check.verdict.value if check else "",
        check.time.isoformat() if check else "",
        "" if check is None or check.records_change is None else str(check.records_change),
        "; ".join(f"{one.time.date()}: {one.reason}" for one in case.unfixed),
    )  # fmt: skip


def _records(store: Exposure) -> tuple[str, str]:
    """Value and quality; two empty cells if it is not known."""
    known = measured(store, store.records)
    return ("", "") if known is None else (str(known.value), known.quality.value)


def _lines(case: Case, vendor: str) -> list[str]:
    store = case.store
    lines = [f"Vendor: {vendor}", f"State: {case.state.value.replace('_', ' ')} since {case.since.date()}"]
    apps = (f"App: {app.name or app.bundle_id} {app.version} ({app.bundle_id})" for app in case.apps)
    lines += cut(apps, 20, one="app")
    lines.append(f"Store: {store_name(store)} at {cut_text(store.targets, 5)}: {contents_text(store)}")
    lines += [f"Closed without a fix on {one.time.date()}: {one.reason}" for one in case.unfixed]
    if case.check is not None:
        lines.append(f"Last re-check {case.check.time.date()}: {case.check.verdict.value.replace('_', ' ')}")
        lines += cut((f"  {reason}" for reason in case.check.reasons), 10, one="reason")
    return [clean(line, 1000) for line in lines]


def _finding(case: Case, vendor: str) -> dict[str, Any]:
    return {
        "title": clean(f"Data store found open: {store_name(case.store)}, {vendor}", 500),
        "description": "\n\n".join(_lines(case, vendor)),
        "severity": _DOJO.get(case.store.severity, "Info"),
        "unique_id_from_tool": case.id,
        "vuln_id_from_tool": "case",
        "cwe": 306,
        "date": case.opened.date().isoformat(),
        "active": case.state not in (CaseState.FIXED, CaseState.CLOSED),
        "verified": case.state is not CaseState.FOUND,
        "is_mitigated": case.state is CaseState.FIXED,
        "static_finding": False,
        "dynamic_finding": True,
        "endpoints": [clean(target, 200) for target in case.store.targets],
        "tags": ["tieback", "case", case.state.value],
    }


def _jira_row(case: Case, vendor: str) -> tuple[str, ...]:
    return (
        f"{vendor}: {store_name(case.store)} {access_now(case)}",
        " | ".join(_lines(case, vendor)),
        "Task",
        _JIRA.get(case.store.severity, "Lowest"),
        case.due.isoformat() if case.due else "",
        f"tieback {case.state.value}",
        case.id,
    )
