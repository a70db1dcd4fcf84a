"""Some seconds of coverage-guided fuzzing per group, and the rotation; ``make fuzz`` goes on for hours."""

import subprocess
import sys
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path

import pytest

from bench.fuzz import corpus
from bench.fuzz.__main__ import group_of_day
from bench.fuzz.readers import ROOMS

ROOT = Path(__file__).parents[2]
pytestmark = [
    pytest.mark.skipif(find_spec("atheris") is None, reason="atheris has wheels for Linux on x86_64 alone"),
    pytest.mark.timeout(240),
]


@pytest.mark.more
@pytest.mark.parametrize("room", ROOMS)
def test_no_reader_raises_on_fuzzed_input(room: str, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "bench.fuzz", room, "--seconds", "10", "--corpus", str(tmp_path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
    )
    runs = [line.split()[-1] for line in done.stderr.splitlines() if line.startswith("stat::number_of_executed_units")]
    assert done.returncode == 0, done.stderr[-6000:]
    assert int(runs[0]) > len(ROOMS[room]().readers)


@pytest.mark.more
def test_the_group_of_the_day_has_no_finding_in_60_seconds(tmp_path: Path) -> None:
    """The rotation of ``make fuzz-ci``: all groups have their turn within nine days."""
    before = group_of_day(datetime.now(UTC).date())
    done = subprocess.run(
        [sys.executable, "-m", "bench.fuzz", "--rotate", "--seconds", "60", "--corpus", str(tmp_path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=220,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-6000:]
    (run,) = corpus.read_runs(tmp_path / "hours.tsv")
    assert run.group in {before, group_of_day(datetime.now(UTC).date())}
    assert f"# {run.group}\n" in done.stderr
    assert run.cpu > 0
    assert run.executions > run.corpus > len(ROOMS[run.group]().readers)
