"""OCSF 1.5: each finding as an Application Security Posture Finding, a JSON line each.

Source: https://schema.ocsf.io/1.5.0/classes/application_security_posture_finding (class 2007). The apps and stores are
its resources; ``finding_info.uid`` stays the same over runs.
"""

from typing import Any, BinaryIO

from tieback.model.exposure import Severity
from tieback.model.report import Report
from tieback.report.detail import Detail, details
from tieback.report.document import clean
from tieback.report.encoding import encode_row
from tieback.report.interface import RendererMeta

VERSION = "1.5.0"
_CLASS, _CREATE = 2007, 1
_SEVERITIES = {
    Severity.INFO: (1, "Informational"),
    Severity.LOW: (2, "Low"),
    Severity.MEDIUM: (3, "Medium"),
    Severity.HIGH: (4, "High"),
    Severity.CRITICAL: (5, "Critical"),
}

_SUPPRESSED = {"status_id": 3, "status": "Suppressed"}


class OcsfRenderer:
    """Events, one a line, as log pipelines take them."""

    meta = RendererMeta("ocsf", ".ocsf.ndjson", "application/x-ndjson")

    def render(self, report: Report, out: BinaryIO) -> None:
        """Write the events to ``out``, one at a time."""
        millis = int(report.created.timestamp() * 1000)
        version = report.tool_version
        out.writelines(encode_row(_event(detail, millis, version)) + b"\n" for detail in details(report))
        apart = details(report, (one.finding for one in report.suppressed.rows()))
        out.writelines(encode_row(_event(detail, millis, version) | _SUPPRESSED) + b"\n" for detail in apart)


def _event(detail: Detail, millis: int, version: str) -> dict[str, Any]:
    finding = detail.finding
    number, severity = _SEVERITIES[finding.severity]
    weakness: dict[str, Any] = {
        "title": clean(finding.title, 300),
        "desc": clean("; ".join(finding.evidence), 4000),
        "severity": severity,
        "vendor_name": "tieback",
        "remediation": {"desc": clean(finding.advice, 4000)},
    }
    if finding.cwe:
        digits = finding.cwe.removeprefix("CWE-")
        weakness["cwe"] = {"uid": finding.cwe}
        weakness["references"] = [f"https://cwe.mitre.org/data/definitions/{digits}.html"]
    return {
        "activity_id": _CREATE,
        "activity_name": "Create",
        "category_name": "Findings",
        "category_uid": 2,
        "class_name": "Application Security Posture Finding",
        "class_uid": _CLASS,
        "type_uid": _CLASS * 100 + _CREATE,
        "time": millis,
        "severity_id": number,
        "severity": severity,
        "status_id": 1,
        "status": "New",
        "message": clean(finding.title, 300),
        "metadata": {
            "version": VERSION,
            "product": {"name": "tieback", "vendor_name": "tieback", "version": version},
            "event_code": finding.rule,
        },
        "finding_info": {
            "uid": finding.id,
            "title": clean(finding.title, 300),
            "desc": clean("; ".join(finding.evidence), 4000),
            "types": [finding.rule],
            "created_time": millis,
        },
        "remediation": {"desc": clean(finding.advice, 4000)},
        "resources": _resources(detail),
        "vulnerabilities": [weakness],
    }


def _resources(detail: Detail) -> list[dict[str, Any]]:
    apps = [
        {
            "uid": summary.app.sha256,
            "name": clean(summary.app.bundle_id or summary.app.label, 300),
            "type": f"{summary.app.platform.value} application",
            "version": clean(summary.app.version_name, 100),
        }
        for summary in detail.apps
    ]
    stores = [
        {
            "uid": store.id,
            "name": clean(", ".join(store.targets[:5]), 500),
            "type": clean(f"{store.product} data store", 200),
            "version": clean(store.version, 100),
            "data": {
                "access": store.access.value,
                "records": store.records.value,
                "records_quality": store.records.quality.value,
                "bytes": store.bytes.value,
                "personal_data": [total.pii_class for total in store.pii],
            },
        }
        for store in detail.stores
    ]
    return [*apps, *stores]
