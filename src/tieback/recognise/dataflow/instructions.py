"""Dalvik instructions, as far as a walk needs them: their length and their effect on registers.

Source: https://source.android.com/docs/core/runtime/dalvik-bytecode and .../instruction-formats.
"""

from collections.abc import Callable, Iterable, Sequence
from enum import IntEnum


class OpcodeEffect(IntEnum):
    """Effect of an opcode. The main loop handles the first five directly."""

    NONE = 0
    WRITE_AA = 1
    """Register in bits 8 to 15."""
    WRITE_A = 2
    """Register in bits 8 to 11."""
    WIDE_AA = 3
    WIDE_A = 4
    NOP = 5
    MOVE = 6
    MOVE_FROM16 = 7
    MOVE_16 = 8
    RESULT = 9
    CONST_4 = 10
    CONST_16 = 11
    CONST_32 = 12
    CONST_STRING = 13
    CONST_JUMBO = 14
    NEW_INSTANCE = 15
    NEW_ARRAY = 16
    FILLED_ARRAY = 17
    FILLED_ARRAY_RANGE = 18
    SGET = 20
    SPUT = 21
    INVOKE = 22
    INVOKE_RANGE = 23
    INVOKE_CUSTOM = 24
    INVOKE_CUSTOM_RANGE = 25
    INVOKE_OTHER = 26
    GOTO = 27
    GOTO_16 = 28
    GOTO_32 = 29
    IF = 30
    SWITCH = 31
    END = 32
    IGET = 33
    IPUT = 34
    APUT = 35
    AGET = 36
    BINARY = 37
    BINARY_2ADDR = 38
    LITERAL_16 = 39
    LITERAL_8 = 40
    CONST_WIDE_16 = 41
    CONST_WIDE_32 = 42
    NARROW = 43
    FILL_ARRAY = 44


_LENGTHS: tuple[tuple[int, Iterable[int]], ...] = (
    (2, (0x02, 0x05, 0x08, 0x13, 0x15, 0x16, 0x19, 0x1A, 0x1C, 0x1F, 0x20, 0x22, 0x23, 0x29, 0xFE, 0xFF)),
    (2, range(0x2D, 0x3E)),
    (2, range(0x44, 0x6E)),
    (2, range(0x90, 0xB0)),
    (2, range(0xD0, 0xE3)),
    (3, (0x03, 0x06, 0x09, 0x14, 0x17, 0x1B, 0x24, 0x25, 0x26, 0x2A, 0x2B, 0x2C, 0xFC, 0xFD)),
    (3, range(0x6E, 0x73)),
    (3, range(0x74, 0x79)),
    (4, (0xFA, 0xFB)),
    (5, (0x18,)),
)

