from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.examples import examples
from tests.unit.storage.lake.test_lake import harm
from tieback.storage.lake.lake import Lake
from tieback.storage.lake.parquet_check import damage, file_damage
from tieback.storage.lake.schemas import SCHEMAS, rows_table


@pytest.fixture
def part(tmp_path: Path) -> Path:
    rows = rows_table("problems", [("k" * 64, "v1", n, f"what {n * 7919}", "", None) for n in range(2000)])
    Lake(tmp_path).publish("one", {"problems": rows})
    return tmp_path / "parts" / "one"


def test_a_sound_part(part: Path) -> None:
    assert damage(part, whole=False) == damage(part, whole=True) == ""


@pytest.mark.parametrize(
    ("how", "told"),
    [
        ("empty", "truncated to 0 bytes"),
        ("garbage", "truncated to 7 bytes"),
        ("truncated", "not a complete Parquet file (truncated or overwritten)"),
        ("zeroed", "not a complete Parquet file (truncated or overwritten)"),
        ("directory", "a directory instead of a file"),
        ("footer", "claims a footer of 2,147,483,647 bytes in a file of "),
        ("schema", "column unit is int64, not string"),
    ],
)
def test_damage_visible_in_the_footer(part: Path, how: str, told: str) -> None:
    harm(part / "problems.parquet", how)
    assert damage(part, whole=False).startswith(f"problems.parquet: {told}")


def test_damage_visible_only_by_reading(part: Path) -> None:
    harm(part / "problems.parquet", "middle")
    assert damage(part, whole=False) == ""
    assert damage(part, whole=True).startswith("problems.parquet: not readable (")


def test_one_flipped_bit_of_a_value_shows(part: Path) -> None:
    path = part / "problems.parquet"
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    assert damage(part, whole=True)


def test_what_is_not_there(tmp_path: Path) -> None:
    assert damage(tmp_path / "none", whole=False) == "cannot be listed (No such file or directory)"
    assert damage(tmp_path, whole=False) == "has no units.parquet"


@pytest.mark.parametrize("name", SCHEMAS)
def test_every_schema_is_its_own_and_old_parts_may_lack_columns(tmp_path: Path, name: str) -> None:
    table = SCHEMAS[name].empty_table()
    pq.write_table(table, tmp_path / f"{name}.parquet")
    assert file_damage(tmp_path / f"{name}.parquet", whole=True) == ""
    pq.write_table(table.select([0]), tmp_path / f"{name}.parquet")
    assert file_damage(tmp_path / f"{name}.parquet", whole=True) == ""
    pq.write_table(pa.table({"other": [1]}), tmp_path / f"{name}.parquet")
    assert file_damage(tmp_path / f"{name}.parquet", whole=True) == f"has no column {SCHEMAS[name].field(0).name}"


@settings(max_examples=examples(60))
@given(st.data())
def test_any_bytes_end_in_a_verdict(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    """A file with pieces of it overwritten, or no Parquet at all."""
    path = tmp_path_factory.getbasetemp() / "problems.parquet"
    pq.write_table(rows_table("problems", [("k", "v", n, f"w{n}", "", None) for n in range(50)]), path)
    content = bytearray(path.read_bytes())
    at = data.draw(st.integers(0, len(content) - 1))
    piece = data.draw(st.binary(max_size=40))
    content[at : at + len(piece)] = piece
    path.write_bytes(content)
    assert isinstance(file_damage(path, whole=True), str)
