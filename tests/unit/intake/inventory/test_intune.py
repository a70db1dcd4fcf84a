"""Microsoft Intune: Graph and both reports. Files made up after Microsoft's documentation."""

from pathlib import Path

import pytest

from tests.unit.intake.inventory.reading import read, told
from tieback.intake.inventory.open import open_inventory
from tieback.intake.inventory.source import InventorySource
from tieback.model.device import DevicePlatform, Ownership
from tieback.model.errors import InputError

RAW = (
    "ApplicationKey,ApplicationName,ApplicationPublisher,ApplicationShortVersion,ApplicationVersion,DeviceId,DeviceName,"
    "OSDescription,OSVersion,Platform,UserId,EmailAddress,UserName\r\n"
    "k1,Fieldhand,Fieldhand Machinery,4.0,4.0.7,d-1,Tractor 1,Android,14,AndroidWorkProfile,u1,ann@x.test,Ann\r\n"
    'k2,"Acme, Inc. Mail",Acme,2,2.1,d-2,iPad,iOS,17,iOS,u2,bob@x.test,Bob\r\n'
)
AGGREGATE = (
    "ApplicationKey,ApplicationName,ApplicationPublisher,ApplicationShortVersion,ApplicationVersion,DeviceCount,Platform\n"
    "k1,Fieldhand,Fieldhand Machinery,4.0,4.0.7,40,Android\n"
)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_raw_data_is_a_row_an_install(tmp_path: Path, encoding: str) -> None:
    found = read(tmp_path, RAW.encode(encoding))
    assert (found.source, found.shape) == ("intune", "AppInvRawData")
    assert list(told(found.rows, "platform", "name", "publisher", "version", "device", "user")) == [
        (DevicePlatform.ANDROID, "Fieldhand", "Fieldhand Machinery", "4.0.7", "d-1", "Ann"),
        (DevicePlatform.IOS, "Acme, Inc. Mail", "Acme", "2.1", "d-2", "Bob"),
    ]


def test_the_aggregate_counts(tmp_path: Path) -> None:
    found = read(tmp_path, AGGREGATE)
    assert found.shape == "AppInvAggregate"
    assert list(told(found.rows, "name", "device", "count")) == [("Fieldhand", "", 40)]


def test_reports_as_json(tmp_path: Path) -> None:
    row = {"ApplicationKey": "k", "ApplicationName": "Fieldhand", "ApplicationPublisher": "F",
           "ApplicationVersion": "4",
           "DeviceId": "d-1", "DeviceName": "T", "Platform": "iOS", "UserName": "Ann"}  # fmt: skip
    found = read(tmp_path, {"values": [row]})
    assert found.shape == "AppInvRawData JSON"
    assert list(told(found.rows, "name", "device")) == [("Fieldhand", "d-1")]


def test_detected_apps_with_and_without_devices(tmp_path: Path) -> None:
    app = {"id": "1", "displayName": "Fieldhand", "version": "4.0.7", "sizeInByte": 5, "deviceCount": 2,
           "publisher": "Fieldhand Machinery", "platform": "androidWorkProfile"}  # fmt: skip
    devices = [
        {"id": "d-1", "deviceName": "T1", "userPrincipalName": "ann@x.test", "managedDeviceOwnerType": "company"},
        {"id": "d-2", "deviceName": "T2", "userPrincipalName": None, "managedDeviceOwnerType": "personal"},
    ]
    page = {"@odata.context": "x", "value": [app, {**app, "displayName": "Acme", "managedDevices": devices}]}
    found = read(tmp_path, page)
    assert found.shape == "detectedApps"
    assert list(told(found.rows, "name", "device", "count", "ownership", "user")) == [
        ("Fieldhand", "", 2, Ownership.UNKNOWN, ""),
        ("Acme", "d-1", None, Ownership.CORPORATE, "ann@x.test"),
        ("Acme", "d-2", None, Ownership.PERSONAL, ""),
    ]
    assert {row.platform for row in found.rows} == {DevicePlatform.ANDROID}


def test_an_app_of_another_shape_is_left_out(tmp_path: Path) -> None:
    app = {"displayName": "A", "sizeInByte": 1, "deviceCount": 1}
    found = read(tmp_path, {"value": [app, {**app, "managedDevices": "none"}]})
    assert (len(found.rows), found.skipped) == (1, 1)


def test_detected_apps_with_selected_members(tmp_path: Path) -> None:
    device = {"id": "d-1", "deviceName": "T1", "managedDeviceOwnerType": "personal"}
    context = "https://graph.microsoft.com/v1.0/$metadata#deviceManagement/detectedApps(displayName,deviceCount)"
    app = {"displayName": "Fieldhand", "version": "4.0.7"}
    for page, expected in (
        ({"value": [app | {"deviceCount": 1, "managedDevices": [device]}]}, ("d-1", None, Ownership.PERSONAL)),
        ({"value": [app | {"managedDevices": [device]}]}, ("d-1", None, Ownership.PERSONAL)),
        ({"@odata.context": context, "value": [app | {"deviceCount": 3}]}, ("", 3, Ownership.UNKNOWN)),
    ):
        found = read(tmp_path, page)
        assert (found.source, found.shape) == ("intune", "detectedApps")
        assert list(told(found.rows, "device", "count", "ownership")) == [expected]


def test_the_error_names_the_members_that_are_needed(tmp_path: Path) -> None:
    path = tmp_path / "export"
    path.write_text('{"value": [{"displayName": "Fieldhand", "version": "4"}]}')
    with pytest.raises(InputError, match="not a Microsoft Intune inventory") as raised:
        open_inventory(InventorySource(path), "intune")
    assert all(name in raised.value.advice for name in ("displayName", "managedDevices", "deviceCount", "sizeInByte"))
