"""The write-ahead log of a trusted workspace's ledger: SQLite replays only one that this user's tieback began.

SQLite replays ``ledger.db-wal`` and ``ledger.db-journal`` when it opens ``ledger.db``. It checks that they are whole,
not who wrote them, and an archive or a checkout can contain both. A killed process leaves a log that must be replayed.

The header of a log has two random salts, and every frame repeats them. A log that starts again has the first salt plus
one, and a new second one (https://www.sqlite.org/fileformat2.html#the_write_ahead_log). The user's state folder has the
salts of the latest log, which nobody else can know. The order of writes loses nothing at a kill:

1. A process that gets the write lock, and finds no log, notes "begun", and commits a change without effect: SQLite
   draws the salts. After a kill here, the log has nothing of value, and is removed.
2. With the write lock again, it notes the salts. Only then is the first row written.
3. SQLite can start the log again within a later transaction. The next writer notes the new salts. After a kill between
   the two, the first salt is that of the note plus one.

Rollback journals never exist: a new ledger gets WAL mode without one.
"""

import fcntl
import os
import random
import sqlite3
import stat
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Self

import msgspec

from tieback.model.errors import WorkspaceError
from tieback.storage.failures import storage_errors
from tieback.storage.trust import LOG_NOTE, state_file
from tieback.user_state import write_private

LOG_SUFFIX, JOURNAL_SUFFIX = "-wal", "-journal"
_HEADER_BYTES = 32
_SALTS = slice(16, 24)
_MAX_NOTE = 1024
_OPEN_SECONDS = 30


class LogNote(msgspec.Struct, frozen=True):
    """What the state folder has about the log of a ledger."""

    salts: str = ""
    """Both salts, in hexadecimal; empty if there was no log yet."""
    begun: bool = False
    """A log is being created, and has nothing of value."""


class LogGuard:
    """Checks the log of a ledger before SQLite opens it, and notes its salts before rows are written.

    Use ``enter``; ``leave`` after the last connection is closed.
    """

    def __init__(self, file: Path, note: Path, session: int, *, alone: bool) -> None:
        self._file = file
        self._log = file.with_name(file.name + LOG_SUFFIX)
        self._note = note
        self._session = session
        self._alone = alone
        """No other process has the ledger open."""
        self._noted = ""

    @classmethod
    def enter(cls, file: Path) -> Self | None:
        """Check the log of a ledger that is about to be opened.

        Args:
            file: the ledger; it may not exist yet.

        Returns:
            The guard; ``None`` if the user never trusted its workspace.

        Raises:
            WorkspaceError: a log or journal is there that this user's tieback did not begin, or cannot be read.
        """
        note = state_file(file.parent, LOG_NOTE)
        if note is None:
            return None
        with storage_errors(note):
            session = os.open(note.with_suffix(".session"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            with storage_errors(file):
                guard = cls(file, note, session, alone=_lock(session, fcntl.LOCK_EX, fcntl.LOCK_SH))
                guard._check()
                if guard._alone:
                    create_ledger(file)
                _lock(session, fcntl.LOCK_SH)
        except BaseException:
            os.close(session)
            raise
        return guard

    def leave(self) -> None:
        """End the session."""
        if self._session >= 0:
            os.close(self._session)
            self._session = -1

    def begin(self, execute: Callable[[str], object]) -> None:
        """Begin a write transaction on a connection, with the salts of the log noted.

        Args:
            execute: runs a statement on the connection.

        Raises:
            WorkspaceError: the log was removed meanwhile, or its salts cannot be noted.
        """
        execute("BEGIN IMMEDIATE")
        for _ in range(2):
            if (salts := _salts(self._log)) == self._noted and salts:
                return
            if salts:
                self._write(LogNote(salts))
                self._noted = salts
                return
            self._write(LogNote(begun=True))
            execute("PRAGMA user_version = 0")  # writes the first page, whatever it was before
            execute("COMMIT")
            execute("BEGIN IMMEDIATE")
        raise WorkspaceError(
            "the file was removed while the ledger was open", where=str(self._log), advice="Run the command again"
        )

    def _check(self) -> None:
        note, salts = self._read(), _salts(self._log)
        if note is None:  # the first use, or that of an earlier release
            self._write(LogNote(salts))
            return
        journal = self._file.with_name(self._file.name + JOURNAL_SUFFIX)
        if _size(journal):
            raise _foreign(journal)
        if note.begun and self._alone:
            self._log.unlink(missing_ok=True)
        elif salts and not note.begun and not _follows(note.salts, salts):
            raise _foreign(self._log)

    def _read(self) -> LogNote | None:
        try:
            with self._note.open("rb") as file:
                return msgspec.json.decode(file.read(_MAX_NOTE), type=LogNote)
        except FileNotFoundError:
            return None
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
            raise WorkspaceError(
                f"damaged ({error})",
                where=str(self._note),
                advice=f"Run `tieback workspace trust -w {self._file.parent}`",
            ) from None

    def _write(self, note: LogNote) -> None:
        with storage_errors(self._note):
            write_private(self._note, msgspec.json.encode(note))


@contextmanager
def guarded(file: Path) -> Iterator[None]:
    """Check the log of a ledger that the block opens only to read."""
    guard = LogGuard.enter(file)
    try:
        yield
    finally:
        if guard is not None:
            guard.leave()


def create_ledger(file: Path) -> None:
    """Give an empty ledger file WAL mode. The switch happens in mode MEMORY, because it would write a journal."""
    if _size(file) or not file.exists():
        return
    with closing(sqlite3.connect(file)) as connection:
        for mode in ("memory", "wal"):
            connection.execute(f"PRAGMA journal_mode = {mode}").close()


def _foreign(file: Path) -> WorkspaceError:
    return WorkspaceError(
        "your tieback did not write this file, and using it could change cases and contacts",
        where=str(file),
        advice=f"Move it out of the workspace. If a restored backup or an earlier release left it, run "
        f"`tieback workspace trust -w {file.parent}`",
    )


def _lock(session: int, *kinds: int) -> bool:
    """Take the first of these locks that is free, and wait while none is. True if it is the exclusive one."""
    end = time.monotonic() + _OPEN_SECONDS
    while True:
        for kind in kinds:
            try:
                fcntl.flock(session, kind | fcntl.LOCK_NB)
            except BlockingIOError:
                continue
            return kind == fcntl.LOCK_EX
        if time.monotonic() > end:
            raise WorkspaceError("the ledger is locked by another process", advice="Wait for it to end, and try again")
        time.sleep(random.uniform(0.01, 0.05))  # noqa: S311 - not a secret


def _size(file: Path) -> int:
    try:
        return file.lstat().st_size
    except FileNotFoundError:
        return 0


def _salts(log: Path) -> str:
    """The salts of a log in hexadecimal; empty if it is missing or has no frame. SQLite replays no such file."""
    try:
        descriptor = os.open(log, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOFOLLOW)
    except FileNotFoundError:
        return ""
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise _foreign(log)
        return os.pread(descriptor, _HEADER_BYTES, 0)[_SALTS].hex() if status.st_size > _HEADER_BYTES else ""
    finally:
        os.close(descriptor)


def _follows(noted: str, salts: str) -> bool:
    """True for the noted salts, and for those of the same log after it started again."""
    if not noted:
        return False
    first, known = int(salts[:8], 16), int(noted[:8], 16)
    return salts == noted or first == (known + 1) % 2**32
