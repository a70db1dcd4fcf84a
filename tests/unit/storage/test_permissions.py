"""A workspace that others could read is closed when it is opened."""

import os
import stat
from pathlib import Path

import pytest

from tieback.storage.permissions import make_private
from tieback.storage.workspace import Workspace


def modes(folder: Path) -> dict[str, int]:
    return {path.name: stat.S_IMODE(path.lstat().st_mode) for path in (folder, *folder.iterdir())}


def test_an_open_workspace_is_closed(tmp_path: Path) -> None:
    directory = tmp_path / "ws"
    with Workspace.open(directory):
        pass
    (directory / "audit.jsonl").touch()
    directory.chmod(0o755)
    for path in directory.iterdir():
        path.chmod(0o755 if path.is_dir() else 0o644)
    with Workspace.open(directory, create=False):
        pass
    assert {mode & 0o077 for mode in modes(directory).values()} == {0}
    assert modes(directory)["ledger.db"] == 0o600
    assert modes(directory)["lake"] == 0o700


def test_links_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").touch(mode=0o644)
    (tmp_path / "ws").mkdir()
    (tmp_path / "ws" / "link").symlink_to(tmp_path / "elsewhere")
    assert make_private(tmp_path / "ws") == []
    assert stat.S_IMODE((tmp_path / "elsewhere").stat().st_mode) & 0o044 == 0o044


def test_what_cannot_be_changed_is_reported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "ws").mkdir(mode=0o755)
    (tmp_path / "ws" / "ledger.db").touch(mode=0o644)

    def refused(path: Path, mode: int) -> None:
        raise PermissionError(1, os.strerror(1))

    monkeypatch.setattr(Path, "chmod", refused)
    left = make_private(tmp_path / "ws")
    assert [line.split(",")[0] for line in left] == [
        f"other users may read {tmp_path}/ws",
        f"other users may read {tmp_path}/ws/ledger.db",
    ]
    assert "run chmod go= as its owner" in caplog.text
