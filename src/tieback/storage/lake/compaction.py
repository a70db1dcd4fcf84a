"""Merge small parts into large ones, sorted so that a query for an app or a run reads only the relevant row groups.

A batch of the engine is one part, so a million apps produce tens of thousands of parts. ``compact`` writes the rows of
several parts into a new one and publishes it with one rename (``storage.lake.layout``): readers see either the old
parts or the new one. An interruption leaves a draft, or directories that are no longer read; ``upkeep.sweep`` removes
them. The ledger is not affected: it names parts as they were published, and the lake maps them to their rows.
"""

import os
import secrets
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from tieback.model.count_text import count_text
from tieback.model.errors import WorkspaceError
from tieback.storage.failures import storage_errors
from tieback.storage.lake.lake import Lake
from tieback.storage.lake.layout import MERGED, MergedPart, note_damage, read_merged_part
from tieback.storage.lake.parquet_check import damage
from tieback.storage.lake.sql import sql_list, sql_literal, writing_files
from tieback.storage.lake.upkeep import sweep

if TYPE_CHECKING:
    import duckdb

MIN_SMALL_PARTS = 64
"""Number of small parts of one kind that triggers a merge after a run."""
MIN_SMALL_PARTS_OF_RUN = 8
"""The same, for parts of one run."""
TARGET_BYTES = 256 * 1024 * 1024
"""Target size of a merged part in bytes; a part of at least half this size is not merged again."""
MAX_PARTS_PER_MERGE = 500
"""Maximum parts merged at once: all of their files are open then."""
ROWS_A_GROUP = 122_880
"""Rows per row group: the unit that DuckDB reads or skips."""

ORDERS: Mapping[str, str] = {
    # A published part is found by its name.
    "units": "part, unit, version",
    "apps": "unit, version",
    "sightings": "unit, version, ordinal",
    "credentials": "unit, version, ordinal",
    "public_keys": "unit, version, kind, value",
    "not_backends": "unit, version, ordinal",
    "problems": "unit, version, ordinal",
    "flows": "unit, version, ordinal",
    "objects": "unit, version, ordinal",
    "dns_answers": "name, kind, asked",
    "inputs": "run, ordinal",
    "run_data": "run, ordinal",
    "run_rules": "run, ordinal",
    "run_skipped": "run, ordinal",
    "backends": "run, ordinal",
    "probes": "run, ordinal",
}
"""Sort order of the rows in a merged part. Tables in ``NEVER_MERGED`` are not merged."""
NEVER_MERGED = frozenset(
    {
        "imports",
        "passive_services",
        "passive_sightings",
        "declarations",
        "posture_imports",
        "posture_resources",
        "posture_dependencies",
    }
)
"""Tables with few parts, one per imported file, already divided as their readers need."""
BLOOM_FILTER_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "apps": ("bundle_id",),
    "sightings": ("value", "host"),
    "flows": ("bundle_id", "server_name"),
    "backends": ("value", "host"),
    "probes": ("target", "address"),
    "dns_answers": ("name",),
}
"""Columns queried across the sort order: each row group has a Bloom filter for them."""
FALSE_POSITIVES = 0.05
RUN_TABLES = frozenset({"inputs", "run_data", "run_rules", "run_skipped", "backends", "probes"})
"""Tables of runs: a merged part contains only one run, so that reports of other runs do not read it."""


class CompactionResult(msgspec.Struct, frozen=True):
    """Result of a compaction."""

    before: int
    """Number of directories read before."""
    after: int
    """Number of directories afterwards."""
    merged: int
    """Number of new parts."""
    rows: int
    """Number of rows in them."""
    bytes_before: int
    """Size of all parts before."""
    bytes_after: int
    """Size of all parts."""
    swept: bool
    """True if the old directories were removed; otherwise they are still in use, and a later run removes them."""


def compact(lake: Lake, *, many: int = 2, target: int = TARGET_BYTES) -> CompactionResult:
    """Merge small parts of units, and of each run. Only under ``Workspace.lock``, without running workers.

    Args:
        lake: the lake.
        many: minimum number of small parts of one kind.
        target: target size of a merged part in bytes.

    Raises:
        WorkspaceError: the disk is full or cannot be written; the lake is unchanged then.
    """
    sweep(lake)
    before = _sizes(lake)
    merged = rows = 0
    while True:
        done = _round(lake, many, target)
        merged, rows = merged + len(done), rows + sum(done)
        swept = sweep(lake)
        # A round merges as many parts as can be open at once; the next round merges the results.
        if len(done) < 2:
            break
    after = _sizes(lake)
    return CompactionResult(len(before), len(after), merged, rows, sum(before.values()), sum(after.values()), swept)


