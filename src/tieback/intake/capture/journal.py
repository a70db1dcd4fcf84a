"""Undo journal of device changes, written to disk before each change; a later run undoes what a crashed run left.

Each run has one file of JSON lines, with a lock that the kernel releases when the process ends for any reason. A step
is written and synced before the device is changed; a line records that it is undone; the file is deleted when all are.
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
    """Restore a global setting."""

    name: str
    value: str | None
    """The previous value; ``None`` if it was not set."""


class RemoveReverse(msgspec.Struct, frozen=True, tag="reverse"):
    """Remove a reversed port."""

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


type UndoStep = RestoreSetting | RemoveReverse | Uninstall | RemoveFile | StopApp | StopMonkey


class JournalLine(msgspec.Struct, frozen=True, omit_defaults=True):
    """A line of the journal: a step, or the number of a step that is undone."""

    serial: str = ""
    undo: UndoStep | None = None
    undone: int | None = None


class UndoJournal:
    """The steps of one run."""

    def __init__(self, path: Path, descriptor: int) -> None:
        self.path = path
        self._descriptor = descriptor
        self.steps: list[tuple[int, str, UndoStep]] = []
        """Number, device and step of each change that is not yet undone."""
        self._next = 0

    @classmethod
    def create(cls, directory: Path) -> Self:
        """Create a new journal, locked.

        Raises:
            WorkspaceError: the journal cannot be written.
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
                advice="Check its permissions",
            ) from None
        return cls(path, descriptor)

    @classmethod
    def pending(cls, directory: Path) -> Iterator[Self]:
        """Yield the journals of crashed runs, each locked; close them. Those of active runs are skipped."""
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

    def add(self, serial: str, undo: UndoStep) -> int:
        """Record a step before it is done; returns its number.

        Raises:
            WorkspaceError: the step cannot be recorded, so it must not be done.
        """
        number = self._next
        if number >= MAX_STEPS:
            raise WorkspaceError("too many steps in one run", where=str(self.path))
        self._append(JournalLine(serial=serial, undo=undo))
        self.steps.append((number, serial, undo))
        self._next += 1
        return number

    def done(self, number: int) -> None:
        """Record that a step is undone."""
        self._append(JournalLine(undone=number))
        self.steps = [step for step in self.steps if step[0] != number]

    def close(self) -> None:
        """Release the lock; delete the file if there is nothing left to undo."""
        if not self.steps:
            self.path.unlink(missing_ok=True)
        os.close(self._descriptor)

    def _append(self, line: JournalLine) -> None:
        try:
            os.write(self._descriptor, msgspec.json.encode(line) + b"\n")
            os.fsync(self._descriptor)
        except OSError as error:
            raise WorkspaceError(
                f"the undo journal cannot be written ({error.strerror})",
                where=str(self.path),
                advice="Check the disk space and permissions",
            ) from None

    def _read(self) -> None:
        data = os.pread(self._descriptor, _MAX_BYTES, 0)
        for text in data.splitlines()[: 2 * MAX_STEPS]:
            try:
                line = msgspec.json.decode(text, type=JournalLine)
            except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
                continue  # a line cut off by a crash: its step was never started
            if line.undo is not None:
                self.steps.append((self._next, line.serial, line.undo))
                self._next += 1
            elif line.undone is not None:
                self.steps = [step for step in self.steps if step[0] != line.undone]
