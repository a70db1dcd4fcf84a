"""OCSF 1.5: one event per finding, one JSON document per line.

Data accessible without authentication is a Data Security Finding (2006). Other weaknesses of a store are a
Vulnerability Finding (2002). Package settings that violate MASVS are a Compliance Finding (2003). All other findings in
an app are an Application Security Posture Finding (2007). Each recipient of personal data is a Data Security Finding
of severity Informational that is no alert. Source: https://schema.ocsf.io/1.5.0/categories/findings.
Apps and stores are resources; ``finding_info.uid`` is stable across runs. If a finding has more apps than are listed,
``unmapped`` has their number and that of the apps left out.
"""

from collections.abc import Iterator
from hashlib import sha256
from itertools import chain
from typing import Any, BinaryIO

from tieback.assess.conditions import ABILITY_RULES
from tieback.model.exposure import Exposure, Finding, Severity
from tieback.model.report.captures import Recipient
from tieback.model.report.document import Report
from tieback.report.declared import declared_text
from tieback.report.detail import FindingDetail, apps_left_out, iter_details
from tieback.report.encoding import encode_row
from tieback.report.figures import measured
from tieback.report.interface import RendererMeta
from tieback.report.recipients import class_text, party_text, wire_text
from tieback.report.shortened import cut_text, fit_text
from tieback.report.texts.clean import clean

VERSION = "1.5.0"
_CREATE = 1
_DATA, _VULNERABILITY, _COMPLIANCE, _POSTURE = 2006, 2002, 2003, 2007
_CLASSES = {
    _DATA: "Data Security Finding",
    _VULNERABILITY: "Vulnerability Finding",
    _COMPLIANCE: "Compliance Finding",
    _POSTURE: "Application Security Posture Finding",
}
_DECLARED = frozenset({"cleartext-allowed", "user-authorities-trusted"})
"""Rules about package settings."""
_STANDARD = "OWASP MASVS 2.1"
_BUCKETS = {"s3": 1, "minio": 1, "azure-blob": 2, "gcs": 3, "firebase-storage": 3}
"""OCSF's ``databucket.type_id`` by product; other object stores are 99."""
_OBJECTS = frozenset({*_BUCKETS, "seaweedfs", "ceph-rgw", "s3-compatible", "azurite"})
_RELATIONAL = frozenset({"mysql", "mariadb", "postgresql", "oracle", "mssql", "db2", "derby", "informix"})
_SEVERITIES = {
    Severity.INFO: (1, "Informational"),
    Severity.LOW: (2, "Low"),
    Severity.MEDIUM: (3, "Medium"),
    Severity.HIGH: (4, "High"),
    Severity.CRITICAL: (5, "Critical"),
}

_SUPPRESSED = {"status_id": 3, "status": "Suppressed"}


class OcsfRenderer:
    """Renders events for log pipelines, one per line."""

    meta = RendererMeta("ocsf", ".ocsf.ndjson", "application/x-ndjson")

    def render(self, report: Report, out: BinaryIO) -> None:
        """Write the events to ``out``, one at a time."""
        millis = int(report.created.timestamp() * 1000)
        version = report.tool_version
        out.writelines(encode_row(_event(detail, millis, version)) + b"\n" for detail in iter_details(report))
        apart = iter_details(report, (one.finding for one in report.suppressed.rows()))
        out.writelines(encode_row(_event(detail, millis, version) | _SUPPRESSED) + b"\n" for detail in apart)
        out.writelines(encode_row(_recipient(one, millis, version)) + b"\n" for one in report.recipients.rows())

    def left_out(self, report: Report) -> Iterator[str]:
        """What of the report is not in the events."""
        yield from apps_left_out(chain(report.findings.rows(), (one.finding for one in report.suppressed.rows())))


def _event(detail: FindingDetail, millis: int, version: str) -> dict[str, Any]:
    finding = detail.finding
    number, severity = _SEVERITIES[finding.severity]
    evidence = clean(fit_text(finding.evidence, 4000, one="line of evidence", many="lines of evidence"), 4000)
    weakness: dict[str, Any] = {
        "title": clean(finding.title, 300),
        "desc": evidence,
        "severity": severity,
        "vendor_name": "tieback",
        "remediation": {"desc": clean(finding.advice, 4000)},
    }
    if finding.cwe:
        digits = finding.cwe.removeprefix("CWE-")
        weakness["cwe"] = {"uid": finding.cwe}
        weakness["references"] = [f"https://cwe.mitre.org/data/definitions/{digits}.html"]
    kind = _class(detail)
    event: dict[str, Any] = {
        "activity_id": _CREATE,
        "activity_name": "Create",
        "category_name": "Findings",
        "category_uid": 2,
        "class_name": _CLASSES[kind],
        "class_uid": kind,
        "type_uid": kind * 100 + _CREATE,
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
            "desc": evidence,
            "types": [finding.rule],
            "created_time": millis,
        },
        "remediation": {"desc": clean(finding.advice, 4000)},
        "resources": _resources(detail),
    }
    if detail.more_apps:
        event["unmapped"] = {"apps": len(finding.apps), "apps_not_listed": detail.more_apps}
    if kind == _DATA:
        return event | _data(detail)
    if kind == _COMPLIANCE:
        return event | {"compliance": _compliance(finding)}
    return event | {"vulnerabilities": [weakness]}


