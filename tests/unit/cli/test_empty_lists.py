"""A list without rows says on stderr why it is empty, and what to do; it shows no heads without rows."""

from pathlib import Path

import pytest

from tests.unit.cli.conftest import Run
from tieback.storage.workspace import Workspace

NO_INVENTORY = "no inventory was imported"


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        ("case list", "no cases; `tieback case open`"),
        ("case due", "no cases; `tieback case open`"),
        ("letter list", "no letters; `tieback letter write assurance`"),
        ("vendor list", "no vendors; `tieback scan`"),
        ("workspace runs", "no runs; `tieback scan INPUT...`"),
        ("inventory list", NO_INVENTORY),
        ("inventory gaps", NO_INVENTORY),
        ("inventory review", NO_INVENTORY),
        ("inventory imports", NO_INVENTORY),
    ],
)
def test_the_reason_is_on_stderr(run: Run, tmp_path: Path, words: str, reason: str) -> None:
    Workspace.open(tmp_path / "ws").close()
    ended = run(*words.split(), "-w", "ws")
    assert (ended.code, ended.out) == (0, "")
    assert reason in ended.err


@pytest.mark.parametrize("words", ["case open", "workspace export out", "report", "backend list"])
def test_a_command_that_needs_a_run_has_one_exit_code(run: Run, tmp_path: Path, words: str) -> None:
    Workspace.open(tmp_path / "ws").close()
    ended = run(*words.split(), "-w", "ws")
    assert (ended.code, ended.err) == (4, "tieback: ws: no finished run. Run `tieback scan` first\n")


def test_an_app_is_on_no_device_only_if_an_inventory_shows_it(run: Run, apps: Path) -> None:
    assert run("scan", apps / "fieldhand.apk", "-w", "ws").code == 0
    ended = run("inventory", "gaps", "-w", "ws")
    assert (ended.out, NO_INVENTORY in ended.err) == ("", True)
    assert run("inventory", "gaps", "-w", "ws", "--format", "json").out == ""
