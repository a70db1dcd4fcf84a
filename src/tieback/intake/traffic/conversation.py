"""State of a conversation while a capture is walked, and reassembly of its first bytes."""

import builtins
from typing import cast

import msgspec

from tieback.intake.traffic.classification import FlowClassification
from tieback.intake.traffic.further import FurtherRequests
from tieback.intake.traffic.http import METHODS
from tieback.intake.traffic.interface import FIRST_BYTES, SAMPLE_BYTES
from tieback.model.flow import FlowApp

_TLS = 12 * 1024
"""Bytes kept of a server's TLS: its hello and its own certificate, not the whole chain."""
_CLIENT_HELLO, _SERVER_HELLO = 1, 2
_CHOSE_TLS_1_3 = b"\0\x2b\0\x02\x03\x04"
"""``supported_versions`` as a server sends it (RFC 8446, section 4.2.1)."""
_HTTP = 8192
_MAX_DATAGRAMS = 8
_MAX_STRAYS = 64
_WINDOW = 1 << 20


_NO_SIDE, _NO_CONVERSATION = cast("Side", None), cast("Conversation", None)
"""Placeholders before a conversation is complete and after its release."""
_NOTHING: list[bytes] = []
"""Buffer of a side that keeps no more bytes; never appended to."""


class Side(msgspec.Struct, gc=False, eq=False):
    """The packets that one end of a conversation sent.

    It is not tracked by the garbage collector: ``Conversation.release`` breaks the reference cycle.
    """

    key: bytes
    """Addresses and ports as in its packets, its own first."""
    last: float
    """Time of the last packet."""
    packets: int = 0
    bytes: int = 0
    step: int = 0
    """Number of the step of the walk with its last packet; used because a capture's times are untrusted."""
    want: bool = True
    """True while first bytes are kept; later bytes are only counted."""
    limit: int = FIRST_BYTES
    base: int = -1
    """Sequence number of the first byte; -1 before the first."""
    next: int = -1
    """Sequence number of the byte that continues ``chunks``."""
    syn: bool = False
    named: bool = False
    """True if every datagram is read for names."""
    kept: int = 0
    chunks: list[builtins.bytes] = []
    strays: list[tuple[int, builtins.bytes]] | None = None
    """Out-of-order segments, by their offset from ``base``."""
    sends_http: bool = False
    """True if its first bytes are those of an HTTP/1 request."""
    further: FurtherRequests | None = None
    """Its requests behind the first bytes, once these are complete."""
    other: "Side" = _NO_SIDE
    conversation: "Conversation" = _NO_CONVERSATION

    def keep_segment(self, sequence: int, data: builtins.bytes) -> None:
        """Keep a TCP segment: appended if it is next in order, else among the strays."""
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
        if not self.chunks and data.startswith(METHODS):
            self.sends_http = True
        if -_WINDOW < offset < self.limit and len(self.strays) < _MAX_STRAYS:
            self.strays.append((offset, data))
            self.kept += len(data)
            if self.kept >= 2 * self.limit:
                self.want = False
        elif offset >= 0:
            # The gap was never filled, so the bytes after it cannot be used.
            self.want = False

    def keep_datagram(self, data: builtins.bytes) -> None:
        """Keep a UDP datagram if it is among the first ones."""
        data = data[: self.limit - self.kept]
        self.chunks.append(data)
        self.kept += len(data)
        if not self.named and (len(self.chunks) >= _MAX_DATAGRAMS or self.kept >= self.limit):
            self.want = False

    def _limit_by(self, data: builtins.bytes) -> None:
        """Reduce the limit if the first segment shows that fewer bytes are enough."""
        if data[:2] == b"\x16\x03":
            self.limit = _end_of_hello(data)
        elif data[:2] in _TLS_DATA or data[:5] == b"HTTP/":
            self.limit = _HTTP
        elif data.startswith(METHODS):
            self.sends_http = True

    def follow_segment(self, sequence: int, data: builtins.bytes) -> None:
        """Take a segment behind the first bytes of a client of HTTP."""
        further = self.begin_following()
        before = further.memory_bytes
        further.segment(sequence, data)
        self.kept += further.memory_bytes - before

    def begin_following(self) -> FurtherRequests:
        """Where the segments behind the first bytes go; begins with the first bytes."""
        if self.further is None:
            self.further = further = FurtherRequests((self.base + self._begin()) & 0xFFFFFFFF)
            if self.strays is None:
                for chunk in self.chunks:
                    further.segment(further.next, chunk)
            else:
                further.segment(further.next, self._whole())
                for offset, piece in sorted(self.strays, key=_offset):
                    further.segment((self.base + offset) & 0xFFFFFFFF, piece)
                if not self.chunks:  # the first request is missing
                    further.lost, further.complete = True, False
            self.kept += further.memory_bytes
        return self.further

    def follow_to_end(self) -> FurtherRequests | None:
        """The requests that are not among the bytes that are passed on, if this is a client of HTTP."""
        if self.further is None and self.sends_http and (self.strays or self.kept > SAMPLE_BYTES):
            self.begin_following()
        if self.further is not None:
            self.further.close()
        return self.further

    @property
    def has_gap(self) -> bool:
        """True if packets are missing between the first bytes, so that those behind the gap are not in ``stream``."""
        if self.strays is None:
            return False
        size = len(self.stream())
        return not self.strays or any(offset + len(piece) > size for offset, piece in self.strays)

    def is_whole(self, most: int) -> bool:
        """True if all bytes of this direction of TCP are among those that are passed on, as far as is known.

        Args:
            most: bytes that are passed on, besides further requests.
        """
        if self.further is not None:
            return self.further.is_whole
        if not self.want or self.strays is None:
            return self.want and self.kept <= most
        size = len(self.stream())
        return size <= most and not any(offset + len(piece) > size for offset, piece in self.strays)

    def stream(self) -> builtins.bytes:
        """The first bytes of a TCP direction up to the first gap; of overlapping segments the one in order counts."""
        data = self._whole()
        # The one byte of a keep-alive is not data; it repeats the last acknowledged byte.
        if not self.syn and data[:1] == b"\0" and self.chunks and len(self.chunks[0]) == 1:
            data = data[1:]
        return data[: self.limit]

    def _whole(self) -> builtins.bytes:
        """All bytes that were kept, up to the first gap."""
        data = self.chunks[0] if len(self.chunks) == 1 else b"".join(self.chunks)
        return self._with_strays(data, self.strays) if self.strays else data

    def _begin(self) -> int:
        """Offset of the first byte that was captured, as far as the bytes before it do not matter."""
        if not self.strays:
            return 0
        if not self.syn:  # the capture may have begun mid-stream, and not with the earliest segment
            return min(0, *(offset for offset, _ in self.strays))
        # Of a client of HTTP, any request can be the first.
        requests = () if self.chunks else self.strays
        return min((offset for offset, piece in requests if piece.startswith(METHODS)), default=0)

    def _with_strays(self, data: builtins.bytes, strays: list[tuple[int, builtins.bytes]]) -> builtins.bytes:
        strays = sorted(strays, key=_offset)
        if at := self._begin():
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

    def datagrams(self) -> list[builtins.bytes]:
        """The first datagrams of a UDP direction."""
        return self.chunks

    def drop(self) -> None:
        """Forget the first bytes and keep no more."""
        self.want = False
        self.chunks = _NOTHING
        self.strays = None
        self.sends_http = False
        self.further = None
        self.kept = 0


