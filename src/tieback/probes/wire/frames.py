"""Length-prefixed frames with size limits: MySQL packets, PostgreSQL messages, MongoDB messages.

Each reader takes only the header first, and refuses a length before it reads anything of that length.
"""

import struct

import msgspec

from tieback.model.count_text import count_text
from tieback.model.probe import Outcome
from tieback.probes.wire.verdicts import HostileAnswer, TooLargeAnswer
from tieback.scope.conversation import Conversation, Fault, Receive

_PIECE = 16 * 1024

MONGO_HEADER = 16
"""Bytes of a message header: length, request id, response to, opcode, each a little-endian int32."""
OP_MSG = 2013
_MONGO_LARGEST = 48_000_000
"""``maxMessageSizeBytes`` of every server; a longer message does not come from MongoDB."""


class MysqlPacket(msgspec.Struct, frozen=True):
    """One packet: sequence number and payload."""

    sequence: int
    payload: bytes


class PostgresMessage(msgspec.Struct, frozen=True):
    """One message of the server: its type letter and payload."""

    kind: bytes
    payload: bytes


class Inbox:
    """Reads a stream in large pieces and returns exact ones: thousands of small rows need few receives."""

    def __init__(self, held: bytes = b"") -> None:
        """Start with bytes that were read already."""
        self._held = held
        self._at = 0

    def take(self, size: int, seconds: float | None = None) -> Conversation[bytes]:
        """Read the next ``size`` bytes; the caller bounds ``size``.

        Raises:
            Fault: the stream ended or nothing came in time.
        """
        while len(self._held) - self._at < size:
            part = yield Receive(limit=_PIECE, seconds=seconds)
            if not part:
                raise Fault(Outcome.REFUSED, "closed by the server")
            self._held = self._held[self._at :] + part
            self._at = 0
        self._at += size
        return self._held[self._at - size : self._at]


def mysql_packet(inbox: Inbox, cap: int) -> Conversation[MysqlPacket]:
    """Read one packet (3 bytes of length, little-endian, 1 byte of sequence).

    Raises:
        Hostile: longer than ``cap`` bytes.
    """
    header = yield from inbox.take(4)
    size = int.from_bytes(header[:3], "little")
    if size > cap:
        raise HostileAnswer(f"a MySQL packet of {count_text(size, 'byte')}")
    return MysqlPacket(header[3], (yield from inbox.take(size)))


def mysql_frame(sequence: int, payload: bytes) -> bytes:
    """Encode a packet; ``payload`` is shorter than 16 MiB."""
    return len(payload).to_bytes(3, "little") + bytes((sequence,)) + payload


def postgres_message(inbox: Inbox, cap: int) -> Conversation[PostgresMessage]:
    """Read one message (1 byte of type, 4 bytes of length, big-endian, which includes itself).

    Raises:
        Hostile: a length under 4 or a payload longer than ``cap`` bytes.
    """
    header = yield from inbox.take(5)
    size = int.from_bytes(header[1:], "big") - 4
    if not 0 <= size <= cap:
        raise HostileAnswer(f"a PostgreSQL message of {count_text(size, 'byte')}")
    return PostgresMessage(header[:1], (yield from inbox.take(size)))


def postgres_frame(kind: bytes, payload: bytes) -> bytes:
    """Encode a message; ``kind`` is empty for the messages before a session starts."""
    return kind + (len(payload) + 4).to_bytes(4, "big") + payload


def mongo_frame(request: int, body: bytes) -> bytes:
    """Encode an OP_MSG message with one document: no flags, one section of kind 0."""
    return struct.pack("<iiiiIB", MONGO_HEADER + 5 + len(body), request, 0, OP_MSG, 0, 0) + body


def mongo_body(header: bytes, request: int, cap: int) -> Conversation[bytes]:
    """Read the document of the OP_MSG answer whose header was read already.

    Raises:
        Hostile: a header that MongoDB never sends, or more than the one document.
        TooLarge: longer than ``cap`` bytes.
    """
    size, _, answers, opcode = struct.unpack("<iiii", header)
    if opcode != OP_MSG or answers != request or not MONGO_HEADER + 10 <= size <= _MONGO_LARGEST:
        raise HostileAnswer("a MongoDB header that does not answer the request")
    if size > cap:
        raise TooLargeAnswer(f"an answer of {count_text(size, 'byte')}")
    rest = yield Receive(exactly=size - MONGO_HEADER)
    flags = int.from_bytes(rest[:4], "little")
    # Bit 0: a checksum follows the sections; bit 1 (moreToCome) is only set for a client that requests it.
    if flags & ~0x1_0001 or rest[4] != 0:
        raise HostileAnswer("a MongoDB answer with unexpected flags or sections")
    return rest[5:-4] if flags & 1 else rest[5:]
