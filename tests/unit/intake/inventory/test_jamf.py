"""Jamf Pro in all its dresses. Files made up after Jamf's documentation."""

from pathlib import Path

from tests.unit.intake.inventory.reading import read, told
from tieback.model.device import DevicePlatform, Ownership

CATALOGUE = """<?xml version="1.0" encoding="UTF-8"?><mobile_device_applications><size>2</size>
<mobile_device_application><id>1</id><name>Workhub.app</name><display_name>Workhub</display_name>
<bundle_id>com.workhub.mobile</bundle_id><version>3.1</version><internal_app>true</internal_app></mobile_device_application>
<mobile_device_application><id>2</id><name>Acme</name><bundle_id>com.acme</bundle_id><version>1</version>
<internal_app>false</internal_app></mobile_device_application></mobile_device_applications>"""
DEVICE = """<mobile_device><general><id>7</id><device_name>iPad 7</device_name><udid>UDID-7</udid><os_type>iOS</os_type>
<device_ownership_level>Institutional</device_ownership_level></general><location><username>ann</username></location>
<applications><size>1</size><application><application_name>Workhub</application_name>
<application_version>31</application_version><application_short_version>3.1</application_short_version>
<identifier>com.workhub.mobile</identifier></application></applications></mobile_device>"""
ENTRY = {"application_name": "Workhub", "application_short_version": "3.1", "identifier": "com.workhub.mobile"}


def test_the_classic_catalogue(tmp_path: Path) -> None:
    apps = [{"id": 1, "name": "Workhub.app", "display_name": "Workhub", "bundle_id": "com.workhub.mobile",
             "version": "3.1", "internal_app": True}]  # fmt: skip
    for content, count in ((CATALOGUE, 2), ({"mobile_device_applications": apps}, 1)):
        found = read(tmp_path, content)
        assert (found.source, len(found.rows)) == ("jamf", count)
        assert next(told(found.rows, "bundle_id", "name", "version", "in_house", "device", "platform")) == (
            "com.workhub.mobile", "Workhub", "3.1", True, "", DevicePlatform.IOS,
        )  # fmt: skip


def test_a_classic_device(tmp_path: Path) -> None:
    general = {"id": 7, "device_name": "iPad 7", "udid": "UDID-7", "device_ownership_level": "Institutional"}
    document = {"mobile_device": {"general": general, "location": {"username": "ann"}, "applications": [ENTRY]}}
    for content in (DEVICE, document):
        (row,) = read(tmp_path, content).rows
        assert (row.bundle_id, row.version, row.device, row.user) == ("com.workhub.mobile", "3.1", "UDID-7", "ann")
        assert (row.ownership, row.device_name) == (Ownership.CORPORATE, "iPad 7")


def test_computers_inventory(tmp_path: Path) -> None:
    app = {
        "name": "Safari.app",
        "path": "/Applications",
        "version": "13.1",
        "macAppStore": False,
        "bundleId": "com.apple.Safari",
    }
    result = {"id": "1", "udid": "U-1", "general": {"name": "Mac 1"}, "applications": [app]}
    found = read(tmp_path, {"totalCount": 1, "results": [result]})
    assert found.shape == "computers-inventory"
    assert list(told(found.rows, "platform", "bundle_id", "name", "device")) == [
        (DevicePlatform.MACOS, "com.apple.Safari", "Safari", "U-1")
    ]


def test_mobile_devices_of_the_pro_api(tmp_path: Path) -> None:
    app = {"identifier": "com.workhub.mobile", "name": "Workhub", "version": "31", "shortVersion": "3.1"}
    result = {"mobileDeviceId": "5", "deviceType": "iOS", "general": {"udid": "U-5"}, "applications": [app]}
    found = read(tmp_path, {"totalCount": 2, "results": [result, {"applications": [app]}]})
    assert (found.shape, found.skipped) == ("mobile-devices", 1)
    assert list(told(found.rows, "bundle_id", "version", "device")) == [("com.workhub.mobile", "3.1", "U-5")]


def test_an_advanced_search(tmp_path: Path) -> None:
    found = read(tmp_path, "Display Name,Serial Number,App Name,App Identifier,App Version\niPad,S1,Workhub,com.w,3\n")
    assert list(told(found.rows, "bundle_id", "device", "platform")) == [("com.w", "S1", DevicePlatform.IOS)]
