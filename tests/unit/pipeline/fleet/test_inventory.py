"""Inventories into a workspace: once, whole, with a map that a person confirms."""

import json
import os
import zipfile
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from tieback.model.device import CountSource, DevicePlatform
from tieback.model.errors import InputError, TiebackError, UsageError
from tieback.pipeline.fleet.imports import list_imports, remove_day
from tieback.pipeline.fleet.inventory import (
    InventoryRequest,
    InventoryResult,
    InventoryStatement,
    TableColumns,
    import_inventories,
    parse_column_map,
)
from tieback.storage.workspace import Workspace

ADB = "package:com.workhub.mobile versionCode:12\npackage:com.acme\n"
PLAIN = "Paket;Anwendung;Gerät\ncom.a;A;d1\n"


def run(
    folder: Path, *files: Path, confirm: bool | None = None, **more: object
) -> list[InventoryResult | TiebackError]:
    return [end for end in ends(folder, *files, confirm=confirm, **more) if not isinstance(end, InventoryStatement)]


def ends(
    folder: Path, *files: Path, confirm: bool | None = None, **more: object
) -> list[InventoryResult | InventoryStatement | TiebackError]:
    ask = None if confirm is None else lambda *_: confirm
    return list(import_inventories(folder / "ws", files, InventoryRequest(**more), ask))  # type: ignore[arg-type]


def done(end: InventoryResult | TiebackError) -> InventoryResult:
    assert isinstance(end, InventoryResult), end
    return end


def apps(folder: Path) -> dict[str, int]:
    with Workspace.open(folder / "ws") as workspace:
        return {app.bundle_id: app.devices for app in workspace.ledger.inventory.apps()}


def test_a_file_is_entered_once_whatever_its_name(tmp_path: Path) -> None:
    for name in ("a.txt", "b.txt"):
        (tmp_path / name).write_text(ADB)
    first, second = (done(end) for end in run(tmp_path, tmp_path / "a.txt", tmp_path / "b.txt", device="pixel"))
    assert (first.entered.again, second.entered.again, first.entered.rows) == (False, True, 2)
    assert apps(tmp_path) == {"com.workhub.mobile": 1, "com.acme": 1}


def test_a_folder_and_a_zip_are_their_files(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "a.txt").write_text(ADB)
    (folder / "notes.md").write_text("no inventory")
    with zipfile.ZipFile(folder / "b.zip", "w") as archive:
        archive.writestr("x.csv", "ApplicationKey,ApplicationName,ApplicationPublisher,ApplicationVersion,Platform,"
                         "DeviceCount\nk,Acme,A,1,iOS,4\n")  # fmt: skip
    found = [done(end) for end in run(tmp_path, folder)]
    assert [(one.title, one.path.endswith("b.zip!x.csv")) for one in found] == [
        ("adb shell pm list packages", False),
        ("Microsoft Intune", True),
    ]


