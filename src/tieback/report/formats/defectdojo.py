"""DefectDojo's Generic Findings Import, as JSON.

Source: https://docs.defectdojo.com/supported_tools/parsers/generic_findings_import/. ``unique_id_from_tool`` is
stable across runs, so that a repeated import neither reopens nor closes the wrong finding.
"""

from collections.abc import Iterator
from typing import Any, BinaryIO

from tieback.model.exposure import Severity
from tieback.model.report.document import Report
from tieback.report.detail import FindingDetail, iter_details
from tieback.report.encoding import encode_row
from tieback.report.interface import RendererMeta
from tieback.report.shortened import cut, cut_text
from tieback.report.texts.clean import clean, escape_markdown
from tieback.report.texts.shared_identifier import shared_identifier_text
from tieback.report.texts.stores import contents_text, store_text
from tieback.report.verdict import verdict_lines

MOST_APPS = 20
"""Apps in a description."""
MOST_TARGETS = 20
"""Addresses of a store in a description."""
_SEVERITIES = {
    Severity.CRITICAL: "Critical",
    Severity.HIGH: "High",
    Severity.MEDIUM: "Medium",
    Severity.LOW: "Low",
    Severity.INFO: "Info",
}


class DefectDojoRenderer:
    """Renders ``{"findings": […]}``, streamed."""

    meta = RendererMeta("defectdojo", ".defectdojo.json", "application/json")

    def render(self, report: Report, out: BinaryIO) -> None:
        """Write the document to ``out``, finding by finding."""
        day = report.created.date().isoformat()
        out.write(b'{"name":' + encode_row(clean(report.title)) + b',"type":"tieback","findings":[')
        for number, entry in enumerate(_findings(report, day)):
            out.write(b"," if number else b"")
            out.write(encode_row(entry))
        out.write(b"]}\n")


def _findings(report: Report, day: str) -> Iterator[dict[str, Any]]:
    known = report.baseline
    for detail in iter_details(report):
        entry = _finding(detail, day)
        if known is not None:
            entry["tags"].append(known.standing(detail.finding.id).value)
        yield entry
    # Suppressed findings are reported as accepted risks, so that an import does not close them.
    for detail in iter_details(report, (one.finding for one in report.suppressed.rows())):
        yield _finding(detail, day) | {"active": False, "risk_accepted": True}


def _finding(detail: FindingDetail, day: str) -> dict[str, Any]:
    finding = detail.finding
    lines = [finding.title + "."]
    apps = (f"App: {s.app.label} {s.app.version_name} ({s.app.bundle_id}), {s.app.sha256}" for s in detail.apps)
    lines += cut(apps, MOST_APPS, count=len(finding.apps), one="app")
    lines += [
        f"Store: {store_text(store)} at {cut_text(store.targets, MOST_TARGETS)}: {contents_text(store)}"
        for store in detail.stores
    ]
    lines += [f"{label.capitalize()}: {text}" for store in detail.stores for label, text in verdict_lines(store)]
    lines += [f"Evidence: {line}" for line in finding.evidence]
    lines += [text] if (text := shared_identifier_text(finding)) else []
    entry: dict[str, Any] = {
        "title": clean(f"{finding.title}: {_about(detail)}", 500),
        "description": "\n\n".join(escape_markdown(line, 1000) for line in lines),
        "severity": _SEVERITIES[finding.severity],
        "mitigation": clean(finding.advice, 4000),
        "unique_id_from_tool": finding.id,
        "vuln_id_from_tool": finding.rule,
        "date": day,
        "active": True,
        "verified": bool(detail.stores),
        "static_finding": not detail.stores,
        "dynamic_finding": bool(detail.stores),
        "endpoints": [clean(target, 200) for store in detail.stores for target in store.targets],
        "tags": ["tieback", finding.rule, *finding.references],
    }
    number = finding.cwe.removeprefix("CWE-")
    if number.isdigit():
        entry["cwe"] = int(number)
    if detail.apps:
        first = detail.apps[0]
        entry |= {
            "component_name": clean(first.app.bundle_id, 200),
            "component_version": clean(first.app.version_name, 100),
            "file_path": clean(first.path, 1000),
        }
    return entry


def _about(detail: FindingDetail) -> str:
    names = cut_text((summary.app.label for summary in detail.apps), 3, count=len(detail.finding.apps))
    stores = cut_text(map(store_text, detail.stores), 2, count=len(detail.finding.exposures))
    return "; ".join(filter(None, (names, stores))) or detail.finding.id
