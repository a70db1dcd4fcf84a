"""The ledger's PostgreSQL goes away under a run: the next run ends as if nothing had happened."""

import json
import os
import random
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Self

import pytest

from tests.engine.canonical import canonical
from tests.lab.ports import free_port
from tests.lab.postgres import Postgres, ledger_database, postgres, postgres_url
from tieback.lab.postgres import start_postgres
from tieback.lab.process import RunningServer, stop
from tieback.storage.ledger.move import move_ledger
from tieback.storage.workspace import Workspace

__all__ = ["ledger_database", "postgres", "postgres_url"]

APPS = Path(__file__).parents[2] / "labs" / "apps"
COPIES = 5
END_ALL = """SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE datname <> 'postgres' AND backend_type = 'client backend'"""


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample apps many times, each copy another content: bytes after the archive's end change the hash alone."""
    folder = tmp_path_factory.mktemp("many")
    for app in sorted(APPS.glob("*.apk")):
        for number in range(COPIES):
            (folder / f"{app.stem}-{number}.apk").write_bytes(app.read_bytes() + number.to_bytes(4, "big"))
    return folder


def command(many: Path, workspace: Path, *more: str) -> list[str]:
    return [sys.executable, "-m", "tieback", "scan", str(many), "-w", str(workspace), "--format", "json", *more]


def scan(many: Path, workspace: Path) -> dict[str, object]:
    done = subprocess.run(command(many, workspace), capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    headline: dict[str, object] = json.loads(done.stdout)["headline"]
    return headline


@pytest.fixture(scope="module")
def undisturbed(many: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, object], str]:
    workspace = tmp_path_factory.mktemp("undisturbed") / "ws"
    return scan(many, workspace), canonical(workspace)


class Disturbance:
    """Does something again and again while a scan runs, at random moments."""

    def __init__(self, act: Callable[[], None], seed: int, shortest: float, longest: float) -> None:
        self._act = act
        self._dice = random.Random(seed)
        self._between = (shortest, longest)
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._go)
        self.count = 0

    def _go(self) -> None:
        while not self._end.wait(self._dice.uniform(*self._between)):
            self._act()
            self.count += 1

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._end.set()
        self._thread.join()


def disturbed(many: Path, workspace: Path, url: str, disturbance: Disturbance) -> subprocess.CompletedProcess[str]:
    with disturbance:
        return subprocess.run(
            command(many, workspace, "--ledger", url), capture_output=True, text=True, timeout=150, check=False
        )


def ends_alike(
    first: subprocess.CompletedProcess[str], many: Path, workspace: Path, undisturbed: tuple[dict[str, object], str]
) -> None:
    """The run that was disturbed, or else the next one, made what an undisturbed one makes."""
    assert first.returncode in {0, 4}, first.stderr
    with Workspace.open(workspace, create=False) as opened:
        ended = opened.ledger.latest_run() is not None
    if first.returncode:
        # A query whose rows come one by one is not asked again: then the command ends with one line.
        assert len(first.stderr.splitlines()) == 1, first.stderr
    else:
        assert json.loads(first.stdout)["headline"] == undisturbed[0]
    if not ended:
        assert scan(many, workspace) == undisturbed[0]
    with Workspace.open(workspace, create=False) as opened, opened.lock():
        assert opened.ledger.database.is_postgres
        move_ledger(workspace, "sqlite", lambda _done, _total: None)
    assert canonical(workspace) == undisturbed[1]


@pytest.mark.timeout(170)
@pytest.mark.more
@pytest.mark.parametrize("seed", [1, 2])
def test_connections_that_are_ended_again_and_again(
    seed: int, many: Path, undisturbed: tuple[dict[str, object], str], postgres: Postgres, postgres_url: str,
    tmp_path: Path,
) -> None:  # fmt: skip
    Workspace.open(tmp_path / "ws", ledger=postgres_url).close()

    def end_all() -> None:
        postgres.execute(END_ALL)

    disturbance = Disturbance(end_all, seed, 0.05, 0.3)
    first = disturbed(many, tmp_path / "ws", postgres_url, disturbance)
    assert disturbance.count > 2
    ends_alike(first, many, tmp_path / "ws", undisturbed)


@pytest.fixture
def own_server(tmp_path: Path) -> Iterator[RunningServer]:
    """A server that a test may stop."""
    server = start_postgres(tmp_path / "pg", "127.0.0.1", free_port())
    yield server
    stop(server)


@pytest.mark.more
@pytest.mark.timeout(170)
def test_a_server_that_is_started_again_in_the_middle(
    many: Path, undisturbed: tuple[dict[str, object], str], own_server: RunningServer,
    tmp_path: Path,
) -> None:  # fmt: skip
    """It ends at once, as if it had crashed, and is away for a while."""
    url = f"postgresql://postgres@127.0.0.1:{own_server.port}/postgres"
    Workspace.open(tmp_path / "ws", ledger=url).close()
    again: list[RunningServer] = []

    def restart() -> None:
        if not again:
            os.kill(own_server.process.pid, signal.SIGQUIT)
            _wait_for_end(own_server.process.pid)
            again.append(start_postgres(tmp_path / "pg", "127.0.0.1", own_server.port))

    disturbance = Disturbance(restart, 1, 0.6, 1.2)
    try:
        first = disturbed(many, tmp_path / "ws", url, disturbance)
        assert again, "the scan ended before the server was stopped: make COPIES larger"
        ends_alike(first, many, tmp_path / "ws", undisturbed)
    finally:
        for server in again:
            stop(server)


def _wait_for_end(pid: int) -> None:
    waiting = threading.Event()
    for _ in range(300):
        status = Path(f"/proc/{pid}/stat")
        try:
            if status.read_text().rpartition(")")[2].split()[0] == "Z":
                os.waitpid(pid, os.WNOHANG)
                return
        except (OSError, ChildProcessError):
            return
        waiting.wait(0.05)
    raise AssertionError(f"process {pid} does not end")
