import multiprocessing
import os
import random
import time
from collections.abc import Iterator
from contextlib import closing
from itertools import batched
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tieback.model.app import App, Platform
from tieback.model.endpoint import Endpoint, EndpointKind, Party
from tieback.model.errors import WorkspaceError
from tieback.model.sighting import AppDocument, Evidence, Sighting
from tieback.model.unit import Unit
from tieback.storage.lake.compaction import NEVER_MERGED, ORDERS, RUN_TABLES, compact
from tieback.storage.lake.lake import Lake, part_name
from tieback.storage.lake.schemas import SCHEMAS, rows_table
from tieback.storage.lake.tables.apps import app_tables, read_app_documents
from tieback.storage.lake.tables.inputs import RunInput, read_inputs, save_inputs
from tieback.storage.lake.tables.probes import read_backends
from tieback.storage.lake.upkeep import check, sweep
from tieback.storage.ledger.tables import LedgerState
from tieback.storage.recovery import RecoveryResult, recover
from tieback.storage.workspace import Workspace

RUNS = ("20260101T000000Z-aaaaaaaa", "20260102T000000Z-bbbbbbbb")


def unit(number: int) -> Unit:
    # Keys are spread as hashes are.
    return Unit(f"{number * 2654435761 % 2**32:064x}", "v1", f"{number}.apk", 1)


def document(number: int) -> AppDocument:
    """A made-up app with two endpoints."""
    app = App(Platform.ANDROID, f"test.app{number}", unit(number).key, name=f"App {number}")
    sightings = tuple(
        Sighting(
            Endpoint(EndpointKind.URL, f"https://{host}", "https", host, 443),
            1,
            Party.FIRST,
            Evidence("f", n, "how", ""),
        )
        for n, host in enumerate((f"a{number}.test", "shared.test"))
    )
    return AppDocument(f"{number}.apk", app, sightings)


def fill(lake: Lake, count: int, batch: int = 4) -> None:
    """Publish apps as the engine does, and the parts of two runs."""
    for numbers in batched(range(count), batch):
        units = [unit(number) for number in numbers]
        documents = [(unit(number), document(number)) for number in numbers]
        lake.publish(part_name(units), app_tables(documents), units)
    for run in RUNS:
        save_inputs(lake, run, [RunInput(f"{n}.apk", unit(n).key, "v1") for n in range(count)])
        for n in range(3):
            rows = rows_table("backends", [(run, n, f"v{n}", "h", 1, [], "", "", "", "", None, "", "", "{}")])
            lake.publish(f"backends-{run}-{n:06}", {"backends": rows})


def everything(lake: Lake) -> dict[str, list[str]]:
    """Every row of the tables that ``fill`` fills, sorted; of a unit not where it lies now."""
    return {
        name: sorted(
            map(repr, lake.query(f"SELECT * {'EXCLUDE (part)' if name == 'units' else ''} FROM {name}").to_pylist())
        )
        for name in ("units", "apps", "sightings", "inputs", "backends")
    }


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return Lake(tmp_path / "it's a [lake]*")


def test_a_compacted_lake_reads_the_same_and_is_small(lake: Lake) -> None:
    fill(lake, 40)
    before, parts = everything(lake), lake.parts()
    done = compact(lake)
    assert (done.before, done.after, done.merged, done.swept) == (18, 3, 3, True)
    assert done.rows == 40 + 40 + 80 + 2 * 40 + 2 * 3
    assert everything(lake) == before
    assert lake.parts() == parts, "parts are known by the names that they were published under"
    assert len(list((lake.directory / "parts").iterdir())) == 3
    again = compact(lake)
    assert (again.before, again.after, again.merged) == (3, 3, 0)


def test_documents_and_runs_are_read_as_before(lake: Lake) -> None:
    fill(lake, 40)
    units = [unit(n) for n in (3, 17, 39)]
    before = sorted(read_app_documents(lake, units), key=lambda found: found[0])
    compact(lake)
    assert sorted(read_app_documents(lake, units), key=lambda found: found[0]) == before
    assert {found.app.name for _, found in before if found.app} == {"App 3", "App 17", "App 39"}
    assert [entry.path for entry in read_inputs(lake, RUNS[0])] == [f"{n}.apk" for n in range(40)]


