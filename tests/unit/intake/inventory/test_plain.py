"""Tables of no particular source: what columns seem to mean."""

from pathlib import Path

import pytest

from tests.unit.intake.inventory.reading import told
from tieback.intake.inventory.open import open_inventory, read_head
from tieback.intake.inventory.plain import PlainTable, propose_columns, read_columns
from tieback.intake.inventory.source import InventorySource
from tieback.intake.inventory.table import FIELDS
from tieback.model.device import DevicePlatform
from tieback.model.errors import InputError


@pytest.mark.parametrize(
    ("columns", "meaning"),
    [
        (["Bundle ID", "App Name", "Version", "Serial Number"],
         {"bundle_id": "Bundle ID", "name": "App Name", "version": "Version", "device": "Serial Number"}),
        (["Paketname", "Anwendung", "Anzahl Geräte"],
         {"bundle_id": "Paketname", "name": "Anwendung", "count": "Anzahl Geräte"}),
        (["nombre", "versión", "dispositivo"], {"name": "nombre", "version": "versión", "device": "dispositivo"}),
        (["App", "Application Name"], {"name": "App"}),
        (["x", "y"], {}),
    ],
)  # fmt: skip
def test_column_meanings_are_proposed(columns: list[str], meaning: dict[str, str]) -> None:
    assert propose_columns(columns) == meaning


@pytest.mark.parametrize("field", FIELDS)
def test_each_field_is_found_by_its_own_name(field: str) -> None:
    """The note about ignored columns names these fields as known."""
    assert propose_columns([field]) == {field: field}


@pytest.mark.parametrize(
    ("text", "columns"),
    [
        ("Paket;Name\na;b\n", ("Paket", "Name")),
        ('[{"package":"com.a","label":"A"}]', ("label", "package")),
        ('{"package":"com.a","label":"A"}\n{"package":"com.b"}', ("label", "package")),
        ('{"total":2,"rows":[{"package":"com.a","label":"A"}]}', ("label", "package")),
    ],
)
def test_tables_by_a_map(tmp_path: Path, text: str, columns: tuple[str, ...]) -> None:
    path = tmp_path / "x"
    path.write_text(text)
    source = InventorySource(path)
    head = read_head(source)
    assert read_columns(head) == columns
    names = {"bundle_id": next(c for c in columns if c.lower().startswith("pa"))}
    plain = PlainTable(names, DevicePlatform.ANDROID)
    rows = list(plain.rows(source, plain.shape(head)))
    assert next(told(rows, "bundle_id", "platform"))[1] is DevicePlatform.ANDROID
    assert rows[0].bundle_id in ("a", "com.a")


def test_columns_of_nested_records_are_those_of_the_record(tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    path.write_text('{"items": [{"device": {"id": "d", "name": "Phone"}, "title": "A", "tags": [1]}]}')
    assert read_columns(open_inventory(InventorySource(path))[2]) == ("device", "tags", "title")


def test_a_map_that_no_record_has_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    path.write_text('{"items": [{"app": {"name": "A"}}]}')
    with pytest.raises(InputError, match="no record has a value"):
        list(PlainTable({"name": "name"}).rows(InventorySource(path), "JSON"))


def test_rows_that_say_that_the_app_is_not_installed_are_left_out(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text("name,device,Install Status\nA,d,Installed\nB,d,Not installed\nC,d,false\n")
    columns = propose_columns(("name", "device", "Install Status"))
    assert [row.name for row in PlainTable(columns).rows(InventorySource(path), "CSV")] == ["A"]
