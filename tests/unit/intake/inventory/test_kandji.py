"""Kandji. Files made up after its API documentation."""

from pathlib import Path

from tests.unit.intake.inventory.reading import read, told
from tieback.model.device import DevicePlatform


def test_apps_of_a_device(tmp_path: Path) -> None:
    app = {"app_name": "Workhub.app", "bundle_id": "com.w", "version": "3"}
    found = read(tmp_path, {"device_id": "k-1", "apps": [app]})
    assert list(told(found.rows, "bundle_id", "name", "device")) == [("com.w", "Workhub", "k-1")]


def test_prism(tmp_path: Path) -> None:
    row = {"device_id": "k-1", "device__name": "Phone", "device__family": "iPhone", "name": "W", "bundle_id": "com.w"}
    found = read(tmp_path, {"offset": 0, "data": [row]})
    assert found.shape == "prism apps"
    assert list(told(found.rows, "platform", "bundle_id", "device", "device_name")) == [
        (DevicePlatform.IOS, "com.w", "k-1", "Phone")
    ]
