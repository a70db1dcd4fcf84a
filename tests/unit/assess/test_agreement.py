"""Reports of one identity: one store, one to several, or several. A table of what agrees and what contradicts."""

from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.each import each
from tests.examples import examples
from tieback.assess.agreement import agrees, contradicts, view_of
from tieback.assess.identity import distinct_parts, group_stores, has_strong_identity
from tieback.model.figure import Figure, Quality, estimate, exact, lower_bound
from tieback.model.probe import Access, Container, Identity, Outcome, ProbeReport, TlsInfo

WEAK = Identity("mysql:fingerprint:f", "fingerprint")
STRONG = Identity("mysql:server_uuid:u", "vendor_id")


def seen(
    port: int, identity: Identity = WEAK, /, version: str = "10.11.6", cert: str = "", **tables: Any
) -> ProbeReport:
    """A server at a port; a table is its name and its number of records."""
    return ProbeReport(
        f"127.0.0.1:{port}",
        Outcome.OK,
        Access.OPEN,
        product="mariadb",
        version=version,
        probe="mysql",
        address="127.0.0.1",
        identity=identity,
        tls=TlsInfo("TLSv1.3", verified=False, certificate_sha256=cert) if cert else None,
        containers=tuple(
            Container((name,), "table", records=n if isinstance(n, Figure) else exact(n, "count"))
            for name, n in tables.items()
        ),
    )


def parts_of(*reports: ProbeReport) -> list[int]:
    """Greatest number of stores of each group, sorted."""
    return sorted(len(distinct_parts(store)) for store in group_stores(reports))


CASES = [
    # what, reports, greatest number of stores of each group
    ("names and figures agree", [seen(1, a=300), seen(2, a=300)], [2]),
    ("three places", [seen(1, a=300), seen(2, a=300), seen(3, a=300)], [3]),
    ("a record was added meanwhile", [seen(1, a=300), seen(2, a=301)], [2]),
    ("other figures", [seen(1, a=20_000), seen(2, a=300)], [1, 1]),
    ("slightly other figures", [seen(1, a=300), seen(2, a=320)], [1, 1]),
    ("one table differs", [seen(1, a=300, b=10), seen(2, a=300, b=20)], [1, 1]),
    ("two agree, one differs", [seen(1, a=300), seen(2, a=300), seen(3, a=999)], [1, 2]),
    ("other versions", [seen(1, a=300), seen(2, version="11.4.2", a=300)], [1, 1]),
    ("an unknown version", [seen(1, a=300), seen(2, version="", a=300)], [2]),
    ("other certificates", [seen(1, cert="aa", a=300), seen(2, cert="bb", a=300)], [1, 1]),
    ("one key", [seen(1, cert="aa", a=300), seen(2, cert="aa", a=300)], [1]),
    ("one key, other figures", [seen(1, cert="aa", a=300), seen(2, cert="aa", a=900)], [1, 1]),
    ("TLS at one of them", [seen(1, cert="aa", a=300), seen(2, a=300)], [2]),
    ("estimates vary", [seen(1, a=estimate(1_000, "s")), seen(2, a=estimate(1_150, "s"))], [2]),
    ("estimates far apart", [seen(1, a=estimate(1_000, "s")), seen(2, a=estimate(300, "s"))], [1, 1]),
    ("a lower bound below", [seen(1, a=lower_bound(100, "page")), seen(2, a=5_000)], [2]),
    ("a lower bound above", [seen(1, a=lower_bound(9_000, "page")), seen(2, a=5_000)], [1, 1]),
    ("strong", [seen(1, STRONG, a=300), seen(2, STRONG, a=300)], [1]),
    ("strong, a replica lags", [seen(1, STRONG, a=300), seen(2, STRONG, a=280)], [1]),
    ("strong, versions of a rolling upgrade", [seen(1, STRONG, a=9), seen(2, STRONG, version="11", a=9)], [1]),
    ("a copied identifier", [seen(1, STRONG, a=20_000), seen(2, STRONG, a=300)], [1, 1]),
    ("a copied identifier, other tables", [seen(1, STRONG, a=300), seen(2, STRONG, b=400)], [1, 1]),
    (
        "a copied identifier, twice the same data",
        [seen(1, STRONG, a=9), seen(2, STRONG, a=9), seen(3, STRONG, a=99)],
        [1, 2],
    ),
    ("strong, one door shows nothing", [seen(1, STRONG, a=300), seen(2, STRONG)], [1]),
]


