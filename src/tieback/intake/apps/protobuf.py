"""Wire format of Protocol Buffers: the fields of one message at a time, one level per call.

Source: https://protobuf.dev/programming-guides/encoding/. Nothing is copied: a field of bytes is described by its
offsets. Messages cannot refer to each other. So a reader with a bounded number of levels is bounded by the size of its
input, whatever the content.
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from tieback.intake.apps.distinct import distinct
from tieback.intake.apps.stringpool import MalformedPoolError

VARINT, FIXED64, BYTES, FIXED32 = 0, 1, 2, 5
type Field = tuple[int, int, int, int]
"""Number, wire type, and begin and end of the content; for ``VARINT`` its value and 0."""


def read_varint(data: bytes, at: int, stop: int) -> tuple[int, int]:
    """The number at ``at``, at most 64 bits, and the offset behind it.

    Raises:
        MalformedError: it does not end within ten bytes or before ``stop``.
    """
    value = shift = 0
    for place in range(at, min(at + 10, stop)):
        byte = data[place]
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value & 0xFFFFFFFFFFFFFFFF, place + 1
        shift += 7
    raise MalformedPoolError("a Protocol Buffers number does not end")


def iter_fields(data: bytes, start: int, stop: int) -> Iterator[Field]:
    """Yield the fields of the message at ``data[start:stop]``, in order.

    Raises:
        MalformedError: a field exceeds the message, or has a wire type that ended with version 2 (groups).
    """
    at = start
    while at < stop:
        tag, at = read_varint(data, at, stop)
        number, wire = tag >> 3, tag & 7
        if wire == VARINT:
            value, at = read_varint(data, at, stop)
            yield number, wire, value, 0
            continue
        if wire == BYTES:
            length, at = read_varint(data, at, stop)
        elif wire == FIXED64:
            length = 8
        elif wire == FIXED32:
            length = 4
        else:
            raise MalformedPoolError(f"a Protocol Buffers field has the unknown wire type {wire}")
        if length > stop - at:
            raise MalformedPoolError("a Protocol Buffers field exceeds its message")
        yield number, wire, at, at + length
        at += length


def read_text(data: bytes, begin: int, end: int, limit: int = 4096) -> str:
    """The text of a field of bytes, cut at ``limit`` bytes."""
    return data[begin : min(end, begin + limit)].decode("utf-8", "replace")


def string_edges(data: bytes) -> NDArray[np.int64]:
    """Sorted offsets at which the text of a message with exactly one text begins and ends.

    Such a message (``aapt.pb.String`` and similar) is a tag, its length, the tag of field 1, and the length of the
    text; the two lengths must agree. All bytes are examined at once, because tables contain hundreds of thousands. A
    false hit only adds an edge at a control character, where there can be no match.
    """
    raw = np.frombuffer(data, np.uint8)
    tags = np.flatnonzero(raw == 0x0A)
    found = []
    for width, outer_width in ((1, 1), (1, 2), (2, 2), (2, 3), (3, 3)):
        at = tags[(tags > outer_width) & (tags + width < len(raw))]
        outer, inner = _lengths(raw, at - outer_width, outer_width), _lengths(raw, at + 1, width)
        fits = (inner >= 0) & (outer == inner + 1 + width)
        begin = at[fits] + 1 + width
        end = begin + inner[fits]
        found += [begin, end[end <= len(raw)]]
    return distinct(np.concatenate(found)).astype(np.int64)


def _lengths(raw: NDArray[np.uint8], at: NDArray[np.int64], width: int) -> NDArray[np.int64]:
    """Numbers of exactly ``width`` bytes at each offset; -1 if there is none."""
    total = np.zeros(len(at), np.int64)
    good = np.ones(len(at), np.bool_)
    for index in range(width):
        byte = raw.take(at + index, mode="clip").astype(np.int64)
        good &= (byte >= 0x80) if index < width - 1 else (byte < 0x80)
        total |= (byte & 0x7F) << 7 * index
    return np.where(good, total, -1)
