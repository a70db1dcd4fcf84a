"""The audit log: decisions, connects and sends, as JSON lines in a hash chain.

A line is ``{"seq":…,"time":…,"event":…,"fields":{…},"prev":…,"hash":…}``. ``hash`` is the SHA-256 of the line's exact
bytes without the ``hash`` member; ``prev`` is the hash of the previous line (64 zeros for the first). Edits, deletions,
insertions and reordering are therefore detectable. Truncation at the end of a line is not: compare the last hash and
the line count with earlier output of ``tieback grant audit``.
"""

import fcntl
import hashlib
import os
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import msgspec

from tieback.model.errors import WorkspaceError

MAX_LINE = 16 * 1024
"""Maximum bytes of a line including the newline; longer fields are truncated."""
_GENESIS = "0" * 64
_TAIL = len(b',"hash":"') + 64 + len(b'"}')
_MAX_TEXT = 300
_MAX_ITEMS = 64
_SCALARS = frozenset((int, float, bool, type(None)))
_START = b'{"seq":'
_RECOVERED = "recovered"
"""Event of the line that follows the remains of a line truncated by a crash."""


class _Line(msgspec.Struct, frozen=True):
    seq: int
    time: str
    event: str
    fields: dict[str, Any]
    prev: str


class AuditCheck(msgspec.Struct, frozen=True):
    """Result of verifying a whole log."""

    ok: bool
    lines: int
    """Number of valid lines from the start."""
    head: str = ""
    """Hash of the last valid line."""
    bad_line: int | None = None
    """The first invalid line, counted from 1."""
    why: str = ""
    """The problem with that line, as one clause."""
    cut: bool = False
    """True if the invalid line is the last and incomplete, as after a crash; a writer can continue after it."""
    recovered: int = 0
    """Number of truncated lines that a later writer closed and confirmed."""


class AuditLog:
    """An audit log, open for appending; several processes may write to one file.

    Every append locks the file, checks if another process has written, and chains to the last line.
    """

    def __init__(self, path: Path) -> None:
        """Open or create the log.

        Raises:
                WorkspaceError: the log cannot be opened.
        """
        self.path = path
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._fd = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise self._error("opened", error) from None
        self._size = -1
        self._seq = 0
        self.head = _GENESIS
        """Hash of the last line that this log wrote or found."""
        self._synced = threading.Lock()
        self._dirty = False

    def append(self, event: str, fields: Mapping[str, object]) -> None:
        """Write one line. It is on disk after the next ``sync``.

        Raises:
            WorkspaceError: the log cannot be written, or its last line is invalid.
        """
        try:
            with self._locked():
                self._catch_up()
                self._write(event, fields)
        except OSError as error:
            raise self._error("written", error) from None

    def sync(self) -> None:
        """Wait until everything appended so far is on disk. Concurrent callers share one wait.

        Raises:
            WorkspaceError: writing to disk failed.
        """
        with self._synced:
            if not self._dirty:
                return
            self._dirty = False
            try:
                os.fsync(self._fd)
            except OSError as error:
                self._dirty = True
                raise self._error("written", error) from None

    def close(self) -> None:
        """Sync and close."""
        if self._fd >= 0:
            try:
                self.sync()
            finally:
                os.close(self._fd)
                self._fd = -1

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @contextmanager
    def _locked(self) -> Iterator[None]:
        fcntl.flock(self._fd, fcntl.LOCK_EX)
        try:
            yield
        finally:
            fcntl.flock(self._fd, fcntl.LOCK_UN)

    def _catch_up(self) -> None:
        size = os.fstat(self._fd).st_size
        if size == self._size:
            return
        self._size = size
        tail = os.pread(self._fd, 2 * MAX_LINE, max(0, size - 2 * MAX_LINE))
        whole, newline, remains = tail.rpartition(b"\n")
        if not newline and size:
            whole = b""
        last = whole.rpartition(b"\n")[2]
        if last:
            try:
                line, self.head = _read(last)
            except ValueError as error:
                raise WorkspaceError(
                    f"the last line of the audit log is invalid ({error})",
                    where=str(self.path),
                    advice="Check it with `tieback grant audit`, keep the file as evidence, and start another log",
                ) from None
            self._seq = line.seq
        elif size > len(remains) or not remains.startswith(_START[: len(remains)]):
            raise WorkspaceError("not an audit log", where=str(self.path), advice="Choose another file")
        if remains:
            self._close_remains(remains)

    def _close_remains(self, remains: bytes) -> None:
        # Nothing is ever removed: the remains stay, and the next line describes them.
        self._write(_RECOVERED, {"bytes": len(remains), "sha256": hashlib.sha256(remains).hexdigest()}, b"\n")

    def _write(self, event: str, fields: Mapping[str, object], before: bytes = b"") -> None:
        line, digest = _compose(self._seq + 1, event, fields, self.head)
        self._put(before + line)
        self._seq += 1
        self.head = digest
        self._dirty = True

    def _put(self, data: bytes) -> None:
        written = os.write(self._fd, data)
        if written != len(data):
            # The disk is full: leave no incomplete line while holding the lock.
            os.ftruncate(self._fd, self._size)
            raise OSError(None, "No space left on device")
        self._size += written

    def _error(self, what: str, error: OSError) -> WorkspaceError:
        return WorkspaceError(
            f"the audit log cannot be {what} ({error.strerror})",
            where=str(self.path),
            advice="Nothing is contacted without an audit log: free disk space, or choose another file",
        )