def test_a_broken_file_leaves_nothing_and_the_others_are_entered(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text('{"devices":[{"name":"d","applicationReports":[{"packageName":"com.x"}]},{"na')
    (tmp_path / "b.txt").write_text(ADB)
    first, second = run(tmp_path, tmp_path / "a.json", tmp_path / "b.txt")
    assert isinstance(first, InputError)
    assert "ends within a document" in first.diagnostics()
    assert done(second).entered.rows == 2
    assert "com.x" not in apps(tmp_path)


def test_date_is_that_of_the_file_or_as_set(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(ADB)
    (end,) = run(tmp_path, tmp_path / "a.txt", taken=date(2025, 1, 2))
    assert done(end).entered.taken == date(2025, 1, 2)


def test_a_day_that_has_not_come_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(ADB)
    local = datetime.now().astimezone().date()
    later = max(datetime.now(UTC).date(), local) + timedelta(days=1)
    for day in (date(2099, 1, 1), later):
        with pytest.raises(UsageError, match="in the future"):
            list(run(tmp_path, tmp_path / "a.txt", taken=day))
    assert not (tmp_path / "ws").exists()
    (end,) = run(tmp_path, tmp_path / "a.txt", taken=local)
    assert done(end).entered.taken == local


@pytest.mark.parametrize("first", ["pixel.txt", "fleet.csv"])
def test_an_app_has_the_facts_of_every_inventory_that_lists_it(tmp_path: Path, first: str) -> None:
    """adb knows the platform and no name; a table knows name and publisher, and no platform."""
    (tmp_path / "pixel.txt").write_text("package:com.workhub.mobile versionCode:2104\n")
    (tmp_path / "fleet.csv").write_text(
        "package,name,publisher,serial,in house\ncom.workhub.mobile,Workhub,Workhub GmbH,d1,yes\n"
    )
    for name in sorted(("pixel.txt", "fleet.csv"), key=lambda one: one != first):
        list(run(tmp_path, tmp_path / name, confirm=True))
    with Workspace.open(tmp_path / "ws") as workspace:
        (app,) = workspace.ledger.inventory.apps()
    assert (app.platform, app.label, app.publisher) == (DevicePlatform.ANDROID, "Workhub", "Workhub GmbH")
    assert (app.in_house, app.devices) == (True, 2)


def test_columns_are_confirmed_once_and_remembered(tmp_path: Path) -> None:
    path = tmp_path / "plain.csv"
    path.write_text(PLAIN)
    (end,) = run(tmp_path, path)
    assert isinstance(end, InputError)
    assert "--map bundle_id=Paket" in end.diagnostics()
    (end,) = run(tmp_path, path, confirm=False)
    assert isinstance(end, InputError)
    assert apps(tmp_path) == {}
    (end,) = run(tmp_path, path, confirm=True, source="acme-emm", platform=DevicePlatform.ANDROID)
    assert (done(end).entered.source, apps(tmp_path)) == ("acme-emm", {"com.a": 1})
    path.write_text(PLAIN.replace("com.a", "com.b"))
    (end,) = run(tmp_path, path, platform=DevicePlatform.ANDROID)
    assert done(end).entered.rows == 1


def test_a_map_by_hand(tmp_path: Path) -> None:
    path = tmp_path / "plain.csv"
    path.write_text("x;y\ncom.a;d1\n")
    (end,) = run(tmp_path, path, confirm=True)
    assert isinstance(end, InputError)
    assert "no column identifies the app" in end.diagnostics()
    (end,) = run(tmp_path, path, columns=parse_column_map(["bundle_id=x", "device=y"]))
    assert apps(tmp_path) == {"com.a": 1}
    with pytest.raises(UsageError, match="FIELD is one of"):
        parse_column_map(["bundle=x"])


WRONG_TABLE = "Box,Thing\nS1,com.a\nS2,com.a\n"


def fleet_of(folder: Path) -> dict[str, int]:
    with Workspace.open(folder / "ws") as workspace:
        return {app.bundle_id: app.devices for app in workspace.ledger.inventory.apps()}


@pytest.mark.parametrize("first", [["bundle_id=Box"], ["bundle_id=Box", "device=Thing"], ["name=Box", "count=Thing"]])
def test_other_columns_replace_the_only_import_of_the_day(tmp_path: Path, first: list[str]) -> None:
    path, right = tmp_path / "t.csv", parse_column_map(["bundle_id=Thing", "device=box"])
    path.write_text(WRONG_TABLE)
    (tmp_path / "a.txt").write_text(ADB)
    run(tmp_path, tmp_path / "a.txt", device="pixel")  # another source
    run(tmp_path, path, columns=parse_column_map(first))
    (end,) = run(tmp_path, path, columns=right)
    assert (done(end).entered.again, done(end).entered.rows) == (False, 2)
    assert any("replaces the import of" in note for note in done(end).notes)
    assert fleet_of(tmp_path) == {"com.workhub.mobile": 1, "com.acme": 1, "com.a": 2}
    (end,) = run(tmp_path, path, columns=right)
    assert done(end).entered.again
    (end,) = run(tmp_path, path)  # the new columns are the remembered ones
    assert done(end).entered.again
    with Workspace.open(tmp_path / "ws") as workspace:
        assert len(list(workspace.ledger.inventory.imports())) == 2


def test_other_columns_are_refused_beside_other_imports_of_the_source(tmp_path: Path) -> None:
    path, other, right = tmp_path / "t.csv", tmp_path / "u.csv", parse_column_map(["bundle_id=Thing", "device=Box"])
    path.write_text(WRONG_TABLE)
    other.write_text("Box,Thing\nS3,com.b\n")
    today = datetime.now(UTC).date()
    early = today - timedelta(days=1)
    run(tmp_path, path, other, columns=parse_column_map(["bundle_id=Box"]), taken=early)
    before = fleet_of(tmp_path)
    for _ in range(2):  # the refused columns are not remembered
        (end,) = run(tmp_path, path, columns=right, taken=early)
        assert isinstance(end, InputError)
        assert "not imported with these columns" in end.diagnostics()
        assert f"tieback inventory remove plain --taken {early}" in end.diagnostics()
        assert "--" not in end.page_advice
        assert fleet_of(tmp_path) == before
    with Workspace.open(tmp_path / "ws") as workspace:  # as the advice says
        assert remove_day(workspace, "plain", early).imports == 2
        with pytest.raises(UsageError):
            remove_day(workspace, "plain", early)
    run(tmp_path, path, other, columns=right, taken=early)
    assert fleet_of(tmp_path) == {"com.a": 2, "com.b": 1}


def test_a_corrected_import_of_a_later_day_leaves_wrong_rows_that_can_be_removed(tmp_path: Path) -> None:
    path, right = tmp_path / "t.csv", parse_column_map(["bundle_id=Thing", "device=Box"])
    path.write_text(WRONG_TABLE)
    today = datetime.now(UTC).date()
    early = today - timedelta(days=1)
    run(tmp_path, path, columns=parse_column_map(["bundle_id=Box"]), taken=early)
    run(tmp_path, path, columns=right, taken=today)
    assert fleet_of(tmp_path).keys() > {"com.a"}
    second, first = list_imports(tmp_path / "ws")
    assert (first.entered.taken, first.only.apps, second.entered.taken, second.only.apps) == (early, 2, today, 1)
    with Workspace.open(tmp_path / "ws") as workspace:
        remove_day(workspace, "plain", early)
    assert fleet_of(tmp_path) == {"com.a": 2}


def test_an_import_has_its_own_columns_whatever_was_confirmed_for_others_since(tmp_path: Path) -> None:
    path, other = tmp_path / "t.csv", tmp_path / "u.csv"
    path.write_text(WRONG_TABLE)
    other.write_text("Box,Thing\nS3,com.b\n")
    wrong, right = parse_column_map(["bundle_id=Box"]), parse_column_map(["bundle_id=Thing", "device=Box"])
    run(tmp_path, path, columns=wrong)
    run(tmp_path, other, columns=right, tenant="other")
    found: list[TableColumns] = []
    ends_of = import_inventories(tmp_path / "ws", (path,), InventoryRequest(), columns=found.append)
    (end,) = (one for one in ends_of if not isinstance(one, InventoryStatement))
    assert done(end).entered.again
    assert [dict(one.mapping) for one in found] == [wrong]
    # What was confirmed last is still proposed for new tables, and other columns replace those of this import.
    (end,) = run(tmp_path, path, columns=right)
    assert not done(end).entered.again
    assert fleet_of(tmp_path) == {"com.a": 2, "com.b": 1}


def test_wrong_source_is_reported(tmp_path: Path) -> None:
    path = tmp_path / "plain.csv"
    path.write_text(PLAIN)
    (end,) = run(tmp_path, path, source="intune")
    assert isinstance(end, InputError)
    assert "found: columns Paket, Anwendung, Gerät" in end.diagnostics()


def statement(found: list[InventoryResult | InventoryStatement | TiebackError]) -> InventoryStatement:
    (end,) = (one for one in found if isinstance(one, InventoryStatement))
    return end


def here(folder: Path) -> set[str]:
    return {bundle for bundle, devices in apps(folder).items() if devices}


def test_unchanged_files_of_a_complete_set_count_as_seen(tmp_path: Path) -> None:
    folder = tmp_path / "d"
    folder.mkdir()
    (folder / "dev1.txt").write_text("package:com.a\npackage:com.b\n")
    (folder / "dev2.txt").write_text("package:com.a\npackage:com.c\n")
    run(tmp_path, folder, complete=True, taken=date(2026, 11, 20))
    (folder / "dev2.txt").write_text("package:com.a\npackage:com.d\n")
    run(tmp_path, folder, complete=True, taken=date(2026, 11, 21))
    assert here(tmp_path) == {"com.a", "com.b", "com.d"}
    with Workspace.open(tmp_path / "ws") as workspace:
        assert {app.last_seen for app in workspace.ledger.inventory.apps() if app.devices} == {date(2026, 11, 21)}


def test_files_of_a_complete_set_with_different_dates_are_one_statement(tmp_path: Path) -> None:
    folder = tmp_path / "d"
    folder.mkdir()
    for name, app, day in (("dev1", "com.b", 1_763_500_000), ("dev2", "com.c", 1_763_600_000)):
        (folder / f"{name}.txt").write_text(f"package:com.a\npackage:{app}\n")
        os.utime(folder / f"{name}.txt", (day, day))
    assert statement(ends(tmp_path, folder, complete=True)).complete
    assert here(tmp_path) == {"com.a", "com.b", "com.c"}
    (folder / "dev1.txt").unlink()
    assert statement(ends(tmp_path, folder, complete=True, taken=date(2026, 11, 22))).removed == 1
    assert here(tmp_path) == {"com.a", "com.c"}


def test_the_same_bytes_on_another_day_are_a_sighting(tmp_path: Path) -> None:
    (tmp_path / "pixel.txt").write_text(ADB)
    run(tmp_path, tmp_path / "pixel.txt", taken=date(2026, 10, 1))
    (end,) = run(tmp_path, tmp_path / "pixel.txt", taken=date(2026, 11, 20))
    assert not done(end).entered.again
    with Workspace.open(tmp_path / "ws") as workspace:
        assert {app.last_seen for app in workspace.ledger.inventory.apps()} == {date(2026, 11, 20)}


def test_two_devices_with_equal_lists_are_two_devices(tmp_path: Path) -> None:
    for name in ("dev1.txt", "dev2.txt"):
        (tmp_path / name).write_text(ADB)
    run(tmp_path, tmp_path / "dev1.txt", tmp_path / "dev2.txt")
    assert apps(tmp_path) == {"com.workhub.mobile": 2, "com.acme": 2}


def test_an_unreadable_file_of_a_complete_set_removes_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "d"
    folder.mkdir()
    (folder / "a.txt").write_text("package:com.a\npackage:com.x\n")
    (folder / "b.txt").write_text("package:com.b\npackage:com.x\n")
    run(tmp_path, folder, complete=True, taken=date(2026, 11, 20))
    (folder / "b.txt").write_text("\x00")
    end = statement(ends(tmp_path, folder, complete=True, taken=date(2026, 11, 21)))
    assert (end.complete, end.problems) == (False, ("1 file could not be read",))
    assert here(tmp_path) == {"com.a", "com.b", "com.x"}
    (folder / "b.txt").unlink()
    assert statement(ends(tmp_path, folder, complete=True, taken=date(2026, 11, 21))).removed == 1


def page(*apps: str, **marks: object) -> str:
    return json.dumps({**marks, "value": [
        {"id": name, "displayName": name, "version": "1", "sizeInByte": 1, "deviceCount": 1, "publisher": "P",
         "platform": "ios", "managedDevices": [{"id": "d1", "deviceName": "D"}]} for name in apps
    ]})  # fmt: skip


LINK = {"@odata.nextLink": "https://graph.microsoft.com/v1.0/deviceManagement/detectedApps?$skip=2"}


def names(folder: Path) -> set[str]:
    with Workspace.open(folder / "ws") as workspace:
        return {app.name for app in workspace.ledger.inventory.apps() if app.devices}


@pytest.mark.parametrize("complete", [False, True])
def test_a_first_page_removes_nothing_and_the_last_one_completes_it(tmp_path: Path, complete: bool) -> None:
    first, last = tmp_path / "p1.json", tmp_path / "p2.json"
    first.write_text(page("A", "B", **LINK))
    last.write_text(page("C", "D"))
    assert statement(ends(tmp_path, first, last, complete=complete, taken=date(2026, 10, 1))).problems == ()
    end = statement(ends(tmp_path, first, complete=complete, taken=date(2026, 11, 1)))
    assert (end.complete, end.removed) == (False, 0)
    assert "the last page is missing" in end.problems[0]
    assert names(tmp_path) == {"A", "B", "C", "D"}
    last.write_text(page("C", "E"))
    assert statement(ends(tmp_path, first, last, complete=complete, taken=date(2026, 11, 1))).problems == ()
    assert names(tmp_path) == {"A", "B", "C", "E"}


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("amapi", {"devices": [{"name": "d1", "applicationReports": [{"packageName": "com.a"}, {"packageName": "b"}]}],
                   "nextPageToken": "x"}),
        ("jamf", {"totalCount": 2, "results": [
            {"mobileDeviceId": "1", "general": {"udid": "u"},
             "applications": [{"identifier": "com.a"}, {"identifier": "b"}]}]}),
        ("ws1", {"DeviceApps": [{"ApplicationName": "A", "ApplicationIdentifier": "com.a"},
                                {"ApplicationName": "B", "ApplicationIdentifier": "b"}], "Total": 7}),
        ("hexnode", {"count": 7, "next": "https://x.test/?page=2", "previous": None, "results": [
            {"name": "A", "identifier": "com.a", "version": "1"}, {"name": "B", "identifier": "b", "version": "1"}]}),
        ("prism", {"offset": 0, "limit": 2, "total": 9, "data": [
            {"device_id": "d1", "device__name": "D", "bundle_id": "com.a", "name": "A"},
            {"device_id": "d1", "device__name": "D", "bundle_id": "b", "name": "B"}]}),
    ],
)  # fmt: skip
def test_pages_of_each_source_that_say_that_there_is_more(tmp_path: Path, name: str, content: object) -> None:
    (tmp_path / name).write_text(json.dumps(content))
    end = statement(ends(tmp_path, tmp_path / name, complete=True))
    assert (end.complete, len(end.problems)) == (False, 1)


