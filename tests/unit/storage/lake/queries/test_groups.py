"""The headline figures by kind, platform, vendor, provider and country, each store once a group."""

from pathlib import Path

import pyarrow as pa
import pytest

from tieback.model.app import App, Platform, Signer
from tieback.model.figure import Figure, Quality, estimate, exact, lower_bound
from tieback.model.report.groups import CloserLook, FigureGroup
from tieback.model.sighting import AppDocument
from tieback.model.unit import Unit
from tieback.model.vendor import Vendor
from tieback.storage.lake.lake import Lake
from tieback.storage.lake.queries.groups import StoreRow, closer_look, group_tables, makers_of_run, rows_of
from tieback.storage.lake.tables.apps import app_tables
from tieback.storage.lake.tables.inputs import RunInput, save_inputs

TRAFFIC = "traffic-1"
RUN = ("run", TRAFFIC, 4)
SUM = "sum over stores"


def app(key: str, platform: Platform, vendor: str) -> tuple[Unit, AppDocument]:
    known = App(platform, f"test.{key}", key, vendor=vendor)
    return Unit(key, "app-1", f"{key}.apk", 1), AppDocument(f"{key}.apk", known)


DOCUMENTS = [
    app("a1", Platform.ANDROID, "Acme"),
    app("a2", Platform.IOS, "Acme"),
    app("a3", Platform.ANDROID, "Bolt"),
    app("a4", Platform.ANDROID, ""),
]
STORES = [
    StoreRow("x1", "mongodb", "hetzner", "DE", True, True, True, exact(10, "c"), exact(100, "s")),
    StoreRow("x2", "mongodb", "", "", True, False, False, lower_bound(5, "c"), estimate(7, "s")),
    StoreRow("x3", "mongodb", "hetzner", "DE", False, False, False, exact(9, "c"), exact(9, "s")),
    StoreRow("x4", "redis", "aws", "US", True, False, True, exact(10**20, "c"), exact(1, "s")),
]
LEADS = [("a1", "x1"), ("a2", "x1"), ("a3", "x2"), ("a3", "x3"), ("c1", "x4"), ("a1", "gone")]


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    lake = Lake(tmp_path)
    lake.publish("part", app_tables(DOCUMENTS), [unit for unit, _ in DOCUMENTS])
    inputs = [RunInput(unit.source, unit.key, unit.version) for unit, _ in DOCUMENTS]
    save_inputs(lake, "run", [*inputs, RunInput("twin.apk", "a1", "app-1"), RunInput("run.pcap", "c1", TRAFFIC)])
    return lake


def leads() -> pa.Table:
    apps, stores = zip(*LEADS, strict=True)
    return pa.table({"app": apps, "exposure": stores})


def tables(lake: Lake, most: int = 25) -> dict[str, tuple[tuple[FigureGroup, ...], int]]:
    found = group_tables(lake, RUN, leads(), rows_of(STORES), most)
    return {table.by: (table.groups, table.left_out) for table in found}


def figure(value: int, quality: Quality = Quality.EXACT) -> Figure:
    return Figure(value, quality, SUM)


def test_by_kind(lake: Lake) -> None:
    groups, left_out = tables(lake)["kind"]
    assert left_out == 0
    assert groups == (
        FigureGroup("mongodb", None, 3, 3, 3, 2, 1, figure(15, Quality.LOWER_BOUND), figure(107, Quality.ESTIMATE)),
        FigureGroup("redis", None, 1, 1, 1, 1, 0, figure(10**20), figure(1)),
    )


@pytest.mark.parametrize(
    ("by", "lines"),
    [
        # name, analysed, using, affected, answering, exposed, records
        ("platform", [("android", 3, 2, 2, 3, 2, 15), ("ios", 1, 1, 1, 1, 1, 10), ("unknown", 0, 1, 1, 1, 1, 10**20)]),
        ("vendor", [("Acme", 2, 2, 2, 1, 1, 10), ("Bolt", 1, 1, 1, 2, 1, 5), ("unknown", 1, 1, 1, 1, 1, 10**20)]),
        ("provider", [("hetzner", None, 3, 2, 2, 1, 10), ("aws", None, 1, 1, 1, 1, 10**20),
                      ("unknown", None, 1, 1, 1, 1, 5)]),
        ("country", [("DE", None, 3, 2, 2, 1, 10), ("US", None, 1, 1, 1, 1, 10**20), ("unknown", None, 1, 1, 1, 1, 5)]),
    ],
)  # fmt: skip
def test_by_another_property(lake: Lake, by: str, lines: list[tuple[object, ...]]) -> None:
    groups, _ = tables(lake)[by]
    found = [(g.name, g.analysed, g.using, g.affected, g.answering, g.exposed, g.records.value) for g in groups]
    assert found == lines


def test_without_stores_the_groups_with_the_most_apps_come_first(lake: Lake) -> None:
    documents = [app(f"b{number}", Platform.ANDROID, vendor) for number, vendor in enumerate(["Zed"] * 3 + [""] * 4)]
    lake.publish("more", app_tables(documents), [unit for unit, _ in documents])
    every = [unit for unit, _ in (*DOCUMENTS, *documents)]
    save_inputs(lake, "all", [RunInput(unit.source, unit.key, unit.version) for unit in every])
    nothing = pa.table({"app": pa.array([], pa.string()), "exposure": pa.array([], pa.string())})
    found = group_tables(lake, ("all", TRAFFIC, len(every)), nothing, rows_of([]), 3)
    (table,) = (one for one in found if one.by == "vendor")
    assert [(group.name, group.analysed) for group in table.groups] == [("unknown", 5), ("Zed", 3), ("Acme", 2)]
    assert table.left_out == 1


