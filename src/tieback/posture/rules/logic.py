"""Evaluation of rules with unknown values.

A value is known or a ``Kind``: chosen by the requester, stored, the requester's own identity, or an open path segment.
The truth of a rule is ``True``, ``False``, ``CHOSEN`` (the requester can make it true), ``STORED`` (stored data
decides) or ``ERROR``.
"""

from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Any


class Kind(Enum):
    """A value that the rules file does not contain."""

    CHOSEN = auto()
    """Part of the request: the requester can set it to the required value."""
    STORED = auto()
    """Depends on stored data or on settings elsewhere."""
    OWN = auto()
    """Identity of the requester: equal only to itself, never to a stored or named value."""
    OPEN = auto()
    """An open path segment: any value."""
    ERROR = auto()
    """Evaluation of the rule fails here."""


CHOSEN, STORED, OWN, OPEN, ERROR = Kind.CHOSEN, Kind.STORED, Kind.OWN, Kind.OPEN, Kind.ERROR


@dataclass(frozen=True, slots=True)
class Record:
    """Named values; all other names have the value ``rest``."""

    fields: dict[str, Any] = field(default_factory=dict)
    rest: Any = None


type Value = Any
"""A plain value, a ``Kind``, a ``Record``, or what a dialect adds."""


def truth(value: Value) -> Value:
    """Return a value as truth of a condition; a non-boolean is an error."""
    return value if isinstance(value, bool) or value in (CHOSEN, STORED, ERROR) else ERROR


def negated(value: Value) -> Value:
    """``!value``."""
    value = truth(value)
    return not value if isinstance(value, bool) else value


def both(one: Value, other: Value) -> Value:
    """Return ``one && other`` if both were evaluated."""
    one, other = truth(one), truth(other)
    if one is False or other is False:
        return False
    return _weakest(one, other)


def either(one: Value, other: Value) -> Value:
    """Return ``one || other``; a true side overrides an error of the other side."""
    one, other = truth(one), truth(other)
    for best in (True, CHOSEN, STORED):
        if one is best or other is best:
            return best
    return ERROR if ERROR in (one, other) else False


def _weakest(one: Value, other: Value) -> Value:
    for worst in (ERROR, STORED, CHOSEN):
        if one is worst or other is worst:
            return worst
    return True


def equal(one: Value, other: Value) -> Value:
    """``one == other``."""
    if ERROR in (one, other):
        return ERROR
    if OWN in (one, other):
        # A requester may name itself in what it sends; nothing else is equal to it.
        return True if one is other else (CHOSEN if CHOSEN in (one, other) else False)
    if isinstance(one, Kind) or isinstance(other, Kind):
        return _mixed(one, other)
    if isinstance(one, Record) or isinstance(other, Record):
        return False if one is None or other is None else STORED
    if isinstance(one, list) and isinstance(other, list):
        if len(one) != len(other):
            return False
        found: Value = True
        for left, right in zip(one, other, strict=True):
            found = both(found, equal(left, right))
        return found
    if isinstance(one, bool) != isinstance(other, bool):
        return False
    return bool(one == other)


def _mixed(one: Value, other: Value) -> Value:
    return CHOSEN if CHOSEN in (one, other) else STORED


def ordered(operator: str, one: Value, other: Value) -> Value:
    """``<``, ``<=``, ``>`` or ``>=``; only numbers and only texts have an order."""
    if ERROR in (one, other):
        return ERROR
    if isinstance(one, Kind) or isinstance(other, Kind):
        return _mixed(one, other)
    numbers = all(isinstance(value, int | float) and not isinstance(value, bool) for value in (one, other))
    if not numbers and not (isinstance(one, str) and isinstance(other, str)):
        return ERROR
    return {"<": one < other, "<=": one <= other, ">": one > other, ">=": one >= other}[operator]


def contained(one: Value, other: Value) -> Value:
    """``one in other``."""
    if ERROR in (one, other):
        return ERROR
    if isinstance(other, Record):
        if not isinstance(one, str):
            return STORED
        return True if one in other.fields else (False if other.rest in (None, ERROR) else other.rest)
    if isinstance(other, list):
        found: Value = False
        for item in other:
            found = either(found, equal(one, item))
        return found
    if isinstance(other, dict):
        return one in other if isinstance(one, str) else STORED
    if one is OWN:
        return CHOSEN if other is CHOSEN else False
    return other if other in (CHOSEN, STORED) else ERROR


def combined(operator: str, one: Value, other: Value) -> Value:
    """``+ - * / %``."""
    if ERROR in (one, other):
        return ERROR
    if isinstance(one, Kind) or isinstance(other, Kind):
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