def _recipient(one: Recipient, millis: int, version: str) -> dict[str, Any]:
    """A Data Security Finding without an alert: a party received a class of personal data, in transit."""
    title = f"{class_text(one)} sent to {party_text(one)}"
    where = fit_text(one.where, 500, between=", ", one="place")
    place = clean(f"{where} to {one.host}, {wire_text(one)}; declaration: {declared_text(one)}", 1000)
    subject = (one.app_sha256, one.host, one.pii_class, one.kind)
    number, severity = _SEVERITIES[Severity.INFO]
    return {
        "activity_id": _CREATE,
        "activity_name": "Create",
        "category_name": "Findings",
        "category_uid": 2,
        "class_name": _CLASSES[_DATA],
        "class_uid": _DATA,
        "type_uid": _DATA * 100 + _CREATE,
        "time": millis,
        "severity_id": number,
        "severity": severity,
        "status_id": 1,
        "status": "New",
        "is_alert": False,
        "message": clean(title, 300),
        "metadata": {
            "version": VERSION,
            "product": {"name": "tieback", "vendor_name": "tieback", "version": version},
            "event_code": "recipient",
        },
        "finding_info": {
            "uid": f"rcp-{sha256('\0'.join(subject).encode('utf-8', 'replace')).hexdigest()[:16]}",
            "title": clean(title, 300),
            "desc": place,
            "types": ["recipient"],
            "created_time": millis,
        },
        "data_security": {
            "category_id": 1,
            "category": "Personal",
            "data_lifecycle_state_id": 2,
            "data_lifecycle_state": "Data in-Transit",
            "detection_pattern": one.pii_class,
            "detection_system_id": 0,
        },
        "resources": [
            {"uid": one.app_sha256, "name": clean(one.bundle_id or one.app, 300), "type": "application"},
            {
                "uid": clean(one.host, 300),
                "name": clean(one.owner, 300),
                "type": "recipient",
                "data": {
                    "party": one.party.value,
                    "provider": clean(one.provider, 100),
                    "country": one.country,
                    "declared": one.declared.value,
                    "declared_by": [clean(name, 200) for name in one.declared_by],
                },
            },
        ],
    }


def _class(detail: FindingDetail) -> int:
    if any(store.exposed for store in detail.stores) and detail.finding.rule not in ABILITY_RULES:
        return _DATA
    if detail.stores:
        return _VULNERABILITY
    return _COMPLIANCE if detail.finding.rule in _DECLARED else _POSTURE


def _data(detail: FindingDetail) -> dict[str, Any]:
    """Extra fields of a Data Security Finding: classes of data, and the first store as a database or bucket."""
    store = next(store for store in detail.stores if store.exposed)
    classes = sorted({total.pii_class for one in detail.stores for total in one.pii})
    entry: dict[str, Any] = {
        "is_alert": True,
        "data_security": {
            "category_id": 1 if classes else 0,
            "category": "Personal" if classes else "Unknown",
            "data_lifecycle_state_id": 1,
            "data_lifecycle_state": "Data at-Rest",
            "detection_pattern": clean(fit_text(classes, 1000, between=", ", one="class", many="classes"), 1000),
        },
    }
    place: dict[str, Any] = {"uid": store.id, "name": clean(cut_text(store.targets, 3, longest=300), 300)}
    if (size := measured(store, store.bytes)) is not None:
        place["size"] = size.value
    if store.product in _OBJECTS:
        return entry | {"databucket": place | {"type_id": _BUCKETS.get(store.product, 99), "type": store.product}}
    kind = 1 if store.product in _RELATIONAL else 6
    return entry | {"database": place | {"type_id": kind, "type": clean(store.product, 100)}}


def _compliance(finding: Finding) -> dict[str, Any]:
    return {
        "standards": [_STANDARD],
        "requirements": [finding.masvs],
        "control": finding.masvs,
        "desc": clean(finding.title, 300),
        "status_id": 3,
    }


def _resources(detail: FindingDetail) -> list[dict[str, Any]]:
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
            "name": clean(cut_text(store.targets, 5, longest=500), 500),
            "type": clean(f"{store.product} data store", 200),
            "version": clean(store.version, 100),
            "data": {
                "access": store.access.value,
                **_figures(store),
                "personal_data": [total.pii_class for total in store.pii],
                "entry": store.entry.value,
                "privileges": store.privileges.value,
                "abilities": [one.value for one in store.abilities],
                "untested": [clean(one, 300) for one in store.untested],
                "not_counted": [clean(one, 300) for one in store.unlisted],
                "stores_at_most": store.at_most,
            },
        }
        for store in detail.stores
    ]
    return [*apps, *stores]


def _figures(store: Exposure) -> dict[str, Any]:
    """Records and bytes, if they are known."""
    records, size = measured(store, store.records), measured(store, store.bytes)
    known = {} if records is None else {"records": records.value, "records_quality": records.quality.value}
    return known if size is None else known | {"bytes": size.value}