def test_a_part_is_found_by_its_old_name(lake: Lake) -> None:
    fill(lake, 8)
    part = part_name([unit(n) for n in range(4)])
    before = {name: lake.read(part, name).num_rows for name in ("units", "apps", "sightings")}
    compact(lake)
    assert lake.is_published(part)
    assert (
        {name: lake.read(part, name).num_rows for name in before} == before == {"units": 4, "apps": 4, "sightings": 8}
    )
    assert not lake.publish(part, {}, [unit(0)]), "a worker that is late with it changes nothing"


def test_every_table_has_an_order_or_stays() -> None:
    assert ORDERS.keys() | NEVER_MERGED == SCHEMAS.keys()
    assert not ORDERS.keys() & NEVER_MERGED
    assert {name for name in ORDERS if "run" in SCHEMAS[name].names} == RUN_TABLES


def test_merged_rows_are_sorted_and_separated_by_run(lake: Lake) -> None:
    fill(lake, 40)
    compact(lake)
    found = {}
    for path in (lake.directory / "parts").glob("*/*.parquet"):
        rows = pq.read_table(path).to_pylist()
        order = [name.strip() for name in ORDERS[path.stem].split(",")]
        keys = [tuple(row[name] for name in order) for row in rows]
        assert keys == sorted(keys), path
        if "run" in rows[0] if rows else False:
            found[path.parent.name, path.stem] = {row["run"] for row in rows}
    assert sorted(map(sorted, found.values())) == [[RUNS[0]]] * 2 + [[RUNS[1]]] * 2


def test_parts_of_other_kinds_and_big_ones_stay(lake: Lake) -> None:
    fill(lake, 8)
    imported = rows_table("imports", [("a" * 64, "1", "shodan", "x", 1.0, 0, 0, 0, 0)])
    lake.publish("import-1-a", {"imports": imported})
    compact(lake)
    assert "import-1-a" in lake.layout().live
    fill(lake, 12)
    assert compact(lake, target=1).merged == 0


def test_many_rounds_and_many_are_needed_after_a_run(lake: Lake) -> None:
    fill(lake, 8)
    assert compact(lake, many=3).merged == 2, "two parts of units are too few, three of a run are not"
    compact(lake)
    for more in (12, 16, 20):
        fill(lake, more)
        compact(lake)
    assert lake.query("SELECT count(*) AS n, count(DISTINCT unit) AS u FROM apps").to_pylist() == [{"n": 20, "u": 20}]
    assert sum(part.startswith("merged-units") for part in lake.layout().live) == 1


def test_earlier_readers_continue_and_directories_are_removed_later(lake: Lake) -> None:
    fill(lake, 40)
    with closing(lake.stream("SELECT value FROM sightings", rows_a_batch=1)) as rows:
        first = next(rows)
        done = compact(lake)
        assert not done.swept, "somebody reads"
        assert lake.query("SELECT count(*) AS n FROM sightings").to_pylist() == [{"n": 80}], "the new ones see it once"
        assert 1 + sum(1 for _ in rows) == 80, first
    assert sweep(lake)
    assert len(list((lake.directory / "parts").iterdir())) == done.after
    assert lake.query("SELECT count(*) AS n FROM sightings").to_pylist() == [{"n": 80}]


def test_the_ledger_does_not_notice(tmp_path: Path) -> None:
    with Workspace.open(tmp_path) as workspace:
        fill(workspace.lake, 40)
        assert recover(workspace.lake, workspace.ledger).entered == 40
        compact(workspace.lake)
        assert recover(workspace.lake, workspace.ledger) == RecoveryResult(0, 0, 0, 0)
        assert workspace.ledger.counts() == {LedgerState.DONE: 40}


def test_a_ledger_that_was_lost_is_filled_from_merged_parts(tmp_path: Path) -> None:
    with Workspace.open(tmp_path) as workspace:
        fill(workspace.lake, 40)
        compact(workspace.lake)
        assert recover(workspace.lake, workspace.ledger).entered == 40


