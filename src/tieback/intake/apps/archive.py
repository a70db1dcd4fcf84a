"""Bounded reader of hostile ZIP archives: app packages of Android and iOS.

It accepts what phones accept (see ``directory``): unknown compression methods are tried as stored and as deflated. The
"encrypted" flag is ignored if the content is not encrypted. Sizes and checksums may be false. Its cost is bounded:

* an entry yields at most ``MAX_ENTRY`` bytes; the rest is left out and reported as a problem;
* an entry is suspect (as in a bomb) if it grows more than ``PLAIN_RATIO`` times, has a false size or overlaps others.
  At most ``SUSPECT_ENTRY`` bytes of each are read, and of all together what the ``PackageBudget`` has for suspects;
* all entries together, including those of nested archives, yield no more bytes than the ``PackageBudget`` has.
"""

import mmap
import struct
from collections.abc import Iterator
from contextlib import contextmanager

from deflate import DeflateError, crc32, deflate_decompress

from tieback.intake.apps.budget import PackageBudget, budget_for
from tieback.intake.apps.directory import DEFLATED, STORED, ArchiveEntry, read_directory
from tieback.intake.apps.inflate import MAX_EXPANSION, inflate, inflate_pieces, inflate_prefix
from tieback.intake.apps.problems import PackageProblems
from tieback.intake.apps.window import BytesWindow, View, release_pages
from tieback.model.count_text import count_text, form_for
from tieback.model.sighting import UnreadKind

MAX_ENTRY = 64 * 1024 * 1024
"""Bytes of one entry. A DEX file has at most 65,536 methods (below 20 MiB in practice). Hermes bundles, Flutter
snapshots and most engines are below 64 MiB. A worker has memory for ten times two such buffers.
"""

PLAIN_RATIO = 20
"""Growth up to which a large entry is not suspected as a bomb: code shrinks to a third, JSON and logs to a tenth."""

SUSPECT_ENTRY = 4 * 1024 * 1024

SMALL = 64 * 1024
"""Bytes of an entry up to which a copy of its stream costs less than a view of it."""

MAX_NESTED = 2 * 1024 * 1024 * 1024
"""Bytes of an entry that is inflated to a temporary file, because it is an archive itself."""

NESTED_IN_MEMORY = 8 * 1024 * 1024
"""Bytes up to which such an entry is inflated in memory."""

FORGET_AFTER = 4 * 1024 * 1024
"""Bytes read from a file after which the memory of its map is released: a package may be larger than the memory."""

MAX_SIGNING_BLOCK = 4 * 1024 * 1024

_FLAG_ENCRYPTED = 0x1
_METHODS = (STORED, DEFLATED)
_lengths = struct.Struct("<4s22xHH")
"""Signature and lengths of the two variable fields of a local header (APPNOTE 4.3.7)."""
_SIGNING_MAGIC = b"APK Sig Block 42"


