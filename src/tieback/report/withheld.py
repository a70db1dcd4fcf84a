"""The stores to which a vendor's apps lead, but for which another party answers: what a report must hide, and counts.

The evidence graph and the vendor register decide, as for cases (``cases.ownership``).
"""

from collections.abc import Iterable, Iterator
from itertools import batched, chain

import msgspec

from tieback.cases.ownership import OwnerFinder
from tieback.cases.register import new_vendors
from tieback.model.backend import Candidate, Route
from tieback.model.count_text import count_text
from tieback.model.exposure import Exposure
from tieback.model.report.document import Report
from tieback.model.sighting import Problem
from tieback.model.vendor import Vendor

NOTE = "--audience vendor"
"""Where of a problem about what the report leaves out."""
BATCH = 500
"""Number of stores in memory at once."""


class Withheld(msgspec.Struct, frozen=True):
    """What leads to stores that the vendor does not answer for."""

    foreign: int = 0
    """Number of stores for which another party answers."""
    undecided: int = 0
    """Number of stores of which no evidence shows the owner."""
    apps: frozenset[str] = frozenset()
    """SHA-256 of the vendor's apps that lead there."""
    hosts: frozenset[str] = frozenset()
    """Hosts and addresses of these stores, except those of the vendor's own stores and of cloud resources."""
    targets: frozenset[str] = frozenset()
    endpoints: frozenset[str] = frozenset()
    """Values of the endpoints of the apps."""

    def hides(self, endpoint: str, host: str) -> bool:
        """True if an endpoint leads only to such a store."""
        return endpoint in self.endpoints or host in self.hosts


def stores_by_owner(
    report: Report, reached: frozenset[str], apps: frozenset[str], vendor: str, register: Iterable[Vendor]
) -> tuple[frozenset[str], frozenset[str], frozenset[str]]:
    """Return the ids of stores in three groups: of the vendor, of another party, and of an unknown owner.

    Args:
        report: the full report.
        reached: ids of the stores to which the vendor's apps lead.
        apps: SHA-256 of the vendor's apps.
        vendor: its name.
        register: the vendors of the workspace; those of the report's apps are added.
    """
    known = list(register)
    vendors = [*known, *(one for one, _ in new_vendors(known, (summary.app for summary in report.apps.rows())))]
    values = {route.endpoint for store in pick_stores(report, reached) for route in store.routes}
    backends = {one.endpoint.value: one for one in report.backends.rows() if one.endpoint.value in values}
    finder = OwnerFinder(backends, vendors)
    word = vendor.strip().casefold()
    ids = {one.id for one in vendors if one.name.casefold() == word}
    ids |= {finder.register.find_vendor(summary.app) or "" for summary in report.apps.pick(apps)} - {""}
    stores, foreign, undecided = set[str](), set[str](), set[str]()
    for batch in batched(pick_stores(report, reached), BATCH):
        keys = {route.app_sha256 for store in batch for route in store.routes}
        leading = {summary.app.sha256: summary.app for summary in report.apps.pick(keys)}
        for store in batch:
            there = [leading[key] for key in dict.fromkeys(way.app_sha256 for way in store.routes) if key in leading]
            owner = finder.find(store, there).vendor
            (stores if owner in ids else foreign if owner else undecided).add(store.id)
    return frozenset(stores), frozenset(foreign), frozenset(undecided)


def find_withheld(
    report: Report,
    keys: tuple[frozenset[str], frozenset[str]],
    apps: frozenset[str],
    endpoints: frozenset[str],
    targets: frozenset[str],
    addresses: frozenset[str],
) -> Withheld:
    """What leads to the stores with these ids, except what also leads to the vendor's own stores.

    Args:
        report: the full report.
        keys: ids of the stores of other parties, and of those of unknown owners.
        apps: SHA-256 of the vendor's apps.
        endpoints: values of the endpoints that lead to its own stores.
        targets: targets of its own stores.
        addresses: addresses of its own stores, with port.
    """
    foreign, undecided = keys
    reaching, hosts, places, values = set[str](), set[str](), set[str](), set[str]()
    for store in pick_stores(report, foreign | undecided):
        places.update(store.targets)
        # Many customers share the addresses of cloud resources.
        if not any("/" in place for place in store.targets):
            hosts.update(_host(address) for address in store.addresses)
        for route in store.routes:
            if route.app_sha256 in apps:
                reaching.add(route.app_sha256)
                places.add(target_of(route.candidate))
                if not route.candidate.resource:
                    hosts.add(route.candidate.host)
                if route.candidate.route is Route.NAMED:
                    values.add(route.endpoint)
    places -= targets
    hosts.update(_host(place) for place in places if "/" not in place)
    hosts -= {_host(place) for place in chain(targets, addresses)}
    return Withheld(
        len(foreign),
        len(undecided),
        frozenset(reaching),
        frozenset(hosts),
        frozenset(places),
        frozenset(values - endpoints),
    )


def withheld_lines(withheld: Withheld) -> Iterator[Problem]:
    """What the report does not describe, as a count: neither whose the stores are, nor if they are open."""
    if withheld.foreign:
        count = count_text(withheld.foreign, "data store")
        yield Problem(f"not described: {count} that the apps lead to, but another party answers for", NOTE)
    if withheld.undecided:
        count = count_text(withheld.undecided, "data store")
        yield Problem(f"not described: {count} that the apps lead to, and no evidence shows who answers for", NOTE)


def _host(place: str) -> str:
    return place.partition("/")[0].rpartition(":")[0].strip("[]")


def place_of(host: str, port: int) -> str:
    """Host and port as one text; an IPv6 address is in brackets."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def target_of(candidate: Candidate) -> str:
    """Target in the form of ``ProbeReport.target``."""
    place = place_of(candidate.host, candidate.port)
    if candidate.path:
        return f"{place}{candidate.path}/"
    return f"{place}/{candidate.resource}" if candidate.resource else place


def pick_stores(report: Report, keys: Iterable[str]) -> Iterator[Exposure]:
    """The stores with these ids, exposed or not; a batch of them in memory at a time."""
    for some in batched(keys, BATCH):
        yield from report.exposed.pick(some)
        yield from report.answered.pick(some)
