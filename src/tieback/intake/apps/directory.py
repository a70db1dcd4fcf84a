"""Directory of a ZIP archive: from its central directory, or from local headers if that is false or missing.

Archives are read as Android and iOS read them, not as the specification requires: an archive that a phone installs must
open here. Sources: PKWARE APPNOTE 6.3.10 (sections 4.3.6 to 4.5.3); AOSP ``system/libziparchive/zip_archive.cc``. All
offsets and sizes are bytes. Nothing here inflates more than ``budget.SCAN``.
"""

import struct
import zlib
from collections.abc import Iterator

import msgspec

from tieback.intake.apps.budget import LOST, PackageBudget
from tieback.intake.apps.printable import printable
from tieback.intake.apps.problems import PackageProblems
from tieback.intake.apps.window import View
from tieback.model.count_text import count_text, its_or_their
from tieback.model.sighting import UnreadKind

MAX_ENTRIES = 200_000
"""Entries read from one archive. The largest store apps have about 40,000; ZIP without ZIP64 ends at 65,535."""

MAX_NAME = 1024
"""Characters kept of an entry's name. Android's own paths end at 4096 bytes, aapt's are below 260."""

STORED, DEFLATED = 0, 8
"""Compression methods (APPNOTE 4.4.5)."""

_EOCD, _CENTRAL, _LOCAL = b"PK\x05\x06", b"PK\x01\x02", b"PK\x03\x04"
_EOCD64, _LOCATOR64 = b"PK\x06\x06", b"PK\x06\x07"
_end_record = struct.Struct("<4xHHHHIIH")
_end_record64 = struct.Struct("<4xQHHIIQQQQ")
_central = struct.Struct("<4s4xHH4xIIIHHH8xI")
"""Signature, flags, method, checksum, both sizes, the lengths of name, extra field and comment, and the offset."""
_local = struct.Struct("<4xHHHHHIIIHH")
_MAX32 = 0xFFFFFFFF
_FLAG_DESCRIPTOR = 0x8


class ArchiveEntry(msgspec.Struct, frozen=True, gc=False):
    """One file of an archive, as its header describes it; every number may be false."""

    name: str
    header: int
    """Offset of the local header."""
    method: int
    flags: int
    crc: int
    """CRC-32 of the content; 0 if the header leaves it to a data descriptor."""
    compressed: int
    size: int
    """Bytes of the content; 0 if unknown."""

    @property
    def is_directory(self) -> bool:
        """True if the entry only names a directory."""
        return self.size == 0 and self.name.endswith("/")

    @property
    def is_stored(self) -> bool:
        """True if the content is not compressed; Android reads an unknown method so if the two sizes are equal."""
        return self.method == STORED or (self.method != DEFLATED and self.compressed == self.size)


class ArchiveDirectory(msgspec.Struct, frozen=True):
    """The entries of an archive."""

    entries: list[ArchiveEntry]
    start: int | None
    """Offset of the central directory; ``None`` if the entries come only from local headers."""


class _End(msgspec.Struct, frozen=True):
    """Stated position of the central directory."""

    start: int
    stop: int
    count: int
    shift: int
    """Correction of the offsets of local headers (for data before the archive)."""


def read_directory(data: View, problems: PackageProblems, budget: PackageBudget) -> ArchiveDirectory:
    """List the entries of an archive; anything unreadable becomes a problem, never an exception.

    An archive without entries yields an empty list. ``budget`` limits the entries and the cost of finding them.
    """
    end = _find_end(data, problems)
    if end is None:
        entries = list(_scan_local(data, problems, budget, known=frozenset()))
        if entries:
            count = count_text(len(entries), "entry", "entries")
            problems.note(
                f"its list of entries is lost (no central directory): {count} found by {its_or_their(len(entries))}"
                " own headers",
                "",
                UnreadKind.DAMAGED,
            )
        return ArchiveDirectory(entries, None)
    entries = list(_walk_central(data, end, problems, budget))
    if len(entries) < end.count and len(entries) < MAX_ENTRIES:
        known = frozenset(entry.header for entry in entries)
        found = list(_scan_local(data, problems, budget, known))
        problems.note(
            f"the central directory lists {count_text(end.count, 'entry', 'entries')} "
            f"but {len(entries):,} could be read from it; "
            f"{len(found):,} more found by their headers",
            "",
            None if len(entries) + len(found) >= end.count else UnreadKind.DAMAGED,
        )
        entries += found[: MAX_ENTRIES - len(entries)]
    return ArchiveDirectory(entries, end.start)


def _find_end(data: View, problems: PackageProblems) -> _End | None:
    """The last end record whose directory can be found."""
    position = len(data)
    for _ in range(64):  # signatures inside comments and stored entries; more than a few are an attack
        position = data.rfind(_EOCD, 0, position)
        if position < 0:
            return None
        if position + 22 > len(data):
            continue
        end = _end_at(data, position, problems)
        if end is not None:
            if position + 22 + 65_535 < len(data):
                problems.note("data follows the end of the archive", f"offset {position}", None)
            return end
    return None


def _end_at(data: View, position: int, problems: PackageProblems) -> _End | None:
    disk, _, _, count, size, start, _ = _end_record.unpack_from(data, position)
    stop = position
    if count == 0xFFFF or _MAX32 in {size, start}:
        big = _end64(data, position)
        if big is not None:
            count, size, start, stop = big
    end = None
    moved = stop - size
    if start < stop and data[start : start + 4] == _CENTRAL:
        end = _End(start, stop, count, 0)
    elif 0 <= moved < stop and data[moved : moved + 4] == _CENTRAL:
        end = _End(moved, stop, count, moved - start)
        if moved > start:
            problems.note(f"{count_text(moved - start, 'byte precedes', 'bytes precede')} the archive", "", None)
    if end is not None and disk not in {0, 0xFFFF}:
        problems.note("the archive claims to be split over several disks", f"offset {position}", None)
    return end


