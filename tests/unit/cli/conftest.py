"""Run the command line inside this process, as a user would type it."""

import json
import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest
from tools.reference.documents import undocumented

from tests.inline_engine import read_here, worker_processes
from tests.lab.command import command
from tests.quick import lakes_share_a_database, shared_database
from tieback.cli.main import main
from tieback.model.skipped import ADVICE, OF_ONE
from tieback.storage.accept import accept_workspace

__all__ = ["lakes_share_a_database", "read_here", "shared_database", "worker_processes"]

APPS = Path(__file__).parents[3] / "labs" / "apps"


class Ran(NamedTuple):
    """How a command ended."""

    code: int
    out: str
    err: str


type Run = Callable[..., Ran]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], tmp_path: Path) -> Run:
    """Call ``tieback`` with the given words in an empty directory."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "120")
    monkeypatch.delenv("TIEBACK_WORKSPACE", raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "user-config"))  # not the configuration of the developer

    def call(*words: str | Path) -> Ran:
        monkeypatch.setattr(sys, "argv", ["tieback", *map(str, words)])
        code = 0
        before = os.umask(0o022)
        try:
            main()
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else int(end.code is not None)
        finally:
            os.umask(before)
        sys.stdout.flush()
        ran = Ran(code, *capfd.readouterr())
        assert undocumented_keys(ran.out) == [], "complete tools/reference/documents.toml"
        return ran

    return call


def undocumented_keys(out: str) -> list[str]:
    """Keys of the first printed document of each kind that the reference page lacks, or that only the page has."""
    first: dict[str, str] = {}
    for line in out.splitlines():
        if line.startswith('{"schema":"tieback/'):
            first.setdefault(line.split("/", 2)[1], line)
    return [problem for line in first.values() for problem in undocumented(json.loads(line))]


def advice(text: str) -> str:
    """What the line about passed over files advises after this text."""
    why = text.partition(": ")[2]
    found = (text for reason, text in ADVICE.items() if why in {reason, OF_ONE.get(reason)})
    return next(found, "Pass a file by itself to read it.")


@pytest.fixture
def apps() -> Path:
    """The folder of sample apps."""
    return APPS


@pytest.fixture(scope="session")
def workspace_of_the_apps(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace after a scan of the sample apps, made once; see ``scanned``."""
    place = tmp_path_factory.mktemp("scanned") / "ws"
    done = command("scan", APPS, "-w", place, "--workers", "1")
    assert done.returncode == 0, done.stderr
    return place


@pytest.fixture
def scanned(run: Run, tmp_path: Path, workspace_of_the_apps: Path) -> Run:
    """``run`` in a directory whose default workspace has a scan of the sample apps."""
    shutil.copytree(workspace_of_the_apps, tmp_path / ".tieback")
    accept_workspace(tmp_path / ".tieback")
    return run
