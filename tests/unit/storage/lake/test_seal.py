"""Seals: a part counts only as this user's tieback wrote it."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tieback.model.unit import Unit
from tieback.storage.lake.compaction import compact
from tieback.storage.lake.lake import Lake
from tieback.storage.lake.layout import MergedPart, read_merged_part, write_merged_part
from tieback.storage.lake.schemas import rows_table
from tieback.storage.lake.seal import SEAL_FILE, seal_problem
from tieback.storage.lake.upkeep import check, quarantine_damaged, seal_parts

KEY = b"k" * 32
UNITS = [Unit(f"{number:064x}", "v1", f"{number}.apk", 1) for number in range(4)]


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    made = Lake(tmp_path / "lake", key=KEY)
    for unit in UNITS:
        made.publish(
            f"units-{unit.source}", {"problems": rows_table("problems", [(unit.key, "v1", 0, "x", "y", None)])}, [unit]
        )
    return made


def problems(lake: Lake) -> set[str]:
    return {why for _, why in check(lake)}


def part_of(lake: Lake) -> Path:
    return min((lake.directory / "parts").iterdir())


def add_file(lake: Lake) -> None:
    shutil.copy(part_of(lake) / "problems.parquet", part_of(lake) / "sightings.parquet")


def remove_file(lake: Lake) -> None:
    (part_of(lake) / "problems.parquet").unlink()


def exchange_rows(lake: Lake) -> None:
    other = sorted((lake.directory / "parts").iterdir())[1]
    shutil.copy(other / "problems.parquet", part_of(lake) / "problems.parquet")


def rename(lake: Lake) -> None:
    part_of(lake).rename(part_of(lake).with_name("units-other"))


def remove_seal(lake: Lake) -> None:
    (part_of(lake) / SEAL_FILE).unlink()


def take_seal_of_another_part(lake: Lake) -> None:
    other = sorted((lake.directory / "parts").iterdir())[1]
    shutil.copy(other / SEAL_FILE, part_of(lake) / SEAL_FILE)


def damage_seal(lake: Lake) -> None:
    (part_of(lake) / SEAL_FILE).write_bytes(b'{"sha256": 1')


def test_parts_that_were_written_or_merged_here_are_sound(lake: Lake) -> None:
    with lake.stage_part("backends-x") as part:
        part.add("problems", rows_table("problems", []))
    assert problems(lake) == {""}
    compact(lake)
    assert problems(lake) == {""}
    assert quarantine_damaged(lake, lake.layout().live) == {}
    assert lake.query("SELECT count(*) AS n FROM units").to_pylist() == [{"n": len(UNITS)}]


@pytest.mark.parametrize(
    "change", [add_file, remove_file, exchange_rows, rename, remove_seal, take_seal_of_another_part, damage_seal]
)
def test_a_changed_part_is_quarantined(lake: Lake, change: Callable[[Lake], None]) -> None:
    change(lake)
    aside = quarantine_damaged(lake, lake.layout().live)
    assert len(aside) == 1
    assert set(lake.parts()) == set(lake.layout().live)
    assert problems(lake) == {""}


@pytest.mark.parametrize("change", [add_file, remove_seal, damage_seal])
def test_a_changed_merged_part_is_quarantined(lake: Lake, change: Callable[[Lake], None]) -> None:
    compact(lake)
    change(lake)
    assert len(quarantine_damaged(lake, lake.layout().live)) == 1
    assert lake.parts() == set()


def test_a_merged_part_contains_only_the_parts_that_it_was_made_from(lake: Lake) -> None:
    compact(lake)
    part = part_of(lake)
    told = read_merged_part(part)
    write_merged_part(part, MergedPart(told.replaces, (*told.holds, "units-other"), told.sha256))
    assert seal_problem(part, part.name, KEY) == "it was changed after your tieback wrote it"


def test_another_user_cannot_seal_a_part(lake: Lake) -> None:
    other = Lake(lake.directory, key=b"o" * 32)
    assert problems(other) == {"your tieback did not write it: its seal has another key"}
    assert problems(Lake(lake.directory)) == {""}, "without a key, seals are not checked"


def test_accepted_parts_are_sealed_as_they_are(lake: Lake) -> None:
    other = Lake(lake.directory, key=b"o" * 32)
    assert seal_parts(other) == len(UNITS)
    assert problems(other) == {""}
