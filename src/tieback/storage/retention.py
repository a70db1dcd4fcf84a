"""Retention: remove old runs, their conclusions, and the units of work that no remaining run uses.

    retention.toml           older_than = "180d", keep_runs = 3; command-line options have priority
    lake/pruning/            pending removal: gone.parquet (units), plan.json with its seal, written before anything is
                             removed

The ledger and the lake are separate, so the removal is first recorded, and completed by the next run after an
interruption. Parts of the lake are rewritten without the rows, each by one rename (``compaction``). The audit log is
kept as a whole: it is evidence, and each line confirms the previous one. Cases with their letters, the inventory,
grants of remaining runs, and imported reports are also kept.
"""

import hashlib
import hmac
import re
import shutil
import time
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from itertools import batched
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import sqlalchemy as sa
from sqlalchemy import Connection

from tieback.model.errors import UsageError, WorkspaceError
from tieback.model.small_file import read_small
from tieback.storage.failures import storage_errors
from tieback.storage.lake.compaction import ORDERS, RUN_TABLES, drop_parts, merge_parts, run_of
from tieback.storage.lake.lake import Lake
from tieback.storage.lake.upkeep import sweep
from tieback.storage.ledger.database import Database
from tieback.storage.ledger.ledger import Ledger
from tieback.storage.ledger.run_order import latest_first
from tieback.storage.ledger.tables import LedgerState, exposure_apps, exposures, findings, grants, parts, runs, units

if TYPE_CHECKING:
    import pyarrow as pa

DAY = 24 * 3600.0
MAX_FILE = 64 * 1024
_MAX_PLAN = 64 * 1024 * 1024
"""Most bytes of the plan of a removal that a kill interrupted."""
WAIT = 10.0
"""Maximum time to wait for readers of removed files, in seconds."""
ROWS_A_STATEMENT = 500
_AGE = re.compile(r"(0|[1-9]\d{0,4})d")
_OF_UNITS = frozenset(ORDERS) - RUN_TABLES - {"dns_answers"}
_GONE = "(unit, version) IN (SELECT (unit, version) FROM gone)"


class RetentionPolicy(msgspec.Struct, frozen=True):
    """What to keep."""

    days: int
    """Age in days from which a run, and a unit without a run, may be removed."""
    keep_runs: int
    """Number of latest finished runs to keep, regardless of age; 0 also removes the last one."""


class RetentionPlan(msgspec.Struct, frozen=True):
    """What a policy removes."""

    runs: tuple[str, ...]
    """IDs of the runs that are removed."""
    units: int
    """Number of apps and captures that are removed."""
    rows: Mapping[str, int]
    """Rows of the ledger and the lake, by table."""
    parts: int
    """Parts of the lake that are removed or rewritten."""


class _Plan(msgspec.Struct, frozen=True):
    """``plan.json``."""

    runs: tuple[str, ...]
    mac: str = ""
    """HMAC-SHA-256 over the runs and the hash of ``gone.parquet`` with the key of the lake, hexadecimal."""


def read_policy(path: Path | None, older_than: str | None, keep_runs: int | None) -> RetentionPolicy:
    """The policy of a workspace: from the options, or from a retention file.

    Raises:
        UsageError: the policy is missing or invalid.
    """
    told: dict[str, object] = {}
    try:
        if path is not None:
            with path.open("rb") as file:
                told = tomllib.loads(file.read(MAX_FILE).decode())
    except (OSError, ValueError, RecursionError) as error:
        raise UsageError(f"cannot be read ({error})", where=str(path), advice='Use older_than = "180d"') from None
    if unknown := told.keys() - {"older_than", "keep_runs"}:
        raise UsageError(f"unknown key {min(unknown)}", where=str(path), advice="Use older_than and keep_runs")
    age = older_than if older_than is not None else told.get("older_than")
    keep = keep_runs if keep_runs is not None else told.get("keep_runs", 1)
    where = "--older-than" if older_than is not None else str(path)
    if age is None:
        raise UsageError("missing --older-than", advice="Pass --older-than 180d, or a file with older_than")
    match = _AGE.fullmatch(age) if isinstance(age, str) else None
    if match is None:
        raise UsageError(f"{age!r} is not an age", where=where, advice="Use days, such as 180d")
    if not isinstance(keep, int) or isinstance(keep, bool) or keep < 0:
        raise UsageError(
            f"{keep!r} is not a number of runs", where=str(path), advice="Use 0 to keep none, or how many to keep"
        )
    return RetentionPolicy(int(match[1]), keep)