def test_tenants_of_one_source_are_separate(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(page("A", "B"))
    (tmp_path / "b.json").write_text(page("C", "D"))
    run(tmp_path, tmp_path / "a.json", tenant="north", complete=True, taken=date(2026, 11, 1))
    run(tmp_path, tmp_path / "b.json", tenant="south", complete=True, taken=date(2026, 11, 2))
    assert names(tmp_path) == {"A", "B", "C", "D"}
    with Workspace.open(tmp_path / "ws") as workspace:
        assert {app.sources for app in workspace.ledger.inventory.apps()} == {("intune:north",), ("intune:south",)}
        assert workspace.ledger.inventory.devices() == 2
    with pytest.raises(UsageError, match="not a name for a tenant"):
        run(tmp_path, tmp_path / "a.json", tenant="a b")


def test_a_heading_in_windows_1252_is_read_as_its_rows(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes("Paketname;Anwendung;Geräte-ID\r\ncom.a;Ä;d1\r\n".encode("cp1252"))
    (end,) = run(tmp_path, tmp_path / "a.csv", confirm=True)
    assert done(end).entered.rows == 1
    assert apps(tmp_path) == {"com.a": 1}


def _managed(*apps: str) -> str:
    return json.dumps({"devices": [{"name": "d1", "applicationReports": [{"packageName": app} for app in apps]}]})


def _mobile(*apps: str) -> str:
    return json.dumps({"mobiledevices": [
        {"deviceId": "d1", "type": "ANDROID", "applications": [{"packageName": app} for app in apps]}
    ]})  # fmt: skip


def _activities(*apps: str) -> str:
    events = [
        {"APPLICATION_ID": app, "DEVICE_ID": "d1", "DEVICE_TYPE": "ANDROID", "APPLICATION_STATE": "INSTALLED"}
        for app in apps
    ]
    items = [
        {"name": "APPLICATION_EVENT", "parameters": [{"name": name, "value": value} for name, value in event.items()]}
        for event in events
    ]
    return json.dumps({"items": [{"actor": {"email": "a@x.test"}, "events": [item]} for item in items]})


def _csv(*apps: str) -> str:
    return "package,serial\n" + "".join(f"{app},d1\n" for app in apps)


def _named(*apps: str) -> str:
    return "package,device name\n" + "".join(f"{app},Phone\n" for app in apps)


def _json(*apps: str) -> str:
    return json.dumps([{"package": app, "serial": "d1"} for app in apps])


def _adb(*apps: str) -> str:
    return "".join(f"package:{app}\n" for app in apps)


@pytest.mark.parametrize(
    ("write", "removed", "says"),
    [
        (_csv, True, "no longer listed, and counted as removed. If a table lists only some apps of its devices, "),
        (_named, True, "import it with --partial"),
        (_json, True, "import it with --partial"),
        (_adb, True, "1 app on a device is no longer listed, and counted as removed"),
        (_managed, True, "1 app on a device is no longer listed, and counted as removed"),
        (_mobile, True, "1 app on a device is no longer listed, and counted as removed"),
        (_activities, False, "only, and stays on the list: such a file lists only some apps of a device"),
    ],
)
def test_an_app_that_a_newer_file_of_its_device_does_not_list_is_removed_or_named(
    tmp_path: Path, write: Callable[..., str], removed: bool, says: str
) -> None:
    file = tmp_path / "d1.txt"
    file.write_text(write("com.workhub", "com.x", "com.y"))
    assert statement(ends(tmp_path, file, confirm=True, taken=date(2026, 11, 20))).notes == ()
    file.write_text(write("com.x", "com.y"))
    end = statement(ends(tmp_path, file, confirm=True, taken=date(2026, 11, 29)))
    assert says in end.notes[0]
    assert here(tmp_path) == {"com.x", "com.y"} | (set() if removed else {"com.workhub"})


def test_a_table_of_some_apps_removes_nothing_with_partial(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_text(_csv("com.a", "com.b", "com.c"))
    ends(tmp_path, file, confirm=True, taken=date(2026, 11, 20))
    file.write_text(_csv("com.a", "com.d"))
    end = statement(ends(tmp_path, file, partial=True, taken=date(2026, 11, 29)))
    (note,) = end.notes
    assert note == "2 apps of listed devices are in earlier files only, and stay on the list: --partial removes nothing"
    assert here(tmp_path) == {"com.a", "com.b", "com.c", "com.d"}
    with pytest.raises(UsageError, match="not complete"):
        ends(tmp_path, file, partial=True, complete=True)


def test_rows_that_say_that_an_app_is_gone_are_counted_if_the_file_removes_nothing(tmp_path: Path) -> None:
    table = tmp_path / "a.csv"
    table.write_text("package,serial,installed\ncom.a,d1,yes\ncom.b,d1,nein\n")
    (end,) = run(tmp_path, table, confirm=True, partial=True)
    assert done(end).notes == (
        "1 row states that an app is not on a device, and is ignored: such a file removes nothing",
    )
    (end,) = run(tmp_path, table, confirm=True, taken=date(2026, 1, 2))
    assert done(end).notes == ()
    events = tmp_path / "events.json"
    events.write_text(_activities("com.a", "com.b").replace('"INSTALLED"', '"UNINSTALLED"'))
    (end,) = run(tmp_path, events)
    assert done(end).notes[0].startswith("2 rows state that an app is not on a device, and are ignored")


def test_a_device_in_several_tables_of_one_day_has_the_apps_of_all(tmp_path: Path) -> None:
    first, second = tmp_path / "1.csv", tmp_path / "2.csv"
    first.write_text(_csv("com.a", "com.b"))
    second.write_text(_csv("com.c", "com.d"))
    for more in ([first], [second]):
        end = statement(ends(tmp_path, *more, confirm=True, taken=date(2026, 11, 20)))
        assert end.notes == ()
    assert here(tmp_path) == {"com.a", "com.b", "com.c", "com.d"}


def test_an_older_table_removes_nothing_from_a_newer_list(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_text(_csv("com.a", "com.b"))
    ends(tmp_path, file, confirm=True, taken=date(2026, 11, 20))
    file.write_text(_csv("com.a", "com.c"))
    ends(tmp_path, file, partial=True, taken=date(2026, 11, 29))
    file.write_text(_csv("com.a", "com.b", "com.x"))
    ends(tmp_path, file, taken=date(2026, 11, 25))
    assert here(tmp_path) == {"com.a", "com.b", "com.c", "com.x"}


def test_a_new_version_is_no_removal_and_a_file_about_one_app_says_that_it_removes_nothing(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_text("package,serial,version\ncom.a,d1,1\ncom.b,d1,1\n")
    ends(tmp_path, file, confirm=True, taken=date(2026, 11, 20))
    file.write_text("package,serial,version\ncom.a,d1,2\ncom.b,d1,1\n")
    assert statement(ends(tmp_path, file, taken=date(2026, 11, 21))).notes == ()
    file.write_text("package,serial,version\ncom.a,d1,2\n")
    end = statement(ends(tmp_path, file, taken=date(2026, 11, 22)))
    assert "stays on the list: a file about one app removes nothing" in end.notes[0]
    assert here(tmp_path) == {"com.a", "com.b"}


def test_counts_and_devices_that_stay_are_named_with_the_option(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_text("package,devices\ncom.a,5\ncom.b,3\n")
    ends(tmp_path, file, confirm=True, taken=date(2026, 11, 20))
    file.write_text("package,devices\ncom.b,3\ncom.c,1\n")
    end = statement(ends(tmp_path, file, taken=date(2026, 11, 29)))
    (note,) = end.notes
    assert note.startswith("1 app with a number of devices in earlier files only. If these files list all devices")
    assert "import them with --complete. If an earlier file was wrong, see `tieback inventory imports`" in note
    assert statement(ends(tmp_path, file, taken=date(2026, 11, 30), complete=True)).notes == ()
    assert here(tmp_path) == {"com.b", "com.c"}


def device_apps(**states: object) -> str:
    rows = [{"ApplicationIdentifier": f"com.{name}", "Status": state} for name, state in states.items()]
    return json.dumps({"DeviceApps": rows, "Page": 0})


@pytest.mark.parametrize("complete", [False, True])
def test_apps_without_a_known_state_are_listed_on_no_device_and_remove_nothing(tmp_path: Path, complete: bool) -> None:
    file = tmp_path / "device-17.json"
    file.write_text(device_apps(first="Installed", second="Installed"))
    run(tmp_path, file, taken=date(2026, 11, 1))
    file.write_text(device_apps(second=2, third=1))
    found, end = ends(tmp_path, file, complete=complete, taken=date(2026, 11, 2))
    assert isinstance(found, InventoryResult)
    assert any("count as not known" in note for note in found.notes)
    assert statement([end]).removed == 0
    assert not statement([end]).complete
    if complete:
        assert statement([end]).problems == ("1 file without a known state of the apps",)
    with Workspace.open(tmp_path / "ws") as workspace:
        known = {app.bundle_id: (app.devices, app.counted, app.removed) for app in workspace.ledger.inventory.apps()}
    assert known["com.first"] == (1, CountSource.LISTED, None)
    assert known["com.second"] == (1, CountSource.LISTED, None)
    assert known["com.third"] == (0, CountSource.UNKNOWN, None)
