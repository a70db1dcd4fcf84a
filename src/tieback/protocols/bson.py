"""BSON (https://bsonspec.org, version 1.1): a bounded reader of answers, and an encoder for fixed commands.

The reader checks every length before it reads, and counts elements. Neither deep nesting nor a million tiny elements
cost more than their bound.
"""

import struct

MAX_DEPTH = 24
MAX_ELEMENTS = 20_000

type Document = dict[str, Value]
type Value = bool | int | float | str | bytes | list[Value] | Document | None

_FIXED = {0x07: 12, 0x09: 8, 0x11: 8, 0x13: 16}
"""Lengths of ObjectId, UTC datetime, timestamp and decimal128: kept as bytes, because only their presence matters."""
_EMPTY = (0x06, 0x0A, 0xFF, 0x7F)
_STRINGS = (0x02, 0x0D, 0x0E)


class MalformedBsonError(Exception):
    """The bytes break a rule of BSON, or a limit. The text says which."""


def encode(document: Document) -> bytes:
    """Encode a document of strings, booleans, integers (int32, else int64), ``None``, lists and documents.

    Raises:
        TypeError: a value of another type; a programming error.
        struct.error: an integer outside int64.
    """
    body = b"".join(_encode_element(key, value) for key, value in document.items())
    return struct.pack("<i", len(body) + 5) + body + b"\0"


def _encode_element(key: str, value: Value) -> bytes:
    name = key.encode() + b"\0"
    if value is None:
        return b"\x0a" + name
    if isinstance(value, bool):
        return b"\x08" + name + bytes((value,))
    if isinstance(value, int):
        wide = not -(2**31) <= value < 2**31
        return (b"\x12" if wide else b"\x10") + name + struct.pack("<q" if wide else "<i", value)
    if isinstance(value, str):
        text = value.encode() + b"\0"
        return b"\x02" + name + struct.pack("<i", len(text)) + text
    if isinstance(value, dict):
        return b"\x03" + name + encode(value)
    if isinstance(value, list):
        return b"\x04" + name + encode({str(index): item for index, item in enumerate(value)})
    raise TypeError(f"a command cannot contain a {type(value).__name__}")


def decode(data: bytes, *, max_elements: int = MAX_ELEMENTS, max_depth: int = MAX_DEPTH) -> Document:
    """Read one document that fills ``data`` exactly.

    Args:
        data: the document's bytes, already bounded by the caller.
        max_elements: maximum number of elements in the whole document.
        max_depth: maximum depth of nesting.

    Raises:
        MalformedBsonError: a wrong length, an unknown type, or more elements or levels than allowed.
    """
    reader = _Reader(data, max_elements)
    return reader.document(0, len(data), max_depth)


class _Reader:
    def __init__(self, data: bytes, elements: int) -> None:
        self._data = data
        self._elements_left = elements

    def document(self, start: int, end: int, depth: int) -> Document:
        """The document that fills ``start`` to ``end``."""
        if depth == 0:
            raise MalformedBsonError("BSON nested too deeply")
        if end - start < 5 or self._int32(start, end) != end - start or self._data[end - 1] != 0:
            raise MalformedBsonError("a BSON document with a wrong length")
        found: Document = {}
        at, last = start + 4, end - 1
        while at < last:
            self._elements_left -= 1
            if self._elements_left < 0:
                raise MalformedBsonError("a BSON document with too many elements")
            kind = self._data[at]
            name_end = self._cstring_end(at + 1, last)
            name = self._data[at + 1 : name_end].decode("utf-8", "replace")
            found[name], at = self._value(kind, name_end + 1, last, depth)
        return found

    def _value(self, kind: int, at: int, end: int, depth: int) -> tuple[Value, int]:
        if kind in (0x03, 0x04):
            size = self._size(at, end)
            inner = self.document(at, at + size, depth - 1)
            return (list(inner.values()) if kind == 0x04 else inner), at + size
        if kind in _STRINGS:
            return self._string(at, end)
        if kind == 0x10:
            return self._int32(at, end), at + 4
        if kind == 0x12:
            return struct.unpack("<q", self._take(at, 8, end))[0], at + 8
        if kind == 0x01:
            return struct.unpack("<d", self._take(at, 8, end))[0], at + 8
        if kind == 0x08:
            return self._take(at, 1, end) != b"\0", at + 1
        if kind in _FIXED:
            return self._take(at, _FIXED[kind], end), at + _FIXED[kind]
        if kind in _EMPTY:
            return None, at
        return self._rare(kind, at, end)

    def _rare(self, kind: int, at: int, end: int) -> tuple[Value, int]:
        if kind == 0x05:
            size = self._int32(at, end)
            if size < 0:
                raise MalformedBsonError("BSON binary of negative length")
            return self._take(at + 5, size, end), at + 5 + size
        if kind == 0x0B:
            pattern_end = self._cstring_end(at, end)
            return None, self._cstring_end(pattern_end + 1, end) + 1
        if kind == 0x0C:
            _, after = self._string(at, end)
            self._take(after, 12, end)
            return None, after + 12
        if kind == 0x0F:
            return None, at + self._size(at, end)
        raise MalformedBsonError(f"an unknown BSON type 0x{kind:02x}")

    def _string(self, at: int, end: int) -> tuple[str, int]:
        size = self._int32(at, end)
        if size < 1:
            raise MalformedBsonError("a BSON string of length zero")
        raw = self._take(at + 4, size, end)
        if raw[-1] != 0:
            raise MalformedBsonError("a BSON string without its end")
        return raw[:-1].decode("utf-8", "replace"), at + 4 + size

    def _size(self, at: int, end: int) -> int:
        """Length of an embedded document; it must end before ``end``."""
        size = self._int32(at, end)
        if size < 5 or size > end - at:
            raise MalformedBsonError("a BSON document with a wrong length")
        return size

    def _int32(self, at: int, end: int) -> int:
        value: int = struct.unpack("<i", self._take(at, 4, end))[0]
        return value

    def _take(self, at: int, size: int, end: int) -> bytes:
        if size > end - at:
            raise MalformedBsonError("a BSON value longer than its document")
        return self._data[at : at + size]

    def _cstring_end(self, at: int, end: int) -> int:
        found = self._data.find(b"\0", at, end)
        if found < 0:
            raise MalformedBsonError("a BSON name without its end")
        return found
