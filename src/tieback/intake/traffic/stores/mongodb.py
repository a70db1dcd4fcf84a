"""MongoDB's wire protocol.

Source: https://www.mongodb.com/docs/manual/reference/mongodb-wire-protocol/ and https://bsonspec.org. Every message
begins with its length, its ID, the ID that it responds to, and an opcode, all int32 little-endian. Four small integers
occur in many protocols (PPTP, Skinny), so the fields after them are checked as well. These are flags, the collection's
name, and the first BSON document with its length, its first element and its end.
"""

import zlib
from collections.abc import Iterator

from tieback.intake.traffic.interface import ConnectionStart, ProtocolMatch
from tieback.intake.traffic.stores.evidence import combine_confidence, is_ascii_text, sample_messages
from tieback.intake.traffic.stores.interface import ANY

_HEADER = 16
_LONGEST = 48_000_000
_OP_REPLY, _OP_UPDATE, _OP_INSERT, _OP_QUERY, _OP_GET_MORE, _OP_DELETE, _OP_KILL = 1, 2001, 2002, 2004, 2005, 2006, 2007
_OP_COMMAND, _OP_COMMAND_REPLY, _OP_COMPRESSED, _OP_MSG = 2010, 2011, 2012, 2013
_REQUESTS = frozenset(
    {_OP_UPDATE, _OP_INSERT, _OP_QUERY, _OP_GET_MORE, _OP_DELETE, _OP_KILL, _OP_COMMAND, _OP_COMPRESSED, _OP_MSG}
)
_REPLIES = frozenset({_OP_REPLY, _OP_COMMAND_REPLY, _OP_COMPRESSED, _OP_MSG})
_BSON_TYPES = frozenset({*range(1, 0x14), 0x7F, 0xFF})
_MOST_MESSAGES = 64
_FORMAL = frozenset(
    {b"hello", b"ismaster", b"hellook", b"ping", b"buildinfo", b"endsessions", b"saslstart", b"saslcontinue"}
)
_NOT_COMPRESSED, _ZLIB = 0, 2
_INFLATED = 16 * 1024


class Mongodb:
    """MongoDB, recognised by its messages, from the beginning or from any message on."""

    name = "mongodb"
    client_first = ANY
    server_first = ANY

    def recognise(self, opening: ConnectionStart) -> ProtocolMatch | None:
        """Header, fields and first document of a message in each direction."""
        client, server = opening.client, opening.server
        if client:
            # The opcode's upper half is zero, its lower half in 0x07d1..0x07dd: this check rejects most flows.
            if len(client) < _HEADER or client[13] != 7 or client[14] or client[15]:
                return None
        elif len(server) < _HEADER or server[14] or server[15]:
            return None
        here = _weight(client, _REQUESTS) if client else None
        there = _weight(server, _REPLIES) if server else None
        confidence = combine_confidence(here, there)
        if not confidence:
            return None
        return ProtocolMatch(
            self.name,
            confidence,
            detail=_product(server),
            samples=sample_messages("mongodb", _documents(client), _documents(server)),
        )


def _int32(data: bytes, at: int) -> int:
    return int.from_bytes(data[at : at + 4], "little", signed=True)


def _weight(data: bytes, opcodes: frozenset[int]) -> float:
    if len(data) < _HEADER + 5:
        return 0.0
    length, opcode = _int32(data, 0), _int32(data, 12)
    if not _HEADER + 5 <= length <= _LONGEST or opcode not in opcodes:
        return 0.0
    message = data[:length]
    whole = len(data) >= length
    if opcode == _OP_COMPRESSED:
        return _compressed(message, opcodes)
    at = _document_at(message, opcode)
    if at < 0:
        return 0.0
    if opcode == _OP_KILL:
        return 0.5
    if at == length:
        return 0.6 if opcode == _OP_GET_MORE or (opcode == _OP_REPLY and _int32(data, 32) == 0) else 0.0
    return _document_weight(message, at, whole=whole)


def _compressed(message: bytes, opcodes: frozenset[int]) -> float:
    if len(message) < _HEADER + 9:
        return 0.0
    original, size, compressor = _int32(message, 16), _int32(message, 20), message[24]
    return 0.8 if original in opcodes and 0 < size <= _LONGEST and compressor <= 3 else 0.0


