"""Tables: separators, quotes, missing columns."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.each import each
from tieback.intake.inventory.source import InventorySource
from tieback.intake.inventory.table import FileDefaults, detect_separator, find_header, iter_cells, map_rows
from tieback.model.device import DevicePlatform, InventoryRow, Ownership
from tieback.model.errors import InputError

COLUMNS = {"name": "App", "device": "Device"}


def rows(folder: Path, text: str, defaults: FileDefaults = FileDefaults()) -> list[InventoryRow]:  # noqa: B008 - frozen
    path = folder / "x.csv"
    path.write_text(text)
    return list(map_rows(InventorySource(path), COLUMNS, defaults))


@each(("line", "sign"), [("a,b,c", ","), ("a;b;c", ";"), ("a\tb", "\t"), ('"a;b;c",d', ","), ("a", ","), ("a|b", "|")])
def test_separators(line: str, sign: str) -> None:
    assert detect_separator(line) == sign


@pytest.mark.parametrize(
    "text",
    [
        "App,Device\nAcme,d1\n",
        "App;Device\r\nAcme;d1\r\n",
        "sep=;\nApp;Device\nAcme;d1",
        "Device,Other,app\nd1,x,Acme\n",
        '"App","Device"\n"Acme","d1"\n',
    ],
)
def test_the_same_row_in_any_dress(tmp_path: Path, text: str) -> None:
    assert rows(tmp_path, text) == [InventoryRow(name="Acme", device="d1")]


def test_quoted_cell_may_contain_line_breaks(tmp_path: Path) -> None:
    assert rows(tmp_path, 'App,Device\n"A\nB",d1\n')[0].name == "A B"


def test_file_defaults_apply_to_every_row(tmp_path: Path) -> None:
    (row,) = rows(tmp_path, "App,Device\nAcme,\n", FileDefaults(DevicePlatform.IOS, "the device"))
    assert (row.platform, row.device, row.ownership) == (DevicePlatform.IOS, "the device", Ownership.UNKNOWN)


def test_short_rows_are_left_out_and_counted(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text("App,Device\nAcme\n\nOther,d2\n")
    source = InventorySource(path)
    assert [row.name for row in map_rows(source, COLUMNS)] == ["Other"]
    assert (source.skipped, source.first_skipped) == (1, "record 2: 1 column instead of 2")


@each(
    ("line", "kept"),
    [("Acme,d1,extra", 0), ("Acme,Inc.,d1,,", 0), ("Acme,d1,,", 1), ('"Acme, Inc.",d1', 1)],
)
def test_rows_with_too_many_cells_are_left_out_and_counted(tmp_path: Path, line: str, kept: int) -> None:
    path = tmp_path / "x.csv"
    path.write_text(f"App,Device\n{line}\n")
    for read in (lambda one: map_rows(one, COLUMNS), iter_cells):
        source = InventorySource(path)
        assert len(list(read(source))) == kept
        assert source.skipped == 1 - kept


def test_columns_without_a_name_are_called_by_their_place(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text("App,,Device,,\nAcme,d1,,x,\nOther,d2,,y,\n")
    source = InventorySource(path)
    assert [row.name for row in map_rows(source, {"name": "App"})] == ["Acme", "Other"]
    assert source.notes == [
        "column 2 is ignored: it has values, but no name in the header",
        "column 4 is ignored: it has values, but no name in the header",
    ]
    source = InventorySource(path)
    assert [row.device for row in map_rows(source, {"name": "App", "device": "column 2 (no name)"})] == ["d1", "d2"]
    with pytest.raises(InputError, match=r"found: App, column 2 \(no name\), Device"):
        list(map_rows(InventorySource(path), {"name": "Nothing"}))


def test_the_error_for_a_missing_column_says_how_many_names_it_leaves_out(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text(",".join(f"c{number}" for number in range(50)) + "\n" + "," * 49 + "\n")
    with pytest.raises(InputError, match="c19 and 30 more"):
        list(map_rows(InventorySource(path), {"name": "Nothing"}))


def test_of_a_repeated_column_the_first_counts_and_a_note_says_so(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text("Device,App,device,Other,Other\nd1,Acme,d2,,\n")
    source = InventorySource(path)
    assert [row.device for row in map_rows(source, COLUMNS)] == ["d1"]
    assert source.notes == ["the header has the column Device more than once: the first one is read"]
    source = InventorySource(path)
    ((_, cells),) = iter_cells(source)
    assert cells["Device"] == "d1"
    assert "the header has the column Other more than once: the first one is read" in source.notes


def test_a_missing_column_is_named_with_what_was_found(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"column Device is missing \(found: App, Gerät\)"):
        rows(tmp_path, "App,Gerät\nAcme,d1\n")


def test_a_quote_that_never_ends_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="not valid CSV"):
        rows(tmp_path, 'App,Device\n"Acme' + "x\n" * 200_000)


def test_the_header_of_a_text() -> None:
    assert find_header("\ufeffApp,Device\nx") == ("App", "Device")
    assert find_header("sep=;\nApp;Device\n") == ("App", "Device")
    assert find_header("") == ()


@given(st.text(max_size=300))
def test_any_text_is_rows_or_one_error(tmp_path: Path, text: str) -> None:
    path = tmp_path / "any.csv"
    path.write_bytes(b"App,Device\n" + text.encode("utf-8", "replace"))
    try:
        list(map_rows(InventorySource(path), COLUMNS))
    except InputError as error:
        assert "\n" not in error.diagnostics()  # noqa: PT017 - either is right