_KINDS: tuple[tuple[OpcodeEffect, Iterable[int]], ...] = (
    (OpcodeEffect.NOP, (0x00,)),
    (OpcodeEffect.MOVE, (0x01, 0x07)),
    (OpcodeEffect.MOVE_FROM16, (0x02, 0x08)),
    (OpcodeEffect.MOVE_16, (0x03, 0x09)),
    (OpcodeEffect.WIDE_A, (0x04, 0x7D, 0x7E, 0x80, 0x81, 0x83, 0x86, 0x88, 0x89, 0x8B)),
    (OpcodeEffect.WIDE_AA, (0x05, 0x0B, 0x18, 0x19, 0x45, 0x61)),
    (OpcodeEffect.CONST_WIDE_16, (0x16,)),
    (OpcodeEffect.CONST_WIDE_32, (0x17,)),
    (OpcodeEffect.RESULT, (0x0A, 0x0C)),
    (OpcodeEffect.WRITE_AA, (0x0D, 0x15, 0x1C, 0x63, 0x64, 0x65, 0x66, 0xFE, 0xFF)),
    (OpcodeEffect.AGET, (0x44, 0x46, 0x47, 0x48, 0x49, 0x4A)),
    (OpcodeEffect.CONST_4, (0x12,)),
    (OpcodeEffect.CONST_16, (0x13,)),
    (OpcodeEffect.CONST_32, (0x14,)),
    (OpcodeEffect.CONST_STRING, (0x1A,)),
    (OpcodeEffect.CONST_JUMBO, (0x1B,)),
    (OpcodeEffect.WRITE_A, (0x20, 0x21, 0x55, 0x56, 0x57, 0x58)),
    (OpcodeEffect.WIDE_A, (0x53,)),
    (OpcodeEffect.NEW_INSTANCE, (0x22,)),
    (OpcodeEffect.NEW_ARRAY, (0x23,)),
    (OpcodeEffect.FILLED_ARRAY, (0x24,)),
    (OpcodeEffect.FILLED_ARRAY_RANGE, (0x25,)),
    (OpcodeEffect.END, (0x0E, 0x0F, 0x10, 0x11, 0x27)),
    (OpcodeEffect.GOTO, (0x28,)),
    (OpcodeEffect.GOTO_16, (0x29,)),
    (OpcodeEffect.GOTO_32, (0x2A,)),
    (OpcodeEffect.SWITCH, (0x2B, 0x2C)),
    (OpcodeEffect.WRITE_AA, range(0x2D, 0x32)),
    (OpcodeEffect.IF, range(0x32, 0x3E)),
    (OpcodeEffect.APUT, (0x4B, 0x4D, 0x4E, 0x4F, 0x50, 0x51)),
    (OpcodeEffect.IGET, (0x52, 0x54)),
    (OpcodeEffect.IPUT, (0x59, 0x5B)),
    (OpcodeEffect.FILL_ARRAY, (0x26,)),
    (OpcodeEffect.SGET, (0x60, 0x62)),
    (OpcodeEffect.SPUT, (0x67, 0x69)),
    (OpcodeEffect.INVOKE, range(0x6E, 0x73)),
    (OpcodeEffect.INVOKE_RANGE, range(0x74, 0x79)),
    (OpcodeEffect.WRITE_A, (0x7B, 0x7C, 0x7F, 0x82, 0x84, 0x85, 0x87, 0x8A, 0x8C)),
    (OpcodeEffect.NARROW, (0x8D, 0x8E, 0x8F)),
    (OpcodeEffect.BINARY, range(0x90, 0x9B)),
    (OpcodeEffect.WRITE_AA, range(0xA6, 0xAB)),
    (OpcodeEffect.WIDE_AA, (*range(0x9B, 0xA6), *range(0xAB, 0xB0))),
    (OpcodeEffect.BINARY_2ADDR, range(0xB0, 0xBB)),
    (OpcodeEffect.WRITE_A, range(0xC6, 0xCB)),
    (OpcodeEffect.LITERAL_16, range(0xD0, 0xD8)),
    (OpcodeEffect.WIDE_A, (*range(0xBB, 0xC6), *range(0xCB, 0xD0))),
    (OpcodeEffect.LITERAL_8, range(0xD8, 0xE3)),
    (OpcodeEffect.INVOKE_OTHER, (0xFA, 0xFB)),
    (OpcodeEffect.INVOKE_CUSTOM, (0xFC,)),
    (OpcodeEffect.INVOKE_CUSTOM_RANGE, (0xFD,)),
)


def _spread(groups: Iterable[tuple[int, Iterable[int]]], default: int) -> bytes:
    table = bytearray([default]) * 256
    for value, opcodes in groups:
        for opcode in opcodes:
            table[opcode] = value
    return bytes(table)


LENGTHS = _spread(_LENGTHS, 1)
"""Length of the instruction of an opcode in code units of 16 bits, without payloads."""

KINDS = _spread(_KINDS, OpcodeEffect.NONE)
"""``OpcodeEffect`` of each opcode."""

_LEADS_ELSEWHERE = frozenset(
    (OpcodeEffect.NOP, OpcodeEffect.GOTO, OpcodeEffect.GOTO_16, OpcodeEffect.GOTO_32, OpcodeEffect.IF,
     OpcodeEffect.SWITCH, OpcodeEffect.END)
)  # fmt: skip
FALLS = bytes(kind not in _LEADS_ELSEWHERE for kind in KINDS)
"""1 for the opcodes whose instructions lead only to the next one, ``LENGTHS`` units later; handlers do not count."""


def payload_length(units: Sequence[int], at: int) -> int:
    """Length in code units of the data after a ``nop`` that begins a table; 1 for an ordinary ``nop``."""
    unit = units[at]
    if unit not in (0x0100, 0x0200, 0x0300) or at + 1 >= len(units):
        return 1
    if unit == 0x0100:
        return units[at + 1] * 2 + 4
    if unit == 0x0200:
        return units[at + 1] * 4 + 2
    if at + 3 >= len(units):
        return 1
    return ((units[at + 2] | units[at + 3] << 16) * units[at + 1] + 1) // 2 + 4


def branch_targets(units: Sequence[int], at: int) -> list[int]:
    """Code units that the ``switch`` at an offset can jump to; empty if its table is out of range."""
    table = at + sign_extend(units[at + 1] | units[at + 2] << 16, 32)
    if not 0 <= table < len(units) - 1:
        return []
    packed, count = units[table] == 0x0100, units[table + 1]
    first = table + 4 if packed else table + 2 + 2 * count
    if units[table] not in (0x0100, 0x0200) or first + 2 * count > len(units):
        return []
    return [at + sign_extend(units[place] | units[place + 1] << 16, 32) for place in range(first, first + 2 * count, 2)]


