"""All SQL that the PostgreSQL probe may send: fixed texts over the system catalogues, and reads of plain tables.

The owner of a database can define functions, operators, casts, types and views without special privileges. Code of
theirs that our session runs has our permissions, and a read-only transaction does not stop ``COPY … TO PROGRAM``.
Therefore nothing that we send may run an object that a user of the server defined:

- **Names.** Every table, function, operator and type has the schema ``pg_catalog`` in front. Only a superuser can
  create there. ``search_path`` is fixed too (``GUARDS``), for what the grammar does not let us qualify.
- **Casts.** A cast between two types of ``pg_catalog`` belongs to the system: CREATE CAST requires the ownership of one
  of its types. We read only columns with base types of ``pg_catalog``: no domain, composite, enum, range or extension
  type. No row is cast as a whole, because every table has a row type of its owner.
- **Tables.** We read only permanent ordinary tables: no view, materialised view, foreign or partitioned table. ``ONLY``
  leaves out children, which may be foreign tables. No row security, because a policy is an expression of the owner. No
  generated columns.
- **Planner.** It evaluates constant parts of index expressions, index predicates and statistics expressions of a table,
  even for a query that does not use them (``eval_const_expressions`` in ``RelationGetIndexExpressions`` and
  ``get_relation_statistics``). A table is read only if these depend on nothing that a user defined: ``pg_depend`` has
  no entries for built-in objects. CHECK constraints are evaluated only with ``constraint_exclusion``, which is off.

A table can change in the milliseconds between its check and its read. ``restrict_nonsystem_relation_kind`` stops views
and foreign tables (see ``GUARDS``). A new index expression would still be evaluated: that race remains.

``ALTER DATABASE`` and ``ALTER ROLE … SET`` preset settings of our session. Values of ``SET LOCAL`` win over them. They
end with the transaction: a pooler in transaction mode gives the whole transaction one server connection, and no other
client gets our settings. A startup parameter ``options`` would win as well, but PgBouncer refuses it. (Tested with
PgBouncer 1.24; its statement mode refuses ``BEGIN``, and nothing more is sent.) These settings matter:

- ``default_transaction_read_only``, ``_isolation``, ``_deferrable``: ``BEGIN`` states all three. A deferrable
  transaction may wait without end.
- ``search_path``: only ``pg_catalog``. ``pg_temp`` comes last, because it is searched first if it is not named.
- ``session_authorization``, ``role``: reset, so that the report is about the account that logged in.
- ``row_security``: off makes a query fail where a policy would otherwise filter.
- ``constraint_exclusion``: see above.
- ``statement_timeout``, ``lock_timeout``, ``idle_in_transaction_session_timeout``: our limits.
- ``standard_conforming_strings``, ``backslash_quote``, ``transform_null_equals``: no literal of ours has a backslash or
  a quote inside, and no query compares with NULL. ``client_encoding``: the startup message states it.
- ``DateStyle``, ``bytea_output``, ``lc_*`` and similar settings change only the form of values; cost and ``enable_*``
  settings only the plan.
- ``session_preload_libraries``, ``dynamic_library_path``, ``session_replication_role``, event triggers ``ON login``:
  only a superuser, who controls the server anyway. ``local_preload_libraries``: only files that the administrator put
  into ``plugins``.

References: https://www.postgresql.org/docs/current/typeconv.html, …/sql-createcast.html, …/runtime-config-client.html,
CVE-2018-1058 (search_path), CVE-2024-7348 (a view in place of a table).
"""

import re
from collections.abc import Sequence

from tieback.model.grant import Depth
from tieback.probes.wire.rowcount import count_queries

MAX_DATABASES = 6
MAX_TABLES = 1000
MAX_COLUMNS = 8000
"""Maximum numbers of rows per database, as in the LIMIT clauses below; each database costs one connection."""

_LIMITS = "SET LOCAL search_path = pg_catalog, pg_temp; SET LOCAL statement_timeout = 5000"
_FULL = (
    "BEGIN TRANSACTION ISOLATION LEVEL READ COMMITTED, READ ONLY, NOT DEFERRABLE;"
    f" SET LOCAL SESSION AUTHORIZATION DEFAULT; SET LOCAL ROLE NONE; {_LIMITS}; SET LOCAL lock_timeout = 1000;"
    " SET LOCAL idle_in_transaction_session_timeout = 60000; SET LOCAL row_security = off;"
    " SET LOCAL constraint_exclusion = off"
)
GUARDS = (
    f"{_FULL}; SET LOCAL restrict_nonsystem_relation_kind = 'view, foreign-table'",
    _FULL,
    f"BEGIN TRANSACTION READ ONLY; {_LIMITS}",
)
"""Start of the transaction, the fullest first: for PostgreSQL from 12.20, 13.16, 14.13, 15.8, 16.4 or 17; from 9.6; for
older and compatible servers."""
ROLLBACK = "ROLLBACK"


