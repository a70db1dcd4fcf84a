"""Workspace ONE UEM. Files made up after the names of its API's members."""

import json
from pathlib import Path

import pytest

from tests.unit.intake.inventory.reading import read, told
from tieback.intake.inventory.open import open_inventory
from tieback.intake.inventory.source import InventorySource
from tieback.model.device import DevicePlatform


def test_apps_of_a_device_which_is_the_files_name(tmp_path: Path) -> None:
    app = {
        "ApplicationName": "Workhub",
        "ApplicationIdentifier": "com.workhub.mobile",
        "Version": "3.1",
        "Type": "Internal",
    }
    found = read(tmp_path, {"DeviceApps": [app], "Page": 0}, "device-17.json")
    assert found.source == "workspace-one"
    assert list(told(found.rows, "bundle_id", "version", "device", "in_house")) == [
        ("com.workhub.mobile", "3.1", "device-17", True)
    ]


def test_the_search_counts(tmp_path: Path) -> None:
    app = {"ApplicationName": "Workhub", "BundleId": "com.workhub.mobile", "AppVersion": "3", "AppType": "Public",
           "Platform": 5, "InstalledDeviceCount": 12}  # fmt: skip
    found = read(tmp_path, {"Application": [app]})
    assert list(told(found.rows, "platform", "count", "in_house")) == [(DevicePlatform.ANDROID, 12, False)]


def test_a_table(tmp_path: Path) -> None:
    found = read(tmp_path, "Application Name,Application ID,Version,Serial Number\nWorkhub,com.w,3,S1\n")
    assert (found.source, next(told(found.rows, "bundle_id", "device"))) == ("workspace-one", ("com.w", "S1"))


NUMBERS = (0, 1, 2, "4")


def listed(kind: str) -> dict[str, object]:
    """A response whose apps have numbers as their state."""
    if kind == "DeviceApps":
        return {kind: [{"ApplicationName": "A", "ApplicationIdentifier": f"com.a{one}", "Status": one}
                       for one in NUMBERS]}  # fmt: skip
    items: dict[str, object] = {
        "app_items": [{"name": "A", "bundle_id": f"com.a{one}", "installed_status": one} for one in NUMBERS]
    }
    return items if kind == "app_items" else {"Devices": [{"DeviceFriendlyName": "P", "SerialNumber": "S", **items}]}


@pytest.mark.parametrize("kind", ["DeviceApps", "app_items", "Devices"])
def test_a_status_that_is_a_number_is_reported_and_not_guessed(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "device-17.json"
    path.write_text(json.dumps(listed(kind)))
    source = InventorySource(path)
    importer, shape, _ = open_inventory(source)
    rows = list(importer.rows(source, shape))
    assert [row.bundle_id for row in rows] == [f"com.a{one}" for one in NUMBERS]
    assert {row.device for row in rows} == {""}, "whether the device has them is not known"
    assert shape in importer.meta.partial & importer.meta.undecided
    assert (shape in importer.meta.one_device) is (kind != "Devices")
    assert source.absent == 0
    (note,) = source.word_notes()
    assert "count as not known" in note
    assert "'0' (1), '1' (1), '2' (1), '4' (1)" in note


@pytest.mark.parametrize("state", [True, "INSTALLED", "Installed", None])
def test_a_state_in_words_counts_for_the_device(tmp_path: Path, state: object) -> None:
    found = read(tmp_path, {"app_items": [{"name": "A", "bundle_id": "com.a", "installed_status": state}]}, "d.json")
    assert list(told(found.rows, "bundle_id", "device")) == [("com.a", "d")]
