"""Ivanti EPMM's table. Files made up after its data dictionary."""

from pathlib import Path

from tests.unit.intake.inventory.reading import read, told
from tieback.model.device import DevicePlatform

HEAD = "vsp_id,app_id,name,bundle,platform,version,long_version,short_version,created_at,modified_at"


def test_apps_without_devices(tmp_path: Path) -> None:
    found = read(tmp_path, f"{HEAD}\n1,2,Workhub,com.workhub.mobile,A,3.1,3.1.0,3.1,01.02.2026,2026-02-01\n")
    assert (found.source, found.shape) == ("ivanti", "MI_APP_INVENTORY")
    assert list(told(found.rows, "platform", "bundle_id", "version", "device", "count")) == [
        (DevicePlatform.ANDROID, "com.workhub.mobile", "3.1", "", None)
    ]


def test_joined_with_devices(tmp_path: Path) -> None:
    found = read(tmp_path, f"{HEAD},device_uuid\n1,2,Workhub,com.w,I,3,3,3,,,u-1\n")
    assert list(told(found.rows, "platform", "device")) == [(DevicePlatform.IOS, "u-1")]