SIGNERS = [Signer(digit * 64, "CN=test") for digit in "56"]


def same_name(lake: Lake, *vendors: Vendor) -> dict[str, int | None]:
    """Analysed apps by vendor, of five apps whose certificates have the same name."""
    keys = [(SIGNERS[0], ""), (SIGNERS[0], ""), (SIGNERS[1], ""), (None, "A1B2C3D4E5"), (None, "")]
    documents = [
        (Unit(f"t{n}", "app-1", f"t{n}.apk", 1), AppDocument(f"t{n}.apk", App(
            Platform.ANDROID, f"test.t{n}", f"t{n}", vendor="test", signer=signer, team=team)))
        for n, (signer, team) in enumerate(keys)
    ]  # fmt: skip
    lake.publish("more", app_tables(documents), [unit for unit, _ in documents])
    save_inputs(lake, "same", [RunInput(unit.source, unit.key, unit.version) for unit, _ in documents])
    leads = pa.table({"app": ["t0", "t2"], "exposure": ["x1", "x1"]})
    found = group_tables(lake, ("same", TRAFFIC, 5), leads, rows_of(STORES), vendors=vendors)
    (table,) = (one for one in found if one.by == "vendor")
    assert {group.name for group in table.groups if group.exposed} <= {group.name for group in table.groups}
    assert sum(group.exposed for group in table.groups) == (1 if vendors else 2)
    return {group.name: group.analysed for group in table.groups}


def test_two_makers_of_one_name_are_two_vendors(lake: Lake) -> None:
    assert same_name(lake) == {
        "test (key 55555555)": 2,
        "test (key 66666666)": 1,
        "test (team A1B2C3D4E5)": 1,
        "test (no key)": 1,
    }


def test_vendors_that_a_user_merged_are_one(lake: Lake) -> None:
    merged = Vendor("v-1", "Test Ltd", signers=(SIGNERS[0].sha256, SIGNERS[1].sha256, "team:A1B2C3D4E5"))
    assert same_name(lake, merged) == {"Test Ltd": 4, "test": 1}


def test_the_vendor_of_an_app_has_its_name_of_the_table(lake: Lake) -> None:
    same_name(lake)
    merged = Vendor("v-1", "Test Ltd", signers=(SIGNERS[0].sha256,))
    for register, name in (((), "test (key 55555555)"), ((merged,), "Test Ltd")):
        makers = makers_of_run(lake, "same", TRAFFIC, register)
        assert makers.label(*makers.find("test", "", SIGNERS[0].sha256)) == name
        assert makers.label(*makers.find("test", "", SIGNERS[1].sha256)) == "test (key 66666666)"


def test_an_app_of_which_nothing_is_known_is_counted_all_the_same(lake: Lake) -> None:
    found = {t.by: t.groups for t in group_tables(lake, ("run", TRAFFIC, 7), leads(), rows_of(STORES))}
    assert {group.name: group.analysed for group in found["platform"]} == {"android": 3, "ios": 1, "unknown": 3}
    assert {group.name: group.analysed for group in found["vendor"]} == {"Acme": 2, "Bolt": 1, "unknown": 4}


def test_long_tables_are_cut_and_counted(lake: Lake) -> None:
    groups, left_out = tables(lake, most=1)["vendor"]
    assert ([group.name for group in groups], left_out) == (["Acme"], 2)


def test_a_table_of_nothing_known_is_left_out(lake: Lake) -> None:
    bare = rows_of([StoreRow("x1", "mongodb", "", "", True, False, False, exact(1, ""), exact(1, ""))])
    found = [table.by for table in group_tables(lake, RUN, leads(), bare)]
    assert found == ["kind", "platform", "vendor"]


def test_without_a_store_the_apps_are_counted(lake: Lake) -> None:
    found = {t.by: t.groups for t in group_tables(lake, RUN, leads(), rows_of([]))}
    assert set(found) == {"platform", "vendor"}
    assert [(group.name, group.analysed, group.exposed) for group in found["platform"]] == [
        ("android", 3, 0),
        ("ios", 1, 0),
    ]


def test_a_closer_look_is_at_stores_whose_fields_were_read(lake: Lake) -> None:
    found = closer_look(lake, leads(), rows_of(STORES))
    assert found == CloserLook(3, 2, figure(10 + 10**20), figure(101))
    assert closer_look(lake, leads(), rows_of(STORES[1:3])) is None
    assert closer_look(lake, leads(), rows_of([])) is None


def test_lookalikes_give_a_range_and_an_estimate_is_never_at_least(lake: Lake) -> None:
    rows = [
        StoreRow("x1", "redis", "", "DE", True, False, True, lower_bound(10, "c"), exact(1, "s"), at_most=3),
        StoreRow("x2", "redis", "", "DE", False, False, True, exact(0, "c"), exact(0, "s"), at_most=2),
        StoreRow("x3", "redis", "", "DE", True, False, True, estimate(5, "c"), exact(1, "s")),
    ]
    for table in group_tables(lake, RUN, leads(), rows_of(rows), 25):
        for group in (one for one in table.groups if one.name in {"redis", "DE"}):
            assert (group.answering, group.answering_at_most) == (3, 6)
            assert (group.exposed, group.exposed_at_most) == (2, 4)
            assert group.records == figure(15, Quality.ESTIMATE)
