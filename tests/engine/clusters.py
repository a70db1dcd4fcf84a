"""Schedulers and workers as processes, started by the command line as a user would, on loopback."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[2]


class Member:
    """A process of a cluster."""

    def __init__(self, words: tuple[str, ...]) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tieback", "cluster", *words],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            cwd=ROOT,
            # Works of the tests are imported by name in the workers.
            env={**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "200"},
        )
        assert self.process.stderr is not None
        self.said = ""
        for line in self.process.stderr:
            self.said += line
            found = re.search(r" at (\S+:\d+)", line)
            if found:
                self.address = found[1]
                return
        raise AssertionError(f"{words}: {self.said}")

    def kill(self) -> None:
        """End it at once."""
        self.process.kill()
        self.process.wait()

    def stop(self) -> None:
        """End it as Ctrl-C does."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            try:
                self.process.wait(15)
            except subprocess.TimeoutExpired:
                self.kill()
        if self.process.stderr is not None:
            self.process.stderr.close()


@contextmanager
def member(*words: str) -> Iterator[Member]:
    """Run ``tieback cluster`` with these words until the block ends."""
    one = Member(words)
    try:
        yield one
    finally:
        one.stop()
