"""Kill -9 anywhere, of the run or of a worker: the next run goes on, nothing is lost, nothing is done twice."""

import os
import random
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest

from tests.engine.clusters import ENVIRONMENT
from tieback.storage.ledger.tables import LedgerState
from tieback.storage.recovery import recover
from tieback.storage.workspace import Workspace

ROOT = Path(__file__).parents[2]
COUNT = 400
MANY = 2_000
MOST_RUNS = 15
PARTS_OF_A_RUN = (5, 20)
"""After how many a run is killed; all units are at least 50, so the first two runs never end by themselves."""


def start(directory: Path, count: int = COUNT) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, str(ROOT / "tests" / "engine" / "killable.py"), str(directory), str(count)],
        env=os.environ | ENVIRONMENT,
        stderr=subprocess.PIPE,
        text=True,
    )


def children(pid: int) -> list[int]:
    with suppress(OSError):
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    return []


def kill(pid: int) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)


def disturb(process: subprocess.Popen[str], directory: Path, chance: random.Random) -> None:
    """Kill a worker now and then, and the run once it has published some more, unless it ends before."""
    enough = parts(directory) + chance.randrange(*PARTS_OF_A_RUN)
    victims = chance.randrange(3)
    while process.poll() is None and (there := parts(directory)) < enough:
        if victims and enough - there < 10 * victims and (workers := children(process.pid)):
            kill(chance.choice(workers))
            victims -= 1
        time.sleep(0.002)
    kill(process.pid)


def parts(directory: Path) -> int:
    """How many parts of units the lake has."""
    return len(list((directory / "lake" / "parts").glob("units-*")))


@pytest.mark.parametrize(("seed", "count"), [(1, COUNT), pytest.param(2, MANY, marks=pytest.mark.more)])
def test_killed_at_random_each_unit_is_in_the_lake_once(seed: int, count: int, tmp_path: Path) -> None:
    chance = random.Random(seed)
    directory = tmp_path / "ws"
    killed = 0
    for _ in range(MOST_RUNS):
        process = start(directory, count)
        disturb(process, directory, chance)
        _, errors = process.communicate(timeout=60)
        if process.returncode == 0:
            break
        assert process.returncode == -signal.SIGKILL, errors
        killed += 1
    # One more, undisturbed: whatever state the last kill left, it is completed.
    last = start(directory, count)
    _, errors = last.communicate(timeout=120)
    assert last.returncode == 0, errors

    with Workspace.open(directory, create=False) as workspace:
        assert workspace.ledger.counts() == {LedgerState.DONE: count}
        for table in ("units", "problems"):
            rows = workspace.lake.query(f"SELECT count(*) AS n, count(DISTINCT unit) AS u FROM {table}").to_pylist()
            assert rows == [{"n": count, "u": count}], table
        again = recover(workspace.lake, workspace.ledger)
        assert (again.drafts, again.entered, again.lost, again.released) == (0, 0, 0, 0)
    assert killed > 1


def test_workers_do_not_outlive_a_killed_run(tmp_path: Path) -> None:
    process = start(tmp_path / "ws")
    while not (workers := children(process.pid)):
        assert process.poll() is None
        time.sleep(0.02)
    kill(process.pid)
    process.communicate(timeout=60)
    for _ in range(200):
        if not any(Path(f"/proc/{pid}").exists() for pid in workers):
            return
        time.sleep(0.05)
    pytest.fail("a worker outlived its run")
