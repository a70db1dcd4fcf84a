"""What has to be undone on a device, on disk before it is done: a later run completes what a crash left.

A run has one file, JSON lines, held by a lock that the kernel releases when the process dies, however it dies. A step
is written and synced before the device is changed; a line says when it is undone; the file goes when all are.
"""

import fcntl
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Self

import msgspec

from tieback.model.errors import WorkspaceError

MAX_STEPS = 64
_MAX_BYTES = 256 * 1024


class RestoreSetting(msgspec.Struct, frozen=True, tag="setting"):
    """Put a global setting back."""

    name: str
    value: str | None
    """``None`` where there was none."""


class RemoveReverse(msgspec.Struct, frozen=True, tag="reverse"):
    """Take a reversed port away."""

    port: int


class Uninstall(msgspec.Struct, frozen=True, tag="uninstall"):
    """Remove an app that the run installed."""

    package: str


class RemoveFile(msgspec.Struct, frozen=True, tag="file"):
    """Remove a file that the run pushed."""

    path: str


class StopApp(msgspec.Struct, frozen=True, tag="stop"):
    """Stop an app that the run started."""

    package: str


class StopMonkey(msgspec.Struct, frozen=True, tag="monkey"):
    """Stop the monkey."""


type Undo = RestoreSetting | RemoveReverse | Uninstall | RemoveFile | StopApp | StopMonkey


class Line(msgspec.Struct, frozen=True, omit_defaults=True):
    """A line of the journal: a step, or the number of a step that is undone."""

    serial: str = ""
    undo: Undo | None = None
    undone: int | None = None


class Journal:
    """One run's steps."""

    def __init__(self, path: Path, descriptor: int) -> None:
        self.path = path
        self._descriptor = descriptor
        self.steps: list[tuple[int, str, Undo]] = []
        """Number, device and step of what is still to be undone."""
        self._next = 0

    @classmethod
    def create(cls, directory: Path) -> Self:
        """A new journal, locked.

        Raises:
            WorkspaceError: it cannot be written.
        """
        try:
            directory.mkdir(mode=0o700, parents=True, exist_ok=True)
            path = directory / f"{time.time_ns()}-{os.getpid()}.jsonl"
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_APPEND, 0o600)
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise WorkspaceError(
                f"the undo journal cannot be written ({error.strerror})",
                where=str(directory),
                advice="Check its rights",
            ) from None
        return cls(path, descriptor)

    @classmethod
    def left_over(cls, directory: Path) -> Iterator[Self]:
        """The journals of runs that died, each locked; close them. Those of living runs are left alone."""
        for path in sorted(directory.glob("*.jsonl")):
            try:
                descriptor = os.open(path, os.O_RDWR | os.O_CLOEXEC | os.O_APPEND)
            except OSError:
                continue
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                os.close(descriptor)
                continue
            journal = cls(path, descriptor)
            journal._read()
            yield journal

    def add(self, serial: str, undo: Undo) -> int:
        """Note a step that is about to be done; returns its number.

        Raises:
            WorkspaceError: it cannot be noted, so it must not be done.
        """
        number = self._next
        if number >= MAX_STEPS:
            raise WorkspaceError("too many steps", where=str(self.path))
        self._append(Line(serial=serial, undo=undo))
        self.steps.append((number, serial, undo))
        self._next += 1
        return number

    def done(self, number: int) -> None:
        """Note that a step is undone."""
        self._append(Line(undone=number))
        self.steps = [step for step in self.steps if step[0] != number]

    def close(self) -> None:
        """Let go; the file goes where nothing is left to be undone."""
        if not self.steps:
            self.path.unlink(missing_ok=True)
        os.close(self._descriptor)

    def _append(self, line: Line) -> None:
        try:
            os.write(self._descriptor, msgspec.json.encode(line) + b"\n")
            os.fsync(self._descriptor)
        except OSError as error:
            raise WorkspaceError(
                f"the undo journal cannot be written ({error.strerror})", where=str(self.path), advice="Check the disk"
            ) from None

    def _read(self) -> None:
        data = os.pread(self._descriptor, _MAX_BYTES, 0)
        for text in data.splitlines()[: 2 * MAX_STEPS]:
            try:
                line = msgspec.json.decode(text, type=Line)
            except msgspec.DecodeError:
                continue  # a line that a crash cut off: its step was not begun
            if line.undo is not None:
                self.steps.append((self._next, line.serial, line.undo))
                self._next += 1
            elif line.undone is not None:
                self.steps = [step for step in self.steps if step[0] != line.undone]
