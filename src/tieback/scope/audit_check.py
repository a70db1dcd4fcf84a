"""Verifies an audit log: its chain, its checkpoints, and this machine's record of it. Needs no secret."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

import msgspec

from tieback.model.errors import WorkspaceError
from tieback.scope.audit import GENESIS, MAX_LINE, RECOVERED, SHORTENED, AuditLine, read_line
from tieback.scope.checkpoints import EVENT as CHECKPOINT
from tieback.scope.checkpoints import LogRecord, checkpoint_key

_MAX_KEYS = 16
_MAX_NOTES = 16


class AuditCheck(msgspec.Struct, frozen=True):
    """Result of verifying a whole log."""

    ok: bool
    """True if the whole log is intact."""
    lines: int
    """Number of valid lines from the start."""
    head: str = ""
    """Hash of the last valid line."""
    bad_line: int | None = None
    """The first invalid line, counted from 1; ``None`` if each line is valid, even if lines are missing."""
    why: str = ""
    """The problem, as one clause."""
    cut: bool = False
    """True if the invalid line is the last and incomplete, as after a crash; a writer can continue after it."""
    recovered: int = 0
    """Number of truncated lines that a later writer closed and confirmed."""
    checkpoints: int = 0
    """Number of valid signed checkpoints."""
    unsigned: int = 0
    """Number of lines that no checkpoint covers: changes to them cannot be detected."""
    keys: tuple[str, ...] = ()
    """Fingerprints of the keys that signed checkpoints."""
    notes: tuple[str, ...] = ()
    """What the log itself reports about removed lines."""


class AuditDemands(msgspec.Struct, frozen=True):
    """What a log is compared with."""

    record: LogRecord | None = None
    """This machine's record of the log."""
    key: str = ""
    """Fingerprint of the only key whose checkpoints count; empty: every key."""
    contains: str = ""
    """Hash of a line that the log must contain, such as the last one of an earlier check; empty: none."""


NO_DEMANDS = AuditDemands()


def verify(path: Path, demands: AuditDemands = NO_DEMANDS) -> AuditCheck:
    """Verify a whole log, line by line.

    Raises:
        WorkspaceError: the file cannot be read.
    """
    try:
        with path.open("rb") as file:
            return _Follower(demands).follow(iter(lambda: file.readline(MAX_LINE + 1), b""))
    except OSError as error:
        raise WorkspaceError(f"cannot be read ({error.strerror})", where=str(path), advice="Check the path") from None


class _Follower:
    """The state after the lines so far."""

    def __init__(self, demands: AuditDemands) -> None:
        self._demands = demands
        self._good = self._recovered = self._seq = self._checkpoints = self._covered = 0
        self._head = GENESIS
        self._signed = (0, GENESIS)
        """Lines up to the last checkpoint with a right signature, and its hash."""
        self._keys: dict[str, None] = {}
        self._notes: list[str] = []
        self._cut_in_between = ""
        self._record_found = self._hash_found = False

    def follow(self, lines: Iterator[bytes]) -> AuditCheck:
        """Check all lines."""
        remains: tuple[int, bytes, str] | None = None
        for number, raw in enumerate(lines, start=1):
            if not raw.endswith(b"\n"):
                cut = len(raw) <= MAX_LINE
                why = "the log ends in the middle of this line" if cut else f"the line is longer than {MAX_LINE} bytes"
                if remains is not None:
                    break
                return self._verdict(number, why, cut=cut)
            try:
                line, digest = read_line(raw[:-1])
            except ValueError as error:
                if remains is not None:
                    break
                # A line truncated by a crash is valid if the next line confirms it.
                remains = (number, raw[:-1], str(error))
                continue
            why = self._break(line)
            if why and remains is None:
                return self._verdict(number, why)
            if remains is not None:
                if why or not _vouches(line, remains[1]):
                    break
                self._recovered, remains = self._recovered + 1, None
            try:
                self._take(line, digest)
            except ValueError as error:
                # Nothing after the last good checkpoint is known to be intact.
                self._good, self._head = self._signed
                return self._verdict(number, str(error))
        if remains is not None:
            return self._verdict(remains[0], remains[2])
        return self._verdict(None, self._missing())

    def _break(self, line: AuditLine) -> str:
        if line.prev == self._head and line.seq == self._seq + 1:
            return ""
        if line.seq > self._seq + 1:
            return f"number {line.seq} instead of {self._seq + 1}: lines before it were deleted or moved"
        return f"number {line.seq} does not follow the previous line: lines were inserted, moved or replaced"

    def _take(self, line: AuditLine, digest: str) -> None:
        """Count a line that follows. Raises ``ValueError`` for a checkpoint with a wrong signature."""
        if line.event == CHECKPOINT:
            key = checkpoint_key(line.fields, line.seq, line.prev).fingerprint
            self._checkpoints += 1
            if self._demands.key in ("", key):
                self._covered = line.seq
            if len(self._keys) < _MAX_KEYS:
                self._keys[key] = None
        elif line.event == SHORTENED:
            self._note(line)
        self._good, self._seq, self._head = self._good + 1, line.seq, digest
        if line.event == CHECKPOINT:
            self._signed = (self._good, digest)
        known = self._demands.record
        self._record_found |= known is not None and (line.seq, digest) == (known.lines, known.head)
        self._hash_found |= digest == self._demands.contains

    def _note(self, line: AuditLine) -> None:
        lines, kept = line.fields.get("lines"), line.fields.get("kept")
        if kept == 0:
            text = f"line {line.seq}: an earlier log at this path, with {lines} {_entries(lines)}, was removed"
        else:
            text = f"line {line.seq}: before it, the log was shortened from {lines} to {kept} {_entries(kept)}"
            self._cut_in_between = self._cut_in_between or text
        if len(self._notes) < _MAX_NOTES:
            self._notes.append(text)

    def _missing(self) -> str:
        """Why a log whose lines are all valid is not whole, or empty."""
        if not self._good:
            return "the log is empty: nothing was logged, or everything was removed"
        known = self._demands.record
        if known is not None and not self._record_found:
            return (
                f"entries were removed or replaced: on {known.time[:10]}, this machine signed entry {known.lines} of "
                f"this log with the hash {known.head}, which the log does not contain"
            )
        if self._demands.contains and not self._hash_found:
            return f"no entry has the hash {self._demands.contains}: entries were removed or replaced"
        if self._demands.key and not self._covered:
            return f"no checkpoint is signed by {self._demands.key}"
        return self._cut_in_between

    def _verdict(self, bad_line: int | None, why: str, *, cut: bool = False) -> AuditCheck:
        return AuditCheck(
            ok=not why,
            lines=self._good,
            head=self._head if self._good else "",
            bad_line=bad_line,
            why=why,
            cut=cut,
            recovered=self._recovered,
            checkpoints=self._checkpoints,
            unsigned=self._seq - self._covered,
            keys=tuple(self._keys),
            notes=tuple(self._notes),
        )


def _vouches(line: AuditLine, remains: bytes) -> bool:
    return line.event == RECOVERED and line.fields.get("sha256") == hashlib.sha256(remains).hexdigest()


def _entries(number: object) -> str:
    """The noun for a number of a log, which may be of any type there."""
    return "entry" if number == 1 else "entries"
