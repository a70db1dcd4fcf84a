"""CycloneDX 1.6: apps as components, their back ends and stores as services, findings as vulnerabilities.

Source: ECMA-424 (https://cyclonedx.org/docs/1.6/json/). A store states whether it requires authentication and which
classes of data it contains; of a back end that was not probed this is unknown. An app depends on the services that it
leads to. A suppressed finding is an analysed vulnerability that will not be fixed.

Where a list is cut, a property counts what is left out: ``tieback:services-not-listed`` of the document,
``tieback:endpoints-not-listed`` of a store, ``tieback:apps-not-listed`` of a vulnerability, and
``tieback:party-reasons-not-listed`` of a back end.
"""

import re
import uuid
from collections.abc import Iterator
from itertools import batched, chain, islice
from typing import Any, BinaryIO
from urllib.parse import quote

from tieback.model.backend import Attribution, Backend, Route
from tieback.model.count_text import count_text
from tieback.model.endpoint import Endpoint, EndpointKind, Party
from tieback.model.exposure import Exposure, Severity
from tieback.model.probe import Access
from tieback.model.report.apps import AppSummary
from tieback.model.report.document import Report
from tieback.report.detail import FindingDetail, apps_left_out, iter_details
from tieback.report.encoding import encode_row
from tieback.report.figures import measured
from tieback.report.interface import RendererMeta
from tieback.report.texts.clean import clean

_NAMESPACE = uuid.UUID("5a5b2e0a-6f0e-5d0c-9a59-0f6c7c2d8e11")
"""Namespace of the serial numbers (RFC 9562, version 5): the same run has the same serial number."""
MOST_BACKENDS = 100_000
"""Limit on the services that are no stores: their keys are held in memory."""
MOST_TARGETS = 100
"""Limit on the endpoints of a store."""
MOST_REASONS = 3
"""Limit on the reasons for the party of a back end."""
_BATCH = 1_000
"""Apps whose services are in memory at a time."""
_WITH_URL = frozenset({EndpointKind.URL, EndpointKind.CONNECTION_STRING})
_URL = ":/?@!$&'()*+,;=-._~"
"""Characters of a URI (RFC 3986) without fragment; ``%`` is escaped: an app's text may have it anywhere."""
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
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
        named: set[bytes] = set()
        _array(out, "components", (_component(summary) for summary in report.apps.rows()))
        _array(out, "services", chain(map(_service, report.exposures()), _backends(report, named)))
        _array(out, "dependencies", _dependencies(report, named))
        _array(out, "vulnerabilities", _vulnerabilities(report))
        if report.backends.count > MOST_BACKENDS and (more := _more_backends(report, named)):
            _array(out, "properties", iter([_not_listed("services", more)]))
        out.write(b"}\n")

    def left_out(self, report: Report) -> Iterator[str]:
        """What of the report is not in the bill of materials."""
        named = sum(1 for one in _without_store(report))
        if named > MOST_BACKENDS:
            yield f"{count_text(named - MOST_BACKENDS, 'back end')} above the limit of {MOST_BACKENDS:,}"
        yield from apps_left_out(chain(report.findings.rows(), (one.finding for one in report.suppressed.rows())))


def _not_listed(what: str, count: int) -> dict[str, str]:
    return {"name": f"tieback:{what}-not-listed", "value": str(count)}


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
        "endpoints": [_reference(target) for target in store.targets[:MOST_TARGETS]],
        "x-trust-boundary": True,
        "properties": [
            {"name": "tieback:access", "value": store.access.value},
            *(
                {"name": f"tieback:{name}", "value": f"{known.value} {known.quality.value}"}
                for name, figure in (("records", store.records), ("bytes", store.bytes))
                if (known := measured(store, figure)) is not None
            ),
            {"name": "tieback:ransom", "value": store.ransom.verdict.value},
            {"name": "tieback:severity", "value": store.severity.value},
        ],
    }
    if store.entry:
        entry["properties"].append({"name": "tieback:entry", "value": store.entry.value})
        entry["properties"].append({"name": "tieback:privileges", "value": store.privileges.value})
    entry["properties"] += [{"name": "tieback:ability", "value": one.value} for one in store.abilities]
    entry["properties"] += [{"name": "tieback:untested", "value": clean(one, 300)} for one in store.untested]
    entry["properties"] += [{"name": "tieback:not-counted", "value": clean(one, 300)} for one in store.unlisted]
    if len(store.targets) > MOST_TARGETS:
        entry["properties"].append(_not_listed("endpoints", len(store.targets) - MOST_TARGETS))
    if store.undecided:
        pass  # neither is known
    elif store.access in _CLOSED or store.access.exposed or store.access is Access.OPEN_EMPTY:
        entry["authenticated"] = store.access in _CLOSED
    if store.pii:
        entry["data"] = [{"flow": "unknown", "classification": total.pii_class} for total in store.pii]
    return entry


def _key(value: str) -> bytes:
    """16 bytes for the value of an endpoint."""
    return uuid.uuid5(_NAMESPACE, value.encode("utf-8", "replace").decode()).bytes


def _backend_ref(key: bytes) -> str:
    return f"backend:{key.hex()}"


