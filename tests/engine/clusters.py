"""Schedulers and workers as processes, started by the command line as a user would, on loopback."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[2]
ENVIRONMENT = {"PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "src")])}
"""Works of the tests are imported by name in the workers; and it is this checkout that is tested."""


class Member:
    """A process of a cluster."""

    def __init__(self, words: tuple[str, ...], **environment: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tieback", "cluster", *words],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            cwd=ROOT,
            env={**os.environ, **ENVIRONMENT, "COLUMNS": "200", **environment},
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


@contextmanager
def program(name: str, *words: str | Path, **environment: str) -> Iterator[None]:
    """Run ``dask scheduler`` or ``dask worker`` until the block ends."""
    process = subprocess.Popen(
        [Path(sys.executable).with_name("dask"), name, *map(str, words)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd=ROOT,
        env={**os.environ, **ENVIRONMENT, **environment},
    )
    try:
        yield
    finally:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def await_listener(port: int, seconds: float = 60) -> None:
    """Wait until somebody listens on a port of loopback: Dask's programs take their time to start."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise TimeoutError(f"nobody listens on port {port} after {seconds:g} s")
