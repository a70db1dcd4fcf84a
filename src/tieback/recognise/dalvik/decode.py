"""Instructions of Dalvik, decoded: the effect of each, and its operands.

Source: https://source.android.com/docs/core/runtime/dalvik-bytecode and .../instruction-formats.
"""

import struct
from collections.abc import Callable, Sequence
from typing import Any

from tieback.intake.apps.dalvik_opcodes import by_number, opcode_numbers
from tieback.recognise.dalvik import arithmetic
from tieback.recognise.dalvik.arithmetic import Operation
from tieback.recognise.dalvik.classes import read_string
from tieback.recognise.dalvik.effects import EFFECTS, Step
from tieback.recognise.dalvik.machine import Frame
from tieback.recognise.dalvik.objects import ClassRef, NotRunnableError
from tieback.recognise.dataflow.dex.instructions import LENGTHS, sign_extend

type Instruction = tuple[Step, Any, Any, Any, int]
"""Effect, operands, and the next unit."""
type _Operands = tuple[Any, Any, Any]
type _Reader = Callable[[Frame, int, int, int], _Operands]
"""Gets the frame, the number of the instruction, the upper half of its first unit, and its place."""


def decode(frame: Frame, at: int) -> Instruction:
    """The instruction at a unit."""
    units = frame.method.units
    if not 0 <= at < len(units):
        raise NotRunnableError("a jump out of the code")
    unit = units[at]
    opcode, high = unit & 255, unit >> 8
    after = at + LENGTHS[opcode]
    if after > len(units):
        raise NotRunnableError("the code is truncated")
    step, read = EFFECTS[opcode], _READERS[opcode]
    if step is None or read is None:
        raise NotRunnableError(f"the instruction {opcode:#04x}")
    one, two, three = read(frame, opcode, high, at)
    return step, one, two, three, after


# Registers only


def _nop(_: Frame, _opcode: int, high: int, _at: int) -> _Operands:
    if high:
        raise NotRunnableError("a table in place of code")
    return 0, 0, 0


def _none(_: Frame, _opcode: int, _high: int, _at: int) -> _Operands:
    return 0, 0, 0


def _return_void(_: Frame, _opcode: int, _high: int, _at: int) -> _Operands:
    return -1, 0, 0


def _one(_: Frame, _opcode: int, high: int, _at: int) -> _Operands:
    return high, 0, 0


def _two(_: Frame, _opcode: int, high: int, _at: int) -> _Operands:
    return high & 15, high >> 4, 0


def _two_from16(frame: Frame, _opcode: int, high: int, at: int) -> _Operands:
    return high, frame.method.units[at + 1], 0


def _two_16(frame: Frame, _opcode: int, _high: int, at: int) -> _Operands:
    units = frame.method.units
    return units[at + 1], units[at + 2], 0


def _three(frame: Frame, _opcode: int, high: int, at: int) -> _Operands:
    unit = frame.method.units[at + 1]
    return high, unit & 255, unit >> 8


# Arithmetic


def _operations() -> dict[int, Operation]:
    """Operations by the number of the instruction; without ``rsub``."""
    every = (*arithmetic.INT, *arithmetic.LONG, *arithmetic.FLOAT, *arithmetic.DOUBLE)
    without_sub = (arithmetic.INT[0], *arithmetic.INT[2:])
    groups = (
        ("add-int..rem-double", every),
        ("add-int/2addr..rem-double/2addr", every),
        ("add-int/lit16 mul-int/lit16..xor-int/lit16", without_sub[:7]),
        ("add-int/lit8 mul-int/lit8..ushr-int/lit8", without_sub),
    )
    return {
        number: operation
        for mnemonics, operations in groups
        for number, operation in zip(opcode_numbers(mnemonics), operations, strict=True)
    }


_OPERATIONS = _operations()
_UNARY = by_number(arithmetic.UNARY)


