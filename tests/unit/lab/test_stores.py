"""The table of stores is consistent, and people choose from it by name."""

import re
from collections import Counter
from ipaddress import ip_address, ip_network
from itertools import takewhile
from pathlib import Path

import pytest

from tests.each import each
from tieback.lab.people import synthetic_rows
from tieback.lab.store import NETWORK, LabStore, ServerProgram, StoreState
from tieback.lab.stores import STORES, choose, stores_in
from tieback.model.errors import LabError
from tieback.model.probe import Access, RansomVerdict

IDS = [store.name for store in STORES]


def test_names_and_places_are_unique() -> None:
    assert Counter(store.name for store in STORES).most_common(1)[0][1] == 1
    assert Counter((store.address, store.port) for store in STORES).most_common(1)[0][1] == 1


def test_each_store_has_an_address_of_its_own() -> None:
    stores = [store for store in STORES if store.is_store]
    assert len({store.address for store in stores}) == len({store.host for store in stores}) == len(stores)


@each("store", STORES, ids=IDS)
def test_it_is_inside_the_lab(store: LabStore) -> None:
    assert ip_address(store.address) in ip_network(NETWORK)
    assert store.host.endswith(".test")


@each("store", STORES, ids=IDS)
def test_the_state_fits_the_truth(store: LabStore) -> None:
    # What a stranger sees without the names that an app carries may be less than what is open.
    less = {Access.PARTIAL, Access.SCHEMA_ONLY, Access.UNKNOWN, Access.AUTH_REQUIRED}
    expected = {
        StoreState.OPEN: {Access.OPEN, Access.ANY_USER} | less,
        # A refused list of containers does not show that each of them is closed.
        StoreState.PROTECTED: {Access.AUTH_REQUIRED, Access.SCHEMA_ONLY, Access.UNKNOWN},
        # Some products do not show what a stranger may not see.
        StoreState.EMPTY: {Access.OPEN_EMPTY, Access.SCHEMA_ONLY},
        StoreState.RANSOMED: {Access.OPEN, Access.ANY_USER},
        StoreState.WIPED: {Access.OPEN_EMPTY},
        StoreState.UNINITIALISED: {Access.LOCKED},
        StoreState.DECOY: {Access.UNKNOWN},
    }
    assert store.access in expected[store.state]
    if store.state not in (StoreState.RANSOMED, StoreState.WIPED):
        assert store.ransom is RansomVerdict.NONE
    if store.state in (StoreState.EMPTY, StoreState.WIPED):
        assert store.records == 0
    assert (store.named_access is None) is (store.names == ())
    assert (store.state is StoreState.DECOY) <= (not store.is_store)
    if store.access is Access.UNKNOWN and store.named_access is None and store.is_store:
        assert store.server in (ServerProgram.VSFTPD, ServerProgram.SAMBA), (
            "nothing says what an app would have to name"
        )


@each("store", STORES, ids=IDS)
def test_its_records_can_be_made(store: LabStore) -> None:
    for holding in store.holdings:
        assert not holding.dataset or synthetic_rows(holding.dataset, 1)


@each(
    ("names", "demo", "expected"),
    [
        ((), False, [store.name for store in STORES if not store.operator]),
        (("memcached",), False, ["memcached-open", "memcached-protected", "memcached-tls", "memcached-empty"]),
        ((), True, ["fieldhand", "workhub", "workhub-api", "tillroll"]),
        (("demo",), False, ["fieldhand", "workhub", "workhub-api", "tillroll"]),
        (("tillroll", "fieldhand"), False, ["fieldhand", "tillroll"]),
        (("api.workhub.test",), False, ["workhub", "workhub-api"]),
        (("valkey-open",), True, ["fieldhand", "workhub", "workhub-api", "tillroll", "valkey-open"]),
    ],
)
def test_stores_are_selected_by_name(names: tuple[str, ...], demo: bool, expected: list[str]) -> None:
    assert [store.name for store in choose(names, demo=demo)] == expected


@each("product", sorted({store.product for store in STORES if store.product and not store.operator}))
def test_each_product_that_the_status_shows_can_be_selected(product: str) -> None:
    assert product in {store.product for store in choose((product,))}


def test_a_name_of_a_server_selects_no_other_server_of_the_same_product() -> None:
    assert {store.server for store in choose(("redis",))} == {ServerProgram.REDIS}
    unpacked = choose(("opensearch",), unpacked=frozenset({ServerProgram.OPENSEARCH}))
    assert {store.server for store in unpacked} == {ServerProgram.OPENSEARCH}


def test_the_names_of_each_documented_call_exist() -> None:
    root = Path(__file__).parents[3]
    pages = [root / "README.md", *(root / "docs").rglob("*.md")]
    calls = [line for page in pages for line in re.findall(r"tieback lab up ([^#&)\n]*)", page.read_text())]
    assert len(calls) > 5
    options = {f"--{program.value}": program for program in ServerProgram}
    for call in calls:
        words = call.split()
        unpacked = frozenset(options[word] for word in words if word in options)
        at = words.index("--only") + 1 if "--only" in words else 0
        names = words[at].split(",") if at else [*takewhile(lambda word: not word.startswith("-"), words)]
        assert choose(tuple(names), demo="--demo" in words, unpacked=unpacked), call


def test_an_unknown_name_lists_the_known_ones() -> None:
    with pytest.raises(LabError, match=r"tilroll: no such store in the lab\. Choose from: demo, fieldhand"):
        choose(("tilroll",))


def test_another_subnet_moves_only_the_address() -> None:
    moved = stores_in(7)
    assert [s.address for s in moved[:2]] == ["127.77.7.10", "127.77.7.20"]
    assert [(s.name, s.port, s.holdings) for s in moved] == [(s.name, s.port, s.holdings) for s in STORES]
    assert stores_in(0) == STORES


@pytest.mark.parametrize("subnet", [-1, 256])
def test_a_subnet_is_a_byte(subnet: int) -> None:
    with pytest.raises(LabError, match="0 to 255"):
        stores_in(subnet)
