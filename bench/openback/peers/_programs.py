"""Start tools as processes of their own: without network, with limits of time, memory and output."""

import json
import os
import selectors
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple, Self

ROOT = Path(__file__).parents[3]
PLACE = ROOT / ".cache" / "openback"
NODE = ROOT / ".cache" / "test-servers" / "ai" / "node" / "bin"
MEGABYTE = 1 << 20
_POLL = 0.02
_LOOK = 0.25
"""Seconds between two looks at memory."""
_PAGE = os.sysconf("SC_PAGE_SIZE")


class Limits(NamedTuple):
    """What one case may take; more makes its result ``failed``."""

    seconds: float = 120.0
    memory: int = 4096 * MEGABYTE
    output: int = 256 * MEGABYTE


LIMITS = Limits()


class Done(NamedTuple):
    """How a program ended."""

    output: bytes
    """Standard output; what was there until then if a limit was exceeded."""
    code: int
    error: str
    """Why there is no result; empty if the program ended by itself, with any code."""
    complaint: str
    """The end of its standard error."""


class ToolError(Exception):
    """A tool gave no answer to a case; the text says why."""


def environment(name: str) -> Path | None:
    """The folder of an installed environment; ``None`` if it is missing or incomplete."""
    place = PLACE / name
    return place if (place / ".complete").is_file() else None


def program(name: str, word: str) -> Path | None:
    """A program of an environment; ``None`` if it is not installed."""
    place = environment(name)
    found = place / "bin" / word if place is not None else None
    return found if found is not None and found.is_file() else None


def started(command: Sequence[str | Path]) -> list[str]:
    """The words of a command; a script of an environment is started with the interpreter beside it.

    Its first line has the absolute path of the folder in which it was installed, and that may have been moved.
    """
    words = [*map(str, command)]
    file = Path(words[0])
    if file.is_relative_to(PLACE) and (file.parent / "python").exists():
        with file.open("rb") as script:
            if script.read(2) == b"#!":
                return [str(file.parent / "python"), *words]
    return words


def package_version(name: str, package: str) -> str | None:
    """Version of a package in an environment; ``None`` if it is not installed."""
    place = environment(name)
    if place is None:
        return None
    stem = package.replace("-", "_").lower()
    found = (one.name for one in place.glob("lib/python3*/site-packages/*.dist-info"))
    versions = (one.removesuffix(".dist-info").rpartition("-") for one in found)
    return next((version for known, _, version in versions if known.replace("-", "_").lower() == stem), None)


def clean(home: Path, more: Mapping[str, str] | None = None) -> dict[str, str]:
    """Environment of a tool: a home of its own, and nothing else of ours but the path."""
    path = f"{NODE}:{os.environ.get('PATH', os.defpath)}:/usr/sbin"
    return {"PATH": path, "HOME": str(home), "LANG": "C.UTF-8", "TMPDIR": str(home), **(more or {})}


@cache
def _without_network() -> tuple[str, ...]:
    """What comes before a command so that it has no network; empty where that is impossible."""
    for words in (("unshare", "--net"), ("unshare", "--map-root-user", "--net")):
        if (
            shutil.which("unshare")
            and subprocess.run([*words, "true"], capture_output=True, check=False).returncode == 0
        ):
            return words
    return ()


def is_offline() -> bool:
    """Whether tools that need no network are started without one."""
    return bool(_without_network())


def run(
    command: Sequence[str | Path],
    home: Path,
    *,
    question: bytes = b"",
    more: Mapping[str, str] | None = None,
    network: bool = False,
    limits: Limits = LIMITS,
) -> Done:
    """Run a program to its end, or to a limit; then its whole session is killed.

    Args:
        command: the program and its arguments.
        home: an empty folder that the tool may write to; it is also the current folder.
        question: standard input.
        more: further variables of its environment.
        network: the tool needs loopback.
        limits: what it may take.
    """
    words = [*(() if network else _without_network()), *started(command)]
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as complaints, tempfile.TemporaryFile() as given:
        given.write(question)
        given.seek(0)
        with subprocess.Popen(
            words, stdin=given, stdout=out, stderr=complaints, cwd=home, env=clean(home, more), start_new_session=True
        ) as process:
            try:
                error = _watch(process, limits, out.fileno(), complaints.fileno())
            finally:
                _kill(process)
        out.seek(0)
        complaints.seek(max(0, os.fstat(complaints.fileno()).st_size - 2000))
        return Done(out.read(limits.output), process.returncode, error, complaints.read().decode(errors="replace"))


