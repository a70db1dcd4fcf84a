"""The lake: facts that only grow. Written as Parquet by whoever has them, read with DuckDB.

    parts/<part>/<table>.parquet     one part: every table of one batch, and ``units.parquet``
    drafts/<part>.<process>.<n>/     a part in the making; those of a run's workers in a folder of that run (``fence``)

A part is published by one rename of its directory, so that readers see all of its tables or none, and a process that is
killed leaves a draft at most. A part is named after its units: publishing it again changes nothing.
"""

import hashlib
import os
import re
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Protocol, Self

from tieback.storage.failures import storage_errors
from tieback.storage.fence import check_fence, close_fences

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa
    import pyarrow.parquet as pq

THREADS = 2
MEMORY = "1GB"
"""What DuckDB may hold; beyond it, it sorts and joins on the disk."""


class UnitLike(Protocol):
    """A unit of work as the engine describes it."""

    @property
    def key(self) -> str: ...  # noqa: D102 - as in ``engine.interface.Unit``
    @property
    def version(self) -> str: ...  # noqa: D102
    @property
    def source(self) -> str: ...  # noqa: D102
    @property
    def size(self) -> int: ...  # noqa: D102


def part_name(batch: Iterable[UnitLike]) -> str:
    """The name of a batch's part: a digest of the keys and versions of its units, in their order."""
    digest = hashlib.sha256()
    for unit in batch:
        digest.update(f"{unit.key}\0{unit.version}\0".encode())
    return f"units-{digest.hexdigest()[:40]}"


