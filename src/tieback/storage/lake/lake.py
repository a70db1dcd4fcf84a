"""The lake: append-only facts. Written as Parquet, read with DuckDB.

    parts/<part>/<table>.parquet     one part: all tables of one batch, and ``units.parquet``
    parts/<part>/seal.json           proof that this user's tieback wrote it (``seal``)
    drafts/<part>.<process>.<n>/     an unfinished part; those of a run's workers are in its folder (``fencing``)

A part is published by one rename of its directory, so readers see all of its tables or none, and an interrupted process
leaves at most a draft. A part is named after its units: publishing it again changes nothing. ``compaction`` merges many
parts into one, as described in ``read_layout``. Damaged parts are ignored; ``Lake.damaged`` lists them.
"""

import hashlib
import os
import re
import shutil
import tempfile
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Self

from tieback.model.errors import WorkspaceError
from tieback.model.unit import Unit
from tieback.storage.failures import storage_errors
from tieback.storage.lake.fencing import check_fence, close_fences
from tieback.storage.lake.layout import Layout, MergedPart, note_damage, read_layout, reader_lock, write_merged_part
from tieback.storage.lake.parquet_check import file_damage
from tieback.storage.lake.seal import write_seal
from tieback.storage.lake.sql import Databases

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa
    import pyarrow.parquet as pq

type Rows = pa.Table | Iterable[pa.Table]
"""Rows of a table: at once, or in pieces if they are too many for the memory."""
GROUP_ROWS, GROUP_BYTES = 65_536, 16 * 1024 * 1024
"""Pieces are written as row groups of about this size. A reader of single rows needs the memory of a part of one."""
_ROWS_AT_ONCE = 512


class DamagedPartError(WorkspaceError):
    """A part turned out to be damaged while its rows were read. It is recorded, so the next attempt leaves it out."""


def part_name(batch: Iterable[Unit]) -> str:
    """The name of a batch's part: a digest of the keys and versions of its units, in order."""
    digest = hashlib.sha256()
    for unit in batch:
        digest.update(f"{unit.key}\0{unit.version}\0".encode())
    return f"units-{digest.hexdigest()[:40]}"