def jump_targets(units: Sequence[int], at: int) -> list[int]:
    """Code units that the instruction at an offset can jump to; without the next instruction, and without handlers."""
    match KINDS[units[at] & 255]:
        case OpcodeEffect.GOTO:
            return [at + sign_extend(units[at] >> 8, 8)]
        case OpcodeEffect.GOTO_16 | OpcodeEffect.IF:
            return [at + sign_extend(units[at + 1], 16)]
        case OpcodeEffect.GOTO_32:
            return [at + sign_extend(units[at + 1] | units[at + 2] << 16, 32)]
        case OpcodeEffect.SWITCH:
            return branch_targets(units, at)
        case _:
            return []


_NO_NEXT = frozenset((OpcodeEffect.GOTO, OpcodeEffect.GOTO_16, OpcodeEffect.GOTO_32, OpcodeEffect.END))


def next_units(units: Sequence[int], at: int) -> list[int]:
    """Code units of the instructions that can follow one, without handlers; none at the end of a way."""
    opcode = units[at] & 255
    if FALLS[opcode]:
        return [at + LENGTHS[opcode]]
    kind = KINDS[opcode]
    if kind == OpcodeEffect.NOP:
        return [at + payload_length(units, at)]
    found = jump_targets(units, at)
    return found if kind in _NO_NEXT else [*found, at + LENGTHS[units[at] & 255]]


def switch_target(units: Sequence[int], at: int, value: int) -> int | None:
    """Code unit to which the ``switch`` at an offset jumps for a value; ``None`` if no case fits."""
    targets = branch_targets(units, at)
    table = at + sign_extend(units[at + 1] | units[at + 2] << 16, 32)
    for number, target in enumerate(targets):
        key = table + 2 if units[table] == 0x0100 else table + 2 + 2 * number
        found = sign_extend(units[key] | units[key + 1] << 16, 32)
        if value == (found + number if units[table] == 0x0100 else found):
            return target
    return None


def array_data(units: Sequence[int], at: int, most: int) -> list[int] | None:
    """Elements of the table of a ``fill-array-data``; ``None`` if it is longer than ``most`` or out of range."""
    table = at + sign_extend(units[at + 1] | units[at + 2] << 16, 32)
    if not 0 <= table < len(units) - 3 or units[table] != 0x0300:
        return None
    width, count = units[table + 1], units[table + 2] | units[table + 3] << 16
    if width not in (1, 2, 4) or count > most or table + 4 + (count * width + 1) // 2 > len(units):
        return None
    raw = b"".join(unit.to_bytes(2, "little") for unit in units[table + 4 : table + 4 + (count * width + 1) // 2])
    return [
        int.from_bytes(raw[place : place + width], "little", signed=width != 2)
        for place in range(0, count * width, width)
    ]


def has_loop(units: Sequence[int]) -> bool:
    """True if an instruction jumps backwards."""
    at, size = 0, len(units)
    while at < size and at + LENGTHS[units[at] & 255] <= size:
        unit = units[at]
        if FALLS[unit & 255]:
            at += LENGTHS[unit & 255]
            continue
        kind = KINDS[unit & 255]
        if kind == OpcodeEffect.NOP:
            at += payload_length(units, at)
            continue
        if kind == OpcodeEffect.GOTO and unit >> 15:
            return True
        if kind in (OpcodeEffect.GOTO_16, OpcodeEffect.IF) and units[at + 1] >> 15:
            return True
        if kind == OpcodeEffect.GOTO_32 and units[at + 2] >> 15:
            return True
        at += LENGTHS[unit & 255]
    return False


_INTEGERS: tuple[Callable[[int, int], int], ...] = (
    lambda one, other: one + other,
    lambda one, other: one - other,
    lambda one, other: one * other,
    lambda one, other: abs(one) // abs(other) * (1 if (one < 0) == (other < 0) else -1),
    lambda one, other: abs(one) % abs(other) * (-1 if one < 0 else 1),
    lambda one, other: one & other,
    lambda one, other: one | other,
    lambda one, other: one ^ other,
    lambda one, other: one << (other & 31),
    lambda one, other: one >> (other & 31),
    lambda one, other: (one & 0xFFFFFFFF) >> (other & 31),
)
"""add, sub, mul, div, rem, and, or, xor, shl, shr, ushr."""


def integer(operation: int, one: int, other: int) -> int | None:
    """Result of an ``int`` operation, by its number in the order of the opcodes; ``None`` for a division by zero."""
    if operation in (3, 4) and not other:
        return None
    return sign_extend(_INTEGERS[operation](one, other) & 0xFFFFFFFF, 32)


_COMPARISONS: tuple[Callable[[int, int], bool], ...] = (
    lambda one, other: one == other,
    lambda one, other: one != other,
    lambda one, other: one < other,
    lambda one, other: one >= other,
    lambda one, other: one > other,
    lambda one, other: one <= other,
)


def compares(opcode: int, one: int, other: int) -> bool:
    """True if a branch instruction jumps."""
    return _COMPARISONS[(opcode - 0x32) % 6](one, other)


def sign_extend(value: int, bits: int) -> int:
    """Two's complement."""
    return value - (1 << bits) if value >> (bits - 1) else value