class Archive:
    """An archive in bytes or in a memory map that the caller keeps open.

    Attributes:
        entries: in directory order; several may have the same name.
        budget: remaining cost limits of the package.
        problems: grows while entries are read.
    """

    def __init__(self, data: View, problems: PackageProblems, budget: PackageBudget | None = None) -> None:
        """Read the directory; an archive that is not nested in a package has its own budget."""
        self._data = data
        self.problems = problems
        self.budget = budget or budget_for(len(data))
        directory = read_directory(data, problems, self.budget)
        self._directory_start = directory.start
        self.entries: list[ArchiveEntry] = _drop_doubles(directory.entries, problems)
        self._overlapping = _overlapping(self.entries)
        _note_odd(self.entries, problems)
        if self._overlapping:
            count = count_text(len(self._overlapping), "entry overlaps another", "entries overlap others")
            problems.note(f"{count}, as in an archive bomb", "", None)
        self._read = 0
        self._size = len(data)
        # Of entries with the same name, the first counts.
        self._by_name = {entry.name: entry for entry in reversed(self.entries)}

    def find(self, name: str) -> ArchiveEntry | None:
        """The first entry of that name."""
        return self._by_name.get(name)

    def peek(self, entry: ArchiveEntry, count: int) -> bytes:
        """The first ``count`` bytes of an entry's content; fewer if it is shorter or damaged. Nearly free."""
        start = self._content_start(entry)
        if start is None:
            return b""
        if entry.is_stored:
            return self._data[start : start + min(count, max(entry.size, entry.compressed))]
        return inflate_prefix(self._data, start, entry.compressed, count)

    def read(self, entry: ArchiveEntry, cap: int = MAX_ENTRY) -> bytes | bytearray:
        """The content of an entry, at most ``cap`` bytes; damaged or omitted content is reported as a problem."""
        start = self._content_start(entry)
        if start is None:
            self.problems.note("the local header is not at the offset in the directory", entry.name, UnreadKind.DAMAGED)
            return b""
        if entry.method == DEFLATED and 0 < entry.size <= SMALL and entry.size <= cap:
            plain = self._plain(entry, start)
            if plain is not None:
                return plain
        if start + entry.compressed > self._size:
            self.problems.note("the file ends within this entry", entry.name, UnreadKind.DAMAGED)
        suspect = self._is_suspect(entry)
        allowed = min(self.budget.total, min(SUSPECT_ENTRY, self.budget.suspect) if suspect else self.budget.total)
        if allowed <= 0:
            self.problems.note("left out: the archive expands like a bomb", entry.name, UnreadKind.LIMIT)
            return b""
        cap = min(cap, allowed)
        content, whole = self._content(entry, start, cap)
        self.budget.total -= len(content)
        self._read += entry.compressed
        if self._read > FORGET_AFTER:
            self._forget()
        if suspect:
            self.budget.suspect -= len(content)
        if len(content) >= cap and (not whole or entry.size > cap):
            self.problems.note(
                f"only the first {count_text(len(content), 'byte was', 'bytes were')} read",
                entry.name,
                UnreadKind.LIMIT,
            )
        elif whole and entry.crc and crc32(content) != entry.crc:
            self.problems.note("the checksum does not match the content", entry.name, UnreadKind.DAMAGED)
        return content

    @contextmanager
    def open_nested(self, entry: ArchiveEntry) -> Iterator[View]:
        """The content of an entry that is an archive itself: in place if stored, else inflated.

        Empty, with a problem, if it would exceed the budget.
        """
        start = self._content_start(entry)
        if start is None:
            self.problems.note("the local header is not at the offset in the directory", entry.name, UnreadKind.DAMAGED)
            yield b""
        elif entry.is_stored:
            yield BytesWindow(self._data, start, start + (entry.size or entry.compressed))
        elif 0 < entry.size <= NESTED_IN_MEMORY:
            yield bytes(self.read(entry))
        else:
            import tempfile  # most packages contain no archive

            with tempfile.TemporaryFile(prefix="tieback-") as file:
                size = 0
                for piece in inflate_pieces(self._data, start, entry.compressed, self._lendable(entry)):
                    size += file.write(piece)
                self.budget.total -= size
                file.flush()
                if size == 0:
                    self.problems.note(
                        "left out: it cannot be decompressed, or expands like a bomb", entry.name, UnreadKind.LIMIT
                    )
                    yield b""
                    return
                with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as inner:
                    yield inner

    def signing_block(self) -> bytes:
        """The APK signing block (schemes v2 and later) before the central directory; empty if there is none.

        Source: https://source.android.com/docs/security/features/apksigning/v2
        """
        end = self._directory_start
        if end is None or end < 32 or self._data[end - 16 : end] != _SIGNING_MAGIC:
            return b""
        size = int.from_bytes(self._data[end - 24 : end - 16], "little")
        start = end - size - 8
        if start < 0 or size < 24:
            return b""
        if size > MAX_SIGNING_BLOCK:
            self.problems.note(f"the signing block of {count_text(size, 'byte')} is too large to read", "", None)
            return b""
        return self._data[start:end]

    def _content_start(self, entry: ArchiveEntry) -> int | None:
        at = entry.header
        if not 0 <= at <= self._size - 30:
            return None
        mark, name, extra = _lengths.unpack(self._data[at : at + 30])
        return at + 30 + name + extra if mark == b"PK\x03\x04" else None

    def _plain(self, entry: ArchiveEntry, start: int) -> bytearray | None:
        """The content of a small entry without faults, read by a fast path; else ``None``."""
        size, compressed = entry.size, entry.compressed
        stop = start + compressed
        if stop > self._size or size > MAX_EXPANSION * compressed or entry.header in self._overlapping:
            return None
        budget = self.budget
        if size > budget.total:
            return None
        try:
            content = deflate_decompress(self._data[start:stop], size)
        except DeflateError:
            return None
        if len(content) != size or (entry.crc and crc32(content) != entry.crc):
            return None
        budget.total -= size
        self._read += compressed
        if self._read > FORGET_AFTER:
            self._forget()
        return content

    def _forget(self) -> None:
        """Release the pages of the map: a package may be larger than the memory."""
        self._read = 0
        release_pages(self._data)

    def _is_suspect(self, entry: ArchiveEntry) -> bool:
        return entry.header in self._overlapping or (
            entry.size > SUSPECT_ENTRY and entry.size > PLAIN_RATIO * entry.compressed
        )

    def _lendable(self, entry: ArchiveEntry) -> int:
        """Bytes that a nested archive may expand to. Archives hardly shrink when compressed, bombs do."""
        return max(0, min(MAX_NESTED, self.budget.total, max(SUSPECT_ENTRY, PLAIN_RATIO * entry.compressed)))

    def _copied(self, start: int, size: int) -> bytes | bytearray:
        """A copy of stored bytes; large copies release the map's pages as they go, so that memory is not used twice."""
        if size <= FORGET_AFTER:
            return self._data[start : start + size]
        content = bytearray()
        stop = min(start + size, self._size)
        for at in range(start, stop, FORGET_AFTER):
            content += self._data[at : min(at + FORGET_AFTER, stop)]
            release_pages(self._data)
        return content

    def _content(self, entry: ArchiveEntry, start: int, cap: int) -> tuple[bytes | bytearray, bool]:
        """Content up to ``cap``, and true if it is complete."""
        if entry.is_stored:
            size = entry.size or entry.compressed
            content = self._copied(start, min(size, cap))
            return content, len(content) == size
        # If the stated size is false the stream decides, with the limit of a suspect entry.
        limit = min(cap, max(SUSPECT_ENTRY, entry.size))
        result = inflate(self._data, start, entry.compressed, entry.size, limit)
        if entry.method != DEFLATED and not result.data:
            content = self._data[start : start + min(entry.compressed, cap)]
            self.problems.note(f"unknown compression method {entry.method}; read as stored", entry.name, None)
            return content, True
        if result.error:
            sealed = "encrypted, or " if entry.flags & _FLAG_ENCRYPTED else ""
            self.problems.note(
                sealed + result.error, entry.name, UnreadKind.ENCRYPTED if sealed else UnreadKind.DAMAGED
            )
        elif not result.whole and limit < cap:
            self.problems.note(
                f"only the first {count_text(len(result.data), 'byte was', 'bytes were')} read: it expands like a bomb",
                entry.name,
                UnreadKind.LIMIT,
            )
        elif result.whole and entry.size and len(result.data) != entry.size:
            self.problems.note(
                f"the stated size of {count_text(entry.size, 'byte')} is false: "
                f"the content has {count_text(len(result.data), 'byte')}",
                entry.name,
                None,
            )
        return result.data, result.whole


