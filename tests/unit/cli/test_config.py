"""``tieback config show``: each value, and where it comes from."""

import json
from pathlib import Path

import pytest

from tests.unit.cli.conftest import Run
from tieback.cli.config import VARIABLES


@pytest.fixture(autouse=True)
def no_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("COLUMNS", "300")


@pytest.fixture
def files(tmp_path: Path) -> Path:
    user = tmp_path / "user-config" / "tieback" / "config.toml"
    user.parent.mkdir(parents=True)
    user.write_text('[defaults]\nworkspace = "mine"\n[scan]\nfail-on = ["high", "unprobed"]\nformat = "json"\n')
    (tmp_path / "tieback.toml").write_text('[scan]\nformat = "markdown"\n')
    return user


def rows(run: Run, *words: str) -> dict[str, tuple[str, str, str]]:
    ended = run("config", "show", "--format", "json", *words)
    assert ended.code == 0, ended.err
    found = [json.loads(line) for line in ended.out.splitlines()]
    return {one["option"]: (one["value"], one["source"], one["place"]) for one in found}


def test_values_of_a_command(run: Run, files: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shown = rows(run, "scan", "--workers", "3")
    assert shown["--workers"] == ("3", "option", "")
    assert shown["--workspace"] == ("mine", "user file", f"{files}:2")
    assert shown["--fail-on"] == ("high, unprobed", "user file", f"{files}:4")
    assert shown["--format"] == ("markdown", "project file", "tieback.toml:2")
    assert shown["--engine"] == ("local", "default", "")
    monkeypatch.setenv("TIEBACK_WORKSPACE", "other")
    assert rows(run, "scan")["--workspace"] == ("other", "environment", "TIEBACK_WORKSPACE")
    assert rows(run, "case", "list")["--workspace"][1] == "environment"


def test_what_is_set(run: Run, files: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "300")
    monkeypatch.setenv("TIEBACK_LEDGER_PASSWORD", "hunter2")
    ended = run("config", "show", "--format", "table")
    assert ended.code == 0
    assert f"user file: {files}" in ended.err
    assert "project file: tieback.toml" in ended.err
    assert [line.split()[:3] for line in ended.out.splitlines()[1:3]] == [
        ["--workspace", "mine", "user"],
        ["scan", "--fail-on", "high,"],
    ]
    assert "set, not shown" in ended.out
    assert "hunter2" not in ended.out


def test_nothing_is_set(run: Run) -> None:
    ended = run("config", "show")
    assert (ended.code, ended.out) == (0, "")
    assert "(does not exist)" in ended.err
    assert "tieback config show COMMAND" in ended.err


def test_every_key_is_checked(run: Run, files: Path) -> None:
    files.write_text('[report.diff]\nfomat = "html"\n')
    ended = run("config", "show")
    assert (ended.code, "Did you mean format?" in ended.err) == (2, True)


def test_an_unknown_command(run: Run) -> None:
    ended = run("config", "show", "scna")
    assert (ended.code, ended.err) == (2, "tieback: scna: no such command. See `tieback --help`\n")
    ended = run("config", "show", "-w", "ws")
    assert (ended.code, "-w: an option without its command. Name the command first" in ended.err) == (2, True)


def test_passwords_are_masked(run: Run) -> None:
    assert "hunter2secret" not in rows(run, "scan", "--ledger", "postgresql://u:hunter2secret@h.test/d")["--ledger"][0]
