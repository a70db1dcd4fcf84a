"""A run of the tests ends everything that it started, also if it is killed, and the next run cleans up after it."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.lab import reaper
from tests.lab.run import PREFIX, begin, sweep

ROOT = Path(__file__).parents[2]
TEST = """
import os, subprocess, sys, time

def test_it(tmp_path):
    marked = subprocess.Popen(["sleep", "600"], start_new_session=True)
    here = subprocess.Popen(["sleep", "600"], start_new_session=True, env={}, cwd=tmp_path)
    line = "sleep 600 & echo $!; exec sleep 600"
    child = subprocess.Popen(["sh", "-c", line], start_new_session=True, stdout=subprocess.PIPE, text=True)
    pids = [marked.pid, here.pid, child.pid, int(child.stdout.readline())]
    with open(os.environ["REPORT"] + ".new", "w") as file:
        print(*pids, os.environ["TIEBACK_TEST_RUN"], tmp_path, file=file)
    os.rename(os.environ["REPORT"] + ".new", os.environ["REPORT"])
    time.sleep(float(os.environ["SECONDS"]))
"""
"""Starts a process that has the run's environment, one that works in its folder, and one whose child outlives it."""


def started(tmp_path: Path, seconds: str) -> "subprocess.Popen[str]":
    """A run of its own, inside this one."""
    folder = tmp_path / "inner"
    folder.mkdir()
    # The conftest of this repository, beside a single test.
    (folder / "conftest.py").write_text(
        f"import sys\nsys.path.insert(0, {str(ROOT)!r})\nfrom tests.conftest import *\n"
    )
    (folder / "test_it.py").write_text(TEST)
    words = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--rootdir", str(folder), str(folder)]
    environment = os.environ | {"REPORT": str(tmp_path / "report"), "SECONDS": seconds, "TMPDIR": str(tmp_path)}
    return subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=environment)


def reported(tmp_path: Path) -> tuple[list[int], Path]:
    """Processes of the inner run, and its folder."""
    deadline = time.monotonic() + 60
    while not (tmp_path / "report").exists():
        assert time.monotonic() < deadline
        time.sleep(0.05)
    *pids, folder, base = (tmp_path / "report").read_text().split()
    assert Path(base).is_relative_to(folder)
    assert Path(folder).name.startswith(PREFIX)
    return [int(pid) for pid in pids], Path(folder)


def alive(pids: list[int]) -> list[int]:
    table = reaper.processes("")
    return [pid for pid in pids if pid in table]


def wait_until_gone(pids: list[int], folder: Path) -> None:
    deadline = time.monotonic() + 30
    while (alive(pids) or folder.exists()) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert alive(pids) == []
    assert not folder.exists()


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_a_killed_run_leaves_nothing(tmp_path: Path, number: int) -> None:
    with started(tmp_path, "600") as run:
        pids, folder = reported(tmp_path)
        assert sorted(alive(pids)) == sorted(pids)
        os.kill(run.pid, number)
        run.wait()
    wait_until_gone(pids, folder)


def test_a_run_names_the_processes_that_outlived_it(tmp_path: Path) -> None:
    with started(tmp_path, "0") as run:
        pids, folder = reported(tmp_path)
        output, _ = run.communicate(timeout=60)
    assert run.returncode == 0, output
    assert "processes that outlived their tests" in output
    assert all(f"(process {pid})" in output for pid in pids)
    wait_until_gone(pids, folder)


def test_processes_of_this_run_are_not_stopped(tmp_path: Path) -> None:
    """The inner run is marked by the outer one, too; not the other way round."""
    with subprocess.Popen(["sleep", "600"]) as mine:
        with started(tmp_path, "0") as run:
            reported(tmp_path)
            run.communicate(timeout=60)
        assert mine.poll() is None
        mine.kill()


def test_the_next_run_cleans_up_after_one_whose_reaper_was_killed_too(tmp_path: Path) -> None:
    dead = tmp_path / f"{PREFIX}dead"
    dead.mkdir()
    with subprocess.Popen(["sleep", "600"], start_new_session=True, env={}, cwd=dead) as server:
        started_at = reaper.processes("")[os.getpid()].started
        (dead / "owner.json").write_text(json.dumps({"pid": os.getpid(), "started": started_at}))
        assert sweep(tmp_path) == []  # its owner, this process, still lives
        (dead / "owner.json").write_text(json.dumps({"pid": os.getpid(), "started": started_at - 1}))
        assert sweep(tmp_path) == [dead]
        assert server.wait(10) == -signal.SIGKILL
    assert not dead.exists()


def test_a_folder_that_names_no_owner_is_not_touched(tmp_path: Path) -> None:
    (tmp_path / f"{PREFIX}else").mkdir()
    assert sweep(tmp_path) == []
    assert (tmp_path / f"{PREFIX}else").exists()


def test_a_run_that_failed_keeps_its_folder(tmp_path: Path) -> None:
    run = begin({"TMPDIR": str(tmp_path)})
    assert run.folder.parent == tmp_path
    (run.temporary / "kept").touch()
    assert run.end(keep=True) == []
    assert (run.temporary / "kept").exists()
    reaper.remove(str(run.folder))


def test_sockets_that_were_left_are_removed(tmp_path: Path) -> None:
    paths = [tmp_path / f"seaweedfs-s3-grpc-{port}.sock" for port in (1, 2, 3)]
    alive, old, young = (socket.socket(socket.AF_UNIX) for _ in paths)
    for listener, path in zip((alive, old, young), paths, strict=True):
        listener.bind(str(path))
        if path != paths[2]:
            os.utime(path, (1, 1))
    alive.listen()
    with alive:
        old.close()
        young.close()
        reaper.remove_sockets(tmp_path)
    assert [path.exists() for path in paths] == [True, False, True]


def test_a_recorded_server_ends_by_its_own_signal(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    folder.mkdir()
    line = f"trap 'echo orderly > {folder}/said; exit' INT; echo ready; while :; do sleep 0.05; done"
    with subprocess.Popen(
        ["sh", "-c", line], start_new_session=True, env={}, cwd="/", stdout=subprocess.PIPE, text=True
    ) as server:
        assert server.stdout is not None
        assert server.stdout.readline() == "ready\n"
        process = reaper.processes("")[server.pid]
        record = {"process": {"pid": server.pid, "started": process.started, "executable": "/bin/sh"}, "stop_signal": 2}
        (folder / reaper.RECORD).write_text(json.dumps(record))
        (ended,) = {
            line for line in reaper.end_processes(str(folder), {os.getpid()}) if f"process {server.pid}" in line
        }
        server.wait(10)
    assert f"sh (process {server.pid})" in ended
    assert (folder / "said").read_text() == "orderly\n"
