"""Workspace ONE UEM. Files made up after the names of its API's members."""

from pathlib import Path

from tests.unit.intake.inventory.reading import read, told
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
