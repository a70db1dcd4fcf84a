"""Moves a ledger from SQLite to PostgreSQL or back: every row of every table, checked on both sides before it counts.

The old ledger takes no writes while it is copied. All of the new one comes in one transaction; its rows are then read
back and compared with the old ones, table by table: their number, and the sum of the hashes of all rows (SHA-256 cut to
128 bits), which does not depend on their order. Only then does the old ledger say where its content has gone, from when
on nobody writes there, and the workspace point to the new one. A move that is killed before that can be given again;
one that is killed between these last two steps is ended by whoever opens the workspace next (``place.follow``).
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
from tieback.storage.ledger.database import Database, writing
from tieback.storage.ledger.ledger import Ledger
from tieback.storage.ledger.location import (
    DRAFT,
    IN_WORKSPACE,
    LEDGER_FILE,
    MOVING,
    Place,
    follow,
    is_empty,
    new_place,
    open_place,
    read_place,
    write_place,
)
from tieback.storage.ledger.tables import case_log, ledger_state, metadata
from tieback.storage.ledger.text import storable

SQLITE = "sqlite"
_ROWS_AT_ONCE = 1_000

type Progress = Callable[[int, int], None]


class Moved(msgspec.Struct, frozen=True):
    """What was moved."""

    source: str
    target: str
    tables: dict[str, int]
    """Rows of each table."""
    written_out: int
    """Values whose U+0000 had to be written out, since PostgreSQL keeps none."""


class Digest(msgspec.Struct, frozen=True):
    """What a table holds, in whatever order."""

    rows: int
    total: str
    """Sum of the rows' hashes modulo 2^128, hexadecimal."""


def move(directory: Path, to: str, progress: Progress) -> Moved:
    """Move the ledger of a workspace. Only under ``Workspace.lock``.

    Args:
        directory: the workspace.
        to: ``sqlite``, or the address of a PostgreSQL.
        progress: called with (rows done, rows in all), of copying and of checking.

    Raises:
        UsageError: the ledger is there already, or that is no address.
        WorkspaceError: the target is not empty, cannot be written, or does not hold what the source does.
    """
    place = read_place(directory)
    if to == SQLITE:
        return _to_file(directory, place, progress)
    if place is not None:
        raise UsageError(
            f"the ledger is {'there' if place.url == to else 'in PostgreSQL'} already ({place.url})",
            where=str(directory),
            advice="" if place.url == to else "Move it to sqlite first, and from there to the other server",
        )
    return _to_postgres(directory, to, progress)


def _to_postgres(directory: Path, url: str, progress: Progress) -> Moved:
    begun = read_place(directory, MOVING)
    place = begun if begun is not None and begun.url == url else new_place(url)
    source = open_place(directory, None)
    try:
        target = Ledger.open_url(place.url)
        try:
            write_place(directory, place, MOVING)
            with _held(source.database) as old:
                moved = _copy_all(old, source.where, target.database, place.workspace, progress)
                _say_moved(old, place.url)
            follow(directory, None, place.url)
        finally:
            target.close()
    finally:
        source.close()
    return moved


def _to_file(directory: Path, place: Place | None, progress: Progress) -> Moved:
    file, draft = directory / LEDGER_FILE, directory / DRAFT
    if place is None:
        raise UsageError("the ledger is in SQLite already", where=str(file), advice="Name a PostgreSQL with --to")
    with storage_errors(file):
        if file.exists():
            raise WorkspaceError(
                "there is a ledger already, which is not written over",
                where=str(file),
                advice="Remove it, or put it elsewhere, with its -wal and -shm files, and give the command again",
            )
        for suffix in ("", "-wal", "-shm", "-journal"):
            draft.with_name(draft.name + suffix).unlink(missing_ok=True)
    source = open_place(directory, place)
    try:
        target = Ledger.open(draft)
        try:
            with _held(source.database) as old:
                moved = _copy_all(old, source.where, target.database, None, progress)
                with target.database.engine.connect() as connection:
                    connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
                target.close()
                with storage_errors(draft), draft.open("rb") as written:
                    os.fsync(written.fileno())
                _say_moved(old, IN_WORKSPACE)
        finally:
            target.close()
        follow(directory, place, IN_WORKSPACE)
    finally:
        source.close()
    return msgspec.structs.replace(moved, target=str(file))