def _unary(_: Frame, opcode: int, high: int, _at: int) -> _Operands:
    return high & 15, high >> 4, _UNARY[opcode]


def _binary(frame: Frame, opcode: int, high: int, at: int) -> _Operands:
    unit = frame.method.units[at + 1]
    return high, (unit & 255, unit >> 8), _OPERATIONS[opcode]


def _binary_2addr(_: Frame, opcode: int, high: int, _at: int) -> _Operands:
    low = high & 15
    return low, (low, high >> 4), _OPERATIONS[opcode]


def _literal_16(frame: Frame, opcode: int, high: int, at: int) -> _Operands:
    return high & 15, (high >> 4, sign_extend(frame.method.units[at + 1], 16)), _OPERATIONS.get(opcode)


def _literal_8(frame: Frame, opcode: int, high: int, at: int) -> _Operands:
    unit = frame.method.units[at + 1]
    return high, (unit & 255, sign_extend(unit >> 8, 8)), _OPERATIONS.get(opcode)


_GREATER = frozenset(opcode_numbers("cmpg-float cmpg-double"))
"""Comparisons that result in 1 for a value that is no number; others result in -1."""


def _compared(frame: Frame, opcode: int, high: int, at: int) -> _Operands:
    unit = frame.method.units[at + 1]
    return high, (unit & 255, unit >> 8), 1 if opcode in _GREATER else -1


# Constants


def _const_4(_: Frame, _opcode: int, high: int, _at: int) -> _Operands:
    return high & 15, sign_extend(high >> 4, 4), 0


def _const_16(frame: Frame, _opcode: int, high: int, at: int) -> _Operands:
    return high, sign_extend(frame.method.units[at + 1], 16), 0


def _const_32(frame: Frame, _opcode: int, high: int, at: int) -> _Operands:
    return high, sign_extend(_pair(frame.method.units, at + 1), 32), 0


def _const_64(frame: Frame, _opcode: int, high: int, at: int) -> _Operands:
    units = frame.method.units
    return high, sign_extend(_pair(units, at + 1) | _pair(units, at + 3) << 32, 64), 0


def _const_high_32(frame: Frame, _opcode: int, high: int, at: int) -> _Operands:
    return high, sign_extend(frame.method.units[at + 1] << 16, 32), 0


def _const_high_64(frame: Frame, _opcode: int, high: int, at: int) -> _Operands:
    return high, sign_extend(frame.method.units[at + 1] << 48, 64), 0


def _const_class(frame: Frame, _opcode: int, high: int, at: int) -> _Operands:
    return high, ClassRef(frame.method.dex.descriptor(frame.method.units[at + 1])), 0


def _const_string(frame: Frame, _opcode: int, high: int, at: int) -> _Operands:
    return high, _text(frame, frame.method.units[at + 1]), 0


def _const_jumbo(frame: Frame, _opcode: int, high: int, at: int) -> _Operands:
    return high, _text(frame, _pair(frame.method.units, at + 1)), 0


def _text(frame: Frame, index: int) -> str:
    text = read_string(frame.method.dex, index)
    frame.machine.allocate(2 * len(text))
    frame.machine.constants.add(text)
    return text


def _pair(units: Any, at: int) -> int:
    return int(units[at] | units[at + 1] << 16)


# Classes, arrays and fields


def _type(frame: Frame, _opcode: int, high: int, at: int) -> _Operands:
    return high, frame.method.dex.descriptor(frame.method.units[at + 1]), 0


def _instance_of(frame: Frame, _opcode: int, high: int, at: int) -> _Operands:
    return high & 15, high >> 4, frame.method.dex.descriptor(frame.method.units[at + 1])


def _new_array(frame: Frame, _opcode: int, high: int, at: int) -> _Operands:
    return high & 15, high >> 4, _element(frame, at)


def _element(frame: Frame, at: int) -> str:
    """Descriptor of the elements of the array whose type an instruction names."""
    return frame.method.dex.descriptor(frame.method.units[at + 1])[1:]