def test_a_damaged_part_is_left_out_and_the_rest_put_together(lake: Lake) -> None:
    fill(lake, 40)
    part = part_name([unit(n) for n in range(4)])
    (lake.directory / "parts" / part / "apps.parquet").write_bytes(b"PAR1")
    compact(lake)
    assert lake.query("SELECT count(*) AS n FROM apps").to_pylist() == [{"n": 36}]
    assert set(lake.damaged_parts()) == {part}


def test_a_merged_part_that_is_damaged_gives_the_old_ones_back_while_they_are_there(lake: Lake) -> None:
    fill(lake, 40)
    before = everything(lake)
    with closing(lake.stream("SELECT value FROM sightings", rows_a_batch=1)) as rows:
        next(rows)
        compact(lake)
    merged = next(part for part in lake.layout().live if part.startswith("merged-units"))
    path = lake.directory / "parts" / merged / "apps.parquet"
    path.write_bytes(path.read_bytes()[:-9])
    assert [part for part, why in check(lake) if why] == [merged]
    assert everything(lake) == before


def test_a_full_disk_leaves_the_lake_as_it_was(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(lake, 40)
    before = everything(lake)

    def full(_: int) -> None:
        raise OSError(28, os.strerror(28))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(WorkspaceError, match="the disk is full"):
        compact(lake)
    monkeypatch.undo()
    assert everything(lake) == before
    assert list((lake.directory / "drafts").iterdir()) == []


def compacting(directory: Path, target: int) -> None:
    """What is killed."""
    compact(Lake(directory), target=target)


def counted(lake: Lake) -> Iterator[tuple[int, int, int]]:
    sql = "SELECT count(*), count(DISTINCT unit || value), (SELECT count(*) FROM units) FROM sightings"
    yield from lake.stream(sql)


def test_killed_at_any_moment_it_reads_the_same(tmp_path: Path) -> None:
    """Kills at random moments, while we go on reading: never half, never double."""
    lake = Lake(tmp_path / "lake")
    fill(lake, 120, batch=1)
    before = everything(lake)
    chance = random.Random(11)
    processes = multiprocessing.get_context("forkserver")
    processes.set_forkserver_preload(["tieback.storage.lake.compaction", "duckdb", "pyarrow.parquet"])
    killed = 0
    seen: set[tuple[int, int, int]] = set()
    for turn in range(12):
        # Small targets leave work for the next turns.
        process = processes.Process(target=compacting, args=(lake.directory, 40_000 * 2**turn))
        process.start()
        end = time.monotonic() + chance.uniform(0.0, 0.25)
        while time.monotonic() < end:
            seen.update(counted(lake))
        if process.is_alive():
            process.kill()
            killed += 1
        process.join()
        seen.update(counted(lake))
    assert seen == {(240, 240, 120)}
    assert everything(lake) == before
    assert killed >= 5, "the test killed nothing: make the lake larger"
    lake.clear_staging()
    assert compact(lake).swept
    assert everything(lake) == before
    assert len(lake.layout().live) == 3


def test_old_parts_without_newer_columns_come_along(lake: Lake) -> None:
    old = SCHEMAS["sightings"].remove(SCHEMAS["sightings"].get_field_index("names"))
    row = dict.fromkeys(old.names) | {"unit": "a" * 64, "version": "v0", "value": "https://old.test"}
    lake.publish("old", {"sightings": pa.Table.from_pylist([row], schema=old)})
    fill(lake, 4)
    before = everything(lake)
    compact(lake)
    assert everything(lake) == before


def test_back_ends_of_a_run_keep_their_order(lake: Lake) -> None:
    fill(lake, 4)
    compact(lake)
    rows = lake.query("SELECT value FROM backends WHERE run = ? ORDER BY ordinal", [RUNS[1]])
    assert rows["value"].to_pylist() == ["v0", "v1", "v2"]
    assert list(read_backends(lake, "another")) == []