_TLS_DATA = frozenset({b"\x14\x03", b"\x15\x03", b"\x17\x03"})


def _end_of_hello(data: bytes) -> int:
    """Number of bytes needed of a TLS direction, from its first segment.

    Only the hello is needed of a client, or of a TLS 1.3 server, which encrypts everything after it. Otherwise the
    certificate follows, in this record or later ones. A hello that continues in another record gets more space.
    """
    if len(data) < 11:
        return FIRST_BYTES
    end = 5 + int.from_bytes(data[3:5])
    if end < 9 + int.from_bytes(data[6:9]):
        return FIRST_BYTES
    if data[5] == _CLIENT_HELLO or (data[5] == _SERVER_HELLO and _CHOSE_TLS_1_3 in data[:end]):
        return min(end, FIRST_BYTES)
    return _TLS


def _shares(judged: FlowClassification) -> tuple[FlowClassification, ...]:
    return (judged, *(share.judged for share in judged.hosts))


def _offset(chunk: tuple[int, bytes]) -> int:
    return chunk[0]


class Conversation(msgspec.Struct, gc=False, eq=False):
    """The two sides of a conversation, and the facts about it as a whole."""

    number: int
    """Number of its first packet."""
    transport: int
    first: Side
    """The side that sent the first packet."""
    second: Side
    start: float
    client: Side | None = None
    """The side that opened the connection, if the capture shows it."""
    app: FlowApp | None = None
    name: str = ""
    """DNS name of the server before the conversation began."""
    judged: FlowClassification | None = None
    judged_bytes: int = 0
    """``bytes`` when it was classified: later ones were only counted."""

    def __post_init__(self) -> None:
        first, second = self.first, self.second
        first.conversation = second.conversation = self
        first.other = second
        second.other = first

    def release(self) -> None:
        """Break the reference cycle, which the garbage collector does not track. The sides' counts remain."""
        first, second = self.first, self.second
        first.other = second.other = _NO_SIDE
        first.conversation = second.conversation = _NO_CONVERSATION

    @property
    def bytes(self) -> int:
        """Payload of both sides so far."""
        return self.first.bytes + self.second.bytes

    @property
    def step(self) -> int:
        """Number of the step of the walk with its last packet."""
        return max(self.first.step, self.second.step)

    @property
    def memory_bytes(self) -> int:
        """Bytes in memory for this conversation."""
        judged = self.judged
        if judged is None:
            return self.first.kept + self.second.kept
        return sum(len(sample.data) for one in _shares(judged) for sample in one.samples)
