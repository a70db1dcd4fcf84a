"""CycloneDX 1.6: apps as components, their stores as services, findings as vulnerabilities of both.

Source: ECMA-424 (https://cyclonedx.org/docs/1.6/json/). A service states whether it requires authentication and which
classes of data it contains. An app depends on the services that it leads to.
"""

import uuid
from collections.abc import Iterator
from typing import Any, BinaryIO
from urllib.parse import quote

from tieback.model.exposure import Exposure, Severity
from tieback.model.probe import Access
from tieback.model.report import AppSummary, Report
from tieback.report.detail import FindingDetail, iter_details
from tieback.report.document import clean
from tieback.report.encoding import encode_row
from tieback.report.interface import RendererMeta

_NAMESPACE = uuid.UUID("5a5b2e0a-6f0e-5d0c-9a59-0f6c7c2d8e11")
"""Namespace of the serial numbers (RFC 9562, version 5): the same run has the same serial number."""
_HEXADECIMAL = "0123456789abcdefABCDEF:."
_CLOSED = frozenset({Access.AUTH_REQUIRED, Access.LOCKED})


class CycloneDxRenderer:
    """Renders a bill of materials of the fleet, streamed."""

    meta = RendererMeta("cyclonedx", ".cdx.json", "application/vnd.cyclonedx+json; version=1.6")

    def render(self, report: Report, out: BinaryIO) -> None:
        """Write the document to ``out``, row by row."""
        serial = uuid.uuid5(_NAMESPACE, f"{report.title}\0{report.created.isoformat()}\0{report.tool_version}")
        head = {
            "bomFormat": "CycloneDX",
            "specVersion": "1.6",
            "serialNumber": f"urn:uuid:{serial}",
            "version": 1,
            "metadata": {
                "timestamp": report.created.strftime("%Y-%m-%dT%H:%M:%SZ"),
                "tools": {"components": [{"type": "application", "name": "tieback", "version": report.tool_version}]},
            },
        }
        out.write(encode_row(head)[:-1])
        _array(out, "components", (_component(summary) for summary in report.apps.rows()))
        _array(out, "services", (_service(store) for store in report.exposures()))
        _array(out, "dependencies", _dependencies(report))
        _array(out, "vulnerabilities", (_vulnerability(detail) for detail in iter_details(report)))
        out.write(b"}\n")


def _array(out: BinaryIO, name: str, rows: Iterator[dict[str, Any]]) -> None:
    out.write(b"," + encode_row(name) + b":[")
    for number, row in enumerate(rows):
        out.write(b"," if number else b"")
        out.write(encode_row(row))
    out.write(b"]")


def _component(summary: AppSummary) -> dict[str, Any]:
    app = summary.app
    entry: dict[str, Any] = {
        "type": "application",
        "bom-ref": f"app:{app.sha256}",
        "name": clean(app.bundle_id or app.label, 300) or "unknown",
        "version": clean(app.version_name, 100),
        "hashes": [{"alg": "SHA-256", "content": app.sha256}] if _is_digest(app.sha256) else [],
        "properties": [
            {"name": "tieback:platform", "value": app.platform.value},
            {"name": "tieback:label", "value": clean(app.label, 300)},
        ],
    }
    if app.vendor:
        entry["publisher"] = clean(app.vendor, 300)
    return entry


def _is_digest(text: str) -> bool:
    return len(text) == 64 and all(sign in "0123456789abcdef" for sign in text)


def _service(store: Exposure) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "bom-ref": f"store:{store.id}",
        "name": clean(store.product, 200) or "unknown",
        "version": clean(store.version, 100),
        "endpoints": [_reference(target) for target in store.targets[:100]],
        "x-trust-boundary": True,
        "properties": [
            {"name": "tieback:access", "value": store.access.value},
            {"name": "tieback:records", "value": f"{store.records.value} {store.records.quality.value}"},
            {"name": "tieback:bytes", "value": f"{store.bytes.value} {store.bytes.quality.value}"},
            {"name": "tieback:ransom", "value": store.ransom.verdict.value},
            {"name": "tieback:severity", "value": store.severity.value},
        ],
    }
    if store.entry:
        entry["properties"].append({"name": "tieback:entry", "value": store.entry.value})
        entry["properties"].append({"name": "tieback:privileges", "value": store.privileges.value})
    entry["properties"] += [{"name": "tieback:ability", "value": one.value} for one in store.abilities]
    entry["properties"] += [{"name": "tieback:untested", "value": clean(one, 300)} for one in store.untested]
    if store.undecided:
        pass  # neither is known
    elif store.access in _CLOSED or store.access.exposed or store.access is Access.OPEN_EMPTY:
        entry["authenticated"] = store.access in _CLOSED
    if store.pii:
        entry["data"] = [{"flow": "unknown", "classification": total.pii_class} for total in store.pii]
    return entry


def _reference(target: str) -> str:
    """``host:port`` as a reference (RFC 3987): only addresses have brackets."""
    host, _, port = target.rpartition(":")
    if host.startswith("[") and host.endswith("]") and port.isdecimal() and not set(host[1:-1]) - set(_HEXADECIMAL):
        return f"//{host}:{port}"
    return quote(clean(target, 300), safe=":/-._~")


def _dependencies(report: Report) -> Iterator[dict[str, Any]]:
    for summary in report.apps.rows():
        if summary.exposures:
            stores = [f"store:{key}" for key in dict.fromkeys(summary.exposures)]
            yield {"ref": f"app:{summary.app.sha256}", "dependsOn": stores}


def _vulnerability(detail: FindingDetail) -> dict[str, Any]:
    finding = detail.finding
    severity = "info" if finding.severity is Severity.INFO else finding.severity.value
    entry: dict[str, Any] = {
        "bom-ref": f"finding:{finding.id}",
        "id": finding.rule,
        "source": {"name": "tieback"},
        "ratings": [{"source": {"name": "tieback"}, "severity": severity, "method": "other"}],
        "description": clean(finding.title, 1000),
        "detail": "\n".join(clean(line, 500) for line in finding.evidence),
        "recommendation": clean(finding.advice, 4000),
        "affects": [
            *({"ref": f"store:{store.id}"} for store in detail.stores),
            *(
                {"ref": f"app:{summary.app.sha256}"}
                for summary in detail.apps
                if summary.exposures or not summary.captured
            ),
        ],
    }
    if finding.cvss:
        entry["ratings"].append({"source": {"name": "tieback"}, "method": "CVSSv4", "vector": clean(finding.cvss, 200)})
    number = finding.cwe.removeprefix("CWE-")
    if number.isdigit():
        entry["cwes"] = [int(number)]
    return entry