def _filled_array(frame: Frame, _opcode: int, high: int, at: int) -> _Operands:
    kind = _element(frame, at)
    return _listed(frame.method.units, high, at), kind, 0


def _filled_array_range(frame: Frame, _opcode: int, high: int, at: int) -> _Operands:
    kind = _element(frame, at)
    return _range(frame.method.units, high, at), kind, 0


def _array_data(frame: Frame, _opcode: int, high: int, at: int) -> _Operands:
    content, width = _table(frame.method.units, at)
    frame.machine.allocate(len(content))
    return high, content, width


def _table(units: Any, at: int) -> tuple[bytes, int]:
    """Content and element size of the table of a ``fill-array-data``."""
    place = at + sign_extend(_pair(units, at + 1), 32)
    if not 0 <= place < len(units) - 3 or units[place] != 0x0300 or units[place + 1] not in (1, 2, 4, 8):
        raise NotRunnableError("a table of an array is missing")
    width, count = units[place + 1], _pair(units, place + 2)
    length = (width * count + 1) // 2
    if place + 4 + length > len(units):
        raise NotRunnableError("a table of an array is truncated")
    return struct.pack(f"<{length}H", *units[place + 4 : place + 4 + length])[: width * count], width


def _instance_read(frame: Frame, _opcode: int, high: int, at: int) -> _Operands:
    return high & 15, high >> 4, _field(frame, at)[1][0]


def _instance_write(frame: Frame, _opcode: int, high: int, at: int) -> _Operands:
    return high & 15, high >> 4, _field(frame, at)[1]


def _static_field(frame: Frame, _opcode: int, high: int, at: int) -> _Operands:
    owner, name = _field(frame, at)
    return high, frame.method.dex.descriptor(owner), name


def _field(frame: Frame, at: int) -> tuple[int, tuple[str, str]]:
    """Type of the class, and the name and descriptor of the field that an instruction names."""
    dex = frame.method.dex
    member = dex.field(frame.method.units[at + 1])
    if member is None:
        raise NotRunnableError("a field that does not exist")
    return member.owner, (dex.string(member.name), dex.descriptor(member.kind))


# Jumps


def _goto(_: Frame, _opcode: int, high: int, at: int) -> _Operands:
    return at + sign_extend(high, 8), 0, 0


def _goto_16(frame: Frame, _opcode: int, _high: int, at: int) -> _Operands:
    return at + sign_extend(frame.method.units[at + 1], 16), 0, 0


def _goto_32(frame: Frame, _opcode: int, _high: int, at: int) -> _Operands:
    return at + sign_extend(_pair(frame.method.units, at + 1), 32), 0, 0


def _if(frame: Frame, _opcode: int, high: int, at: int) -> _Operands:
    return high & 15, high >> 4, at + sign_extend(frame.method.units[at + 1], 16)


def _if_zero(frame: Frame, _opcode: int, high: int, at: int) -> _Operands:
    return high, at + sign_extend(frame.method.units[at + 1], 16), None


def _packed_switch(frame: Frame, _opcode: int, high: int, at: int) -> _Operands:
    place, first, count = _cases(frame, at, 0x0100)
    begin = sign_extend(_pair(frame.method.units, place + 2), 32) if count else 0
    return high, _targets(frame, at, first, range(begin, begin + count)), 0


def _sparse_switch(frame: Frame, _opcode: int, high: int, at: int) -> _Operands:
    place, first, count = _cases(frame, at, 0x0200)
    units = frame.method.units
    keys = [sign_extend(_pair(units, one), 32) for one in range(place + 2, place + 2 + 2 * count, 2)]
    return high, _targets(frame, at, first, keys), 0


