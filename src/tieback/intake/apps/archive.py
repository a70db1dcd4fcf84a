"""A bounded reader of ZIP archives that were made to hurt: app packages of either platform.

What it accepts is what phones accept (see ``directory``): unknown methods are tried as stored and as deflated, the
"encrypted" flag is ignored where the content is not, sizes and checksums may lie. What it spends is bounded:

* an entry gives at most ``MAX_ENTRY`` bytes; the rest is left out and said as a problem;
* what grows more than ``PLAIN_RATIO`` times, lies about its size or lies over other entries is how bombs are made. Of
  such an entry at most ``SUSPECT_ENTRY`` bytes are read, of all of them together what the ``Budget`` has for suspects;
* all entries together, those of nested archives too, give no more bytes than the ``Budget`` has.
"""

import mmap
import struct
from collections.abc import Iterator
from contextlib import contextmanager

from deflate import DeflateError, crc32, deflate_decompress

from tieback.intake.apps.budget import Budget, budget_for
from tieback.intake.apps.directory import DEFLATED, STORED, Entry, read_directory
from tieback.intake.apps.inflate import MAX_EXPANSION, inflate, pieces, prefix
from tieback.intake.apps.problems import Problems
from tieback.intake.apps.window import View, Window, forget

MAX_ENTRY = 64 * 1024 * 1024
"""Most bytes of one entry. A DEX holds at most 65,536 methods (below 20 MiB in practice); Hermes bundles, Flutter
snapshots and most engines are below 64 MiB; two such buffers fit a worker ten times over."""

PLAIN_RATIO = 20
"""Growth up to which a large entry is nobody's bomb: code shrinks to a third, JSON and logs to a tenth."""

SUSPECT_ENTRY = 4 * 1024 * 1024

SMALL = 64 * 1024
"""Bytes of an entry up to which copying its stream costs less than borrowing it."""

MAX_LENT = 2 * 1024 * 1024 * 1024
"""Most bytes of an entry that is inflated to a temporary file, because it is an archive itself."""

LENT_IN_MEMORY = 8 * 1024 * 1024
"""Bytes up to which such an entry is inflated to memory."""

FORGET_AFTER = 16 * 1024 * 1024
"""Bytes read of a file after which the memory of its map is given back: a package may be larger than the memory."""

MAX_SIGNING_BLOCK = 4 * 1024 * 1024

_FLAG_ENCRYPTED = 0x1
_METHODS = (STORED, DEFLATED)
_lengths = struct.Struct("<4s22xHH")
"""Signature and lengths of the two variable fields of a local header (APPNOTE 4.3.7)."""
_SIGNING_MAGIC = b"APK Sig Block 42"


