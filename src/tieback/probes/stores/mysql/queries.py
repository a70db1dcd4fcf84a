"""All SQL that the MySQL probe may send: fixed texts over ``information_schema``, settings, and reads of plain tables.

Nothing that we send may run or contact what a user of the server defined:

- **Names.** There are no user-defined operators, casts or types. A name of a function means the built-in one first. A
  stored function needs its schema in front or a default schema; our sessions have none. Tables have their schema.
  https://dev.mysql.com/doc/refman/8.4/en/function-resolution.html
- **Triggers.** The only events are INSERT, UPDATE and DELETE. No trigger runs when a table is read.
  https://dev.mysql.com/doc/refman/8.4/en/create-trigger.html,
  https://mariadb.com/docs/server/server-usage/triggers-events/triggers/create-trigger
- **Views** run functions, with our permissions if they say ``SQL SECURITY INVOKER``. MariaDB runs some of them even to
  resolve a view: ``ROUND(1, f())`` in a view calls ``f`` when ``information_schema.COLUMNS``, or a size in
  ``information_schema.TABLES``, is read (tested with 11.8). Records are read only from base tables.
- **Generated columns** cannot call stored functions, and are not read.
  https://dev.mysql.com/doc/refman/8.4/en/create-table-generated-columns.html
- **Engines** such as FEDERATED, CONNECT and SPIDER contact other servers or read files, with addresses and passwords
  that the owner of the table chose, also for the sizes in ``information_schema.TABLES``. Records are read only from
  tables of engines that keep the records themselves.
- **Catalogue.** ``TABLE_TYPE`` and ``ENGINE`` come from the definition file of a table and open nothing. They are read
  first (``OTHERS``). If there is a view or another engine, sizes and columns are read only of named base tables
  (``tables_query``): a condition on names is evaluated before a table is opened.
  https://dev.mysql.com/doc/refman/5.7/en/information-schema-optimization.html
- **Settings** cannot be preset for a schema or an account. ``init_connect`` and global values such as ``sql_mode``
  belong to the administrator. No literal of ours has a backslash or a quote inside.

A table can change in the milliseconds between its check and its read.
"""

import re
from collections.abc import Sequence

from tieback.model.grant import Depth
from tieback.probes.wire.rowcount import count_queries

MAX_TABLES = 2000
MAX_COLUMNS = 8000
"""Maximum numbers of rows, as in the LIMIT clauses below."""

READ_ONLY = "SET SESSION TRANSACTION READ ONLY"
MYSQL_TIMEOUT = "SET SESSION max_execution_time=5000"
MARIADB_TIMEOUT = "SET SESSION max_statement_time=5"
START = "START TRANSACTION READ ONLY"
TIDB_START = "START TRANSACTION READ ONLY AS OF TIMESTAMP NOW() - INTERVAL 5 SECOND"
"""TiDB refuses ``READ ONLY``, except for a stale read: https://docs.pingcap.com/tidb/stable/as-of-timestamp/."""
SERVER_UUID = "SELECT @@server_uuid"
STARTED = (
    "SELECT @@hostname, @@datadir, UNIX_TIMESTAMP()-VARIABLE_VALUE"
    " FROM information_schema.GLOBAL_STATUS WHERE VARIABLE_NAME='UPTIME' LIMIT 1"
)
"""MariaDB has no ``server_uuid``. Host, data directory and second of the start are the same through every address, and
never of two running servers: https://mariadb.com/docs/server/reference/system-tables/information-schema.
"""
VERSION_COMMENT = "SELECT @@version_comment"
AURORA_VERSION = "SELECT @@aurora_version"
VERSIONS = {"dolt_version": "SELECT dolt_version()", "memsql_version": "SELECT @@memsql_version"}
PRIVILEGES = (
    "SELECT PRIVILEGE_TYPE FROM information_schema.USER_PRIVILEGES"
    " WHERE GRANTEE=CONCAT(CHAR(39),REPLACE(CURRENT_USER(),'@',CONCAT(CHAR(39),'@',CHAR(39))),CHAR(39))"
    " UNION SELECT PRIVILEGE_TYPE FROM information_schema.SCHEMA_PRIVILEGES"
    " WHERE GRANTEE=CONCAT(CHAR(39),REPLACE(CURRENT_USER(),'@',CONCAT(CHAR(39),'@',CHAR(39))),CHAR(39)) LIMIT 500"
)
"""Unlike ``SHOW GRANTS``, it returns no digest of a password."""
GLOBAL_PRIVILEGES = (
    "SELECT PRIVILEGE_TYPE FROM information_schema.USER_PRIVILEGES"
    " WHERE GRANTEE=CONCAT(CHAR(39),REPLACE(CURRENT_USER(),'@',CONCAT(CHAR(39),'@',CHAR(39))),CHAR(39)) LIMIT 500"
)
"""Those for the whole server alone: ``information_schema.TABLES`` lists only tables on which the account has a right.
https://dev.mysql.com/doc/refman/8.4/en/information-schema-introduction.html
"""
TABLES = (
    "SELECT TABLE_SCHEMA,TABLE_NAME,ENGINE,TABLE_ROWS,DATA_LENGTH,INDEX_LENGTH,CREATE_TIME"
    " FROM information_schema.TABLES WHERE TABLE_TYPE='BASE TABLE'"
    " AND TABLE_SCHEMA NOT IN ('mysql','information_schema','performance_schema','sys') LIMIT 2000"
)
OTHERS = (
    "SELECT COUNT(*) FROM information_schema.TABLES"
    " WHERE TABLE_SCHEMA NOT IN ('mysql','information_schema','performance_schema','sys')"
    " AND (TABLE_TYPE<>'BASE TABLE' OR ENGINE NOT IN ('InnoDB','MyISAM','Aria','ARCHIVE','MEMORY','CSV','TokuDB'"
    ",'ROCKSDB','ndbcluster','Columnstore'))"
)
"""Counts the tables of which the fixed queries for sizes and columns could run code or contact a server."""
NAMES = (
    "SELECT TABLE_SCHEMA,TABLE_NAME,ENGINE,NULL,NULL,NULL,NULL FROM information_schema.TABLES"
    " WHERE TABLE_TYPE='BASE TABLE'"
    " AND TABLE_SCHEMA NOT IN ('mysql','information_schema','performance_schema','sys') LIMIT 2000"
)
COLUMNS = (
    "SELECT TABLE_SCHEMA,TABLE_NAME,COLUMN_NAME,DATA_TYPE FROM information_schema.COLUMNS"
    " WHERE TABLE_SCHEMA NOT IN ('mysql','information_schema','performance_schema','sys')"
    " ORDER BY TABLE_SCHEMA,TABLE_NAME,ORDINAL_POSITION LIMIT 8000"
)

