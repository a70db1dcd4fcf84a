"""Whether the ledger can be written: a committed change without effect, at most once in a while.

A full or read-only disk shows only when something is written. Anybody may ask a server for its state, so the result is
kept for some seconds, and at most one check runs at a time.
"""

import os
import threading
import time
from collections.abc import Callable
from pathlib import Path

from tieback.model.errors import WorkspaceError
from tieback.storage.failures import public_reason, storage_errors
from tieback.storage.ledger.database import Database

PAUSE = 30.0
"""Seconds between two writes while all is well."""
FAILED_PAUSE = 5.0
"""Seconds between two attempts while the ledger cannot be written."""
NOT_WRITABLE = "the ledger cannot be written"


class WriteCheck:
    """The last result, and a new one if it is old. Threads may use it at once."""

    def __init__(self, database: Database, directory: Path, clock: Callable[[], float] = time.monotonic) -> None:
        """Set what is checked.

        Args:
            database: the ledger.
            directory: folder whose disk is checked, too; with a ledger in PostgreSQL it is another one.
            clock: seconds.
        """
        self._database = database
        self._directory = directory
        self._clock = clock
        self._running = threading.Lock()
        self._last: tuple[float, WorkspaceError | None] | None = None

    def failure(self) -> WorkspaceError | None:
        """Why the ledger or the disk cannot be written; ``None`` if both can."""
        last = self._last
        if last is not None and self._clock() - last[0] < (PAUSE if last[1] is None else FAILED_PAUSE):
            return last[1]
        # While one thread checks, the others have the earlier result, or wait for the first one.
        if not self._running.acquire(blocking=last is None):
            return last[1] if last is not None else None
        try:
            found = self._last
            if found is None or found is last:
                found = self._last = self._clock(), self._check()
            return found[1]
        finally:
            self._running.release()

    def reason(self) -> str:
        """``failure`` as one clause without names and paths, for everyone; empty if all is well."""
        found = self.failure()
        return "" if found is None else public_reason(found) or NOT_WRITABLE

    def _check(self) -> WorkspaceError | None:
        try:
            self._database.try_write()
            with storage_errors(self._directory):
                disk = os.statvfs(self._directory)
        except WorkspaceError as error:
            return error
        free = disk.f_bfree if os.geteuid() == 0 else disk.f_bavail
        # The ledger can still have room in a file that it uses again; nothing else has.
        if disk.f_blocks and not free:
            return WorkspaceError(
                "the disk is full", where=str(self._directory), advice="Free some space on the server"
            )
        return None
