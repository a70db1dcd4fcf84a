import errno
import os
import sqlite3
from pathlib import Path
from typing import BinaryIO, NamedTuple

import duckdb
import pytest
from sqlalchemy import create_engine, text

from tieback.model.errors import InputError, WorkspaceError
from tieback.storage.failures import storage_errors


@pytest.mark.parametrize(
    ("number", "line"),
    [
        (errno.ENOSPC, "ws: the disk is full. Free some space and run the command again; it resumes where it stopped"),
        (errno.EROFS, "ws: the file system is read-only. Choose another directory with --workspace"),
        (
            errno.EACCES,
            "ws: no permission to read or write. Check its owner and permissions, or choose another directory",
        ),
        (errno.ENAMETOOLONG, "ws: File name too long. Check the directory and the disk"),
    ],
)
def test_failures_of_the_system(number: int, line: str) -> None:
    with pytest.raises(WorkspaceError) as caught, storage_errors("ws"):
        raise OSError(number, os.strerror(number))
    assert caught.value.diagnostics() == line


def test_a_really_full_device() -> None:
    with (
        pytest.raises(WorkspaceError, match="ws: the disk is full"),
        storage_errors("ws"),
        open_full_device() as device,
    ):
        device.write(b"x")


def test_a_really_full_device_under_arrow() -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    # Never by its path: Arrow removes the file that it could not write, and root may remove a device.
    with (
        pytest.raises(WorkspaceError, match="lake: the disk is full"),
        storage_errors("lake"),
        open_full_device() as device,
    ):
        pq.write_table(pa.table({"a": [1]}), device)


def open_full_device() -> BinaryIO:
    """Opened for writing, neither created nor truncated."""
    device = Path("/dev/full")
    if not device.is_char_device():
        pytest.skip("there is no /dev/full here")
    return os.fdopen(os.open(device, os.O_WRONLY), "wb", buffering=0)


def test_failures_of_sqlite(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    path.write_bytes(b"no database" * 100)
    with pytest.raises(WorkspaceError, match="the ledger is not an SQLite database"), storage_errors(path):
        sqlite3.connect(path).execute("select * from sqlite_master")
    with (
        pytest.raises(WorkspaceError, match="the ledger is not an SQLite database"),
        storage_errors(path),
        create_engine(f"sqlite:///{path}").connect() as connection,
    ):
        connection.execute(text("select * from sqlite_master"))


class Disk(NamedTuple):
    """What the system says about a disk."""

    f_flag: int
    f_blocks: int = 100
    f_bavail: int = 50


@pytest.mark.parametrize("code", [sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_IOERR])
@pytest.mark.parametrize(
    ("disk", "line"),
    [
        (Disk(os.ST_RDONLY), "the file system is read-only"),
        (Disk(os.ST_RDONLY, f_bavail=0), "the file system is read-only"),
        (Disk(0, f_bavail=0), "the disk is full"),
        (Disk(0, f_blocks=0, f_bavail=0), "the disk reports an error|no permission"),
        (Disk(0), "the disk reports an error|no permission"),
    ],
)
def test_a_full_or_read_only_disk_is_named_whatever_sqlite_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int, disk: Disk, line: str
) -> None:
    asked: list[Path] = []

    def statvfs(path: Path) -> Disk:
        asked.append(path)
        return disk

    monkeypatch.setattr(os, "statvfs", statvfs)
    error = sqlite3.OperationalError("x")
    error.sqlite_errorcode = code
    with pytest.raises(WorkspaceError, match=f": (?:{line})"), storage_errors(tmp_path / "new" / "ledger.db"):
        raise error
    assert asked == [tmp_path]


@pytest.mark.parametrize(
    ("kind", "text", "stops"),
    [
        (duckdb.InterruptException, "INTERRUPT Error: Interrupted!", True),
        (duckdb.InvalidInputException, "offering a filter to the source failed: KeyboardInterrupt:", True),
        (duckdb.InvalidInputException, "offering a filter to the source failed: TypeError", False),
        (ValueError, "KeyboardInterrupt", False),
    ],
)
def test_ctrl_c_during_a_query_is_no_failure(kind: type[Exception], text: str, *, stops: bool) -> None:
    with pytest.raises(KeyboardInterrupt if stops else Exception) as caught, storage_errors("ws"):
        raise kind(text)
    assert isinstance(caught.value, KeyboardInterrupt) is stops


def test_other_errors_pass_unchanged() -> None:
    with pytest.raises(InputError), storage_errors("ws"):
        raise InputError("not an app")
    with pytest.raises(ZeroDivisionError), storage_errors("ws"):
        _ = 1 / 0
    with pytest.raises(sqlite3.OperationalError, match="syntax"), storage_errors("ws"):
        sqlite3.connect(":memory:").execute("selec")