def _drop_doubles(entries: list[ArchiveEntry], problems: PackageProblems) -> list[ArchiveEntry]:
    """Remove entries that point at the local header of an earlier one: their bytes would only be read again."""
    if len({entry.header for entry in entries}) == len(entries):
        return entries
    unique: dict[int, ArchiveEntry] = {}
    for entry in entries:
        unique.setdefault(entry.header, entry)
    doubles = len(entries) - len(unique)
    count = count_text(doubles, "entry points at the content of another", "entries point at the content of others")
    problems.note(f"{count} and {form_for(doubles, 'is', 'are')} left out", "", None)
    return list(unique.values())


def _note_odd(entries: list[ArchiveEntry], problems: PackageProblems) -> None:
    """Report oddities that mislead analysis tools but not the operating system."""
    odd = [entry for entry in entries if entry.flags & _FLAG_ENCRYPTED or entry.method not in _METHODS]
    if not odd:
        return
    sealed = [entry for entry in odd if entry.flags & _FLAG_ENCRYPTED]
    unknown = [entry for entry in odd if entry.method not in _METHODS]
    if sealed:
        count = f"{len(sealed)} of {count_text(len(entries), 'entry', 'entries')}"
        problems.note(f"flagged as encrypted; installers ignore the flag ({count})", sealed[0].name, None)
    if unknown:
        count = f"{len(unknown)} of {count_text(len(entries), 'entry', 'entries')}"
        problems.note(
            f"compression method {unknown[0].method} is unknown to installers ({count})", unknown[0].name, None
        )


def _overlapping(entries: list[ArchiveEntry]) -> frozenset[int]:
    """Header offsets of the entries that begin before the end of an earlier one."""
    reached = 0
    for entry in entries:
        if entry.header < reached:
            break
        reached = entry.header + 30 + entry.compressed
    else:
        return frozenset()  # regular archives list their files in order
    reached = 0
    found = set()
    for header, length in sorted((entry.header, 30 + entry.compressed) for entry in entries):
        if header < reached:
            found.add(header)
        reached = max(reached, header + length)
    return frozenset(found)


def open_map(file_number: int) -> mmap.mmap:
    """Map a file of at least one byte for reading."""
    return mmap.mmap(file_number, 0, access=mmap.ACCESS_READ)