def _compose(seq: int, event: str, fields: Mapping[str, object], prev: str) -> tuple[bytes, str]:
    moment = datetime.now(UTC).isoformat(timespec="microseconds")
    body = msgspec.json.encode(_Line(seq, moment, event, _bounded(fields), prev))
    if len(body) + _TAIL >= MAX_LINE:
        kept = {"cut": len(body), "sha256": hashlib.sha256(body).hexdigest()}
        body = msgspec.json.encode(_Line(seq, moment, event, kept, prev))
    digest = hashlib.sha256(body).hexdigest()
    return body[:-1] + b',"hash":"' + digest.encode() + b'"}\n', digest


def _bounded(value: Any) -> Any:
    """Truncate texts and lists; make every text encodable."""
    if type(value) in _SCALARS:
        return value
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, Mapping):
        return {_text(str(key)): _bounded(entry) for key, entry in islice(value.items(), _MAX_ITEMS)}
    if isinstance(value, list | tuple):
        return [_bounded(entry) for entry in value[:_MAX_ITEMS]]
    return value


def _text(value: str) -> str:
    if len(value) <= _MAX_TEXT and value.isascii():
        return value
    return value[:_MAX_TEXT].encode("utf-8", "backslashreplace").decode()


def _read(line: bytes) -> tuple[_Line, str]:
    """Parse a line without its newline; returns it with its hash. Raises ``ValueError`` with the problem."""
    tail = line[-_TAIL:]
    if len(line) <= _TAIL or not (tail.startswith(b',"hash":"') and tail.endswith(b'"}')):
        raise ValueError("not a line of an audit log")
    body = line[:-_TAIL] + b"}"
    digest = hashlib.sha256(body).hexdigest()
    if digest.encode() != tail[9:-2]:
        raise ValueError("the hash does not match the content: the line was edited")
    try:
        return msgspec.json.decode(body, type=_Line), digest
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise ValueError("not a line of an audit log") from None


def verify(path: Path) -> AuditCheck:
    """Verify the chain of a whole log, line by line.

    Raises:
        WorkspaceError: the file cannot be read.
    """
    try:
        with path.open("rb") as file:
            return _follow(iter(lambda: file.readline(MAX_LINE + 1), b""))
    except OSError as error:
        raise WorkspaceError(f"cannot be read ({error.strerror})", where=str(path), advice="Check the path") from None


def _follow(lines: Iterator[bytes]) -> AuditCheck:
    good, recovered, seq, head = 0, 0, 0, _GENESIS
    remains: tuple[int, bytes, str] | None = None
    for number, raw in enumerate(lines, start=1):
        if not raw.endswith(b"\n"):
            cut = len(raw) <= MAX_LINE
            why = "the log ends in the middle of this line" if cut else f"the line is longer than {MAX_LINE} bytes"
            if remains is not None:
                break
            return AuditCheck(False, good, head, number, why, cut, recovered)
        try:
            line, digest = _read(raw[:-1])
        except ValueError as error:
            if remains is not None:
                break
            # A line truncated by a crash is valid if the next line confirms it.
            remains = (number, raw[:-1], str(error))
            continue
        why = _break(line, seq, head)
        if why and remains is None:
            return AuditCheck(False, good, head, number, why, recovered=recovered)
        if remains is not None:
            if why or not _vouches(line, remains[1]):
                break
            recovered, remains = recovered + 1, None
        good, seq, head = good + 1, line.seq, digest
    if remains is not None:
        return AuditCheck(False, good, head, remains[0], remains[2], recovered=recovered)
    return AuditCheck(True, good, head, recovered=recovered)


def _break(line: _Line, seq: int, head: str) -> str:
    if line.prev == head and line.seq == seq + 1:
        return ""
    if line.seq > seq + 1:
        return f"number {line.seq} instead of {seq + 1}: lines before it were deleted or moved"
    return f"number {line.seq} does not follow the previous line: lines were inserted, moved or replaced"


def _vouches(line: _Line, remains: bytes) -> bool:
    return line.event == _RECOVERED and line.fields.get("sha256") == hashlib.sha256(remains).hexdigest()
