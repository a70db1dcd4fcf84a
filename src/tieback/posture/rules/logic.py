"""Logic of rules with values that are not all known.

A value is a plain value or an ``UnknownValue``: chosen by the requester, stored, the requester's own identity, or an
open segment of a path. The truth of a rule is ``True``, ``False``, ``CHOSEN`` (the requester can make it true),
``STORED`` (stored data decides) or ``ERROR``.
"""

import math
from collections.abc import Callable
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
    OWNED = auto()
    """A truth: the requester can make it true, but only for data that names the requester as the owner."""
    OPTIONAL_OWN = auto()
    """Like ``OWN``, but the requester can have an account without it, such as one without a telephone number."""
    ERROR = auto()
    """The rule is aborted here."""


CHOSEN, STORED, OWN, OPEN, OWNED, OPTIONAL_OWN, ERROR = (
    UnknownValue.CHOSEN,
    UnknownValue.STORED,
    UnknownValue.OWN,
    UnknownValue.OPEN,
    UnknownValue.OWNED,
    UnknownValue.OPTIONAL_OWN,
    UnknownValue.ERROR,
)


@dataclass(frozen=True, slots=True)
class NamedValues:
    """Named values; all other names have the value ``rest``."""

    fields: dict[str, Any] = field(default_factory=dict)
    rest: Any = None


@dataclass(frozen=True, slots=True, eq=False)
class SettableValue:
    """Stored data that the rules of the same file let the requester write."""

    can_be: Callable[[Any], Any]
    """Whether the requester can write this value there: ``CHOSEN``, ``STORED`` (stored data decides) or ``False``."""
    is_own: bool = False
    """True if it is below the requester's own identity: nothing is there unless the requester writes it."""
    member: Callable[[Any], Any] | None = None
    """The value of a member, if the value is a map."""
    is_elsewhere: bool = False
    """True if the rules of another file decide what can be written there."""

    def equals(self, other: Any) -> Any:
        """``==`` with a value that is not settable."""
        if isinstance(other, UnknownValue) and other is not OWN:
            return CHOSEN if other is CHOSEN else STORED
        if other is None and self.is_own:
            return CHOSEN
        found = self.can_be(other)
        return CHOSEN if found is True or found is CHOSEN else False if found is False and self.is_own else STORED


@dataclass(frozen=True, slots=True, eq=False)
class StoredRecord:
    """A stored map: each member is ``STORED``, settable, or ``ERROR`` if there is none."""

    member: Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class JoinedText:
    """A text of known and unknown parts, such as ``'users/' + auth.uid``."""

    parts: tuple[Any, ...]


def plain(value: Any) -> Any:
    """A settable value as one that the requester chooses, a joined text as its unknown part; others as they are."""
    if isinstance(value, JoinedText):
        return OWN if OWN in value.parts else next(part for part in value.parts if isinstance(part, UnknownValue))
    if isinstance(value, SettableValue):
        return STORED if value.is_elsewhere else CHOSEN
    return OWN if value is OPTIONAL_OWN else value


def is_own(value: Any) -> bool:
    """True for the requester's identity, or a text with it."""
    return value is OWN or (isinstance(value, JoinedText) and OWN in value.parts)


class Moment(float):
    """A time in milliseconds since 1970."""


class Span(float):
    """A duration in milliseconds."""


class Distinct(list[Any]):
    """A set: its items have no order."""


type Value = Any
"""A plain value, a ``UnknownValue``, a ``NamedValues``, or a value of the dialect."""


def to_truth(value: Value) -> Value:
    """The truth of a condition's value: a value that is not Boolean is an error."""
    if isinstance(value, SettableValue):
        return value.equals(True)
    return value if isinstance(value, bool) or value in (CHOSEN, STORED, OWNED, ERROR) else ERROR


def logical_not(value: Value) -> Value:
    """``!value``."""
    value = to_truth(value)
    if value is OWNED:
        return CHOSEN
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
    for best in (True, CHOSEN, OWNED, STORED):
        if one is best or other is best:
            return best
    return ERROR if ERROR in (one, other) else False


def _weakest(one: Value, other: Value) -> Value:
    for worst in (ERROR, STORED, OWNED, CHOSEN):
        if one is worst or other is worst:
            return worst
    return True


def equals(one: Value, other: Value) -> Value:
    """``one == other``."""
    if ERROR in (one, other) or not all(getattr(value, "is_comparable", True) for value in (one, other)):
        return ERROR
    if {one.__class__, other.__class__} == {UnknownValue, type(None)} and OPTIONAL_OWN in (one, other):
        return CHOSEN
    for settable, value in ((one, other), (other, one)):
        if isinstance(settable, SettableValue):
            return settable.equals(plain(value))
    if isinstance(one, JoinedText) and isinstance(other, JoinedText):
        return True if one == other else STORED
    one, other = plain(one), plain(other)
    if isinstance(one, UnknownValue) or isinstance(other, UnknownValue):
        return _equals_unknown(one, other)
    if isinstance(one, NamedValues | StoredRecord) or isinstance(other, NamedValues | StoredRecord):
        return False if one is None or other is None else _equal_maps(one, other)
    if isinstance(one, Distinct) and isinstance(other, Distinct):
        return logical_and(_within(one, other), _within(other, one))
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


