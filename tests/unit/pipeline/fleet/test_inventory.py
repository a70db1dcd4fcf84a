"""Inventories into a workspace: once, whole, with a map that a person confirms."""

import zipfile
from datetime import date
from pathlib import Path

import pytest

from tieback.model.device import DevicePlatform
from tieback.model.errors import InputError, TiebackError, UsageError
from tieback.pipeline.fleet.inventory import InventoryRequest, InventoryResult, import_inventories, parse_column_map
from tieback.storage.workspace import Workspace

ADB = "package:com.workhub.mobile versionCode:12\npackage:com.acme\n"
PLAIN = "Paket;Anwendung;Gerät\ncom.a;A;d1\n"


def run(
    folder: Path, *files: Path, confirm: bool | None = None, **more: object
) -> list[InventoryResult | TiebackError]:
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


def test_wrong_source_is_reported(tmp_path: Path) -> None:
    path = tmp_path / "plain.csv"
    path.write_text(PLAIN)
    (end,) = run(tmp_path, path, source="intune")
    assert isinstance(end, InputError)
    assert "found: columns Paket, Anwendung, Gerät" in end.diagnostics()
