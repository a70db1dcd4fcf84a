"""Identifiers that templates write into unrelated apps: never a certain match, and not in a list that blocks apps."""

import csv
import io
from pathlib import Path

import pytest

from tests.each import each
from tests.unit.cases.samples import exposure
from tests.unit.pipeline.workspaces import SIGNER, P, make
from tieback.intake.inventory.published import ListedApp
from tieback.model.app import App, Platform, Signer
from tieback.model.device import InventoryRow, MatchStrength
from tieback.model.exposure import Exposure
from tieback.pipeline.fleet.block_list import TEMPLATE, WEAK, BlockList, BlockRequest, block_list
from tieback.pipeline.fleet.coverage import DeviceCounts, open_fleet
from tieback.pipeline.fleet.match_list import match_files

APPS = (
    App(Platform.ANDROID, "io.cordova.hellocordova", "a" * 64, "Hello", "1", signer=Signer(SIGNER), vendor="Acme"),
    App(Platform.ANDROID, "com.example.app", "b" * 64, "App", "1"),
    App(Platform.ANDROID, "appinventor.ai_anna.Meter", "c" * 64, "Meter", "1"),
)
OTHER_SIGNER = "7d" * 32


def store_behind(app: App) -> Exposure:
    import msgspec

    one = exposure()
    routes = tuple(msgspec.structs.replace(route, app_sha256=app.sha256) for route in one.routes)
    return msgspec.structs.replace(one, routes=routes)


@pytest.mark.parametrize(
    ("row", "strength"),
    [
        (InventoryRow(P.ANDROID, "io.cordova.hellocordova", device="d"), MatchStrength.TEMPLATE_ID),
        # A debug key of a build service signs many such apps.
        (InventoryRow(P.ANDROID, "io.cordova.hellocordova", device="d", signer=SIGNER), MatchStrength.TEMPLATE_ID),
        (InventoryRow(P.ANDROID, "io.cordova.hellocordova", device="d", signer=OTHER_SIGNER), None),
        (InventoryRow(P.ANDROID, "com.example.app", device="d", signer=OTHER_SIGNER), MatchStrength.TEMPLATE_ID),
        (InventoryRow(P.ANDROID, name="x", store_id="com.example.app", device="d"), MatchStrength.TEMPLATE_ID),
        # The account is in the identifier, so only one project has it.
        (InventoryRow(P.ANDROID, "appinventor.ai_anna.Meter", device="d"), MatchStrength.BUNDLE_ID),
    ],
)
def test_the_strength_of_a_match(tmp_path: Path, row: InventoryRow, strength: MatchStrength | None) -> None:
    with open_fleet(make(tmp_path, row, apps=APPS)) as fleet:
        (line,) = fleet.lines()
        unknown = [app.bundle_id for app in fleet.gaps()]
        counts = fleet.devices_of([line])
    assert (line.match.strength if line.match else None) is strength
    assert bool(unknown) is (strength is None)
    assert line.vendor == ""
    assert counts == (DeviceCounts(0, 0, 1) if strength is MatchStrength.TEMPLATE_ID else DeviceCounts(1))


@each(
    ("counts", "text", "numbers"),
    [
        (DeviceCounts(), "0 devices", "0"),
        (DeviceCounts(1), "1 device", "1"),
        (DeviceCounts(0, 2), "2 devices by name only", "0, 2 by name only"),
        (DeviceCounts(0, 0, 3), "3 devices by the identifier of a template", "0, 3 by the identifier of a template"),
        (
            DeviceCounts(5, 20, 1),
            "5 devices, 20 by name only, 1 by the identifier of a template",
            "5, 20 by name only, 1 by the identifier of a template",
        ),
    ],
)
def test_the_devices_in_words(counts: DeviceCounts, text: str, numbers: str) -> None:
    assert (counts.text, counts.numbers) == (text, numbers)


def listed(
    folder: Path, app: App, request: BlockRequest, row: InventoryRow | None = None
) -> tuple[BlockList, list[str]]:
    row = row or InventoryRow(P.ANDROID, app.bundle_id, device="d")
    with open_fleet(make(folder, row, apps=APPS, stores=(store_behind(app),), grant="grant")) as fleet:
        found = block_list(fleet, request)
    return found, [row["bundle_id"] for row in csv.DictReader(io.StringIO(found.data.decode("utf-8-sig")))]


def test_an_open_store_behind_an_app_of_a_template_blocks_no_other_app(tmp_path: Path) -> None:
    found, names = listed(tmp_path, APPS[1], BlockRequest("csv"))
    assert names == []
    assert found.left_out == ((TEMPLATE, 1),)
    assert found.found == 1


def test_a_match_by_name_gets_no_identifier_of_a_template(tmp_path: Path) -> None:
    """The list would name the identifier of the analysed app, which other apps share."""
    found, names = listed(tmp_path, APPS[1], BlockRequest("csv"), InventoryRow(P.ANDROID, name="App", device="d"))
    assert names == []
    assert [why for why, _ in found.left_out] == [TEMPLATE]


@pytest.mark.parametrize(
    ("app", "request_"),
    [(APPS[1], BlockRequest("csv", weak=True)), (APPS[1], BlockRequest("csv", names=("com.example.app",))),
     (APPS[2], BlockRequest("csv"))],
)  # fmt: skip
def test_who_asks_for_it_gets_it_and_own_identifiers_stay(tmp_path: Path, app: App, request_: BlockRequest) -> None:
    found, names = listed(tmp_path, app, request_)
    assert names == [app.bundle_id]
    assert WEAK not in dict(found.left_out)
    assert found.shared == ((app.bundle_id,) if app is APPS[1] else ())


def test_a_published_list_with_the_identifier_of_a_template(tmp_path: Path) -> None:
    directory = make(tmp_path, InventoryRow(P.ANDROID, "com.example.app", device="d"), apps=APPS)
    table = tmp_path / "list.csv"
    table.write_text("bundle id,name\ncom.example.app,App\n")
    (found,) = match_files(directory, [table]).matches
    assert isinstance(found.listed, ListedApp)
    assert (found.strength, found.weak) == (MatchStrength.TEMPLATE_ID, True)
