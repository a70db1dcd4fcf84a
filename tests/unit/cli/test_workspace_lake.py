"""``tieback workspace check``, ``compact`` and ``prune``, as a user sees them."""

import json
import shutil
from pathlib import Path

import pytest
import sqlalchemy as sa
from typer.testing import CliRunner, Result

from tests.unit.storage.lake.test_compaction import fill
from tieback.cli.workspace import app
from tieback.model.errors import UsageError, WorkspaceError
from tieback.storage.accept import accept_workspace
from tieback.storage.ledger.tables import runs, units
from tieback.storage.workspace import Workspace


def run(*arguments: str | Path, typed: str | None = None) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments], input=typed)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with twelve apps in three parts, and two runs that ended long ago."""
    from tieback.storage.recovery import recover

    directory = tmp_path_factory.mktemp("made") / "ws"
    with Workspace.open(directory) as workspace:
        fill(workspace.lake, 12)
        recover(workspace.lake, workspace.ledger)
        ids = workspace.lake.query("SELECT DISTINCT run FROM inputs ORDER BY run")["run"].to_pylist()
        with workspace.ledger.database.writing() as connection:
            for number, one in enumerate(ids):
                connection.execute(sa.insert(runs).values(id=one, started=1.0, ended=2.0 + number, args="[]"))
            connection.execute(sa.update(units).values(updated=1.0))
    return directory


@pytest.fixture
def folder(made: Path, tmp_path: Path) -> Path:
    copy = Path(shutil.copytree(made, tmp_path / "ws"))
    accept_workspace(copy)
    return copy


def test_a_sound_lake(folder: Path) -> None:
    result = run("check", "-w", folder)
    assert (result.exit_code, result.stdout) == (0, "11 parts are sound, 0 damaged\n")


def test_a_damaged_part_is_named(folder: Path) -> None:
    path = next((folder / "lake" / "parts").glob("units-*/apps.parquet"))
    path.write_bytes(b"PAR1")
    result = run("check", "-w", folder)
    assert result.exit_code == 3
    assert result.stdout == f"{path.parent.name}: apps.parquet: truncated to 4 bytes\n10 parts are sound, 1 damaged\n"
    assert "the next `tieback scan` of the same inputs rebuilds them" in result.stderr
    told = json.loads(run("check", "-w", folder, "--format", "json").stdout)
    assert (told["sound"], list(told["damaged"])) == (10, [path.parent.name])


def test_report_over_a_damaged_lake_has_a_problem(folder: Path) -> None:
    from tieback.pipeline.report import last_report

    path = next((folder / "lake" / "parts").glob("units-*/sightings.parquet"))
    path.write_bytes(path.read_bytes()[:100])
    with last_report(folder) as report:
        (problem,) = report.problems.rows()
        assert (problem.where, report.problems.count) == (f"part {path.parent.name} of the lake", 1)
        assert report.headline.apps_analysed == 12, "what was given is known"
        assert report.sightings.count == 16


def test_few_big_parts(folder: Path) -> None:
    assert run("compact", "-w", folder).stdout.splitlines()[1].split() == ["parts", "11", "3"]
    told = json.loads(run("compact", "-w", folder, "--format", "json").stdout)
    assert (told["before"], told["after"], told["rows"]) == (3, 3, 0)


def test_only_one_may_write(folder: Path) -> None:
    with Workspace.open(folder) as workspace, workspace.lock():
        for command in (("compact",), ("prune", "--older-than", "1d")):
            assert isinstance(run(*command, "-w", folder).exception, WorkspaceError)


def test_dry_run_lists_and_keeps_everything(folder: Path) -> None:
    result = run("prune", "-w", folder, "--older-than", "180d", "--dry-run")
    assert "run 20260101T000000Z-aaaaaaaa" in result.stdout
    assert "run 20260102T000000Z-bbbbbbbb" not in result.stdout, "the last run stays"
    told = json.loads(run("prune", "-w", folder, "--older-than", "180d", "--dry-run", "--format", "json").stdout)
    assert (told["runs"], told["units"], told["dry_run"]) == (["20260101T000000Z-aaaaaaaa"], 0, True)


def test_prune_without_a_terminal_removes_nothing(folder: Path) -> None:
    result = run("prune", "-w", folder, "--older-than", "180d")
    assert isinstance(result.exception, UsageError)
    assert "--yes" in str(result.exception.diagnostics())
    assert "run 20260101T000000Z-aaaaaaaa" in run("prune", "-w", folder, "--older-than", "180d", "--dry-run").stdout


def test_what_goes_is_gone(folder: Path) -> None:
    file = folder / "retention.toml"
    file.write_text('older_than = "30d"\n')
    refused = run("prune", "-w", folder, "--older-than", "30d", "--yes")
    assert isinstance(refused.exception, UsageError)
    assert f"Review it, then pass --retention {file}" in refused.exception.diagnostics()
    result = run("prune", "-w", folder, "--retention", file, "--yes")
    assert result.exit_code == 0
    assert "removed; the audit log and the cases are kept" in result.stderr
    again = run("prune", "-w", folder, "--yes")
    assert "0 files of the lake are removed or rewritten" in again.stdout
    assert again.stderr == ""


def test_the_last_run_goes_if_none_is_to_be_kept(folder: Path) -> None:
    kept = run("prune", "-w", folder, "--older-than", "0d", "--yes")
    assert (kept.exit_code, "run 20260102T000000Z-bbbbbbbb" in kept.stdout) == (0, False)
    result = run("prune", "-w", folder, "--older-than", "0d", "--keep-runs", "0", "--yes")
    assert (result.exit_code, "run 20260102T000000Z-bbbbbbbb" in result.stdout) == (0, True)
    assert run("runs", "-w", folder, "--format", "json").stdout == ""
    with Workspace.open(folder) as workspace:
        assert workspace.lake.query("SELECT * FROM inputs").num_rows == 0
        assert workspace.ledger.counts() == {}


@pytest.mark.parametrize("command", ["check", "compact", "prune"])
def test_help_has_an_example(command: str) -> None:
    assert f"Example: tieback workspace {command}" in " ".join(run(command, "--help").stdout.split())