@each(("reports", "parts"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_one_store_or_several(reports: list[ProbeReport], parts: list[int]) -> None:
    assert parts_of(*reports) == parts
    assert parts_of(*reports[::-1]) == parts


def test_a_claimed_figure_neither_agrees_nor_contradicts() -> None:
    claimed = Figure(10**15, Quality.CLAIMED, "statistics")
    assert parts_of(seen(1, a=300, b=claimed), seen(2, a=300, b=5)) == [2]


def test_a_copied_identifier_is_the_identity_of_neither_store() -> None:
    stores = group_stores([seen(1, STRONG, a=20_000), seen(2, STRONG, a=300)])
    assert [identity.kind for identity, _ in stores] == ["address", "address"]
    assert len({identity.key for identity, _ in stores}) == 2


def test_the_largest_of_several_lookalikes_keeps_the_fingerprint() -> None:
    stores = group_stores([seen(1, a=300), seen(2, a=20_000)])
    assert {identity.key: members[0].target for identity, members in stores} == {
        WEAK.key: "127.0.0.1:2",
        f"{WEAK.key}:127.0.0.1:1": "127.0.0.1:1",
    }


def test_a_restored_snapshot_with_other_figures_is_another_store() -> None:
    def copy(port: int, records: int, *traits: tuple[str, str]) -> ProbeReport:
        box = Container(("people",), "collection", records=exact(records, "count"), uid="uuid-1")
        found = seen(port, Identity(f"mongodb:fingerprint:{port}", "fingerprint"))
        return msgspec.structs.replace(found, containers=(box,), traits=traits)

    assert parts_of(copy(1, 20_000), copy(2, 19_990)) == [1]
    assert parts_of(copy(1, 20_000), copy(2, 300)) == [1, 1]
    # A shard has a part of what its router shows.
    assert parts_of(copy(1, 20_000), copy(2, 300, ("set_name", "rs0"))) == [1]


def test_names_that_people_choose_are_no_strong_identity() -> None:
    def broker(host: str, port: int) -> ProbeReport:
        found = seen(port, Identity("rabbitmq:cluster_name:rabbit@mq", "vendor_id"))
        return msgspec.structs.replace(found, access=Access.AUTH_REQUIRED, address=host, target=f"{host}:{port}")

    assert parts_of(broker("127.0.0.1", 5672), broker("127.0.0.1", 15672)) == [1]
    assert parts_of(broker("127.0.0.1", 5672), broker("127.0.0.2", 5672)) == [2]


@pytest.mark.parametrize(
    ("identity", "uid", "strong"),
    [(STRONG, "", True), (WEAK, "", False), (WEAK, "uuid", True), (Identity("x:address:y", "address"), "", False)],
)
def test_strong_identity(identity: Identity, uid: str, strong: bool) -> None:
    assert has_strong_identity(identity, (Container(("a",), "table", uid=uid),)) is strong


COUNTS = st.dictionaries(st.sampled_from("abcd"), st.integers(1, 10**7), min_size=1)


@settings(max_examples=examples(100), deadline=None)
@given(COUNTS, st.integers(2, 6), st.sampled_from([WEAK, STRONG]))
def test_one_server_through_several_doors_is_one_wherever_it_has_a_strong_identity(
    tables: dict[str, Any], doors: int, identity: Identity
) -> None:
    parts = parts_of(*(seen(port, identity, **tables) for port in range(1, doors + 1)))
    assert parts == ([1] if identity is STRONG else [doors])


@settings(max_examples=examples(200), deadline=None)
@given(COUNTS, COUNTS, st.sampled_from([WEAK, STRONG]))
def test_two_servers_with_other_data_are_never_one(
    one: dict[str, Any], other: dict[str, Any], identity: Identity
) -> None:
    first, second = seen(1, identity, **one), seen(2, identity, **other)
    apart = contradicts if identity is STRONG else (lambda a, b: not agrees(a, b))
    parts = parts_of(first, second)
    if apart(view_of([first]), view_of([second])):
        assert parts == [1, 1]
    elif identity is WEAK:
        assert parts == [2], "one to two, never exactly one"


@settings(max_examples=examples(100), deadline=None)
@given(st.lists(st.tuples(st.integers(1, 6), st.integers(1, 400), st.sampled_from([WEAK, STRONG])), max_size=8))
def test_every_report_is_in_exactly_one_store_in_any_order(drawn: list[tuple[int, int, Identity]]) -> None:
    reports = [seen(port, identity, a=records) for port, records, identity in drawn]
    stores = group_stores(reports)
    assert stores == group_stores(reports[::-1])
    assert sum(len(members) for _, members in stores) == len(reports)
    assert len({identity.key for identity, _ in stores}) == len(stores)
