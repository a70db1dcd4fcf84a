"""Some seconds of coverage-guided fuzzing a room; ``make fuzz`` goes on for hours."""

import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from bench.fuzz.readers import ROOMS

ROOT = Path(__file__).parents[2]
pytestmark = [
    pytest.mark.skipif(find_spec("atheris") is None, reason="atheris has wheels for Linux on x86_64 alone"),
    pytest.mark.timeout(240),
]


QUICK = "probes"
"""The package whose readers meet hostile servers; the others are fuzzed by ``make test-more``."""


@pytest.mark.parametrize(
    "room", [room if room == QUICK else pytest.param(room, marks=pytest.mark.more) for room in ROOMS]
)
def test_no_reader_raises_on_fuzzed_input(room: str, tmp_path: Path) -> None:
    seconds = "4" if room == QUICK else "10"
    done = subprocess.run(
        [sys.executable, "-m", "bench.fuzz", room, "--seconds", seconds, "--corpus", str(tmp_path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
    )
    runs = [line.split()[-1] for line in done.stderr.splitlines() if line.startswith("stat::number_of_executed_units")]
    assert done.returncode == 0, done.stderr[-6000:]
    assert int(runs[0]) > len(ROOMS[room]().readers)
