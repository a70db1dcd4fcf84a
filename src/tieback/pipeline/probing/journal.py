"""Progress journal of a probing run, so that the same command resumes after a stop.

One file per command next to the audit log: JSON lines, one report per line. It exists only while a run is unfinished. A
command that finished, or was stopped more than 24 hours ago, starts again from the beginning.
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

RESUME_SECONDS = 24 * 3600
"""How long a stopped run can be resumed, in seconds. Results from two different days must not be mixed."""
FOLDER = ".tieback-unfinished"
_AGAIN = frozenset((Outcome.OUT_OF_SCOPE, Outcome.ERROR))
"""Outcomes that are probed again: they describe our side, not the service."""


class ProbeJournal:
    """The reports of one unfinished command."""

    def __init__(self, folder: Path, grant: Grant, labels: Iterable[str], rules: Iterable[str] = ()) -> None:
        """Find the journal that an earlier run of the same command left.

        Args:
            folder: folder of the audit log.
            grant: grant of the run; a run with another grant is another command.
            labels: the targets, as ``host:port``.
            rules: the rules of declared probes, each with its file's hash; other rules make another command.
        """
        command = (grant, sorted(set(labels)), *map(str, rules))
        digest = sha256(msgspec.json.encode(command, order="deterministic")).hexdigest()
        self._path = folder / FOLDER / f"{digest[:32]}.jsonl"
        self._fd = -1
        self._sweep()
        self.asked: Collection[str] = frozenset(report.target for report in self.found())
        """Targets already reported by an earlier run."""

    def add(self, report: ProbeReport) -> None:
        """Append a report.

        Raises:
            WorkspaceError: the journal cannot be written.
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
                f"cannot write the journal ({error.strerror})", where=str(self._path), advice="Free disk space"
            ) from None

    def close(self, *, finished: bool) -> None:
        """Close the journal; delete it if the run finished."""
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1
        if finished:
            self._path.unlink(missing_ok=True)
            if self._path.parent.is_dir() and not any(self._path.parent.iterdir()):
                self._path.parent.rmdir()

    def _sweep(self) -> None:
        """Delete journals that are too old to resume."""
        try:
            for path in self._path.parent.glob("*.jsonl"):
                if time.time() - path.stat().st_mtime > RESUME_SECONDS:
                    path.unlink(missing_ok=True)
        except OSError:
            return

    def found(self) -> Iterator[ProbeReport]:
        """The reports of earlier runs, one per target, read from the file."""
        told: set[str] = set()
        try:
            file = self._path.open("rb")
        except OSError:
            return
        with file:
            for line in file:
                # A line without a newline was truncated by a kill.
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
        """Terminate a truncated last line, so that the next line is not appended to it."""
        size = os.fstat(self._fd).st_size
        if size and os.pread(self._fd, 1, size - 1) != b"\n":
            os.write(self._fd, b"\n")
