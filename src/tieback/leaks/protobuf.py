"""Protocol buffers without a schema, and gRPC messages: texts and pairs of coordinates, by field number.

Sources: https://protobuf.dev/programming-guides/encoding/ (wire format);
https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md (length-prefixed messages). Without a schema a field has
no name, so only its value can say what it is. Bytes count as a message only if every tag and length in them fits.
"""

import struct
from collections.abc import Iterator

import msgspec

from tieback.leaks.coded import unpack
from tieback.leaks.value import MAX_VALUE, NamedValue
from tieback.protocols.leb128 import decode_leb128

MAX_DEPTH = 8
MAX_FIELDS = 512
_MAX_FRAMES = 16
_MAX_TAG = 10_000
"""Field numbers beyond this are legal, and so rare that random bytes are the better explanation."""
_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5
_LEAST_TEXT = 4
_FEW = 3
"""Whole fields before one that is cut: samples are cut, and random bytes seldom have so many."""


class WireField(msgspec.Struct, frozen=True, gc=False):
    """A field of a message; ``data`` is empty for a varint."""

    number: int
    wire: int
    data: bytes


def read_protobuf(data: bytes) -> Iterator[NamedValue]:
    """The values of a message; none if the bytes are not one."""
    found = parse_message(data)
    if found:
        yield from _values(found, "", MAX_DEPTH)


def read_grpc(data: bytes) -> Iterator[NamedValue]:
    """The values of the length-prefixed messages of a call; a compressed one is decoded if it is gzip."""
    at = 0
    for _ in range(_MAX_FRAMES):
        if at + 5 > len(data) or data[at] > 1:
            return
        size = int.from_bytes(data[at + 1 : at + 5])
        message = data[at + 5 : at + 5 + size]
        yield from read_protobuf(message if not data[at] else unpack(message) or b"")
        at += 5 + size


def parse_message(data: bytes) -> list[WireField]:
    """The fields of a message, the last of which may be cut; empty if the bytes are no message."""
    fields: list[WireField] = []
    at = 0
    while at < len(data):
        tag, at = decode_leb128(data, at)
        number, wire = tag >> 3, tag & 7
        if not 0 < number <= _MAX_TAG or len(fields) >= MAX_FIELDS:
            return []
        if wire == _VARINT:
            value, at = decode_leb128(data, at)
            if value < 0:
                return []
            fields.append(WireField(number, wire, b""))
            continue
        if wire == _BYTES:
            size, at = decode_leb128(data, at)
        else:
            size = {_FIXED64: 8, _FIXED32: 4}.get(wire, -1)
        if size < 0 or (at + size > len(data) and len(fields) < _FEW):
            return []
        if wire != _BYTES and at + size > len(data):
            break  # a number that is cut has no value
        fields.append(WireField(number, wire, data[at : at + size]))
        at += size
    return fields


def _values(fields: list[WireField], path: str, depth: int) -> Iterator[NamedValue]:
    for index, field in enumerate(fields):
        place = f"{path}.{field.number}" if path else str(field.number)
        if field.wire == _FIXED64:
            pair = _place(field, fields[index + 1]) if index + 1 < len(fields) else ""
            if pair:
                yield NamedValue(f"protobuf:{place}", "", pair, form="place")
        elif field.wire == _BYTES and field.data:
            text = _text(field.data)
            inner = parse_message(field.data) if text is None and depth else []
            if text is not None:
                # Values of one place can be of many kinds: those of a list of names and values are.
                form = "email" if "@" in text else ""
                yield NamedValue(f"protobuf:{place}", "", text[:MAX_VALUE], form=form)
            elif inner:
                yield from _values(inner, place, depth - 1)


def _text(data: bytes) -> str | None:
    """The bytes as text; ``None`` if they are too short or not printable."""
    if len(data) < _LEAST_TEXT:
        return None
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return None
    return text if text.isprintable() else None


def _place(first: WireField, second: WireField) -> str:
    """Two neighbouring doubles as a pair of coordinates; empty if they cannot be one."""
    if second.wire != _FIXED64 or second.number != first.number + 1:
        return ""
    latitude, longitude = struct.unpack("<d", first.data)[0], struct.unpack("<d", second.data)[0]
    if not (1e-3 < abs(latitude) <= 90 and 1e-3 < abs(longitude) <= 180):
        return ""
    if latitude == int(latitude) or longitude == int(longitude):
        return ""
    return f"{latitude:.6f},{longitude:.6f}"
