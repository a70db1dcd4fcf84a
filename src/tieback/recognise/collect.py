"""Finds of one app become its lists: endpoints with counts and party, credentials, and what is no back end."""

import re
from collections.abc import Iterable

import msgspec

from tieback.model.app import App
from tieback.model.endpoint import Endpoint, Party
from tieback.model.sighting import Credential, NotBackend, Problem, Sighting
from tieback.recognise.interface import Find
from tieback.recognise.rules import Rules

MAX_SIGHTINGS = 5_000
"""Distinct endpoints of one app; also the cap of each other list."""

_LEGAL_FORM = re.compile(
    r"[\s,.]+(?:inc|incorporated|ltd|limited|llc|llp|gmbh|ag|kg|sa|sas|sarl|srl|spa|bv|nv|oy|ab|as|aps|plc|pty|co|corp"
    r"|corporation|company|kk|pte|sp z o o)\.?$",
    re.IGNORECASE,
)


class Collected(msgspec.Struct, frozen=True):
    """What an app names, in the order in which it was first seen."""

    sightings: tuple[Sighting, ...]
    """One an endpoint value, with the first evidence and the number of places."""
    credentials: tuple[Credential, ...]
    not_backends: tuple[NotBackend, ...]
    problems: tuple[Problem, ...]


class _Bounded[T]:
    """Distinct values in first-seen order, up to the cap."""

    def __init__(self) -> None:
        self.values: dict[object, T] = {}
        self.left_out = False

    def add(self, key: object, value: T) -> None:
        if key in self.values:
            return
        if len(self.values) >= MAX_SIGHTINGS:
            self.left_out = True
            return
        self.values[key] = value


def collect(app: App | None, finds: Iterable[Find], rules: Rules | None = None) -> Collected:
    """Merge the finds of one app.

    Args:
        app: whose they are; without one no endpoint is first party.
        finds: from the extractors, in the order of the artifacts.
        rules: the rule files, where the caller holds them already.
    """
    rules = rules if rules is not None else Rules()
    sightings: _Bounded[Sighting] = _Bounded()
    counts: dict[str, int] = {}
    credentials: _Bounded[Credential] = _Bounded()
    not_backends: _Bounded[NotBackend] = _Bounded()
    problems: _Bounded[Problem] = _Bounded()
    for find in finds:
        match find:
            case Sighting():
                sightings.add(find.endpoint.value, find)
                if find.endpoint.value in sightings.values:
                    counts[find.endpoint.value] = counts.get(find.endpoint.value, 0) + find.count
            case Credential():
                credentials.add((find.kind, find.masked, find.endpoint), find)
            case NotBackend():
                not_backends.add(find.value, find)
            case Problem():
                problems.add((find.what, find.where), find)
    maker = Maker(app, rules)
    lists = (("endpoints", sightings), ("credentials", credentials), ("texts that are no back ends", not_backends))
    capped = [
        Problem(f"more than {MAX_SIGHTINGS:,} distinct {name}; the rest is left out", app.bundle_id if app else "")
        for name, values in lists
        if values.left_out
    ]
    return Collected(
        sightings=tuple(
            msgspec.structs.replace(sighting, count=counts[value], party=maker.party(sighting.endpoint))
            for value, sighting in ((one.endpoint.value, one) for one in sightings.values.values())
        ),
        credentials=tuple(credentials.values.values()),
        not_backends=tuple(not_backends.values.values()),
        problems=(*problems.values.values(), *capped),
    )


class Maker:
    """Who makes an app, as far as its bundle identifier and its signer's organisation tell."""

    def __init__(self, app: App | None, rules: Rules) -> None:
        self._rules = rules
        self._domains: set[str] = set()
        self._brands: set[str] = set()
        if app is None:
            return
        reverse = ".".join(reversed(app.bundle_id.lower().split(".")))
        domain = self._registrable(reverse)
        brand = domain.split(".")[0]
        if domain and not self._generic(brand):
            self._domains.add(domain)
            self._brands.add(brand)
        vendor = re.sub(r"[^a-z0-9]", "", _LEGAL_FORM.sub("", app.vendor.lower().strip()))
        if vendor and not self._generic(vendor):
            self._brands.add(vendor)

    def party(self, endpoint: Endpoint) -> Party:
        """First party where host and maker share a domain or its first label; third where a library is known for it."""
        domain = self._registrable(endpoint.host)
        if domain and (domain in self._domains or domain.split(".")[0].replace("-", "") in self._brands):
            return Party.FIRST
        return Party.THIRD if self._rules.third_parties.name(endpoint.host) is not None else Party.UNKNOWN

    def _registrable(self, host: str) -> str:
        labels = host.split(".")
        if len(labels) < 2 or ":" in host or labels[-1].isdigit():
            return ""
        return self._rules.suffixes.privatesuffix(host) or (
            ".".join(labels[-2:]) if labels[-1] in self._rules.names.private_tlds else ""
        )

    def _generic(self, brand: str) -> bool:
        return len(brand) < 4 or brand in self._rules.names.generic_brands
