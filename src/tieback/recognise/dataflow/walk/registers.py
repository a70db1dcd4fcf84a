"""Instructions that copy registers or calculate with numbers."""

from tieback.recognise.dataflow.instructions import integer, payload_length, sign_extend
from tieback.recognise.dataflow.walk.state import WalkState


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
    return integer_operation(walk, at, unit >> 8, (unit & 255) - 0x90, sources & 255, sources >> 8)


def integer_operation(walk: WalkState, at: int, to: int, operation: int, one: int, other: int) -> int:
    """Calculate with two registers; the result is unknown if one of them is."""
    left, right = walk.registers.get(one), walk.registers.get(other)
    known = isinstance(left, int) and isinstance(right, int)
    return walk.assign(at, to, integer(operation, left, right) if known else None)  # type: ignore[arg-type]


def _literal(walk: WalkState, at: int, to: int, source: int, operation: int, literal: int) -> int:
    value = walk.registers.get(source)
    if not isinstance(value, int):
        return walk.assign(at, to, None)
    # The second operation subtracts the register from the literal.
    one, other = (literal, value) if operation == 1 else (value, literal)
    return walk.assign(at, to, integer(operation, one, other))


def literal_16(walk: WalkState, at: int, unit: int) -> int:
    """Calculate with a literal of 16 bits."""
    return _literal(walk, at, unit >> 8 & 15, unit >> 12, (unit & 255) - 0xD0, sign_extend(walk.units[at + 1], 16))


def literal_8(walk: WalkState, at: int, unit: int) -> int:
    """Calculate with a literal of 8 bits."""
    operands = walk.units[at + 1]
    return _literal(walk, at, unit >> 8, operands & 255, (unit & 255) - 0xD8, sign_extend(operands >> 8, 8))


def narrow(walk: WalkState, at: int, unit: int) -> int:
    """Convert a number to a smaller type."""
    value = walk.registers.get(unit >> 12)
    if not isinstance(value, int):
        return walk.assign(at, unit >> 8 & 15, None)
    kind = unit & 255
    if kind == 0x8D:
        narrowed = sign_extend(value & 0xFF, 8)
    else:
        narrowed = value & 0xFFFF if kind == 0x8E else sign_extend(value & 0xFFFF, 16)
    return walk.assign(at, unit >> 8 & 15, narrowed)
