"""Move a ledger from SQLite to PostgreSQL or back; every row of every table is verified before the switch.

The old ledger accepts no writes during the copy. The new one is filled in one transaction. Its rows are then read back
and compared per table: their number, and the order-independent sum of all row hashes (SHA-256 truncated to 128 bits).
Only then does the old ledger record its new location, which stops all writes to it, and the workspace points to the new
one. A move interrupted before that can be repeated; a move interrupted between these two steps is completed by the next
process that opens the workspace (``location.finish_move``).
"""

import hashlib
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy import Connection

from tieback.model.errors import UsageError, WorkspaceError
from tieback.storage.failures import storage_errors
from tieback.storage.ledger.bulk import insert_rows
from tieback.storage.ledger.database import Database, snapshot, writing
from tieback.storage.ledger.ledger import Ledger
from tieback.storage.ledger.location import (
    IN_WORKSPACE,
    LEDGER_FILE,
    MOVE_FILE,
    MOVE_POINTER,
    LedgerLocation,
    finish_move,
    is_empty,
    new_location,
    open_location,
    read_location,
    write_location,
)
from tieback.storage.ledger.tables import case_log, ledger_state, metadata
from tieback.storage.ledger.text import storable
from tieback.storage.trust import confirm_ledger, ledger_mark

SQLITE = "sqlite"
_ROWS_AT_ONCE = 1_000

type Progress = Callable[[int, int], None]


class MoveResult(msgspec.Struct, frozen=True):
    """Result of a move."""

    source: str
    target: str
    tables: dict[str, int]
    """Number of rows per table."""
    written_out: int
    """Number of values with U+0000, which PostgreSQL cannot store; it is escaped there."""


class TableDigest(msgspec.Struct, frozen=True):
    """Order-independent digest of a table."""

    rows: int
    total: str
    """Sum of the row hashes modulo 2^128, hexadecimal."""


def move_ledger(directory: Path, to: str, progress: Progress) -> MoveResult:
    """Move the ledger of a workspace. Only under ``Workspace.lock``.

    Args:
        directory: the workspace.
        to: ``sqlite``, or the URL of a PostgreSQL database.
        progress: called with (rows done, total rows), for copying and for verification.

    Raises:
        UsageError: the ledger is already there, or the URL is invalid.
        WorkspaceError: the target is not empty, cannot be written, or differs from the source.
    """
    place = read_location(directory)
    if to == SQLITE:
        return _to_file(directory, place, progress)
    if place is not None:
        raise UsageError(
            f"the ledger is already {'there' if place.url == to else 'in PostgreSQL'} ({place.url})",
            where=str(directory),
            advice="" if place.url == to else "Move it to sqlite first, then to the other server",
        )
    return _to_postgres(directory, to, progress)


def _to_postgres(directory: Path, url: str, progress: Progress) -> MoveResult:
    begun = read_location(directory, MOVE_POINTER)
    place = begun if begun is not None and begun.url == url else new_location(url)
    source = open_location(directory, None)
    try:
        target = Ledger.open_url(place.url)
        try:
            confirm_ledger(directory, place.url, place.workspace)
            write_location(directory, place, MOVE_POINTER)
            with _held(source.database) as old:
                moved = _copy_all(old, source.where, target.database, place.workspace, progress)
                _say_moved(old, place.url)
            finish_move(directory, None, place.url)
        finally:
            target.close()
    finally:
        source.close()
    return moved


def _to_file(directory: Path, place: LedgerLocation | None, progress: Progress) -> MoveResult:
    file, draft = directory / LEDGER_FILE, directory / MOVE_FILE
    if place is None:
        raise UsageError("the ledger is already in SQLite", where=str(file), advice="Pass a PostgreSQL URL with --to")
    with storage_errors(file):
        if file.exists():
            raise WorkspaceError(
                "a ledger already exists and is not overwritten",
                where=str(file),
                advice="Remove or move it, with its -wal and -shm files, and run the command again",
            )
        for suffix in ("", "-wal", "-shm", "-journal"):
            draft.with_name(draft.name + suffix).unlink(missing_ok=True)
    source = open_location(directory, place)
    try:
        target = Ledger.open(draft)
        try:
            with _held(source.database) as old:
                moved = _copy_all(old, source.where, target.database, ledger_mark(directory) or None, progress)
                with target.database.engine.connect() as connection:
                    connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
                target.close()
                with storage_errors(draft), draft.open("rb") as written:
                    os.fsync(written.fileno())
                _say_moved(old, IN_WORKSPACE)
        finally:
            target.close()
        finish_move(directory, place, IN_WORKSPACE)
    finally:
        source.close()
    return msgspec.structs.replace(moved, target=str(file))


def copy_to_file(place: LedgerLocation, file: Path) -> Ledger:
    """Copy a PostgreSQL ledger, as it is now, to a new SQLite file. Nothing is written to PostgreSQL.

    Raises:
        WorkspaceError: it is of another release or another workspace, was moved, or cannot be read.
    """
    with snapshot(place.url) as old:
        state = old.execute(sa.select(ledger_state.c.workspace, ledger_state.c.moved_to)).one()
        if state.moved_to is not None or state.workspace != place.workspace:
            why = f"was moved to {state.moved_to}" if state.moved_to is not None else "belongs to another workspace"
            raise WorkspaceError(f"this ledger {why}", where=place.url, advice="Make a new copy of the workspace")
        target = Ledger.open(file)
        try:
            with storage_errors(file), writing(target.database.engine) as new:
                for table in _copied_tables():
                    insert_rows(new, table, _Reading(table).rows(old))
        except BaseException:
            target.close()
            raise
    return target


