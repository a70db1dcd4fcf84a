"""Hexnode UEM. A file made up after the names of its API's members."""

from pathlib import Path

from tests.unit.intake.inventory.reading import read, told


def test_a_page_of_applications(tmp_path: Path) -> None:
    page = {
        "count": 1,
        "next": None,
        "previous": None,
        "results": [{"name": "W", "identifier": "com.w", "version": "3"}],
    }
    found = read(tmp_path, page, "device-9.json")
    assert found.source == "hexnode"
    assert list(told(found.rows, "bundle_id", "device")) == [("com.w", "device-9")]
