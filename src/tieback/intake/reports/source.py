"""A report on the disk: streamed, unpacked where it is gzip, with every line, object and the whole bounded.

JSON comes in three shapes that differ in nothing but what stands between the objects: one a line, an array, or one
object after the other. All are read alike; masscan's trailing commas are let through.
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
"""Of a whole report, unpacked."""
MAX_OBJECT = 64 << 20
"""Of one JSON object: a whole report of one app is one."""
MAX_LINE = 1 << 20
"""Of a line of CSV."""
HEAD = 64 * 1024
"""What a report is recognised by."""
CHUNK = 1 << 18
_GZIP = b"\x1f\x8b"
_BOM = b"\xef\xbb\xbf"
_MARK = re.compile(rb'["{}]')
_IN_TEXT = re.compile(rb'["\\]')
_BETWEEN = re.compile(rb"[\s,\[\]]*")


class ReportSource:
    """One report that is read once, and what of it was left out."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.skipped = 0
        """Records of another shape than the tool's documentation gives them."""
        self.first_skipped = ""
        """The first of them: where, and why."""
        self.seen = ""
        """When the report says that it was made, where an importer needs it later on."""

    def skip(self, line: int, why: str) -> None:
        """Note a record that is left out."""
        self.skipped += 1
        if not self.first_skipped:
            self.first_skipped = f"line {line}: {why}"[:240]

    def broken(self, line: int, why: str) -> InputError:
        """The error for a file that cannot be read on."""
        return InputError(why, where=f"{self.path}:{line}", advice="Nothing of it was imported; export it again")

    @contextmanager
    def opened(self) -> Iterator[BinaryIO]:
        """The unpacked bytes.

        Raises:
            InputError: the file cannot be read or unpacked.
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
            raise InputError("its gzip is broken", where=str(self.path), advice="Copy it again") from None
        except OSError as error:
            raise InputError(error.strerror or "cannot be read", where=str(self.path), advice="Check it") from None

    def head(self) -> bytes:
        """The first 64 KiB, without a byte order mark. Raises as ``opened``."""
        with self.opened() as file:
            return file.read(HEAD).removeprefix(_BOM)

    def chunks(self) -> Iterator[bytes]:
        """The bytes in pieces, without a byte order mark. Raises as ``opened``."""
        total = 0
        with self.opened() as file:
            while chunk := file.read(CHUNK):
                yield chunk.removeprefix(_BOM) if total == 0 else chunk
                total += len(chunk)
                if total > MAX_BYTES:
                    raise InputError("longer than 64 GiB", where=str(self.path), advice="Split it")

    def lines(self) -> Iterator[str]:
        """The lines of a text, each at most ``MAX_LINE`` bytes. Raises as ``opened``."""
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
        """Every outermost JSON object with the line on which it begins; what stands in it is not yet checked.

        Raises:
            InputError: something else stands between them, one is too long, or the file ends within one.
        """
        state = _Objects(self)
        for chunk in self.chunks():
            yield from state.feed(chunk)
        state.end()

    def records[T](self, shape: type[T]) -> Iterator[tuple[int, T]]:
        """Every object of the shape, with its line; objects of another shape are skipped.

        Raises:
            InputError: as ``objects``, and for what is no JSON.
        """
        decoder = msgspec.json.Decoder(shape, strict=False)
        for line, data in self.objects():
            try:
                yield line, decoder.decode(data)
            except msgspec.ValidationError as error:
                self.skip(line, str(error))
            except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
                if data.strip(b"{} \t\r\n") == b"finished: 1":
                    continue  # what old releases of masscan end with
                raise self.broken(line, f"this is no JSON ({error})") from None


class _Objects:
    """Cuts a stream of bytes into its outermost objects."""

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
        """The objects that end in this chunk."""
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
        """Whether the stream may end here."""
        if self._depth:
            raise self._source.broken(self._begin, "the file ends within this object")

    def _skip_between(self, chunk: bytes, at: int) -> int:
        found = _BETWEEN.match(chunk, at)
        end = found.end() if found else at
        self._line += chunk.count(b"\n", at, end)
        if end < len(chunk) and chunk[end : end + 1] != b"{":
            raise self._source.broken(self._line, "this is no JSON object")
        return end

    def _go_on(self, chunk: bytes, at: int) -> int:
        """Behind the end of the object, or the end of the chunk."""
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
    """Whether a line is one object: nearly all are, and to check is faster than to look for the end."""
    if not line.endswith(b"}"):
        return False
    try:
        msgspec.json.decode(line, type=msgspec.Raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return False
    return True
