"""SOTI MobiControl. A file made up after the names of its API's members."""

from pathlib import Path

from tests.unit.intake.inventory.reading import read, told


def test_applications_of_a_device(tmp_path: Path) -> None:
    apps = [{"DeviceId": "s-1", "ApplicationId": "com.w", "Name": "W", "Version": "3"},
            {"ApplicationId": "com.x", "Name": "X", "Version": "1"}]  # fmt: skip
    found = read(tmp_path, apps, "tablet.json")
    assert found.source == "soti"
    assert list(told(found.rows, "bundle_id", "device")) == [("com.w", "s-1"), ("com.x", "tablet")]
