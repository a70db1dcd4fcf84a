"""Attributions of an address: provider, product, region, AS number and name, country; each with its source and reason.

Sources, in this order: IANA's special-purpose blocks (a private address has no provider), the lists that the operator
imported, the networks that providers document (``documented.toml``). AS and country come only from imported databases.
"""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from importlib import resources
from ipaddress import ip_network

import msgspec

from tieback.backends.datasets import Dataset, Datasets
from tieback.backends.mmdb import Mmdb
from tieback.backends.range_files import NetworkLabel
from tieback.backends.range_table import NO_LABEL, LabelledNetwork, RangeTable
from tieback.model.backend import Attribution
from tieback.rulefiles import load_rules
from tieback.scope.address import Address, parse_address, special

BY_LIST = 0.97
"""Confidence of an entry in a provider's own list."""
BY_DOCUMENT = 0.94
"""Confidence of a network that the provider's documentation names."""
BY_ROUTE = 0.9
"""Confidence of the holder of the route. The AS that announces an address does not have to operate the host."""
BY_COUNTRY = 0.7
"""Confidence of a country: the place of registration or an estimate. It is wrong for anycast networks."""
_MERGED = "google"
"""Name of Google's list of all its addresses, customers included. The list of Google Cloud is more specific."""


class _Documented(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    provider: str
    product: str
    nets: tuple[str, ...]
    source: str
    region: str = ""


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    as_of: str
    net: tuple[_Documented, ...]


def read_documented() -> tuple[_Documented, ...]:
    """Networks of ``documented.toml``. Raises ``msgspec.ValidationError`` if the file is damaged."""
    return load_rules(_raw(), _File).net


def shipped_snapshot() -> Dataset:
    """The data that ships with tieback, cited like the data of the operator."""
    raw = _raw()
    file = load_rules(raw, _File)
    digest = hashlib.sha256(raw).hexdigest()
    nets = sum(len(one.nets) for one in file.net)
    return Dataset("tieback's own nets", "shipped", "documented.toml", digest, file.as_of, file.as_of, nets)


def _raw() -> bytes:
    return resources.files("tieback.backends").joinpath("documented.toml").read_bytes()


class AddressLookup:
    """Look-ups by address. Use one instance per run, and close it."""

    def __init__(self, datasets: Datasets | None = None, names: Callable[[str], str] = str) -> None:
        """Create the look-up. No data is read before the first address.

        Args:
            datasets: imported data; none by default.
            names: returns the display name for the id of a provider.
        """
        self._datasets = datasets
        self._names = names

    @cached_property
    def used(self) -> tuple[Dataset, ...]:
        """Imported datasets that the answers use. Raises ``InputError`` if the manifest is damaged."""
        return self._datasets.all() if self._datasets is not None else ()

    @cached_property
    def _tables(self) -> Sequence[tuple[Dataset, tuple[NetworkLabel, ...], RangeTable]]:
        if self._datasets is None:
            return ()
        lists = [one for one in self.used if one.kind != "rdap" and not one.kind.startswith("mmdb")]
        lists.sort(key=lambda one: (one.name == _MERGED, one.name))
        return [(one, *self._datasets.table(one)) for one in lists]

    @cached_property
    def _databases(self) -> Sequence[tuple[Dataset, Mmdb]]:
        if self._datasets is None:
            return ()
        return [(one, self._datasets.database(one)) for one in self.used if one.kind.startswith("mmdb")]

    @cached_property
    def _documented(self) -> tuple[tuple[_Documented, ...], RangeTable]:
        documented = read_documented()
        nets = ((label, ip_network(text)) for label, one in enumerate(documented) for text in one.nets)
        return documented, RangeTable(
            LabelledNetwork(net.version, int(net.network_address), int(net.broadcast_address), label)
            for label, net in nets
        )

    def lookup(self, text: str) -> tuple[Attribution, ...]:
        """Attributions of a canonical address; empty if no source lists it.

        Raises:
            ValueError: the text is not an address.
            InputError: imported data is damaged.
        """
        address = parse_address(text)
        block = special(address)
        if block is not None:
            return (
                Attribution(
                    "special", block.name, f"{address} is in {block.network} of IANA's special-purpose blocks", 1.0
                ),
            )
        found = tuple(self._listed(address)) or tuple(self._by_document(address))
        return (*found, *self._routed(address), *self._located(str(address)))

    def close(self) -> None:
        """Close the databases."""
        if "_databases" in self.__dict__:
            for _, database in self._databases:
                database.close()

    def _listed(self, address: Address) -> Iterator[Attribution]:
        for dataset, labels, table in self._tables:
            if dataset.kind == "asn":
                continue
            at = table.label(address)
            if at != NO_LABEL:
                label = labels[at]
                yield from self._said(label, f"{address} is in the list {dataset.cited}", BY_LIST)
                return

    def _by_document(self, address: Address) -> Iterator[Attribution]:
        documented, table = self._documented
        at = table.label(address)
        if at != NO_LABEL:
            one = documented[at]
            label = NetworkLabel(one.provider, one.product, one.region)
            yield from self._said(label, f"{address} is in a network that {one.source} lists", BY_DOCUMENT)

    def _said(self, label: NetworkLabel, reason: str, sure: float) -> Iterator[Attribution]:
        yield Attribution("provider", self._names(label.provider), reason, sure)
        for claim, value in (("product", label.product), ("region", label.region), ("place", label.place)):
            if value:
                yield Attribution(claim, value, reason, sure)

    def _routed(self, address: Address) -> Iterator[Attribution]:
        for dataset, labels, table in self._tables:
            at = table.label(address) if dataset.kind == "asn" else NO_LABEL
            if at != NO_LABEL:
                yield from _route(
                    labels[at].asn, labels[at].as_name, f"this AS announces {address}, according to {dataset.cited}"
                )
                return

    def _located(self, address: str) -> Iterator[Attribution]:
        for dataset, database in self._databases:
            one = database.of(address)
            if one is None:
                continue
            reason = f"{address}/{one.prefix} in {dataset.cited}"
            yield from _route(one.asn, one.as_name, reason)
            if one.country:
                yield Attribution("country", one.country, reason, BY_COUNTRY)


def _route(asn: int | None, name: str, reason: str) -> Iterator[Attribution]:
    if asn:
        yield Attribution("asn", f"AS{asn}", reason, BY_ROUTE)
        if name:
            yield Attribution("as_name", name, reason, BY_ROUTE)
