"""Transcripts: the traffic of one conversation, recorded so that it can be evaluated again without a network.

A file contains JSON lines, one conversation each (``tieback/transcript/1``): probe, target, depth, the SHA-256 of the
grant, and every connection as events with their time in milliseconds. Bytes are those inside TLS, in base64. Responses
that may contain record values (a ransom note) are never stored, only their length.

A transcript contains a store's responses, including container and field names: only its owner may read the file.
"""

import os
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path

import msgspec

from tieback.model.document import decode, encode
from tieback.model.errors import DocumentError, InputError, WorkspaceError
from tieback.model.grant import Depth, Grant, Limits
from tieback.model.probe import Outcome, Ransom, TlsInfo
from tieback.scope.conversation import Target, Traffic
from tieback.scope.grant import grant_sha256, render_grant

MAX_FILE = 256 * 1024 * 1024
"""Maximum bytes of one file; further conversations are counted, not stored."""
MAX_LINE = 8 * 1024 * 1024
"""Maximum bytes of one line, about three times what a grant allows a conversation to read by default."""
MAX_TRANSCRIPTS = 1_000_000
"""Maximum lines read from a file."""


class EventKind(StrEnum):
    """Type of an event."""

    SENT = "sent"
    RECEIVED = "received"
    WITHHELD = "withheld"
    """Received bytes that may contain record values; ``text`` is their number."""
    TLS = "tls"
    """A handshake succeeded."""
    UNVERIFIED = "unverified"
    """A handshake failed because the certificate does not verify; ``text`` is the reason."""
    ENDED = "ended"
    """The peer ended the stream."""
    FAULT = "fault"
    """A read or a handshake failed; ``outcome`` and ``text`` describe it."""
    UNSENT = "unsent"
    """The previous write failed; ``outcome`` and ``text`` describe it."""
    UNCONNECTED = "unconnected"
    """The connection failed; ``outcome`` and ``text`` describe it."""


class WireEvent(msgspec.Struct, frozen=True, omit_defaults=True):
    """One event on a connection."""

    at: int
    """Milliseconds since the start of the conversation."""
    what: EventKind
    data: bytes = b""
    text: str = ""
    outcome: Outcome | None = None
    tls: TlsInfo | None = None


class ConnectionRecord(msgspec.Struct, frozen=True):
    """A connection."""

    address: str
    events: tuple[WireEvent, ...]


class Transcript(msgspec.Struct, frozen=True, omit_defaults=True):
    """One conversation, or the grant's refusal."""

    begun: str
    """Start time in UTC, ISO 8601."""
    grant: str
    """SHA-256 of the grant."""
    target: Target
    probe: str = ""
    depth: Depth = Depth.IDENTIFY
    limits: Limits = Limits()
    lines: tuple[ConnectionRecord, ...] = ()
    traffic: Traffic | None = None
    refused: str = ""
    """Why the grant did not cover the target; nothing was sent then."""
    ransom: Ransom | None = None
    """The verdict on a note; the note itself is not stored."""
    cut: bool = False
    """True if it became too long and its events were left out."""
    derived: bool | None = None
    """True if the user named a host, block or range, and not this port of this host; ``None`` if an earlier release
    wrote it."""

    @property
    def day(self) -> str:
        """The date of the conversation, such as ``2026-11-25``."""
        return self.begun[:10]


class TranscriptFile:
    """Transcripts, open for appending: a resumed run adds to the same file."""

    def __init__(
        self,
        path: Path,
        grant: Grant,
        *,
        grant_text: str = "",
        max_bytes: int = MAX_FILE,
        derived: Callable[[str], bool] = lambda _label: False,
    ) -> None:
        """Open or create the file, readable only by its owner.

        Args:
            path: the file.
            grant: grant of the conversations.
            grant_text: text of its file, whose SHA-256 each transcript has; default: its values as TOML.
            max_bytes: maximum bytes of the whole file.
            derived: ``Transcript.derived`` of a target, by its label.

        Raises:
            WorkspaceError: the file cannot be opened.
        """
        self.path = path
        self._grant = grant_sha256(grant_text or render_grant(grant))
        self._limits = grant.limits
        self._max_bytes = max_bytes
        self._derived = derived
        self.left_out = 0
        """Number of conversations that did not fit."""
        try:
            self._fd = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
            os.fchmod(self._fd, 0o600)
            self._size = os.fstat(self._fd).st_size
        except OSError as error:
            raise self._error("opened", error) from None

    def keep(
        self,
        target: Target,
        probe: str,
        depth: Depth,
        lines: Sequence[ConnectionRecord],
        traffic: Traffic,
    ) -> None:
        """Write a conversation.

        Raises:
            WorkspaceError: the file cannot be written.
        """
        begun = datetime.fromtimestamp(time.time() - traffic.seconds, UTC)
        self._write(
            Transcript(
                begun=begun.isoformat(timespec="milliseconds"),
                grant=self._grant,
                target=target,
                probe=probe,
                depth=depth,
                limits=self._limits,
                lines=tuple(lines),
                traffic=traffic,
                derived=self._derived(target.label),
            )
        )

    def refuse(self, target: Target, reason: str) -> None:
        """Record that the grant does not cover a target.

        Raises:
            WorkspaceError: the file cannot be written.
        """
        begun = datetime.now(UTC).isoformat(timespec="milliseconds")
        derived = self._derived(target.label)
        self._write(Transcript(begun=begun, grant=self._grant, target=target, refused=reason, derived=derived))

    def conclude(self, target: Target, ransom: Ransom) -> None:
        """Record the verdict on a note.

        Raises:
            WorkspaceError: the file cannot be written.
        """
        begun = datetime.now(UTC).isoformat(timespec="milliseconds")
        self._write(Transcript(begun=begun, grant=self._grant, target=target, ransom=ransom))

    def close(self) -> None:
        """Close the file."""
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1

    def _write(self, transcript: Transcript) -> None:
        line = encode("transcript", transcript) + b"\n"
        if len(line) > MAX_LINE:
            line = encode("transcript", msgspec.structs.replace(transcript, lines=(), cut=True)) + b"\n"
        if self._size + len(line) > self._max_bytes:
            self.left_out += 1
            return
        try:
            written = os.write(self._fd, line)
            self._size += written
            if written != len(line):
                raise OSError(None, "No space left on device")
        except OSError as error:
            raise self._error("written", error) from None

    def _error(self, what: str, error: OSError) -> WorkspaceError:
        return WorkspaceError(
            f"the transcript file cannot be {what} ({error.strerror})",
            where=str(self.path),
            advice="Choose another file",
        )


def read_transcripts(path: Path) -> Iterator[Transcript]:
    """The conversations of a file, in order. A truncated last line is ignored.

    Raises:
        InputError: the file cannot be read, or a line is invalid.
    """
    try:
        with path.open("rb") as file:
            for number in range(1, MAX_TRANSCRIPTS + 1):
                line = file.readline(MAX_LINE + 1)
                if not line.endswith(b"\n"):
                    if len(line) > MAX_LINE:
                        raise InputError(f"line {number} is too long", where=str(path), advice="Use another file")
                    return
                try:
                    yield decode(line, "transcript", Transcript)
                except DocumentError as error:
                    raise InputError(
                        f"line {number} is not a transcript: {error.what}",
                        where=str(path),
                        advice="Use a file from `tieback probe --record`",
                    ) from None
    except OSError as error:
        raise InputError(f"cannot be read ({error.strerror})", where=str(path), advice="Check the path") from None
