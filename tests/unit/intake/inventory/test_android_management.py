"""Google's devices. Files made up after Google's documentation."""

from pathlib import Path
from typing import Any

from tests.unit.intake.inventory.reading import read, told
from tieback.model.device import DevicePlatform, Ownership

REPORTS = [
    {"packageName": "com.workhub.mobile", "displayName": "Workhub", "versionName": "3.1", "state": "INSTALLED"},
    {"packageName": "com.gone", "state": "REMOVED"},
]
DEVICE: dict[str, Any] = {
    "name": "enterprises/e/devices/d1", "userName": "enterprises/e/users/u1", "ownership": "COMPANY_OWNED",
    "applicationReports": REPORTS,
}  # fmt: skip


def test_devices_and_what_they_have(tmp_path: Path) -> None:
    nameless = {"applicationReports": REPORTS}
    for document, skipped in (({"devices": [DEVICE, nameless]}, 1), (DEVICE, 0)):
        found = read(tmp_path, document)
        assert found.source == "android-management"
        assert list(told(found.rows, "bundle_id", "name", "device", "ownership")) == [
            ("com.workhub.mobile", "Workhub", "enterprises/e/devices/d1", Ownership.CORPORATE)
        ]
        assert found.skipped == skipped


def test_mobile_devices_of_workspace(tmp_path: Path) -> None:
    device = {
        "resourceId": "r",
        "deviceId": "d",
        "type": "ANDROID",
        "email": ["ann@x.test"],
        "applications": REPORTS[:1],
    }
    found = read(tmp_path, {"kind": "admin#directory#mobiledevices", "mobiledevices": [device]})
    assert found.source == "google-workspace"
    assert list(told(found.rows, "bundle_id", "device", "user")) == [("com.workhub.mobile", "d", "ann@x.test")]


def test_events_of_workspace(tmp_path: Path) -> None:
    def event(state: str) -> dict[str, Any]:
        told_of = {"APPLICATION_ID": "com.w", "APPLICATION_STATE": state, "DEVICE_ID": "d", "DEVICE_TYPE": "ANDROID"}
        return {"name": "APPLICATION_EVENT", "parameters": [{"name": k, "value": v} for k, v in told_of.items()]}

    activity = {
        "actor": {"email": "ann@x.test"},
        "events": [event("INSTALLED"), event("UNINSTALLED"), {"name": "OTHER"}],
    }
    found = read(tmp_path, {"items": [activity]})
    assert found.shape == "activities"
    assert list(told(found.rows, "platform", "bundle_id", "device", "user")) == [
        (DevicePlatform.ANDROID, "com.w", "d", "ann@x.test")
    ]
