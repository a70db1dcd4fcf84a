"""Report file as a bounded stream: gzip is decompressed on the fly; lines, objects and the whole have limits.

JSON comes as one object per line, as an array, or as concatenated objects. All three are read the same way; the
trailing commas of masscan are accepted.
"""

import gzip
import re
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import msgspec

from tieback.model.errors import InputError

MAX_BYTES = 64 << 30
"""Bytes of a whole report, decompressed."""
MAX_OBJECT = 64 << 20
"""Bytes of one JSON object; the whole report of an app is one."""
MAX_LINE = 1 << 20
"""Bytes of one line of CSV."""
HEAD = 64 * 1024
"""Bytes at the beginning that identify the format."""
CHUNK = 1 << 18
_GZIP = b"\x1f\x8b"
_BOM = b"\xef\xbb\xbf"
_MARK = re.compile(rb'["{}]')
_IN_TEXT = re.compile(rb'["\\]')
_BETWEEN = re.compile(rb"[\s,\[\]]*")


class ReportSource:
    """One report that is read once, with a count of the records that were left out."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.skipped = 0
        """Number of records left out because their structure differs from the tool's documentation."""
        self.first_skipped = ""
        """Location and reason of the first record left out."""
        self.seen = ""
        """Creation time of the report, if an importer needs it later."""

    def skip(self, line: int, why: str) -> None:
        """Count a record that is left out."""
        self.skipped += 1
        if not self.first_skipped:
            self.first_skipped = f"line {line}: {why}"[:240]

    def broken(self, line: int, why: str) -> InputError:
        """The error for a file that cannot be read any further."""
        return InputError(why, where=f"{self.path}:{line}", advice="No part of this file was imported. Export it again")

    @contextmanager
    def opened(self) -> Iterator[BinaryIO]:
        """The decompressed bytes.

        Raises:
            InputError: the file cannot be read or decompressed.
        """
        try:
            with self.path.open("rb") as plain:
                packed = plain.read(2) == _GZIP
                plain.seek(0)
                if packed:
                    with gzip.GzipFile(fileobj=plain) as file:
                        yield file  # type: ignore[misc] # a GzipFile reads as any other file
                else:
                    yield plain
        except (EOFError, zlib.error, gzip.BadGzipFile):
            raise InputError("damaged gzip data", where=str(self.path), advice="Copy the file again") from None
        except OSError as error:
            raise InputError(
                error.strerror or "cannot be read", where=str(self.path), advice="Check the file and its permissions"
            ) from None

    def head(self) -> bytes:
        """The first 64 KiB, without a byte order mark. Raises as ``opened``."""
        with self.opened() as file:
            return file.read(HEAD).removeprefix(_BOM)

    def chunks(self) -> Iterator[bytes]:
        """Yield the bytes in pieces, without a byte order mark. Raises as ``opened``."""
        total = 0
        with self.opened() as file:
            while chunk := file.read(CHUNK):
                yield chunk.removeprefix(_BOM) if total == 0 else chunk
                total += len(chunk)
                if total > MAX_BYTES:
                    raise InputError("longer than 64 GiB", where=str(self.path), advice="Split the file")

    def lines(self) -> Iterator[str]:
        """Yield the lines of a text, each at most ``MAX_LINE`` bytes. Raises as ``opened``."""
        rest, number = b"", 1
        for chunk in self.chunks():
            *whole, rest = (rest + chunk).split(b"\n")
            for line in whole:
                yield line.decode("utf-8", "replace") + "\n"
                number += 1
            if len(rest) > MAX_LINE:
                raise self.broken(number, "a line is longer than 1 MiB")
        if rest:
            yield rest.decode("utf-8", "replace")

    def objects(self) -> Iterator[tuple[int, bytes]]:
        """Yield every outermost JSON object, unparsed, with the line on which it begins.

        Raises:
            InputError: there is other text between objects, an object is too long, or the file ends within one.
        """
        state = _Objects(self)
        for chunk in self.chunks():
            yield from state.feed(chunk)
        state.end()

    def records[T](self, shape: type[T]) -> Iterator[tuple[int, T]]:
        """Yield every object of this type, with its line; other objects are skipped.

        Raises:
            InputError: as ``objects``, and if an object is not valid JSON.
        """
        decoder = msgspec.json.Decoder(shape, strict=False)
        for line, data in self.objects():
            try:
                yield line, decoder.decode(data)
            except msgspec.ValidationError as error:
                self.skip(line, str(error))
            except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
                if data.strip(b"{} \t\r\n") == b"finished: 1":
                    continue  # the last line of old masscan releases
                raise self.broken(line, f"not valid JSON ({error})") from None


class _Objects:
    """Splits a stream of bytes into its outermost objects."""

    def __init__(self, source: ReportSource) -> None:
        self._source = source
        self._held: list[bytes] = []
        self._size = 0
        self._depth = 0
        self._text = False
        self._escaped = False
        self._line = 1
        self._begin = 1

    def feed(self, chunk: bytes) -> Iterator[tuple[int, bytes]]:
        """Yield the objects that end in this chunk."""
        at = start = 0
        while at < len(chunk):
            if self._depth == 0:
                at = self._skip_between(chunk, at)
                start = at
                if at >= len(chunk):
                    break
                end = chunk.find(b"\n", at)
                if end > 0 and _is_whole(line := chunk[at:end].rstrip(b"\r ,")):
                    yield self._line, line
                    at = end
                    continue
                self._begin, self._depth = self._line, 1
                at += 1
            at = self._go_on(chunk, at)
            if self._depth == 0:
                data = b"".join((*self._held, chunk[start:at]))
                self._held.clear()
                self._size = 0
                self._line += data.count(b"\n")
                yield self._begin, data
                start = at
        if self._depth:
            self._held.append(chunk[start:])
            self._size += len(chunk) - start
            if self._size > MAX_OBJECT:
                raise self._source.broken(self._begin, "an object is longer than 64 MiB")

    def end(self) -> None:
        """Raise ``InputError`` if the stream ends within an object."""
        if self._depth:
            raise self._source.broken(self._begin, "the file ends within this object")

    def _skip_between(self, chunk: bytes, at: int) -> int:
        found = _BETWEEN.match(chunk, at)
        end = found.end() if found else at
        self._line += chunk.count(b"\n", at, end)
        if end < len(chunk) and chunk[end : end + 1] != b"{":
            raise self._source.broken(self._line, "not a JSON object")
        return end

    def _go_on(self, chunk: bytes, at: int) -> int:
        """The position behind the end of the object, or the end of the chunk."""
        while at < len(chunk) and self._depth:
            if self._escaped:
                self._escaped = False
                at += 1
                continue
            found = (_IN_TEXT if self._text else _MARK).search(chunk, at)
            if found is None:
                return len(chunk)
            at = found.end()
            match found[0]:
                case b'"':
                    self._text = not self._text
                case b"\\":
                    self._escaped = True
                case b"{":
                    self._depth += 1
                case _:
                    self._depth -= 1
        return at


def _is_whole(line: bytes) -> bool:
    """True if a line is one whole object; a fast check, because nearly all are."""
    if not line.endswith(b"}"):
        return False
    try:
        msgspec.json.decode(line, type=msgspec.Raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return False
    return True
