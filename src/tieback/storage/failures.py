"""Explain failures of files and databases as one line with advice."""

import errno
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tieback.model.errors import WorkspaceError

_BY_ERRNO = {
    errno.ENOSPC: ("the disk is full", "Free some space and run the command again; it resumes where it stopped"),
    errno.EDQUOT: ("the disk quota is used up", "Free some space and run the command again"),
    errno.EFBIG: ("a file would become larger than the system allows", "Raise the file size limit (ulimit -f)"),
    errno.EROFS: ("the file system is read-only", "Choose another directory with --workspace"),
    errno.EACCES: ("no permission to read or write", "Check its owner and permissions, or choose another directory"),
    errno.EPERM: ("no permission to read or write", "Check its owner and permissions, or choose another directory"),
    errno.EIO: ("the disk reports an error", "Check the disk, and keep a copy of the workspace"),
    errno.EMFILE: ("too many files are open", "Raise the limit of open files (ulimit -n)"),
    errno.ENFILE: ("too many files are open", "Close other programs"),
}

_BY_SQLITE = {
    sqlite3.SQLITE_FULL: _BY_ERRNO[errno.ENOSPC],
    sqlite3.SQLITE_READONLY: _BY_ERRNO[errno.EACCES],
    sqlite3.SQLITE_CANTOPEN: _BY_ERRNO[errno.EACCES],
    sqlite3.SQLITE_IOERR: _BY_ERRNO[errno.EIO],
    sqlite3.SQLITE_BUSY: ("the ledger is locked by another process", "Wait for it to end, and run the command again"),
    sqlite3.SQLITE_LOCKED: ("the ledger is locked by another process", "Wait for it to end, and run the command again"),
    sqlite3.SQLITE_CORRUPT: ("the ledger is damaged", "Restore the workspace from a backup, or create a new one"),
    sqlite3.SQLITE_NOTADB: (
        "the ledger is not an SQLite database",
        "Restore the workspace from a backup, or create a new one",
    ),
}


_LOST = ("the connection to the database was lost", "Run the command again; it resumes where it stopped")
_PASSING = ("08", "57P01", "57P02", "57P03", "40001", "40P01", "53300")
"""SQLSTATEs, or their classes, of temporary failures: lost connections, restarts, deadlocks, too many sessions."""

_BY_SQLSTATE = {
    "08": _LOST,
    "57P01": _LOST,
    "57P02": _LOST,
    "57P03": ("the database is starting or stopping", "Run the command again in a moment"),
    "40001": ("other processes kept changing the same rows", "Run the command again; it resumes where it stopped"),
    "40P01": ("other processes kept changing the same rows", "Run the command again; it resumes where it stopped"),
    "53300": ("the database has too many connections", "Close other connections, or raise max_connections"),
    "53": ("the database is out of resources ({})", "Free resources there, and run the command again"),
    "55P03": ("the ledger is locked by another process", "Wait for it to end, and run the command again"),
    "57014": ("the database stopped the query ({})", "Check its statement_timeout"),
    "25006": ("the database is read-only", "Use the primary server, not a standby"),
    "42501": ("the database user lacks permissions ({})", "GRANT it CREATE and USAGE on the schema, or own tables"),
    "28": ("the database rejected the user or the password", "Check the user, ~/.pgpass or TIEBACK_LEDGER_PASSWORD"),
    "3D000": ("the database does not exist", "Create it with CREATE DATABASE … ENCODING 'UTF8'"),
    "3F000": ("there is no schema for the tables", "Create it with CREATE SCHEMA, or check search_path"),
    "42P01": ("a table of the ledger is missing ({})", "Restore the database from a backup"),
    "58": ("the database reports a disk error ({})", "Check its log"),
    "XX": ("the database reports damage ({})", "Check its log, and restore it from a backup"),
}


_PAGE_ADVICE = {
    "the disk is full": "Nothing was saved. Free some space on the server, then try again",
    "the disk quota is used up": "Nothing was saved. Free some space on the server, then try again",
    "the file system is read-only": "Nothing was saved. Make the disk of the server writable, then try again",
    "no permission to read or write": "Check the owner and the permissions on the server",
}
"""The next step for users of the pages, by problem: pages run no commands and have no options."""


_PUBLIC = frozenset(
    what for table in (_BY_ERRNO, _BY_SQLITE, _BY_SQLSTATE) for what, _ in table.values() if "{" not in what
)
"""Problems without a name, a path or the text of a driver."""


@contextmanager
def storage_errors(where: Path | str) -> Iterator[None]:
    """Turn failures of files, SQLite, PostgreSQL, Arrow and DuckDB inside the block into a ``WorkspaceError``.

    Args:
        where: file or directory to name in the error.

    Raises:
        WorkspaceError: with the failure as its cause. Other exceptions are not changed.
        KeyboardInterrupt: Ctrl-C while DuckDB ran, which reports it as an error of the query.
    """
    try:
        yield
    except WorkspaceError:
        raise
    except Exception as error:
        if _is_interrupt(error):
            raise KeyboardInterrupt from error
        known = _explain(error)
        if known is None:
            raise
        known = _of_disk(known, where)
        what, advice = known
        raise WorkspaceError(what, where=str(where), advice=advice, page=_PAGE_ADVICE.get(what, "")) from error


