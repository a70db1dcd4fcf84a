"""Answers of Apple devices, as property lists that the standard library writes."""

import plistlib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.intake.inventory.reading import read, told
from tieback.model.device import DevicePlatform
from tieback.model.errors import InputError

APPS: list[Any] = [
    {"Identifier": "com.workhub.mobile", "Name": "Workhub", "ShortVersion": "3.1", "Version": "31", "BundleSize": 9},
    {"Identifier": "com.acme", "Name": "Acme", "Version": "7", "AppStoreVendable": False},
    "nonsense",
]


@pytest.mark.parametrize("form", [plistlib.FMT_XML, plistlib.FMT_BINARY])
def test_a_device_with_its_apps(tmp_path: Path, form: Any) -> None:
    answer = {"InstalledApplicationList": APPS, "Status": "Acknowledged", "UDID": "U-1"}
    found = read(tmp_path, plistlib.dumps(answer, fmt=form))
    assert (found.source, found.skipped) == ("apple-mdm", 1)
    assert list(told(found.rows, "platform", "bundle_id", "version", "device", "in_house")) == [
        (DevicePlatform.IOS, "com.workhub.mobile", "3.1", "U-1", False),
        (DevicePlatform.IOS, "com.acme", "7", "U-1", True),
    ]


@pytest.mark.parametrize(
    "content",
    [
        plistlib.dumps({"UDID": "x"}, fmt=plistlib.FMT_BINARY),
        plistlib.dumps(["InstalledApplicationList"]),
        b"bplist00" + b"\xff" * 40,
        b"<plist><key>InstalledApplicationList</key>" + b"<dict/>" * 400_000,
        b"<plist><dict><key>InstalledApplicationList</key>",
        b'<!DOCTYPE plist [<!ENTITY a "b">]><plist><string>InstalledApplicationList&a;</string></plist>',
    ],
)
def test_what_is_none(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(InputError, match="property list"):
        read(tmp_path, content)


@given(st.binary(max_size=200))
def test_any_binary_property_list(tmp_path: Path, data: bytes) -> None:
    with pytest.raises(InputError):
        read(tmp_path, b"bplist00" + data)