def _end64(data: View, position: int) -> tuple[int, int, int, int] | None:
    """Count, size, start and stop by the ZIP64 end record, if there is one."""
    locator = position - 20
    if locator < 0 or data[locator : locator + 4] != _LOCATOR64:
        return None
    (record,) = struct.unpack_from("<8xQ4x", data, locator)
    if record + 56 > locator or data[record : record + 4] != _EOCD64:
        return None
    _, _, _, _, _, _, count, size, start = _end_record64.unpack_from(data, record)
    return count, size, start, record


def _walk_central(data: View, end: _End, problems: PackageProblems, budget: PackageBudget) -> Iterator[ArchiveEntry]:
    position, stop = end.start, end.stop
    read = 0
    unpack, shift = _central.unpack_from, end.shift
    while position + 46 <= stop:
        mark, flags, method, crc, compressed, size, name_length, extra_length, comment_length, header = unpack(
            data, position
        )
        if mark != _CENTRAL:
            position = data.find(_CENTRAL, position, stop)
            if position < 0:
                return
            continue
        if read == MAX_ENTRIES or budget.entries == 0:
            problems.note(
                f"more than {count_text(read, 'entry', 'entries')}; the rest is left out", "", UnreadKind.LIMIT
            )
            return
        name_end = position + 46 + name_length
        if _MAX32 in (compressed, size, header):
            extra = bytes(data[name_end : min(name_end + extra_length, stop)])
            size, compressed, header = _wide(extra, size, compressed, header)
        name = _text(data[position + 46 : min(name_end, stop)])
        yield ArchiveEntry(name, header + shift, method, flags, crc, compressed, size)
        read += 1
        budget.entries -= 1
        after = name_end + extra_length + comment_length
        if after < stop and data[after : after + 4] != _CENTRAL:
            # A false length hides the records that follow; Android's reader on the device is as lenient.
            found = data.find(_CENTRAL, min(name_end, stop), stop)
            if found >= 0:
                problems.note("a record of the central directory states a false length", f"offset {position}", None)
                after = found
        position = after


def _wide(extra: bytes, *fields: int) -> tuple[int, ...]:
    """Fields that overflow 32 bits, from the ZIP64 extra field (APPNOTE 4.5.3); fields that it lacks are unchanged."""
    position = 0
    while position + 4 <= len(extra):
        tag, length = struct.unpack_from("<HH", extra, position)
        if tag == 1:
            values = struct.iter_unpack("<Q", extra[position + 4 : position + 4 + length // 8 * 8][:24])
            pool = [value for (value,) in values]
            return tuple(pool.pop(0) if field == _MAX32 and pool else field for field in fields)
        position += 4 + length
    return fields


def _scan_local(
    data: View, problems: PackageProblems, budget: PackageBudget, known: frozenset[int]
) -> Iterator[ArchiveEntry]:
    """Entries by their local headers, in file order, without those at ``known`` offsets."""
    read = 0
    position = data.find(_LOCAL)
    while 0 <= position <= len(data) - 30:
        budget.steps -= 1
        if budget.steps <= 0:
            problems.note(
                "too many headers without content; the rest is left out", f"offset {position}", UnreadKind.LIMIT
            )
            return
        _, flags, method, _, _, crc, compressed, size, name_length, extra_length = _local.unpack_from(data, position)
        start = position + 30 + name_length + extra_length
        name = data[position + 30 : position + 30 + name_length]
        if not name or b"\0" in name or start > len(data):
            position = data.find(_LOCAL, position + 4)
            continue
        if compressed == 0 and (flags & _FLAG_DESCRIPTOR or size > 0):
            crc = 0
            if method == 8 and budget.scan > 0:
                compressed, size, spent = _measure(data, start, budget.scan)
                budget.scan -= spent
            if compressed == 0:
                compressed = _next_header(data, start) - start
        if position not in known:
            if read == MAX_ENTRIES or budget.entries == 0:
                problems.note(
                    f"more than {count_text(read, 'entry', 'entries')}; the rest is left out", "", UnreadKind.LIMIT
                )
                return
            read += 1
            budget.entries = max(0, budget.entries - LOST)
            yield ArchiveEntry(_text(name), position, method, flags, crc, compressed, size)
        after = start + compressed
        position = data.find(_LOCAL, after if after <= len(data) else start)


def _next_header(data: View, start: int) -> int:
    """Offset of the next local or central header, or the end of the file."""
    local = data.find(_LOCAL, start)
    stop = local if local >= 0 else len(data)
    central = data.find(_CENTRAL, start, stop)
    return central if central >= 0 else stop


def _measure(data: View, start: int, budget: int) -> tuple[int, int, int]:
    """Compressed and inflated length of the deflate stream at ``start``, 0 if it breaks; and the budget spent."""
    engine = zlib.decompressobj(-15)
    position, inflated = start, 0
    try:
        while not engine.eof and position < len(data) and inflated < budget:
            piece = engine.unconsumed_tail
            if not piece:
                piece = data[position : position + 65_536]
                position += len(piece)
            inflated += len(engine.decompress(piece, 1 << 20))
    except zlib.error:
        return 0, 0, 65_536 + inflated
    return position - len(engine.unused_data) - len(engine.unconsumed_tail) - start, inflated, 1024 + inflated


def _text(name: bytes) -> str:
    """An entry's name for display: UTF-8, unprintable characters escaped, cut at ``MAX_NAME``."""
    text = name[:MAX_NAME].decode("utf-8", "backslashreplace")
    return text if text.isprintable() and len(text) <= MAX_NAME else printable(text, MAX_NAME)
