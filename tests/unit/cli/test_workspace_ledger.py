"""``--ledger``, ``tieback workspace new`` and ``move``, as a user sees them."""

import json
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from tests.lab.postgres import ledger_database, postgres, postgres_url
from tieback.cli.main import build
from tieback.model.errors import UsageError, WorkspaceError
from tieback.storage.workspace import Workspace

__all__ = ["ledger_database", "postgres", "postgres_url"]

APPS = Path(__file__).parents[3] / "labs" / "apps"


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(build(), [str(argument) for argument in arguments])


@pytest.mark.more
def test_a_scan_keeps_its_ledger_in_postgresql_and_every_command_finds_it(postgres_url: str, tmp_path: Path) -> None:
    apps = sorted(APPS.glob("*.apk"))
    scanned = run("scan", *apps, "-w", tmp_path, "--ledger", postgres_url, "--workers", "1")
    assert scanned.exit_code == 0, scanned.output
    assert not (tmp_path / "ledger.db").exists()
    told = json.loads(run("workspace", "show", "-w", tmp_path, "--format", "json").stdout)
    assert (told["ledger"], told["units"]) == (postgres_url, {"done": len(apps)})
    reports = [run("report", "-w", tmp_path, "--format", "json").stdout]
    assert json.loads(reports[0])["headline"]["apps_analysed"] == len(apps)

    moved = run("workspace", "move", "-w", tmp_path, "--to", "sqlite")
    assert moved.exit_code == 0, moved.output
    assert f"copied to {tmp_path}/ledger.db and compared" in moved.stderr
    assert f"the old ledger remains at {postgres_url}" in moved.stderr
    reports.append(run("report", "-w", tmp_path, "--format", "json").stdout)
    assert reports[0] == reports[1]


def test_a_workspace_is_made_where_its_ledger_is_to_be(postgres_url: str, tmp_path: Path) -> None:
    made = run("workspace", "new", "-w", tmp_path / "ws", "--ledger", postgres_url)
    assert made.stderr == f"{tmp_path}/ws: the ledger is at {postgres_url}\n"
    again = run("workspace", "new", "-w", tmp_path / "other", "--ledger", postgres_url)
    assert isinstance(again.exception, WorkspaceError)
    shutil.rmtree(tmp_path / "ws")
    plain = run("workspace", "new", "-w", tmp_path / "ws")
    assert plain.stderr == f"{tmp_path}/ws: the ledger is at {tmp_path}/ws/ledger.db\n"


@pytest.mark.parametrize(
    ("words", "kind", "line"),
    [
        (("new", "--ledger", "postgresql://a:hunter2@h/d"), UsageError, "the URL contains a password"),
        (("new", "--ledger", "postgresql://postgres@127.0.0.1:1/d"), WorkspaceError, "the database is unreachable"),
        (("move", "--to", "sqlite"), WorkspaceError, "no workspace here"),
    ],
)
def test_what_cannot_be_leaves_nothing(
    words: tuple[str, ...], kind: type[Exception], line: str, tmp_path: Path
) -> None:
    result = run("workspace", *words, "-w", tmp_path / "ws")
    assert isinstance(result.exception, kind)
    assert line in str(result.exception)
    assert not (tmp_path / "ws").exists()


def test_escaped_values_are_reported(postgres_url: str, tmp_path: Path) -> None:
    with Workspace.open(tmp_path) as workspace, workspace.ledger.database.engine.begin() as connection:
        connection.exec_driver_sql("INSERT INTO grants VALUES (?, ?, 1.0)", ("a" * 64, "x\0"))
    moved = run("workspace", "move", "-w", tmp_path, "--to", postgres_url)
    assert "1 value contained U+0000, stored there as \\x00" in moved.stderr
