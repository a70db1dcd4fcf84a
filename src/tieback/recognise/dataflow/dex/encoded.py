"""Encoded values of DEX files: initial values of static fields, arguments of call sites, elements of annotations.

Source: https://source.android.com/docs/core/runtime/dex-format#encoding
"""

from typing import NamedTuple

from tieback.intake.apps.interface import Bytes

MAX_ELEMENTS = 4096
"""Most elements of one array that are read."""
_MAX_DEPTH = 8
_SPARE = 50_000

_STRING, _TYPE, _ARRAY, _ANNOTATION, _NULL, _BOOLEAN = 0x17, 0x18, 0x1C, 0x1D, 0x1E, 0x1F
_INTEGERS = frozenset((0x00, 0x02, 0x04, 0x06))
_CHAR = 0x03
STRING_VALUES = tuple((_STRING | length - 1 << 5, length) for length in (1, 2, 3))
"""Headers of encoded_value for a string index, and the bytes of the index; very few files need four."""
TYPE_VALUES = tuple((_TYPE | length - 1 << 5, length) for length in (1, 2))
"""The same for the index of a type, which has at most 16 bits."""


class StringId(NamedTuple):
    """A string constant by its index."""

    string: int


class Annotation(NamedTuple):
    """An annotation: the type's index, and values by the index of their name."""

    kind: int
    values: dict[int, "Encoded"]


type Encoded = StringId | int | Annotation | tuple["Encoded", ...] | None
"""An encoded value; ``None`` for every other type of value."""


class ValueReader:
    """Reads the values of one file. Their total is limited by the size of the file, because values of a hostile file
    can overlap.
    """

    def __init__(self, data: Bytes) -> None:
        self._data = data
        self._left = len(data) // 8 + _SPARE

    def array(self, at: int, depth: int = 0) -> tuple[tuple[Encoded, ...], int]:
        """The elements of an encoded_array, and the offset after it; truncated at the end of the data or at the nesting
        limit.
        """
        count, at = uleb(self._data, at)
        found: list[Encoded] = []
        for _ in range(min(count, MAX_ELEMENTS)):
            if at >= len(self._data):
                break
            value, at = self.one(at, depth)
            found.append(value)
        return tuple(found), at

    def annotation(self, at: int, depth: int = 0) -> tuple[Annotation, int]:
        """An encoded_annotation, and the offset after it."""
        kind, at = uleb(self._data, at)
        count, at = uleb(self._data, at)
        values: dict[int, Encoded] = {}
        for _ in range(min(count, MAX_ELEMENTS)):
            if at >= len(self._data):
                break
            name, at = uleb(self._data, at)
            values[name], at = self.one(at, depth)
        return Annotation(kind, values), at

    def one(self, at: int, depth: int = 0) -> tuple[Encoded, int]:
        """One encoded_value, and the offset after it."""
        self._left -= 1
        if at >= len(self._data) or self._left < 0 or depth > _MAX_DEPTH:
            return None, len(self._data)
        kind, length = self._data[at] & 0x1F, (self._data[at] >> 5) + 1
        at += 1
        if kind == _ARRAY:
            return self.array(at, depth + 1)
        if kind == _ANNOTATION:
            return self.annotation(at, depth + 1)
        if kind in (_NULL, _BOOLEAN):
            return (length - 1 if kind == _BOOLEAN else None), at
        raw = self._data[at : at + length]
        at += length
        if kind == _STRING:
            return StringId(int.from_bytes(raw, "little")), at
        if kind in _INTEGERS or kind == _CHAR:
            return int.from_bytes(raw, "little", signed=kind != _CHAR), at
        return None, at


def uleb(data: Bytes, at: int) -> tuple[int, int]:
    """An unsigned LEB128 number of at most five bytes, and the offset after it; 0 at the end of the data."""
    value = 0
    for shift in range(0, 35, 7):
        if at >= len(data):
            return 0, at
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            break
    return value, at


def ulebs(data: Bytes, at: int, count: int) -> tuple[list[int], int]:
    """Several unsigned LEB128 numbers of at most five bytes, and the offset after them.

    Raises:
        IndexError: they reach beyond the end of the data.
    """
    values = []
    for _ in range(count):
        value = data[at]
        at += 1
        if value >= 0x80:
            value &= 0x7F
            for shift in (7, 14, 21, 28):
                byte = data[at]
                at += 1
                value |= (byte & 0x7F) << shift
                if byte < 0x80:
                    break
        values.append(value)
    return values, at
