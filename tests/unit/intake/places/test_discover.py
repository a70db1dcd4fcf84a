"""Shards in folders."""

from pathlib import Path

from tieback.intake.places.discover import MAX_DEPTH, find_shards


def test_shards_are_found_by_name_in_order(tmp_path: Path) -> None:
    for name in ("b/z.tar", "b/a.TAR", "a.tar", "a.tar.gz", "c.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"")
    (tmp_path / "folder.tar").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "b")
    assert [str(path.relative_to(tmp_path)) for path in find_shards(tmp_path)] == ["a.tar", "b/a.TAR", "b/z.tar"]


def test_no_deeper_than_apps_are_looked_for(tmp_path: Path) -> None:
    deep = tmp_path.joinpath(*(["d"] * (MAX_DEPTH + 2)))
    deep.mkdir(parents=True)
    (deep / "a.tar").write_bytes(b"")
    assert list(find_shards(tmp_path)) == []
