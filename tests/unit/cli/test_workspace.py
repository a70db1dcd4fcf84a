"""``tieback workspace``, as a user sees it."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from tieback.cli.workspace import app
from tieback.model.errors import WorkspaceError
from tieback.model.unit import Unit
from tieback.storage.workspace import SCHEMA, Workspace


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def test_where_the_ledger_is(tmp_path: Path) -> None:
    with Workspace.open(tmp_path) as workspace:
        workspace.ledger.claim([Unit("a" * 64, "v1", "a.apk", 1)], "run", 60)
    shown = run("show", "-w", tmp_path)
    assert shown.stdout == f"ledger: {tmp_path}/ledger.db (schema {SCHEMA})\nunits:  1 leased\n"
    told = json.loads(run("show", "-w", tmp_path, "--format", "json").stdout)
    assert (told["ledger"], told["units"]) == (f"{tmp_path}/ledger.db", {"leased": 1})


def test_show_creates_no_workspace(tmp_path: Path) -> None:
    result = run("show", "-w", tmp_path / "none")
    assert isinstance(result.exception, WorkspaceError)
    assert not (tmp_path / "none").exists()


@pytest.mark.parametrize("words", [("--help",), ("show", "--help")])
def test_help_describes_the_workspace(words: tuple[str, ...]) -> None:
    assert "ledger" in run(*words).stdout