def plan_retention(lake: Lake, ledger: Ledger, policy: RetentionPolicy, now: float | None = None) -> RetentionPlan:
    """What would be removed; removes nothing. Raises ``WorkspaceError``."""
    gone_runs, gone = _doomed(lake, ledger, policy, time.time() if now is None else now)
    return _told(lake, ledger, gone_runs, gone)


def prune(lake: Lake, ledger: Ledger, policy: RetentionPolicy, now: float | None = None) -> tuple[RetentionPlan, bool]:
    """Remove what the policy selects. Under ``Workspace.lock``, after ``recover``.

    Returns:
        What was removed, and whether its files are deleted; files in use are deleted by the next run.

    Raises:
        WorkspaceError: the disk is full or cannot be written. The next run removes the rest.
    """
    import pyarrow.parquet as pq

    gone_runs, gone = _doomed(lake, ledger, policy, time.time() if now is None else now)
    told = _told(lake, ledger, gone_runs, gone)
    if gone_runs or gone.num_rows:
        with storage_errors(lake.directory):
            draft = lake.directory / "drafts" / "pruning"
            shutil.rmtree(draft, ignore_errors=True)
            draft.mkdir(parents=True)
            pq.write_table(gone, draft / "gone.parquet", compression="zstd")
            (draft / "plan.json").write_bytes(msgspec.json.encode(_Plan(gone_runs, _mac(lake.key, gone_runs, draft))))
            draft.rename(lake.directory / "pruning")
    return told, finish_removal(lake, ledger)


def finish_removal(lake: Lake, ledger: Ledger) -> bool:
    """Complete a recorded removal, if there is one. Under ``Workspace.lock``.

    Returns:
        True if all its files are deleted.

    Raises:
        WorkspaceError: the disk is full or cannot be written.
    """
    import pyarrow.parquet as pq

    folder = lake.directory / "pruning"
    if not folder.is_dir():
        return True
    with storage_errors(folder):
        try:
            doomed = msgspec.json.decode(read_small(folder / "plan.json", _MAX_PLAN), type=_Plan)
            if lake.key and not hmac.compare_digest(doomed.mac.encode(), _mac(lake.key, doomed.runs, folder).encode()):
                raise ValueError("your tieback did not write it")
            gone = pq.read_table(folder / "gone.parquet")
        except (OSError, ValueError, msgspec.MsgspecError, RecursionError) as error:
            raise WorkspaceError(
                f"cannot read the pending removal ({error})",
                where=str(folder),
                advice="Remove this folder, and run `tieback workspace prune` again",
            ) from None
    for part, run, some, every in _touched(lake, set(doomed.runs)):
        if run or some == every:
            drop_parts(lake, [part])
        else:
            merge_parts(lake, [part], but=dict.fromkeys(_OF_UNITS, _GONE), without=folder / "gone.parquet")
    swept = sweep(lake, WAIT)
    _forget_units(ledger.database, gone)
    _forget_runs(ledger.database, doomed.runs)
    _forget_parts(ledger, lake.parts())
    with storage_errors(folder):
        for run in doomed.runs:
            for index in (lake.directory.parent / "graph").glob(f"{run}.*"):
                shutil.rmtree(index, ignore_errors=True)
        shutil.rmtree(folder)
    return swept


def _mac(key: bytes, doomed: Sequence[str], folder: Path) -> str:
    with (folder / "gone.parquet").open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return hmac.new(key, msgspec.json.encode(["pruning", list(doomed), digest]), hashlib.sha256).hexdigest()


def _doomed(lake: Lake, ledger: Ledger, policy: RetentionPolicy, now: float) -> tuple[tuple[str, ...], "pa.Table"]:
    """Runs, and units by ``unit`` and ``version``."""
    import pyarrow as pa

    before = now - policy.days * DAY
    last = sa.select(runs.c.id).where(runs.c.ended.is_not(None)).order_by(*latest_first(now))
    old = sa.select(runs.c.id).where(sa.func.coalesce(runs.c.ended, runs.c.started) < before).order_by(runs.c.id)
    # Units in progress have a lease; quarantined units stay quarantined.
    idle = sa.select(units.c.key, units.c.version).where(
        (units.c.updated < before) & units.c.state.in_([LedgerState.DONE, LedgerState.RELEASED, LedgerState.FAILED])
    )

    def ask(connection: Connection) -> tuple[tuple[str, ...], list[tuple[str, str]]]:
        stay = set(connection.execute(last.limit(policy.keep_runs)).scalars())
        gone = tuple(run for run in connection.execute(old).scalars() if run not in stay)
        return gone, [(key, version) for key, version in connection.execute(idle)]

    gone_runs, known = ledger.database.read(ask)
    columns = zip(*known, strict=True) if known else ((), ())
    names = [pa.array(column, pa.string()) for column in columns]
    kept = pa.table({"run": pa.array(gone_runs, pa.string())})
    sql = """SELECT unit, version FROM idle
        ANTI JOIN (SELECT unit, version FROM inputs ANTI JOIN old_runs USING (run)) USING (unit, version)
        ORDER BY ALL"""
    return gone_runs, lake.query(sql, tables={"idle": pa.table(names, ["unit", "version"]), "old_runs": kept})


