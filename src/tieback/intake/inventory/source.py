"""Inventory file as a bounded stream of UTF-8; gzip files and members of ZIP files are decompressed on the fly.

UTF-16 with a byte order mark (from spreadsheets and from Intune exports on Windows) is converted to UTF-8.
"""

import codecs
import gzip
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import BinaryIO, cast

from tieback.model.errors import InputError
from tieback.model.skipped import NOT_EXPORTS, SkippedCount

MAX_BYTES = 64 << 30
"""Bytes of a whole file, decompressed."""
MAX_LINE = 1 << 20
HEAD = 64 * 1024
"""Bytes at the beginning that identify the format."""
CHUNK = 1 << 18
MAX_MEMBERS = 1_000
"""Files in a ZIP file."""
_MAX_DIRECTORY = 4 << 20
_MEMBERS = frozenset({".csv", ".tsv", ".json", ".jsonl", ".xml", ".plist", ".txt"})
_END_OF_DIRECTORY = b"PK\x05\x06"
_MOST_WORDS, _SHOWN_WORDS = 100, 5
_COUNTS_AS = {
    "ownership": "unknown",
    "installed": "installed",
    "in_house": "no",
    "platform": "unknown",
    "status": "not known: the app is listed, and whether the device has it is unknown",
}
_AGAIN = "No part of this file was imported. Export it again"


class InventorySource:
    """One inventory that is read once, with a count of the records that were left out."""

    def __init__(self, path: Path, member: str = "", device: str = "") -> None:
        """Take the location of the file.

        Args:
            path: the file.
            member: name of the member, if the file is a ZIP file.
            device: identifier of the device, if the content does not name it; by default the file name.
        """
        self.path = path
        self.member = member
        self.device = device or PurePosixPath(member or path.name).stem
        self.skipped = 0
        """Number of records left out because they have another structure."""
        self.first_skipped = ""
        """Location and reason of the first record left out."""
        self.notes: list[str] = []
        """Facts about the whole file that the user should know, one sentence each."""
        self.absent = 0
        """Number of rows that state that an app is not on a device."""
        self._unknown: dict[str, dict[str, int]] = {}
        self.follows = False
        """True if the last page in the file says that another page follows."""
        self.records = 0
        """Number of records of the pages."""
        self.total: int | None = None
        """Number of records of the whole list, if a page says it."""

    def rewind(self) -> None:
        """Forget what an earlier reading of the file found."""
        self.skipped, self.first_skipped, self.notes = 0, "", []
        self._unknown, self.absent = {}, 0
        self.follows, self.records, self.total = False, 0, None

    def start_page(self) -> None:
        """Begin a page: only the last one in the file decides whether more follow."""
        self.follows = False

    def note(self, text: str) -> None:
        """Add a fact about the whole file, once."""
        if text not in self.notes:
            self.notes.append(text)

    def count_unknown_word(self, field: str, word: str) -> None:
        """Count a word in a field that has no known meaning."""
        words = self._unknown.setdefault(field, {})
        if word in words or len(words) < _MOST_WORDS:
            words[word] = words.get(word, 0) + 1

    def word_notes(self) -> list[str]:
        """One sentence for each field with words of no known meaning: these words, and what the rows count as."""
        notes = []
        for field, words in self._unknown.items():
            some = ", ".join(f"{word[:40]!r} ({count:,})" for word, count in list(words.items())[:_SHOWN_WORDS])
            more = f" and {len(words) - _SHOWN_WORDS} more" if len(words) > _SHOWN_WORDS else ""
            notes.append(f"{field}: these words are not understood, and count as {_COUNTS_AS[field]}: {some}{more}")
        return notes

    @property
    def label(self) -> str:
        """Name for display: the path; for a member of a ZIP file ``PATH!MEMBER``."""
        return f"{self.path}!{self.member}" if self.member else str(self.path)

    def skip(self, place: int, why: str) -> None:
        """Count a record that is left out; ``place`` is its line or number."""
        self.skipped += 1
        if not self.first_skipped:
            self.first_skipped = " ".join(f"record {place}: {why}".split())[:240]

    def broken(self, why: str, place: int = 0) -> InputError:
        """The error for a file that cannot be read any further."""
        return InputError(why, where=f"{self.label}:{place}" if place else self.label, advice=_AGAIN)

    @contextmanager
    def _opened(self) -> Iterator[BinaryIO]:
        try:
            with self.path.open("rb") as plain:
                if self.member:
                    with _archive(self.path, plain) as archive, archive.open(self.member) as inner:
                        yield cast("BinaryIO", inner)
                elif plain.read(2) == b"\x1f\x8b":
                    plain.seek(0)
                    with gzip.GzipFile(fileobj=plain) as unpacked:
                        yield cast("BinaryIO", unpacked)
                else:
                    plain.seek(0)
                    yield plain
        except (EOFError, zlib.error, gzip.BadGzipFile, zipfile.BadZipFile, NotImplementedError, RuntimeError) as error:
            raise self.broken(f"cannot be decompressed ({str(error)[:100] or 'the data ends too early'})") from None
        except OSError as error:
            raise InputError(
                error.strerror or "cannot be read", where=self.label, advice="Check the file and its permissions"
            ) from None

    def raw(self, most: int) -> bytes:
        """The whole file, unchanged.

        Raises:
            InputError: the file cannot be read, or is longer than ``most`` bytes.
        """
        with self._opened() as file:
            data = file.read(most + 1)
        if len(data) > most:
            raise self.broken(f"longer than {most >> 20} MiB")
        return data

    def head(self) -> bytes:
        """The first 64 KiB as UTF-8; binary files unchanged. Raises as ``chunks``."""
        with self._opened() as file:
            first = file.read(HEAD)
        coding = _coding(first)
        if coding is None:
            return first.removeprefix(codecs.BOM_UTF8)
        return codecs.getincrementaldecoder(coding)("replace").decode(first).encode()

    def chunks(self) -> Iterator[bytes]:
        """Yield the text in pieces, as UTF-8 without a byte order mark; bytes that are not UTF-8 are left unchanged.

        Raises:
            InputError: the file cannot be read or decompressed, or is longer than 64 GiB.
        """
        with self._opened() as file:
            first = file.read(CHUNK)
            coding = _coding(first)
            decoder = None if coding is None else codecs.getincrementaldecoder(coding)("replace")
            chunk, total = first.removeprefix(codecs.BOM_UTF8), 0
            while chunk:
                total += len(chunk)
                if total > MAX_BYTES:
                    raise self.broken("longer than 64 GiB")
                yield chunk if decoder is None else decoder.decode(chunk).encode()
                chunk = file.read(CHUNK)

    def lines(self) -> Iterator[str]:
        """Yield the lines, each at most 1 MiB. A line that is not UTF-8 is decoded as Windows-1252. Raises as
        ``chunks``.
        """
        rest, number = b"", 1
        for chunk in self.chunks():
            *whole, rest = (rest + chunk).split(b"\n")
            for line in whole:
                yield decode_line(line) + "\n"
                number += 1
            if len(rest) > MAX_LINE:
                raise self.broken("a line is longer than 1 MiB", number)
        if rest:
            yield decode_line(rest)


