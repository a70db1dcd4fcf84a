import msgspec

from tests.each import each
from tieback.assess.leaves import bytes_total, leaf_containers, records_total
from tieback.model.figure import Figure, Quality, estimate, exact
from tieback.model.probe import Container


def box(path: str, records: Figure | None = None, size: Figure | None = None, *, system: bool = False) -> Container:
    return Container(tuple(path.split("/")), "table", system, records, size)


def n(value: int) -> Figure:
    return exact(value, "count")


CASES = [
    ("nothing is exactly zero", [], 0, "exact", 0, "exact"),
    (
        "a database beside its tables counts once",
        [box("hr", n(30), n(9)), box("hr/a", n(10), n(4)), box("hr/b", n(20), n(5))],
        30,
        "exact",
        9,
        "exact",
    ),
    ("a database whose tables are not listed counts itself", [box("hr", n(30), n(9))], 30, "exact", 9, "exact"),
    (
        "system containers and what lies in them",
        [box("a", n(1), n(1)), box("admin", n(5), n(5), system=True), box("admin/x", n(5), n(5))],
        1,
        "exact",
        1,
        "exact",
    ),
    (
        "an uncounted table makes a lower bound",
        [box("hr/a", n(10), n(4)), box("hr/b")],
        10,
        "lower_bound",
        4,
        "lower_bound",
    ),
    (
        "the size of the database stands for tables without one",
        [box("hr", n(30), n(9)), box("hr/a", n(10)), box("hr/b", n(20), n(5)), box("x/y", n(1), n(1))],
        31,
        "exact",
        10,
        "exact",
    ),
    (
        "relationships between records are no records",
        [box("neo4j/nodes", n(150)), msgspec.structs.replace(box("neo4j/edges", n(300)), kind="relationships")],
        150,
        "exact",
        0,
        "lower_bound",
    ),
    (
        "a server that only offers models has no figure",
        [msgspec.structs.replace(box("llama"), kind="model"), msgspec.structs.replace(box("qwen"), kind="model")],
        0,
        "lower_bound",
        0,
        "lower_bound",
    ),
    (
        "jobs are no records, and their bytes were not measured",
        [msgspec.structs.replace(box("jobs", n(0)), kind="job")],
        0,
        "lower_bound",
        0,
        "lower_bound",
    ),
    (
        "an empty table beside a model is exactly zero",
        [box("notes", n(0), n(0)), msgspec.structs.replace(box("llama"), kind="model")],
        0,
        "exact",
        0,
        "exact",
    ),
    ("an estimate stays one", [box("a", estimate(7, "reltuples"), n(1))], 7, "estimate", 1, "exact"),
    (
        "a name that only begins alike is no child",
        [box("hr", n(1), n(1)), box("hr2", n(2), n(2))],
        3,
        "exact",
        3,
        "exact",
    ),
]


@each(("containers", "records", "quality", "size", "size_quality"), [c[1:] for c in CASES], ids=[c[0] for c in CASES])
def test_totals_count_only_leaf_containers(
    containers: list[Container], records: int, quality: str, size: int, size_quality: str
) -> None:
    assert (records_total(containers).value, records_total(containers).quality) == (records, Quality(quality))
    assert (bytes_total(containers).value, bytes_total(containers).quality) == (size, Quality(size_quality))
    assert records_total(containers[::-1]) == records_total(containers)


def test_leaves_are_ordered_by_path() -> None:
    assert [leaf.name for leaf in leaf_containers([box("b"), box("a/z"), box("a")])] == ["a.z", "b"]
