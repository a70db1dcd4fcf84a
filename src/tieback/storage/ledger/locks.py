"""What one process alone may have at a time: the right to write into a workspace, the right to probe under a grant.

A hold dies with its process, however that dies: the kernel gives up the lock of a file (flock(2)), and PostgreSQL the
advisory lock of a session. Nothing has to run out, and no clock is asked. A session can be lost while its process
lives: then the hold is taken again, unless somebody else had it meanwhile.
"""

import fcntl
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

import sqlalchemy as sa
from sqlalchemy import Connection

from tieback.model.errors import WorkspaceError
from tieback.storage.failures import storage_errors
from tieback.storage.ledger.database import Database, keep_nothing, taken_over
from tieback.storage.ledger.postgres import SessionHold
from tieback.storage.ledger.tables import ledger_state


class Hold(Protocol):
    """Something held."""

    def check(self, *, now: bool = False) -> None:
        """Whether it is still held; cheap enough to be asked every second. ``now`` leaves nothing to an earlier answer.

        Raises:
            WorkspaceError: it was lost, and somebody else has it or had it since.
        """


class FileHold:
    """The lock of a file. The kernel takes it from nobody who lives."""

    def check(self, *, now: bool = False) -> None:
        """As ``Hold``."""


@contextmanager
def hold_file(path: Path, what: str, where: Path, advice: str) -> Iterator[FileHold]:
    """Hold the lock of a file, which is made where there is none.

    Args:
        path: the file.
        what: who holds it where somebody does, such as "another run is writing here"; the process is added.
        where: what the line names.
        advice: what to do then.

    Raises:
        WorkspaceError: another process holds it, or the file cannot be made.
    """
    with storage_errors(path):
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        with storage_errors(path):
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                holder = os.pread(descriptor, 32, 0).decode("ascii", "replace").strip()
                since = datetime.fromtimestamp(os.fstat(descriptor).st_mtime, UTC)
                known = re.fullmatch(r"\d+", holder, re.ASCII) is not None
                by = f" (process {holder}, since {since:%Y-%m-%d %H:%M} UTC)" if known else ""
                raise WorkspaceError(f"{what}{by}", where=str(where), advice=advice) from None
            os.ftruncate(descriptor, 0)
            os.pwrite(descriptor, str(os.getpid()).encode(), 0)
        yield FileHold()
    finally:
        os.close(descriptor)


@contextmanager
def hold_session(database: Database, name: str, what: str, advice: str) -> Iterator[Hold]:
    """Hold a name in a ledger in PostgreSQL; arguments and errors as ``hold_file``."""
    hold = SessionHold(database.where, name, what, advice)
    hold.take()
    try:
        yield hold
    finally:
        hold.release()


@contextmanager
def hold_run(database: Database, what: str, advice: str) -> Iterator[Hold]:
    """Hold a ledger in PostgreSQL for a run that writes.

    Every holding has a number, the epoch, which all writes of the run look at: where another run took the ledger while
    our session was lost, we can write no more.
    """
    hold = SessionHold(database.where, "run", what, advice)
    hold.take()
    try:
        epoch = database.write(_next_epoch)
        database.epoch = epoch

        def regained() -> None:
            now = database.read(lambda connection: connection.execute(sa.select(ledger_state.c.epoch)).scalar())
            if now != epoch:
                raise taken_over(database.where)

        hold.regained = regained
        database.keep = hold.check
        yield hold
    finally:
        database.epoch = None
        database.keep = keep_nothing
        hold.release()


def _next_epoch(connection: Connection) -> int:
    change = sa.update(ledger_state).values(epoch=ledger_state.c.epoch + 1).returning(ledger_state.c.epoch)
    return int(connection.execute(change).scalar_one())
