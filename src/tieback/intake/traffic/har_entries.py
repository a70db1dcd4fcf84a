"""Entries of an HTTP Archive, one at a time, from a window on the file.

Only brackets and strings are examined here (RFC 8259, sections 4, 5 and 7); the entry is decoded and checked by its
reader. Strings longer than ``MAX_STRING`` are cut, so an archive of any size, or with a body of any size, needs the
memory of one window and one entry.
"""

import re
from collections.abc import Iterator

from tieback.intake.traffic.source import ByteSource
from tieback.model.sighting import UnreadKind

MAX_STRING = 64 * 1024
"""Bytes kept of a string. A sample has 4096 characters, and an escaped character has at most 12 bytes."""
MAX_ENTRY = 8 * 1024 * 1024
"""Bytes kept of an entry."""
MAX_VALUES = 100_000
"""Values in an entry."""
MAX_DEPTH = 64
_LONG = 1024 * 1024
"""Bytes of a string without an end in the window, from which it is cut while it is read."""
_STRING = rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"'
_PLAIN = rb'[^"{}\[\]]++'
_STEPS = rb"{0,2000}+"
"""Repetitions of a group in one match: the memory of a match grows with them. The next match goes on."""
_FLAT = rb"[\[{](?:" + _PLAIN + rb"|" + _STRING + rb")" + _STEPS + rb"[\]}]"
_NO_BRACKETS = re.compile(rb"(?:" + _PLAIN + rb"|" + _STRING + rb"|" + _FLAT + rb")" + _STEPS, re.DOTALL)
"""What contains no object or array that has others in it, up to the next bracket or a number of steps."""
_WHOLE_STRING = re.compile(_STRING, re.DOTALL)
_PART_OF_STRING = re.compile(rb'[^"\\]*+(?:\\.[^"\\]*+)*+', re.DOTALL)
_WHOLE_CHARACTERS = re.compile(rb'"(?:[^"\\]|\\u[0-9a-fA-F]{4}|\\[^u])*+', re.DOTALL)
_HALF_PAIR = re.compile(rb"\\u[dD][89abAB][0-9a-fA-F]{2}\Z")
_SPACE = re.compile(rb"[ \t\r\n]*+")
_SCALAR = re.compile(rb"[^,\]}\s]*+")


class ArchiveDamage(Exception):  # noqa: N818 - the reader's own; it ends as a problem of the file
    """The archive cannot be walked further; the text is why."""

    def __init__(self, what: str, kind: UnreadKind = UnreadKind.DAMAGED) -> None:
        super().__init__(what)
        self.kind = kind
        """Damaged, or above a limit of tieback."""


ENTRIES, TLS_ERRORS = b'"entries"', b'"_tlsErrors"'
"""Names of the lists of a log that are read: of HAR 1.2, and HTTP Toolkit's failed TLS handshakes."""


