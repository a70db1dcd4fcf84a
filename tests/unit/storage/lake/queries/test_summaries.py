"""The apps of a run come joined, sorted and counted from the database."""

from pathlib import Path

import pyarrow as pa
import pytest

from tieback.model.app import App, Platform, Signer
from tieback.model.endpoint import Endpoint, EndpointKind, Party
from tieback.model.sighting import AppDocument, Evidence, Problem, Sighting, UnreadCode, UnreadKind, unread_parts
from tieback.model.unit import Unit
from tieback.storage.lake.lake import Lake
from tieback.storage.lake.queries.summaries import CapturedApp, RunApps, read_captures, read_failed
from tieback.storage.lake.tables.apps import app_tables, read_app_documents
from tieback.storage.lake.tables.inputs import RunInput, save_inputs

TRAFFIC = "traffic-1"
PLACE = Evidence("classes.dex", 7, "dex-flow/concat", chain=("La;->of", "Lb;->base"))


def seen(value: str, *, party: Party = Party.FIRST, service: str | None = None, cloud: bool = False) -> Sighting:
    kind = EndpointKind.CLOUD if cloud else EndpointKind.URL
    endpoint = Endpoint(kind, value, "https", "h.test", 443, "/", service)
    return Sighting(endpoint, 1, party, PLACE, names=("users",), addresses=("https://h.test/a",))


def app(key: str, name: str, *sightings: Sighting, problems: tuple[Problem, ...] = ()) -> tuple[Unit, AppDocument]:
    known = App(Platform.ANDROID, f"test.{name.lower()}", key, name=name, signer=Signer("s", "O=x", "v2"))
    unread = (UnreadCode(UnreadKind.PACKED, "packed", "c"),) if name == "apple" else ()
    document = AppDocument(f"{name}.apk", known, sightings, problems=problems, unread=unread_parts(unread, problems))
    return Unit(key, "app-1", f"{name}.apk", 1), document


DOCUMENTS = [
    app(
        "a1",
        "Zebra",
        seen("https://api.test"),
        problems=(Problem("damaged", "b", UnreadKind.DAMAGED), Problem("odd", "a")),
    ),
    app("a2", "apple", seen("https://sdk.test", party=Party.THIRD)),
    app("a3", "Bear", seen("supabase:x", cloud=True, service="supabase"), seen("s3:y", cloud=True, service="s3")),
    app("a4", "Cat"),
    (Unit("a5", "app-1", "odd.bin", 1), AppDocument("odd.bin", None, (seen("s3:z", cloud=True, service="s3"),))),
]
INPUTS = [
    *(RunInput(unit.source, unit.key, unit.version) for unit, _ in DOCUMENTS),
    RunInput("twin.apk", "a1", "app-1"),
    RunInput("run.pcap", "c1", TRAFFIC),
    RunInput("broken.apk", "a9", "app-1", "it is cut off"),
]


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    lake = Lake(tmp_path)
    lake.publish("part", app_tables(DOCUMENTS), [unit for unit, _ in DOCUMENTS])
    save_inputs(lake, "run", INPUTS)
    save_inputs(lake, "other", INPUTS[:1])
    return lake


@pytest.fixture
def apps(lake: Lake) -> RunApps:
    leads = [("a2", "x1", True, 1), ("a4", "x2", False, 2), ("a2", "x2", False, 2), ("c1", "x1", True, 1)]
    names = ("app", "exposure", "exposed", "place")
    table = pa.table(dict(zip(names, map(list, zip(*leads, strict=True)), strict=True)))
    stranger = App(Platform.UNKNOWN, "test.stranger", "c1", name="Stranger \udcff")
    captured = [CapturedApp("c1", "run.pcap", stranger, 3), CapturedApp("c2", "run.pcap", stranger, 1)]
    return RunApps(lake, "run", traffic=TRAFFIC, leads=table, captured=captured, apis=frozenset({None, "supabase"}))


def test_apps_that_lead_to_exposed_stores_come_first(apps: RunApps) -> None:
    rows = list(apps.rows())
    assert [row.app.label for row in rows] == ["apple", "Stranger \\udcff", "Cat", "Bear", "odd.bin", "Zebra"]
    assert [row.exposures for row in rows] == [("x1", "x2"), ("x1",), ("x2",), (), (), ()]
    assert [row.app.label for row in apps.rows(2)] == ["apple", "Stranger \\udcff"]
    assert [row.app.label for row in apps.quiet()] == ["Bear", "odd.bin", "Zebra"]
    assert [row.app.label for row in apps.quiet(1)] == ["Bear"]
    assert apps.quiet_count() == 3
    assert apps.row_count() == 6
    assert apps.count() == 5


def test_summary_of_an_app(apps: RunApps) -> None:
    rows = {row.app.sha256: row for row in apps.rows()}
    assert rows["a1"].path == "Zebra.apk"
    assert rows["a1"].problems == (Problem("damaged", "b", UnreadKind.DAMAGED), Problem("odd", "a"))
    assert rows["a1"].remarks == (Problem("odd", "a"),)
    assert (rows["a1"].damaged, rows["a2"].damaged) == (True, False)
    assert rows["a1"].app == DOCUMENTS[0][1].app
    assert [rows[key].endpoints for key in ("a1", "a2", "a3", "a4", "a5", "c1")] == [1, 1, 2, 0, 1, 3]
    assert [rows[key].has_api for key in ("a1", "a2", "a3", "a4", "a5")] == [True, False, True, False, False]


def test_some_are_picked(apps: RunApps) -> None:
    assert [row.app.sha256 for row in apps.pick({"a1", "c1", "none"})] == ["c1", "a1"]
    assert list(apps.pick(())) == []


def test_sightings_come_app_by_app(apps: RunApps) -> None:
    rows = list(apps.sightings())
    assert [(row.app_sha256, row.path, row.sighting) for row in rows] == [
        (unit.key, unit.source, sighting) for unit, document in DOCUMENTS for sighting in document.sightings
    ]
    assert apps.sightings_count() == len(rows)
    assert {row.app_sha256 for row in apps.sightings({"a3", "c1"})} == {"a3"}


def test_inputs_by_what_became_of_them(lake: Lake) -> None:
    assert [item.path for item in read_failed(lake, "run")] == ["broken.apk"]
    assert [item.path for item in read_captures(lake, "run", TRAFFIC)] == ["run.pcap"]


def test_an_empty_run(lake: Lake) -> None:
    kinds = {"app": pa.string(), "exposure": pa.string(), "exposed": pa.bool_(), "place": pa.int64()}
    leads = pa.schema(list(kinds.items())).empty_table()
    apps = RunApps(lake, "none", traffic=TRAFFIC, leads=leads)
    assert (apps.count(), apps.row_count(), list(apps.rows()), list(apps.sightings())) == (0, 0, [], [])


def test_partly_read_apps_are_counted_by_what_they_lead_to_and_by_damage(apps: RunApps) -> None:
    assert apps.partly_read() == (2, 1, 1)
    assert [(one.app.sha256, one.unread[0].kind) for one in apps.unread()] == [
        ("a2", UnreadKind.PACKED),
        ("a1", UnreadKind.DAMAGED),
    ]


def test_problems_come_back_as_they_were(lake: Lake) -> None:
    back = dict(read_app_documents(lake, [unit for unit, _ in DOCUMENTS]))
    assert back["a1"].problems == (Problem("damaged", "b", UnreadKind.DAMAGED), Problem("odd", "a"))
