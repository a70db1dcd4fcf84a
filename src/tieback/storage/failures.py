"""What can go wrong with files and databases, as one line that says what to do."""

import errno
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tieback.model.errors import WorkspaceError

_BY_ERRNO = {
    errno.ENOSPC: ("the disk is full", "Free some space and run the command again; it goes on where it stopped"),
    errno.EDQUOT: ("the disk quota is used up", "Free some space and run the command again"),
    errno.EFBIG: ("a file would become larger than the system allows", "Raise the file size limit (ulimit -f)"),
    errno.EROFS: ("the file system is read-only", "Choose another directory with --workspace"),
    errno.EACCES: ("it may not be read or written", "Check its owner and permissions, or choose another directory"),
    errno.EPERM: ("it may not be read or written", "Check its owner and permissions, or choose another directory"),
    errno.EIO: ("the disk reports an error", "Check the disk, and keep a copy of the workspace"),
    errno.EMFILE: ("too many files are open", "Raise the limit of open files (ulimit -n)"),
    errno.ENFILE: ("too many files are open", "Close other programs"),
}

_BY_SQLITE = {
    sqlite3.SQLITE_FULL: _BY_ERRNO[errno.ENOSPC],
    sqlite3.SQLITE_READONLY: _BY_ERRNO[errno.EACCES],
    sqlite3.SQLITE_CANTOPEN: _BY_ERRNO[errno.EACCES],
    sqlite3.SQLITE_IOERR: _BY_ERRNO[errno.EIO],
    sqlite3.SQLITE_BUSY: ("another process holds the ledger", "Wait for it to end, and run the command again"),
    sqlite3.SQLITE_LOCKED: ("another process holds the ledger", "Wait for it to end, and run the command again"),
    sqlite3.SQLITE_CORRUPT: ("the ledger is damaged", "Restore the workspace from a copy, or start a new one"),
    sqlite3.SQLITE_NOTADB: (
        "the ledger is no SQLite database",
        "Restore the workspace from a copy, or start a new one",
    ),
}


@contextmanager
def storage_errors(where: Path | str) -> Iterator[None]:
    """Turn failures of the operating system, SQLite, Arrow and DuckDB inside the block into a ``WorkspaceError``.

    Args:
        where: the file or directory that the line names.

    Raises:
        WorkspaceError: with the failure as its cause. Other exceptions pass unchanged.
    """
    try:
        yield
    except WorkspaceError:
        raise
    except Exception as error:
        known = _explain(error)
        if known is None:
            raise
        what, advice = known
        raise WorkspaceError(what, where=str(where), advice=advice) from error


def _explain(error: BaseException) -> tuple[str, str] | None:
    """What happened and what to do; ``None`` where it is no failure of storage."""
    # SQLAlchemy keeps the driver's exception in ``orig``; it need not be imported to look there.
    error = getattr(error, "orig", None) or error
    if isinstance(error, OSError):
        # Arrow raises OSError without errno for some failures; its text then says enough.
        return _BY_ERRNO.get(error.errno or 0, (_one_line(error), "Check the directory and the disk"))
    if isinstance(error, sqlite3.Error):
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF  # the primary code; the rest is detail
        return _BY_SQLITE.get(code)
    if type(error).__module__.startswith(("_duckdb", "duckdb", "pyarrow")):
        text = _one_line(error)
        if type(error).__name__ in {"IOException", "OutOfMemoryException", "ArrowMemoryError"}:
            return text, "Check the directory and the disk, or free memory"
        if "parquet" in text.lower() or "decompress" in text.lower():
            return f"a part of the lake is damaged ({text})", "Remove that part; its apps are analysed again"
    return None


def _one_line(error: BaseException) -> str:
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return " ".join(str(error).split())[:200] or type(error).__name__
