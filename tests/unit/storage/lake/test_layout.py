from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tieback.storage.lake.layout import (
    Layout,
    MergedPart,
    clear_damage,
    damage_notes,
    exclusive_lock,
    note_damage,
    read_layout,
    read_merged_part,
    reader_lock,
    write_merged_part,
)


def merged(directory: Path, name: str, replaces: tuple[str, ...], holds: tuple[str, ...]) -> None:
    part = directory / "parts" / name
    part.mkdir(parents=True)
    write_merged_part(part, MergedPart(replaces, holds))


def plain(directory: Path, *names: str) -> None:
    for name in names:
        (directory / "parts" / name).mkdir(parents=True)


def test_nothing_is_there(tmp_path: Path) -> None:
    assert read_layout(tmp_path) == Layout((), {}, (), {})


def test_file_in_the_parts_directory_is_not_a_part(tmp_path: Path) -> None:
    plain(tmp_path, "a")
    (tmp_path / "parts" / "b").write_text("")
    assert read_layout(tmp_path).live == ("a",)


def test_merged_part_replaces_parts_that_still_exist(tmp_path: Path) -> None:
    plain(tmp_path, "a", "b", "c")
    merged(tmp_path, "merged-1", ("a", "b"), ("a", "b"))
    assert read_layout(tmp_path) == Layout(("c", "merged-1"), {"a": "merged-1", "b": "merged-1"}, ("a", "b"), {})
    assert read_layout(tmp_path).published() == {"a", "b", "c"}


def test_a_merged_part_of_merged_parts(tmp_path: Path) -> None:
    plain(tmp_path, "a")
    merged(tmp_path, "merged-1", ("a",), ("a",))
    merged(tmp_path, "merged-2", ("merged-1", "a", "b"), ("a", "b"))
    assert read_layout(tmp_path).live == ("merged-2",)
    assert read_layout(tmp_path).held == {"a": "merged-2", "b": "merged-2"}


def test_late_part_is_not_read_beside_the_part_that_contains_it(tmp_path: Path) -> None:
    merged(tmp_path, "merged-1", (), ("a",))
    plain(tmp_path, "a")
    assert read_layout(tmp_path).hidden == ("a",)


def test_what_was_pruned_may_come_again(tmp_path: Path) -> None:
    plain(tmp_path, "a", "b")
    merged(tmp_path, "merged-1", ("b",), ("b",))
    merged(tmp_path, "merged-2", ("merged-1", "b"), ())
    assert read_layout(tmp_path).published() == {"a"}
    for gone in ("b", "merged-1"):
        for file in (tmp_path / "parts" / gone).iterdir():
            file.unlink()
        (tmp_path / "parts" / gone).rmdir()
    write_merged_part(tmp_path / "parts" / "merged-2", MergedPart((), ()))
    plain(tmp_path, "b")
    assert read_layout(tmp_path).published() == {"a", "b"}


def test_a_damaged_merged_part_hides_nothing(tmp_path: Path) -> None:
    plain(tmp_path, "a")
    merged(tmp_path, "merged-1", ("a",), ("a",))
    note_damage(tmp_path, "merged-1", "apps.parquet: truncated")
    assert read_layout(tmp_path) == Layout(("a",), {}, (), {"merged-1": "apps.parquet: truncated"})
    clear_damage(tmp_path, "merged-1")
    assert read_layout(tmp_path).live == ("merged-1",)


@pytest.mark.parametrize(
    "text",
    [b"", b'{"replaces":["a"],"hol', b"[]", b'{"replaces":["../a"],"holds":[]}', b'{"replaces":[""],"holds":[]}', None],
)
def test_a_list_that_is_none_is_damage(tmp_path: Path, text: bytes | None) -> None:
    plain(tmp_path, "a", "merged-1")
    if text is not None:
        (tmp_path / "parts" / "merged-1" / "replaces.json").write_bytes(text)
    found = read_layout(tmp_path)
    assert found.live == ("a",)
    assert found.damaged["merged-1"].startswith("replaces.json: ")


@given(st.binary(max_size=200))
def test_reading_any_list_never_raises_another_error(tmp_path_factory: pytest.TempPathFactory, text: bytes) -> None:
    part = tmp_path_factory.getbasetemp() / "any"
    part.mkdir(exist_ok=True)
    (part / "replaces.json").write_bytes(text)
    with suppress(ValueError):
        read_merged_part(part)


@given(st.text(max_size=50))
def test_any_damage_reason_can_be_recorded(tmp_path_factory: pytest.TempPathFactory, why: str) -> None:
    directory = tmp_path_factory.getbasetemp()
    note_damage(directory, "p", why)
    assert damage_notes(directory)["p"]


def test_readers_share_the_lock_and_removal_is_exclusive(tmp_path: Path) -> None:
    with reader_lock(tmp_path), reader_lock(tmp_path), exclusive_lock(tmp_path) as nobody:
        assert not nobody
    with exclusive_lock(tmp_path) as nobody:
        assert nobody


def test_a_lake_that_is_not_there_can_be_read(tmp_path: Path) -> None:
    with reader_lock(tmp_path / "none"):
        assert not (tmp_path / "none").exists()
