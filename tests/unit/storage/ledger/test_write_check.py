"""Whether the ledger can be written: a real write, rarely, and never a wait for other writers."""

import os
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from tieback.model.errors import WorkspaceError
from tieback.storage.ledger.database import Database
from tieback.storage.ledger.ledger import Ledger
from tieback.storage.ledger.tables import ledger_state
from tieback.storage.ledger.write_check import FAILED_PAUSE, PAUSE, WriteCheck


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


class Counted:
    """A database that counts writes and fails on demand."""

    def __init__(self) -> None:
        self.writes = 0
        self.failure: WorkspaceError | None = None

    def try_write(self) -> None:
        self.writes += 1
        if self.failure is not None:
            raise self.failure


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    opened = Ledger.open(tmp_path / "ledger.db")
    yield opened
    opened.close()


def test_a_write_is_really_committed_and_changes_nothing(ledger: Ledger, tmp_path: Path) -> None:
    log = tmp_path / "ledger.db-wal"
    state = sa.select(ledger_state)
    before = ledger.database.read(lambda connection: connection.execute(state).all())
    written = log.read_bytes()
    ledger.database.try_write()
    assert log.read_bytes() != written
    assert ledger.database.read(lambda connection: connection.execute(state).all()) == before


def test_a_ledger_that_another_process_writes_to_can_be_written(ledger: Ledger, tmp_path: Path) -> None:
    other = Ledger.open(tmp_path / "ledger.db")
    with other.database.writing() as connection:
        connection.execute(ledger_state.update().values(epoch=7))
        ledger.database.try_write()
    ledger.database.try_write()
    other.close()
    wait = "PRAGMA busy_timeout"
    found = ledger.database.read(lambda connection: connection.exec_driver_sql(wait).scalar())
    assert found == 30_000, "ordinary writes wait for others as before"


def test_a_ledger_that_cannot_be_written_says_so(ledger: Ledger) -> None:
    with ledger.database.engine.connect() as connection:
        connection.connection.driver_connection.execute("PRAGMA query_only = on").close()  # type: ignore[union-attr]
    with pytest.raises(WorkspaceError, match="no permission to read or write"):
        ledger.database.try_write()


def test_no_storm_of_writes(tmp_path: Path) -> None:
    database, clock = Counted(), Clock()
    check = WriteCheck(database, tmp_path, clock)  # type: ignore[arg-type]
    for _ in range(1000):
        assert check.reason() == ""
    assert database.writes == 1
    clock.now += PAUSE
    database.failure = WorkspaceError("the disk is full")
    for _ in range(1000):
        assert check.reason() == "the disk is full"
    assert database.writes == 2
    database.failure = None
    clock.now += FAILED_PAUSE
    assert (check.reason(), database.writes) == ("", 3)


def test_threads_share_one_write(tmp_path: Path) -> None:
    begun, go = threading.Event(), threading.Event()

    class Slow(Counted):
        def try_write(self) -> None:
            super().try_write()
            begun.set()
            go.wait(60)

    database, clock = Slow(), Clock()
    check = WriteCheck(database, tmp_path, clock)  # type: ignore[arg-type]
    threads = [threading.Thread(target=check.failure) for _ in range(8)]
    for thread in threads:
        thread.start()
    assert begun.wait(60)
    go.set()
    for thread in threads:
        thread.join(60)
    assert database.writes == 1
    clock.now += PAUSE
    go.clear()
    begun.clear()
    late = threading.Thread(target=check.failure)
    late.start()
    assert begun.wait(60)
    assert check.failure() is None, "the earlier result, without waiting"
    go.set()
    late.join(60)
    assert database.writes == 2


@pytest.mark.parametrize(("blocks", "free", "reason"), [(100, 0, "the disk is full"), (100, 1, ""), (0, 0, "")])
def test_a_full_disk_counts_although_the_log_has_room(
    ledger: Ledger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, blocks: int, free: int, reason: str
) -> None:
    real = os.statvfs(tmp_path)
    full = os.statvfs_result((*real[:2], blocks, free, free, *real[5:]))
    check = WriteCheck(ledger.database, tmp_path)
    monkeypatch.setattr(os, "statvfs", lambda _: full)
    assert check.reason() == reason


def test_the_reason_has_no_path_and_no_text_of_a_driver(tmp_path: Path) -> None:
    database = Counted()
    database.failure = WorkspaceError("could not write to /srv/ws/ledger.db", where="/srv/ws")
    check = WriteCheck(database, tmp_path)  # type: ignore[arg-type]
    assert check.reason() == "the ledger cannot be written"
    assert isinstance(database, Counted)
    assert not isinstance(database, Database)
