"""Samsung Knox Manage. A file made up; how the members lie is assumed."""

from pathlib import Path

from tests.unit.intake.inventory.reading import read, told
from tieback.model.device import DevicePlatform


def test_apps_of_a_device(tmp_path: Path) -> None:
    app = {"packageName": "com.w", "appName": "W", "appVersion": "3"}
    found = read(tmp_path, {"resultCode": "0", "resultValue": {"deviceId": "x-1", "appList": [app]}})
    assert found.source == "knox"
    assert list(told(found.rows, "platform", "bundle_id", "device")) == [(DevicePlatform.ANDROID, "com.w", "x-1")]
