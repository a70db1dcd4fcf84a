"""The data stores of the lab in all their states: the input is the name of the store.

``python -m bench.openback run`` starts the servers on loopback and writes their places to ``addresses.json``. A server
whose program is not installed is left out. The labels are those of the lab. The seed chooses the number of records of
the stores that anyone can read; ``changed`` gives the lab those of the labels.
"""

import random
from collections.abc import Iterator, Mapping
from pathlib import Path

import msgspec

from bench.openback.schema import Case, Claim, Split, Topic
from bench.openback.sets.interface import GENERATOR, CaseFile
from tieback.lab.store import Holding, LabStore
from tieback.lab.stores import STORES
from tieback.model.probe import Access

ACCESS = {
    Access.OPEN: "open",
    Access.OPEN_EMPTY: "empty",
    Access.SCHEMA_ONLY: "schema",
    Access.PARTIAL: "partial",
    Access.ANY_USER: "any_user",
    Access.AUTH_REQUIRED: "closed",
    Access.LOCKED: "closed",
    Access.FIREWALLED: "closed",
}
"""Names of the access states in openback; a state that is missing here is no claim."""
_COUNTED = (Access.OPEN, Access.PARTIAL)
_FIXED = frozenset({"", "ransom_note"})
"""Datasets whose size means something."""
_FAMILIES = (["redis", "valkey"], ["mysql", "mariadb"])
"""Products that a client without a login cannot always tell apart."""


def make(seed: int, folder: Path) -> Iterator[CaseFile]:
    """Every store of the lab that contains records, or could."""
    source = random.Random(f"{seed} stores")
    folder.mkdir(parents=True, exist_ok=True)
    yield "lab", [_case(store, source) for store in STORES if store.is_store]


def changed(store: LabStore, cases: Mapping[str, Case]) -> LabStore:
    """The store with the records of the labels of its case, which ``cases`` has by the name of the store."""
    case = cases.get(store.name)
    labels = {one.subject: one.value for one in case.expected if one.name == "records"} if case else {}
    holdings = []
    for one in store.holdings:
        records = labels.get("/".join(one.path))
        holdings.append(msgspec.structs.replace(one, records=records) if isinstance(records, int) else one)
    return msgspec.structs.replace(store, holdings=tuple(holdings))


def product_value(product: str) -> str | list[str]:
    """The names that are right for a product."""
    return next((list(names) for names in _FAMILIES if product in names), product)


def _records(holding: Holding, source: random.Random) -> int:
    if holding.dataset in _FIXED:
        return holding.records
    return source.randint(holding.records // 2 + 1, holding.records * 3 // 2)


def _case(store: LabStore, source: random.Random) -> Case:
    expected = [Claim("product", product_value(store.product))] if store.product else []
    if store.access in ACCESS:
        expected.append(Claim("access", ACCESS[store.access]))
    if store.access in _COUNTED:
        expected += [
            Claim("records", _records(one, source), "/".join(one.path)) for one in store.holdings if one.records
        ]
    return Case(
        id=f"store-{store.name}",
        topic=Topic.STORE,
        split=Split.TUNE,
        source=f"tieback lab: {store.server}{', an emulation' if store.emulation else ''}, {store.state}",
        group=f"store-{store.server}",
        input=store.name,
        expected=tuple(expected),
        labellers=(GENERATOR,),
    )
