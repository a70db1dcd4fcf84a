"""DuckDB over the parts of a lake: a view for each table in a query, and no access to other files."""

import os
import re
import shutil
import tempfile
import threading
import weakref
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

THREADS = 2
MEMORY = "1GB"
"""Memory limit of DuckDB; beyond it, sorts and joins use the disk."""

_GLOB = {ord(sign): f"[{sign}]" for sign in "*?["}
_KIND_OF = "CREATE MACRO IF NOT EXISTS kind_of(version) AS split_part(version, '-', 1)"
"""The kind of a unit (app or capture), regardless of the release: ``traffic-2.3`` is of kind ``traffic``."""

_QUERIES = "preserve_insertion_order = false"
"""Setting of a database that answers queries: they name the order that they need."""

_OF_PARENTS: list[object] = []
"""Databases of the process that this one was forked from. Their threads do not exist here, and to close one waits for
them for ever."""


class Databases:
    """The databases of this process for one lake: one is opened at the first query and serves the later ones.

    A query has a connection of its own while it runs. The connection and its views then serve a later query over the
    same parts: a view opens every file of its table. To open a database takes 20 ms of CPU, a view 1 to 3.
    """

    def __init__(self, parts: Path) -> None:
        """``parts``: the folder of the parts, absolute."""
        self._parts = parts
        self._lock = threading.Lock()
        self._opened: tuple[int, duckdb.DuckDBPyConnection] | None = None
        self._idle: list[_Connection] = []
        self._empty: set[str] = set()

    @contextmanager
    def connect(
        self,
        live: Sequence[str],
        sql: str,
        tables: "Mapping[str, pa.Table] | None" = None,
    ) -> Iterator["duckdb.DuckDBPyConnection"]:
        """A connection for one query.

        Args:
            live: the live parts.
            sql: the query; each table in it becomes a view.
            tables: additional tables, by name.

        Raises:
            duckdb.Error: a file of the lake cannot be read.
        """
        from tieback.storage.lake.schemas import SCHEMAS

        found = self._borrow(tuple(live))
        connection = found.connection
        try:
            for name in (name for name in SCHEMAS if name not in found.views and re.search(rf"\b{name}\b", sql)):
                self._defined(name, SCHEMAS[name])
                connection.execute(f"CREATE TEMP VIEW {name} AS {_source(self._parts, name, live)}")
                found.views.add(name)
            for name, table in (tables or {}).items():
                connection.register(name, table)
            yield connection
            for name in tables or {}:
                connection.unregister(name)
        except BaseException:
            connection.close()
            raise
        with self._lock:
            self._idle.append(found)

    def _borrow(self, parts: tuple[str, ...]) -> "_Connection":
        """An idle connection whose views are of these parts, or a new one."""
        with self._lock:
            while self._idle:
                found = self._idle.pop()
                if found.process != os.getpid():
                    _OF_PARENTS.append(found)
                elif found.parts == parts:
                    return found
                else:
                    found.connection.close()
        return _Connection(os.getpid(), parts, self._database().cursor(), set())

    def _defined(self, name: str, schema: "pa.Schema") -> None:
        database = self._database()
        with self._lock:
            if name not in self._empty:
                _define(database, name, schema)
                self._empty.add(name)

    def _database(self) -> "duckdb.DuckDBPyConnection":
        with self._lock:
            if self._opened is None or self._opened[0] != os.getpid():
                if self._opened is not None:
                    _OF_PARENTS.append(self._opened)
                spill = tempfile.mkdtemp(prefix="tieback-")
                weakref.finalize(self, _remove, os.getpid(), spill)
                database = _open(spill, (self._parts,), _QUERIES)
                database.execute(_KIND_OF)
                self._opened, self._empty = (os.getpid(), database), set()
            return self._opened[1]


@dataclass(frozen=True)
class _Connection:
    """A connection that no query uses, and the views that it has."""

    process: int
    parts: tuple[str, ...]
    connection: "duckdb.DuckDBPyConnection"
    views: set[str]


def _remove(process: int, spill: str) -> None:
    if os.getpid() == process:
        shutil.rmtree(spill, ignore_errors=True)


@contextmanager
def writing_files(*folders: Path) -> Iterator["duckdb.DuckDBPyConnection"]:
    """A connection that reads and writes files in these absolute folders, and keeps the row order."""
    with (
        tempfile.TemporaryDirectory(prefix="tieback-") as spill,
        closing(_open(spill, folders, "preserve_insertion_order = true")) as connection,
    ):
        yield connection


def _open(spill: str, folders: Sequence[Path], *more: str) -> "duckdb.DuckDBPyConnection":
    """A database in memory that reads and writes files in these folders only; sorts and joins use ``spill``."""
    import duckdb

    # DuckDB checks both the glob pattern and the files it matches.
    allowed = ", ".join(sql_literal(f"{path}/") for folder in folders for path in (folder, escape_glob(folder)))
    database = duckdb.connect(":memory:")
    for setting in (
        f"threads = {THREADS}",
        f"memory_limit = '{MEMORY}'",
        f"temp_directory = {sql_literal(spill)}",
        # It would print its progress bar to stdout, between the data.
        "enable_progress_bar = false",
        "autoinstall_known_extensions = false",
        "autoload_known_extensions = false",
        *more,
        f"allowed_directories = [{allowed}]",
        "enable_external_access = false",
        "lock_configuration = true",
    ):
        database.execute(f"SET {setting}")
    return database


def _define(database: "duckdb.DuckDBPyConnection", name: str, schema: "pa.Schema") -> None:
    """Create the empty table ``no_NAME``, which gives a view its columns.

    It belongs to the database. A registered Arrow table would be opened again by each query, in about a millisecond.
    """
    database.register("schema", schema.empty_table())
    database.execute(f"CREATE TABLE IF NOT EXISTS no_{name} AS SELECT * FROM schema")  # noqa: S608 - our own name
    database.unregister("schema")


def _source(parts: Path, table: str, live: Sequence[str]) -> str:
    """The SELECT of a view: the files of a table in the live parts, with the columns of its schema."""
    # A path object per part and table costs more than the query.
    names = (f"{parts}/{part}/{table}.parquet" for part in live)
    files = [Path(name) for name in names if os.path.exists(name)]  # noqa: PTH110
    if not files:
        return f"SELECT * FROM no_{table}"  # noqa: S608 - our own name
    if table != "units":
        read = f"SELECT * FROM read_parquet({sql_list(files)}, union_by_name = true)"  # noqa: S608 - our own names
    else:
        # Merged rows keep the old part names; readers need the current directory of a unit.
        read = f"""SELECT * EXCLUDE (filename) REPLACE (regexp_extract(filename, '([^/]+)/[^/]+$', 1) AS part)
            FROM read_parquet({sql_list(files)}, union_by_name = true, filename = true)"""  # noqa: S608
    return f"SELECT * FROM no_{table} UNION ALL BY NAME {read}"  # noqa: S608


def sql_list(files: Sequence[Path]) -> str:
    """Paths as a list in SQL."""
    return "[" + ", ".join(sql_literal(escape_glob(file)) for file in files) + "]"


def sql_literal(text: str) -> str:
    """Text as a literal in SQL."""
    return "'" + text.replace("'", "''") + "'"


def escape_glob(path: Path) -> str:
    """A path as a glob pattern that matches only it."""
    return str(path).translate(_GLOB)