def _copied_tables() -> list[sa.Table]:
    return [table for table in metadata.sorted_tables if table is not ledger_state]


@contextmanager
def _held(database: Database) -> Iterator[Connection]:
    """The source, with all other writers blocked until the block ends."""
    with storage_errors(database.where), writing(database.engine) as connection:
        if database.is_postgres:
            # Every other writer first takes a share lock on this row.
            connection.execute(sa.select(ledger_state.c.epoch).with_for_update())
        yield connection


def _say_moved(connection: Connection, target: str) -> None:
    connection.execute(sa.update(ledger_state).values(moved_to=target))


def _copy_all(old: Connection, where: str, target: Database, workspace: str | None, progress: Progress) -> MoveResult:
    """Copy and verify, in one transaction of the target."""
    tables = _copied_tables()
    counts = {table.name: old.execute(sa.select(sa.func.count()).select_from(table)).scalar_one() for table in tables}
    step = _Steps(2 * sum(counts.values()), progress)
    with storage_errors(target.where), writing(target.engine) as new:
        _require_free(new, target.where, workspace, tables)
        said = {}
        for table in tables:
            reading = _Reading(table)
            insert_rows(new, table, step.counted(reading.rows(old)))
            if table is case_log and reading.written_out:
                raise WorkspaceError(
                    "the case log contains U+0000, which PostgreSQL cannot store, and the log hashes cover it",
                    where=where,
                    advice="Keep this ledger in SQLite",
                )
            said[table.name] = reading
        for table in tables:
            found = _Reading(table)
            for _ in step.counted(found.rows(new)):
                pass
            if found.digest() != said[table.name].digest():
                raise WorkspaceError(
                    f"table {table.name} differs after the copy: {said[table.name].digest()}, {found.digest()}",
                    where=target.where,
                    advice="Nothing was changed; the workspace still uses its old ledger",
                )
        _continue_numbers(new, tables)
        if workspace is not None:
            # If interrupted from here on, the next move recognises the copy as its own.
            new.execute(sa.update(ledger_state).values(workspace=workspace))
    return MoveResult(where, target.where, counts, sum(reading.written_out for reading in said.values()))


def _require_free(new: Connection, where: str, workspace: str | None, tables: list[sa.Table]) -> None:
    """Check that the target is empty; the remains of our own interrupted move are removed."""
    known = new.execute(sa.select(ledger_state.c.workspace)).scalar()
    if workspace is not None and known == workspace:
        for table in reversed(tables):
            new.execute(sa.delete(table))
        return
    if known is not None or not is_empty(new):
        raise WorkspaceError(
            "a ledger already exists and is not overwritten",
            where=where,
            advice="Choose an empty database, or a separate schema with ?options=-csearch_path%3DNAME",
        )


class _Steps:
    """Counts rows for a progress bar."""

    def __init__(self, total: int, progress: Progress) -> None:
        self._total, self._progress, self._done = total, progress, 0

    def counted[T](self, rows: Iterator[T]) -> Iterator[T]:
        for row in rows:
            yield row
            self._done += 1
            if self._done % _ROWS_AT_ONCE == 0:
                self._progress(self._done, self._total)


class _Reading:
    """Reads a table once and computes its digest."""

    def __init__(self, table: sa.Table) -> None:
        self._table = table
        self._rows = 0
        self._total = 0
        self.written_out = 0

    def rows(self, connection: Connection) -> Iterator[dict[str, Any]]:
        """Every row in a database-independent form."""
        names = [column.name for column in self._table.columns]
        query = sa.select(self._table).execution_options(yield_per=_ROWS_AT_ONCE)
        for row in connection.execute(query):
            values = [storable(value) if isinstance(value, str) else value for value in row]
            self.written_out += sum(kept != value for kept, value in zip(values, row, strict=True))
            self._rows += 1
            self._total += int.from_bytes(hashlib.sha256(msgspec.msgpack.encode(values)).digest()[:16])
            yield dict(zip(names, values, strict=True))

    def digest(self) -> TableDigest:
        """The digest of the rows read so far."""
        return TableDigest(self._rows, f"{self._total % 2**128:032x}")


def table_digests(database: Database) -> dict[str, TableDigest]:
    """The digest of every table of a ledger."""
    found = {}
    with database.reading() as connection:
        for table in _copied_tables():
            reading = _Reading(table)
            for _ in reading.rows(connection):
                pass
            found[table.name] = reading.digest()
    return found


def _continue_numbers(connection: Connection, tables: list[sa.Table]) -> None:
    """Set the sequences after the copied rows; SQLite does that itself."""
    if connection.dialect.name != "postgresql":
        return
    for table in tables:
        column = table.autoincrement_column
        if column is not None:
            connection.execute(
                sa.text(
                    f"SELECT setval(pg_get_serial_sequence(:table, :column), "  # noqa: S608 - names of our own tables
                    f"greatest(max({column.name}) + 1, 1), false) FROM {table.name}"
                ),
                {"table": table.name, "column": column.name},
            )
