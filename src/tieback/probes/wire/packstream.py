"""PackStream, the encoding of Bolt's messages: the subset that the fixed messages and their answers need.

Source: https://neo4j.com/docs/bolt/current/packstream/. Values are bounded. A value that is nested deeper than
``MAX_DEPTH``, or announces more elements than bytes are left, is hostile.
"""

import struct

from tieback.probes.wire.cursor import Cursor
from tieback.probes.wire.verdicts import HostileAnswer

MAX_DEPTH = 8
_MESSAGE = "a Bolt message"

type Value = bool | int | float | bytes | str | list[Value] | dict[str, Value] | None

_SIZES = {0xCC: 1, 0xCD: 2, 0xCE: 4, 0xD0: 1, 0xD1: 2, 0xD2: 4, 0xD4: 1, 0xD5: 2, 0xD6: 4, 0xD8: 1, 0xD9: 2, 0xDA: 4}
"""Markers that are followed by a length, and the bytes of that length: byte arrays, strings, lists, dictionaries."""


def encode_text(value: str) -> bytes:
    """Encode a string of at most 65535 bytes."""
    data = value.encode("utf-8")
    if len(data) < 16:
        return bytes((0x80 | len(data),)) + data
    if len(data) < 256:
        return bytes((0xD0, len(data))) + data
    return b"\xd1" + len(data).to_bytes(2, "big") + data


def encode_mapping(entries: dict[str, bytes]) -> bytes:
    """Encode a dictionary of at most 15 entries with values that are encoded already."""
    return bytes((0xA0 | len(entries),)) + b"".join(encode_text(key) + value for key, value in entries.items())


def encode_message(tag: int, *fields: bytes) -> bytes:
    """Encode a message in one chunk, with fields that are encoded already."""
    body = bytes((0xB0 | len(fields), tag)) + b"".join(fields)
    return len(body).to_bytes(2, "big") + body + b"\0\0"


def decode_message(body: bytes) -> tuple[int, list[Value]]:
    """Decode tag and fields of a message.

    Raises:
        Hostile: not a structure, ends early, is nested too deeply, or has bytes left over.
    """
    cursor = Cursor(body, _MESSAGE)
    marker = cursor.big(1)
    if marker & 0xF0 != 0xB0:
        raise HostileAnswer("a Bolt message that is not a structure")
    tag = cursor.big(1)
    fields = [_value(cursor, MAX_DEPTH) for _ in range(marker & 0x0F)]
    if cursor.left:
        raise HostileAnswer("a Bolt message longer than its fields")
    return tag, fields


def _value(cursor: Cursor, depth: int) -> Value:
    if not depth:
        raise HostileAnswer(f"a Bolt message nested deeper than {MAX_DEPTH}")
    marker = cursor.big(1)
    if marker < 0x80 or marker >= 0xF0:
        return marker if marker < 0x80 else marker - 0x100
    kind, size = marker & 0xF0, marker & 0x0F
    if marker in _SIZES:
        size = cursor.big(_SIZES[marker])
        kind = 0xC0 if marker < 0xD0 else {0xD0: 0x80, 0xD4: 0x90, 0xD8: 0xA0}[marker & 0xFC]
    if size > cursor.left and kind != 0xC0:
        raise HostileAnswer(f"{_MESSAGE} that ends early")
    match kind:
        case 0x80:
            return cursor.take(size).decode("utf-8", "replace")
        case 0x90:
            return [_value(cursor, depth - 1) for _ in range(size)]
        case 0xA0:
            return {str(_value(cursor, 1)): _value(cursor, depth - 1) for _ in range(size)}
        case 0xB0:
            # A node or a date: its tag and its fields as a list; our statements return none.
            return [cursor.big(1), *(_value(cursor, depth - 1) for _ in range(size))]
        case _:
            return _scalar(cursor, marker, size)


def _scalar(cursor: Cursor, marker: int, size: int) -> Value:
    match marker:
        case 0xC0:
            return None
        case 0xC2 | 0xC3:
            return marker == 0xC3
        case 0xC1:
            number: float = struct.unpack(">d", cursor.take(8))[0]
            return number
        case 0xC8 | 0xC9 | 0xCA | 0xCB:
            return cursor.big(1 << (marker - 0xC8), signed=True)
        case 0xCC | 0xCD | 0xCE:
            return cursor.take(size)
        case _:
            raise HostileAnswer(f"unexpected marker {marker:#04x} in {_MESSAGE}")