def _told(lake: Lake, ledger: Ledger, gone_runs: Sequence[str], gone: "pa.Table") -> RetentionPlan:
    """The removal in numbers of rows."""
    import pyarrow as pa

    tables = {"gone": gone, "old_runs": pa.table({"run": pa.array(gone_runs, pa.string())})}
    scopes = dict.fromkeys(sorted(_OF_UNITS), "gone USING (unit, version)")
    scopes |= dict.fromkeys(sorted(RUN_TABLES), "old_runs USING (run)")
    counts = [f"SELECT '{name}', count(*) FROM {name} SEMI JOIN {scope}" for name, scope in scopes.items()]  # noqa: S608
    rows = {name: count for name, count in lake.stream(" UNION ALL ".join(counts), tables=tables) if count}
    touched = list(_parts_of(lake, gone, set(gone_runs)))

    def ask(connection: Connection) -> dict[str, int]:
        found = {}
        for table in (exposures, findings):
            query = sa.select(sa.func.count()).select_from(table).where(table.c.run.in_(gone_runs))
            found[table.name] = int(connection.execute(query).scalar() or 0)
        return found

    rows |= {name: count for name, count in ledger.database.read(ask).items() if count}
    return RetentionPlan(tuple(gone_runs), gone.num_rows, rows, len(touched))


def _touched(lake: Lake, gone_runs: set[str]) -> Iterator[tuple[str, str, int, int]]:
    """As ``_parts_of``, for the recorded units; each part is checked again, because some are already done."""
    import pyarrow.parquet as pq

    yield from _parts_of(lake, pq.read_table(lake.directory / "pruning" / "gone.parquet"), gone_runs)


def _parts_of(lake: Lake, gone: "pa.Table", gone_runs: set[str]) -> Iterator[tuple[str, str, int, int]]:
    """Parts with these units and runs: the part, its run, the number of its units to remove, and the total."""
    sql = """SELECT part, count(gone.unit), count(*) FROM units LEFT JOIN gone USING (unit, version)
        GROUP BY part HAVING count(gone.unit) > 0 ORDER BY part"""
    for part, some, every in list(lake.stream(sql, tables={"gone": gone})):
        yield part, "", some, every
    with storage_errors(lake.directory):
        live = lake.layout().live
    for part in live if gone_runs else ():
        run = run_of(lake.directory / "parts" / part)
        if run in gone_runs:
            yield part, run, 0, 0


def _forget_units(database: Database, gone: "pa.Table") -> None:
    for some in batched(zip(gone["unit"].to_pylist(), gone["version"].to_pylist(), strict=True), ROWS_A_STATEMENT):
        _delete(database, sa.delete(units).where(sa.tuple_(units.c.key, units.c.version).in_(some)))


def _delete(database: Database, what: sa.Delete) -> None:
    database.write(lambda connection: connection.execute(what).rowcount)


def _forget_runs(database: Database, gone: Sequence[str]) -> None:
    def forget(connection: Connection) -> None:
        for some in batched(gone, ROWS_A_STATEMENT):
            for table in (findings, exposure_apps, exposures):
                connection.execute(sa.delete(table).where(table.c.run.in_(some)))
            connection.execute(sa.delete(runs).where(runs.c.id.in_(some)))
        carried = sa.select(runs.c.grant_sha256).where(runs.c.grant_sha256.is_not(None))
        connection.execute(sa.delete(grants).where(grants.c.sha256.not_in(carried)))

    if gone:
        database.write(forget)


def _forget_parts(ledger: Ledger, published: set[str]) -> None:
    for some in batched(sorted(ledger.entered_parts() - published), ROWS_A_STATEMENT):
        _delete(ledger.database, sa.delete(parts).where(parts.c.name.in_(some)))
