"""Instructions that copy registers or calculate with numbers."""

from tieback.recognise.dataflow.dex.instructions import integer, payload_length, sign_extend
from tieback.recognise.dataflow.dex.opcode_sets import ADD_INT, ADD_INT_LIT8, ADD_INT_LIT16, INT_TO_BYTE, INT_TO_CHAR
from tieback.recognise.dataflow.methods.values import HOLE, Alternative, Choice, TextValue, Value, choice, each
from tieback.recognise.dataflow.walk.state import WalkState

MAX_SERIES = 8
"""Most numbers of a series."""
_REMAINDER = 4
"""Number of the operation ``rem-int``."""


def nop(walk: WalkState, at: int, _: int) -> int:
    """Skip an empty instruction, or the data after it."""
    return at + payload_length(walk.units, at)


def move(walk: WalkState, at: int, to: int, source: int) -> int:
    """Copy a register."""
    return walk.assign(at, to, walk.registers.get(source))


def move_result(walk: WalkState, at: int, unit: int) -> int:
    """Copy the result of the last call."""
    result, walk.result = walk.result, None
    return walk.assign(at, unit >> 8, result)


def binary(walk: WalkState, at: int, unit: int) -> int:
    """Calculate with two registers."""
    sources = walk.units[at + 1]
    return integer_operation(walk, at, unit >> 8, (unit & 255) - ADD_INT, sources & 255, sources >> 8)


def integer_operation(walk: WalkState, at: int, to: int, operation: int, one: int, other: int) -> int:
    """Calculate with two registers; the result is unknown if one of them is."""
    left, right = walk.registers.get(one), walk.registers.get(other)
    known = isinstance(left, int) and isinstance(right, int)
    return walk.assign(at, to, integer(operation, left, right) if known else None)  # type: ignore[arg-type]


def _literal(walk: WalkState, at: int, to: int, source: int, operation: int, literal: int) -> int:
    value = walk.registers.get(source)
    if isinstance(value, Choice):
        return walk.assign(at, to, each(value, lambda one: _calculated(one, operation, literal)))
    if not isinstance(value, int) and operation == _REMAINDER and 1 < literal <= MAX_SERIES:
        return walk.assign(at, to, series(walk, at, literal))
    return walk.assign(at, to, _calculated(value, operation, literal))


def _calculated(value: Value | None, operation: int, literal: int) -> Value | None:
    """The result, which depends on what an unknown number depends on: ``port + 1``."""
    if not isinstance(value, int):
        return value if isinstance(value, TextValue) and value.text == HOLE and value.needs else None
    # The second operation subtracts the register from the literal.
    return integer(operation, *((literal, value) if operation == 1 else (value, literal)))


def series(walk: WalkState, at: int, size: int) -> Value | None:
    """Any number below this one: code spreads its requests over servers with numbers in their names."""
    place = walk.method, at
    return choice([Alternative(frozenset(((place, number),)), number) for number in range(size)])


def literal_16(walk: WalkState, at: int, unit: int) -> int:
    """Calculate with a literal of 16 bits."""
    return _literal(
        walk, at, unit >> 8 & 15, unit >> 12, (unit & 255) - ADD_INT_LIT16, sign_extend(walk.units[at + 1], 16)
    )


def literal_8(walk: WalkState, at: int, unit: int) -> int:
    """Calculate with a literal of 8 bits."""
    operands = walk.units[at + 1]
    return _literal(walk, at, unit >> 8, operands & 255, (unit & 255) - ADD_INT_LIT8, sign_extend(operands >> 8, 8))


def narrow(walk: WalkState, at: int, unit: int) -> int:
    """Convert a number to a smaller type."""
    value = walk.registers.get(unit >> 12)
    return walk.assign(at, unit >> 8 & 15, each(value, lambda one: _narrowed(one, unit & 255)))


def _narrowed(value: Value | None, kind: int) -> int | None:
    if not isinstance(value, int):
        return None
    if kind == INT_TO_BYTE:
        return sign_extend(value & 0xFF, 8)
    return value & 0xFFFF if kind == INT_TO_CHAR else sign_extend(value & 0xFFFF, 16)
