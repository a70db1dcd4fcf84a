"""All SQL that the MySQL probe may send: fixed texts over ``information_schema`` and settings of our own session."""

import re
from collections.abc import Sequence

from tieback.model.grant import Depth

MAX_TABLES = 2000
MAX_COLUMNS = 8000
"""Maximum numbers of rows, as in the LIMIT clauses below."""

READ_ONLY = "SET SESSION TRANSACTION READ ONLY"
MYSQL_TIMEOUT = "SET SESSION max_execution_time=5000"
MARIADB_TIMEOUT = "SET SESSION max_statement_time=5"
START = "START TRANSACTION READ ONLY"
SERVER_UUID = "SELECT @@server_uuid"
TABLES = (
    "SELECT TABLE_SCHEMA,TABLE_NAME,ENGINE,TABLE_ROWS,DATA_LENGTH,INDEX_LENGTH,CREATE_TIME"
    " FROM information_schema.TABLES WHERE TABLE_TYPE='BASE TABLE'"
    " AND TABLE_SCHEMA NOT IN ('mysql','information_schema','performance_schema','sys') LIMIT 2000"
)
COLUMNS = (
    "SELECT TABLE_SCHEMA,TABLE_NAME,COLUMN_NAME,DATA_TYPE FROM information_schema.COLUMNS"
    " WHERE TABLE_SCHEMA NOT IN ('mysql','information_schema','performance_schema','sys')"
    " ORDER BY TABLE_SCHEMA,TABLE_NAME,ORDINAL_POSITION LIMIT 8000"
)

_NAME = re.compile(r"[A-Za-z0-9_$-]{1,64}")
NOTE_NAME = rb"[A-Za-z0-9_$-]{1,64}"
NOTE_PARTS = ("SELECT LEFT(CONCAT_WS(' ',", "),1000) FROM ", " LIMIT 1")
"""Parts of the query for a note between its names: columns, then schema and table."""
_MAX_NOTE_COLUMNS = 8


def note_query(schema: str, table: str, columns: Sequence[str]) -> str | None:
    """Query for one record as one text of at most 1,000 characters; ``None`` if a name must not be sent."""
    columns = columns[:_MAX_NOTE_COLUMNS]
    if not columns or not all(_NAME.fullmatch(name) for name in (schema, table, *columns)):
        return None
    select, source, end = NOTE_PARTS
    return f"{select}{','.join(f'`{name}`' for name in columns)}{source}`{schema}`.`{table}`{end}"


SAMPLE_PARTS = ("SELECT LEFT(", ",256)", " FROM ", " LIMIT 50")
"""Parts of the query for a few records between its names: each column, then schema and table."""
MAX_SAMPLED_COLUMNS = 40


def sample_query(schema: str, table: str, columns: Sequence[str]) -> tuple[str, list[str]] | None:
    """Query for a few records, each value cut at 256 characters, and the columns in it.

    Columns whose name must not be sent are left out. ``None`` if none is left, or the schema or table name must not be
    sent.
    """
    known = [name for name in columns if _NAME.fullmatch(name)][:MAX_SAMPLED_COLUMNS]
    if not known or not (_NAME.fullmatch(schema) and _NAME.fullmatch(table)):
        return None
    select, cut, source, end = SAMPLE_PARTS
    taken = ",LEFT(".join(f"`{name}`{cut}" for name in known)
    return f"{select}{taken}{source}`{schema}`.`{table}`{end}", known


DEPTHS = {TABLES: Depth.ENUMERATE, COLUMNS: Depth.DESCRIBE}
"""Depths that the grant must allow, for queries that ``identify`` does not cover."""

WHY = {
    READ_ONLY: ("SET SESSION TRANSACTION READ ONLY", "makes our session read-only, whatever follows"),
    MYSQL_TIMEOUT: (
        "SET SESSION max_execution_time",
        "makes the server stop a statement after 5 seconds (value in milliseconds; MySQL)",
    ),
    MARIADB_TIMEOUT: (
        "SET SESSION max_statement_time",
        "makes the server stop a statement after 5 seconds (value in seconds; MariaDB)",
    ),
    START: ("START TRANSACTION READ ONLY", "makes the queries run in a read-only transaction"),
    SERVER_UUID: ("SELECT @@server_uuid", "identifier of the MySQL server"),
    TABLES: ("information_schema.TABLES", "names, estimated rows and sizes of tables; reads the catalogue only"),
    COLUMNS: ("information_schema.COLUMNS", "names and types of columns; reads the catalogue only"),
}
"""Name and purpose of the send of every query."""
