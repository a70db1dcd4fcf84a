"""Dalvik instructions, as far as a walk needs them: their length and their effect on registers.

Source: https://source.android.com/docs/core/runtime/dalvik-bytecode and .../instruction-formats.
"""

from collections.abc import Callable, Sequence
from enum import IntEnum

from tieback.intake.apps.dalvik_opcodes import OPCODES, opcode_numbers
from tieback.recognise.dataflow.dex.opcode_sets import FIRST_TEST


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


_KINDS: dict[OpcodeEffect, str] = {
    OpcodeEffect.WRITE_AA: (
        "move-exception const/high16 const-class cmpl-float..cmp-long sget-boolean..sget-short "
        "add-float..rem-float const-method-handle const-method-type"
    ),
    OpcodeEffect.WRITE_A: (
        "instance-of array-length iget-boolean..iget-short neg-int not-int neg-float int-to-float long-to-int "
        "long-to-float float-to-int double-to-int double-to-float add-float/2addr..rem-float/2addr"
    ),
    OpcodeEffect.WIDE_AA: (
        "move-wide/from16 move-result-wide const-wide const-wide/high16 aget-wide sget-wide "
        "add-long..ushr-long add-double..rem-double"
    ),
    OpcodeEffect.WIDE_A: (
        "move-wide iget-wide neg-long not-long neg-double int-to-long int-to-double long-to-double "
        "float-to-long float-to-double double-to-long add-long/2addr..ushr-long/2addr "
        "add-double/2addr..rem-double/2addr"
    ),
    OpcodeEffect.NOP: "nop",
    OpcodeEffect.MOVE: "move move-object",
    OpcodeEffect.MOVE_FROM16: "move/from16 move-object/from16",
    OpcodeEffect.MOVE_16: "move/16 move-object/16",
    OpcodeEffect.RESULT: "move-result move-result-object",
    OpcodeEffect.CONST_4: "const/4",
    OpcodeEffect.CONST_16: "const/16",
    OpcodeEffect.CONST_32: "const",
    OpcodeEffect.CONST_STRING: "const-string",
    OpcodeEffect.CONST_JUMBO: "const-string/jumbo",
    OpcodeEffect.NEW_INSTANCE: "new-instance",
    OpcodeEffect.NEW_ARRAY: "new-array",
    OpcodeEffect.FILLED_ARRAY: "filled-new-array",
    OpcodeEffect.FILLED_ARRAY_RANGE: "filled-new-array/range",
    OpcodeEffect.SGET: "sget sget-object",
    OpcodeEffect.SPUT: "sput sput-object",
    OpcodeEffect.INVOKE: "invoke-virtual..invoke-interface",
    OpcodeEffect.INVOKE_RANGE: "invoke-virtual/range..invoke-interface/range",
    OpcodeEffect.INVOKE_CUSTOM: "invoke-custom",
    OpcodeEffect.INVOKE_CUSTOM_RANGE: "invoke-custom/range",
    OpcodeEffect.INVOKE_OTHER: "invoke-polymorphic invoke-polymorphic/range",
    OpcodeEffect.GOTO: "goto",
    OpcodeEffect.GOTO_16: "goto/16",
    OpcodeEffect.GOTO_32: "goto/32",
    OpcodeEffect.IF: "if-eq..if-lez",
    OpcodeEffect.SWITCH: "packed-switch sparse-switch",
    OpcodeEffect.END: "return-void..return-object throw",
    OpcodeEffect.IGET: "iget iget-object",
    OpcodeEffect.IPUT: "iput iput-object",
    OpcodeEffect.APUT: "aput aput-object..aput-short",
    OpcodeEffect.AGET: "aget aget-object..aget-short",
    OpcodeEffect.BINARY: "add-int..ushr-int",
    OpcodeEffect.BINARY_2ADDR: "add-int/2addr..ushr-int/2addr",
    OpcodeEffect.LITERAL_16: "add-int/lit16..xor-int/lit16",
    OpcodeEffect.LITERAL_8: "add-int/lit8..ushr-int/lit8",
    OpcodeEffect.CONST_WIDE_16: "const-wide/16",
    OpcodeEffect.CONST_WIDE_32: "const-wide/32",
    OpcodeEffect.NARROW: "int-to-byte..int-to-short",
    OpcodeEffect.FILL_ARRAY: "fill-array-data",
}


def _lengths() -> bytes:
    table = bytearray(b"\1") * 256
    for opcode in OPCODES.values():
        table[opcode.number] = opcode.length
    return bytes(table)


def _effects() -> bytes:
    table = bytearray([OpcodeEffect.NONE]) * 256
    for effect, mnemonics in _KINDS.items():
        for number in opcode_numbers(mnemonics):
            table[number] = effect
    return bytes(table)


LENGTHS = _lengths()
"""Length of the instruction of an opcode in code units of 16 bits, without payloads; 1 for an unused opcode."""

KINDS = _effects()
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
    return _COMPARISONS[(opcode - FIRST_TEST) % 6](one, other)


def sign_extend(value: int, bits: int) -> int:
    """Two's complement."""
    return value - (1 << bits) if value >> (bits - 1) else value
