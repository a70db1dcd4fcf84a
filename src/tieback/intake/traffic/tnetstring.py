"""Tagged netstrings, the serialisation of mitmproxy flow files: a bounded reader over a buffer.

Source: https://tnetstrings.info, with mitmproxy's ``;`` for text. A value is its length in decimal digits, a colon, the
data, and a type. Types are ``,`` bytes, ``;`` text, ``#`` integer, ``^`` float, ``!`` boolean, ``~`` null, ``]`` list,
``}`` dictionary. Bytes stay slices of the buffer, so a body of a gigabyte costs nothing until it is copied.
"""

from typing import Any

from tieback.model.sighting import UnreadKind

MAX_DEPTH = 24
MAX_VALUES = 100_000
_LONGEST_LENGTH = 12
_LONGEST_NUMBER = 40
_LONGEST_TEXT = 1024 * 1024
"""Bytes of a text that is decoded; a longer one stays a slice."""


class MalformedNetstringError(ValueError):
    """The bytes are not a tagged netstring, or exceed a bound."""

    def __init__(self, what: str, kind: UnreadKind = UnreadKind.DAMAGED) -> None:
        super().__init__(what)
        self.kind = kind
        """Why the value was not read."""


def value_end(data: memoryview, at: int) -> int:
    """End of the value at ``at``.

    Raises:
        MalformedError: no value begins there, or it ends beyond the data.
    """
    _, end = _span(data, at, len(data))
    return end + 1


def parse(data: memoryview) -> Any:
    """Read the value that fills ``data``.

    Returns:
        ``memoryview`` for bytes and very long text;
        ``str``, ``int``, ``float``, ``bool``, ``None``, ``list`` or ``dict`` with text keys.

    Raises:
        MalformedError: a false length, an unknown type, or more values or levels than allowed.
    """
    return _Reader(data).value(0, len(data), MAX_DEPTH)[0]


def _span(data: memoryview, at: int, end: int) -> tuple[int, int]:
    """Begin and end of the data of the value at ``at``; its type is at the end."""
    length = 0
    for cursor in range(at, min(at + _LONGEST_LENGTH, end)):
        digit = data[cursor]
        if digit == 0x3A and cursor > at:
            begin = cursor + 1
            if begin + length >= end:
                raise MalformedNetstringError("a length exceeds the data")
            return begin, begin + length
        if not 0x30 <= digit <= 0x39:
            break
        length = length * 10 + digit - 0x30
    raise MalformedNetstringError("a length is missing")


class _Reader:
    def __init__(self, data: memoryview) -> None:
        self._data = data
        self._left = MAX_VALUES

    def value(self, at: int, end: int, depth: int) -> tuple[Any, int]:
        self._left -= 1
        if depth == 0 or self._left < 0:
            raise MalformedNetstringError("nested too deeply, or too many values", UnreadKind.LIMIT)
        begin, stop = _span(self._data, at, end)
        kind = chr(self._data[stop])
        if kind == ",":
            return self._data[begin:stop], stop + 1
        if kind == "]":
            return self._list(begin, stop, depth), stop + 1
        if kind == "}":
            return self._dict(begin, stop, depth), stop + 1
        return _scalar(kind, self._data[begin:stop]), stop + 1

    def _list(self, at: int, end: int, depth: int) -> list[Any]:
        items: list[Any] = []
        while at < end:
            item, at = self.value(at, end, depth - 1)
            items.append(item)
        return items

    def _dict(self, at: int, end: int, depth: int) -> dict[str, Any]:
        items: dict[str, Any] = {}
        while at < end:
            key, at = self.value(at, end, depth - 1)
            name = bytes(key[:200]).decode("utf-8", "replace") if isinstance(key, memoryview) else str(key)
            if at >= end:
                raise MalformedNetstringError("a key without a value")
            items[name], at = self.value(at, end, depth - 1)
        return items


def _scalar(kind: str, data: memoryview) -> Any:
    if kind == ";":
        return bytes(data).decode("utf-8", "replace") if len(data) <= _LONGEST_TEXT else data
    if kind == "~":
        return None
    text = bytes(data[:_LONGEST_NUMBER])
    try:
        if kind == "#":
            return int(text)
        if kind == "^":
            return float(text)
    except ValueError:
        raise MalformedNetstringError("a number is invalid") from None
    if kind == "!":
        return text == b"true"
    raise MalformedNetstringError("an unknown type")
