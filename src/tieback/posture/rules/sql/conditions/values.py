"""Values and three-valued logic of SQL, where some values are not known.

A condition is evaluated with concrete values: candidates for each column of a row, and a fixed session of a new user.
What cannot be computed is ``UNKNOWN``. A ``Truth`` has two parts: the outcomes that are possible whatever the unknown
values are, and the outcome with these concrete values.
"""

import fnmatch
import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

OWN_ID = "5eed0000-0000-4000-8000-00000000a001"
"""ID of the new user. No stored row has it."""
OWN_EMAIL = "new.user@requester.test"
OTHER_IDS = ("5eed0000-0000-4000-8000-0000000000b1", "5eed0000-0000-4000-8000-0000000000b2")
"""IDs of other users."""
FRESH_TEXTS = ("fresh-a", "fresh-b")
NOW = 20_000.0
"""The time of the request, in days. Stored times are earlier or later."""


class AnyText(str):
    """A text in metadata that the requester sets: it can be at any depth below the key that was read."""

    __slots__ = ()


class _Unknown(Enum):
    UNKNOWN = "unknown"


UNKNOWN = _Unknown.UNKNOWN


class _Free(Enum):
    FREE = "free"


FREE = _Free.FREE
"""An argument that the requester passes: any value."""


_PROXY_HEADERS = {"host", "x-forwarded-for", "x-real-ip", "cf-connecting-ip"}


class RequestHeaders(dict[str, Any]):
    """The headers of a request to the REST interface: the requester chooses them, but for those of a proxy."""

    def get(self, key: object, default: Any = None) -> Any:
        """The value of a header."""
        del default
        return UNKNOWN if str(key).lower() in _PROXY_HEADERS else FREE

    def __contains__(self, key: object) -> bool:
        """The requester can send any header."""
        return True


@dataclass(frozen=True, slots=True)
class Approximate:
    """A value that was computed from a candidate by a function: other candidates can give other values."""

    value: Any


@dataclass(frozen=True, slots=True)
class OneOf:
    """One of several values."""

    values: tuple[Any, ...]
    chosen: bool
    """True if the requester decides which one, by writing a row first."""


@dataclass(frozen=True, slots=True)
class Truth:
    """Outcome of a condition."""

    possible: frozenset[str]
    """``T``, ``F`` and ``N`` (null)."""
    concrete: str
    """``T``, ``F``, ``N``, ``C`` (the requester chooses) or empty (unknown)."""

    @property
    def holds(self) -> bool:
        """True with these values, or if the requester wants it."""
        return self.concrete in {"T", "C"}

    @property
    def always(self) -> bool:
        """True whatever the unknown values are."""
        return self.possible == _T or self.concrete == "C"


_T, _F, _N = frozenset("T"), frozenset("F"), frozenset("N")
TRUE, FALSE, NULL = Truth(_T, "T"), Truth(_F, "F"), Truth(_N, "N")
MAYBE = Truth(frozenset("TFN"), "")
EITHER = Truth(frozenset("TF"), "")
CHOICE = Truth(frozenset("TF"), "C")

_AND = {"FF": "F", "FN": "F", "FT": "F", "NN": "N", "NT": "N", "TT": "T"}
_OR = {"FF": "F", "FN": "N", "FT": "T", "NN": "N", "NT": "T", "TT": "T"}


def both(one: Truth, other: Truth) -> Truth:
    """``one AND other``."""
    possible = frozenset(_AND["".join(sorted(left + right))] for left in one.possible for right in other.possible)
    parts = {one.concrete, other.concrete}
    if "F" in parts:
        concrete = "F"
    elif "" in parts:
        concrete = ""
    elif "N" in parts:
        concrete = "N"
    else:
        concrete = "C" if "C" in parts else "T"
    return Truth(possible, concrete)


def either(one: Truth, other: Truth) -> Truth:
    """``one OR other``."""
    possible = frozenset(_OR["".join(sorted(left + right))] for left in one.possible for right in other.possible)
    parts = {one.concrete, other.concrete}
    if "T" in parts:
        concrete = "T"
    elif "C" in parts:
        concrete = "C"
    elif "" in parts:
        concrete = ""
    else:
        concrete = "N" if "N" in parts else "F"
    return Truth(possible, concrete)


def negate(one: Truth) -> Truth:
    """``NOT one``."""
    swap = {"T": "F", "F": "T"}
    return Truth(
        frozenset(swap.get(outcome, outcome) for outcome in one.possible), swap.get(one.concrete, one.concrete)
    )


def truth(value: Any) -> Truth:
    """The truth of a value."""
    if isinstance(value, Truth):
        return value
    if value is None:
        return NULL
    if value is FREE:
        return CHOICE
    if isinstance(value, bool):
        return TRUE if value else FALSE
    if isinstance(value, str) and value in {"true", "t", "false", "f"}:
        return TRUE if value[0] == "t" else FALSE
    if isinstance(value, Approximate):
        return Truth(MAYBE.possible, truth(value.value).concrete)
    if isinstance(value, OneOf):
        found = _over([value], truth)
        return found if isinstance(found, Truth) else MAYBE
    return MAYBE


def plain(value: Any) -> Any:
    """A truth as a value, if it is certain."""
    if isinstance(value, Truth):
        if value.possible == _T:
            return True
        if value.possible == _F:
            return False
        if value.possible == _N:
            return None
        if value.concrete == "C":
            return OneOf((True, False), chosen=True)
        return UNKNOWN
    return value


