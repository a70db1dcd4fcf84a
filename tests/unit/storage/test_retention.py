import os
import shutil
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.examples import few
from tests.unit.storage.lake.test_compaction import document, unit
from tieback.model.errors import UsageError, WorkspaceError
from tieback.model.unit import UnitEnd, UnitState
from tieback.storage import retention
from tieback.storage.accept import accept_workspace
from tieback.storage.lake.compaction import compact
from tieback.storage.lake.lake import part_name
from tieback.storage.lake.schemas import rows_table
from tieback.storage.lake.tables.apps import app_tables
from tieback.storage.lake.tables.inputs import RunInput, save_inputs
from tieback.storage.ledger.tables import LedgerState, exposures, findings, grants, parts, runs, units
from tieback.storage.recovery import recover
from tieback.storage.retention import (
    DAY,
    RetentionPlan,
    RetentionPolicy,
    finish_removal,
    plan_retention,
    prune,
    read_policy,
)
from tieback.storage.workspace import Workspace

NOW = 1_800_000_000.0
AGES = (400, 300, 1)
"""Days since each run; each was given apps of its own and one that all share."""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three runs, made once."""
    directory = tmp_path_factory.mktemp("made") / "ws"
    with Workspace.open(directory) as opened:
        for number, age in enumerate(AGES):
            _run(opened, number, NOW - age * DAY)
        recover(opened.lake, opened.ledger)
        with opened.ledger.database.writing() as connection:
            for number, age in enumerate(AGES):
                keys = [unit(n).key for n in _apps(number)]
                change = sa.update(units).where(units.c.key.in_(keys)).values(updated=NOW - age * DAY)
                connection.execute(change)
            # Read first with the oldest run.
            connection.execute(sa.update(units).where(units.c.key == unit(0).key).values(updated=NOW - AGES[0] * DAY))
    return directory


@pytest.fixture
def workspace(made: Path, tmp_path: Path) -> Iterator[Workspace]:
    shutil.copytree(made, tmp_path / "ws")
    accept_workspace(tmp_path / "ws")
    with Workspace.open(tmp_path / "ws") as opened:
        yield opened


def _apps(run: int) -> list[int]:
    return [*range(10 * run + 1, 10 * run + 5)]


def _id(run: int) -> str:
    return f"2026010{run}T000000Z-aaaaaaaa"


def _run(workspace: Workspace, number: int, ended: float) -> None:
    lake, run = workspace.lake, _id(number)
    first = [0, *_apps(number)] if number == 0 else _apps(number)
    batch = [unit(n) for n in first]
    part = part_name(batch)
    workspace.ledger.claim(batch, run, 3600)
    lake.publish(part, app_tables([(unit(n), document(n)) for n in first]), batch)
    workspace.ledger.finish([UnitEnd(one, UnitState.DONE, part=part) for one in batch])
    save_inputs(lake, run, [RunInput(f"{n}.apk", unit(n).key, "v1") for n in [0, *_apps(number)]])
    lake.publish(
        f"probes-{run}-0",
        {"probes": rows_table("probes", [(run, 0, "t", "a", "p", "x", "1", "ok", "open", "", 0, 1, 1, 0.1, "{}")])},
    )
    with workspace.ledger.database.writing() as connection:
        connection.execute(sa.insert(grants).values(sha256=f"{number}" * 64, text="g", first_used=ended))
        values = {"id": run, "started": ended - 60, "ended": ended, "grant_sha256": f"{number}" * 64, "args": "[]"}
        connection.execute(sa.insert(runs).values(values))
        store = {"run": run, "id": "exp", "product": "x", "access": "open", "severity": "low", "document": "{}"}
        connection.execute(sa.insert(exposures).values(store))
        finding = {"run": run, "id": "f", "rule": "r", "severity": "low", "document": "{}"}
        connection.execute(sa.insert(findings).values(finding))


def held(workspace: Workspace) -> dict[str, object]:
    """What ledger and lake say, side by side."""
    lake, ledger = workspace.lake, workspace.ledger
    with ledger.database.reading() as connection:
        found: dict[str, object] = {
            table.name: connection.execute(sa.select(sa.func.count()).select_from(table)).scalar()
            for table in (runs, exposures, findings, grants, units)
        }
        assert set(connection.execute(sa.select(parts.c.name)).scalars()) <= lake.parts()
        known = list(connection.execute(sa.select(units.c.key, units.c.part)))
    sql = " UNION ALL ".join(f"SELECT DISTINCT '{name}', unit FROM {name}" for name in ("units", "apps", "sightings"))
    sql += "".join(f" UNION ALL SELECT DISTINCT '{name}', run FROM {name}" for name in ("inputs", "probes"))
    lying: dict[str, set[str]] = {name: set() for name in ("units", "apps", "sightings", "inputs", "probes")}
    for name, value in lake.stream(sql):
        lying[name].add(value)
    assert {key for key, _ in known} == lying["units"] == lying["apps"] == lying["sightings"], "in both or in none"
    assert {part for _, part in known} <= lake.parts()
    for name in ("inputs", "probes"):
        found[name] = sorted(run[7] for run in lying[name])
    return found


def left_of(apps: int, *of_runs: str) -> dict[str, object]:
    """What ``held`` says where these runs are left."""
    counts = dict.fromkeys(("runs", "exposures", "findings", "grants"), len(of_runs))
    return {**counts, "units": apps, "inputs": list(of_runs), "probes": list(of_runs)}


EVERYTHING = left_of(13, "0", "1", "2")


@pytest.mark.parametrize(
    ("compacted", "policy", "left"),
    few(
        [
            # The shared app was read long ago, and the runs that stay were given it.
            (False, RetentionPolicy(180, 1), left_of(5, "2")),
            (True, RetentionPolicy(180, 1), left_of(5, "2")),
            (True, RetentionPolicy(350, 1), left_of(9, "1", "2")),
            (False, RetentionPolicy(180, 2), left_of(9, "1", "2")),
            (False, RetentionPolicy(180, 3), EVERYTHING),
            (False, RetentionPolicy(500, 1), EVERYTHING),
            # Also the last run, and nothing is left that a run used.
            (False, RetentionPolicy(0, 0), left_of(0)),
            (True, RetentionPolicy(0, 0), left_of(0)),
            (False, RetentionPolicy(500, 0), EVERYTHING),
        ],
        4,
    ),
)
def test_what_goes_and_what_stays(
    workspace: Workspace, policy: RetentionPolicy, left: dict[str, object], compacted: bool
) -> None:
    if compacted:
        compact(workspace.lake)
    doomed = plan_retention(workspace.lake, workspace.ledger, policy, NOW)
    assert held(workspace) == EVERYTHING, "a plan removes nothing"
    assert prune(workspace.lake, workspace.ledger, policy, NOW) == (doomed, True)
    assert len(doomed.runs) == 3 - int(str(left["runs"]))
    assert doomed.units == 13 - int(str(left["units"]))
    recover(workspace.lake, workspace.ledger)
    assert plan_retention(workspace.lake, workspace.ledger, policy, NOW) == RetentionPlan((), 0, {}, 0)
    assert held(workspace) == left
    assert not (workspace.lake_directory / "pruning").exists()


def test_plan_has_row_counts(workspace: Workspace) -> None:
    doomed = plan_retention(workspace.lake, workspace.ledger, RetentionPolicy(350, 1), NOW)
    assert doomed.runs == (_id(0),)
    assert doomed.rows == {
        "apps": 4,
        "sightings": 8,
        "units": 4,
        "inputs": 5,
        "probes": 1,
        "exposures": 1,
        "findings": 1,
    }
    assert doomed.parts == 3


def test_what_was_removed_can_come_again(workspace: Workspace) -> None:
    """The same batch, so the same part, after all of it or a piece of it went."""
    prune(workspace.lake, workspace.ledger, RetentionPolicy(180, 1), NOW)
    for batch in ([unit(n) for n in _apps(1)], [unit(n) for n in _apps(0)]):
        assert workspace.ledger.claim(batch, "next", 60) == batch
        documents = [(one, document(int(one.source.removesuffix(".apk")))) for one in batch]
        assert workspace.lake.publish(part_name(batch), app_tables(documents), batch)
        workspace.ledger.finish([UnitEnd(one, UnitState.DONE, part=part_name(batch)) for one in batch])
    recover(workspace.lake, workspace.ledger)
    assert held(workspace)["units"] == 13
    assert workspace.ledger.counts() == {LedgerState.DONE: 13}


def test_what_is_set_aside_or_worked_on_stays(workspace: Workspace) -> None:
    with workspace.ledger.database.writing() as connection:
        for n, state in ((1, LedgerState.QUARANTINED), (2, LedgerState.LEASED)):
            connection.execute(sa.update(units).where(units.c.key == unit(n).key).values(state=state))
    assert plan_retention(workspace.lake, workspace.ledger, RetentionPolicy(350, 1), NOW).units == 2


@pytest.mark.parametrize("step", ["merge_parts", "sweep", "_forget_units", "_forget_parts"])
def test_a_kill_between_two_steps_is_finished_by_the_next_run(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    def killed(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(retention, step, killed)
    with pytest.raises(KeyboardInterrupt):
        prune(workspace.lake, workspace.ledger, RetentionPolicy(180, 1), NOW)
    monkeypatch.undo()
    recover(workspace.lake, workspace.ledger)
    assert held(workspace) == left_of(5, "2")
    assert not (workspace.lake_directory / "pruning").exists()


def test_a_full_disk_keeps_what_is_not_removed_yet(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(28, os.strerror(28))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(WorkspaceError, match="the disk is full"):
        prune(workspace.lake, workspace.ledger, RetentionPolicy(180, 1), NOW)
    monkeypatch.undo()
    assert finish_removal(workspace.lake, workspace.ledger)
    assert held(workspace)["units"] == 5


def test_concurrent_readers_keep_the_old_files(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "WAIT", 0.0)
    with closing(workspace.lake.stream("SELECT unit FROM apps", rows_a_batch=1)) as rows:
        next(rows)
        _, swept = prune(workspace.lake, workspace.ledger, RetentionPolicy(180, 1), NOW)
        assert not swept
        assert sum(1 for _ in rows) == 12
    recover(workspace.lake, workspace.ledger)
    assert workspace.lake.layout().hidden == ()


@pytest.mark.parametrize(
    ("text", "options", "policy"),
    [
        (None, ("180d", 3), RetentionPolicy(180, 3)),
        (None, ("1d", None), RetentionPolicy(1, 1)),
        (None, ("0d", 0), RetentionPolicy(0, 0)),
        ('older_than = "90d"\nkeep_runs = 0\n', (None, None), RetentionPolicy(90, 0)),
        ('older_than = "90d"\nkeep_runs = 5\n', (None, None), RetentionPolicy(90, 5)),
        ('older_than = "90d"\nkeep_runs = 5\n', ("30d", 2), RetentionPolicy(30, 2)),
    ],
)
def test_policies(
    tmp_path: Path, text: str | None, options: tuple[str | None, int | None], policy: RetentionPolicy
) -> None:
    file = tmp_path / "retention.toml"
    file.write_text(text or "")
    assert read_policy(None if text is None else file, *options) == policy


@pytest.mark.parametrize(
    ("text", "age", "told"),
    [
        ("", None, "missing --older-than"),
        ("", "00d", "'00d' is not an age"),
        ("", "-1d", "'-1d' is not an age"),
        ("", "6 months", "'6 months' is not an age"),
        ("older_than = 90", None, "90 is not an age"),
        ('older_than = "90d"\nkeep_runs = -1', None, "-1 is not a number of runs"),
        ('older_than = "90d"\nkeep = 1', None, "unknown key keep"),
        ("older_than = [", None, "cannot be read"),
        ("\x00", None, "cannot be read"),
    ],
)
def test_policies_that_are_none(tmp_path: Path, text: str, age: str | None, told: str) -> None:
    file = tmp_path / "retention.toml"
    file.write_text(text)
    with pytest.raises(UsageError, match=told):
        read_policy(file, age, None)
