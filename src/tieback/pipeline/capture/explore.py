"""The user's own command that uses the app while a capture runs: monkey, DroidBot, Appium, a script.

It gets what it needs in its environment, and no shell. The run ends when it ends. When the run ends first, its whole
process group is ended. If this process is killed, the kernel ends the command (prctl(2)), so that it does not go on
using the device during the next run. Its output goes to a file beside the flows.
"""

import os
import shlex
import shutil
import signal
import subprocess
import sys
from collections.abc import Mapping
from contextlib import AbstractContextManager, suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from tieback.model.errors import UsageError

LOG = ".explore.log"
"""Ending of the file with the output, beside the flows of the run."""
_ENDING_SECONDS = 5.0
_TIED = """import ctypes, os, signal, sys
ctypes.CDLL(None).prctl(1, signal.SIGTERM, 0, 0, 0)  # PR_SET_PDEATHSIG, kept by exec
if os.getppid() == int(sys.argv[1]):
    os.execvp(sys.argv[2], sys.argv[2:])
"""
"""Ties a command to the process that starts it, then becomes the command."""


def read_command(text: str) -> tuple[str, ...]:
    """The words of a command line, as a shell would split them.

    Raises:
        UsageError: the text has no words, an open quote, or a NUL character.
    """
    if "\0" in text:
        raise UsageError("a NUL character in the command", where="--explore", advice="Remove it")
    try:
        words = tuple(shlex.split(text))
    except ValueError as error:
        raise UsageError(f"{error} in {text[:200]!r}", where="--explore", advice="Close the quote") from None
    if not words:
        raise UsageError("the command is empty", where="--explore", advice='Use "python3 explore.py"')
    return words


def check_command(words: tuple[str, ...], option: str = "--explore") -> None:
    """Raise ``UsageError`` if the program of a command does not exist; no words are no command."""
    if words and shutil.which(words[0]) is None:
        raise UsageError(f"{words[0]} cannot be started (no such program)", where=option, advice="Check the command")


class Explorer(AbstractContextManager["Explorer"]):
    """The command while it runs.

    Args:
        words: the command.
        told: variables that are added to its environment.
        log: new file for its output.
        option: option that names it, for messages.
    """

    def __init__(self, words: tuple[str, ...], told: Mapping[str, str], log: Path, option: str = "--explore") -> None:
        self._words = words
        self._option = option
        self._told = dict(told)
        self._log = log
        self._process: subprocess.Popen[bytes] | None = None
        self._ended_here = False

    def __enter__(self) -> Self:
        """Start it.

        Raises:
            UsageError: it cannot be started.
        """
        check_command(self._words, self._option)
        try:
            with self._log.open("xb") as out:
                self._process = subprocess.Popen(
                    (sys.executable, "-I", "-c", _TIED, str(os.getpid()), *self._words),
                    stdin=subprocess.DEVNULL,
                    stdout=out,
                    stderr=subprocess.STDOUT,
                    env={**os.environ, **self._told},
                    start_new_session=True,
                )
        except OSError as error:
            raise UsageError(
                f"{self._words[0]} cannot be started ({error.strerror})", where=self._option, advice="Check the command"
            ) from None
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stop()

    @property
    def ended(self) -> bool:
        """True if it ended."""
        return self._process is not None and self._process.poll() is not None

    def stop(self) -> None:
        """End it with all processes of its group, if it still runs."""
        process = self._process
        if process is None or process.poll() is not None:
            return
        self._ended_here = True
        for number in (signal.SIGTERM, signal.SIGKILL):
            with suppress(ProcessLookupError):
                os.killpg(process.pid, number)
            # The second signal is for what of the group the first one did not end, too.
            with suppress(subprocess.TimeoutExpired):
                process.wait(_ENDING_SECONDS)

    @property
    def failed(self) -> bool:
        """True if it ended by itself, with an error."""
        return not self._ended_here and self._process is not None and bool(self._process.poll())

    @property
    def trouble(self) -> str:
        """Why the exploration is not complete, as a sentence; empty if it ended with success."""
        if self._ended_here:
            return f"The command of {self._option} was ended with the run: see {self._log}."
        return f"The command of {self._option} ended with code {self._code}: see {self._log}." if self._code else ""

    @property
    def _code(self) -> int:
        """Its exit code; 0 while it runs."""
        return (self._process.poll() if self._process is not None else 0) or 0
