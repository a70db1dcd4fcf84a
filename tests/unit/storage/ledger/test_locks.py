import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.lab.postgres import Postgres
from tieback.model.errors import WorkspaceError
from tieback.storage.accept import accept_workspace
from tieback.storage.workspace import Workspace

GRANT, OTHER = "a" * 64, "b" * 64
HOLD = """
import sys, time
from pathlib import Path
from tieback.storage.workspace import Workspace
with Workspace.open(Path(sys.argv[1])).grant_lease(sys.argv[2]):
    print("held", flush=True)
    time.sleep(600)
"""


def test_only_one_process_probes_under_a_grant_and_its_lock_dies_with_it(tmp_path: Path) -> None:
    with Workspace.open(tmp_path) as workspace:
        command = [sys.executable, "-c", HOLD, str(tmp_path), GRANT]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as holder:
            assert holder.stdout is not None
            assert holder.stdout.readline() == "held\n"
            who = rf"\(process {holder.pid}, since [-0-9: ]+ UTC"
            busy = rf"another process is probing under this grant \(aaaaaaaaaaaa…\).* {who}"
            with pytest.raises(WorkspaceError, match=busy), workspace.grant_lease(GRANT):
                pass
            with workspace.grant_lease(OTHER) as lease:
                lease.check()
            holder.kill()
        with workspace.lock(), workspace.grant_lease(GRANT) as lease:
            lease.check()


@pytest.fixture
def machines(postgres_url: str, tmp_path: Path) -> tuple[Path, Path]:
    """A workspace as two machines see it, neither of which knows of the other's file locks."""
    here, there = tmp_path / "here", tmp_path / "there"
    Workspace.open(here, ledger=postgres_url).close()
    shutil.copytree(here, there)
    accept_workspace(there, postgres_url)
    return here, there


def test_only_one_run_writes_from_any_machine(machines: tuple[Path, Path]) -> None:
    here, there = machines
    with Workspace.open(here) as mine, Workspace.open(there) as theirs:
        with mine.lock() as hold:
            hold.check()
            busy = rf"another run is writing to this workspace \(process {os.getpid()} on .*\)\. Wait for it to end"
            with pytest.raises(WorkspaceError, match=busy), theirs.lock():
                pass
        with theirs.lock():
            theirs.ledger.start_run([])
        with mine.grant_lease(GRANT):
            with pytest.raises(WorkspaceError, match="another process is probing"), theirs.grant_lease(GRANT):
                pass
            with theirs.grant_lease(OTHER):
                pass


LOST = """SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
WHERE datname = 'ledger' AND pid <> pg_backend_pid()"""


def test_run_continues_after_lost_connections(machines: tuple[Path, Path], postgres: Postgres) -> None:
    with Workspace.open(machines[0]) as mine, mine.lock():
        run = mine.ledger.start_run(["mine"])
        postgres.execute(LOST)
        mine.ledger.end_run(run)
        with (
            Workspace.open(machines[1]) as theirs,
            pytest.raises(WorkspaceError, match="another run is writing"),
            theirs.lock(),
        ):
            pass


def test_a_run_that_was_taken_over_writes_nothing_more(machines: tuple[Path, Path], postgres: Postgres) -> None:
    with Workspace.open(machines[0]) as mine, Workspace.open(machines[1]) as theirs, mine.lock() as hold:
        postgres.execute(LOST)
        with theirs.lock():
            theirs.ledger.start_run(["theirs"])
        with pytest.raises(WorkspaceError, match="another run took over the workspace while the connection was lost"):
            mine.ledger.start_run(["mine"])
        with pytest.raises(WorkspaceError, match="another run took over the workspace"):
            hold.check(now=True)
        started = "SELECT args FROM runs"
        assert postgres.execute(started, database="ledger") == [('["theirs"]',)]


@pytest.mark.parametrize("name", ["", "../lock", "A" * 64])
def test_invalid_digest_is_not_used_as_a_file_name(name: str, tmp_path: Path) -> None:
    with (
        Workspace.open(tmp_path) as workspace,
        pytest.raises(ValueError, match="not a SHA-256"),
        workspace.grant_lease(name),
    ):
        pass
