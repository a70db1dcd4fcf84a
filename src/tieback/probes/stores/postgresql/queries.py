"""All SQL that the PostgreSQL probe may send: fixed texts over the system catalogues."""

import re
from collections.abc import Sequence

from tieback.model.grant import Depth

MAX_DATABASES = 6
MAX_TABLES = 1000
MAX_COLUMNS = 8000
"""Maximum numbers of rows per database, as in the LIMIT clauses below; each database costs one connection."""

IS_READ_ONLY = "SHOW transaction_read_only"
SYSTEM_IDENTIFIER = "SELECT system_identifier FROM pg_control_system()"
DATABASES = (
    "SELECT d.datname, CASE WHEN has_database_privilege(d.oid, 'CONNECT') THEN pg_database_size(d.oid) END"
    " FROM pg_database d WHERE d.datallowconn AND NOT d.datistemplate ORDER BY 2 DESC NULLS LAST, 1 LIMIT 64"
)
TABLES = (
    "SELECT n.nspname, c.relname, c.reltuples::bigint, s.n_live_tup, pg_relation_size(c.oid),"
    " pg_total_relation_size(c.oid), has_table_privilege(c.oid, 'SELECT'), c.oid"
    " FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
    " LEFT JOIN pg_stat_user_tables s ON s.relid = c.oid"
    " WHERE c.relkind IN ('r', 'm') AND n.nspname NOT IN ('pg_catalog', 'information_schema')"
    " AND n.nspname !~ '^pg_(toast|temp)' ORDER BY 6 DESC, 1, 2 LIMIT 1000"
)
COLUMNS = (
    "SELECT n.nspname, c.relname, a.attname, format_type(a.atttypid, a.atttypmod)"
    " FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace"
    " WHERE c.relkind IN ('r', 'm') AND n.nspname NOT IN ('pg_catalog', 'information_schema')"
    " AND n.nspname !~ '^pg_(toast|temp)' AND a.attnum > 0 AND NOT a.attisdropped"
    " ORDER BY 1, 2, a.attnum LIMIT 8000"
)

NOTE_NAME = rb"[A-Za-z0-9_]{1,63}"
_NAME = re.compile(r"[A-Za-z0-9_]{1,63}")
NOTE_PARTS = ("SELECT left(t::text, 1000) FROM ", " AS t LIMIT 1")
"""Parts of the query for a note around schema and table."""


def note_query(schema: str, table: str) -> str | None:
    """Query for one record as one text of at most 1,000 characters; ``None`` if a name must not be sent."""
    if not (_NAME.fullmatch(schema) and _NAME.fullmatch(table)):
        return None
    return f'{NOTE_PARTS[0]}"{schema}"."{table}"{NOTE_PARTS[1]}'


SAMPLE_PARTS = ("SELECT left(", "::text,256)", " FROM ", " LIMIT 50")
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
    taken = ",left(".join(f'"{name}"{cut}' for name in known)
    return f'{select}{taken}{source}"{schema}"."{table}"{end}', known


DEPTHS = {DATABASES: Depth.ENUMERATE, TABLES: Depth.ENUMERATE, COLUMNS: Depth.DESCRIBE}
"""Depths that the grant must allow, for queries that ``identify`` does not cover."""

WHY = {
    IS_READ_ONLY: (
        "SHOW transaction_read_only",
        "whether our session is read-only, as requested at its start; if not, nothing more is sent",
    ),
    SYSTEM_IDENTIFIER: ("pg_control_system", "identifier of the cluster, set by initdb"),
    DATABASES: ("pg_database", "names and sizes of databases; reads the catalogue only"),
    TABLES: ("pg_class", "names, estimated rows and sizes of tables; reads the catalogue only"),
    COLUMNS: ("pg_attribute", "names and types of columns; reads the catalogue only"),
}
"""Name and purpose of the send of every query."""
