"""Tar archives inside a package, alone or compressed with gzip: Python apps have their code and libraries in one.

Sources: POSIX.1-2017 ``pax`` (``ustar`` and extended headers); GNU tar, ``tar.h`` (long names, binary sizes). Links,
devices and sparse files are left out. The entries are slices of bytes that are already in memory, so that their size
needs no budget of its own. ``tarfile`` is not used: a hostile archive can make it loop for ever (CVE-2025-8194, in
versions of Python that are supported here), and it expands sparse files.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from tieback.intake.apps.archive import MAX_ENTRY
from tieback.intake.apps.budget import PackageBudget
from tieback.intake.apps.directory import STORED, ArchiveEntry
from tieback.intake.apps.interface import Bytes
from tieback.intake.apps.printable import printable
from tieback.intake.apps.problems import PackageProblems
from tieback.intake.apps.window import View
from tieback.model.count_text import count_text
from tieback.model.sighting import UnreadKind

BLOCK = 512
MARK, MARK_AT = b"ustar", 257
"""What the header of each entry contains, and where."""
MAX_NAME = 4096
_FILES = frozenset(b"07\0")
_LONG_NAME, _EXTENDED = ord("L"), ord("x")
_NUMBER = 12
_CHECKSUM = slice(148, 156)


class TarArchive:
    """A tar archive in memory: see ``interface.EntrySource``."""

    def __init__(self, data: Bytes, problems: PackageProblems, budget: PackageBudget) -> None:
        """Read the headers; what is damaged becomes a problem, and the entries before it stay."""
        self.problems = problems
        self._data = data
        self.entries = list(_entries(data, problems, budget))
        self._by_name = {entry.name: entry for entry in reversed(self.entries)}

    def find(self, name: str) -> ArchiveEntry | None:
        """The first entry of that name."""
        return self._by_name.get(name)

    def peek(self, entry: ArchiveEntry, count: int) -> bytes:
        """The first ``count`` bytes of an entry."""
        return bytes(self._data[entry.header : entry.header + min(count, entry.size)])

    def read(self, entry: ArchiveEntry, cap: int = MAX_ENTRY) -> bytes:
        """The content of an entry, at most ``cap`` bytes; omitted content is reported as a problem."""
        if entry.size > cap:
            self.problems.note(
                f"only the first {count_text(cap, 'byte was', 'bytes were')} read", entry.name, UnreadKind.LIMIT
            )
        return bytes(self._data[entry.header : entry.header + min(cap, entry.size)])

    @contextmanager
    def open_nested(self, entry: ArchiveEntry) -> Iterator[View]:
        """The content of an entry."""
        yield self.read(entry)

    def signing_block(self) -> bytes:
        """Empty: a tar archive has none."""
        return b""


def _entries(data: Bytes, problems: PackageProblems, budget: PackageBudget) -> Iterator[ArchiveEntry]:
    at, long_name = 0, ""
    while at + BLOCK <= len(data):
        head = bytes(data[at : at + BLOCK])
        if not any(head):
            return
        if budget.entries <= 0:
            problems.note("the remaining files are left out: the package has too many", "", UnreadKind.LIMIT)
            return
        budget.entries -= 1
        size = _size(head)
        if head[MARK_AT : MARK_AT + len(MARK)] != MARK or size < 0 or not _is_intact(head):
            problems.note("the tar archive is damaged from here on", f"offset {at}", UnreadKind.UNREADABLE)
            return
        at += BLOCK
        kept = min(size, len(data) - at)
        name = long_name or _name(head)
        long_name = ""
        kind = head[156]
        if kind == _LONG_NAME:
            long_name = _text(bytes(data[at : at + min(kept, MAX_NAME)]))
        elif kind == _EXTENDED:
            long_name = _extended_name(bytes(data[at : at + min(kept, 2 * MAX_NAME)]))
        elif kind in _FILES and name:
            if kept < size:
                problems.note("the archive ends within this entry", name, UnreadKind.DAMAGED)
            yield ArchiveEntry(name, at, STORED, 0, 0, kept, kept)
        at += -(-size // BLOCK) * BLOCK


def _size(head: bytes) -> int:
    """Bytes of an entry; -1 if the number is damaged."""
    field = head[124 : 124 + _NUMBER]
    if field[0] == 0x80:
        return int.from_bytes(field[1:])
    try:
        return int(field.strip(b"\0 ") or b"0", 8)
    except ValueError:
        return -1


def _is_intact(head: bytes) -> bool:
    """True if the checksum of a header is right. It counts its own bytes as spaces."""
    try:
        stated = int(head[_CHECKSUM].strip(b"\0 ") or b"0", 8)
    except ValueError:
        return False
    return stated == sum(head) - sum(head[_CHECKSUM]) + 8 * ord(" ")


def _name(head: bytes) -> str:
    name = _text(head[:100])
    # In archives of GNU, times are in the place of the beginning of the name.
    before = _text(head[345:500]) if head[MARK_AT : MARK_AT + 6] == MARK + b"\0" else ""
    return f"{before}/{name}" if before else name


def _extended_name(records: bytes) -> str:
    """The path in records of the form ``length key=value``; empty if there is none."""
    at = 0
    while at < len(records):
        digits, _, rest = records[at : at + 20].partition(b" ")
        if not rest or not digits.isdigit() or not (length := int(digits)):
            return ""
        key, _, value = records[at + len(digits) + 1 : at + length - 1].partition(b"=")
        if key == b"path":
            return _text(value)
        at += length
    return ""


def _text(raw: bytes) -> str:
    name = raw.partition(b"\0")[0].decode("utf-8", "replace")
    return printable(name.removeprefix("./"), MAX_NAME)
