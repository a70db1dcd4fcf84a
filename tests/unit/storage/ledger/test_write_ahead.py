"""The write-ahead log of a trusted ledger: ours is replayed after a kill at any step, any other is refused."""

import json
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from tieback.model.errors import WorkspaceError
from tieback.storage.ledger.write_ahead import create_ledger
from tieback.storage.trust import LOG_NOTE, state_file, trust
from tieback.storage.workspace import Workspace

DIES = """
import os, sys
from pathlib import Path
from tieback.storage.ledger.write_ahead import LogGuard
from tieback.storage.workspace import Workspace

place = Path(sys.argv[1])

def work(steps, told):
    # Every note, statement and acknowledged write is a step; the process dies before step number `steps`.
    count = 0
    def step():
        nonlocal count
        if count == steps:
            os._exit(9)
        count += 1
    def noted(guard, note, write=LogGuard._write):
        step(); write(guard, note); step()
    def begun(guard, execute, begin=LogGuard.begin):
        def counted(statement):
            step(); execute(statement); step()
        begin(guard, counted)
        step()
    LogGuard._write, LogGuard.begin = noted, begun
    opened = Workspace.open(place)
    for pages in (1000, 1, 1, 1):  # at first no checkpoint, then one at each commit: the log starts again each time
        with opened.ledger.database.engine.connect() as connection:
            connection.exec_driver_sql(f"PRAGMA wal_autocheckpoint = {pages}")
        os.write(told, opened.ledger.start_run(["x"]).encode() + b"\\n")
        step()
    os._exit(0)

for steps in range(200):
    read, told = os.pipe()
    child = os.fork()
    if not child:
        work(steps, told)
    os.close(told)
    acknowledged = os.fdopen(read, "rb").read().decode().split()
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    left = (place / "ledger.db-wal").exists()
    with Workspace.open(place) as opened:
        with opened.ledger.database.reading() as connection:
            kept = {run for (run,) in connection.exec_driver_sql("SELECT id FROM runs")}
    print(steps, code, left, len(acknowledged), set(acknowledged) <= kept, flush=True)
    if code == 0:
        break
"""


@pytest.fixture
def place(tmp_path: Path) -> Path:
    with Workspace.open(tmp_path / "ws") as opened:
        opened.ledger.start_run(["first"])
    return tmp_path / "ws"


def runs(place: Path) -> list[str]:
    with Workspace.open(place) as opened, opened.ledger.database.reading() as connection:
        return sorted(json.loads(args)[0] for (args,) in connection.exec_driver_sql("SELECT args FROM runs"))


def leave_log(place: Path, argument: str) -> None:
    """Write to the ledger as a process that is killed then."""
    code = (
        "import os, sys; from pathlib import Path; from tieback.storage.workspace import Workspace;"
        "Workspace.open(Path(sys.argv[1])).ledger.start_run([sys.argv[2]]); os._exit(9)"
    )
    subprocess.run([sys.executable, "-c", code, place, argument], check=False)
    assert (place / "ledger.db-wal").stat().st_size > 0


def foreign_log(place: Path, folder: Path, argument: str) -> bytes:
    """A log for a copy of this ledger, which gives every run this argument."""
    shutil.copy(place / "ledger.db", folder / "copy.db")
    with closing(sqlite3.connect(folder / "copy.db", isolation_level=None)) as copy:
        copy.execute("PRAGMA journal_mode = wal").close()
        copy.execute("UPDATE runs SET args = ?", [f'["{argument}"]'])
        return (folder / "copy.db-wal").read_bytes()


def note(place: Path) -> Path:
    found = state_file(place, LOG_NOTE)
    assert found is not None
    return found


def test_a_kill_before_any_step_loses_no_acknowledged_write(place: Path) -> None:
    ended = subprocess.run([sys.executable, "-c", DIES, place], capture_output=True, text=True, check=False)
    lines = [line.split() for line in ended.stdout.splitlines()]
    assert lines, ended.stderr
    assert lines[-1][1] == "0", ended.stderr
    assert {line[1] for line in lines[:-1]} == {"9"}
    assert {line[4] for line in lines} == {"True"}
    assert any(line[2] == "True" for line in lines), "logs were left, and replayed"
    assert lines[-1][3] == "4"


def test_the_log_of_a_killed_process_is_replayed_and_its_copy_later_is_not(place: Path, tmp_path: Path) -> None:
    leave_log(place, "second")
    shutil.copy(place / "ledger.db-wal", tmp_path / "old")
    assert runs(place) == ["first", "second"]
    with Workspace.open(place) as opened:
        opened.ledger.start_run(["third"])
    shutil.copy(tmp_path / "old", place / "ledger.db-wal")
    with pytest.raises(WorkspaceError, match="did not write this file"):
        Workspace.open(place)


