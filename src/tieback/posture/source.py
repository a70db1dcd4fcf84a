"""Export of a cloud account on disk, read as a bounded stream.

Exports put millions of records into one object (``{"DBInstances": [...]}``). ``members`` walks into the outermost
object and yields each element of its lists separately. ``items`` yields the elements of an outermost list, or the
outermost objects one after the other. If an export is truncated (full disk, credentials that expired during the run),
the records before the end are kept, and ``incomplete`` has the reason.
"""

import codecs
import csv
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path
from typing import Any

from tieback.intake.reports.source import ReportSource
from tieback.model.count_text import count_text
from tieback.model.errors import InputError

MAX_RECORD = 4 << 20
"""Most characters of one record."""
MAX_DOCUMENT = 64 << 20
"""Most characters of one value of a tool that nests all its results in one value."""
_WIDE = (b"\xff\xfe", b"\xfe\xff")
"""Byte order marks of UTF-16."""
_BETWEEN = re.compile(r"[\s,]*")
_COLON = re.compile(r"\s*:\s*")
_ASSIGNMENT = re.compile(r"\A\s*(?:var\s+)?\w+\s*=")
_MAX_COLUMNS = 1000
_PARTS = 16
"""Least average number of characters per list, object and element of a long record. Real records have more; a record of
only brackets needs 25 times its length in memory.
"""


class Origin:
    """Values from the user for exports that do not contain them."""

    def __init__(self, *, account: str = "", region: str = "", resource: str = "", taken: str = "") -> None:
        self.account = account
        self.region = region
        self.resource = resource
        """Bucket or instance of an output that does not name it."""
        self.taken = taken
        """ISO 8601 UTC; by default the modification time of the file."""


class PostureSource(ReportSource):
    """An export, which is read once."""

    def __init__(self, path: Path, origin: Origin | None = None) -> None:
        super().__init__(path)
        self.origin = origin or Origin()
        self.longest = MAX_RECORD
        """Most characters of a record; readers of nested results raise it to ``MAX_DOCUMENT``."""
        self.incomplete = ""
        """Why the export is incomplete; empty if it is complete. Records before the error are kept."""
        self.failed: dict[str, int] = {}
        """Number of failures by kind, as listed in the export itself: data that could not be collected."""
        self.missed = 0
        """Number of checks or records that could not be collected: the sum of ``failed``."""
        self.other = 0
        """Number of records that are about no data store and about nothing that one depends on."""
        self.seen = self.origin.taken or _changed(path)

    def note_missing(self, what: str) -> None:
        """Count data that the exporting tool could not collect. Kinds beyond a hundred are counted together."""
        key = what if what in self.failed or len(self.failed) < 100 else "more"
        self.failed[key] = self.failed.get(key, 0) + 1
        self.missed += 1

    def head(self) -> bytes:
        """The first 64 KiB as UTF-8, without a byte order mark. Raises as ``opened``."""
        head = super().head()
        return head.decode("utf-16", "replace").encode("utf-8", "replace") if head[:2] in _WIDE else head

    def chunks(self) -> Iterator[bytes]:
        """Yield the text in pieces of UTF-8; Windows PowerShell writes UTF-16. Raises as ``opened``."""
        pieces = super().chunks()
        first = next(pieces, b"")
        if first[:2] not in _WIDE:
            yield from chain((first,), pieces)
            return
        decoder = codecs.getincrementaldecoder("utf-16")("replace")
        for piece in chain((first,), pieces, (b"",)):
            text = decoder.decode(piece, final=not piece)
            if text:  # an empty piece is the end for its readers
                yield text.encode("utf-8", "replace")

    def items(self) -> Iterator[tuple[int, Any]]:
        """Yield each element of the outermost list, or each outermost value, with its first line.

        Raises:
            InputError: the file begins with something that is not JSON.
        """
        for _, line, value in _Walk(self, inside=False).values():
            yield line, value

    def members(self) -> Iterator[tuple[str, int, Any]]:
        """Each element of each list in an outermost object, with its key; other values of the object as a whole.

        Elements of an outermost list have an empty key. Raises the errors of ``items``.
        """
        return _Walk(self, inside=True).values()

    def rows(self, delimiter: str = ",", needed: Iterable[str] = ()) -> Iterator[tuple[int, Mapping[str, str]]]:
        """Yield the rows of a CSV file as mappings with lower-case column names.

        Raises:
            InputError: there are too many or duplicate columns, or a required one is missing.
        """
        reader = csv.reader(self.lines(), delimiter=delimiter, strict=True)
        try:
            columns = [cell.strip().lower() for cell in next(reader, [])]
        except csv.Error as error:
            raise self.broken(1, f"not valid CSV ({error})") from None
        if len(columns) > _MAX_COLUMNS or len(set(columns)) < len(columns):
            raise self.broken(1, "too many columns, or duplicate column names")
        missing = ", ".join(sorted(set(needed) - set(columns)))
        if missing:
            raise self.broken(1, f"missing column: {missing}")
        while True:
            try:
                row = next(reader, None)
            except csv.Error as error:
                self.incomplete = f"line {reader.line_num}: not valid CSV ({error}); the rest was not read"
                return
            if row is None:
                return
            if row and len(row) != len(columns):
                self.skip(reader.line_num, f"{count_text(len(row), 'column')}, expected {len(columns)}")
            elif row:
                yield reader.line_num, dict(zip(columns, row, strict=True))


