"""From a finding to the places in the package that it rests on, and what to look for in the source.

The evidence of a finding is text for people. The texts that are read here are those of ``assess.findings``; reports are
compared by them too, so they stay as they are.
"""

import re
from collections.abc import Iterator, Mapping
from enum import StrEnum

import msgspec

from tieback.report.detail import FindingDetail
from tieback.report.texts.routes import TRAFFIC, endpoint_host

MANIFEST = "AndroidManifest.xml"
MAX_TRACES = 32
"""Most places of one finding that are followed."""
_CREDENTIAL = re.compile(
    r"\w{1,80} \(\w{1,40}\) (?P<masked>.{1,40}? \(\d{1,9}\))(?: for (?P<endpoint>.{1,2000}?))?: "
    r"(?P<place>(?P<entry>.{1,500}?)(?: at (?P<offset>0x[0-9a-f]{1,12}))?)"
)
_RESOURCE = re.compile(r"resource:\w{1,40}/(?P<name>[\w.]{1,200})/")
_NO_ENDPOINT = "an unknown endpoint"
"""In reports of earlier releases."""
_LEAKS = frozenset({"cleartext-personal-data", "device-address-in-cleartext", "tracking-cookie-in-cleartext"})
_LEAK_END = re.compile(r", (?:to|from) ")
"""What stands before the endpoint of a leak."""
_HOST_PORT = re.compile(r"\[?(?P<id>[^/\s\[\]]{1,253})\]?:\d{1,5}")
_CLOUD = re.compile(r"[a-z0-9-]{1,40}:(?P<id>[^/\s:]{3,200})")
"""A cloud resource, such as ``s3:bucket``."""


class Setting(StrEnum):
    """A declaration of the app about connections."""

    CLEARTEXT = "cleartext-allowed"
    USER_CAS = "user-authorities-trusted"


class Declaration(StrEnum):
    """Kind of file that has a setting."""

    MANIFEST = "manifest"
    NETWORK_CONFIG = "network_config"
    """``network_security_config.xml``, whatever its name."""
    PLIST = "plist"
    TARGET_SDK = "target_sdk"
    """No file: the default of the target SDK."""


class Trace(msgspec.Struct, frozen=True):
    """A place in a package, and what to look for. Empty fields are unknown."""

    entry: str
    offset: int | None = None
    endpoint: str = ""
    host: str = ""
    """Host or identifier of the endpoint."""
    masked: str = ""
    resource: str = ""
    setting: Setting | None = None
    declared: Declaration = Declaration.MANIFEST
    domain: str = ""
    """The domain that the setting is about; empty for all."""
    method: str = ""
    """In smali notation, with the names of the package."""


class Place(msgspec.Struct, frozen=True):
    """Where an app has an endpoint."""

    entry: str
    offset: int | None
    method: str = ""
    """In smali notation, with the names of the package; empty if unknown."""


type Places = Mapping[tuple[str, str], Place]
"""By the app's SHA-256, and the endpoint's value or the place in the package as evidence writes it."""


def place_text(entry: str, offset: int | None) -> str:
    """``classes.dex at 0x1f``, as in the evidence of a credential."""
    return entry if offset is None else f"{entry} at {offset:#x}"


def traces_of(detail: FindingDetail, places: Places) -> tuple[Trace, ...]:
    """The places of a finding in its packages, each once, at most ``MAX_TRACES``."""
    found = dict.fromkeys((*_routes(detail, places), *_evidence(detail, places)))
    return tuple(found)[:MAX_TRACES]


def _routes(detail: FindingDetail, places: Places) -> Iterator[Trace]:
    apps = set(detail.finding.apps)
    for store in detail.stores:
        for route in store.routes:
            if route.app_sha256 in apps and not route.how.startswith(TRAFFIC):
                place = places.get((route.app_sha256, route.endpoint))
                yield Trace(
                    route.file,
                    route.offset,
                    route.endpoint,
                    identifier(route.endpoint),
                    resource=resource_of(route.how),
                    method=place.method if place else "",
                )


def _evidence(detail: FindingDetail, places: Places) -> Iterator[Trace]:
    finding = detail.finding
    settings = {setting.value: setting for setting in Setting}
    for line in finding.evidence:
        if finding.rule in settings:
            about, _, entry = line.rpartition(": ")
            domain = "" if about.startswith("every host") else about.removesuffix(" and its subdomains")
            kind = _declaration(entry)
            if kind is None:
                continue
            entry = MANIFEST if kind is Declaration.TARGET_SDK else entry
            yield Trace(entry, setting=settings[finding.rule], declared=kind, domain=domain)
        elif finding.rule in {"dangling-name", "retired-back-end"}:
            yield from _named(detail, line.partition(": ")[0], places)
        elif finding.rule in _LEAKS:
            yield from _named(detail, _LEAK_END.split(line)[-1], places)
        elif found := _CREDENTIAL.fullmatch(line):
            offset = int(found["offset"], 16) if found["offset"] else None
            host = "" if found["endpoint"] in {None, _NO_ENDPOINT} else identifier(found["endpoint"])
            methods = [places[app, found["place"]].method for app in finding.apps if (app, found["place"]) in places]
            yield Trace(found["entry"], offset, host=host, masked=found["masked"], method="".join(methods[:1]))


def _declaration(entry: str) -> Declaration | None:
    """Kind of file that a rule comes from; ``None`` for the default of an SDK of iOS, which no file names."""
    if entry.startswith("default (target"):
        return Declaration.TARGET_SDK
    if entry.startswith("default ("):
        return None
    name = entry.rpartition("/")[2]
    if name == MANIFEST:
        return Declaration.MANIFEST
    return Declaration.PLIST if name.endswith(".plist") else Declaration.NETWORK_CONFIG


def _named(detail: FindingDetail, endpoint: str, places: Places) -> Iterator[Trace]:
    """An endpoint that the evidence names without its place in the app."""
    for app in detail.finding.apps:
        if place := places.get((app, endpoint)):
            yield Trace(place.entry, place.offset, endpoint, identifier(endpoint), method=place.method)


def resource_of(how: str) -> str:
    """The resource that evidence names; empty if it names none."""
    found = _RESOURCE.match(how)
    return found["name"] if found else ""


def identifier(endpoint: str) -> str:
    """The host of an endpoint, or the name of a cloud resource."""
    if found := _HOST_PORT.fullmatch(endpoint) or _CLOUD.fullmatch(endpoint):
        return found["id"]
    return endpoint_host(endpoint)