def _round(lake: Lake, many: int, target: int) -> list[int]:
    """Merge small parts once. Returns the number of rows of each new part."""
    sizes = _sizes(lake)
    if len(sizes) < min(many, MIN_SMALL_PARTS_OF_RUN):
        return []
    made: list[int] = []
    for kind, parts in _kinds(lake, [part for part in sizes if sizes[part] < target // 2]).items():
        if len(parts) < (min(many, MIN_SMALL_PARTS_OF_RUN) if kind else many):
            continue
        sound = (_sound(lake, group) for group in _groups(parts, sizes, target))
        made.extend(merge_parts(lake, group, kind) for group in sound if group)
    return made


def _sizes(lake: Lake) -> dict[str, int]:
    with storage_errors(lake.directory):
        return {part: _size(lake.directory / "parts" / part) for part in lake.layout().live}


def merge_parts(
    lake: Lake, parts: Sequence[str], run: str = "", but: Mapping[str, str] | None = None, without: Path | None = None
) -> int:
    """Publish one part with the rows of several, replacing them. Returns its number of rows.

    Args:
        lake: the lake.
        parts: live directories.
        run: run of the parts, for the name.
        but: SQL conditions per table for rows to leave out; may refer to ``gone`` (see ``without``).
        without: Parquet file for the view ``gone``, inside the lake's directory.

    Raises:
        WorkspaceError: the lake cannot be read or written, or rows are missing. Nothing is changed then.
    """
    folder = lake.directory.absolute() / "parts"
    old = [read_merged_part(folder / part) for part in parts if part.startswith(MERGED)]
    replaces = {*parts, *(name for one in old for name in one.replaces)}
    holds = {part for part in parts if not part.startswith(MERGED)} | {name for one in old for name in one.holds}
    name = f"{MERGED}{run or 'units'}-{secrets.token_hex(8)}"
    conditions = but or {}
    if conditions:
        holds = _still_held(lake, parts, holds, conditions, without)
    count = 0
    with (
        lake.replacement(name, MergedPart(tuple(sorted(replaces)), tuple(sorted(holds)))) as draft,
        writing_files(lake.directory.absolute()) as connection,
    ):
        if without is not None:
            connection.execute(f"CREATE VIEW gone AS FROM read_parquet({sql_literal(str(without.absolute()))})")
        for table, order in ORDERS.items():
            files = [file for part in parts if (file := folder / part / f"{table}.parquet").exists()]
            if not files:
                continue
            there = f"FROM read_parquet({sql_list(files)}, union_by_name = true)"
            if table in conditions:
                there += f" WHERE NOT ({conditions[table]})"
            target = draft / f"{table}.parquet"
            rows = _write_sorted(
                connection, f"SELECT * {there} ORDER BY {order}", target, BLOOM_FILTER_COLUMNS.get(table, ())
            )
            expected = connection.execute(f"SELECT count(*) {there}").fetchall()[0][0]
            if rows != expected:
                raise WorkspaceError(
                    f"{table}: only {rows} of {count_text(expected, 'row was', 'rows were')} written",
                    where=str(lake.directory),
                )
            if not rows and table != "units":
                target.unlink()
                continue
            count += rows
        if not (draft / "units.parquet").exists():
            raise WorkspaceError("parts without units.parquet", where=", ".join(parts))
    return count


def drop_parts(lake: Lake, parts: Sequence[str]) -> None:
    """Remove parts with all their rows in one step; ``upkeep.sweep`` deletes them from disk.

    Raises:
        WorkspaceError: the lake cannot be written. Nothing is changed then.
    """
    folder = lake.directory.absolute() / "parts"
    with storage_errors(lake.directory):
        old = [read_merged_part(folder / part) for part in parts if part.startswith(MERGED)]
    replaces = {*parts, *(name for one in old for name in one.replaces)}
    lake.publish_nothing(f"{MERGED}nothing-{secrets.token_hex(8)}", MergedPart(tuple(sorted(replaces)), ()))


def _write_sorted(connection: "duckdb.DuckDBPyConnection", sql: str, target: Path, named: Sequence[str]) -> int:
    """Write a query result in row groups, with Bloom filters for the named columns."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    reader = connection.sql(sql).to_arrow_reader(ROWS_A_GROUP)
    filters = {name: {"ndv": ROWS_A_GROUP, "fpp": FALSE_POSITIVES} for name in named if name in reader.schema.names}
    count = 0
    with pq.ParquetWriter(
        target, reader.schema, compression="zstd", write_page_checksum=True, bloom_filter_options=filters
    ) as writer:
        for batch in reader:
            writer.write_table(pa.Table.from_batches([batch]))
            count += batch.num_rows
    return count


def _still_held(
    lake: Lake, parts: Sequence[str], holds: set[str], conditions: Mapping[str, str], without: Path | None
) -> set[str]:
    """Parts in ``holds`` that keep a row. The others may be published again when their inputs return."""
    folder = lake.directory.absolute() / "parts"
    with writing_files(lake.directory.absolute()) as connection:
        if without is not None:
            connection.execute(f"CREATE VIEW gone AS FROM read_parquet({sql_literal(str(without.absolute()))})")
        files = [folder / part / "units.parquet" for part in parts]
        there = f"FROM read_parquet({sql_list(files)}, union_by_name = true)"
        every = {row[0] for row in connection.execute(f"SELECT DISTINCT part {there}").fetchall()}
        if "units" not in conditions:
            return holds
        sql = f"SELECT DISTINCT part {there} WHERE NOT ({conditions['units']})"
        kept = {row[0] for row in connection.execute(sql).fetchall()}
    return {part for part in holds if part in kept or part not in every}


def _kinds(lake: Lake, parts: Sequence[str]) -> dict[str, list[str]]:
    """The parts that can be merged, by kind: units under an empty name, each run under its ID, and DNS."""
    found: dict[str, list[str]] = {}
    for part in parts:
        tables = {path.stem for path in (lake.directory / "parts" / part).glob("*.parquet")}
        if not tables <= ORDERS.keys():
            continue
        mine = tables & RUN_TABLES
        run = run_of(lake.directory / "parts" / part) if mine else ""
        if mine and (not run or tables - mine - {"units"}):
            continue  # several runs, or also units: never written by tieback
        if "dns_answers" in tables:
            run = "dns"  # DNS answers are kept when units are removed
        found.setdefault(run, []).append(part)
    return found


def run_of(part: Path) -> str:
    """The single run that a part belongs to, from its footers; empty for none or several."""
    import pyarrow.parquet as pq

    found = set()
    for path in part.glob("*.parquet"):
        if path.stem not in RUN_TABLES:
            continue
        try:
            meta = pq.read_metadata(path)
        except (OSError, ValueError):
            return ""
        for group in range(meta.num_row_groups):
            known = meta.row_group(group).column(0).statistics
            found |= {known.min, known.max} if known is not None and known.has_min_max else {""}
    run = found.pop() if len(found) == 1 else ""
    return run if isinstance(run, str) and run.replace("-", "").isalnum() else ""


def _groups(parts: Sequence[str], sizes: Mapping[str, int], target: int) -> Iterator[list[str]]:
    """Groups of parts to merge, each up to the target size."""
    group: list[str] = []
    held = 0
    for part in parts:
        if group and (held + sizes[part] > target or len(group) == MAX_PARTS_PER_MERGE):
            if len(group) > 1:
                yield group
            group, held = [], 0
        group.append(part)
        held += sizes[part]
    if len(group) > 1:
        yield group


def _sound(lake: Lake, parts: Sequence[str]) -> list[str]:
    """The parts that are valid Parquet; others are recorded as damaged. Empty if only one is left."""
    found = []
    for part in parts:
        why = damage(lake.directory / "parts" / part, whole=False)
        if why:
            with storage_errors(lake.directory):
                note_damage(lake.directory, part, why)
        else:
            found.append(part)
    return found if len(found) > 1 else []


def _size(part: Path) -> int:
    with os.scandir(part) as entries:
        return sum(entry.stat().st_size for entry in entries)
