"""Texts that native methods return: the constant to which a function ``Java_…`` of an ELF file refers.

Read are 64-bit files for ARM and x86: the exported symbols, then the instructions that compute an address relative to
the program counter (``adrp`` with ``add``, ``lea``). A function that refers to exactly one text returns it, if the
method that it implements returns a ``String``. Sources: System V ABI, chapter 4; Arm A64 instruction set (ADRP, ADD
immediate); Intel SDM (LEA); Java Native Interface Specification, "Resolving Native Method Names".
"""

import struct
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from tieback.intake.apps.interface import Bytes

MAX_FUNCTIONS = 2_000
"""Most functions of one file that are read."""
MAX_SYMBOLS = 100_000
MAX_CODE = 1_024
"""Most bytes of one function that are read."""
MAX_TEXT = 1_000
"""Most bytes of a text."""
_MAX_SECTIONS = 4_096

_DYNSYM, _LOAD, _FUNCTION = 11, 1, 2
_EXECUTABLE = 1
_ARM, _X86 = 183, 62


class _Segment(NamedTuple):
    address: int
    offset: int
    size: int
    executable: bool


def has_native_methods(data: Bytes) -> bool:
    """True for a 64-bit library for ARM or x86 with functions that implement native methods."""
    if len(data) < 64 or data[:6] != b"\x7fELF\x02\x01" or int.from_bytes(data[18:20], "little") not in (_ARM, _X86):
        return False
    return data.find(b"\0Java_") >= 0 or data.find(b"\0JNI_OnLoad\0") >= 0


def returned_texts(data: Bytes) -> Mapping[str, str]:
    """The texts by name of the function; empty if the file has none or is damaged."""
    if len(data) < 64 or data[:6] != b"\x7fELF\x02\x01" or data.find(b"Java_") < 0:
        return {}
    (machine,) = struct.unpack_from("<H", data, 18)
    if machine not in (_ARM, _X86):
        return {}
    try:
        segments = _segments(data)
        read = _arm_addresses if machine == _ARM else _x86_addresses
        found = {}
        for name, address, size in _functions(data):
            code, begin = _code(data, segments, address, size)
            texts = {text for place in read(code, begin) if (text := _text(data, segments, place))}
            if len(texts) == 1:
                found[name] = texts.pop()
    except (struct.error, OverflowError):  # an offset outside the file, or of more than 63 bits
        return {}
    return found


def _segments(data: Bytes) -> list[_Segment]:
    (table,) = struct.unpack_from("<Q", data, 0x20)
    width, count = struct.unpack_from("<HH", data, 0x36)
    found = []
    for number in range(min(count, 64)):
        kind, flags, offset, address, _, size = struct.unpack_from("<IIQQQQ", data, table + number * width)
        if kind == _LOAD:
            found.append(_Segment(address, offset, size, bool(flags & _EXECUTABLE)))
    return found


def _functions(data: Bytes) -> Iterator[tuple[str, int, int]]:
    """Name, address and size of the exported functions of native methods."""
    (table,) = struct.unpack_from("<Q", data, 0x28)
    width, count = struct.unpack_from("<HH", data, 0x3A)
    for number in range(min(count, _MAX_SECTIONS)):
        at = table + number * width
        kind, offset, size, link = struct.unpack_from("<4xI16xQQI", data, at)
        if kind != _DYNSYM or link >= count:
            continue
        (names,) = struct.unpack_from("<Q", data, table + link * width + 24)
        left = MAX_FUNCTIONS
        for place in range(offset, offset + 24 * min(size // 24, MAX_SYMBOLS), 24):
            name, info, _, _, address, length = struct.unpack_from("<IBBHQQ", data, place)
            begin = names + name
            if info & 15 != _FUNCTION or data[begin : begin + 5] != b"Java_":
                continue
            end = data.find(b"\0", begin, begin + 512)
            left -= 1
            if end > 0 and left >= 0:
                yield bytes(data[begin:end]).decode("ascii", "replace"), address, length


def _code(data: Bytes, segments: list[_Segment], address: int, size: int) -> tuple[bytes, int]:
    """Code of a function and its address; empty if it is outside the file."""
    for segment in segments:
        if segment.executable and 0 <= address - segment.address < segment.size:
            begin = segment.offset + address - segment.address
            return bytes(data[begin : begin + min(size or 256, MAX_CODE)]), address
    return b"", 0


def _text(data: Bytes, segments: list[_Segment], address: int) -> str:
    """The printable text at an address outside the code; empty if there is none."""
    for segment in segments:
        if not 0 <= address - segment.address < segment.size:
            continue
        begin = segment.offset + address - segment.address
        end = data.find(b"\0", begin, begin + MAX_TEXT)
        raw = bytes(data[begin:end]) if end > 0 else b""
        return raw.decode("ascii") if len(raw) > 3 and raw.isascii() and raw.decode().isprintable() else ""
    return ""


def _arm_addresses(code: bytes, begin: int) -> Iterator[int]:
    """Addresses that ``adrp`` and the following ``add`` compute, by register."""
    pages: dict[int, int] = {}
    for at in range(0, len(code) - 3, 4):
        word = int.from_bytes(code[at : at + 4], "little")
        if word & 0x9F000000 == 0x90000000:
            page = (word >> 5 & 0x7FFFF) << 2 | word >> 29 & 3
            page -= (page & 1 << 20) << 1
            pages[word & 31] = ((begin + at) >> 12) + page << 12
        elif word & 0x9F000000 == 0x10000000:  # adr
            distance = (word >> 5 & 0x7FFFF) << 2 | word >> 29 & 3
            yield begin + at + distance - ((distance & 1 << 20) << 1)
        elif word & 0xFF800000 == 0x91000000 and word >> 5 & 31 in pages:
            immediate = (word >> 10 & 0xFFF) << (12 if word >> 22 & 1 else 0)
            yield pages[word >> 5 & 31] + immediate


def _x86_addresses(code: bytes, begin: int) -> Iterator[int]:
    """Addresses of each ``lea`` relative to the next instruction, with a 64-bit register."""
    for at in range(len(code) - 6):
        if code[at] & 0xFB == 0x48 and code[at + 1] == 0x8D and code[at + 2] & 0xC7 == 0x05:
            yield begin + at + 7 + int.from_bytes(code[at + 3 : at + 7], "little", signed=True)
