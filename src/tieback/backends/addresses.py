"""What an address tells: hosting provider, product, region, AS number and name, country; each with data and reason.

Asked in this order: the special blocks of IANA (private addresses are nobody's on the Internet), the lists that the
operator imported, what providers document (``documented.toml``). AS and country come from imported databases alone.
"""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from importlib import resources
from ipaddress import ip_network

import msgspec

from tieback.backends.datasets import Dataset, Datasets
from tieback.backends.mmdb import Mmdb
from tieback.backends.range_files import Label
from tieback.backends.range_table import NONE, Net, RangeTable
from tieback.model.backend import Attribution
from tieback.rulefiles import rules
from tieback.scope.address import Address, parse_address, special

BY_LIST = 0.97
"""Confidence of a provider's own list."""
BY_DOCUMENT = 0.94
"""Of a net that its documentation names."""
BY_ROUTE = 0.9
"""Of the holder of the route: who announces an address need not run what is there."""
BY_COUNTRY = 0.7
"""Of a country: where a net is registered, or where somebody believes it is; wrong for networks that are everywhere."""
_MERGED = "google"
"""Name of Google's list of everything that is its own, customers included: its cloud's list says more."""


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
    """The nets of ``documented.toml``. Raises ``msgspec.ValidationError`` where it is damaged."""
    return rules(_raw(), _File).net


def shipped() -> Dataset:
    """The snapshot that ships with tieback, cited like the operator's data."""
    raw = _raw()
    file = rules(raw, _File)
    digest = hashlib.sha256(raw).hexdigest()
    nets = sum(len(one.nets) for one in file.net)
    return Dataset("tieback's own nets", "shipped", "documented.toml", digest, file.as_of, file.as_of, nets)


def _raw() -> bytes:
    return resources.files("tieback.backends").joinpath("documented.toml").read_bytes()


class Addresses:
    """Look-ups by address; hold one a run, and close it."""

    def __init__(self, datasets: Datasets | None = None, names: Callable[[str], str] = str) -> None:
        """Nothing is read before the first address.

        Args:
            datasets: what the operator imported; by default nothing is.
            names: a provider's name for people by its id.
        """
        self._datasets = datasets
        self._names = names

    @cached_property
    def used(self) -> tuple[Dataset, ...]:
        """The data that answers are made from. Raises ``InputError`` where it is damaged."""
        return self._datasets.all() if self._datasets is not None else ()

    @cached_property
    def _tables(self) -> Sequence[tuple[Dataset, tuple[Label, ...], RangeTable]]:
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
            Net(net.version, int(net.network_address), int(net.broadcast_address), label) for label, net in nets
        )

    def of(self, text: str) -> tuple[Attribution, ...]:
        """What a canonical address tells; nothing where nobody knows.

        Raises:
            ValueError: it is no address.
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
        """Release the databases."""
        if "_databases" in self.__dict__:
            for _, database in self._databases:
                database.close()

    def _listed(self, address: Address) -> Iterator[Attribution]:
        for dataset, labels, table in self._tables:
            if dataset.kind == "asn":
                continue
            at = table.label(address)
            if at != NONE:
                label = labels[at]
                yield from self._said(label, f"{address} is in the list {dataset.cited}", BY_LIST)
                return

    def _by_document(self, address: Address) -> Iterator[Attribution]:
        documented, table = self._documented
        at = table.label(address)
        if at != NONE:
            one = documented[at]
            label = Label(one.provider, one.product, one.region)
            yield from self._said(label, f"{address} is in a net that {one.source} names", BY_DOCUMENT)

    def _said(self, label: Label, reason: str, sure: float) -> Iterator[Attribution]:
        yield Attribution("provider", self._names(label.provider), reason, sure)
        for claim, value in (("product", label.product), ("region", label.region), ("place", label.place)):
            if value:
                yield Attribution(claim, value, reason, sure)

    def _routed(self, address: Address) -> Iterator[Attribution]:
        for dataset, labels, table in self._tables:
            at = table.label(address) if dataset.kind == "asn" else NONE
            if at != NONE:
                yield from _route(
                    labels[at].asn, labels[at].as_name, f"{address} is announced by it, by {dataset.cited}"
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