def _document_at(message: bytes, opcode: int) -> int:
    """Offset of the first document, with the fields before it checked; -1 if they do not fit."""
    if opcode == _OP_MSG:
        flags = int.from_bytes(message[16:20], "little")
        if flags & ~0x10003 or message[20] > 1:
            return -1
        if message[20] == 0:
            return 21
        end = message.find(b"\0", 25, 25 + 64)
        return end + 1 if end > 25 and is_ascii_text(message[25:end]) else -1
    if opcode == _OP_REPLY:
        return 36 if _int32(message, 16) & ~0xF == 0 and 0 <= _int32(message, 32) < 1_000_000 else -1
    if opcode == _OP_COMMAND_REPLY:
        return 16
    if opcode == _OP_KILL:
        return 24 if _int32(message, 16) == 0 and len(message) == 24 + 8 * _int32(message, 20) else -1
    if opcode == _OP_COMMAND:
        end = message.find(b"\0", 16, 16 + 128)
        command_end = message.find(b"\0", end + 1, end + 1 + 128)
        return command_end + 1 if end > 16 and is_ascii_text(message[16:end]) and command_end > 0 else -1
    return _after_collection(message, opcode)


def _after_collection(message: bytes, opcode: int) -> int:
    """Offset after the fields of a legacy request: flags or zero, the collection's full name, and fixed-length
    fields.
    """
    if int.from_bytes(message[16:20], "little") > 0xFF:
        return -1
    end = message.find(b"\0", 20, 20 + 256)
    name = message[20:end]
    if end < 0 or b"." not in name or not is_ascii_text(name):
        return -1
    return end + 1 + {_OP_QUERY: 8, _OP_UPDATE: 4, _OP_DELETE: 4, _OP_GET_MORE: 12}.get(opcode, 0)


def _document_weight(message: bytes, at: int, *, whole: bool) -> float:
    """Weight of a document: the right length, a first element with a type and a name, and a zero byte at its end."""
    size = _int32(message, at)
    if size < 5 or (whole and at + size > len(message)):
        return 0.0
    if size == 5:
        return 0.6 if message[at + 4 : at + 5] in {b"\0", b""} else 0.0
    if at + 6 > len(message):
        return 0.5
    name_end = message.find(b"\0", at + 5, at + 5 + 256)
    if message[at + 4] not in _BSON_TYPES or (name_end < 0 and whole) or not is_ascii_text(message[at + 5 : name_end]):
        return 0.0
    return 1.0 if not whole or message[at + size - 1] == 0 else 0.0


def _documents(data: bytes) -> Iterator[bytes]:
    """Documents of the messages, except those that open and close a connection."""
    at = 0
    for _ in range(_MOST_MESSAGES):
        length = _int32(data, at)
        if at + _HEADER + 5 > len(data) or not _HEADER + 5 <= length <= _LONGEST:
            return
        message = _plain(data[at : at + length])
        opcode = _int32(message, 12)
        begin = _document_at(message, opcode) if opcode in _REQUESTS | _REPLIES and opcode != _OP_COMPRESSED else -1
        while begin >= 0 and begin + 5 <= len(message):
            size = _int32(message, begin)
            if size < 5:
                break
            document = message[begin : begin + size]
            if size > 5 and not _formal(document):
                yield document
            begin += size
        at += length


def _formal(document: bytes) -> bool:
    """True if a document is only a greeting, a challenge login or a good-bye."""
    return document[5 : document.find(b"\0", 5)].lower() in _FORMAL or b"\x10maxWireVersion\0" in document


def _plain(message: bytes) -> bytes:
    """A compressed message (zlib, or none) as the one inside, as far as it is kept; others unchanged."""
    if _int32(message, 12) != _OP_COMPRESSED or message[24] not in {_NOT_COMPRESSED, _ZLIB}:
        return message
    body = message[25:]
    if message[24] == _ZLIB:
        try:
            body = zlib.decompressobj().decompress(body, _INFLATED)
        except zlib.error:
            return message
    return message[:12] + message[16:20] + body


def _product(server: bytes) -> str:
    at = server.find(b"\x02version\0")
    if at >= 0:
        size = _int32(server, at + 9)
        version = server[at + 13 : at + 12 + size]
        if 2 <= size <= 40 and is_ascii_text(version):
            return f"MongoDB {version.decode('ascii')}"
    at = server.find(b"\x10maxWireVersion\0")
    if at >= 0 and 0 <= _int32(server, at + 16) < 200 and len(server) >= at + 20:
        return f"MongoDB, wire version {_int32(server, at + 16)}"
    return ""