def _address(endpoint: Endpoint) -> str:
    """A URL as it is in the app, else ``host:port``, as a reference (RFC 3987)."""
    host = f"[{endpoint.host}]" if ":" in endpoint.host else endpoint.host
    if endpoint.host and endpoint.port is not None and endpoint.kind not in _WITH_URL:
        return _reference(f"{host}:{endpoint.port}")
    url = quote(clean(endpoint.value, 1000), safe=_URL)
    # Only an address of IPv6 may have brackets.
    if ":" in endpoint.host and set(endpoint.host) <= set(_HEXADECIMAL):
        url = url.replace(f"//{quote(host, safe=_URL)}", f"//{host}", 1)
    authority = url.partition("://")[2].partition("/")[0]
    return url if _SCHEME.match(url) and "%5B" not in authority else url.replace(":", "%3A")


def _without_store(report: Report) -> Iterator[Backend]:
    """Back ends that are not themselves one of the stores."""
    stores = {
        _key(route.endpoint)
        for store in report.exposures()
        for route in store.routes
        if route.candidate.route is Route.NAMED
    }
    return (one for one in report.backends.rows() if _key(one.endpoint.value) not in stores)


def _backends(report: Report, named: set[bytes]) -> Iterator[dict[str, Any]]:
    """Services for the first back ends; their keys are added to ``named``."""
    for one in islice(_without_store(report), MOST_BACKENDS):
        key = _key(one.endpoint.value)
        if key not in named:
            named.add(key)
            yield _backend(one, key)


def _more_backends(report: Report, named: set[bytes]) -> int:
    """Number of back ends above the limit."""
    return sum(_key(one.endpoint.value) not in named for one in _without_store(report))


def _backend(one: Backend, key: bytes) -> dict[str, Any]:
    endpoint = one.endpoint
    facts = {
        "kind": endpoint.kind.value, "service": endpoint.service or "", "party": one.party.value,
        "provider": one.provider, "region": one.region,
    }  # fmt: skip
    entry: dict[str, Any] = {
        "bom-ref": _backend_ref(key),
        "name": clean(_name(endpoint), 300) or "unknown",
        "endpoints": [_address(endpoint)],
        "x-trust-boundary": True,
        "properties": [{"name": f"tieback:{name}", "value": clean(text, 200)} for name, text in facts.items() if text],
    }
    if one.party is not Party.UNKNOWN:
        reasons = list(dict.fromkeys(claim.reason for claim in one.attributions if _says_whose(claim, one.owner)))
        entry["properties"] += [
            {"name": "tieback:party-reason", "value": clean(reason, 300)} for reason in reasons[:MOST_REASONS]
        ]
        if len(reasons) > MOST_REASONS:
            entry["properties"].append(_not_listed("party-reasons", len(reasons) - MOST_REASONS))
    if one.owner:
        entry["provider"] = {"name": clean(one.owner, 200)}
    return entry


def _name(endpoint: Endpoint) -> str:
    """The host, or the resource if its name is not in the host: many customers share such a host."""
    resource = endpoint.value.partition(":")[2].partition("/")[0].lower()
    shared = endpoint.kind is EndpointKind.CLOUD and resource not in endpoint.host
    return endpoint.value if shared or not endpoint.host else endpoint.host


def _says_whose(claim: Attribution, owner: str) -> bool:
    """True for a statement that the back end belongs to its owner: the party follows from it."""
    return claim.claim == "owner" and bool(claim.reason) and owner in {"", claim.value}


def _reference(target: str) -> str:
    """``host:port`` as a reference (RFC 3987): only addresses have brackets."""
    host, _, port = target.rpartition(":")
    if host.startswith("[") and host.endswith("]") and port.isdecimal() and not set(host[1:-1]) - set(_HEXADECIMAL):
        return f"//{host}:{port}"
    return quote(clean(target, 300), safe=":/-._~")


def _dependencies(report: Report, named: set[bytes]) -> Iterator[dict[str, Any]]:
    for some in batched(report.apps.rows(), _BATCH):
        reached: dict[str, dict[str, None]] = {
            summary.app.sha256: {f"store:{key}": None for key in summary.exposures} for summary in some
        }
        for row in report.sightings.pick(reached):
            key = _key(row.sighting.endpoint.value)
            if key in named and row.app_sha256 in reached:
                reached[row.app_sha256][_backend_ref(key)] = None
        for sha256, services in reached.items():
            if services:
                yield {"ref": f"app:{sha256}", "dependsOn": list(services)}


def _vulnerabilities(report: Report) -> Iterator[dict[str, Any]]:
    for detail in iter_details(report):
        yield _vulnerability(detail)
    apart = {one.finding.id: one.by for one in report.suppressed.rows()}
    for detail in iter_details(report, (one.finding for one in report.suppressed.rows())):
        by = apart[detail.finding.id]
        words = f"{clean(by.reason, 500)} ({clean(by.author, 100)}, until {by.expires})"
        analysis = {"state": "exploitable", "response": ["will_not_fix"], "detail": words}
        yield _vulnerability(detail) | {"analysis": analysis}


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
    if detail.more_apps:
        entry["properties"] = [_not_listed("apps", detail.more_apps)]
    if finding.cvss:
        entry["ratings"].append({"source": {"name": "tieback"}, "method": "CVSSv4", "vector": clean(finding.cvss, 200)})
    number = finding.cwe.removeprefix("CWE-")
    if number.isdigit():
        entry["cwes"] = [int(number)]
    return entry
