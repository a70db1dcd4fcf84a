"""Streaming JSON reader (RFC 8259): yields the elements of the array at a path, one in memory at a time.

Files may be of any size and may contain several documents in sequence, such as concatenated pages of an API response.
A page says beside its records whether more follow; ``InventorySource`` keeps that.
"""

import re
from collections.abc import Iterator
from typing import Any

import msgspec

from tieback.intake.inventory.source import InventorySource

MAX_RECORD = 2 << 20
"""Bytes of one record. All apps of a device (some thousands) are one record."""
MAX_PARTS = 100_000
"""Members and elements of one record; each takes some hundred bytes in memory."""
MAX_DEPTH = 256
_BLANK = re.compile(rb"[\s,]*")
_TOKEN = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*("?)|[{}\[\]]', re.DOTALL)
_PLAIN_END = re.compile(rb"[\s,\]}]")
_MAX_KEY = 4096
_MAX_MARK = 16_384
"""Bytes of the value of a page mark, such as a link."""
_FOLLOWS = frozenset(
    {
        "@odata.nextLink", "odata.nextLink", "nextLink", "nextPageToken", "next", "next_page", "hasMore", "has_more",
        "has_next",
    }
)  # fmt: skip
"""Members of a page that are set if another page follows."""
_TOTALS = frozenset({"@odata.count", "Total", "total", "totalCount", "total_count", "totalResults", "count"})
"""Members of a page with the number of records in the whole list."""


def iter_json_records[T](
    source: InventorySource, path: tuple[str, ...], shape: type[T], *, after: int = 0
) -> Iterator[tuple[int, T]]:
    """Yield every element of the array at a path of every document (or the object itself), with its number from 1.

    Elements of another type are skipped. The first documents, as many as ``after``, are passed over, however long.

    Raises:
        InputError: the text is not JSON, ends within a document, or a record is too long or nested too deep.
    """
    decoder = msgspec.json.Decoder(shape, strict=False)
    for number, data in enumerate(_Reader(source).documents(path, after), start=1 + after):
        if data.count(b",") + data.count(b"{") + data.count(b"[") > MAX_PARTS:
            raise source.broken(f"record {number} has more than {MAX_PARTS:,} parts")
        try:
            yield number, decoder.decode(data)
        except msgspec.ValidationError as error:
            source.skip(number, str(error))
        except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
            raise source.broken(f"record {number} is not valid JSON ({error})") from None


class _Reader:
    """A sliding window over the text."""

    def __init__(self, source: InventorySource) -> None:
        self._source = source
        self._chunks = source.chunks()
        self._held = b""
        self._at = 0

    def documents(self, path: tuple[str, ...], after: int = 0) -> Iterator[bytes]:
        for _ in range(after):
            if self._peek():
                self._value(keep=False)
        while self._peek():
            self._source.start_page()
            yield from self._within(path, 0)

    def _within(self, path: tuple[str, ...], arrays: int) -> Iterator[bytes]:
        if arrays > 2:
            # No inventory has arrays three levels deep.
            self._value(keep=False)
        elif self._peek() == b"[":
            self._at += 1
            while (sign := self._peek()) != b"]":
                if not sign:
                    raise self._ends()
                yield from self._within(path, arrays + 1)
            self._at += 1
        elif not path:
            data = self._value(keep=True)
            if data is not None:
                self._source.records += 1
                yield data
        elif self._peek() == b"{":
            yield from self._members(path)
        else:
            self._value(keep=False)

    def _members(self, path: tuple[str, ...]) -> Iterator[bytes]:
        self._at += 1
        while (sign := self._peek()) != b"}":
            if sign != b'"':
                raise self._ends() if not sign else self._source.broken("not valid JSON: a member name is missing")
            name = self._name()
            if name == path[0]:
                yield from self._within(path[1:], 0)
            elif name in _FOLLOWS or name in _TOTALS:
                self._mark(name)
            else:
                self._value(keep=False)
        self._at += 1

    def _name(self) -> str:
        while (found := _TOKEN.match(self._held, self._at)) is None or not found[1]:
            if len(self._held) - self._at > _MAX_KEY or not self._more():
                raise self._source.broken("not valid JSON: a member name does not end")
        try:
            name = str(msgspec.json.decode(found[0]))
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            name = ""
        self._at = found.end()
        if self._peek() != b":":
            raise self._source.broken("not valid JSON: a colon is missing")
        self._at += 1
        return name

    def _mark(self, name: str) -> None:
        """Read a page mark: a short value that is no object or array."""
        text = self._scalar()
        try:
            value = msgspec.json.decode(text) if text else None
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            value = None
        if name in _FOLLOWS:
            self._source.follows = bool(value) and value != "false"
        elif isinstance(value, int) and not isinstance(value, bool) and value >= 0:
            self._source.total = max(self._source.total or 0, min(value, 2**53))

    def _scalar(self) -> bytes:
        """The text, number or literal at the current position; empty and skipped if it is longer or something else."""
        sign = self._peek()
        pattern = _TOKEN if sign == b'"' else _PLAIN_END
        if sign in (b"{", b"["):
            self._value(keep=False)
            return b""
        while (found := pattern.search(self._held, self._at)) is None or (sign == b'"' and not found[1]):
            if len(self._held) - self._at > _MAX_MARK or not self._more():
                self._value(keep=False)
                return b""
        end = found.end() if sign == b'"' else found.start()
        if end == self._at:
            raise self._source.broken("not valid JSON: a value is missing")
        text, self._at = self._held[self._at : end], end
        return text

    def _value(self, *, keep: bool) -> bytes | None:
        """The value at the current position; ``None`` if it is not kept or not an object."""
        sign = self._peek()
        if sign not in (b"{", b"[", b'"'):
            self._plain()
            return None
        start, depth = self._at, 0
        while True:
            found = _TOKEN.search(self._held, self._at)
            if found is None or (found[0][:1] == b'"' and not found[1]):
                # End of the file, or a string that is cut off here.
                self._at = len(self._held) if found is None else found.start()
                if not keep:
                    self._drop()
                    start = 0
                if len(self._held) - start > MAX_RECORD:
                    raise self._source.broken("a record is longer than 2 MiB")
                if not self._more():
                    raise self._ends()
                continue
            self._at = found.end()
            mark = found[0]
            if mark in b"{[":
                depth += 1
                if depth > MAX_DEPTH:
                    raise self._source.broken("nested too deep")
            elif mark in b"}]":
                depth -= 1
            if depth == 0:
                break
        data = self._held[start : self._at] if keep and sign == b"{" else None
        if self._at > 1 << 20:
            self._drop()
        return data

    def _plain(self) -> None:
        """Skip a number or a literal (``true``, ``false``, ``null``)."""
        begin = True
        while (found := _PLAIN_END.search(self._held, self._at)) is None:
            self._at = len(self._held)
            self._drop()
            begin = False
            if not self._more():
                return
        if found.start() == self._at and begin:
            raise self._source.broken("not valid JSON: a value is missing")
        self._at = found.start()

    def _peek(self) -> bytes:
        """The next byte that is not white space or a comma; empty at the end."""
        while True:
            found = _BLANK.match(self._held, self._at)
            assert found is not None
            self._at = found.end()
            if self._at < len(self._held):
                return self._held[self._at : self._at + 1]
            self._drop()
            if not self._more():
                return b""

    def _drop(self) -> None:
        self._held = self._held[self._at :]
        self._at = 0

    def _more(self) -> bool:
        chunk = next(self._chunks, b"")
        self._held += chunk
        return bool(chunk)

    def _ends(self) -> Any:
        return self._source.broken("the file ends within a document")