def is_known_map(value: NamedValues) -> bool:
    """True if a map has no members beside the known ones."""
    return value.rest in (None, ERROR)


def _equal_maps(one: Value, other: Value) -> Value:
    if not all(isinstance(value, NamedValues) and is_known_map(value) for value in (one, other)):
        return STORED
    found: Value = one.fields.keys() == other.fields.keys()
    for name in one.fields if found else ():
        found = logical_and(found, equals(one.fields[name], other.fields[name]))
    return found


def _within(items: list[Any], other: list[Any]) -> Value:
    found: Value = True
    for item in items:
        found = logical_and(found, is_in(item, other))
    return found


def _equals_unknown(one: Value, other: Value) -> Value:
    if OWN in (one, other):
        # A requester can send its own id; no other value is equal to it.
        return True if one is other else (OWNED if CHOSEN in (one, other) else False)
    if OPEN in (one, other) and any(value is None or isinstance(value, bool | int | float) for value in (one, other)):
        return False  # a segment of a path is a text
    return _mixed(one, other)


def _mixed(one: Value, other: Value) -> Value:
    return CHOSEN if CHOSEN in (one, other) else STORED


def compare(operator: str, one: Value, other: Value) -> Value:
    """``<``, ``<=``, ``>`` or ``>=``; only numbers and only texts have an order."""
    one, other = plain(one), plain(other)
    if ERROR in (one, other):
        return ERROR
    if isinstance(one, UnknownValue) or isinstance(other, UnknownValue):
        if any(value is None or isinstance(value, bool) for value in (one, other)):
            return ERROR
        return _mixed(one, other)
    numbers = all(isinstance(value, int | float) and not isinstance(value, bool) for value in (one, other))
    if not numbers and not (isinstance(one, str) and isinstance(other, str)):
        return ERROR
    return {"<": one < other, "<=": one <= other, ">": one > other, ">=": one >= other}[operator]


def is_in(one: Value, other: Value) -> Value:
    """``one in other``."""
    if isinstance(other, StoredRecord):
        member = plain(other.member(one)) if one is not ERROR else ERROR
        return False if member is ERROR and one is not ERROR else member
    if isinstance(other, SettableValue) and one is not ERROR:
        return _in_settable(plain(one), other)
    one, other = plain(one), plain(other)
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
        return OWNED if other is CHOSEN else False
    return other if other in (CHOSEN, STORED) else ERROR


def _in_settable(one: Value, other: SettableValue) -> Value:
    """``one in other``: the requester can write a list, or a map, with that item."""
    found = other.can_be([one])
    if isinstance(one, str):
        found = logical_or(found, other.can_be(NamedValues({one: CHOSEN}, ERROR)))
    if found in (True, CHOSEN, OWNED):
        return CHOSEN
    return STORED if found is STORED or (one is not OWN and not other.is_own) else False


def arithmetic(operator: str, one: Value, other: Value, *, as_javascript: bool = False) -> Value:
    """``+ - * / %``.

    Args:
        operator: the sign.
        one: left side.
        other: right side.
        as_javascript: True if a text can be joined with any value, and a division by zero is not an error.
    """
    if as_javascript and operator == "+" and (joined := _joined(one, other)) is not None:
        return joined
    one, other = plain(one), plain(other)
    if ERROR in (one, other) or (operator != "+" and any(one_side in (OWN, OPEN) for one_side in (one, other))):
        return ERROR  # identities and segments of paths are texts
    if isinstance(one, UnknownValue) or isinstance(other, UnknownValue):
        # A truth that only own data meets is not a number.
        return next((kind for kind in (STORED, CHOSEN, OWN, OPEN) if kind in (one, other)), ERROR)
    if operator == "+" and isinstance(one, str) and isinstance(other, str):
        return (one + other)[:10_000]
    if as_javascript and operator == "+" and (isinstance(one, str) or isinstance(other, str)):
        return ERROR if one is None or other is None else (_as_text(one) + _as_text(other))[:10_000]
    if operator == "+" and isinstance(one, list) and isinstance(other, list):
        return (one + other)[:1000]
    if not all(isinstance(value, int | float) and not isinstance(value, bool) for value in (one, other)):
        return ERROR
    if operator in "/%" and other == 0:
        return math.nan if as_javascript else ERROR
    if abs(one) > 1e300 or abs(other) > 1e300:
        return STORED
    found = _computed(operator, one, other)
    if not isinstance(one, Moment | Span) and not isinstance(other, Moment | Span):
        return found
    return Span(found) if isinstance(one, Moment) is isinstance(other, Moment) else Moment(found)


def _computed(operator: str, one: float, other: float) -> float:
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


def _joined(one: Value, other: Value) -> JoinedText | None:
    """A text with a part that is the requester's identity or a segment of a path; ``None`` for other operands."""
    parts = [part for value in (one, other) for part in (value.parts if isinstance(value, JoinedText) else (value,))]
    if not all(isinstance(part, str) or part in (OWN, OPEN) for part in parts) or len(parts) > 20:
        return None
    return JoinedText(tuple(parts)) if any(part in (OWN, OPEN) for part in parts) else None


def _as_text(value: Value) -> str:
    """A value that is joined with a text."""
    if isinstance(value, float):
        return "NaN" if math.isnan(value) else str(int(value)) if value.is_integer() else repr(value)
    return str(value).lower() if isinstance(value, bool) else str(value)
