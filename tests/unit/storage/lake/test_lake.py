import errno
import os
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tieback.model.errors import WorkspaceError
from tieback.model.unit import Unit
from tieback.storage.lake.lake import Lake, part_name
from tieback.storage.lake.schemas import rows_table

HARMS = ("garbage", "empty", "truncated", "zeroed", "middle", "directory", "footer", "schema")
"""What can happen to a file of the lake; ``harm`` does it."""
A, B = (Unit(name * 64, "v1", f"{name}.apk", 1) for name in "ab")


def problems(*what: str) -> dict[str, pa.Table]:
    return {"problems": rows_table("problems", [("key", "v1", n, text, "", None) for n, text in enumerate(what)])}


def harm(path: Path, how: str) -> None:
    """Damage a Parquet file."""
    content = path.read_bytes()
    if how == "directory":
        path.unlink()
        path.mkdir()
        return
    if how == "schema":
        pq.write_table(pa.table({"unit": pa.array([1]), "what": pa.array([[1.5]])}), path)
        return
    path.write_bytes(
        {
            "garbage": b"garbage",
            "empty": b"",
            "truncated": content[: len(content) // 2],
            "zeroed": bytes(len(content)),
            # The footer is whole: it shows when the values are read.
            "middle": content[:4] + b"\xff" * (len(content) // 2) + content[4 + len(content) // 2 :],
            "footer": content[:-8] + (2**31 - 1).to_bytes(4, "little") + b"PAR1",
        }[how]
    )


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return Lake(tmp_path / "it's a [lake]*")


def test_an_empty_lake_answers(lake: Lake) -> None:
    assert lake.query("SELECT count(*) AS n FROM sightings").to_pylist() == [{"n": 0}]
    assert lake.parts() == set()
    assert lake.clear_staging() == 0


def test_published_rows_are_read(lake: Lake) -> None:
    assert lake.publish("one", problems("a", "b"), [A])
    assert lake.publish("two", problems("c"), [B])
    assert lake.query("SELECT what FROM problems ORDER BY what")["what"].to_pylist() == ["a", "b", "c"]
    assert lake.query("SELECT part FROM units WHERE unit = ?", [B.key])["part"].to_pylist() == ["two"]
    assert lake.read("one", "problems")["what"].to_pylist() == ["a", "b"]
    assert lake.read("one", "sightings").num_rows == 0
    assert lake.parts() == {"one", "two"}


def test_publishing_again_changes_nothing(lake: Lake) -> None:
    lake.publish("one", problems("a"), [A])
    assert not lake.publish("one", problems("other"), [A])
    assert lake.query("SELECT what FROM problems")["what"].to_pylist() == ["a"]


def test_a_faster_process_wins(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    lake.publish("one", problems("a"), [A])
    seen = iter([False, True])
    monkeypatch.setattr(Lake, "is_published", lambda *_: next(seen))
    assert not lake.publish("one", problems("b"), [A])
    assert list((lake.directory / "drafts").iterdir()) == []


def test_drafts_are_never_read_and_cleared_away(lake: Lake) -> None:
    lake.publish("one", problems("a"), [A])
    draft = lake.directory / "drafts" / "two.1.x"
    draft.mkdir()
    (draft / "problems.parquet").write_bytes(b"half a fi")
    assert lake.query("SELECT count(*) AS n FROM problems").to_pylist() == [{"n": 1}]
    assert lake.clear_staging() == 1
    assert not draft.exists()


def test_a_full_disk_publishes_nothing(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(WorkspaceError, match="the disk is full"):
        lake.publish("one", problems("a"), [A])
    monkeypatch.undo()
    assert lake.parts() == set()
    assert list((lake.directory / "drafts").iterdir()) == []


@pytest.mark.parametrize("how", HARMS)
def test_damaged_part_is_left_out_and_reported(lake: Lake, how: str) -> None:
    lake.publish("one", problems("a"), [A])
    lake.publish("two", problems(*(f"b{n}" for n in range(5000))), [B])
    harm(lake.directory / "parts" / "two" / "problems.parquet", how)
    assert lake.query("SELECT * FROM problems")["what"].to_pylist() == ["a"]
    (told,) = lake.damaged_parts().items()
    assert told[0] == "two"
    assert told[1].startswith("problems.parquet: ")
    assert [row[0] for row in lake.stream("SELECT part FROM units")] == ["one"], "a part is read as a whole or not"
    assert lake.parts() == {"one"}
    assert not lake.is_published("two")


def test_a_damaged_part_cannot_be_read_by_name(lake: Lake) -> None:
    lake.publish("one", problems("a"), [A])
    harm(lake.directory / "parts" / "one" / "problems.parquet", "garbage")
    with pytest.raises(WorkspaceError, match="a part of the lake is damaged"):
        lake.read("one", "problems")


def test_a_wrong_query_damages_nothing(lake: Lake) -> None:
    lake.publish("one", problems("a"), [A])
    with pytest.raises(duckdb.Error):
        lake.query("SELECT nothing_of_this_name FROM problems")
    assert lake.damaged_parts() == {}


def test_some_units_of_a_part_are_read(lake: Lake) -> None:
    rows = rows_table("problems", [(f"{n:064x}", "v1", 0, f"p{n}", "", None) for n in range(100)])
    lake.publish("one", {"problems": rows})
    found = lake.read("one", "problems", (f"{7:064x}", f"{9:064x}"))
    assert found["what"].to_pylist() == ["p7", "p8", "p9"]
    assert lake.read("one", "problems", ("g", "h")).num_rows == 0


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM read_text('/etc/passwd')",
        "COPY (SELECT 1) TO '/tmp/tieback-copied.csv'",
        "ATTACH '/tmp/tieback-attached.db'",
        "INSTALL httpfs",
        "LOAD httpfs",
        "SELECT * FROM read_parquet('https://127.0.0.1:1/x.parquet')",
        "SET enable_external_access = true",
    ],
)
def test_a_query_reaches_nothing_else(sql: str, lake: Lake) -> None:
    with pytest.raises((WorkspaceError, duckdb.Error)):
        lake.query(sql)


def test_a_wrong_query_is_the_programmers(lake: Lake) -> None:
    with pytest.raises(duckdb.Error):
        lake.query("SELEC")


def test_streams_are_bounded_and_can_be_left(lake: Lake) -> None:
    rows = lake.stream("SELECT range FROM range(1000000000)", rows_a_batch=100)
    assert next(rows) == (0,)
    rows.close()


def test_parameter_tables_can_be_joined(lake: Lake) -> None:
    lake.publish("one", problems("a", "b"), [A])
    keys = pa.table({"what": ["b", "z"]})
    assert list(lake.stream("SELECT what FROM problems SEMI JOIN wanted USING (what)", tables={"wanted": keys})) == [
        ("b",)
    ]


def test_part_names_follow_from_the_units() -> None:
    assert part_name([A, B]) == part_name(iter([A, B]))
    assert len({part_name(batch) for batch in ([A], [B], [A, B], [B, A], [])}) == 5
    assert part_name([A]).startswith("units-")


def test_a_part_comes_bit_by_bit(lake: Lake) -> None:
    with lake.stage_part("one") as draft:
        draft.add("problems", problems("a", "b")["problems"])
        assert lake.parts() == set(), "nothing is visible before the end"
        draft.add("problems", problems("c")["problems"])
    assert lake.query("SELECT what FROM problems ORDER BY what")["what"].to_pylist() == ["a", "b", "c"]
    assert lake.parts() == {"one"}


def test_a_part_whose_rows_end_in_an_error_is_none(lake: Lake) -> None:
    def broken() -> None:
        with lake.stage_part("one") as draft:
            draft.add("problems", problems("a")["problems"])
            raise ValueError("broken")

    with pytest.raises(ValueError, match="broken"):
        broken()
    assert lake.parts() == set()
    assert list((lake.directory / "drafts").iterdir()) == []
