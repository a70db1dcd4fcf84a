import pyarrow as pa
import pytest

from tieback.storage.schemas import SCHEMAS, rows_table


@pytest.mark.parametrize("name", SCHEMAS)
def test_no_rows_make_an_empty_table_of_the_schema(name: str) -> None:
    table = rows_table(name, [])
    assert table.schema == SCHEMAS[name]
    assert table.num_rows == 0


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("plain", "plain"),
        ("\udcff.apk", "\\udcff.apk"),
        ("nul\x00and \U0001f600", "nul\x00and \U0001f600"),
    ],
)
def test_any_text_can_be_kept(text: str, kept: str) -> None:
    assert rows_table("problems", [("key", "v1", 0, text, "")])["what"].to_pylist() == [kept]


@pytest.mark.parametrize("port", [2**31, -(2**40)])
def test_what_does_not_fit_is_refused(port: int) -> None:
    row = ("key", "v1", 0, "sha", "url", "v", "http", "h", port, "", None, 1, "first", "f", 0, "how", "")
    with pytest.raises((pa.ArrowInvalid, OverflowError)):
        rows_table("sightings", [row])


def test_lists_of_text() -> None:
    row = ("run", 0, "v", "h", 1, ("1.2.3.4", "\udcff"), "dns", "", "", "", None, "", "first", "{}")
    assert rows_table("backends", [row])["addresses"].to_pylist() == [["1.2.3.4", "\\udcff"]]
