"""Insert many rows into one table: ``COPY`` in PostgreSQL, prepared statements in SQLite. Rows have equal keys."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import batched, chain
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.dialects import postgresql, sqlite

from tieback.storage.ledger.text import storable

ROWS_AT_ONCE = 1_000

type Row = Mapping[str, Any]


def insert_rows(connection: Connection, table: sa.Table, rows: Iterable[Row]) -> int:
    """Insert new rows; returns their number. At most a thousand are in memory."""
    if connection.dialect.name == "postgresql":
        return _copy(connection, table.name, rows)
    count = 0
    for some in batched(rows, ROWS_AT_ONCE):
        connection.execute(sa.insert(table), list(some))
        count += len(some)
    return count


def upsert_rows(
    connection: Connection, table: sa.Table, keys: Sequence[str], changed: Mapping[str, Any], rows: Sequence[Row]
) -> None:
    """Insert rows, or update existing ones.

    Args:
        connection: connection in a write transaction.
        table: target table.
        keys: columns that identify a row; unique within ``rows``.
        changed: maps columns to new values, from ``incoming(connection, table)`` and the columns of the table.
        rows: incoming rows.
    """
    if not rows:
        return
    if connection.dialect.name != "postgresql":
        statement = sqlite.insert(table).on_conflict_do_update(index_elements=list(keys), set_=changed)
        connection.execute(statement, list(rows))
        return
    quote = connection.dialect.identifier_preparer.quote
    names = list(rows[0])
    waiting = f"incoming_{table.name}"
    columns = ", ".join(map(quote, names))
    connection.exec_driver_sql(
        f"CREATE TEMP TABLE IF NOT EXISTS {waiting} ON COMMIT DROP AS "  # noqa: S608 - names of our own tables
        f"SELECT {columns} FROM {quote(table.name)} WITH NO DATA"
    )
    _copy(connection, waiting, rows)
    source: Any = sa.select(*(sa.column(name) for name in names)).select_from(sa.table(waiting))
    insert = postgresql.insert(table).from_select(names, source, include_defaults=False)
    connection.execute(insert.on_conflict_do_update(index_elements=list(keys), set_=dict(changed)))
    connection.exec_driver_sql(f"TRUNCATE {waiting}")


def incoming(connection: Connection, table: sa.Table) -> Any:
    """The columns of the incoming rows, for ``changed`` of ``upsert_rows``."""
    insert = postgresql.insert(table) if connection.dialect.name == "postgresql" else sqlite.insert(table)
    return insert.excluded


def _copy(connection: Connection, name: str, rows: Iterable[Row]) -> int:
    """Insert all rows with one ``COPY``."""
    coming = iter(rows)
    first = next(coming, None)
    if first is None:
        return 0
    quote = connection.dialect.identifier_preparer.quote
    columns = ", ".join(map(quote, first))
    session: Any = cast("Any", connection.connection.driver_connection)
    count = 0
    with (
        session.cursor() as cursor,
        cursor.copy(f"COPY {quote(name)} ({columns}) FROM STDIN") as copying,
    ):
        for values in _kept(chain([first], coming)):
            copying.write_row(values)
            count += 1
    return count


def _kept(rows: Iterable[Row]) -> Iterator[list[Any]]:
    for row in rows:
        yield [storable(value) if isinstance(value, str) else value for value in row.values()]
