from itertools import permutations

import msgspec

from tests.each import each
from tieback.assess.identity import address_of, group_stores
from tieback.model.figure import exact
from tieback.model.probe import Access, Container, Identity, Outcome, ProbeReport


def report(
    target: str,
    address: str = "",
    key: str = "",
    *,
    records: int = 0,
    access: Access = Access.OPEN,
    outcome: Outcome = Outcome.OK,
    product: str = "mongodb",
    container: str = "people",
) -> ProbeReport:
    kind = "fingerprint" if "fingerprint" in key else "address" if "address" in key else "vendor_id"
    return ProbeReport(
        target=target,
        outcome=outcome,
        access=access,
        product=product,
        address=address,
        identity=Identity(key, kind) if key else None,
        containers=(Container((container,), "collection", records=exact(records, "count")),) if records else (),
    )


CASES = [
    # reports, targets by store
    (
        "one cluster at two addresses",
        [report("a.test:9200", "127.0.0.1", "es:uuid:1"), report("b.test:9200", "127.0.0.2", "es:uuid:1")],
        [["a.test:9200", "b.test:9200"]],
    ),
    (
        "two clusters with an identifier from a manual",
        [
            report("a.test:1", "127.0.0.1", "kafka:cluster_id:5L6g3nShT-eMCtK--X86sw", records=9),
            report("b.test:1", "127.0.0.2", "kafka:cluster_id:5L6g3nShT-eMCtK--X86sw", records=9_000),
        ],
        [["a.test:1"], ["b.test:1"]],
    ),
    (
        "two clusters",
        [report("a.test:1", "127.0.0.1", "es:uuid:1"), report("b.test:1", "127.0.0.2", "es:uuid:2")],
        [["a.test:1"], ["b.test:1"]],
    ),
    (
        "same address and port under two names",
        [report("a.test:1", "127.0.0.1"), report("b.test:1", "127.0.0.1")],
        [["a.test:1", "b.test:1"]],
    ),
    (
        "same address, other port",
        [report("a.test:1", "127.0.0.1"), report("a.test:2", "127.0.0.1")],
        [["a.test:1"], ["a.test:2"]],
    ),
    (
        "equal fingerprints with data",
        [
            report("a.test:1", "127.0.0.1", "m:fingerprint:f", records=9),
            report("b.test:1", "127.0.0.2", "m:fingerprint:f", records=9),
        ],
        [["a.test:1", "b.test:1"]],
    ),
    (
        "two empty stores look alike and are two",
        [report("a.test:1", "127.0.0.1", "m:fingerprint:f"), report("b.test:1", "127.0.0.2", "m:fingerprint:f")],
        [["a.test:1"], ["b.test:1"]],
    ),
    (
        "two stores with the same note are two",
        [
            report("a.test:1", "127.0.0.1", "m:fingerprint:f", records=1, container="READ_ME"),
            report("b.test:1", "127.0.0.2", "m:fingerprint:f", records=1, container="READ_ME"),
        ],
        [["a.test:1"], ["b.test:1"]],
    ),
    (
        "asked again behind a password",
        [report("a.test:1", "127.0.0.1", "m:id:1"), report("b.test:1", "127.0.0.1", access=Access.AUTH_REQUIRED)],
        [["a.test:1", "b.test:1"]],
    ),
    (
        "two stores behind one address: no guess",
        [
            report("a.test:1", "127.0.0.1", "m:id:1"),
            report("b.test:1", "127.0.0.1", "m:id:2"),
            report("c.test:1", "127.0.0.1"),
        ],
        [["c.test:1"], ["a.test:1"], ["b.test:1"]],
    ),
    (
        "probes that key by the name asked for",
        [report("a.test:1", "127.0.0.1", "m:address:a.test:1"), report("b.test:1", "127.0.0.1", "m:address:b.test:1")],
        [["a.test:1", "b.test:1"]],
    ),
    (
        "what did not answer is no store",
        [report("a.test:1", outcome=Outcome.TIMEOUT), report("b.test:1", product="")],
        [],
    ),
]


@each(("reports", "stores"), [c[1:] for c in CASES], ids=[c[0] for c in CASES])
def test_stores(reports: list[ProbeReport], stores: list[list[str]]) -> None:
    for order in permutations(reports):
        found = [sorted(r.target for r in members) for _, members in group_stores(order)]
        assert sorted(found) == sorted(stores)


@each(
    ("target", "address", "shown"),
    [
        ("a.test:9200", "127.0.0.1", "127.0.0.1:9200"),
        ("a.test:9200", "127.0.0.1:9200", "127.0.0.1:9200"),
        ("a.test:9200", "", "a.test:9200"),
        ("a.test:9200", "::1", "[::1]:9200"),
        ("[::1]:9200", "[::1]:9200", "[::1]:9200"),
        ("[::1]:9200", "[::1]", "[::1]:9200"),
    ],
)
def test_addresses(target: str, address: str, shown: str) -> None:
    assert address_of(report(target, address)) == shown


def test_console_adds_nothing_to_what_the_store_reports() -> None:
    store = report("a.test:9200", "127.0.0.1", "elasticsearch:cluster_uuid:1", records=9)
    console = msgspec.structs.replace(
        report("b.test:5601", "127.0.0.2", "elasticsearch:cluster_uuid:1", records=12), probe="kibana", product="kibana"
    )
    for order in permutations([store, console]):
        ((_, members),) = group_stores(order)
        assert [(one.target, len(one.containers)) for one in members] == [("a.test:9200", 1), ("b.test:5601", 0)]
    ((_, alone),) = group_stores([console])
    assert len(alone[0].containers) == 1
    closed = msgspec.structs.replace(store, containers=(), access=Access.AUTH_REQUIRED)
    ((_, both),) = group_stores([closed, console])
    assert [one.target for one in both if one.containers] == ["b.test:5601"]


def member(port: int, *names: str, product: str = "mongodb", key: str = "") -> ProbeReport:
    containers = tuple(
        Container(("hr", name), "collection", records=exact(5, "count"), uid=f"uuid-{name}") for name in names
    )
    identity = Identity(key or f"{product}:fingerprint:{port}", "fingerprint")
    return ProbeReport(
        f"127.0.0.1:{port}",
        Outcome.OK,
        Access.OPEN,
        product=product,
        identity=identity,
        containers=containers,
        address="127.0.0.1",
    )


MEMBERS = [
    ("a member that lags", [member(1, "a", "b", "c"), member(2, "a", "b")], 1),
    ("shards and their router", [member(1, "a"), member(2, "b"), member(3, "a", "b")], 1),
    ("shards alone that share a collection", [member(1, "a", "b"), member(2, "b", "c")], 1),
    ("a chain, whatever the order", [member(1, "a", "b"), member(3, "c", "d"), member(2, "b", "c")], 1),
    ("two stores", [member(1, "a"), member(2, "b")], 2),
    ("another product", [member(1, "a"), member(2, "a", product="ferretdb")], 2),
]


@each(("reports", "stores"), [case[1:] for case in MEMBERS], ids=[case[0] for case in MEMBERS])
def test_stores_with_the_same_container_names_are_one_store(reports: list[ProbeReport], stores: int) -> None:
    groups = group_stores(reports)
    assert len(groups) == stores
    assert group_stores(reports[::-1]) == groups
    assert sum(len(found) for _, found in groups) == len(reports)