class Lake:
    """A lake in a directory. Keeps nothing open; many processes may use it concurrently."""

    def __init__(self, directory: Path, fence: str = "", key: bytes = b"") -> None:
        """Set the directory.

        Args:
            directory: directory of the lake; created with the first part.
            fence: fence of the run, for its workers: they can publish until another run starts.
            key: seals new parts (``seal``); without one, parts are not sealed, and seals are not checked.
        """
        self.directory = directory
        self.key = key
        self._parts = directory / "parts"
        self._databases = Databases(self._parts.absolute())
        self._drafts = directory / "drafts" / fence
        self._fenced = bool(fence)
        self._ignored: dict[str, str] = {}
        """Damaged parts that could not be recorded, because the disk is read-only or full; with the reason."""

    def publish(self, part: str, tables: Mapping[str, "Rows"], units: Sequence[Unit] = ()) -> bool:
        """Write the tables of a part and publish them in one atomic step, durable on disk.

        Args:
            part: its name: ``part_name(batch)``, or any file name for rows without a unit.
            tables: rows by table; tables without rows are left out.
            units: units of these results.

        Returns:
            True if it was published now; false if it already existed and nothing was changed.

        Raises:
            WorkspaceError: the disk is full or cannot be written. Nothing is published then.
        """
        from tieback.storage.lake.schemas import rows_table

        if self.is_published(part):
            return False
        members = rows_table("units", ((u.key, u.version, u.source, u.size, part) for u in units))
        try:
            with self._becoming(part) as directory:
                for name, rows in tables.items():
                    _write_pieces(directory / f"{name}.parquet", rows)
                _write(directory / "units.parquet", members)
                if self.key:
                    write_seal(directory, part, self.key)
        except WorkspaceError:
            if self.is_published(part):
                return False  # another process was faster with the same part
            raise
        return True

    @contextmanager
    def stage_part(self, part: str) -> Iterator["PartStaging"]:
        """A part whose rows are added step by step; it is published when the context ends without an error.

        Raises:
            WorkspaceError: the disk is full or cannot be written. After this or any other error, nothing is
                published.
        """
        from tieback.storage.lake.schemas import rows_table

        with self._becoming(part) as directory:
            with PartStaging(directory) as draft:
                yield draft
            _write(directory / "units.parquet", rows_table("units", ()))
            if self.key:
                write_seal(directory, part, self.key)

    @contextmanager
    def replacement(self, part: str, told: MergedPart) -> Iterator[Path]:
        """A directory for the Parquet files of a part that replaces others; published like ``draft``.

        Raises:
            WorkspaceError: as ``draft``.
        """
        with self._becoming(part) as directory:
            yield directory
            digests = {}
            for path in sorted(directory.iterdir()):
                with path.open("rb") as file:
                    os.fsync(file.fileno())
                    digests[path.name] = hashlib.file_digest(file, "sha256").hexdigest()
            write_merged_part(directory, MergedPart(told.replaces, told.holds, digests))
            if self.key:
                write_seal(directory, part, self.key, told.holds)

    def publish_nothing(self, part: str, told: MergedPart) -> None:
        """Publish a part without rows that replaces others. Raises ``WorkspaceError``."""
        from tieback.storage.lake.schemas import rows_table

        with self.replacement(part, told) as directory:
            _write(directory / "units.parquet", rows_table("units", ()))

    @contextmanager
    def _becoming(self, part: str) -> Iterator[Path]:
        """A new directory that becomes the part when the context ends without an error."""
        with storage_errors(self.directory):
            self._open_drafts()
            draft = Path(tempfile.mkdtemp(dir=self._drafts, prefix=f"{part}.{os.getpid()}."))
            try:
                yield draft
                _sync(draft)
                draft.rename(self._parts / part)
            except BaseException as error:
                shutil.rmtree(draft, ignore_errors=True)
                if isinstance(error, OSError) and self._fenced and not self.is_published(part):
                    check_fence(self._drafts)
                raise
            _sync(self._parts)

    def is_published(self, part: str) -> bool:
        """True if the rows of the part can be read, from its own directory or from a merged part."""
        now = self.layout()
        return part in now.held or part in now.live

    def parts(self) -> set[str]:
        """The names of all published parts whose rows can be read."""
        return self.layout().published()

    def layout(self) -> Layout:
        """The live directories. Raises ``WorkspaceError``."""
        with storage_errors(self.directory):
            return read_layout(self.directory, self._ignored)

    def note_damage(self, part: str, why: str) -> None:
        """Record that a part is damaged; only for this process if the disk is read-only or full."""
        try:
            note_damage(self.directory, part, why)
        except OSError:
            self._ignored[part] = why

    def has(self, table: str) -> bool:
        """True if any part has rows of a table; much faster than a query that finds none. Raises ``WorkspaceError``."""
        live = self.layout().live
        return any(self._file(part, table).exists() for part in live)

    def damaged_parts(self) -> dict[str, str]:
        """Damaged parts that are ignored, with the reason. Raises ``WorkspaceError``."""
        return dict(self.layout().damaged)

    def read(self, part: str, table: str, units: tuple[str, str] | None = None) -> "pa.Table":
        """One table of one part; empty if the part has no such rows.

        Args:
            part: a part as published, or the value of ``part`` in the table ``units``.
            table: its name.
            units: only units between these two; other row groups are skipped.

        Raises:
            WorkspaceError: the part is damaged or cannot be read.
        """
        import pyarrow as pa
        import pyarrow.compute as pc
        import pyarrow.parquet as pq

        from tieback.storage.lake.schemas import SCHEMAS

        with reader_lock(self.directory):
            where = part if (self._parts / part).is_dir() else self.layout().held.get(part, part)
            path = self._parts / where / f"{table}.parquet"
            with storage_errors(path):
                if not path.exists():
                    return SCHEMAS[table].empty_table()
                with pq.ParquetFile(path) as file:
                    if units is None:
                        found = file.read()
                    else:
                        at = file.schema_arrow.get_field_index("unit")
                        groups = [n for n in range(file.num_row_groups) if _overlaps(file, n, at, units)]
                        found = file.read_row_groups(groups)
                        within = pc.and_(
                            pc.greater_equal(found["unit"], pa.scalar(units[0])),
                            pc.less_equal(found["unit"], pa.scalar(units[1])),
                        )
                        found = found.filter(within)
        if where == part:
            return found
        if table == "units":
            return found.filter(pc.equal(found["part"], part))
        if "unit" not in found.column_names:
            return found
        mine = self.read(part, "units")
        return found.filter(pc.is_in(_names(found), value_set=_names(mine)))

    def rows_in_order(
        self, table: str, columns: Sequence[str], keys: "pa.Table"
    ) -> Iterator[tuple[tuple[str, str], tuple[Any, ...]]]:
        """Rows of some units in the order in which they were written; those of one unit follow each other.

        A sorted query would hold all rows in memory or write them to the disk again; here, a few hundred are in memory.

        Args:
            table: its name; it has the columns ``unit`` and ``version``.
            columns: to read.
            keys: the units, with the columns ``unit`` and ``version``.

        Yields:
            The unit, and the values of the columns.

        Raises:
            DamagedPartError: begin again.
            WorkspaceError: the lake cannot be read.
        """
        wanted: dict[str, set[tuple[str, str]]] = {}
        sql = "SELECT DISTINCT part, unit, version FROM units SEMI JOIN keys USING (unit, version) ORDER BY ALL"
        with reader_lock(self.directory):
            for part, unit, version in self.stream(sql, tables={"keys": keys}):
                wanted.setdefault(part, set()).add((unit, version))
            for part, units in wanted.items():
                path = self._file(part, table)
                if path.exists():
                    yield from self._rows_of(part, path, columns, units)

    def _rows_of(
        self, part: str, path: Path, columns: Sequence[str], units: "set[tuple[str, str]]"
    ) -> Iterator[tuple[tuple[str, str], tuple[Any, ...]]]:
        import pyarrow as pa
        import pyarrow.parquet as pq

        between = min(units)[0], max(units)[0]
        try:
            with pq.ParquetFile(path, page_checksum_verification=True, pre_buffer=False, buffer_size=1 << 16) as file:
                at = file.schema_arrow.get_field_index("unit")
                groups = [n for n in range(file.num_row_groups) if _overlaps(file, n, at, between)]
                found = file.iter_batches(_ROWS_AT_ONCE, groups, ["unit", "version", *columns], use_threads=False)
                for batch in found:
                    values = [batch.column(name).to_pylist() for name in ("unit", "version", *columns)]
                    for unit, version, *row in zip(*values, strict=True):
                        if (unit, version) in units:
                            yield (unit, version), tuple(row)
        except (OSError, ValueError, pa.ArrowException) as error:
            with storage_errors(path):
                if not (why := _told(path, whole=True)):
                    raise
            self.note_damage(part, why)
            raise DamagedPartError(f"part {part} is damaged ({why})", where=str(self.directory)) from error

    def clear_staging(self) -> int:
        """Remove drafts of interrupted processes, and revoke the right to publish from workers of earlier runs.

        Only under ``Workspace.lock``. Returns the number of drafts.
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
        """The whole result of a query; for small results.

        Args:
            sql: DuckDB's SQL, over the tables of ``schemas`` and ``tables``; it can read no other file.
            params: values for ``?``, or by name for ``$name``.
            tables: additional tables, by name.

        Raises:
            WorkspaceError: the lake cannot be read, or there is not enough memory and disk.
            duckdb.Error: the query itself is wrong.
        """
        while True:
            try:
                with self._connected(sql, tables) as connection:
                    return connection.sql(sql, params=params).to_arrow_table()
            except Exception as error:  # noqa: BLE001 - raised again where no file of the lake is to blame
                self._leave_out(sql, error)

    def stream(
        self,
        sql: str,
        params: Sequence[Any] | None = None,
        *,
        tables: Mapping[str, "pa.Table"] | None = None,
        rows_a_batch: int = 10_000,
    ) -> Generator[tuple[Any, ...]]:
        """The rows of a result of any size, a bounded number in memory. Arguments and errors as in ``query``."""
        begun = False
        while True:
            try:
                with self._connected(sql, tables) as connection:
                    answer = connection.execute(sql, params)
                    while rows := answer.fetchmany(rows_a_batch):
                        begun = True
                        yield from rows
                    return
            except Exception as error:
                if begun:
                    raise
                self._leave_out(sql, error)

    def batches(
        self, sql: str, params: Sequence[Any] | None = None, *, rows_a_batch: int = 10_000
    ) -> Iterator["pa.RecordBatch"]:
        """The rows of a result of any size as Arrow batches, a bounded number in memory. Errors as in ``query``."""
        begun = False
        while True:
            try:
                with self._connected(sql, None) as connection:
                    for batch in connection.sql(sql, params=params).to_arrow_reader(rows_a_batch):
                        begun = True
                        yield batch
                    return
            except Exception as error:
                if begun:
                    raise
                self._leave_out(sql, error)

    def _leave_out(self, sql: str, error: Exception) -> None:
        """Find the damaged parts that made a query fail, and record them, so that the query can be repeated.

        Raises:
            Exception: the original error, if there are none.
        """
        import duckdb

        from tieback.storage.lake.schemas import SCHEMAS

        cause = error.__cause__ if isinstance(error, WorkspaceError) else error
        # An invalid query, too little memory, or a full disk (sorting spills) are not damage.
        others = (duckdb.ParserException, duckdb.OutOfMemoryException)
        if not isinstance(cause, duckdb.Error) or isinstance(cause, others) or "No space left" in str(cause):
            raise error
        tables = [name for name in SCHEMAS if re.search(rf"\b{name}\b", sql)]
        live = self.layout().live
        files = [path for part in live for name in tables if os.path.lexists(path := self._file(part, name))]
        # Footers show most damage; read everything only if they do not and it is a read error.
        found = {path.parent.name: why for path in files if (why := _told(path, whole=False))}
        if not found and not isinstance(cause, duckdb.BinderException | duckdb.CatalogException):
            found = {path.parent.name: why for path in files if (why := _told(path, whole=True))}
        if not found:
            raise error
        for part, why in found.items():
            self.note_damage(part, why)

    @contextmanager
    def _connected(self, sql: str, tables: Mapping[str, "pa.Table"] | None) -> Iterator["duckdb.DuckDBPyConnection"]:
        with (
            storage_errors(self.directory),
            reader_lock(self.directory),
            self._databases.connect(self.layout().live, sql, tables) as connection,
        ):
            yield connection

    def _file(self, part: str, table: str) -> Path:
        return self._parts / part / f"{table}.parquet"


class PartStaging:
    """The tables of an unfinished part. Use ``Lake.draft``."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._writers: dict[str, pq.ParquetWriter] = {}
        self._files: list[BinaryIO] = []

    def add(self, name: str, table: "pa.Table") -> None:
        """Write more rows of a table; each call writes one row group."""
        import pyarrow.parquet as pq

        writer = self._writers.get(name)
        if writer is None:
            file = (self._directory / f"{name}.parquet").open("wb")
            self._files.append(file)
            writer = self._writers[name] = pq.ParquetWriter(
                file, table.schema, compression="zstd", write_page_checksum=True
            )
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


