"""``--run`` means the same in every command that reads a run."""

import json
from pathlib import Path

import pytest

from tests.unit.cases.samples import exposure
from tests.unit.cli.conftest import Run
from tests.unit.pipeline.workspaces import make
from tieback.storage.workspace import Workspace

READERS = [
    ("report",),
    ("report", "explain"),
    ("backend", "list"),
    ("backend", "show", "es.fieldhand.test"),
    ("backend", "app", "org.fieldhand.app"),
    ("backend", "targets"),
    ("case", "open"),
    ("vendor", "list"),
    ("vendor", "show", "Fieldhand Ltd"),
    ("letter", "write", "exposure"),
    ("inventory", "list"),
    ("inventory", "show", "x"),
    ("inventory", "gaps"),
    ("inventory", "review"),
    ("inventory", "block"),
    ("posture", "join"),
    ("recheck", "--grant", "grant.toml"),
    ("watch", "--once", "--grant", "grant.toml"),
]


@pytest.fixture
def two_runs(tmp_path: Path) -> tuple[str, str]:
    """A workspace with a run that found an open store, and a later run that found none."""
    make(tmp_path, stores=(exposure(),))
    (tmp_path / "grant.toml").write_text('authorised_by = "x"\ncontact = "y@example.org"\nnot_after = 2999-01-01\n')
    with Workspace.open(tmp_path / "ws") as workspace:
        first = workspace.ledger.latest_run()
        assert first is not None
        last = workspace.ledger.start_run(["later"])
        workspace.ledger.conclusions.save(last, (), ())
        workspace.ledger.end_run(last)
    return first.id, last


@pytest.mark.parametrize("words", READERS, ids=" ".join)
@pytest.mark.usefixtures("two_runs")
def test_an_unknown_run_is_an_error_everywhere(run: Run, words: tuple[str, ...]) -> None:
    ended = run(*words, "-w", "ws", "--run", "nothing")
    assert (ended.code, ended.out) == (4, "")
    assert "--run nothing: no run with this ID. See `tieback workspace runs`" in ended.err


def test_cases_of_an_earlier_run(run: Run, two_runs: tuple[str, str]) -> None:
    assert "0 opened" in run("case", "open", "-w", "ws").err
    assert "1 opened" in run("case", "open", "-w", "ws", "--run", two_runs[0]).err


def test_open_stores_of_an_earlier_run(run: Run, two_runs: tuple[str, str]) -> None:
    first, last = two_runs
    counts = []
    for words in ((), ("--run", last), ("--run", first)):
        lines = run("vendor", "list", "-w", "ws", "--format", "json", *words).out.splitlines()
        counts.append(sum(len(json.loads(line)["stores"]) for line in lines))
    assert counts == [0, 0, 1]


def test_join_of_an_earlier_run(run: Run, two_runs: tuple[str, str]) -> None:
    first, last = two_runs
    for words, joined in (((), last), (("--run", first), first)):
        *_, summary = run("posture", "join", "-w", "ws", "--format", "json", *words).out.splitlines()
        assert json.loads(summary)["run"] == joined
