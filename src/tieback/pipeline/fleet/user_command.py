"""Run a command of the user for one app of the fleet: no shell, the facts in the environment, bounded in time.

The command is the user's own program, such as a downloader or a look-up script. It runs with the user's environment.
"""

import os
import shlex
import signal
import subprocess
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

import msgspec

from tieback.model.device import FleetApp
from tieback.model.errors import UsageError
from tieback.report.texts.clean import clean

MAX_OUTPUT = 64 * 1024
"""Bytes kept of the output."""
MAX_MESSAGE = 1_000
"""Characters kept of its message."""
PREFIX = "TIEBACK_APP_"


class CommandEnd(msgspec.Struct, frozen=True):
    """How a command ended."""

    code: int | None
    """Exit code; negative for a signal; ``None`` if it ran longer than allowed and was stopped."""
    output: bytes = b""
    message: str = ""
    """The last line on stderr."""

    @property
    def problem(self) -> str:
        """Why it failed; empty if it ended with 0."""
        if self.code == 0:
            return ""
        what = "stopped: it ran too long" if self.code is None else f"exit code {self.code}"
        return f"{what}: {self.message}" if self.message else what


def split_command(text: str) -> tuple[str, ...]:
    """The words of a command line, as a POSIX shell splits them.

    Raises:
        UsageError: there is none, or a quote is not closed.
    """
    try:
        words = tuple(shlex.split(text))
    except ValueError as error:
        raise UsageError(f"not a command ({error})", where="--command", advice="Check the quotes") from None
    if not words:
        raise UsageError("no command", where="--command", advice="Pass a program with its arguments")
    program = Path(words[0])
    # The working directory of the command is another one.
    return (str(program.absolute()), *words[1:]) if program.name != words[0] else words


def app_environment(app: FleetApp, version: str) -> dict[str, str]:
    """The facts about an app that a command gets as environment variables."""
    facts = {
        "ID": app.bundle_id or app.store_id,
        "BUNDLE_ID": app.bundle_id,
        "STORE_ID": app.store_id,
        "NAME": app.name,
        "PLATFORM": app.platform.value,
        "VERSION": version,
    }
    return {f"{PREFIX}{name}": value.replace("\0", "") for name, value in facts.items()}


def run_command(command: tuple[str, ...], more: Mapping[str, str], folder: Path, seconds: float) -> CommandEnd:
    """Run a command in a folder, with variables added to the environment.

    Raises:
        UsageError: it cannot be started.
    """
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as errors:
        try:
            process = subprocess.Popen(
                command, cwd=folder, env={**os.environ, **more}, stdin=subprocess.DEVNULL, stdout=out, stderr=errors,
                start_new_session=True,
            )  # fmt: skip
        except OSError as error:
            raise UsageError(
                f"cannot be started ({error.strerror})", where=f"--command {command[0]}", advice="Pass its whole path"
            ) from None
        try:
            code: int | None = process.wait(seconds)
        except subprocess.TimeoutExpired:
            code = None
        finally:
            # Also what it left running: its output files close with this block.
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        out.seek(0)
        size = errors.seek(0, os.SEEK_END)
        errors.seek(max(0, size - 4096))
        lines = errors.read(4096).decode("utf-8", "replace").split("\n")
        message = next((line.strip() for line in reversed(lines) if line.strip()), "")
        return CommandEnd(code, out.read(MAX_OUTPUT), clean(" ".join(message.split()), MAX_MESSAGE))