def zip_members(path: Path, others: SkippedCount | None = None) -> tuple[str, ...]:
    """Names of the tables and documents in a ZIP file, in archive order; empty for other files.

    Args:
        path: the file.
        others: counts the other members.

    Raises:
        InputError: the ZIP file is damaged, contains no such file, or exceeds a bound (a decompression bomb).
    """
    try:
        with path.open("rb") as file:
            if file.read(4) != b"PK\x03\x04":
                return ()
            with _archive(path, file) as archive:
                every = [info.filename for info in archive.infolist() if not info.is_dir()]
                if _is_spreadsheet(every):
                    raise spreadsheet_error(str(path))
                names = tuple(name for name in every if PurePosixPath(name).suffix.lower() in _MEMBERS)
                if others is not None:
                    for name in every:
                        if PurePosixPath(name).suffix.lower() not in _MEMBERS:
                            others.add(NOT_EXPORTS, name)
    except zipfile.BadZipFile as error:
        raise InputError(f"damaged ZIP file ({error})", where=str(path), advice=_AGAIN) from None
    except OSError as error:
        raise InputError(
            error.strerror or "cannot be read", where=str(path), advice="Check the path and its permissions"
        ) from None
    if not names:
        kinds = ", ".join(sorted(_MEMBERS))
        raise InputError(
            f"no inventory in this ZIP file (searched for {kinds})", where=str(path), advice="Export it again"
        )
    return names


def _is_spreadsheet(members: Sequence[str]) -> bool:
    """True for the members of an Excel workbook (ISO/IEC 29500-2), an OpenDocument file or a Numbers document."""
    names = set(members)
    return (
        "[Content_Types].xml" in names
        or {"mimetype", "content.xml"} <= names
        or any(name.startswith("Index/") and name.endswith(".iwa") for name in members)
    )


def spreadsheet_error(label: str) -> InputError:
    """The error for a file of a spreadsheet program."""
    return InputError(
        "a spreadsheet or another office document, which is not read",
        where=label,
        advice="Save each of its tables as CSV, and import those files",
        page="Save each of its tables as CSV, and import those files",
    )


def _archive(path: Path, file: BinaryIO) -> zipfile.ZipFile:  # noqa: TID251 - see below
    """Open an archive after checking that its directory is small, because ``zipfile`` reads all of it into memory."""
    file.seek(0, 2)
    size = file.tell()
    file.seek(max(0, size - 65_557))
    tail = file.read(65_557)
    at = tail.rfind(_END_OF_DIRECTORY)
    if at < 0 or len(tail) < at + 22:
        raise zipfile.BadZipFile("the central directory is missing")
    entries, length = (
        int.from_bytes(tail[at + 10 : at + 12], "little"),
        int.from_bytes(tail[at + 12 : at + 16], "little"),
    )
    if entries > MAX_MEMBERS or length > _MAX_DIRECTORY:
        raise InputError(
            f"more than {MAX_MEMBERS:,} files in this ZIP file",
            where=str(path),
            advice="Unpack it and pass the files themselves",
        )
    file.seek(0)
    return zipfile.ZipFile(file)  # noqa: TID251 - members are streamed and cut above, the directory is bounded


def _coding(first: bytes) -> str | None:
    if first[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        return "utf-16"
    return None


def decode_line(line: bytes) -> str:
    """A line without its carriage return; one that is not UTF-8 is Windows-1252."""
    line = line.removesuffix(b"\r")
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError:
        return line.decode("cp1252", "replace")
