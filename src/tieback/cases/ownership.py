"""The party that answers for an open store: by the evidence graph and the vendor register, not by who names it.

Many apps may name one store. Only its owner gets a case; the makers of the other apps get no details of it. Evidence,
from strong to weak, each from the back ends that lead to the store:

1. the graph names the vendor as owner of the back end (``tieback backend show``);
2. the host, or that of the store itself, is in one of the vendor's domains in the register, unless the domain is one
   of a provider, where many organisations have names;
3. the back end belongs to a third party, such as the maker of an SDK;
4. no evidence names an owner, and the apps of only one vendor lead there.

A back end that an app names counts more than one that was derived from it.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence

import msgspec

from tieback.backends.normalise import host_of, literal_address
from tieback.cases.register import VendorRegister
from tieback.cases.shared_domains import shared_domains
from tieback.model.app import App
from tieback.model.backend import Attribution, Backend, Route
from tieback.model.endpoint import EndpointKind, Party
from tieback.model.exposure import AppRoute, Exposure
from tieback.model.vendor import Vendor

BY_DOMAINS = 0.9
"""Confidence that a vendor answers for the hosts below its domains in the register."""


class StoreOwner(msgspec.Struct, frozen=True):
    """Who answers for a store."""

    vendor: str = ""
    """Vendor ID; empty if no evidence decides between several vendors, or no vendor is known."""
    name: str = ""
    """Owner of the back end, as ``tieback backend show`` names it; empty if unknown."""
    reason: str = ""
    new: Vendor | None = None
    """The owner, if the register does not have it yet."""


class OwnerFinder:
    """Finds the owners of stores. Make a new one if the register changes."""

    def __init__(self, backends: Mapping[str, Backend], vendors: Iterable[Vendor]) -> None:
        """Set the back ends of the run, by endpoint value, and the register."""
        self._backends = backends
        self._vendors = list(vendors)
        self.register = VendorRegister(self._vendors)
        self._by_name: dict[str, list[str]] = {}
        self._by_domain: dict[str, list[str]] = {}
        for vendor in self._vendors:
            self._by_name.setdefault(vendor.name.casefold(), []).append(vendor.id)
            for domain in vendor.domains:
                self._by_domain.setdefault(domain, []).append(vendor.id)

    def find(self, store: Exposure, apps: Sequence[App]) -> StoreOwner:
        """Return the party that answers for a store. ``apps`` are those that lead to it."""
        naming = {app.sha256: vendor for app in apps if (vendor := self.register.find_vendor(app)) is not None}
        ways = [(way, self._backends[way.endpoint]) for way in store.routes if way.endpoint in self._backends]
        # A back end that an app names comes first; of several that are derived, the most certain owner.
        ways.sort(key=lambda one: (not _is_named(one[0]), -_certainty(one[1]), one[0].endpoint))
        name = next((backend.owner for _, backend in ways if backend.owner), "")
        # Of equal claims, that of a vendor whose apps lead there: vendors with one name are one party.
        claims = [*self._claims(ways, apps, naming), *self._below_domains(_hosts(store), 1.0)]
        best = max(claims, key=lambda one: (one[1], one[0] in naming.values()), default=None)
        if best is not None:
            return StoreOwner(best[0], name, best[2])
        third = next((one for way, one in ways if _is_named(way) and _is_third_party(one)), None)
        if third is not None:
            owner = _third_party(third)
            known = any(one.id == owner.id for one in self._vendors)
            return StoreOwner(owner.id, name, f"the back end belongs to {owner.name}", None if known else owner)
        if len(set(naming.values())) == 1:
            return StoreOwner(next(iter(naming.values())), name, "only its apps lead to the store")
        return StoreOwner("", name, "no evidence shows which of several vendors answers for it" if naming else "")

    def _claims(
        self, ways: Iterable[tuple[AppRoute, Backend]], apps: Iterable[App], naming: Mapping[str, str]
    ) -> Iterator[tuple[str, float, str]]:
        """Evidence for a vendor: its ID, a weight, and the reason. Named back ends weigh one more than derived ones."""
        # The names in the certificates of the apps are names of their vendors, too.
        signed = [
            (app.vendor.casefold(), naming[app.sha256])
            for app in apps
            if app.sha256 in naming and app.vendor and app.signer is not None
        ]
        for way, backend in ways:
            more = float(_is_named(way))
            for one in _owners(backend):
                word = one.value.casefold()
                for vendor in (*self._by_name.get(word, ()), *(key for name, key in signed if name == word)):
                    yield vendor, more + one.confidence, one.reason
            yield from self._below_domains([host_of(backend.endpoint)], more)

    def _below_domains(self, hosts: Iterable[str], more: float) -> Iterator[tuple[str, float, str]]:
        """Vendors with one of these hosts in a domain of the register."""
        for host in hosts:
            for domain in _domains_of(host):
                known = self._by_domain.get(domain, ())
                for vendor in known if known and not shared_domains().has(domain) else ():
                    yield vendor, more + BY_DOMAINS, f"{host} is in its domain {domain}"


def _hosts(store: Exposure) -> list[str]:
    """The hosts at which the store was probed; not those of cloud providers, which many customers share."""
    return [place.rpartition(":")[0].strip("[]") for place in store.targets if "/" not in place]


def _is_named(way: AppRoute) -> bool:
    return way.candidate.route is Route.NAMED


def _owners(backend: Backend) -> list[Attribution]:
    found = [one for one in backend.attributions if one.claim == "owner"]
    if not found and backend.owner:
        return [Attribution("owner", backend.owner, "the run attributed the back end to it", 0.5)]
    return found


def _certainty(backend: Backend) -> float:
    return max((one.confidence for one in _owners(backend)), default=0.0)


def _domains_of(host: str) -> Iterator[str]:
    """The host and each domain above it."""
    while host:
        yield host
        host = "" if literal_address(host) is not None else host.partition(".")[2]


def _is_third_party(backend: Backend) -> bool:
    """True for a host of a third party; a cloud resource belongs to a customer of the provider."""
    return backend.party is Party.THIRD and bool(backend.owner) and backend.endpoint.kind is not EndpointKind.CLOUD


def _third_party(backend: Backend) -> Vendor:
    digest = hashlib.sha256(f"owner:{backend.owner.casefold()}".encode()).hexdigest()[:12]
    return Vendor(f"v-{digest}", backend.owner[:200], (backend.owner_domain,) if backend.owner_domain else ())
