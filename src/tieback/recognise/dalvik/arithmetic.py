"""Integer and floating-point operations of Dalvik, on registers that hold signed integers or bits."""

import math
import struct
from collections.abc import Callable

from tieback.recognise.dalvik.objects import int32, int64, narrowed

type Operation = Callable[[int, int], int]


class DivisionByZeroError(ArithmeticError):
    """An integer division by zero, an ``ArithmeticException`` in Java."""


def _divide(one: int, other: int) -> int:
    if not other:
        raise DivisionByZeroError
    quotient = abs(one) // abs(other)
    return quotient if (one < 0) == (other < 0) else -quotient


def _remainder(one: int, other: int) -> int:
    return one - _divide(one, other) * other


INT: tuple[Operation, ...] = (
    lambda one, other: int32(one + other),
    lambda one, other: int32(one - other),
    lambda one, other: int32((one + 0) * (other + 0)),  # a text of a hostile method would be repeated
    lambda one, other: int32(_divide(one, other)),
    lambda one, other: int32(_remainder(one, other)),
    lambda one, other: one & other,
    lambda one, other: one | other,
    lambda one, other: one ^ other,
    lambda one, other: int32(one << (other & 31)),
    lambda one, other: one >> (other & 31),
    lambda one, other: int32((one & 0xFFFFFFFF) >> (other & 31)),
)
"""add, sub, mul, div, rem, and, or, xor, shl, shr, ushr."""

LONG: tuple[Operation, ...] = (
    lambda one, other: int64(one + other),
    lambda one, other: int64(one - other),
    lambda one, other: int64((one + 0) * (other + 0)),
    lambda one, other: int64(_divide(one, other)),
    lambda one, other: int64(_remainder(one, other)),
    lambda one, other: one & other,
    lambda one, other: one | other,
    lambda one, other: one ^ other,
    lambda one, other: int64(one << (other & 63)),
    lambda one, other: one >> (other & 63),
    lambda one, other: int64((one & 0xFFFFFFFFFFFFFFFF) >> (other & 63)),
)


def to_float(bits: int) -> float:
    """Value of the bits of a ``float``."""
    return float(struct.unpack("<f", struct.pack("<i", int32(bits)))[0])


def to_double(bits: int) -> float:
    """Value of the bits of a ``double``."""
    return float(struct.unpack("<d", struct.pack("<q", int64(bits)))[0])


def float_bits(value: float) -> int:
    """Bits of a ``float``; a value out of range is infinite."""
    try:
        raw = struct.pack("<f", value)
    except OverflowError:
        raw = struct.pack("<f", math.copysign(math.inf, value))
    return int(struct.unpack("<i", raw)[0])


def double_bits(value: float) -> int:
    """Bits of a ``double``."""
    return int(struct.unpack("<q", struct.pack("<d", value))[0])


def _float_division(one: float, other: float) -> float:
    if other:
        return one / other
    return math.nan if not one or math.isnan(one) else math.copysign(math.inf, one) * math.copysign(1, other)


def _float_remainder(one: float, other: float) -> float:
    return math.nan if not other or math.isinf(one) else math.fmod(one, other)


_REAL: tuple[Callable[[float, float], float], ...] = (
    lambda one, other: one + other,
    lambda one, other: one - other,
    lambda one, other: one * other,
    _float_division,
    _float_remainder,
)


def _on_floats(operation: Callable[[float, float], float]) -> Operation:
    return lambda one, other: float_bits(operation(to_float(one), to_float(other)))


def _on_doubles(operation: Callable[[float, float], float]) -> Operation:
    return lambda one, other: double_bits(operation(to_double(one), to_double(other)))


FLOAT = tuple(map(_on_floats, _REAL))
"""add, sub, mul, div, rem."""
DOUBLE = tuple(map(_on_doubles, _REAL))


def truncated(value: float, bits: int) -> int:
    """A floating-point number as an integer, as Java converts it."""
    if math.isnan(value):
        return 0
    top = 1 << (bits - 1)
    return int(max(-top, min(top - 1, value)))


UNARY: dict[str, Callable[[int], int]] = {
    "neg-int": lambda value: int32(-value),
    "not-int": lambda value: ~value,
    "neg-long": lambda value: int64(-value),
    "not-long": lambda value: ~value,
    "neg-float": lambda value: float_bits(-to_float(value)),
    "neg-double": lambda value: double_bits(-to_double(value)),
    "int-to-long": lambda value: value + 0,
    "int-to-float": lambda value: float_bits(float(value)),
    "int-to-double": lambda value: double_bits(float(value)),
    "long-to-int": int32,
    "long-to-float": lambda value: float_bits(float(value)),
    "long-to-double": lambda value: double_bits(float(value)),
    "float-to-int": lambda value: truncated(to_float(value), 32),
    "float-to-long": lambda value: truncated(to_float(value), 64),
    "float-to-double": lambda value: double_bits(to_float(value)),
    "double-to-int": lambda value: truncated(to_double(value), 32),
    "double-to-long": lambda value: truncated(to_double(value), 64),
    "double-to-float": lambda value: float_bits(to_double(value)),
    "int-to-byte": lambda value: narrowed("B", value),
    "int-to-char": lambda value: narrowed("C", value),
    "int-to-short": lambda value: narrowed("S", value),
}
"""Operations of one operand, by the mnemonic of the instruction."""


def compared(one: float, other: float, unordered: int) -> int:
    """Result of ``cmp``: -1, 0 or 1; ``unordered`` if one of the values is not a number."""
    if math.isnan(one) or math.isnan(other):
        return unordered
    return (one > other) - (one < other)