TIDB_TABLES = (
    "SELECT TABLE_SCHEMA,TABLE_NAME,ENGINE,TABLE_ROWS,DATA_LENGTH,INDEX_LENGTH,CREATE_TIME"
    " FROM information_schema.TABLES WHERE TABLE_TYPE='BASE TABLE' AND TABLE_SCHEMA NOT IN ('mysql','sys'"
    ",'INFORMATION_SCHEMA','PERFORMANCE_SCHEMA','METRICS_SCHEMA') LIMIT 2000"
)
TIDB_COLUMNS = (
    "SELECT TABLE_SCHEMA,TABLE_NAME,COLUMN_NAME,DATA_TYPE FROM information_schema.COLUMNS"
    " WHERE TABLE_SCHEMA NOT IN ('mysql','sys','INFORMATION_SCHEMA','PERFORMANCE_SCHEMA','METRICS_SCHEMA')"
    " ORDER BY TABLE_SCHEMA,TABLE_NAME,ORDINAL_POSITION LIMIT 8000"
)
"""TiDB has neither stored functions nor engines that contact other servers, so its views are not looked for first. It
compares names by case: https://docs.pingcap.com/tidb/stable/mysql-compatibility/."""

_NAME = re.compile(r"[A-Za-z0-9_$-]{1,64}")
NOTE_NAME = rb"[A-Za-z0-9_$-]{1,64}"
MAX_NAMED = 50
"""Maximum number of tables that one query names."""
SIZES_PARTS = (
    (
        "SELECT TABLE_SCHEMA,TABLE_NAME,ENGINE,TABLE_ROWS,DATA_LENGTH,INDEX_LENGTH,CREATE_TIME"
        " FROM information_schema.TABLES WHERE TABLE_TYPE='BASE TABLE' AND TABLE_SCHEMA='"
    ),
    "' AND TABLE_NAME IN (",
    ") LIMIT 2000",
)
COLUMNS_PARTS = (
    "SELECT TABLE_SCHEMA,TABLE_NAME,COLUMN_NAME,DATA_TYPE FROM information_schema.COLUMNS WHERE TABLE_SCHEMA='",
    "' AND TABLE_NAME IN (",
    ") ORDER BY TABLE_SCHEMA,TABLE_NAME,ORDINAL_POSITION LIMIT 8000",
)
ENGINE_PARTS = (
    (
        "SELECT ENGINE FROM information_schema.TABLES WHERE TABLE_TYPE='BASE TABLE' AND ENGINE IN ('InnoDB','MyISAM'"
        ",'Aria','ARCHIVE','MEMORY','CSV','TokuDB','ROCKSDB','ndbcluster','Columnstore') AND TABLE_SCHEMA='"
    ),
    "' AND TABLE_NAME IN (",
    ") LIMIT 2",
)
PLAIN_PARTS = (
    (
        "SELECT COLUMN_NAME FROM information_schema.COLUMNS WHERE EXTRA NOT LIKE '%VIRTUAL%'"
        " AND EXTRA NOT LIKE '%STORED%' AND EXTRA NOT LIKE '%PERSISTENT%' AND TABLE_SCHEMA='"
    ),
    "' AND TABLE_NAME IN (",
    ") LIMIT 4096",
)
"""Parts of the queries about named base tables, around the schema and its tables."""
LOCAL_ENGINES = frozenset(
    (
        *("InnoDB", "MyISAM", "Aria", "ARCHIVE", "MEMORY", "CSV", "TokuDB", "ROCKSDB", "ndbcluster"),
        "Columnstore",
    )
)
"""Engines that keep the records of their tables themselves."""