def _is_interrupt(error: Exception) -> bool:
    """True if an error of DuckDB is a Ctrl-C: of a query, or of Python code that a query called."""
    kind = type(error)
    return kind.__module__.endswith("duckdb") and (
        kind.__name__ == "InterruptException" or "KeyboardInterrupt" in str(error)
    )


_BY_DISK = frozenset({_BY_ERRNO[errno.EACCES], _BY_ERRNO[errno.EIO]})
"""What SQLite also reports on a full disk and on a read-only one."""


def _of_disk(known: tuple[str, str], where: Path | str) -> tuple[str, str]:
    """The same, or what the disk itself shows: that it is read-only, or full."""
    if known not in _BY_DISK:
        return known
    try:
        # A file that SQLite could not create has only a folder.
        path = next(one for one in (Path(where), *Path(where).parents) if one.exists())
        disk = os.statvfs(path)
    except (OSError, StopIteration, ValueError):
        return known
    if disk.f_flag & os.ST_RDONLY:
        return _BY_ERRNO[errno.EROFS]
    if disk.f_blocks and not disk.f_bavail:
        return _BY_ERRNO[errno.ENOSPC]
    return _BY_ERRNO[errno.EROFS] if _refuses_files(path) else known


def _refuses_files(path: Path) -> bool:
    """True if the file system allows no new file: one that became read-only after an error may not show it."""
    folder = path if path.is_dir() else path.parent
    try:
        os.close(os.open(folder, os.O_TMPFILE | os.O_WRONLY | os.O_CLOEXEC, 0o600))  # without a name
    except OSError as error:
        return error.errno == errno.EROFS
    return False


def _explain(error: BaseException) -> tuple[str, str] | None:
    """The problem and the advice; ``None`` if it is not a storage failure."""
    # SQLAlchemy keeps the driver's exception in ``orig``; the driver need not be imported.
    error = getattr(error, "orig", None) or error
    if isinstance(error, OSError):
        # Arrow raises OSError without errno for some failures; its text is then sufficient.
        return _BY_ERRNO.get(error.errno or 0, (_one_line(error), "Check the directory and the disk"))
    if isinstance(error, sqlite3.Error):
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF  # the primary code
        return _BY_SQLITE.get(code)
    if type(error).__module__.partition(".")[0] == "psycopg":
        return _explain_postgres(error)
    if type(error).__module__.startswith(("_duckdb", "duckdb", "pyarrow")):
        text = _one_line(error)
        if type(error).__name__ in {"IOException", "OutOfMemoryException", "ArrowMemoryError"}:
            return text, "Check the directory and the disk, or free memory"
        if "parquet" in text.lower() or "decompress" in text.lower():
            return f"a part of the lake is damaged ({text})", "Remove that part; its apps are analysed again"
    return None


def public_reason(error: WorkspaceError) -> str:
    """The problem of a failed disk or database, if it is a text of ours without names and paths; else empty."""
    return error.what if error.what in _PUBLIC else ""


def is_refused(error: WorkspaceError) -> bool:
    """True if a file could not be written because its file system is read-only or full."""
    return error.what in {_BY_ERRNO[errno.EROFS][0], _BY_ERRNO[errno.ENOSPC][0]}


def is_passing(error: BaseException) -> bool:
    """True for a temporary failure of PostgreSQL: a lost connection, or a conflict with other transactions."""
    error = getattr(error, "orig", None) or error
    if type(error).__module__.partition(".")[0] != "psycopg":
        return False
    state = getattr(error, "sqlstate", None)
    if state is not None:
        return str(state).startswith(_PASSING)
    if getattr(getattr(error, "pgconn", None), "needs_password", False):
        return False
    return type(error).__name__ in {"OperationalError", "InterfaceError"}


def _explain_postgres(error: BaseException) -> tuple[str, str] | None:
    state = getattr(error, "sqlstate", None)
    if state is not None:
        known = _BY_SQLSTATE.get(state) or _BY_SQLSTATE.get(state[:2])
        return known and (known[0].format(_one_line(error)), known[1])
    session = getattr(error, "pgconn", None)
    if getattr(session, "needs_password", False):
        return "the database requires a password", "Put it into ~/.pgpass or TIEBACK_LEDGER_PASSWORD"
    if type(error).__name__ not in {"OperationalError", "InterfaceError", "ConnectionTimeout"}:
        return None
    text = _one_line(error)
    if "connection failed" in text or "connection is bad" in text or type(error).__name__ == "ConnectionTimeout":
        if "FATAL" in text:
            return (
                f"the database refused the connection ({_cause(text)})",
                "Check the user, ~/.pgpass or TIEBACK_LEDGER_PASSWORD",
            )
        return f"the database is unreachable ({_cause(text)})", "Start it, or check the URL and sslmode"
    return _LOST


def _cause(text: str) -> str:
    """The cause in a libpq message, without the address."""
    for mark in ("FATAL: ", "failed: ", "connection failed: "):
        _, found, rest = text.rpartition(mark)
        if found:
            return rest.split(" Is the server running")[0].strip()
    return text


def _one_line(error: BaseException) -> str:
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return " ".join(str(error).split())[:200] or type(error).__name__
