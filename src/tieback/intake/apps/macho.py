"""Native binaries of Apple's systems, Mach-O: the sections with text, without code, names and addresses.

Sources: Apple ``mach-o/loader.h`` and ``mach-o/fat.h``. Texts of ``__cfstring`` are in ``__cstring`` and ``__ustring``,
as are Swift literals of more than 15 bytes. Shorter ones are part of the code: those that can be an address are a
buffer each. The entitlements in a binary's signature are one more buffer. All counts are capped.
"""

import struct
from collections.abc import Iterator

from tieback.intake.apps.budget import PackageBudget, budget_for
from tieback.intake.apps.codesign import CodeSignature, read_signature
from tieback.intake.apps.interface import Artifact, Buffer, BufferKind
from tieback.intake.apps.native import Range, merge_ranges, native_buffers
from tieback.intake.apps.swift_texts import inline_texts

FAIRPLAY = "the code is encrypted (FairPlay): its strings cannot be read"
"""The reason of ``read_macho`` for a binary from the App Store."""

TOO_MANY = "too many short texts in the code; the rest was not read"
"""What was left out of a binary with more than the limits of ``swift_texts``."""

MAX_SECTIONS = 4096
MAX_COMMANDS = 4096

_CODE = 0x80000400
"""S_ATTR_PURE_INSTRUCTIONS and S_ATTR_SOME_INSTRUCTIONS."""

_ZERO_FILL = {0x1, 0xC, 0x12}
_LC_SEGMENT, _LC_SEGMENT_64 = 0x1, 0x19
_LC_ENCRYPTION, _LC_ENCRYPTION_64 = 0x21, 0x2C
_LC_SIGNATURE = 0x1D
_LC_VERSION_MIN = {0x24, 0x25, 0x2F, 0x30}
"""Of macOS, iOS, tvOS and watchOS: version and SDK. Linkers since 2018 write ``LC_BUILD_VERSION`` instead."""
_LC_BUILD_VERSION = 0x32
_CPU_ARM64 = 0x0100000C
"""CPU type of arm64 and arm64e."""

_NO_TEXT = (
    b"__objc_", b"__swift", b"__got", b"__la_symbol_ptr", b"__nl_symbol_ptr", b"__auth_", b"__mod_", b"__init_offsets",
    b"__unwind_info", b"__eh_frame", b"__gcc_except", b"__cfstring", b"__thread_", b"__chain_starts", b"__stub",
)  # fmt: skip
"""Name prefixes of sections that contain addresses, or only names of methods, classes and types."""


def read_macho(file: str, data: bytes | bytearray, budget: PackageBudget | None = None) -> tuple[Artifact, str]:
    """The text sections of a Mach-O file (of one architecture if it has several), and the reason if it cannot be read.

    The reason is FairPlay if the code is encrypted, as in every package from the App Store itself.
    """
    budget = budget or budget_for(len(data))
    start, length = _slice(data)
    narrow: list[Range] = []
    wide: list[Range] = []
    barriers: list[int] = []
    code: list[Range] = []
    left_out = ""
    complaint = ""
    for command, at in _commands(data, start, start + length):
        if command in {_LC_SEGMENT, _LC_SEGMENT_64}:
            for name, place, is_code in _sections(data, at, start, command == _LC_SEGMENT_64):
                if is_code:
                    code += [place] if name == b"__text" else []
                elif name.startswith(_NO_TEXT):
                    barriers.append(place[0])
                else:
                    (wide if name == b"__ustring" else narrow).append(place)
        elif command in {_LC_ENCRYPTION, _LC_ENCRYPTION_64} and int.from_bytes(data[at + 16 : at + 20]):
            complaint = FAIRPLAY
    barriers += [place for place, _ in wide]
    whole = [] if narrow or wide or barriers else [(start, start + length)]
    buffers = native_buffers(file, data, merge_ranges(narrow, len(data), barriers) or whole)
    buffers += native_buffers(file, data, merge_ranges(wide, len(data)), utf16=True)
    if code and not complaint:
        cpu = int.from_bytes(data[start + 4 : start + 8], "little")
        for begin, stop in merge_ranges(code, len(data)):
            found = inline_texts(data, begin, stop, cpu, budget.steps)
            budget.steps -= found.steps
            left_out = TOO_MANY if found.stopped else left_out
            # The text is between two ends of strings, as in a section with strings.
            buffers += [
                Buffer(file, BufferKind.NATIVE, b"\0" + text + b"\0", base=place - 1) for place, text in found.texts
            ]
    begin, end = code_signature(data).entitlements
    if begin < end:
        buffers.append(Buffer(file, BufferKind.MANIFEST, bytes(data[begin:end]), base=begin))
    return Artifact(file, tuple(buffers), left_out=left_out), complaint


def code_signature(data: bytes | bytearray) -> CodeSignature:
    """The code signature of the architecture that is read; empty if there is none."""
    start, length = _slice(data)
    for command, at in _commands(data, start, start + length):
        if command == _LC_SIGNATURE:
            place, size = struct.unpack_from("<II", data, at + 8)
            return read_signature(data, start + place, size)
    return CodeSignature()


def sdk_version(data: bytes | bytearray) -> tuple[int, int] | None:
    """The SDK that the binary was linked against, as major and minor; ``None`` if it is not named."""
    start, length = _slice(data)
    for command, at in _commands(data, start, start + length):
        place = at + 12 if command in _LC_VERSION_MIN else at + 16 if command == _LC_BUILD_VERSION else 0
        if place:
            (packed,) = struct.unpack_from("<I", data, place)
            return (packed >> 16, packed >> 8 & 0xFF) if packed else None
    return None


def _slice(data: bytes | bytearray) -> Range:
    """Offset and length of the architecture to read: 64-bit ARM if a fat file has it, else the first."""
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


def _sections(data: bytes | bytearray, at: int, start: int, wide: bool) -> Iterator[tuple[bytes, Range, bool]]:
    """Name, place and whether it is code, of each section with content."""
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
        if flags & 0xFF not in _ZERO_FILL and size and offset:
            yield name.rstrip(b"\0"), (start + offset, start + offset + size), bool(flags & _CODE)
