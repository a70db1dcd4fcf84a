"""PostgreSQL is not started where its port is taken, and stale locks do not keep it down."""

import os
import socket
from pathlib import Path

import pytest

from tieback.lab.postgres import _forget_stale_lock, _says_ready, start_postgres
from tieback.model.errors import LabError


def test_a_taken_port(tmp_path: Path) -> None:
    with socket.create_server(("127.77.255.7", 0)) as listener:
        port = listener.getsockname()[1]
        with pytest.raises(LabError, match=f"127.77.255.7:{port}: the port is in use"):
            start_postgres(tmp_path, "127.77.255.7", port)


@pytest.mark.parametrize("lock", ["our own", "999999999", "", "not a number"])
def test_stale_lock_of_another_process_is_removed(lock: str, tmp_path: Path) -> None:
    lock = str(os.getpid()) if lock == "our own" else lock
    (tmp_path / "postmaster.pid").write_text(lock)
    _forget_stale_lock(tmp_path)
    assert not (tmp_path / "postmaster.pid").exists()


@pytest.mark.parametrize(
    ("lines", "ready"),
    [(["1"] * 7 + ["ready   "], True), (["1"] * 7 + ["starting"], False), (["1"] * 3, False)],
)
def test_lock_file_shows_when_sessions_can_start(lines: list[str], ready: bool, tmp_path: Path) -> None:
    (tmp_path / "postmaster.pid").write_text("\n".join(lines))
    assert _says_ready(tmp_path) is ready
