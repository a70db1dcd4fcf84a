"""Operators of scripts. A result that is not known is ``Unknown``, or ``None`` for a comparison."""

import math
from collections.abc import Callable

from tieback.recognise.script_runs.machine import Machine
from tieback.recognise.script_runs.values import (
    GAP,
    UNDEFINED,
    Closure,
    Object,
    Unknown,
    Value,
    alike,
    int32,
    kind,
    limited,
    number,
    same,
    text,
    whole,
)

type Operator = Callable[[Machine, Value, Value], Value]
_MAX_ABOVE = 40
_MAX_NUMBER = 1 << 1024


def add(machine: Machine, left: Value, right: Value) -> Value:
    """``+``."""
    if isinstance(left, str) and isinstance(right, str):
        return machine.counted(limited(left + right))
    if type(left) is int and type(right) is int:
        return left + right
    if isinstance(left, Object):
        left = machine.primitive(left, "default")
    if isinstance(right, Object):
        right = machine.primitive(right, "default")
    if isinstance(left, str) or isinstance(right, str):
        one = GAP if isinstance(left, Unknown) else text(left)
        other = GAP if isinstance(right, Unknown) else text(right)
        return machine.counted(limited(one + other))
    if isinstance(left, Unknown) or isinstance(right, Unknown):
        return Unknown()
    return _arithmetic(left, right, lambda one, other: one + other)


def _arithmetic(left: Value, right: Value, apply: Callable[[float, float], float]) -> Value:
    one, other = number(left), number(right)
    if one is None or other is None:
        return Unknown()
    try:
        found = apply(one, other)
    except (OverflowError, ValueError, ZeroDivisionError):
        return math.nan
    if isinstance(found, complex):
        return math.nan
    if isinstance(found, int):
        return found if -_MAX_NUMBER < found < _MAX_NUMBER else math.inf
    return whole(found)


def _divide(left: float, right: float) -> float:
    if right == 0:
        return math.nan if left == 0 or math.isnan(left) else math.copysign(math.inf, left)
    return left / right


def _remainder(left: float, right: float) -> float:
    if right == 0 or math.isinf(left):
        return math.nan
    if isinstance(left, int) and isinstance(right, int):
        found = abs(left) % abs(right)
        return -found if left < 0 else found
    return math.fmod(left, right)


def _power(left: float, right: float) -> float:
    found: float = float(left) ** float(right)
    return found


def _by(apply: Callable[[float, float], float]) -> Operator:
    def operator(machine: Machine, left: Value, right: Value) -> Value:
        if isinstance(left, Object):
            left = machine.primitive(left, "number")
        if isinstance(right, Object):
            right = machine.primitive(right, "number")
        return _arithmetic(left, right, apply)

    return operator


def _bits(apply: Callable[[int, int], int]) -> Operator:
    def operator(machine: Machine, left: Value, right: Value) -> Value:
        one = int32(machine.primitive(left, "number") if isinstance(left, Object) else left)
        other = int32(machine.primitive(right, "number") if isinstance(right, Object) else right)
        if one is None or other is None:
            return Unknown()
        return int32(apply(one, other))

    return operator


def _unsigned_shift(_machine: Machine, left: Value, right: Value) -> Value:
    one, other = int32(left), int32(right)
    return Unknown() if one is None or other is None else (one & 0xFFFFFFFF) >> (other & 31)


def _compare(apply: Callable[[Value, Value], bool]) -> Operator:
    def operator(machine: Machine, left: Value, right: Value) -> Value:
        if isinstance(left, Object):
            left = machine.primitive(left, "number")
        if isinstance(right, Object):
            right = machine.primitive(right, "number")
        if isinstance(left, str) and isinstance(right, str):
            return Unknown() if GAP in left or GAP in right else apply(left, right)
        one, other = number(left), number(right)
        return Unknown() if one is None or other is None else apply(one, other)

    return operator


def _known(found: bool | None, *, turned: bool = False) -> Value:
    return Unknown() if found is None else found != turned


def instance_of(machine: Machine, value: Value, kind_of: Value) -> Value:
    """``instanceof``."""
    if isinstance(kind_of, Unknown):
        return Unknown()
    if isinstance(value, Unknown):
        return Unknown()
    if not isinstance(value, Object) or not isinstance(kind_of, Object):
        return False
    check = machine.get(kind_of, "@@hasInstance") if isinstance(kind_of, Closure) else UNDEFINED
    if isinstance(check, Closure):
        return machine.call(check, kind_of, [value])
    above = machine.get(kind_of, "prototype")
    one: Object | Unknown | None = value.above
    for _ in range(_MAX_ABOVE):
        if one is above:
            return True
        if isinstance(one, Unknown):
            return Unknown()
        if one is None:
            return False
        one = one.above
    return False


def _in(machine: Machine, left: Value, right: Value) -> Value:
    return _known(machine.has(right, machine.key(left)))


OPERATORS: dict[str, Operator] = {
    "+": add,
    "-": _by(lambda one, other: one - other),
    "*": _by(lambda one, other: one * other),
    "/": _by(_divide),
    "%": _by(_remainder),
    "**": _by(_power),
    "|": _bits(lambda one, other: one | other),
    "&": _bits(lambda one, other: one & other),
    "^": _bits(lambda one, other: one ^ other),
    "<<": _bits(lambda one, other: one << (other & 31)),
    ">>": _bits(lambda one, other: one >> (other & 31)),
    ">>>": _unsigned_shift,
    "<": _compare(lambda one, other: one < other),
    ">": _compare(lambda one, other: one > other),
    "<=": _compare(lambda one, other: one <= other),
    ">=": _compare(lambda one, other: one >= other),
    "==": lambda _machine, left, right: _known(alike(left, right)),
    "!=": lambda _machine, left, right: _known(alike(left, right), turned=True),
    "===": lambda _machine, left, right: _known(same(left, right)),
    "!==": lambda _machine, left, right: _known(same(left, right), turned=True),
    "in": _in,
    "instanceof": instance_of,
}


def unary(machine: Machine, sign: str, value: Value) -> Value:
    """An operator with one operand, but ``!``, ``delete`` and ``typeof`` of a name."""
    if sign == "typeof":
        return Unknown() if isinstance(value, Unknown) else kind(value)
    if sign == "void":
        return UNDEFINED
    found = number(machine.primitive(value, "number") if isinstance(value, Object) else value)
    if found is None:
        return Unknown()
    if sign == "~":
        bits = int32(found)
        return Unknown() if bits is None else ~bits
    return -found if sign == "-" else found
