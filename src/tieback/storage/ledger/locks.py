"""Locks that only one process can hold: the right to write to a workspace, and the right to probe under a grant.

A lock ends with its process: the kernel releases the lock of a file (flock(2)), and PostgreSQL the advisory lock of a
session. There is no time-out and no clock. If a session is lost while its process lives, the lock is taken again,
unless another process held it meanwhile.
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

from tieback.model.errors import BusyError
from tieback.storage.failures import storage_errors
from tieback.storage.ledger.database import Database, no_guard, taken_over_error
from tieback.storage.ledger.postgres import SessionLock
from tieback.storage.ledger.tables import ledger_state


class Lock(Protocol):
    """A held lock."""

    def check(self, *, now: bool = False) -> None:
        """Check that the lock is still held; cheap enough for one call per second. ``now`` ignores a cached answer.

        Raises:
            WorkspaceError: it was lost, and another process holds or held it.
        """


class FileLock:
    """The lock of a file. The kernel never takes it from a living process."""

    def check(self, *, now: bool = False) -> None:
        """As ``Lock``."""


@contextmanager
def lock_file(path: Path, what: str, where: Path, advice: str, *, note: bool = True) -> Iterator[FileLock]:
    """Hold the lock of a file, which is created if missing.

    Args:
        path: the file.
        what: error text if it is taken, such as "another run is writing to this workspace"; the process is added.
        where: location for the error.
        advice: advice for the error.
        note: write the ID of this process to the file, for the errors of others.

    Raises:
        BusyError: another process holds it.
        WorkspaceError: the file cannot be created.
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
                raise BusyError(f"{what}{by}", where=str(where), advice=advice) from None
            if note:
                os.ftruncate(descriptor, 0)
                os.pwrite(descriptor, str(os.getpid()).encode(), 0)
        yield FileLock()
    finally:
        os.close(descriptor)


@contextmanager
def lock_session(database: Database, name: str, what: str, advice: str) -> Iterator[Lock]:
    """Hold a named lock in a PostgreSQL ledger; arguments and errors as ``lock_file``."""
    hold = SessionLock(database.where, name, what, advice)
    hold.take()
    try:
        yield hold
    finally:
        hold.release()


@contextmanager
def lock_run(database: Database, what: str, advice: str) -> Iterator[Lock]:
    """Lock a PostgreSQL ledger for a run that writes.

    Every lock has a number, the epoch, which all writes of the run check: if another run locked the ledger while our
    session was lost, we can no longer write.
    """
    hold = SessionLock(database.where, "run", what, advice)
    hold.take()
    try:
        epoch = database.write(_next_epoch)
        database.epoch = epoch

        def regained() -> None:
            now = database.read(lambda connection: connection.execute(sa.select(ledger_state.c.epoch)).scalar())
            if now != epoch:
                raise taken_over_error(database.where)

        hold.regained = regained
        database.keep = hold.check
        yield hold
    finally:
        database.epoch = None
        database.keep = no_guard
        hold.release()


def _next_epoch(connection: Connection) -> int:
    change = sa.update(ledger_state).values(epoch=ledger_state.c.epoch + 1).returning(ledger_state.c.epoch)
    return int(connection.execute(change).scalar_one())
