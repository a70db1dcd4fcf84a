import errno
import os
import shutil
from pathlib import Path

import pytest

from tieback.model.errors import TiebackError
from tieback.storage.export_target import open_target


def test_folder_target_stores_and_lists_files(tmp_path: Path) -> None:
    file = tmp_path / "f"
    file.write_text("content")
    place = open_target(str(tmp_path / "to"))
    for path in ("a=1/b=2/x.parquet", "a=1/y.parquet", "z.json"):
        place.put(path, file)
    assert list(place.files("a=1")) == ["a=1/b=2/x.parquet", "a=1/y.parquet"]
    assert list(place.files("none")) == []
    place.remove(["a=1/y.parquet", "a=1/gone.parquet"])
    assert list(place.files("a=1")) == ["a=1/b=2/x.parquet"]
    assert (tmp_path / "to" / "z.json").read_text() == "content"


def test_a_full_disk_leaves_no_half_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: Path, target: Path) -> None:
        target.write_text("half")
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(shutil, "copyfile", full)
    with pytest.raises(TiebackError, match="the disk is full"):
        open_target(str(tmp_path)).put("a/b", tmp_path)
    assert list((tmp_path / "a").iterdir()) == []


@pytest.mark.parametrize("text", ["s3://", "s3://b/" + "k" * 2000, "gs:///key", "az://a b/key"])
def test_urls_that_are_none(text: str) -> None:
    with pytest.raises(TiebackError, match="not the URL of an object store"):
        open_target(text)


def test_a_place_that_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "f").write_text("")
    with pytest.raises(TiebackError):
        open_target(str(tmp_path / "f")).put("a/b", tmp_path / "f")
