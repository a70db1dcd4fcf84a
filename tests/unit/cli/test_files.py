"""Output files: written completely or not at all."""

from pathlib import Path

import pytest

from tieback.cli.files import write_whole
from tieback.model.errors import WorkspaceError


def test_a_file_is_there_with_its_folder(tmp_path: Path) -> None:
    path = tmp_path / "new" / "x.csv"
    write_whole(path, b"abc")
    assert path.read_bytes() == b"abc"
    assert [one.name for one in path.parent.iterdir()] == ["x.csv"]


def test_where_it_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(WorkspaceError, match="cannot be written"):
        write_whole(tmp_path / "file" / "x.csv", b"abc")
