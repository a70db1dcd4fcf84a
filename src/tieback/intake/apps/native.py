"""Native binaries, ELF and Mach-O: the sections that may hold strings, without the machine code.

Sources: System V ABI, chapter 4 (ELF); Apple ``mach-o/loader.h`` and ``mach-o/fat.h``. Where the section table is
missing or lies, the whole file is searched: packers strip it. All counts are capped.
"""

import struct
from collections.abc import Iterator

from tieback.intake.apps.interface import Artifact, Buffer, BufferKind

MAX_SECTIONS = 4096
MAX_COMMANDS = 4096

_ELF_LOADED, _ELF_EXECUTABLE = 0x2, 0x4
_ELF_PROGBITS = 1
_MACH_CODE = 0x80000400
"""S_ATTR_PURE_INSTRUCTIONS and S_ATTR_SOME_INSTRUCTIONS."""
_MACH_ZERO_FILL = {0x1, 0xC, 0x12}
_LC_SEGMENT, _LC_SEGMENT_64 = 0x1, 0x19
_LC_ENCRYPTION, _LC_ENCRYPTION_64 = 0x21, 0x2C
_CPU_ARM64 = 0x0100000C
_NEAR = 4096
"""Ranges closer than this are read as one."""

type _Range = tuple[int, int]


def read_elf(file: str, data: bytes | bytearray) -> Artifact:
    """The data sections of an ELF file as buffers of kind ``NATIVE``."""
    return Artifact(file, tuple(_native(file, data, _merged(_elf_sections(data), len(data)))))


def read_macho(file: str, data: bytes | bytearray) -> tuple[Artifact, str]:
    """The data sections of a Mach-O file, of one architecture where it has several; and what keeps it from being read.

    The text names FairPlay where the code is encrypted, as in every package that comes from the App Store itself.
    """
    start, length = _slice(data)
    ranges: list[_Range] = []
    wide: list[_Range] = []
    complaint = ""
    for command, at in _commands(data, start, start + length):
        if command in {_LC_SEGMENT, _LC_SEGMENT_64}:
            for name, place in _macho_sections(data, at, start, command == _LC_SEGMENT_64):
                (wide if name == b"__ustring" else ranges).append(place)
        elif command in {_LC_ENCRYPTION, _LC_ENCRYPTION_64} and int.from_bytes(data[at + 16 : at + 20]):
            complaint = "the code is encrypted (FairPlay): its strings cannot be read"
    found = _merged(ranges, len(data)) if ranges or wide else [(start, start + length)]
    buffers = _native(file, data, found)
    buffers += [
        Buffer(file, BufferKind.NATIVE, bytes(data[first:last]), base=first, utf16=True)
        for first, last in _merged(wide, len(data))
    ]
    return Artifact(file, tuple(buffers)), complaint


def _native(file: str, data: bytes | bytearray, ranges: list[_Range]) -> list[Buffer]:
    view = memoryview(data)
    return [Buffer(file, BufferKind.NATIVE, bytes(view[start:stop]), base=start) for start, stop in ranges]


def _merged(ranges: list[_Range], size: int) -> list[_Range]:
    """Sorted ranges inside the file, without overlap; the whole file where there is none."""
    out: list[_Range] = []
    for start, stop in sorted((max(start, 0), min(stop, size)) for start, stop in ranges):
        if start >= stop:
            continue
        if out and start <= out[-1][1] + _NEAR:
            out[-1] = (out[-1][0], max(out[-1][1], stop))
        else:
            out.append((start, stop))
    return out or [(0, size)]


def _elf_sections(data: bytes | bytearray) -> list[_Range]:
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
        # What is not loaded holds the compiler's own addresses (.comment) and debug information.
        if kind == _ELF_PROGBITS and flags & _ELF_LOADED and not flags & _ELF_EXECUTABLE and size:
            ranges.append((offset, offset + size))
    return ranges


def _slice(data: bytes | bytearray) -> _Range:
    """Offset and length of the architecture to read: 64-bit ARM where a fat file has it, else the first."""
    magic = bytes(data[:4])
    if magic not in {b"\xca\xfe\xba\xbe", b"\xca\xfe\xba\xbf"} or len(data) < 8:
        return 0, len(data)
    wide = magic[3] == 0xBF
    layout = struct.Struct(">I4xQQ8x" if wide else ">I4xII4x")
    slices = []
    for index in range(min(int.from_bytes(data[4:8], "big"), 16)):
        at = 8 + index * layout.size
        if at + layout.size > len(data):
            break
        cpu, start, length = layout.unpack_from(data, at)
        if start < len(data):
            slices.append((cpu != _CPU_ARM64, start, min(length, len(data) - start)))
    if not slices:
        return 0, len(data)
    _, start, length = min(slices, key=lambda s: s[0])
    return start, length


def _commands(data: bytes | bytearray, start: int, stop: int) -> Iterator[tuple[int, int]]:
    """Load commands: number and offset. Little-endian only; big-endian Mach-O is PowerPC."""
    magic = bytes(data[start : start + 4])
    if magic not in {b"\xcf\xfa\xed\xfe", b"\xce\xfa\xed\xfe"} or start + 32 > stop:
        return
    (count,) = struct.unpack_from("<I", data, start + 16)
    at = start + (32 if magic[0] == 0xCF else 28)
    for _ in range(min(count, MAX_COMMANDS)):
        if at + 24 > stop:
            return
        command, size = struct.unpack_from("<II", data, at)
        if size < 8:
            return
        yield command, at
        at += size


def _macho_sections(data: bytes | bytearray, at: int, start: int, wide: bool) -> Iterator[tuple[bytes, _Range]]:
    count_at, first, width = (64, 72, 80) if wide else (48, 56, 68)
    if at + first > len(data):
        return
    (count,) = struct.unpack_from("<I", data, at + count_at)
    layout = struct.Struct("<16s16x8xQI8x4xI" if wide else "<16s16x4xII8x4xI")
    for index in range(min(count, MAX_SECTIONS)):
        section = at + first + index * width
        if section + width > len(data):
            return
        name, size, offset, flags = layout.unpack_from(data, section)
        if not flags & _MACH_CODE and flags & 0xFF not in _MACH_ZERO_FILL and size and offset:
            yield name.rstrip(b"\0"), (start + offset, start + offset + size)
