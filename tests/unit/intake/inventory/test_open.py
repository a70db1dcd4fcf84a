"""Sources are told by content; what is none says what it found and what is needed."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.intake.inventory.reading import read
from tieback.intake.inventory.open import importers, open_inventory
from tieback.intake.inventory.source import InventorySource
from tieback.model.errors import InputError


def test_source_names_are_distinct_and_every_format_has_its_evidence() -> None:
    names = [importer.meta.name for importer in importers()]
    assert len(set(names)) == len(names) == 17
    assert all(importer.meta.reference and importer.meta.needs for importer in importers())


def test_the_columns_of_a_file_of_another_source_are_named_and_counted(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text("a" * 50 + ",," + ",".join(f"c{number}" for number in range(48)) + "\n1,2,3\n")
    with pytest.raises(InputError, match=f"found: columns {'a' * 40}…, column 2 \\(no name\\), c0, .*c17 and 30 more"):
        open_inventory(InventorySource(path), "intune")


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "empty"),
        (b"\x00\x01\x02", "unknown inventory format"),
        (b"<html></html>", "found: xml"),
        (b"just words", "found: text"),
        (bytes.fromhex("d0cf11e0a1b11ae1") + bytes(500), "a spreadsheet or another office document"),
    ],
)
def test_what_is_none(tmp_path: Path, content: bytes, says: str) -> None:
    with pytest.raises(InputError, match=says):
        read(tmp_path, content)


def test_wrong_source_reports_found_and_required_columns(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text("Paket,Name\na,b\n")
    with pytest.raises(
        InputError, match=r"not a Microsoft Intune inventory \(found: columns Paket, Name\).*ApplicationName"
    ):
        open_inventory(InventorySource(path), "intune")


@settings(deadline=None)
@given(
    st.binary(max_size=200)
    | st.sampled_from(
        [
            b'{"value":[{"displayName":', b'{"applicationReports":[{"packageName":1', b"<mobile_device>", b"package:",
            b'{"DeviceApps":[{"ApplicationIdentifier":{}}]}', b'{"deviceSoftwares":{"deviceSw":[1]}}',
            b"ApplicationKey,ApplicationName\n1", b'{"DEV_EX_DATA_APPL":[{"AppIdentifier":1}]}',
            b'[{"DeviceId":[],"ApplicationId":1,"Version":2}]',
            b'{"device_id":1,"apps":[{"app_name":1,"bundle_id":[]}]}',
        ]
    )
)  # fmt: skip
def test_any_file_is_rows_or_one_error(tmp_path: Path, data: bytes) -> None:
    try:
        read(tmp_path, data)
    except InputError as error:
        assert "\n" not in error.diagnostics()  # noqa: PT017 - either is right
