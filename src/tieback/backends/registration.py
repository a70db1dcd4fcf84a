"""Registered holder of an address, an autonomous system or a domain, and its contacts, from RDAP documents.

The operator imports the documents (``tieback data import``). No registry is queried.
"""

from collections.abc import Iterable, Iterator
from functools import cached_property
from ipaddress import ip_address

from tieback.backends.datasets import Dataset, Datasets
from tieback.backends.range_table import NO_LABEL, LabelledNetwork, RangeTable
from tieback.backends.rdap import RdapObject
from tieback.model.backend import Attribution
from tieback.scope.address import parse_address

BY_REGISTRY = 0.85
"""Confidence that a registered contact reaches the operator of the host; registrations become outdated."""
REGISTRANT = 0.7
"""Confidence that the registered holder of a domain is its owner; agents register domains for others."""


class RegistrationLookup:
    """Look-ups in imported RDAP documents. Use one instance per run."""

    def __init__(self, datasets: Datasets | None = None) -> None:
        """Create the look-up. No data is read before the first call. ``datasets`` is the imported data."""
        self._datasets = datasets

    @cached_property
    def _objects(self) -> list[tuple[RdapObject, Dataset]]:
        if self._datasets is None:
            return []
        return [
            (found, one) for one in self._datasets.all() if one.kind == "rdap" for found in self._datasets.rdap(one)
        ]

    @cached_property
    def _networks(self) -> RangeTable:
        return RangeTable(
            LabelledNetwork(first.version, int(first), int(ip_address(one.last)), at)
            for at, (one, _) in enumerate(self._objects)
            if one.kind == "network"
            for first in (ip_address(one.first),)
        )

    @cached_property
    def _domains(self) -> dict[str, int]:
        return {one.first: at for at, (one, _) in enumerate(self._objects) if one.kind == "domain"}

    @cached_property
    def _systems(self) -> list[tuple[int, int, int]]:
        """First and last AS number, the narrowest range first."""
        found = [
            (int(one.first), int(one.last), at) for at, (one, _) in enumerate(self._objects) if one.kind == "autnum"
        ]
        return sorted(found, key=lambda block: (block[1] - block[0], block))

    def lookup_address(self, text: str) -> Iterator[Attribution]:
        """Holder and contacts of the narrowest registered network around a canonical address.

        Raises:
            InputError: imported data is damaged.
        """
        if self._objects and (at := self._networks.label(parse_address(text))) != NO_LABEL:
            yield from self._told(at, "network", text)

    def lookup_asn(self, number: int) -> Iterator[Attribution]:
        """Holder and contacts of an AS number. Raises the errors of ``lookup_address``."""
        for first, last, at in self._systems:
            if first <= number <= last:
                yield from self._told(at, "network", f"AS{number}")
                return

    def lookup_domain(self, domain: str) -> Iterator[Attribution]:
        """Holder and contacts of a registrable domain. Raises the errors of ``lookup_address``."""
        at = self._domains.get(domain)
        if at is None:
            return
        one, dataset = self._objects[at]
        if one.holder:
            yield Attribution("owner", one.holder, f"registered for {domain}, according to {dataset.cited}", REGISTRANT)
        yield from self._told(at, "domain", domain)

    def _told(self, at: int, whose: str, asked: str) -> Iterator[Attribution]:
        one, dataset = self._objects[at]
        if whose == "network" and (one.holder or one.name):
            reason = f"{asked} is in {one.label}, according to {dataset.cited}"
            yield Attribution("network", one.holder or one.name, reason, BY_REGISTRY)
        for contact in one.contacts:
            holder = f" of {one.holder or one.name}" if one.holder or one.name else ""
            reason = f"{contact.role} contact{holder} for {one.label}, according to {dataset.cited}"
            yield Attribution(f"{whose}_contact", contact.address, reason, BY_REGISTRY)


def registered_contacts(found: Iterable[Attribution]) -> tuple[str, ...]:
    """E-mail addresses of contacts among the attributions: of the domain first, then of the network, each once."""
    told = list(found)
    ordered = [one.value for claim in ("domain_contact", "network_contact") for one in told if one.claim == claim]
    return tuple(dict.fromkeys(ordered))
