"""A scan on a cluster concludes what a scan on one machine does, also where a worker or the scan itself is killed."""

import json
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from tests.engine.clusters import Member, member
from tieback.engine.certificates import make_certificates
from tieback.storage.workspace import Workspace

pytest.importorskip("distributed", reason="the extra [dask] is not installed")

APPS = Path(__file__).parents[2] / "labs" / "apps"
COPIES = 8


@pytest.fixture
def many(tmp_path: Path) -> Path:
    """The sample apps many times, each copy another content: bytes after the archive's end change the hash alone."""
    folder = tmp_path / "many"
    folder.mkdir()
    for app in sorted(APPS.glob("*.apk")):
        for number in range(COPIES):
            (folder / f"{app.stem}-{number}.apk").write_bytes(app.read_bytes() + number.to_bytes(4, "big"))
    return folder


def command(apps: Path, workspace: Path, *more: str) -> list[str]:
    return [sys.executable, "-m", "tieback", "scan", str(apps), "-w", str(workspace), "--format", "json", *more]


def scanned(apps: Path, workspace: Path, *more: str) -> Any:
    done = subprocess.run(command(apps, workspace, *more), capture_output=True, text=True, timeout=150, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def sightings(workspace: Path) -> list[Any]:
    with Workspace.open(workspace) as opened:
        rows = opened.lake.query("SELECT unit, kind, value, count FROM sightings ORDER BY ALL").to_pylist()
    return list(rows)


@pytest.mark.timeout(170)
def test_a_cluster_concludes_the_same(tmp_path: Path, many: Path) -> None:
    make_certificates(tmp_path / "certs")
    certs = str(tmp_path / "certs")
    one = scanned(many, tmp_path / "local")
    with member("scheduler", "--certs", certs, "--port", "0") as scheduler:
        workers = [Member(("worker", scheduler.address, "--certs", certs)) for _ in range(2)]
        words = ("--engine", f"dask://{scheduler.address}", "--certs", certs)
        try:
            # The scan is killed on its way, then a worker in the next one.
            killed = subprocess.Popen(command(many, tmp_path / "dask", *words), stdout=subprocess.DEVNULL)
            time.sleep(2.5)
            killed.kill()
            killed.wait()
            threading.Timer(1.5, workers[0].kill).start()
            other = scanned(many, tmp_path / "dask", *words)
        finally:
            for worker in workers:
                worker.stop()
    assert other["headline"] == one["headline"]
    assert other["headline"]["apps_analysed"] == 3 * COPIES
    assert sightings(tmp_path / "dask") == sightings(tmp_path / "local")
