"""Requests of HTTP/1 behind the first bytes of a client: their heads and the beginnings of their bodies. Bounded.

The client's stream is followed by its framing (RFC 9112, section 6): the rest of a body is counted off, not read, so
that no text in a body counts as a request. If the capture lacks bytes, or they are no request, this goes on with the
next segment that begins with one, and ``complete`` is then false.
"""

import msgspec

from tieback.intake.traffic.http import METHODS, read_request
from tieback.intake.traffic.interface import SAMPLE_BYTES
from tieback.protocols.http1 import MAX_HEAD, MalformedHttpError, content_length, field_value, head_end

MAX_MESSAGES_BYTES = 32 * 1024
"""Bytes kept of all further requests of a connection."""
MAX_MESSAGES = 256
"""Further requests that are kept of a connection."""
_OVERHEAD = 128
"""Bytes in memory for a request that is kept, besides its own."""
_LAST_CHUNK = b"0\r\n\r\n"
_MODULUS = 1 << 32


class FurtherRequest(msgspec.Struct, frozen=True, gc=False):
    """A request behind the first bytes of a client."""

    data: bytes
    """Its head, and the beginning of its body."""
    size: int | None
    """Bytes of the whole request; ``None`` if its head does not state them."""


class FurtherRequests(msgspec.Struct, gc=False, eq=False):
    """The requests of one client, fed with its segments in the order of capture."""

    next: int
    """Sequence number of the next byte."""
    position: int = 0
    """Bytes of the stream so far."""
    first: int = -1
    """Position of the first request that is kept: it ends behind ``SAMPLE_BYTES`` or begins behind a gap; else -1."""
    kept: list[FurtherRequest] = []
    size: int = 0
    full: bool = False
    """True if there is no room for a request: this one and those behind it are not read."""
    cut: bool = False
    """True if a part of a request that is kept was left out."""
    complete: bool = True
    """False if there may be requests that were not seen."""
    lost: bool = False
    """True if bytes are missing. Requests behind them are kept wherever they are: the first bytes end there."""
    ended: bool = False
    """True if the connection changes to another protocol: what follows are no requests."""
    _synced: bool = True
    """False if the place in the stream is unknown."""
    _body: int = 0
    """Bytes of the present body that are still to come."""
    _coded: bool = False
    """True in a body without a stated length: it ends with the last chunk."""
    _tail: bytes = b""
    """The end of such a body so far."""
    _head: bytes = b""
    """The present head, as far as it has come."""
    _begin: int = 0
    """Position of the present request."""
    _part: list[bytes] = []
    """The present request, if it is kept."""
    _size: int | None = None
    """Bytes of the present request."""
    _room: int = 0
    """Bytes of the present request that may still be kept."""

    def segment(self, sequence: int, data: bytes) -> None:
        """Take a segment; what was sent before is left out."""
        if self.done:
            return
        ahead = (sequence - self.next) % _MODULUS
        if ahead >= _MODULUS // 2:  # sent again
            data = data[_MODULUS - ahead :]
            ahead = 0
            if not data:
                return
        elif ahead:
            self._lose(ahead)
        self.next = (self.next + ahead + len(data)) % _MODULUS
        self._take(data)

    @property
    def is_whole(self) -> bool:
        """True if all requests were seen and kept whole."""
        return self.complete and not (self.cut or self.full or self.ended)

    @property
    def done(self) -> bool:
        """True if no further segment changes anything."""
        return self.full or self.ended

    @property
    def memory_bytes(self) -> int:
        """Bytes in memory."""
        return self.size + len(self._head) + _OVERHEAD * len(self.kept)

    def skippable(self) -> int:
        """Bytes that follow and are only counted off: the rest of a body of which no more is kept."""
        return 0 if self._room or self.done else self._body

    def skip(self, size: int) -> None:
        """Count off bytes, at most ``skippable``."""
        self.next = (self.next + size) % _MODULUS
        self._count_off(b"", size)

    def close(self) -> None:
        """Keep the last request as far as it was captured."""
        if self._head:
            self._start(self._head, 0)
            self._head = b""
        self.cut = self.cut or bool(self._part and (self._body or self._coded))
        self.complete = self.complete and not self._coded
        self._finish()

    def _lose(self, size: int) -> None:
        """Bytes are missing."""
        self.position += size
        self.lost = self.cut = True
        if size <= self._body:
            self._body -= size
            if not self._body:
                self._finish()
        else:
            self._desynchronise()

    def _desynchronise(self) -> None:
        """No request is recognised before the next segment that begins with one."""
        self._finish()
        self.complete = self._synced = self._coded = False
        self._body, self._head = 0, b""

    def _take(self, data: bytes) -> None:
        if not self._synced:
            self._synced = data.startswith(METHODS) and read_request(data) is not None
        at = 0
        while at < len(data) and self._synced and not self.done:
            if self._coded:
                self._count_off(data[at:], len(data) - at)
                self._tail = (self._tail + data[max(at, len(data) - len(_LAST_CHUNK)) :])[-len(_LAST_CHUNK) :]
                if self._tail == _LAST_CHUNK:
                    self._coded = False
                    self._finish()
                return
            if self._body:
                size = min(len(data) - at, self._body)
                self._count_off(data[at : at + size], size)
            else:
                size = self._take_head(data[at:])
                self.position += size
            at += size
        self.position += len(data) - at

    def _count_off(self, data: bytes, size: int) -> None:
        """Pass over bytes of a body, and keep ``data`` of them as far as there is room."""
        self.position += size
        if not self._begin and self.position > SAMPLE_BYTES:
            self.cut = True  # the first request is longer than what is passed on of it
        if self._part:
            self.cut = self.cut or size > self._room
            if self._room and data:
                self._keep(data)
        if self._body:
            self._body -= size
            if not self._body:
                self._finish()

    def _take_head(self, data: bytes) -> int:
        """Add to the present head; returns the bytes that belong to it."""
        if not self._head:
            blank = len(data) - len(data.lstrip(b"\r\n"))  # behind a body (RFC 9112, section 2.2)
            if blank:
                return blank
            self._begin = self.position
        before = len(self._head)
        head = self._head + data
        end = head_end(head, max(before - 3, 0))
        if not head.startswith(METHODS) and not any(method.startswith(head) for method in METHODS):
            self._desynchronise()
            return len(data)
        if end < 0:
            self._head = head
            if len(head) > MAX_HEAD:
                self._desynchronise()
            return len(data)
        self._head = b""
        self._start(head[:end], _length(head[:end]))
        return end - before

    def _start(self, head: bytes, length: int | None) -> None:
        """Begin a request: keep it, or count it off. Without a length, its body is in chunks."""
        if self._begin and (self.lost or length is None or self._begin + len(head) + length > SAMPLE_BYTES):
            if self.size + len(head) > MAX_MESSAGES_BYTES or len(self.kept) == MAX_MESSAGES:
                self.full = True
            else:
                self.first = self._begin if self.first < 0 else self.first
                self._room = min(SAMPLE_BYTES, MAX_MESSAGES_BYTES - self.size)
                self._keep(head)
        self._size = None if length is None else len(head) + length
        self._body, self._coded, self._tail = length or 0, length is None, b""
        self.ended = head.startswith(b"CONNECT ") or bool(field_value(head, b"upgrade"))
        if not self._body and not self._coded:
            self._finish()

    def _keep(self, data: bytes) -> None:
        kept = data[: self._room]
        self._part.append(kept)
        self.size += len(kept)
        self._room -= len(kept)
        self.cut = self.cut or len(kept) < len(data)

    def _finish(self) -> None:
        """The present request has ended."""
        if self._part:
            self.kept.append(FurtherRequest(b"".join(self._part), self._size))
            self._part = []
        self._room = 0


def _length(head: bytes) -> int | None:
    """Bytes of the body of a request; ``None`` if its head does not state them."""
    if field_value(head, b"transfer-encoding"):
        return None
    stated = field_value(head, b"content-length")
    try:
        return (content_length([stated]) or 0) if stated else 0
    except MalformedHttpError:
        return None
