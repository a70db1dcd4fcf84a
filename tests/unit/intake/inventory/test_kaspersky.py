"""Kaspersky Security Center. Files made up after its API documentation."""

from pathlib import Path

from tests.unit.intake.inventory.reading import read, told

APPS = [
    {
        "type": "params",
        "value": {"AppIdentifier": "com.w", "AppName": "W", "AppVersion": "31", "AppShortVersion": "3.1"},
    },
    {"type": "params", "value": {"AppIdentifier": ["?"]}},
]


def test_the_apps_of_a_device(tmp_path: Path) -> None:
    for document in ({"DEV_EX_DATA_APPL": APPS}, {"PxgRetVal": {"DEV_EX_DATA_APPL": APPS}}):
        found = read(tmp_path, document, "phone-3.json")
        assert (found.source, found.skipped) == ("kaspersky", 1)
        assert list(told(found.rows, "bundle_id", "version", "device")) == [("com.w", "3.1", "phone-3")]
