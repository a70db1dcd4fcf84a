"""Runs as partitioned Parquet for other programs, in a folder or an object store.

    table=<table>/run=<run>/part-00000.parquet    Hive partitions; zstd; at most ``FILE_BYTES`` per file
    _runs/<run>.json                              written last: {"run", "tables": {table: {"rows", "files": [...]}}}

Every table contains only rows of its run, so that each run is complete. Exporting the same run again writes the same
files. Data only for the probes (``public_keys``), and data that belongs to no run, is not exported.
"""

import hashlib
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import sqlalchemy as sa

from tieback.model.errors import UsageError, WorkspaceError
from tieback.storage.export_target import ExportTarget
from tieback.storage.failures import storage_errors
from tieback.storage.lake.compaction import ORDERS, RUN_TABLES
from tieback.storage.lake.lake import Lake
from tieback.storage.lake.schemas import SCHEMAS
from tieback.storage.ledger.ledger import Ledger
from tieback.storage.ledger.tables import exposure_apps, exposures, findings, runs

if TYPE_CHECKING:
    import pyarrow as pa

FILE_BYTES = 128 * 1024 * 1024
ROWS_A_GROUP = 100_000
ROWS_A_BATCH = 10_000
UNIT_TABLES = ("apps", "sightings", "credentials", "not_backends", "problems", "flows")
LEDGER_TABLES = (exposures, exposure_apps, findings)
TABLES = (*UNIT_TABLES, *sorted(RUN_TABLES), *(table.name for table in LEDGER_TABLES))
"""All exported tables."""


class ExportFile(msgspec.Struct, frozen=True):
    """One file of an export."""

    path: str
    rows: int
    bytes: int
    sha256: str


class ExportedTable(msgspec.Struct, frozen=True):
    """One table of a run."""

    rows: int
    files: tuple[ExportFile, ...]


def runs_to_export(ledger: Ledger, wanted: Iterable[str], *, every: bool, where: str) -> list[str]:
    """The runs named by the user; default: the last finished run.

    Raises:
        UsageError: a run is unknown or unfinished.
        WorkspaceError: there is no finished run.
    """
    query = sa.select(runs.c.id).where(runs.c.ended.is_not(None)).order_by(runs.c.ended, runs.c.id)
    ended = ledger.database.read(lambda connection: list(connection.execute(query).scalars()))
    if not ended:
        raise WorkspaceError("no finished run", where=where, advice="Run `tieback scan` first")
    named = list(wanted)
    if unknown := [run for run in named if run not in ended]:
        raise UsageError(f"no finished run {unknown[0]}", where="--run", advice=f"The last finished run is {ended[-1]}")
    return ended if every else named or ended[-1:]


def export_run(
    lake: Lake, ledger: Ledger, run: str, place: ExportTarget, *, file_bytes: int = FILE_BYTES
) -> dict[str, ExportedTable]:
    """Write the tables of a run.

    Args:
        lake: source lake.
        ledger: contains its conclusions.
        run: a finished run.
        place: target.
        file_bytes: approximate maximum size of a file.

    Raises:
        TiebackError: the lake cannot be read, or the target cannot be written; ``_runs/<run>.json`` is then missing, or
            describes an earlier export.
    """
    done = {}
    for table, batches in _tables(lake, ledger, run):
        folder = f"table={table}/run={run}"
        files = tuple(_written(batches, place, folder, file_bytes))
        if files:
            done[table] = ExportedTable(sum(file.rows for file in files), files)
        # Remaining files of a larger export; the other names are the same each time.
        new = {file.path for file in files}
        place.remove([path for path in place.files(folder) if path not in new])
    with _scratch() as here:
        told = here / "run.json"
        told.write_bytes(msgspec.json.format(msgspec.json.encode({"run": run, "tables": done})))
        place.put(f"_runs/{run}.json", told)
    return done


@contextmanager
def _scratch() -> Iterator[Path]:
    """A folder for temporary files."""
    with tempfile.TemporaryDirectory(prefix="tieback-export-") as folder:
        yield Path(folder)


def _tables(lake: Lake, ledger: Ledger, run: str) -> Iterator[tuple[str, Iterator["pa.RecordBatch"]]]:
    """Every table with its rows; the run is part of the folder name."""
    for table in UNIT_TABLES:
        sql = f"""SELECT * FROM {table}
            SEMI JOIN (SELECT unit, version FROM inputs WHERE run = ? AND problem = '') USING (unit, version)
            ORDER BY {ORDERS[table]}"""  # noqa: S608 - our own names
        yield table, lake.batches(sql, [run])
    for table in sorted(RUN_TABLES):
        order = ORDERS[table].removeprefix("run, ")
        columns = ", ".join(f'"{name}"' for name in SCHEMAS[table].names if name != "run")
        yield table, lake.batches(f"SELECT {columns} FROM {table} WHERE run = ? ORDER BY {order}", [run])  # noqa: S608
    for ledger_table in LEDGER_TABLES:
        yield ledger_table.name, _of_ledger(ledger, ledger_table, run)


def _of_ledger(ledger: Ledger, table: sa.Table, run: str) -> Iterator["pa.RecordBatch"]:
    import pyarrow as pa

    columns = [column for column in table.c if column.name != "run"]
    kinds = [pa.int64() if isinstance(column.type, sa.Integer) else pa.string() for column in columns]
    schema = pa.schema([(column.name, kind) for column, kind in zip(columns, kinds, strict=True)])
    query = sa.select(*columns).where(table.c.run == run).order_by(*table.primary_key.columns)
    with ledger.database.reading() as connection:
        answer = connection.execution_options(yield_per=ROWS_A_BATCH).execute(query)
        for some in answer.partitions(ROWS_A_BATCH):
            arrays = [pa.array(values, kind) for values, kind in zip(zip(*some, strict=True), kinds, strict=True)]
            yield pa.record_batch(arrays, schema=schema)


def _written(
    batches: Iterator["pa.RecordBatch"], place: ExportTarget, folder: str, file_bytes: int
) -> Iterator[ExportFile]:
    """Write files of bounded size, with one temporary file at a time."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    number = 0
    batch = _next_filled(batches)
    while batch is not None:
        with _scratch() as here:
            file = here / "part.parquet"
            rows = 0
            with storage_errors(here):
                with pq.ParquetWriter(file, batch.schema, compression="zstd", write_page_checksum=True) as writer:
                    waiting: list[pa.RecordBatch] = []
                    while batch is not None and (not rows or file.stat().st_size < file_bytes):
                        waiting.append(batch)
                        rows += batch.num_rows
                        if sum(one.num_rows for one in waiting) >= ROWS_A_GROUP:
                            writer.write_table(pa.Table.from_batches(waiting))
                            waiting.clear()
                        batch = _next_filled(batches)
                    if waiting:
                        writer.write_table(pa.Table.from_batches(waiting))
                with file.open("rb") as opened:
                    digest = hashlib.file_digest(opened, "sha256").hexdigest()
                size = file.stat().st_size
            path = f"{folder}/part-{number:05}.parquet"
            place.put(path, file)
        yield ExportFile(path, rows, size, digest)
        number += 1


def _next_filled(batches: Iterator["pa.RecordBatch"]) -> "pa.RecordBatch | None":
    return next((batch for batch in batches if batch.num_rows), None)


def totals(done: Mapping[str, ExportedTable]) -> dict[str, Any]:
    """Rows, files and bytes by table, for people."""
    return {
        name: {"rows": one.rows, "files": len(one.files), "bytes": sum(file.bytes for file in one.files)}
        for name, one in done.items()
    }
