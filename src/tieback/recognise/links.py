"""Domains in the link declarations of an app: app links, deep links and associated domains; and its CloudKit databases.

Android: ``<data android:scheme android:host android:port>`` of intent filters
(https://developer.android.com/training/app-links/verify-applinks: with ``autoVerify`` the system requests
``https://<host>/.well-known/assetlinks.json``). Apple: the entitlement ``com.apple.developer.associated-domains``
(https://developer.apple.com/documentation/xcode/configuring-an-associated-domain), also in provisioning profiles. The
domains are not contacted for confirmation. An app also claims the links of a partner, and a copy of another app those
of the original; the package of the component is then named after the domain (``com.acme.partner.SignActivity``). The
containers of ``com.apple.developer.icloud-container-identifiers`` are databases if
``com.apple.developer.icloud-services`` has CloudKit
(https://developer.apple.com/documentation/bundleresources/entitlements/com.apple.developer.icloud-services). Bounds:
256 KiB, 500 domains.
"""

import struct
from collections.abc import Iterator
from itertools import islice
from typing import Any
from xml.parsers.expat import ExpatError

from tieback.intake.apps.element import Element, read_text_xml
from tieback.intake.apps.interface import Buffer
from tieback.intake.apps.stringpool import MalformedPoolError
from tieback.model.endpoint import Endpoint, EndpointKind, Party
from tieback.model.lazy_pattern import lazy_pattern
from tieback.model.sighting import Evidence, Sighting
from tieback.recognise.context import match_context
from tieback.recognise.endpoints.cloud import cloud_endpoint
from tieback.recognise.endpoints.hosts import EndpointHost, check_host, check_port
from tieback.recognise.makers.clues import own_classes
from tieback.recognise.makers.domains import registrable_domain
from tieback.recognise.rules import RuleFiles

RULE = "link-domain"
MAX_SIZE = 256 * 1024
MAX_DOMAINS = 500
ENTITLEMENT = "com.apple.developer.associated-domains"
SERVICES, CONTAINERS = (f"com.apple.developer.icloud-{name}" for name in ("services", "container-identifiers"))
CLOUDKIT = "api.apple-cloudkit.com"
"""Host of the web interface of all CloudKit databases."""
_KITS = {"CloudKit", "CloudKit-Anonymous"}
_DOMAIN = lazy_pattern(r"([a-z]{3,32}):(?:\*\.)?([A-Za-z0-9.-]{3,253})(?::(\d{1,5}))?(?:\?.{0,64})?")
_PORTS = {"https": 443, "http": 80}
APP_LINK, PARTNER_LINK = "manifest:app-link", "manifest:partner-link"
"""Evidence of a domain whose links the app claims, and of one after which the component is named."""
DEEP_LINK = "manifest:deep-link"
"""Evidence of a host whose links the app can open; without ``autoVerify`` the system does not contact it either."""
OPENED = "only the host of links that the app opens itself"
"""Reason for such a host."""
_COMPONENTS = ("activity", "activity-alias")


def link_domains(buffer: Buffer, rules: RuleFiles) -> Iterator[Sighting]:
    """The domains in a manifest, entitlements or a provisioning profile; empty if it cannot be read."""
    data = buffer.data
    if len(data) > MAX_SIZE:
        return
    if b"icloud-container-identifiers" in data:
        yield from islice(_databases(buffer, rules), MAX_DOMAINS)
    if b"associated-domains" in data:
        named = _entitled(bytes(data))
    elif b"<intent-filter" in data and b"host=" in data and b"http" in data:
        named = _filtered(bytes(data), rules)
    else:
        return
    for how, scheme, text, port in islice(named, MAX_DOMAINS):
        found = _sighting(buffer, rules, how, scheme, text, port)
        if found is not None:
            yield found


type _Named = Iterator[tuple[str, str, str, str]]
"""Kind of declaration, scheme, host, and port or an empty text."""


def _entitlements(data: bytes) -> Iterator[dict[str, Any]]:
    """The values of a property list, and its entitlements if it is that of a provisioning profile."""
    import plistlib

    try:
        values = plistlib.loads(data)
    except (plistlib.InvalidFileException, ExpatError, ValueError, LookupError, TypeError, AttributeError,
            OverflowError, RecursionError, MemoryError, struct.error):  # fmt: skip
        return  # plistlib passes on all errors of its parsers
    for place in (values, values.get("Entitlements") if isinstance(values, dict) else None):
        if isinstance(place, dict):
            yield place