class Lake:
    """A lake in a directory. Holds nothing open; may be used from many processes at once."""

    def __init__(self, directory: Path, fence: str = "") -> None:
        """Keep where it is.

        Args:
            directory: of the lake; made with the first part.
            fence: the run's, in its workers: they publish as long as no other run has begun.
        """
        self.directory = directory
        self._parts = directory / "parts"
        self._drafts = directory / "drafts" / fence
        self._fenced = bool(fence)

    def publish(self, part: str, tables: Mapping[str, "pa.Table"], units: Sequence[UnitLike] = ()) -> bool:
        """Write the tables of a part and make them visible in one atomic step, safe on the disk.

        Args:
            part: its name: ``part_name(batch)``, or any file name for rows that belong to no unit.
            tables: rows by table; tables without rows are left out.
            units: the units whose results these are.

        Returns:
            Whether it was published now; ``False`` where it had been before, and nothing was changed.

        Raises:
            WorkspaceError: the disk is full or cannot be written. Nothing is visible then.
        """
        from tieback.storage.schemas import rows_table

        if self.published(part):
            return False
        members = rows_table("units", ((u.key, u.version, u.source, u.size, part) for u in units))
        with storage_errors(self.directory):
            self._open_drafts()
            draft = Path(tempfile.mkdtemp(dir=self._drafts, prefix=f"{part}.{os.getpid()}."))
            try:
                for name, table in {**tables, "units": members}.items():
                    if table.num_rows or name == "units":
                        _write(draft / f"{name}.parquet", table)
                _sync(draft)
                draft.rename(self._parts / part)
            except BaseException as error:
                shutil.rmtree(draft, ignore_errors=True)
                if isinstance(error, OSError) and self.published(part):
                    return False  # another process was faster with the same part
                if isinstance(error, OSError) and self._fenced:
                    check_fence(self._drafts)
                raise
            _sync(self._parts)
        return True

    @contextmanager
    def draft(self, part: str) -> Iterator["Draft"]:
        """A part whose rows come bit by bit; it becomes visible when the context ends without an error.

        Raises:
            WorkspaceError: the disk is full or cannot be written. Nothing is visible then, and neither is anything
                after any other error.
        """
        from tieback.storage.schemas import rows_table

        with storage_errors(self.directory):
            self._open_drafts()
            directory = Path(tempfile.mkdtemp(dir=self._drafts, prefix=f"{part}.{os.getpid()}."))
            try:
                with Draft(directory) as draft:
                    yield draft
                _write(directory / "units.parquet", rows_table("units", ()))
                _sync(directory)
                directory.rename(self._parts / part)
            except BaseException:
                shutil.rmtree(directory, ignore_errors=True)
                raise
            _sync(self._parts)

    def published(self, part: str) -> bool:
        """Whether the part is visible."""
        return (self._parts / part).is_dir()

    def parts(self) -> set[str]:
        """The names of all published parts."""
        with storage_errors(self.directory):
            return {entry.name for entry in os.scandir(self._parts)} if self._parts.is_dir() else set()

    def read(self, part: str, table: str) -> "pa.Table":
        """One table of one part; without rows where the part has none."""
        import pyarrow.parquet as pq

        from tieback.storage.schemas import SCHEMAS

        path = self._parts / part / f"{table}.parquet"
        with storage_errors(path):
            if not path.exists():
                return SCHEMAS[table].empty_table()
            return pq.ParquetFile(path).read()

    def clear_drafts(self) -> int:
        """Take away what killed processes left, and the right to publish from workers of earlier runs.

        Only under ``Workspace.lock``. Returns how many drafts there were.
        """
        return close_fences(self.directory)

    def _open_drafts(self) -> None:
        self._parts.mkdir(parents=True, exist_ok=True)
        if self._fenced:
            check_fence(self._drafts)
        else:
            self._drafts.mkdir(exist_ok=True)

    def query(
        self,
        sql: str,
        params: Sequence[Any] | Mapping[str, Any] | None = None,
        *,
        tables: Mapping[str, "pa.Table"] | None = None,
    ) -> "pa.Table":
        """The whole answer to a query; for answers that are small.

        Args:
            sql: DuckDB's SQL, over the tables of ``schemas`` and ``tables``; it sees no other file.
            params: values for ``?``, or by name for ``$name``.
            tables: more tables, by name.

        Raises:
            WorkspaceError: the lake cannot be read, or memory and disk do not suffice.
            duckdb.Error: the query itself is wrong.
        """
        with self._connected(sql, tables) as connection:
            return connection.sql(sql, params=params).to_arrow_table()

    def stream(
        self,
        sql: str,
        params: Sequence[Any] | None = None,
        *,
        tables: Mapping[str, "pa.Table"] | None = None,
        rows_a_batch: int = 10_000,
    ) -> Iterator[tuple[Any, ...]]:
        """The rows of an answer of any size, a bounded number in memory. Arguments and errors as in ``query``."""
        with self._connected(sql, tables) as connection:
            answer = connection.execute(sql, params)
            while rows := answer.fetchmany(rows_a_batch):
                yield from rows

    @contextmanager
    def _connected(self, sql: str, tables: Mapping[str, "pa.Table"] | None) -> Iterator["duckdb.DuckDBPyConnection"]:
        """DuckDB with a view of each table that ``sql`` names, and the door to everything else closed."""
        import duckdb

        from tieback.storage.schemas import SCHEMAS

        parts = self._parts.absolute()
        with storage_errors(self.directory), tempfile.TemporaryDirectory(prefix="tieback-") as spill:
            connection = duckdb.connect(":memory:")
            try:
                for setting in (
                    f"threads = {THREADS}",
                    f"memory_limit = '{MEMORY}'",
                    f"temp_directory = {_quoted(spill)}",
                    "preserve_insertion_order = false",
                    # It would draw its bar of long queries among the data on stdout.
                    "enable_progress_bar = false",
                    "autoinstall_known_extensions = false",
                    "autoload_known_extensions = false",
                    # The pattern of a glob is checked as well as the files that it finds.
                    f"allowed_directories = [{_quoted(f'{parts}/')}, {_quoted(f'{_glob_escaped(parts)}/')}]",
                    "enable_external_access = false",
                    "lock_configuration = true",
                ):
                    connection.execute(f"SET {setting}")
                # A view looks at every file of its table, so only those that are asked for.
                for name, schema in ((name, SCHEMAS[name]) for name in SCHEMAS if re.search(rf"\b{name}\b", sql)):
                    connection.register(f"no_{name}", schema.empty_table())
                    connection.execute(f"CREATE VIEW {name} AS {self._source(name)}")
                for name, table in (tables or {}).items():
                    connection.register(name, table)
                yield connection
            finally:
                connection.close()

    def _source(self, table: str) -> str:
        """The SELECT behind a view: every published file of a table, or nothing, with the columns of its schema."""
        if next(self._parts.glob(f"*/{table}.parquet"), None) is None:
            return f"SELECT * FROM no_{table}"  # noqa: S608 - our own name
        # The glob ends above drafts, and a part has its name only when it is complete.
        files = _quoted(_glob_escaped(self._parts.absolute()) + f"/*/{table}.parquet")
        return f"SELECT * FROM no_{table} UNION ALL BY NAME SELECT * FROM read_parquet({files}, union_by_name = true)"  # noqa: S608


class Draft:
    """The tables of a part in the making. ``Lake.draft`` gives it."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._writers: dict[str, pq.ParquetWriter] = {}
        self._files: list[BinaryIO] = []

    def add(self, name: str, table: "pa.Table") -> None:
        """Write more rows of a table; the table of a call is one row group."""
        import pyarrow.parquet as pq

        writer = self._writers.get(name)
        if writer is None:
            file = (self._directory / f"{name}.parquet").open("wb")
            self._files.append(file)
            writer = self._writers[name] = pq.ParquetWriter(file, table.schema, compression="zstd")
        writer.write_table(table)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        try:
            for writer in self._writers.values():
                writer.close()
            for file in self._files:
                if kind is None:
                    file.flush()
                    os.fsync(file.fileno())
        finally:
            for file in self._files:
                file.close()


def _write(path: Path, table: "pa.Table") -> None:
    import pyarrow.parquet as pq

    with path.open("wb") as file:
        pq.write_table(table, file, compression="zstd")
        file.flush()
        os.fsync(file.fileno())


def _sync(directory: Path) -> None:
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _glob_escaped(path: Path) -> str:
    return "".join(f"[{c}]" if c in "*?[" else c for c in str(path))
