"""Values that shell completion looks up."""

import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from tieback.cli.completion import MAX_RUNS, list_run_ids
from tieback.storage.workspace import Workspace


def test_finished_runs_are_offered_latest_first(tmp_path: Path) -> None:
    with Workspace.open(tmp_path) as workspace:
        runs = [workspace.ledger.start_run([str(number)]) for number in range(MAX_RUNS + 3)]
        for run in runs[:-1]:
            workspace.ledger.end_run(run)
        offered = list_run_ids(tmp_path)
    assert [run for run, _ in offered] == runs[-2 : -2 - MAX_RUNS : -1]
    assert offered[0][1].startswith("20")


@pytest.mark.parametrize("content", [None, b"", b"not a database", b"SQLite format 3\0" + b"\xff" * 200])
def test_a_workspace_without_a_ledger_offers_nothing(tmp_path: Path, content: bytes | None) -> None:
    if content is not None:
        (tmp_path / "ledger.db").write_bytes(content)
    assert list_run_ids(tmp_path) == []


@pytest.fixture
def tieback(tmp_path: Path) -> Path:
    """A folder with the program ``tieback``."""
    program = tmp_path / "bin" / "tieback"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec {sys.executable} -m tieback "$@"\n')
    program.chmod(0o755)
    return program.parent


COMPLETIONS = [
    ("sca", {"scan"}),
    ("case list --state not", {"notified"}),
    ("app --format ", {"table", "json", "ndjson"}),
    ("report --format s", {"sarif", "stix"}),
    ("scan --fail-on unp", {"unprobed"}),
    ("posture j", {"join"}),
    ("report explain sto", {"stores-answering", "stores-exposed", "stores-ransomed"}),
]


def test_bash_completes(tmp_path: Path, tieback: Path) -> None:
    with Workspace.open(tmp_path / "ws") as workspace:
        run = workspace.ledger.start_run(["a"])
        workspace.ledger.end_run(run)
    cases = [*COMPLETIONS, ("report -w ws --run ", {run}), ("posture join -w ws --run 2", {run})]
    script = 'eval "$(tieback --show-completion)"\ncomplete -p tieback >&2\n'
    for line, _ in cases:
        words = ["tieback", *line.split(" ")]
        quoted = " ".join(map(shlex.quote, words))
        script += f"COMP_WORDS=({quoted}); COMP_CWORD={len(words) - 1}; COMPREPLY=(); _tieback_completion tieback\n"
        script += 'echo "${COMPREPLY[@]}"\n'
    environment = {**os.environ, "PATH": f"{tieback}:{os.environ['PATH']}", "HOME": str(tmp_path)}
    ended = subprocess.run(
        ["bash", "--norc", "-c", script],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    assert "-F _tieback_completion tieback" in ended.stderr
    offered = [set(line.split()) for line in ended.stdout.split("\n")[: len(cases)]]
    assert {line: words for (line, _), words in zip(cases, offered, strict=True)} == dict(cases)


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_each_shell_has_a_script(tmp_path: Path, tieback: Path, shell: str) -> None:
    environment = {**os.environ, "_TIEBACK_COMPLETE": f"source_{shell}"}
    ended = subprocess.run(
        [tieback / "tieback"], env=environment, capture_output=True, text=True, timeout=60, check=True
    )
    assert f"_TIEBACK_COMPLETE=complete_{shell}" in ended.stdout


def test_completion_can_be_installed(tmp_path: Path, tieback: Path) -> None:
    environment = {**os.environ, "PATH": f"{tieback}:{os.environ['PATH']}", "HOME": str(tmp_path)}
    words = ["bash", "--norc", "-c", "tieback --install-completion; true"]
    ended = subprocess.run(words, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=60, check=True)
    assert "bash completion installed" in ended.stdout
    assert ".bash_completions/tieback.sh" in (tmp_path / ".bashrc").read_text()
    assert "_tieback_completion" in (tmp_path / ".bash_completions" / "tieback.sh").read_text()
