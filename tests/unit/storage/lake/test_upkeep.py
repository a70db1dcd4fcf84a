from pathlib import Path

import pytest

from tests.unit.storage.lake.test_lake import HARMS, A, B, harm, problems
from tieback.storage.lake.lake import Lake
from tieback.storage.lake.layout import note_damage, reader_lock
from tieback.storage.lake.upkeep import check, damage_lines, quarantine_damaged, sweep
from tieback.storage.ledger.tables import LedgerState
from tieback.storage.recovery import recover
from tieback.storage.workspace import Workspace


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    made = Lake(tmp_path)
    made.publish("one", problems("a"), [A])
    made.publish("two", problems("b"), [B])
    return made


def file_of(lake: Lake, part: str) -> Path:
    return lake.directory / "parts" / part / "problems.parquet"


def test_a_sound_lake(lake: Lake) -> None:
    assert list(check(lake)) == [("one", ""), ("two", "")]
    assert quarantine_damaged(lake) == {}
    assert sweep(lake)


@pytest.mark.parametrize("how", HARMS)
def test_every_damage_is_found_and_left_out(lake: Lake, how: str) -> None:
    harm(file_of(lake, "two"), how)
    found = dict(check(lake))
    assert found["one"] == ""
    assert found["two"].startswith("problems.parquet: ")
    assert lake.query("SELECT what FROM problems")["what"].to_pylist() == ["a"]


def test_damage_is_reported_before_a_query(lake: Lake) -> None:
    assert damage_lines(lake, ["problems", "units"]) == ()
    harm(file_of(lake, "two"), "truncated")
    assert damage_lines(lake, ["units"]) == ()
    (told,) = damage_lines(lake, ["problems", "units"])
    assert told.where == "part two of the lake"
    assert told.what.startswith("is damaged and ignored (problems.parquet: ")


def test_damaged_parts_go_to_quarantine(lake: Lake) -> None:
    harm(file_of(lake, "two"), "zeroed")
    lake.query("SELECT * FROM problems")
    assert list(quarantine_damaged(lake)) == ["two"]
    assert lake.damaged_parts() == {}
    assert [path.name for path in (lake.directory / "quarantine").glob("*/*")] == ["two"]
    assert lake.publish("two", problems("b"), [B]), "its batch can be published again"
    harm(file_of(lake, "two"), "zeroed")
    assert list(quarantine_damaged(lake, ["two"])) == ["two"], "a fresh part is looked at without a note"
    assert len(list((lake.directory / "quarantine").glob("*/two"))) == 2


def test_a_part_that_is_sound_after_all_is_read_again(lake: Lake) -> None:
    note_damage(lake.directory, "two", "the disk was away")
    assert lake.parts() == {"one"}
    assert quarantine_damaged(lake) == {}
    assert lake.parts() == {"one", "two"}
    note_damage(lake.directory, "two", "the disk was away")
    assert dict(check(lake)) == {"one": "", "two": ""}
    assert lake.parts() == {"one", "two"}


def test_units_of_a_damaged_part_are_done_again(tmp_path: Path) -> None:
    with Workspace.open(tmp_path) as workspace:
        lake, ledger = workspace.lake, workspace.ledger
        lake.publish("one", problems("a"), [A])
        lake.publish("two", problems("b"), [B])
        recover(lake, ledger)
        harm(file_of(lake, "two"), "truncated")
        lake.query("SELECT * FROM problems")
        done = recover(lake, ledger)
        assert done.lost == 1
        assert done.damaged[0].startswith("two: problems.parquet: ")
        assert ledger.counts() == {LedgerState.DONE: 1, LedgerState.RELEASED: 1}
        assert ledger.claim([A, B], "next", 60) == [B]


def test_nothing_is_removed_during_a_read(lake: Lake) -> None:
    from tieback.storage.lake.compaction import merge_parts

    merge_parts(lake, ["one", "two"])
    with reader_lock(lake.directory):
        assert not sweep(lake)
        assert not sweep(lake, wait=0.06)
    assert len(list((lake.directory / "parts").iterdir())) == 3
    assert sweep(lake)
    assert len(list((lake.directory / "parts").iterdir())) == 1


def test_a_changed_file_of_a_merged_part_is_damage(lake: Lake) -> None:
    from tieback.storage.lake.compaction import merge_parts

    merge_parts(lake, ["one", "two"])
    (merged,) = lake.layout().live
    path = file_of(lake, merged)
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    assert dict(check(lake)) == {merged: "problems.parquet: the content has changed"}