def test_a_foreign_log_is_refused_with_and_without_a_log_of_our_own(place: Path, tmp_path: Path) -> None:
    foreign = foreign_log(place, tmp_path, "foreign")
    (place / "ledger.db-wal").write_bytes(foreign)
    with pytest.raises(WorkspaceError, match=r"ledger\.db-wal: your tieback did not write this file"):
        Workspace.open(place)
    (place / "ledger.db-wal").unlink()
    leave_log(place, "second")
    (place / "ledger.db-wal").write_bytes(foreign)
    with pytest.raises(WorkspaceError, match="did not write this file"):
        Workspace.open(place)
    (place / "ledger.db-wal").unlink()
    assert "foreign" not in runs(place)


@pytest.mark.parametrize("change", [2, *(pytest.param(change, marks=pytest.mark.more) for change in (-1, 3))])
def test_only_the_next_log_of_a_series_is_known(place: Path, change: int) -> None:
    leave_log(place, "second")
    log = place / "ledger.db-wal"
    content = log.read_bytes()
    first = (int.from_bytes(content[16:20]) + change) % 2**32
    log.write_bytes(content[:16] + first.to_bytes(4) + content[20:])
    with pytest.raises(WorkspaceError, match="did not write this file"):
        Workspace.open(place)


def test_a_log_that_was_only_begun_is_removed(place: Path, tmp_path: Path) -> None:
    (place / "ledger.db-wal").write_bytes(foreign_log(place, tmp_path, "foreign"))
    note(place).write_text('{"begun":true}')
    assert runs(place) == ["first"]


def test_a_begun_log_stays_while_another_process_has_the_ledger_open(place: Path) -> None:
    with Workspace.open(place) as first:
        first.ledger.start_run(["second"])
        note(place).write_text('{"begun":true}')
        assert runs(place) == ["first", "second"]
        first.ledger.start_run(["third"])
    assert runs(place) == ["first", "second", "third"]


def test_two_open_workspaces_write_in_turn(place: Path) -> None:
    with Workspace.open(place) as one, Workspace.open(place) as two:
        for number in range(6):
            for opened in (one, two):
                with opened.ledger.database.engine.connect() as connection:
                    connection.exec_driver_sql("PRAGMA wal_autocheckpoint = 1")
                opened.ledger.start_run([str(number)])
        assert len(runs(place)) == 13
    assert len(runs(place)) == 13


def test_the_log_of_an_earlier_release_is_replayed_at_the_first_use(place: Path, tmp_path: Path) -> None:
    note(place).unlink()
    (place / "ledger.db-wal").write_bytes(foreign_log(place, tmp_path, "old"))
    assert runs(place) == ["old"]
    (place / "ledger.db-wal").write_bytes(foreign_log(place, tmp_path, "foreign"))
    with pytest.raises(WorkspaceError, match="did not write this file"):
        Workspace.open(place)


def test_a_log_that_the_user_trusts_is_replayed(place: Path, tmp_path: Path) -> None:
    (place / "ledger.db-wal").write_bytes(foreign_log(place, tmp_path, "restored"))
    trust(place)
    assert runs(place) == ["restored"]


def test_a_log_that_is_removed_in_use_stops_the_next_write_of_a_new_process(place: Path) -> None:
    with Workspace.open(place) as opened:
        assert opened.ledger.latest_run() is None
        (place / "ledger.db-wal").unlink()
        with pytest.raises(WorkspaceError, match="removed while the ledger was open"):
            opened.ledger.start_run(["second"])


def test_a_damaged_note_names_the_next_step(place: Path) -> None:
    note(place).write_text("{")
    with pytest.raises(WorkspaceError, match=r"damaged .* Run `tieback workspace trust -w"):
        Workspace.open(place)


def test_a_new_ledger_gets_its_log_without_a_rollback_journal(tmp_path: Path) -> None:
    (tmp_path / "ledger.db-journal").mkdir()  # so that SQLite can create none
    (tmp_path / "ledger.db").touch()
    create_ledger(tmp_path / "ledger.db")
    (tmp_path / "ledger.db-journal").rmdir()
    with closing(sqlite3.connect(tmp_path / "ledger.db")) as ledger:
        assert ledger.execute("PRAGMA journal_mode").fetchone() == ("wal",)