class _Walk:
    """One pass over the text of a JSON file."""

    def __init__(self, source: PostureSource, *, inside: bool) -> None:
        self._source = source
        self._inside = inside
        self._chunks = source.chunks()
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._scan = json.JSONDecoder().raw_decode
        self._text = ""
        self._at = 0
        self._line = 1
        self._ended = False
        self._given = 0

    def values(self) -> Iterator[tuple[str, int, Any]]:
        """The values of ``PostureSource.members``."""
        try:
            self._grow()
            opening = _ASSIGNMENT.match(self._text)
            if opening:  # the results of ScoutSuite are a script that assigns one object
                self._skip_to(opening.end())
            while (first := self._next()) != "":
                if first == "[":
                    self._skip_to(self._at + 1)
                    yield from self._elements("")
                elif first == "{" and self._inside:
                    self._skip_to(self._at + 1)
                    yield from self._pairs()
                elif first == ";":
                    self._skip_to(self._at + 1)
                else:
                    yield "", self._line, self._value()
                    self._given += 1
        except _StopError as stop:
            where = f"line {self._line}: {stop}"
            if not self._given:
                raise self._source.broken(self._line, str(stop)) from None
            self._source.incomplete = f"{where}; records kept: {self._given:,}"
        except InputError as error:
            if not self._given:
                raise
            self._source.incomplete = f"line {self._line}: {error.what}; records kept: {self._given:,}"

    def _pairs(self) -> Iterator[tuple[str, int, Any]]:
        while (first := self._next()) != "}":
            if first != '"':
                raise _StopError("the file ends within an object" if not first else "not valid JSON")
            key = self._value()
            self._colon()
            if self._next() == "[":
                self._skip_to(self._at + 1)
                yield from self._elements(str(key)[:200])
            else:
                line = self._line
                yield str(key)[:200], line, self._value()
                self._given += 1
        self._skip_to(self._at + 1)

    def _elements(self, key: str) -> Iterator[tuple[str, int, Any]]:
        while (first := self._next()) != "]":
            if not first:
                raise _StopError("the file ends within a list")
            line = self._line
            yield key, line, self._value()
            self._given += 1
        self._skip_to(self._at + 1)

    def _next(self) -> str:
        """The next character that is not a space or comma, without consuming it; empty at the end."""
        while True:
            between = _BETWEEN.match(self._text, self._at)
            self._skip_to(between.end() if between else self._at)
            if self._at < len(self._text):
                return self._text[self._at]
            if not self._grow():
                return ""

    def _colon(self) -> None:
        while True:
            found = _COLON.match(self._text, self._at)
            if found and found.end() < len(self._text):
                self._skip_to(found.end())
                return
            if not self._grow():
                raise _StopError("not valid JSON")

    def _value(self) -> Any:
        wanted = 1
        while True:
            try:
                value, end = self._scan(self._text, self._at)
            except (json.JSONDecodeError, ValueError) as error:
                longest = self._source.longest
                if sum(self._text.count(mark, self._at) for mark in "[{,") > longest // _PARTS:
                    raise _StopError("a record has too many parts") from None
                if len(self._text) - self._at > longest:
                    raise _StopError(f"a record is longer than {longest >> 20} MiB") from None
                length = len(self._text)  # before the text is cut: the position in the error counts from its beginning
                if not sum(self._grow() for _ in range(wanted)):
                    raise _StopError(_why(error, length)) from None
                # Doubled, so that a long value is not scanned again for every chunk; bounded like its size.
                wanted = min(wanted * 2, max(4, longest // MAX_RECORD * 4))
                continue
            except RecursionError:
                raise _StopError("nested too deeply") from None
            if end == len(self._text) and not isinstance(value, dict | list | str) and self._grow():
                continue  # a number can continue in the next chunk
            escaped = self._text.find("\\u", self._at, end) >= 0
            self._skip_to(end)
            return _sound(value) if escaped else value

    def _skip_to(self, end: int) -> None:
        self._line += self._text.count("\n", self._at, end)
        self._at = end

    def _grow(self) -> bool:
        if self._ended:
            return False
        chunk = next(self._chunks, b"")
        self._ended = not chunk
        self._text = self._text[self._at :] + self._decoder.decode(chunk, final=self._ended)
        self._at = 0
        return not self._ended


class _StopError(Exception):
    """Why the pass cannot continue."""


def _sound(value: Any) -> Any:
    """The value without lone surrogates, which JSON can contain but UTF-8 text cannot."""
    if isinstance(value, str):
        return value if value.isascii() else value.encode("utf-8", "backslashreplace").decode()
    if isinstance(value, list):
        return [_sound(one) for one in value]
    return {_sound(key): _sound(one) for key, one in value.items()} if isinstance(value, dict) else value


def _why(error: ValueError, length: int) -> str:
    if isinstance(error, json.JSONDecodeError):
        if error.pos >= length - 1 or error.msg.startswith("Unterminated"):
            return "the file ends within a value"
        return f"not valid JSON ({error.msg})"
    return "not valid JSON"


def _changed(path: Path) -> str:
    try:
        moment = datetime.fromtimestamp(path.stat().st_mtime, UTC)
    except OSError:
        return ""
    return moment.replace(microsecond=0, tzinfo=None).isoformat() + "Z"
