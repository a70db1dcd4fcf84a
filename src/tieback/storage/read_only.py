"""A workspace that this user cannot write to: a mounted backup, a copy of a colleague, a snapshot.

SQLite cannot read a ledger with a write-ahead log there, because it would create files beside it. So it reads a copy in
a temporary folder, which also gets the indices of runs. A ledger in PostgreSQL is copied there as well, because people
sign in to the pages of such a workspace, which writes. Nothing is written to the workspace or its ledger, and every
change is refused: one in the copy would be lost.
"""

import os
import shutil
import stat
from pathlib import Path

from tieback.model.errors import WorkspaceError
from tieback.storage.ledger.ledger import Ledger
from tieback.storage.ledger.location import LEDGER_FILE, read_location
from tieback.storage.ledger.move import copy_to_file
from tieback.storage.ledger.write_ahead import LOG_SUFFIX, guarded
from tieback.storage.trust import require_confirmed

_ATTEMPTS = 3
"""Copies of a ledger that another machine writes to at the same time."""


def is_read_only(directory: Path) -> bool:
    """True for a folder of a workspace that can be read and not written."""
    return os.access(directory, os.R_OK | os.X_OK) and not os.access(directory, os.W_OK)


def read_only_error(directory: Path) -> WorkspaceError:
    """The error for a change in such a workspace."""
    return WorkspaceError(
        "this workspace can only be read here",
        where=str(directory),
        advice="Copy it to a folder that you can write to, or choose another one with --workspace",
    )


def open_read_only(directory: Path, folder: Path) -> Ledger:
    """Open a copy of the ledger, which refuses changes. An older file is upgraded in the copy only.

    Args:
        directory: the workspace.
        folder: for the copy.

    Raises:
        WorkspaceError: the ledger is missing, damaged, of a newer release, or it changes all the time; a log is beside
            it that this user's tieback did not write. In PostgreSQL: the user did not confirm its address, it is of
            another release, or it cannot be read.
        OSError: it cannot be read or copied; ``storage_errors`` explains it.
    """
    file, copy = directory / LEDGER_FILE, folder / LEDGER_FILE
    if (place := read_location(directory)) is not None:
        require_confirmed(directory, place.url, place.workspace)
        ledger = copy_to_file(place, copy)
    else:
        with guarded(file):
            _copy(file, folder)
        ledger = Ledger.open(copy)
    ledger.database.where = str(file) if place is None else place.url
    ledger.database.refusal = read_only_error(directory)
    return ledger


def _copy(file: Path, folder: Path) -> None:
    """Copy a ledger with its log, as they were at one moment."""
    both = (file, file.with_name(file.name + LOG_SUFFIX))
    for _ in range(_ATTEMPTS):
        before = [_state(one) for one in both]
        if before[0] is None:
            raise WorkspaceError("the ledger is missing", where=str(file), advice="Restore it from a backup")
        for one, state in zip(both, before, strict=True):
            (folder / one.name).unlink(missing_ok=True)
            if state is not None:
                _copy_file(one, folder / one.name)
        if before == [_state(one) for one in both]:
            return
    raise WorkspaceError(
        "the ledger is being written, so that no copy of it is whole",
        where=str(file),
        advice="Run the command again when nothing writes to the workspace",
    )


def _state(file: Path) -> tuple[int, int, int] | None:
    try:
        status = file.lstat()
    except FileNotFoundError:
        return None
    return status.st_ino, status.st_size, status.st_mtime_ns


def _copy_file(file: Path, copy: Path) -> None:
    descriptor = os.open(file, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOFOLLOW)
    with os.fdopen(descriptor, "rb") as source:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise WorkspaceError("not a file", where=str(file), advice="Restore it from a backup")
        with copy.open("xb") as target:
            shutil.copyfileobj(source, target, 1 << 20)
