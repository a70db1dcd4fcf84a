"""The audit log: decisions, connects and sends, as JSON lines in a hash chain with signed checkpoints.

A line is ``{"seq":…,"time":…,"event":…,"fields":{…},"prev":…,"hash":…}``. ``hash`` is the SHA-256 of the line's exact
bytes without the ``hash`` member; ``prev`` is the hash of the previous line (64 zeros for the first). An editor could
recompute the chain, so ``scope.checkpoints`` signs it. ``scope.audit_check`` verifies a log.

What no check can detect: changes to the lines after the last checkpoint, and any change by a holder of the key.
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
from tieback.scope.checkpoints import EVENT as CHECKPOINT
from tieback.scope.checkpoints import EVERY, CheckpointSigner

MAX_LINE = 16 * 1024
"""Maximum bytes of a line including the newline; longer fields are truncated."""
GENESIS = "0" * 64
_TAIL = len(b',"hash":"') + 64 + len(b'"}')
_MAX_TEXT = 300
_MAX_ITEMS = 64
_SCALARS = frozenset((int, float, bool, type(None)))
_START = b'{"seq":'
SHORTENED = "shortened"
"""Event of the line that follows the removal of lines."""
RECOVERED = "recovered"
"""Event of the line that follows the remains of a line truncated by a crash."""


class AuditLine(msgspec.Struct, frozen=True):
    """A line without its hash."""

    seq: int
    time: str
    event: str
    fields: dict[str, Any]
    prev: str


class AuditLog:
    """An audit log, open for appending; several processes may write to one file.

    Every append locks the file, checks if another process has written, and chains to the last line.
    """

    def __init__(self, path: Path, signer: CheckpointSigner | None = None) -> None:
        """Open or create the log.

        Args:
            path: the file.
            signer: signs checkpoints; default: none are written. ``open_audit_log`` passes one.

        Raises:
            WorkspaceError: the log cannot be opened.
        """
        self.path = path
        self._signer = signer
        self._unsigned = 0
        """Own lines since the last checkpoint."""
        self._compared = signer is None
        """True once the log was compared with its record."""
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._fd = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise self._error("opened", error) from None
        self._size = -1
        self._seq = 0
        self.head = GENESIS
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
                self._compare()
                self._write(event, fields)
                self._unsigned += 1
                if self._unsigned >= EVERY:
                    self._checkpoint()
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
        """Write a checkpoint, sync and close."""
        if self._fd >= 0:
            try:
                self._sign_end()
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
                line, self.head = read_line(last)
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

    def _compare(self) -> None:
        """If the log is shorter than at its last checkpoint, say so in it: a longer log must not hide that."""
        if self._compared or self._signer is None:
            return
        self._compared = True
        known = self._signer.earlier()
        if known is not None and (self._seq < known.lines or (self._seq == known.lines and self.head != known.head)):
            self._write(SHORTENED, {"lines": known.lines, "head": known.head, "key": known.key, "kept": self._seq})

    def _checkpoint(self) -> None:
        self._unsigned = 0
        if self._signer is not None:
            self._write(CHECKPOINT, self._signer.fields(self._seq + 1, self.head))
            self._signer.keep(self._seq, self.head)

    def _sign_end(self) -> None:
        if self._signer is None or not self._unsigned:
            return
        try:
            with self._locked():
                self._catch_up()
                self._checkpoint()
        except OSError as error:
            raise self._error("written", error) from None

    def _close_remains(self, remains: bytes) -> None:
        # Nothing is ever removed: the remains stay, and the next line describes them.
        self._write(RECOVERED, {"bytes": len(remains), "sha256": hashlib.sha256(remains).hexdigest()}, b"\n")

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


def open_audit_log(path: Path) -> AuditLog:
    """The audit log for a run: with checkpoints, signed by the user's key.

    Raises:
        WorkspaceError: the log or the key cannot be opened.
    """
    return AuditLog(path, CheckpointSigner.open(path))


def _compose(seq: int, event: str, fields: Mapping[str, object], prev: str) -> tuple[bytes, str]:
    moment = datetime.now(UTC).isoformat(timespec="microseconds")
    body = msgspec.json.encode(AuditLine(seq, moment, event, _bounded(fields), prev))
    if len(body) + _TAIL >= MAX_LINE:
        kept = {"cut": len(body), "sha256": hashlib.sha256(body).hexdigest()}
        body = msgspec.json.encode(AuditLine(seq, moment, event, kept, prev))
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


def read_line(line: bytes) -> tuple[AuditLine, str]:
    """Parse a line without its newline; returns it with its hash. Raises ``ValueError`` with the problem."""
    tail = line[-_TAIL:]
    if len(line) <= _TAIL or not (tail.startswith(b',"hash":"') and tail.endswith(b'"}')):
        raise ValueError("not a line of an audit log")
    body = line[:-_TAIL] + b"}"
    digest = hashlib.sha256(body).hexdigest()
    if digest.encode() != tail[9:-2]:
        raise ValueError("the hash does not match the content: the line was edited")
    try:
        return msgspec.json.decode(body, type=AuditLine), digest
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise ValueError("not a line of an audit log") from None
