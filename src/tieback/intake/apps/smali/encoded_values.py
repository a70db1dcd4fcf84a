"""Values of fields and annotations as bytes of a DEX file.

Source: https://source.android.com/docs/core/runtime/dex-format#encoding.
"""

import struct
from collections.abc import Iterable
from typing import Protocol

from tieback.intake.apps.smali.values import AnnotationText, Kind, Value

_SIGNED = frozenset((Kind.BYTE, Kind.SHORT, Kind.INT, Kind.LONG))


class Indices(Protocol):
    """Indices in the tables of a DEX file by text."""

    def index(self, kind: int, text: str) -> int:
        """The index of what a value of a kind names."""
        ...


def uleb(value: int) -> bytes:
    """An unsigned LEB128 number."""
    if value < 0x80:
        return bytes((value,))
    out = bytearray()
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def sleb(value: int) -> bytes:
    """A signed LEB128 number."""
    out = bytearray()
    while not -64 <= value < 64:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value & 0x7F)
    return bytes(out)


def encoded(value: Value, indices: Indices) -> bytes:
    """An encoded_value."""
    kind, content = value
    if isinstance(content, list):
        return bytes((Kind.ARRAY,)) + encoded_array(content, indices)
    if isinstance(content, AnnotationText):
        return bytes((Kind.ANNOTATION,)) + encoded_annotation(content, indices)
    if isinstance(content, float):
        raw = struct.pack("<d", content) if kind == Kind.DOUBLE else _float(content)
        return _headed(kind, raw)
    if isinstance(content, str):
        return _headed(kind, _shortest(indices.index(kind, content)))
    if kind in (Kind.NULL, Kind.BOOLEAN):
        return bytes((kind | content << 5,))
    if kind in _SIGNED:
        size = min(8, content.bit_length() // 8 + 1)
        return _headed(kind, (content & ((1 << 8 * size) - 1)).to_bytes(size, "little"))
    return _headed(kind, _shortest(content))


def _headed(kind: int, raw: bytes) -> bytes:
    return bytes((kind | (len(raw) - 1) << 5,)) + raw


def _shortest(number: int) -> bytes:
    return number.to_bytes(max(1, (number.bit_length() + 7) // 8), "little")


def _float(content: float) -> bytes:
    try:
        return struct.pack("<f", content)
    except OverflowError:
        return struct.pack("<f", float("inf"))


def encoded_array(values: Iterable[Value], indices: Indices) -> bytes:
    """An encoded_array."""
    parts = [encoded(value, indices) for value in values]
    return uleb(len(parts)) + b"".join(parts)


def encoded_annotation(annotation: AnnotationText, indices: Indices) -> bytes:
    """An encoded_annotation; its elements are in the order of their names."""
    elements = sorted(
        (indices.index(Kind.STRING, name), number, value) for number, (name, value) in enumerate(annotation.elements)
    )
    parts = [uleb(name) + encoded(value, indices) for name, _, value in elements]
    return uleb(indices.index(Kind.TYPE, annotation.kind)) + uleb(len(parts)) + b"".join(parts)