class ArchiveEntries:
    """The values of ``log.entries`` and ``log._tlsErrors``, in order."""

    def __init__(self, source: ByteSource, most: int) -> None:
        """Walk a source.

        Args:
            source: the bytes, without a byte order mark.
            most: bytes to read.
        """
        self._source = source
        self._at = 0
        self._most = most

    def walk(self) -> Iterator[tuple[bytes, bytes | None]]:
        """Yield the name of the list and the value of every entry, with long strings cut; ``None`` for a too large one.

        Raises:
            ArchiveDamage: the end is missing, or a limit is exceeded.
        """
        self._enter()
        while self._next() != b"}":
            key = self._key()
            if key == ENTRIES or (key == TLS_ERRORS and self._next() == b"["):
                for value in self._list():
                    yield key, value
            else:
                self._value(keep=False)
            if self._next() == b",":
                self._at += 1
        self._at += 1
        self._leave()

    def member(self, name: bytes) -> bytes | None:
        """The value of one member of the log; ``None`` if it is missing or too large.

        Args:
            name: with its quotes.

        Raises:
            ArchiveDamage: the end is missing before it, or a limit is exceeded.
        """
        self._enter()
        while self._next() != b"}":
            if self._key() == name:
                return self._value(keep=True)
            self._value(keep=False)
            if self._next() == b",":
                self._at += 1
        return None

    def _list(self) -> Iterator[bytes | None]:
        self._take(b"[")
        while True:
            sign = self._next()
            if sign == b",":
                self._at += 1
            elif sign in (b"]", b"}"):
                break
            else:
                yield self._value(keep=True)
        self._at += 1

    def _enter(self) -> None:
        """Go to the first member of the log."""
        self._take(b"{")
        if self._key() != b'"log"':  # mitmproxy's old exporter wrapped the archive in another object
            self._take(b"{")
            if self._key() != b'"log"':
                raise ArchiveDamage("the log is missing")
        self._take(b"{")

    def _leave(self) -> None:
        """Check that the archive ends."""
        while self._next() != b"}":
            if self._next() != b",":
                raise ArchiveDamage("a comma is missing")
            self._at += 1
            self._key()
            self._value(keep=False)

    def _more(self) -> bool:
        """Drop the bytes before the cursor and read more; false at the end."""
        if self._source.base + self._at > self._most:
            raise ArchiveDamage(f"larger than {self._most >> 20} MiB", UnreadKind.LIMIT)
        more = self._source.advance(self._at)
        if more:
            self._at = 0
        return more

    def _next(self) -> bytes:
        """The next byte that is no white space."""
        while True:
            match = _SPACE.match(self._source.buffer, self._at)
            assert match is not None
            self._at = match.end()
            sign = self._source.buffer[self._at : self._at + 1]
            if sign:
                return sign
            if not self._more():
                raise ArchiveDamage("the end is missing")

    def _take(self, sign: bytes) -> None:
        if self._next() != sign:
            raise ArchiveDamage(f"{sign.decode()} is missing")
        self._at += 1

    def _key(self) -> bytes:
        """The next key with its quotes; the cursor is then at its value."""
        if self._next() != b'"':
            raise ArchiveDamage("a key is missing")
        key = self._value(keep=True) or b""
        self._take(b":")
        return key

    def _value(self, *, keep: bool) -> bytes | None:
        """The value at the cursor; ``None`` if it is not kept, or too large to be kept."""
        kept = _Kept(keep)
        first = self._next()
        if first == b'"':
            self._string(kept)
        elif first in (b"{", b"["):
            self._nested(kept)
        else:
            self._scalar(kept)
        return kept.value()

    def _scalar(self, kept: "_Kept") -> None:
        while True:
            match = _SCALAR.match(self._source.buffer, self._at)
            assert match is not None
            if match.end() == self._at:
                raise ArchiveDamage("a value is missing")
            kept.add(match.group())
            self._at = match.end()
            if self._at < len(self._source.buffer):
                return
            if not self._more():
                raise ArchiveDamage("the end is missing")

    def _nested(self, kept: "_Kept") -> None:
        depth = 0
        while True:
            buffer = self._source.buffer
            sign = buffer[self._at : self._at + 1]
            if sign in (b"{", b"["):
                depth += 1
                if depth > MAX_DEPTH:
                    raise ArchiveDamage("nested too deeply", UnreadKind.LIMIT)
            elif sign in (b"}", b"]"):
                depth -= 1
            elif sign == b'"':
                self._string(kept)
            elif not sign and not self._more():
                raise ArchiveDamage("the end is missing")
            if sign and sign in b"{[}]":
                kept.add(sign)
                self._at += 1
                if depth == 0:
                    return
            match = _NO_BRACKETS.match(self._source.buffer, self._at)
            assert match is not None
            kept.add(match.group())
            self._at = match.end()

    def _string(self, kept: "_Kept") -> None:
        """Take a string; one that is longer than the window is cut."""
        while True:
            match = _WHOLE_STRING.match(self._source.buffer, self._at)
            if match is not None:
                kept.add(match.group())
                self._at = match.end()
                return
            if len(self._source.buffer) - self._at >= _LONG:
                break
            if not self._more():
                raise ArchiveDamage("the end is missing")
        kept.add(_cut(self._source.buffer[self._at : self._at + MAX_STRING]))
        self._at += 1
        while True:
            match = _PART_OF_STRING.match(self._source.buffer, self._at)
            assert match is not None
            self._at = match.end()
            if self._source.buffer[self._at : self._at + 1] == b'"':
                self._at += 1
                return
            if not self._more():
                raise ArchiveDamage("the end is missing")


class _Kept:
    """The bytes of one value, up to the limit."""

    def __init__(self, keep: bool) -> None:
        self._parts: list[bytes] | None = [] if keep else None
        self._size = self._values = 0

    def add(self, part: bytes) -> None:
        if self._parts is None:
            return
        if len(part) > MAX_STRING:
            part = _WHOLE_STRING.sub(lambda string: _cut(string.group()), part)
        self._size += len(part)
        self._values += part.count(b",")
        if self._size > MAX_ENTRY or self._values > MAX_VALUES:
            self._parts = None
        else:
            self._parts.append(part)

    def value(self) -> bytes | None:
        return None if self._parts is None else b"".join(self._parts)


def _cut(string: bytes) -> bytes:
    """The beginning of a string with its quotes, without half of a character at the end."""
    if len(string) < MAX_STRING:
        return string
    match = _WHOLE_CHARACTERS.match(string, 0, MAX_STRING)
    assert match is not None
    return _HALF_PAIR.sub(b"", match.group()).decode("utf-8", "ignore").encode() + b'"'
