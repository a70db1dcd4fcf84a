"""The command that uses the app: started without a shell, and ended with its whole group."""

import os
import select
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tieback.model.errors import UsageError
from tieback.pipeline.capture.explore import Explorer, read_command

CHILD = (
    "import os, subprocess, sys, time; one = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)']); "
    "print(one.pid, os.environ['PACKAGE'], flush=True); time.sleep(60)"
)


def until(log: Path) -> str:
    for _ in range(400):
        if log.read_text().endswith("\n"):
            return log.read_text()
        time.sleep(0.05)
    raise AssertionError("it printed nothing")


def runs(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_words_are_split_as_by_a_shell_but_nothing_is_expanded() -> None:
    assert read_command("monkey -p '$PACKAGE x' 5; rm") == ("monkey", "-p", "$PACKAGE x", "5;", "rm")


@pytest.mark.parametrize("text", [" ", "'open"])
def test_a_command_that_is_none_is_an_error(text: str) -> None:
    with pytest.raises(UsageError, match="--explore"):
        read_command(text)


def test_a_command_that_does_not_exist_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be started"), Explorer(("/no/such/program",), {}, tmp_path / "log"):
        pass


def test_the_whole_group_ends_with_the_run(tmp_path: Path) -> None:
    log = tmp_path / "log"
    with Explorer((sys.executable, "-c", CHILD), {"PACKAGE": "com.shop"}, log) as explorer:
        child, package = until(log).split()
        assert package == "com.shop"
        assert runs(int(child))
        before = explorer.ended
        explorer.stop()
        assert (before, explorer.ended) == (False, True)
        assert explorer.trouble.startswith("The command of --explore was ended with the run")
    for _ in range(100):
        if not runs(int(child)):
            break
        time.sleep(0.05)
    assert not runs(int(child))
    assert os.environ.get("PACKAGE") is None


def test_a_program_that_ignores_the_request_to_end_ends_too(tmp_path: Path) -> None:
    code = CHILD.replace("'import time; time", "'import signal, time; signal.signal(15, 1); print(flush=True); time")
    code = code.replace("])", "], stdout=-1); one.stdout.readline()", 1)
    code = code.replace("sleep(60)", "sleep(600)")
    log = tmp_path / "run.explore.log"
    with Explorer((sys.executable, "-c", code), {"PACKAGE": "org.test"}, log):
        child = int(until(log).split()[0])
    program = os.pidfd_open(child) if runs(child) else -1
    try:
        assert program < 0 or select.select([program], [], [], 60)[0]
    finally:
        if program >= 0:
            os.close(program)


def test_success_is_no_trouble(tmp_path: Path) -> None:
    with Explorer((sys.executable, "-c", "pass"), {}, tmp_path / "log") as explorer:
        for _ in range(400):
            if explorer.ended:
                break
            time.sleep(0.05)
        assert explorer.ended
    assert explorer.trouble == ""


PARENT = """
import os, pathlib, sys
from tieback.pipeline.capture.explore import Explorer
words = (sys.executable, "-c", "import os, time; print(os.getpid(), flush=True); time.sleep(60)")
with Explorer(words, {}, pathlib.Path(sys.argv[1])):
    while not pathlib.Path(sys.argv[1]).read_text().endswith("\\n"):
        pass
    os._exit(9)
"""


def test_the_command_ends_with_a_killed_run(tmp_path: Path) -> None:
    assert subprocess.run([sys.executable, "-c", PARENT, tmp_path / "log"], check=False, timeout=60).returncode == 9
    pid = int((tmp_path / "log").read_text())
    for _ in range(200):
        if not runs(pid):
            break
        time.sleep(0.05)
    assert not runs(pid)
