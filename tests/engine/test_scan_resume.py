"""A scan that is killed goes on where it stopped: no app is lost, none is kept twice."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.lab.postgres import ledger_database, ledger_url, postgres, postgres_url
from tieback.storage.workspace import Workspace

__all__ = ["ledger_database", "ledger_url", "postgres", "postgres_url"]

APPS = Path(__file__).parents[2] / "labs" / "apps"
COPIES = 40


def published(workspace: Path) -> int:
    """Parts of analysed apps in the lake."""
    return len(list((workspace / "lake" / "parts").glob("units-*")))


STAGES: tuple[Callable[[Path, int], bool], ...] = (
    lambda workspace, _: (workspace / "lock").exists(),
    lambda workspace, _: any((workspace / "lake").glob("drafts/*")),
    lambda workspace, parts: published(workspace) > parts,
    lambda workspace, parts: published(workspace) > parts,
)
"""When a run is killed: at its beginning, while it writes its first part, and after it has published some more."""


@pytest.fixture
def many(tmp_path: Path) -> Path:
    """The sample apps many times, each copy another content: bytes after the archive's end change the hash alone."""
    folder = tmp_path / "many"
    folder.mkdir()
    for app in sorted(APPS.glob("*.apk")):
        for number in range(COPIES):
            (folder / f"{app.stem}-{number}.apk").write_bytes(app.read_bytes() + number.to_bytes(4, "big"))
    return folder


@pytest.mark.parametrize("ledger_url", ["sqlite", pytest.param("postgresql", marks=pytest.mark.more)], indirect=True)
@pytest.mark.timeout(170)
def test_killed_scans_lose_and_repeat_nothing(tmp_path: Path, many: Path, ledger_url: str | None) -> None:
    Workspace.open(tmp_path / "ws", ledger=ledger_url).close()
    words = ("scan", many, "-w", tmp_path / "ws", "--report", tmp_path / "r.json")
    command = [sys.executable, "-m", "tieback", *map(str, words)]
    for stage in STAGES:
        run = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
        parts = published(tmp_path / "ws")
        while not stage(tmp_path / "ws", parts):
            assert run.poll() is None, "the scan ended before it could be killed"
            time.sleep(0.002)
        os.killpg(run.pid, signal.SIGKILL)
        run.wait()
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    report = json.loads((tmp_path / "r.json").read_text())
    assert report["headline"]["apps_analysed"] == 3 * COPIES
    with Workspace.open(tmp_path / "ws") as workspace:
        counted = workspace.lake.query("SELECT count(*) AS n, count(DISTINCT unit) AS units FROM apps").to_pylist()
    assert counted == [{"n": 3 * COPIES, "units": 3 * COPIES}]