def _watch(process: subprocess.Popen[bytes], limits: Limits, *files: int) -> str:
    """Wait for the end. Returns the limit that was exceeded, or an empty text."""
    end = time.monotonic() + limits.seconds
    look = time.monotonic() + _LOOK
    while process.poll() is None:
        now = time.monotonic()
        if now > end:
            return f"longer than {limits.seconds:.0f} s"
        if now > look:
            look = now + _LOOK
            if resident(process.pid) > limits.memory:
                return f"more than {limits.memory // MEGABYTE} MiB of memory"
            if any(os.fstat(file).st_size > limits.output for file in files):
                return f"more than {limits.output // MEGABYTE} MiB of output"
        time.sleep(_POLL)
    return ""


def resident(session: int) -> int:
    """Bytes of memory of all processes of a session."""
    total = 0
    for place in Path("/proc").iterdir():
        if not place.name.isdigit():
            continue
        try:
            fields = (place / "stat").read_text().rpartition(")")[2].split()
            if int(fields[3]) == session:
                total += int(fields[21]) * _PAGE
        except (OSError, IndexError, ValueError):
            continue
    return total


def _kill(process: subprocess.Popen[bytes]) -> None:
    """End the session that a process leads, and wait for the process."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


class Worker:
    """A program that answers questions line by line, as ``inside.serve`` does. A limit ends it; it starts again."""

    def __init__(
        self,
        command: Sequence[str | Path],
        home: Path,
        *,
        more: Mapping[str, str] | None = None,
        network: bool = False,
        limits: Limits = LIMITS,
    ) -> None:
        self._command = [*(() if network else _without_network()), *started(command)]
        self._more = {"PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1", **(more or {})}
        self._home = home
        self._limits = limits
        self._process: subprocess.Popen[bytes] | None = None
        self._rest = b""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop()

    def ask(self, question: object) -> Any:
        """The answer to a question.

        Raises:
            ToolError: the tool failed, ended, or exceeded a limit.
        """
        process = self._process or self._start()
        assert process.stdin is not None
        try:
            process.stdin.write(json.dumps(question).encode() + b"\n")
            process.stdin.flush()
            line = self._line(process)
            said = json.loads(line)
        except (OSError, ValueError) as error:
            self._stop()
            raise ToolError(f"ended or gave no JSON: {error}") from None
        except ToolError:
            self._stop()
            raise
        if not isinstance(said, dict) or "answer" not in said:
            raise ToolError(str(said.get("error", "no answer"))[:500] if isinstance(said, dict) else "no answer")
        return said["answer"]

    def _start(self) -> subprocess.Popen[bytes]:
        self._rest = b""
        self._process = subprocess.Popen(
            self._command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=self._home,
            env=clean(self._home, self._more),
            start_new_session=True,
        )
        return self._process

    def _line(self, process: subprocess.Popen[bytes]) -> bytes:
        assert process.stdout is not None
        end = time.monotonic() + self._limits.seconds
        with selectors.DefaultSelector() as waiting:
            waiting.register(process.stdout, selectors.EVENT_READ)
            while b"\n" not in self._rest:
                if time.monotonic() > end:
                    raise ToolError(f"longer than {self._limits.seconds:.0f} s")
                if waiting.select(_LOOK):
                    read = os.read(process.stdout.fileno(), MEGABYTE)
                    if not read:
                        raise ToolError("ended without an answer")
                    self._rest += read
                    if len(self._rest) > self._limits.output:
                        raise ToolError(f"more than {self._limits.output // MEGABYTE} MiB of output")
                elif resident(process.pid) > self._limits.memory:
                    raise ToolError(f"more than {self._limits.memory // MEGABYTE} MiB of memory")
        line, _, self._rest = self._rest.partition(b"\n")
        return line

    def _stop(self) -> None:
        if self._process is None:
            return
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                try:
                    pipe.close()
                except OSError:
                    continue
        with suppress(subprocess.TimeoutExpired):
            # A tool that ends by itself lets its time be counted with that of its own processes.
            self._process.wait(timeout=2)
        _kill(self._process)
        self._process = None


def inside(name: str, module: str, *words: str) -> list[str | Path]:
    """Command that runs a module of ``inside`` in an environment."""
    return [PLACE / name / "bin" / "python", "-W", "ignore", "-m", f"bench.openback.peers.inside.{module}", *words]