class Archive:
    """An archive over bytes or a memory map that the caller keeps open.

    Attributes:
        entries: in the order of the directory; several may bear one name.
        budget: what the package may still cost.
        problems: grows while entries are read.
    """

    def __init__(self, data: View, problems: Problems, budget: Budget | None = None) -> None:
        """Read the directory; without a budget of the package that it is nested in, an archive has one of its own."""
        self._data = data
        self.problems = problems
        self.budget = budget or budget_for(len(data))
        directory = read_directory(data, problems, self.budget)
        self._directory_start = directory.start
        self.entries: list[Entry] = _drop_doubles(directory.entries, problems)
        self._overlapping = _overlapping(self.entries)
        _note_odd(self.entries, problems)
        if self._overlapping:
            problems.note(f"{len(self._overlapping)} entries lie over others, as in an archive bomb", "")
        self._read = 0
        self._size = len(data)
        # The first one of a name is the one that counts.
        self._by_name = {entry.name: entry for entry in reversed(self.entries)}

    def find(self, name: str) -> Entry | None:
        """The first entry of that name."""
        return self._by_name.get(name)

    def peek(self, entry: Entry, count: int) -> bytes:
        """The first ``count`` bytes of an entry's content, fewer where it is shorter or damaged; nearly free."""
        start = self._content_start(entry)
        if start is None:
            return b""
        if entry.is_stored:
            return self._data[start : start + min(count, max(entry.size, entry.compressed))]
        return prefix(self._data, start, entry.compressed, count)

    def read(self, entry: Entry, cap: int = MAX_ENTRY) -> bytes | bytearray:
        """The content of an entry, at most ``cap`` bytes; what is damaged or left out becomes a problem."""
        start = self._content_start(entry)
        if start is None:
            self.problems.note("no local header where the directory says", entry.name)
            return b""
        if entry.method == DEFLATED and 0 < entry.size <= SMALL and entry.size <= cap:
            plain = self._plain(entry, start)
            if plain is not None:
                return plain
        if start + entry.compressed > self._size:
            self.problems.note("the file ends before this entry does", entry.name)
        suspect = self._is_suspect(entry)
        allowed = min(self.budget.total, min(SUSPECT_ENTRY, self.budget.suspect) if suspect else self.budget.total)
        if allowed <= 0:
            self.problems.note("left out: the archive grows like a bomb", entry.name)
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
            self.problems.note(f"only the first {len(content)} bytes were read", entry.name)
        elif whole and entry.crc and crc32(content) != entry.crc:
            self.problems.note("the checksum does not match the content", entry.name)
        return content

    @contextmanager
    def lend(self, entry: Entry) -> Iterator[View]:
        """The content of an entry that is an archive itself: in place where it is stored, else inflated.

        Nothing, with a problem, where it would cost more than the budget has.
        """
        start = self._content_start(entry)
        if start is None:
            self.problems.note("no local header where the directory says", entry.name)
            yield b""
        elif entry.is_stored:
            yield Window(self._data, start, start + (entry.size or entry.compressed))
        elif 0 < entry.size <= LENT_IN_MEMORY:
            yield bytes(self.read(entry))
        else:
            import tempfile  # most packages hold no archive

            with tempfile.TemporaryFile(prefix="tieback-") as file:
                size = 0
                for piece in pieces(self._data, start, entry.compressed, self._lendable(entry)):
                    size += file.write(piece)
                self.budget.total -= size
                file.flush()
                if size == 0:
                    self.problems.note("left out: it cannot be decompressed, or grows like a bomb", entry.name)
                    yield b""
                    return
                with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as inner:
                    yield inner

    def signing_block(self) -> bytes:
        """The APK signing block (schemes v2 and later) before the central directory; empty where there is none.

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
            self.problems.note(f"the signing block of {size} bytes is too large to be read", "")
            return b""
        return self._data[start:end]

    def _content_start(self, entry: Entry) -> int | None:
        at = entry.header
        if not 0 <= at <= self._size - 30:
            return None
        mark, name, extra = _lengths.unpack(self._data[at : at + 30])
        return at + 30 + name + extra if mark == b"PK\x03\x04" else None

    def _plain(self, entry: Entry, start: int) -> bytearray | None:
        """The content of a small entry with which nothing is wrong, at a fraction of the price; else nothing."""
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
        """Give back the pages of the map: a package may be larger than the memory."""
        self._read = 0
        forget(self._data)

    def _is_suspect(self, entry: Entry) -> bool:
        return entry.header in self._overlapping or (
            entry.size > SUSPECT_ENTRY and entry.size > PLAIN_RATIO * entry.compressed
        )

    def _lendable(self, entry: Entry) -> int:
        """Most bytes that an entry may give as an archive of its own. Archives hardly shrink: bombs do."""
        return max(0, min(MAX_LENT, self.budget.total, max(SUSPECT_ENTRY, PLAIN_RATIO * entry.compressed)))

    def _copied(self, start: int, size: int) -> bytes | bytearray:
        """Bytes as they stand; of many, the pages of the map go as they are read, so that they do not count twice."""
        if size <= FORGET_AFTER:
            return self._data[start : start + size]
        content = bytearray()
        stop = min(start + size, self._size)
        for at in range(start, stop, FORGET_AFTER):
            content += self._data[at : min(at + FORGET_AFTER, stop)]
            forget(self._data)
        return content

    def _content(self, entry: Entry, start: int, cap: int) -> tuple[bytes | bytearray, bool]:
        """Content up to ``cap`` and whether that is all of it."""
        if entry.is_stored:
            size = entry.size or entry.compressed
            content = self._copied(start, min(size, cap))
            return content, len(content) == size
        # Where the size lies the stream decides, but a liar gets no more than a suspect does.
        limit = min(cap, max(SUSPECT_ENTRY, entry.size))
        result = inflate(self._data, start, entry.compressed, entry.size, limit)
        if entry.method != DEFLATED and not result.data:
            content = self._data[start : start + min(entry.compressed, cap)]
            self.problems.note(f"unknown compression method {entry.method}; read as stored", entry.name)
            return content, True
        if result.error:
            sealed = "encrypted, or " if entry.flags & _FLAG_ENCRYPTED else ""
            self.problems.note(sealed + result.error, entry.name)
        elif not result.whole and limit < cap:
            self.problems.note(f"only the first {len(result.data)} bytes were read: it grows like a bomb", entry.name)
        elif result.whole and entry.size and len(result.data) != entry.size:
            self.problems.note(f"the stated size of {entry.size} is a lie: {len(result.data)} bytes", entry.name)
        return result.data, result.whole


def _drop_doubles(entries: list[Entry], problems: Problems) -> list[Entry]:
    """Without the entries that point at the local header of one before: their bytes would only be read again."""
    if len({entry.header for entry in entries}) == len(entries):
        return entries
    unique: dict[int, Entry] = {}
    for entry in entries:
        unique.setdefault(entry.header, entry)
    problems.note(f"{len(entries) - len(unique)} entries point at the bytes of others and are left out", "")
    return list(unique.values())


def _note_odd(entries: list[Entry], problems: Problems) -> None:
    """Say what tools stumble over and the system does not."""
    odd = [entry for entry in entries if entry.flags & _FLAG_ENCRYPTED or entry.method not in _METHODS]
    if not odd:
        return
    sealed = [entry for entry in odd if entry.flags & _FLAG_ENCRYPTED]
    unknown = [entry for entry in odd if entry.method not in _METHODS]
    if sealed:
        count = f"{len(sealed)} of {len(entries)} entries"
        problems.note(f"said to be encrypted, which no installer heeds ({count})", sealed[0].name)
    if unknown:
        count = f"{len(unknown)} of {len(entries)} entries"
        problems.note(f"compression method {unknown[0].method}, which no installer knows ({count})", unknown[0].name)


def _overlapping(entries: list[Entry]) -> frozenset[int]:
    """Headers of the entries that begin before one earlier in the file has ended."""
    reached = 0
    for entry in entries:
        if entry.header < reached:
            break
        reached = entry.header + 30 + entry.compressed
    else:
        return frozenset()  # honest archives list their files in order
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
