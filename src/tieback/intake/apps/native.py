"""Native libraries, ELF: the sections that may contain strings, without the machine code.

Source: System V ABI, chapter 4. If the section table is missing or false, the whole file is searched: packers strip it.
All counts are capped.
"""

import struct
from bisect import bisect_left

from tieback.intake.apps.interface import Artifact, Buffer, BufferKind
from tieback.intake.apps.jni import has_native_methods, returned_texts

MAX_SECTIONS = 4096
MAX_NATIVE = 2 << 20
"""Most bytes of a library whose native methods are run."""

_ELF_LOADED, _ELF_EXECUTABLE = 0x2, 0x4
_ELF_PROGBITS = 1
_NEAR = 4096
"""Bytes between ranges below which they are merged."""

type Range = tuple[int, int]
"""Begin and end of bytes of a file."""


def read_elf(file: str, data: bytes | bytearray) -> Artifact:
    """The data sections of an ELF file as buffers of kind ``NATIVE``."""
    ranges = merge_ranges(_elf_sections(data), len(data)) or [(0, len(data))]
    buffers = native_buffers(file, data, ranges)
    buffers[0].returned = returned_texts(data)
    if len(data) <= MAX_NATIVE and has_native_methods(data):
        buffers[0].native = bytes(data)
    return Artifact(file, tuple(buffers))


def native_buffers(file: str, data: bytes | bytearray, ranges: list[Range], *, utf16: bool = False) -> list[Buffer]:
    """One buffer per range."""
    if ranges == [(0, len(data))]:
        return [Buffer(file, BufferKind.NATIVE, data, utf16=utf16)]
    view = memoryview(data)
    return [Buffer(file, BufferKind.NATIVE, bytes(view[start:stop]), base=start, utf16=utf16) for start, stop in ranges]


def merge_ranges(ranges: list[Range], size: int, barriers: list[int] | None = None) -> list[Range]:
    """Sorted ranges inside a file of ``size`` bytes, without overlap; close ones are merged, except across a
    barrier.
    """
    sorted_barriers = sorted(barriers or ())
    out: list[Range] = []
    for start, stop in sorted((max(start, 0), min(stop, size)) for start, stop in ranges):
        if start >= stop:
            continue
        if out and start <= out[-1][1] + _NEAR and not _between(sorted_barriers, out[-1][1], start):
            out[-1] = (out[-1][0], max(out[-1][1], stop))
        else:
            out.append((start, stop))
    return out


def _between(barriers: list[int], start: int, stop: int) -> bool:
    index = bisect_left(barriers, start)
    return index < len(barriers) and barriers[index] < stop


def _elf_sections(data: bytes | bytearray) -> list[Range]:
    if len(data) < 64:
        return []
    wide, order = data[4] == 2, ">" if data[5] == 2 else "<"
    table_at, numbers_at = (0x28, 0x3A) if wide else (0x20, 0x2E)
    (table,) = struct.unpack_from(order + ("Q" if wide else "I"), data, table_at)
    width, count = struct.unpack_from(order + "HH", data, numbers_at)
    header = struct.Struct(order + ("4xIQQQQ" if wide else "4xIIIII"))
    if table == 0 or width < header.size:
        return []
    ranges = []
    for index in range(min(count, MAX_SECTIONS)):
        at = table + index * width
        if at + header.size > len(data):
            return []
        kind, flags, _, offset, size = header.unpack_from(data, at)
        # Sections that are not loaded have the compiler's own addresses (.comment) and debug information.
        if kind == _ELF_PROGBITS and flags & _ELF_LOADED and not flags & _ELF_EXECUTABLE and size:
            ranges.append((offset, offset + size))
    return ranges