def apply(function: Callable[..., Any], *arguments: Any) -> Any:
    """The result of a function of values; it is called with concrete values only.

    It returns a ``Truth``, a value or ``UNKNOWN``.
    """
    values = [plain(one) for one in arguments]
    if any(isinstance(one, OneOf) for one in values):
        return _over(values, lambda *each: apply(function, *each))
    if any(one is UNKNOWN for one in values):
        return UNKNOWN
    if any(one is FREE for one in values):
        return FREE
    approximate = any(isinstance(one, Approximate) for one in values)
    result = function(*(one.value if isinstance(one, Approximate) else one for one in values))
    if not approximate or result is UNKNOWN:
        return result
    if isinstance(result, Truth):
        return Truth(MAYBE.possible, result.concrete)
    return Approximate(result)


def _over(values: Sequence[Any], function: Callable[..., Any]) -> Any:
    """The results for each combination of alternatives."""
    combinations: list[tuple[list[Any], bool]] = [([], True)]
    chosen = all(one.chosen for one in values if isinstance(one, OneOf))
    for one in values:
        options = one.values if isinstance(one, OneOf) else (one,)
        combinations = [([*before, option], ok) for before, ok in combinations for option in options]
        if len(combinations) > 64:
            return UNKNOWN
    results = [function(*each) for each, _ in combinations]
    if not any(isinstance(one, Truth) for one in results):
        flat: list[Any] = []
        for one in results:
            if one is UNKNOWN or isinstance(one, OneOf):
                return UNKNOWN
            if one not in flat:
                flat.append(one)
        return flat[0] if len(flat) == 1 else OneOf(tuple(flat), chosen)
    truths = [truth(one) for one in results]
    possible = frozenset().union(*(one.possible for one in truths))
    outcomes = {one.concrete for one in truths}
    if len(outcomes) == 1:
        return Truth(possible, outcomes.pop())
    if chosen and outcomes & {"T", "C"}:
        return Truth(possible, "C")
    return Truth(possible, "")


def compare(operator: str, left: Any, right: Any) -> Truth:
    """A comparison of two plain values; the result for other types is ``MAYBE``."""
    if left is None or right is None:
        return NULL
    left, right = _same_type(left, right)
    if isinstance(left, dict | list) or isinstance(right, dict | list):
        if operator == "=" and isinstance(left, type(right)):
            return truth(left == right)
        if operator in {"<>", "!="} and isinstance(left, type(right)):
            return truth(left != right)
        return MAYBE
    numbers = all(isinstance(one, int | float) and not isinstance(one, bool) for one in (left, right))
    texts = isinstance(left, str) and isinstance(right, str)
    if not numbers and not texts and type(left) is not type(right):
        return MAYBE
    match operator:
        case "=":
            return truth(left == right)
        case "<>" | "!=":
            return truth(left != right)
        case "<":
            return truth(left < right)
        case "<=":
            return truth(left <= right)
        case ">":
            return truth(left > right)
        case ">=":
            return truth(left >= right)
    return MAYBE


def _same_type(left: Any, right: Any) -> tuple[Any, Any]:
    for one, other, swapped in ((left, right, False), (right, left, True)):
        if isinstance(one, str) and not isinstance(other, str):
            changed = cast(one, "boolean" if isinstance(other, bool) else "numeric")
            if changed is not UNKNOWN:
                return (other, changed) if swapped else (changed, other)
    return left, right


def cast(value: Any, to: str) -> Any:  # noqa: PLR0912 - a type each
    """``value::to`` of a plain value; ``UNKNOWN`` if it fails or the type is not known."""
    if value is None:
        return None
    match to:
        case "text" | "char" | "uuid" | "varchar":
            if isinstance(value, bool):
                return "true" if value else "false"
            if isinstance(value, dict | list):
                return UNKNOWN
            return str(value)
        case "boolean":
            if isinstance(value, bool):
                return value
            if isinstance(value, str) and value.lower() in {"true", "t", "yes", "on", "1"}:
                return True
            if isinstance(value, str) and value.lower() in {"false", "f", "no", "off", "0"}:
                return False
            if isinstance(value, int):
                return value != 0
            return UNKNOWN
        case "integer" | "bigint" | "smallint" | "numeric" | "real" | "double precision":
            if isinstance(value, bool):
                return int(value)
            if isinstance(value, int | float):
                return value
            if isinstance(value, str) and re.fullmatch(r"\s*-?\d{1,18}(\.\d{1,18})?\s*", value):
                return float(value) if "." in value else int(value)
            return UNKNOWN
        case "jsonb" | "json":
            return value if isinstance(value, dict | list) else _json(value)
        case "timestamptz" | "time":
            return value if isinstance(value, float) else UNKNOWN
        case "":
            return value
    if to.endswith("[]"):
        if isinstance(value, str) and re.fullmatch(r"\{[^{}\"\\]*\}", value):
            inner = value[1:-1]
            return [cast(one.strip(), to[:-2]) for one in inner.split(",")] if inner else []
        return value if isinstance(value, list) else UNKNOWN
    return value


def _json(value: Any) -> Any:
    """A constant object or list; a member that is null is not the null of SQL."""
    if not isinstance(value, str) or len(value) > 10_000 or "null" in value:
        return UNKNOWN
    try:
        found = json.loads(value)
    except (ValueError, RecursionError):
        return UNKNOWN
    return found if isinstance(found, dict | list) else UNKNOWN


def like(value: Any, pattern: Any, *, fold: bool, negative: bool) -> Truth:
    """``LIKE`` and ``ILIKE``."""
    if value is None or pattern is None:
        return NULL
    if not isinstance(value, str) or not isinstance(pattern, str) or "\\" in pattern or len(pattern) > 200:
        return MAYBE
    translated = re.sub(r"([\[\]*?])", r"[\1]", pattern).replace("%", "*").replace("_", "?")
    found = fnmatch.fnmatchcase(value.lower() if fold else value, translated.lower() if fold else translated)
    return truth(found is not negative)