def _qualified(sql: str) -> str:
    """The statement with ``pg_catalog`` in front of every name and operator that is marked with ``@``."""
    return re.sub(r"@(\w)", r"pg_catalog.\1", re.sub(r"@([=<>!~]+)", r"OPERATOR(pg_catalog.\1)", sql))


IS_GUARDED = _qualified(
    "SELECT @current_setting('transaction_read_only'::@text), @current_setting('search_path'::@text)"
)
GUARDED = ["on", "pg_catalog, pg_temp"]
SYSTEM_IDENTIFIER = _qualified("SELECT s.system_identifier FROM @pg_control_system() AS s")
DATABASES = _qualified(
    "SELECT d.datname, CASE WHEN @has_database_privilege(d.oid, 'CONNECT'::@text) THEN @pg_database_size(d.oid) END"
    " FROM @pg_database AS d WHERE d.datallowconn AND NOT d.datistemplate ORDER BY 2 DESC NULLS LAST, 1 LIMIT 64"
)
ROLE = _qualified(
    "SELECT r.rolsuper, r.rolcreaterole, r.rolcreatedb FROM @pg_roles AS r"
    " WHERE r.rolname::@text @= CURRENT_USER::@text"
)
TABLES = _qualified(
    "SELECT n.nspname, c.relname, c.relkind::@text, c.reltuples::@int8, c.relpages, s.n_live_tup,"
    " @pg_relation_size(c.oid), @pg_total_relation_size(c.oid), @current_setting('block_size'::@text),"
    " @has_table_privilege(c.oid, 'SELECT'::@text), @has_table_privilege(c.oid, 'INSERT, UPDATE, DELETE'::@text), c.oid"
    " FROM @pg_class AS c JOIN @pg_namespace AS n ON n.oid @= c.relnamespace"
    " LEFT JOIN @pg_stat_user_tables AS s ON s.relid @= c.oid"
    " WHERE (c.relkind::@text @= 'r'::@text OR c.relkind::@text @= 'm'::@text)"
    " AND n.nspname::@text @<> 'pg_catalog'::@text AND n.nspname::@text @<> 'information_schema'::@text"
    " AND n.nspname::@text @!~ '^pg_(toast|temp)'::@text ORDER BY 8 DESC, 1, 2 LIMIT 1000"
)
COLUMNS = _qualified(
    "SELECT n.nspname, c.relname, a.attname, @format_type(a.atttypid, a.atttypmod)"
    " FROM @pg_attribute AS a JOIN @pg_class AS c ON c.oid @= a.attrelid"
    " JOIN @pg_namespace AS n ON n.oid @= c.relnamespace"
    " WHERE (c.relkind::@text @= 'r'::@text OR c.relkind::@text @= 'm'::@text)"
    " AND n.nspname::@text @<> 'pg_catalog'::@text AND n.nspname::@text @<> 'information_schema'::@text"
    " AND n.nspname::@text @!~ '^pg_(toast|temp)'::@text AND a.attnum::@int4 @> 0 AND NOT a.attisdropped"
    " ORDER BY 1, 2, a.attnum LIMIT 8000"
)

NOTE_NAME = rb"[A-Za-z0-9_]{1,63}"
_NAME = re.compile(r"[A-Za-z0-9_]{1,63}")


PLAIN_PARTS = (
    _qualified(
        "SELECT a.attname FROM @pg_attribute AS a JOIN @pg_class AS c ON c.oid @= a.attrelid"
        " JOIN @pg_namespace AS n ON n.oid @= c.relnamespace JOIN @pg_type AS t ON t.oid @= a.atttypid"
        " JOIN @pg_namespace AS s ON s.oid @= t.typnamespace"
        " WHERE c.relkind::@text @= 'r'::@text AND c.relpersistence::@text @= 'p'::@text"
        " AND NOT c.relrowsecurity AND NOT c.relforcerowsecurity"
        " AND a.attnum::@int4 @> 0 AND NOT a.attisdropped AND a.attgenerated::@text @= ''::@text"
        " AND t.typtype::@text @= 'b'::@text AND s.nspname::@text @= 'pg_catalog'::@text"
        " AND NOT EXISTS (SELECT 1 FROM @pg_attribute AS v"
        " WHERE v.attrelid @= c.oid AND v.attgenerated::@text @= 'v'::@text)"
        " AND NOT EXISTS (SELECT 1 FROM @pg_index AS i JOIN @pg_depend AS d ON d.objid @= i.indexrelid"
        " WHERE i.indrelid @= c.oid AND (i.indexprs IS NOT NULL OR i.indpred IS NOT NULL)"
        " AND d.classid @= '@pg_class'::@regclass::@oid"
        " AND d.refclassid @<> '@pg_class'::@regclass::@oid AND d.refclassid @<> '@pg_constraint'::@regclass::@oid"
        " AND d.refclassid @<> '@pg_collation'::@regclass::@oid AND d.refclassid @<> '@pg_namespace'::@regclass::@oid)"
        " AND NOT EXISTS (SELECT 1 FROM @pg_statistic_ext AS x JOIN @pg_depend AS d ON d.objid @= x.oid"
        " WHERE x.stxrelid @= c.oid AND d.classid @= '@pg_statistic_ext'::@regclass::@oid"
        " AND d.refclassid @<> '@pg_class'::@regclass::@oid AND d.refclassid @<> '@pg_constraint'::@regclass::@oid"
        " AND d.refclassid @<> '@pg_collation'::@regclass::@oid AND d.refclassid @<> '@pg_namespace'::@regclass::@oid)"
        " AND n.nspname::@text @= '"
    ),
    _qualified("'::@text AND c.relname::@text @= '"),
    _qualified("'::@text ORDER BY a.attnum LIMIT 1600"),
)
"""Parts of the query for the columns that may be read, around schema and table; it needs PostgreSQL 12."""


