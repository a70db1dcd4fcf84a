"""Run of another program, such as Prowler or Checkov, with a time limit. It is never imported."""

import contextlib
import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from tieback.model.errors import InputError

STOP_SECONDS = 5.0
"""Seconds that it has to exit after a stop signal."""


def run_tool(
    name: str, arguments: Sequence[str], folder: Path, *, seconds: float, environment: Mapping[str, str], advice: str
) -> str:
    """Run it in ``folder`` until it ends or its time is over.

    Args:
        name: its display name.
        arguments: the command line.
        folder: working folder; its output goes to a file there.
        seconds: time limit.
        environment: all of its environment variables.
        advice: what to do if it cannot be started.

    Returns:
        Why it did not end well; empty if it did.

    Raises:
        InputError: it cannot be started.
    """
    output = folder / f"{name.lower()}.out"
    with output.open("wb") as out:
        try:
            # A session of its own, so that the processes that it starts end with it.
            process = subprocess.Popen(
                arguments,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                env=dict(environment),
                cwd=folder,
                start_new_session=True,
            )
        except OSError as error:
            raise InputError(
                f"{name} cannot be started ({error.strerror})", where=arguments[0], advice=advice
            ) from None
        try:
            code = process.wait(seconds)
        except subprocess.TimeoutExpired:
            _stop(process)
            return f"{name} was stopped after {seconds:.0f} s"
        except BaseException:
            _stop(process)
            raise
    return f"{name} exited with code {code}{_last(output)}" if code else ""


def _stop(process: "subprocess.Popen[bytes]") -> None:
    """End the remaining processes of its session; with a stop signal first, so that it can write its results."""
    for signal_, patience in ((signal.SIGTERM, STOP_SECONDS), (signal.SIGKILL, STOP_SECONDS)):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal_)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(patience)


def _last(output: Path) -> str:
    """Its last message, for error texts."""
    with output.open("rb") as file:
        file.seek(max(0, output.stat().st_size - 4096))
        lines = [line.strip() for line in file.read(4096).decode("utf-8", "replace").splitlines() if line.strip()]
    said = "".join(char for char in lines[-1][:160] if char.isprintable()) if lines else ""
    return f": {said}" if said else ""