@contextmanager
def _held(database: Database) -> Iterator[Connection]:
    """The source, with every other writer kept away until the block ends."""
    with storage_errors(database.where), writing(database.engine) as connection:
        if database.is_postgres:
            # Every write of others begins with a share of this row.
            connection.execute(sa.select(ledger_state.c.epoch).with_for_update())
        yield connection


def _say_moved(connection: Connection, target: str) -> None:
    connection.execute(sa.update(ledger_state).values(moved_to=target))


def _copy_all(old: Connection, where: str, target: Database, workspace: str | None, progress: Progress) -> Moved:
    """Copy and check, in one transaction of the target."""
    tables = [table for table in metadata.sorted_tables if table is not ledger_state]
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
                    "the log of cases holds U+0000, which PostgreSQL does not keep and the log's hashes cover",
                    where=where,
                    advice="Leave this ledger in SQLite",
                )
            said[table.name] = reading
        for table in tables:
            found = _Reading(table)
            for _ in step.counted(found.rows(new)):
                pass
            if found.digest() != said[table.name].digest():
                raise WorkspaceError(
                    f"table {table.name} did not arrive as it left: {said[table.name].digest()}, {found.digest()}",
                    where=target.where,
                    advice="Nothing was changed; the workspace keeps its ledger",
                )
        _continue_numbers(new, tables)
        if workspace is not None:
            # A kill from here on leaves a copy that the next move knows as its own.
            new.execute(sa.update(ledger_state).values(workspace=workspace))
    return Moved(where, target.where, counts, sum(reading.written_out for reading in said.values()))


def _require_free(new: Connection, where: str, workspace: str | None, tables: list[sa.Table]) -> None:
    """See that the target is empty; what a killed move of ours left is taken away."""
    known = new.execute(sa.select(ledger_state.c.workspace)).scalar()
    if workspace is not None and known == workspace:
        for table in reversed(tables):
            new.execute(sa.delete(table))
        return
    if known is not None or not is_empty(new):
        raise WorkspaceError(
            "there is a ledger already, which is not written over",
            where=where,
            advice="Choose an empty database, or a schema of its own with ?options=-csearch_path%3DNAME",
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
    """Reads a table once, and knows then what it held."""

    def __init__(self, table: sa.Table) -> None:
        self._table = table
        self._rows = 0
        self._total = 0
        self.written_out = 0

    def rows(self, connection: Connection) -> Iterator[dict[str, Any]]:
        """Every row, as any database keeps it."""
        names = [column.name for column in self._table.columns]
        query = sa.select(self._table).execution_options(yield_per=_ROWS_AT_ONCE)
        for row in connection.execute(query):
            values = [storable(value) if isinstance(value, str) else value for value in row]
            self.written_out += sum(kept != value for kept, value in zip(values, row, strict=True))
            self._rows += 1
            self._total += int.from_bytes(hashlib.sha256(msgspec.msgpack.encode(values)).digest()[:16])
            yield dict(zip(names, values, strict=True))

    def digest(self) -> Digest:
        """What was read so far."""
        return Digest(self._rows, f"{self._total % 2**128:032x}")


def digests(database: Database) -> dict[str, Digest]:
    """What every table of a ledger holds."""
    found = {}
    with database.reading() as connection:
        for table in metadata.sorted_tables:
            if table is not ledger_state:
                reading = _Reading(table)
                for _ in reading.rows(connection):
                    pass
                found[table.name] = reading.digest()
    return found


def _continue_numbers(connection: Connection, tables: list[sa.Table]) -> None:
    """Rows to come are numbered after those that came; SQLite does that by itself."""
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
