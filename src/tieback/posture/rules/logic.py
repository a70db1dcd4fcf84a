"""Logic of rules with values that are not all known.

A value is a plain value or an ``UnknownValue``: chosen by the requester, stored, the requester's own identity, or an
open segment of a path. The truth of a rule is ``True``, ``False``, ``CHOSEN`` (the requester can make it true),
``STORED`` (stored data decides) or ``ERROR``.
"""

from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Any


class UnknownValue(Enum):
    """A value that is not in a rules file."""

    CHOSEN = auto()
    """Part of the request: the requester can set the value that the rule requires."""
    STORED = auto()
    """Decided by the data in the store, or by a setting of the operator elsewhere."""
    OWN = auto()
    """The requester's identity: equal to itself, and not to any stored or named value or to another identity."""
    OPEN = auto()
    """A segment of a path that was left open: any value."""
    ERROR = auto()
    """The rule is aborted here."""


CHOSEN, STORED, OWN, OPEN, ERROR = (
    UnknownValue.CHOSEN,
    UnknownValue.STORED,
    UnknownValue.OWN,
    UnknownValue.OPEN,
    UnknownValue.ERROR,
)


@dataclass(frozen=True, slots=True)
class NamedValues:
    """Named values; all other names have the value ``rest``."""

    fields: dict[str, Any] = field(default_factory=dict)
    rest: Any = None


type Value = Any
"""A plain value, a ``UnknownValue``, a ``NamedValues``, or a value of the dialect."""


def to_truth(value: Value) -> Value:
    """The truth of a condition's value: a value that is not Boolean is an error."""
    return value if isinstance(value, bool) or value in (CHOSEN, STORED, ERROR) else ERROR


def logical_not(value: Value) -> Value:
    """``!value``."""
    value = to_truth(value)
    return not value if isinstance(value, bool) else value


def logical_and(one: Value, other: Value) -> Value:
    """``one && other``, if both are evaluated and neither aborts the other."""
    one, other = to_truth(one), to_truth(other)
    if one is False or other is False:
        return False
    return _weakest(one, other)


def logical_or(one: Value, other: Value) -> Value:
    """``one || other``, with both evaluated: if one is true, an error of the other does not count."""
    one, other = to_truth(one), to_truth(other)
    for best in (True, CHOSEN, STORED):
        if one is best or other is best:
            return best
    return ERROR if ERROR in (one, other) else False


def _weakest(one: Value, other: Value) -> Value:
    for worst in (ERROR, STORED, CHOSEN):
        if one is worst or other is worst:
            return worst
    return True


def equals(one: Value, other: Value) -> Value:
    """``one == other``."""
    if ERROR in (one, other):
        return ERROR
    if OWN in (one, other):
        # A requester can send its own id; no other value is equal to it.
        return True if one is other else (CHOSEN if CHOSEN in (one, other) else False)
    if isinstance(one, UnknownValue) or isinstance(other, UnknownValue):
        return _mixed(one, other)
    if isinstance(one, NamedValues) or isinstance(other, NamedValues):
        return False if one is None or other is None else STORED
    if isinstance(one, list) and isinstance(other, list):
        if len(one) != len(other):
            return False
        found: Value = True
        for left, right in zip(one, other, strict=True):
            found = logical_and(found, equals(left, right))
        return found
    if isinstance(one, bool) != isinstance(other, bool):
        return False
    return bool(one == other)


def _mixed(one: Value, other: Value) -> Value:
    return CHOSEN if CHOSEN in (one, other) else STORED


def compare(operator: str, one: Value, other: Value) -> Value:
    """``<``, ``<=``, ``>`` or ``>=``; only numbers and only texts have an order."""
    if ERROR in (one, other):
        return ERROR
    if isinstance(one, UnknownValue) or isinstance(other, UnknownValue):
        return _mixed(one, other)
    numbers = all(isinstance(value, int | float) and not isinstance(value, bool) for value in (one, other))
    if not numbers and not (isinstance(one, str) and isinstance(other, str)):
        return ERROR
    return {"<": one < other, "<=": one <= other, ">": one > other, ">=": one >= other}[operator]


def is_in(one: Value, other: Value) -> Value:
    """``one in other``."""
    if ERROR in (one, other):
        return ERROR
    if isinstance(other, NamedValues):
        if not isinstance(one, str):
            return STORED
        return True if one in other.fields else (False if other.rest in (None, ERROR) else other.rest)
    if isinstance(other, list):
        found: Value = False
        for item in other:
            found = logical_or(found, equals(one, item))
        return found
    if isinstance(other, dict):
        return one in other if isinstance(one, str) else STORED
    if one is OWN:
        return CHOSEN if other is CHOSEN else False
    return other if other in (CHOSEN, STORED) else ERROR


def arithmetic(operator: str, one: Value, other: Value) -> Value:
    """``+ - * / %``."""
    if ERROR in (one, other):
        return ERROR
    if isinstance(one, UnknownValue) or isinstance(other, UnknownValue):
        return next(kind for kind in (STORED, CHOSEN, OWN, OPEN) if kind in (one, other))
    if operator == "+" and isinstance(one, str) and isinstance(other, str):
        return (one + other)[:10_000]
    if operator == "+" and isinstance(one, list) and isinstance(other, list):
        return (one + other)[:1000]
    if not all(isinstance(value, int | float) and not isinstance(value, bool) for value in (one, other)):
        return ERROR
    if operator in "/%" and other == 0:
        return ERROR
    if abs(one) > 1e300 or abs(other) > 1e300:
        return STORED
    match operator:
        case "+":
            return one + other
        case "-":
            return one - other
        case "*":
            return float(one) * other
        case "/":
            return one / other
    return one % other
