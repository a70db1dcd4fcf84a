"""Run the command line inside this process, as a user would type it."""

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from tieback.cli.main import main

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
        return Ran(code, *capfd.readouterr())

    return call


@pytest.fixture
def apps() -> Path:
    """The folder of sample apps."""
    return APPS
