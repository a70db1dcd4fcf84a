"""The state of a conversation while a capture is walked, and its first bytes put in order."""

from tieback.intake.traffic.interface import FIRST_BYTES
from tieback.intake.traffic.judgement import Judgement
from tieback.model.flow import FlowApp

_TLS = 12 * 1024
"""Bytes that are kept of a server's TLS: its hello and its own certificate, not the whole chain."""
_CLIENT_HELLO, _SERVER_HELLO = 1, 2
_CHOSE_TLS_1_3 = b"\0\x2b\0\x02\x03\x04"
"""``supported_versions`` as a server sends it (RFC 8446, section 4.2.1)."""
_HTTP = 8192
_MAX_DATAGRAMS = 8
_MAX_STRAYS = 64
_WINDOW = 1 << 20


_NOTHING: list[bytes] = []
"""What a side holds that keeps no more; never added to."""


class Side:
    """What one end of a conversation sent."""

    __slots__ = (
        "base", "bytes", "chunks", "conversation", "kept", "key", "last", "limit", "named", "next", "other", "packets",
        "strays", "syn", "want",
    )  # fmt: skip

    conversation: "Conversation"
    other: "Side"

    def __init__(self, key: bytes, when: float) -> None:
        self.key = key
        self.packets = 0
        self.bytes = 0
        self.last = when
        self.want = True
        """Whether first bytes are still kept; afterwards they are only counted."""
        self.limit = FIRST_BYTES
        self.base = -1
        """Sequence number of the first byte; -1 before any."""
        self.next = -1
        """Sequence number that continues ``chunks``."""
        self.syn = False
        self.named = False
        """Whether every datagram is read for names."""
        self.kept = 0
        self.chunks: list[bytes] = []
        self.strays: list[tuple[int, bytes]] | None = None
        """Segments that did not come in order, by their offset from ``base``."""

    def keep_segment(self, sequence: int, data: bytes) -> None:
        """Keep a TCP segment: in its place where it continues what is there, else among the strays."""
        if self.base < 0:
            self.base = sequence
        if sequence == self.next and self.chunks:
            self.chunks.append(data)
            self.next = (sequence + len(data)) & 0xFFFFFFFF
            self.kept += len(data)
            self.want = self.kept < self.limit
            return
        if not self.chunks and sequence == self.base:
            self.chunks.append(data)
            self.kept += len(data)
            self.next = (sequence + len(data)) & 0xFFFFFFFF
            self._limit_by(data)
            if self.kept >= self.limit:
                self.want = False
            return
        offset = (sequence - self.base) & 0xFFFFFFFF
        if offset >= 0x80000000:
            offset -= 0x100000000
        if self.strays is None:
            self.strays = []
        if -_WINDOW < offset < self.limit and len(self.strays) < _MAX_STRAYS:
            self.strays.append((offset, data))
            self.kept += len(data)
            if self.kept >= 2 * self.limit:
                self.want = False
        elif offset >= 0:
            # A gap that nothing filled: what follows it cannot be used.
            self.want = False

    def keep_datagram(self, data: bytes) -> None:
        """Keep a UDP datagram among the first ones."""
        data = data[: self.limit - self.kept]
        self.chunks.append(data)
        self.kept += len(data)
        if not self.named and (len(self.chunks) >= _MAX_DATAGRAMS or self.kept >= self.limit):
            self.want = False

    def _limit_by(self, data: bytes) -> None:
        """Keep less where the first segment tells that less is enough."""
        if data[:2] == b"\x16\x03":
            self.limit = _end_of_hello(data)
        elif data[:2] in _TLS_DATA or data[:5] == b"HTTP/":
            self.limit = _HTTP

    def stream(self) -> bytes:
        """The first bytes of a TCP direction up to the first gap; of overlaps what came in order counts."""
        data = self.chunks[0] if len(self.chunks) == 1 else b"".join(self.chunks)
        if self.strays:
            data = self._with_strays(data, self.strays)
        # The one byte of a keep-alive is no data; it repeats the last byte that was acknowledged.
        if not self.syn and data[:1] == b"\0" and self.chunks and len(self.chunks[0]) == 1:
            data = data[1:]
        return data[: self.limit]

    def _with_strays(self, data: bytes, strays: list[tuple[int, bytes]]) -> bytes:
        strays = sorted(strays, key=_offset)
        if not self.syn and strays[0][0] < 0:
            # The capture began in the middle, and not with the earliest segment.
            at = strays[0][0]
            pieces, data = [*strays, (0, data)], b""
            pieces.sort(key=_offset)
        else:
            at, pieces = 0, [(0, data), *strays]
            data = b""
        for offset, piece in pieces:
            if offset > at:
                break
            if offset + len(piece) > at:
                data += piece[at - offset :]
                at = offset + len(piece)
        return data

    def datagrams(self) -> list[bytes]:
        """The first datagrams of a UDP direction."""
        return self.chunks

    def drop(self) -> None:
        """Forget the first bytes and keep no more."""
        self.want = False
        self.chunks = _NOTHING
        self.strays = None
        self.kept = 0


_TLS_DATA = frozenset({b"\x14\x03", b"\x15\x03", b"\x17\x03"})


def _end_of_hello(data: bytes) -> int:
    """How much of a TLS direction is to be seen, by its first segment.

    That is the hello alone where it is a client's, or a server's of TLS 1.3, behind which all is encrypted. Else the
    certificate follows, in this record or the next ones. A hello that goes on in a further record is given room.
    """
    if len(data) < 11:
        return FIRST_BYTES
    end = 5 + int.from_bytes(data[3:5])
    if end < 9 + int.from_bytes(data[6:9]):
        return FIRST_BYTES
    if data[5] == _CLIENT_HELLO or (data[5] == _SERVER_HELLO and _CHOSE_TLS_1_3 in data[:end]):
        return min(end, FIRST_BYTES)
    return _TLS


def _offset(chunk: tuple[int, bytes]) -> int:
    return chunk[0]


class Conversation:
    """Two sides, and what is known of them as a whole."""

    __slots__ = ("app", "client", "first", "judged", "name", "number", "second", "start", "transport")

    def __init__(self, number: int, transport: int, first: Side, second: Side, start: float) -> None:
        self.number = number
        self.transport = transport
        self.first = first
        """The side whose packet came first."""
        self.second = second
        self.start = start
        self.client: Side | None = None
        """The side that opened the connection, where the capture tells."""
        self.app: FlowApp | None = None
        self.name = ""
        """What DNS called the server before the conversation began."""
        self.judged: Judgement | None = None
        first.conversation = second.conversation = self
        first.other = second
        second.other = first

    def release(self) -> None:
        """Undo the references in a circle, so that memory is free without a search for it. The sides' counts remain."""
        for side in (self.first, self.second):
            del side.conversation, side.other

    @property
    def last(self) -> float:
        """Time of the last packet."""
        return max(self.first.last, self.second.last)

    @property
    def kept(self) -> int:
        """Bytes held in memory for this conversation."""
        judged = self.judged
        if judged is None:
            return self.first.kept + self.second.kept
        return sum(len(sample.data) for sample in judged.samples)