def _cases(frame: Frame, at: int, mark: int) -> tuple[int, int, int]:
    """Place of the table of a ``switch``, of its first target, and its number of cases."""
    units = frame.method.units
    place = at + sign_extend(_pair(units, at + 1), 32)
    if not 0 <= place < len(units) - 2 or units[place] != mark:
        raise NotRunnableError("the table of a switch is missing")
    count = units[place + 1]
    first = place + (4 if mark == 0x0100 else 2 + 2 * count)
    if first + 2 * count > len(units):
        raise NotRunnableError("the table of a switch is truncated")
    frame.machine.allocate(32 * count)
    return place, first, count


def _targets(frame: Frame, at: int, first: int, keys: Sequence[int]) -> dict[int, int]:
    """Units to which a ``switch`` jumps, by the value."""
    units = frame.method.units
    return {key: at + sign_extend(_pair(units, first + 2 * place), 32) for place, key in enumerate(keys)}


# Calls


def _listed(units: Any, high: int, at: int) -> tuple[int, ...]:
    places = units[at + 2]
    registers = places & 15, places >> 4 & 15, places >> 8 & 15, places >> 12, high & 15
    return registers[: high >> 4]


def _range(units: Any, high: int, at: int) -> tuple[int, ...]:
    return tuple(range(units[at + 2], units[at + 2] + high))


_RANGED = frozenset(opcode_numbers("invoke-virtual/range..invoke-interface/range"))


def _static_call(frame: Frame, opcode: int, high: int, at: int) -> _Operands:
    registers = (_range if opcode in _RANGED else _listed)(frame.method.units, high, at)
    return registers, frame.machine.site(frame.method, frame.method.units[at + 1], static=True), 0


def _call(frame: Frame, opcode: int, high: int, at: int) -> _Operands:
    registers = (_range if opcode in _RANGED else _listed)(frame.method.units, high, at)
    site = frame.machine.site(frame.method, frame.method.units[at + 1], static=False)
    if not registers:
        raise NotRunnableError("a call without a receiver")
    return registers, site, 0


_READERS: tuple[_Reader | None, ...] = by_number(
    {
        "nop": _nop,
        "monitor-enter monitor-exit": _none,
        "return-void": _return_void,
        "move-result..move-exception return..return-object throw": _one,
        "move move-wide move-object array-length": _two,
        "move/from16 move-wide/from16 move-object/from16": _two_from16,
        "move/16 move-wide/16 move-object/16": _two_16,
        "cmp-long aget..aput-short": _three,
        "cmpl-float..cmpg-double": _compared,
        "neg-int..int-to-short": _unary,
        "add-int..rem-double": _binary,
        "add-int/2addr..rem-double/2addr": _binary_2addr,
        "add-int/lit16..xor-int/lit16": _literal_16,
        "add-int/lit8..ushr-int/lit8": _literal_8,
        "const/4": _const_4,
        "const/16 const-wide/16": _const_16,
        "const const-wide/32": _const_32,
        "const-wide": _const_64,
        "const/high16": _const_high_32,
        "const-wide/high16": _const_high_64,
        "const-string": _const_string,
        "const-string/jumbo": _const_jumbo,
        "const-class": _const_class,
        "check-cast new-instance": _type,
        "instance-of": _instance_of,
        "new-array": _new_array,
        "filled-new-array": _filled_array,
        "filled-new-array/range": _filled_array_range,
        "fill-array-data": _array_data,
        "iget..iget-short": _instance_read,
        "iput..iput-short": _instance_write,
        "sget..sput-short": _static_field,
        "goto": _goto,
        "goto/16": _goto_16,
        "goto/32": _goto_32,
        "if-eq..if-le": _if,
        "if-eqz..if-lez": _if_zero,
        "packed-switch": _packed_switch,
        "sparse-switch": _sparse_switch,
        "invoke-static invoke-static/range": _static_call,
        "invoke-virtual..invoke-direct invoke-interface": _call,
        "invoke-virtual/range..invoke-direct/range invoke-interface/range": _call,
    }
)