def valid_name(name: str) -> bool:
    """True if the name of a schema or table is safe to send."""
    return _NAME.fullmatch(name) is not None


def tables_query(parts: tuple[str, str, str], schema: str, tables: Sequence[str]) -> str | None:
    """Query about named tables of a schema; names that must not be sent are left out, and ``None`` if none is left."""
    known = [name for name in tables if valid_name(name)][:MAX_NAMED]
    if not known or not valid_name(schema):
        return None
    names = ",".join(f"'{name}'" for name in known)
    return f"{parts[0]}{schema}{parts[1]}{names}{parts[2]}"


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


MAX_COUNTED = 40
"""Maximum number of tables whose rows are counted."""


COUNTS = count_queries(
    (
        "COUNT of at most 10,000 rows",
        "SELECT COUNT(*) FROM (SELECT 1 AS a FROM ",
        "number of rows of a table if its estimate is zero; returns no value",
    ),
    ("COUNT of all rows", "SELECT COUNT(*) FROM "),
    "`",
    NOTE_NAME.decode(),
)

DEPTHS = {
    **dict.fromkeys((OTHERS, TABLES, TIDB_TABLES, NAMES, PRIVILEGES, GLOBAL_PRIVILEGES, STARTED), Depth.ENUMERATE),
    **dict.fromkeys((COLUMNS, TIDB_COLUMNS), Depth.DESCRIBE),
}
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
    TIDB_START: (
        "START TRANSACTION READ ONLY AS OF TIMESTAMP",
        "the same for TiDB: it reads the state of five seconds ago",
    ),
    SERVER_UUID: ("SELECT @@server_uuid", "identifier of the MySQL server"),
    STARTED: (
        "@@hostname, @@datadir and start time",
        "which running MariaDB server it is; reads the catalogue only, and only a digest of the answer is kept",
    ),
    VERSION_COMMENT: ("SELECT @@version_comment", "which product it is"),
    AURORA_VERSION: ("SELECT @@aurora_version", "whether it is Amazon Aurora, and its version"),
    VERSIONS["dolt_version"]: ("SELECT dolt_version()", "version of Dolt, only if it names itself"),
    VERSIONS["memsql_version"]: ("SELECT @@memsql_version", "version of SingleStore, only if it names itself"),
    PRIVILEGES: ("information_schema.USER_PRIVILEGES", "privileges of our own account; reads the catalogue only"),
    GLOBAL_PRIVILEGES: (
        "information_schema.USER_PRIVILEGES: whole server",
        "whether our own account sees every table; reads the catalogue only",
    ),
    TABLES: ("information_schema.TABLES", "names, estimated rows and sizes of tables; reads the catalogue only"),
    OTHERS: (
        "information_schema.TABLES: others",
        "whether there are views, or tables whose engine may contact other servers; reads the catalogue only",
    ),
    NAMES: ("information_schema.TABLES: names", "the same, names only, if there are; reads the catalogue only"),
    TIDB_TABLES: ("information_schema.TABLES of TiDB", "names, estimated rows and sizes; reads the catalogue only"),
    TIDB_COLUMNS: ("information_schema.COLUMNS of TiDB", "names and types of columns; reads the catalogue only"),
    COLUMNS: ("information_schema.COLUMNS", "names and types of columns; reads the catalogue only"),
}
"""Name and purpose of the send of every query."""

NAMED = (
    (
        "information_schema.TABLES of named tables",
        SIZES_PARTS,
        MAX_NAMED,
        "estimated rows and sizes of these tables; reads the catalogue only",
        Depth.ENUMERATE,
    ),
    (
        "information_schema.COLUMNS of named tables",
        COLUMNS_PARTS,
        MAX_NAMED,
        "names and types of columns of these tables; reads the catalogue only",
        Depth.DESCRIBE,
    ),
    (
        "ENGINE of one table",
        ENGINE_PARTS,
        1,
        "whether it is a table whose records are on this server; reads the catalogue only",
        Depth.DESCRIBE,
    ),
    (
        "COLUMN_NAME of one table",
        PLAIN_PARTS,
        1,
        "which columns are not generated; reads the catalogue only",
        Depth.DESCRIBE,
    ),
)
"""Name, parts, maximum number of tables, purpose and depth of the queries about named tables."""
