"""The end of a process: what was registered runs, output is written, the status is kept."""

import subprocess
import sys

import pytest

HEAD = "import atexit, sys, threading, time\nfrom tieback.engine.ending import end_process\n"


def ended(code: str) -> tuple[int, str, str]:
    done = subprocess.run([sys.executable, "-c", HEAD + code], capture_output=True, text=True, timeout=60, check=False)
    return done.returncode, done.stdout, done.stderr


@pytest.mark.parametrize("status", [0, 3, 141])
def test_the_status_is_kept_and_output_is_written(status: int) -> None:
    code = f"sys.stdout.write('out'); sys.stderr.write('err'); end_process({status})"
    assert ended(code) == (status, "out", "err")


def test_what_was_registered_for_the_exit_runs_first() -> None:
    assert ended("atexit.register(print, 'removed'); print('done'); end_process(0)") == (0, "done\nremoved\n", "")


def test_other_threads_are_waited_for() -> None:
    code = "threading.Thread(target=lambda: (time.sleep(0.1), print('written'))).start(); end_process(2)"
    assert ended(code) == (2, "written\n", "")


def test_closed_streams_are_no_error() -> None:
    assert ended("sys.stdout.close(); sys.stderr = None; end_process(4)") == (4, "", "")
