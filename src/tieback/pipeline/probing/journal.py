"""What a probing run has done so far, so that the same command goes on where it was stopped.

One file a command beside the audit log, JSON lines: a report each. It is there only while a run is unfinished: a
command that ran to its end asks anew the next time, and so does one that was stopped more than 24 hours ago.
"""

import os
import time
from collections.abc import Collection, Iterable, Iterator
from hashlib import sha256
from pathlib import Path

import msgspec

from tieback.model.document import decode, encode
from tieback.model.errors import DocumentError, WorkspaceError
from tieback.model.grant import Grant
from tieback.model.probe import Outcome, ProbeReport

GOES_ON_SECONDS = 24 * 3600
"""How long a stopped run may be continued: figures of two days are no one picture."""
FOLDER = ".tieback-unfinished"
_AGAIN = frozenset((Outcome.OUT_OF_SCOPE, Outcome.ERROR))
"""Outcomes that are asked again: they say something of us, not of the service."""


class Journal:
    """The reports of one unfinished command."""

    def __init__(self, folder: Path, grant: Grant, labels: Iterable[str]) -> None:
        """Find what an earlier run of the same command left.

        Args:
            folder: where the audit log is.
            grant: under which it runs; another grant is another command.
            labels: the targets, ``host:port``.
        """
        digest = sha256(msgspec.json.encode((grant, sorted(set(labels))), order="deterministic")).hexdigest()
        self._path = folder / FOLDER / f"{digest[:32]}.jsonl"
        self._fd = -1
        self._sweep()
        self.asked: Collection[str] = frozenset(report.target for report in self.found())
        """Targets that an earlier run has reports of."""

    def add(self, report: ProbeReport) -> None:
        """Keep a report.

        Raises:
            WorkspaceError: it cannot be written.
        """
        if report.outcome in _AGAIN:
            return
        try:
            if self._fd < 0:
                self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                self._fd = os.open(self._path, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
                self._mend()
            os.write(self._fd, encode("probe", report) + b"\n")
        except OSError as error:
            raise WorkspaceError(
                f"what was done cannot be noted ({error.strerror})", where=str(self._path), advice="Free space"
            ) from None

    def close(self, *, finished: bool) -> None:
        """Close it; a finished run leaves nothing behind."""
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1
        if finished:
            self._path.unlink(missing_ok=True)
            if self._path.parent.is_dir() and not any(self._path.parent.iterdir()):
                self._path.parent.rmdir()

    def _sweep(self) -> None:
        """Take away what no command will go on from any more."""
        try:
            for path in self._path.parent.glob("*.jsonl"):
                if time.time() - path.stat().st_mtime > GOES_ON_SECONDS:
                    path.unlink(missing_ok=True)
        except OSError:
            return

    def found(self) -> Iterator[ProbeReport]:
        """The reports of earlier runs, each target's once, read anew from the file."""
        told: set[str] = set()
        try:
            file = self._path.open("rb")
        except OSError:
            return
        with file:
            for line in file:
                # What has no newline was cut off by a kill.
                if not line.endswith(b"\n"):
                    return
                try:
                    report = decode(line, "probe", ProbeReport)
                except DocumentError:
                    continue
                if report.target not in told:
                    told.add(report.target)
                    yield report

    def _mend(self) -> None:
        """End the line that a kill cut off, so that it takes no whole one with it."""
        size = os.fstat(self._fd).st_size
        if size and os.pread(self._fd, 1, size - 1) != b"\n":
            os.write(self._fd, b"\n")
