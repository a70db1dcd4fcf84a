"""Only a test of a real server has a second try, and the run names it."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
TESTS = """
import pathlib
import pytest

def passes_at(number):
    tries = pathlib.Path(__file__).with_name(f"tries-{number}")
    tries.write_text(tries.read_text() + "x" if tries.exists() else "x")
    assert len(tries.read_text()) >= number

@pytest.mark.servers
def test_late_server():
    passes_at(2)

@pytest.mark.servers
def test_broken_server():
    passes_at(4)

@pytest.mark.servers
def test_server():
    passes_at(1)

def test_without_server():
    passes_at(3)
"""


def test_a_late_server_has_a_second_try(tmp_path: Path) -> None:
    uses = f"import sys\nsys.path.insert(0, {str(ROOT)!r})\nfrom tests.conftest import *\n"
    (tmp_path / "conftest.py").write_text(uses)
    (tmp_path / "test_it.py").write_text(TESTS)
    (tmp_path / "pytest.ini").write_text("[pytest]\nmarkers = servers: talks to a server\n")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-n", "1", tmp_path],
        env=os.environ | {"TMPDIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1, done.stdout
    assert "2 failed, 2 passed" in done.stdout
    named = done.stdout.partition("passed when they ran again")[2].splitlines()[1:]
    assert named[0] == "test_it.py::test_late_server"
    failed = [line for line in done.stdout.splitlines() if line.startswith("FAILED")]
    assert [line.rpartition("::")[2].split(" ")[0] for line in failed] == ["test_broken_server", "test_without_server"]
    assert sorted((path.name, path.read_text()) for path in tmp_path.glob("tries-*")) == [
        ("tries-1", "x"),
        ("tries-2", "xx"),
        ("tries-3", "x"),
        ("tries-4", "xx"),
    ]