def _databases(buffer: Buffer, rules: RuleFiles) -> Iterator[Sighting]:
    """The CloudKit databases in entitlements; a profile permits all services, so it names no database."""
    for place in _entitlements(bytes(buffer.data)):
        services, containers = place.get(SERVICES), place.get(CONTAINERS)
        if not isinstance(services, list) or not isinstance(containers, list):
            continue
        for name in containers if any(one in _KITS for one in services if isinstance(one, str)) else ():
            rest = f"/database/1/{name}" if isinstance(name, str) else ""
            endpoint = cloud_endpoint(CLOUDKIT, rest, rules, scheme="https", port=443)
            if endpoint is not None and endpoint.kind is EndpointKind.CLOUD:
                at = max(buffer.data.find(name.encode()), 0)
                place_of = Evidence(
                    buffer.file, buffer.base + at, "entitlement:icloud/cloud-id", match_context("", name)
                )
                yield Sighting(endpoint, 1, Party.UNKNOWN, place_of)


def _entitled(data: bytes) -> _Named:
    for place in _entitlements(data):
        domains = place.get(ENTITLEMENT)
        for domain in domains if isinstance(domains, list) else ():
            found = _DOMAIN.fullmatch(domain) if isinstance(domain, str) else None
            if found is not None:
                yield f"entitlement:{found[1]}", "https", found[2], found[3] or ""


def _filtered(data: bytes, rules: RuleFiles) -> _Named:
    try:
        root = read_text_xml(data)
    except MalformedPoolError:
        return
    package = root.attributes.get("package", "")
    own = ".".join((package, *own_classes(root, rules)))
    stack = [(root, "")]
    while stack:
        element, component = stack.pop()
        if element.name in _COMPONENTS:
            component = element.attributes.get("targetActivity") or element.attributes.get("name", "")
        stack += [(child, component) for child in reversed(element.children)]
        if element.name == "intent-filter":
            yield from _of_filter(element, _strange_parts(component, package, own), rules)


def _strange_parts(component: str, package: str, own: str) -> frozenset[str]:
    """The packages of a component that the application identifier does not contain: ``bequant`` for
    ``com.acme.bequant.Sign`` of ``com.acme.wallet``. If a template wrote the identifier, the classes that start the app
    are its own too.
    """
    parts = (package + component if component.startswith(".") else component).lower().split(".")[:-1]
    return frozenset(parts) - set(own.lower().split(".")) if package else frozenset()


def _of_filter(element: Element, partners: frozenset[str], rules: RuleFiles) -> _Named:
    # Every scheme of a filter applies to every host of the filter.
    data = [one.attributes for one in element.all("data")]
    schemes = {one["scheme"].lower() for one in data if "scheme" in one}
    scheme = next((name for name in _PORTS if name in schemes), "")
    how = APP_LINK if element.attributes.get("autoVerify") == "true" else DEEP_LINK
    for one in data if scheme else ():
        host = one.get("host", "").removeprefix("*.")
        if host:
            named = registrable_domain(host.lower(), rules).partition(".")[0] if how == APP_LINK else ""
            yield PARTNER_LINK if named in partners else how, scheme, host, one.get("port", "")


def _sighting(buffer: Buffer, rules: RuleFiles, how: str, scheme: str, text: str, port: str) -> Sighting | None:
    host = check_host(text.lower(), rules)
    number = check_port(port) if port else _PORTS[scheme]
    if not isinstance(host, EndpointHost) or not isinstance(number, int):
        return None
    shown = "" if number == _PORTS[scheme] else f":{number}"
    endpoint = cloud_endpoint(host.name, "", rules, scheme=scheme, port=number) or Endpoint(
        EndpointKind.URL, f"{scheme}://{host.bracketed}{shown}", scheme, host.name, number
    )
    at = max(buffer.data.find(text.encode()), 0)
    place = Evidence(buffer.file, buffer.base + at, f"{how}/{RULE}", match_context(f"{how.partition(':')[2]} ", text))
    return Sighting(endpoint, 1, Party.UNKNOWN, place)