def _write_pieces(path: Path, rows: "Rows") -> None:
    """Write rows as row groups of bounded size; nothing if there are none."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    if isinstance(rows, pa.Table):
        if rows.num_rows:
            _write(path, rows)
        return
    with ExitStack() as stack:
        writer: pq.ParquetWriter | None = None
        for group in _row_groups(rows):
            if writer is None:
                file = stack.enter_context(path.open("wb"))
                stack.callback(os.fsync, file.fileno())
                stack.callback(file.flush)
                writer = stack.enter_context(
                    pq.ParquetWriter(file, group.schema, compression="zstd", write_page_checksum=True)
                )
            writer.write_table(group)


def _row_groups(pieces: "Iterable[pa.Table]") -> "Iterator[pa.Table]":
    import pyarrow as pa

    kept: list[pa.Table] = []
    rows = size = 0
    for piece in pieces:
        kept.append(piece)
        rows, size = rows + piece.num_rows, size + piece.nbytes
        if rows >= GROUP_ROWS or size >= GROUP_BYTES:
            yield pa.concat_tables(kept)
            kept, rows, size = [], 0, 0
    if rows:
        yield pa.concat_tables(kept)


def _write(path: Path, table: "pa.Table") -> None:
    import pyarrow.parquet as pq

    with path.open("wb") as file:
        pq.write_table(table, file, compression="zstd", write_page_checksum=True)
        file.flush()
        os.fsync(file.fileno())


def _sync(directory: Path) -> None:
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _names(table: "pa.Table") -> "pa.Array":
    """Unit and version of each row as one text."""
    import pyarrow.compute as pc

    return pc.binary_join_element_wise(table["unit"], table["version"], "\0").combine_chunks()


def _told(path: Path, *, whole: bool) -> str:
    why = file_damage(path, whole=whole)
    return why and f"{path.name}: {why}"


def _overlaps(file: "pq.ParquetFile", group: int, column: int, units: tuple[str, str]) -> bool:
    """True if a row group may contain units between the two."""
    known = file.metadata.row_group(group).column(column).statistics
    return known is None or not known.has_min_max or (known.min <= units[1] and units[0] <= known.max)
