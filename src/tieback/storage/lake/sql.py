"""DuckDB over the parts of a lake: a view of each table that a query names, and the door to everything else closed."""

import re
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

THREADS = 2
MEMORY = "1GB"
"""What DuckDB may hold; beyond it, it sorts and joins on the disk."""

_KIND_OF = "CREATE MACRO kind_of(version) AS split_part(version, '-', 1)"
"""Whether a unit is an app or a capture, whatever release analysed it: ``traffic-2.3`` is of the kind ``traffic``."""


@contextmanager
def connected(
    parts: Path, live: Sequence[str], sql: str, tables: "Mapping[str, pa.Table] | None" = None
) -> Iterator["duckdb.DuckDBPyConnection"]:
    """A connection for one query.

    Args:
        parts: the folder of the parts, absolute.
        live: the parts that are read.
        sql: the query; a view is made of each table that it names.
        tables: more tables, by name.

    Raises:
        duckdb.Error: a file of the lake cannot be read.
    """
    from tieback.storage.lake.schemas import SCHEMAS

    with _opened((parts,), "preserve_insertion_order = false") as connection:
        connection.execute(_KIND_OF)
        # A view looks at every file of its table, so only those that are asked for.
        for name, schema in ((name, SCHEMAS[name]) for name in SCHEMAS if re.search(rf"\b{name}\b", sql)):
            connection.register(f"no_{name}", schema.empty_table())
            connection.execute(f"CREATE VIEW {name} AS {_source(parts, name, live)}")
        for name, table in (tables or {}).items():
            connection.register(name, table)
        yield connection


@contextmanager
def writing_files(*folders: Path) -> Iterator["duckdb.DuckDBPyConnection"]:
    """A connection that reads and writes files in these folders, absolute, and keeps the order of what it writes."""
    with _opened(folders, "preserve_insertion_order = true") as connection:
        yield connection


@contextmanager
def _opened(folders: Sequence[Path], *more: str) -> Iterator["duckdb.DuckDBPyConnection"]:
    import duckdb

    # The pattern of a glob is checked as well as the files that it finds.
    allowed = ", ".join(quoted(f"{path}/") for folder in folders for path in (folder, glob_escaped(folder)))
    with tempfile.TemporaryDirectory(prefix="tieback-") as spill:
        connection = duckdb.connect(":memory:")
        try:
            for setting in (
                f"threads = {THREADS}",
                f"memory_limit = '{MEMORY}'",
                f"temp_directory = {quoted(spill)}",
                # It would draw its bar of long queries among the data on stdout.
                "enable_progress_bar = false",
                "autoinstall_known_extensions = false",
                "autoload_known_extensions = false",
                *more,
                f"allowed_directories = [{allowed}]",
                "enable_external_access = false",
                "lock_configuration = true",
            ):
                connection.execute(f"SET {setting}")
            yield connection
        finally:
            connection.close()


def _source(parts: Path, table: str, live: Sequence[str]) -> str:
    """The SELECT behind a view: the files of a table in the parts that are read, with the columns of its schema."""
    files = [file for part in live if (file := parts / part / f"{table}.parquet").exists()]
    if not files:
        return f"SELECT * FROM no_{table}"  # noqa: S608 - our own name
    if table != "units":
        read = f"SELECT * FROM read_parquet({listed(files)}, union_by_name = true)"  # noqa: S608 - our own names
    else:
        # A merged part keeps the names that its parts had; readers want the directory where a unit lies now.
        read = f"""SELECT * EXCLUDE (filename) REPLACE (regexp_extract(filename, '([^/]+)/[^/]+$', 1) AS part)
            FROM read_parquet({listed(files)}, union_by_name = true, filename = true)"""  # noqa: S608
    return f"SELECT * FROM no_{table} UNION ALL BY NAME {read}"  # noqa: S608


def listed(files: Sequence[Path]) -> str:
    """Paths as a list in SQL."""
    return "[" + ", ".join(quoted(glob_escaped(file)) for file in files) + "]"


def quoted(text: str) -> str:
    """Text as a literal in SQL."""
    return "'" + text.replace("'", "''") + "'"


def glob_escaped(path: Path) -> str:
    """A path as a pattern that finds it alone."""
    return "".join(f"[{c}]" if c in "*?[" else c for c in str(path))