def plain_columns_query(schema: str, table: str) -> str | None:
    """Query for the columns of a table that may be read; ``None`` if a name must not be sent.

    No rows: the table is not plain. The module's docstring has the conditions.
    """
    if not (_NAME.fullmatch(schema) and _NAME.fullmatch(table)):
        return None
    before, between, after = PLAIN_PARTS
    return f"{before}{schema}{between}{table}{after}"


NOTE_PARTS = (
    "SELECT pg_catalog.left(pg_catalog.concat_ws(' '::pg_catalog.text",
    "::pg_catalog.text",
    "), 1000) FROM ONLY ",
    " LIMIT 1",
)
"""Parts of the query for a note between its names: each column, then schema and table."""
MAX_NOTE_COLUMNS = 8


def note_query(schema: str, table: str, columns: Sequence[str]) -> str | None:
    """Query for one record as one text of at most 1,000 characters; ``None`` if a name must not be sent.

    Args:
        schema: name of the schema.
        table: name of the table.
        columns: the result of ``plain_columns_query``; columns whose name must not be sent are left out.
    """
    known = [name for name in columns if _NAME.fullmatch(name)][:MAX_NOTE_COLUMNS]
    if not known or not (_NAME.fullmatch(schema) and _NAME.fullmatch(table)):
        return None
    select, cast, source, end = NOTE_PARTS
    taken = "".join(f', "{name}"{cast}' for name in known)
    return f'{select}{taken}{source}"{schema}"."{table}"{end}'


SAMPLE_PARTS = ("SELECT pg_catalog.left(", "::pg_catalog.text,256)", " FROM ONLY ", " LIMIT 50")
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
    taken = ",pg_catalog.left(".join(f'"{name}"{cut}' for name in known)
    return f'{select}{taken}{source}"{schema}"."{table}"{end}', known


MAX_COUNTED = 20
"""Maximum number of tables per server that are checked for being plain, and then counted."""


COUNTS = count_queries(
    (
        "count of at most 10,000 rows",
        "SELECT pg_catalog.count(*) FROM (SELECT 1 FROM ONLY ",
        "number of rows of a plain table without statistics; returns no value",
    ),
    ("count of all rows", "SELECT pg_catalog.count(*) FROM ONLY "),
    '"',
    NOTE_NAME.decode(),
)
"""Only for plain tables (``plain_columns_query``)."""

DEPTHS = {
    DATABASES: Depth.ENUMERATE,
    ROLE: Depth.ENUMERATE,
    TABLES: Depth.ENUMERATE,
    COLUMNS: Depth.DESCRIBE,
}
"""Depths that the grant must allow, for queries that ``identify`` does not cover."""

WHY = {
    **{
        sql: (
            f"BEGIN READ ONLY; SET LOCAL ... ({versions})",
            "starts a read-only transaction with limits in time and fixed settings; they end with the transaction",
        )
        for sql, versions in zip(GUARDS, ("since 17", "since 9.6", "any"), strict=True)
    },
    ROLLBACK: ("ROLLBACK", "ends the transaction"),
    IS_GUARDED: (
        "current_setting",
        "whether the transaction is read-only and searches only pg_catalog; if not, nothing more is sent",
    ),
    SYSTEM_IDENTIFIER: ("pg_control_system", "identifier of the cluster, set by initdb"),
    DATABASES: ("pg_database", "names and sizes of databases; reads the catalogue only"),
    ROLE: ("pg_roles", "privileges of our own role; reads the catalogue only"),
    TABLES: ("pg_class", "names, estimated rows and sizes of tables; reads the catalogue only"),
    COLUMNS: ("pg_attribute", "names and types of columns; reads the catalogue only"),
}
"""Name and purpose of the send of every query."""
