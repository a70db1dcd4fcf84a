"""A line counts once it is complete, however its writer cuts it."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.lab.told import wait_for_line, whole_lines

WRITER = """
import sys, time
for piece in ("digest: 01", ":23", ":45\\n"):
    sys.stdout.write(piece)
    sys.stdout.flush()
    time.sleep(0.3)
time.sleep(float(sys.argv[1]))
"""


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "log"


@pytest.fixture(params=["0", "60"], ids=["ended", "running"])
def writer(log: Path, request: pytest.FixtureRequest) -> Iterator[subprocess.Popen[bytes]]:
    with log.open("wb") as out, subprocess.Popen([sys.executable, "-c", WRITER, request.param], stdout=out) as process:
        yield process
        process.kill()


def test_a_match_is_not_cut(log: Path, writer: subprocess.Popen[bytes]) -> None:
    assert wait_for_line(log, r"digest: ([0-9:]+)", writer)[1] == "01:23:45"


def test_the_end_of_a_process_is_told(log: Path) -> None:
    with log.open("wb") as out:
        process = subprocess.Popen([sys.executable, "-c", "print('no port'); print('cut', end='')"], stdout=out)
    with pytest.raises(AssertionError, match=r"ended without 'digest'.*no port\ncut"):
        wait_for_line(log, "digest", process)
    assert whole_lines(log) == "no port\n"
