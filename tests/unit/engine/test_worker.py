import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.each import each
from tieback.engine.worker import MAX_PROBLEM, one_line, problem_line
from tieback.model.errors import InputError


@each(
    ("text", "line"),
    [
        ("plain", "plain"),
        ("two\nlines\r\nand\ttabs", "two lines and tabs"),
        ("bell\x07 escape\x1b[31m", "bell escape [31m"),
        ("\u202eright to left", "right to left"),
        ("\ud800lone surrogate", "lone surrogate"),
        ("x" * 10_000, "x" * MAX_PROBLEM),
    ],
)
def test_one_line(text: str, line: str) -> None:
    assert one_line(text) == line


@pytest.mark.parametrize(
    ("error", "source", "line"),
    [
        (InputError("not a ZIP", where="a.apk", advice="Give an APK"), "a.apk", "not a ZIP. Give an APK"),
        (InputError("not a ZIP", where="a.apk!b.apk"), "a.apk", "a.apk!b.apk: not a ZIP"),
        (ValueError("odd"), "a.apk", "unexpected ValueError: odd"),
    ],
)
def test_problem_line(error: Exception, source: str, line: str) -> None:
    assert problem_line(error, source) == line


PARENT = """
import os, signal, sys, time
sys.path.insert(0, {root!r})
from tests.engine.works import FAST, Behave, unit
from tieback.engine.local import LocalEngine
ends = LocalEngine(1, batch=1, on_event=lambda event: print(event.pid, flush=True)).run(
    Behave(), [unit("pid"), unit("hang")], FAST)
next(ends)
time.sleep(0.2)
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_worker_dies_with_its_parent_even_in_a_tight_loop() -> None:
    code = PARENT.format(root=str(Path(__file__).parents[3]))
    run = subprocess.run([sys.executable, "-c", code], stdout=subprocess.PIPE, timeout=60, check=False)
    assert run.returncode == -9
    process = Path("/proc") / run.stdout.decode().strip()
    for _ in range(100):
        if not process.exists() or " Z " in (process / "stat").read_text():
            break
        time.sleep(0.05)
    else:
        pytest.fail("the worker outlived its parent")


def test_current_directory_is_not_on_the_import_path(tmp_path: Path) -> None:
    (tmp_path / "msgspec.py").write_text("raise SystemExit('hostile')")
    run = subprocess.run(
        [sys.executable, "-P", "-m", "tieback.engine.worker", "0", "1"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (run.returncode, run.stderr) == (1, "")  # it left because process 1 is not its parent
