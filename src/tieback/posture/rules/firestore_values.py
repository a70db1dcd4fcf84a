"""Functions and methods of values in rules of Firestore and Storage.

Source: https://firebase.google.com/docs/reference/rules/rules. Times and durations are milliseconds here.
"""

import datetime
import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tieback.posture.rules import logic
from tieback.posture.rules.evaluate import Function, matches
from tieback.posture.rules.logic import (
    CHOSEN,
    ERROR,
    OPEN,
    OWN,
    STORED,
    Distinct,
    Moment,
    NamedValues,
    SettableValue,
    Span,
    StoredRecord,
    UnknownValue,
    Value,
)

_UNITS = {"w": 604_800_000, "d": 86_400_000, "h": 3_600_000, "m": 60_000, "s": 1000, "ms": 1, "ns": 1e-6}
_DAY = 86_400_000
_WHOLE = re.compile(r"[+-]?\d{1,18}")
_FRACTION = re.compile(r"[+-]?\d{1,18}(?:\.\d{1,18})?(?:[eE][+-]?\d{1,3})?")
_LITERAL = re.compile(r"[^][\\.^$|?*+(){}]{1,50}|\[([^]\\^-])\]|\\([^A-Za-z0-9])")
"""A pattern that is a plain text, also one sign in brackets or behind a backslash."""


def _unknown(arguments: Sequence[Value]) -> Value:
    """The result for arguments that are not all known; ``None`` if they are."""
    if ERROR in arguments:
        return ERROR
    unknown = [one for one in map(logic.plain, arguments) if isinstance(one, UnknownValue)]
    return None if not unknown else CHOSEN if all(one is CHOSEN for one in unknown) else STORED


def _known(compute: Callable[..., Value]) -> Function:
    """A function of known values; wrong types abort the rule."""

    def call(arguments: Sequence[Value]) -> Value:
        unknown = _unknown(arguments)
        if unknown is not None:
            return unknown
        try:
            return compute(*arguments)
        except (TypeError, ValueError, OverflowError, ArithmeticError):
            return ERROR

    return call


def _number(value: Value) -> float:
    if not isinstance(value, int | float) or isinstance(value, bool | Moment | Span):
        raise TypeError
    return value


def _of_numbers(compute: Callable[..., Value]) -> Function:
    return _known(lambda *values: compute(*map(_number, values)))


def _power(base: float, exponent: float) -> Value:
    return STORED if abs(exponent) > 64 or abs(base) > 1e9 else float(base) ** exponent


def _whole(value: Value) -> Value:
    if isinstance(value, str):
        return int(value) if _WHOLE.fullmatch(value) else ERROR
    return int(_number(value))


def _fraction(value: Value) -> Value:
    if isinstance(value, str):
        return float(value) if _FRACTION.fullmatch(value) else ERROR
    return float(_number(value))


def _truth(value: Value) -> Value:
    return value if isinstance(value, bool) else {"true": True, "false": False}.get(value, ERROR)


def _text(arguments: Sequence[Value]) -> Value:
    if len(arguments) != 1 or ERROR in arguments:
        return ERROR
    value = arguments[0]
    if isinstance(value, bool):
        return str(value).lower()
    return (
        str(value) if isinstance(value, int | float | str) else (value if isinstance(value, UnknownValue) else STORED)
    )


def _date(year: Value, month: Value, day: Value) -> Value:
    day_of = datetime.datetime(int(_number(year)), int(_number(month)), int(_number(day)), tzinfo=datetime.UTC)
    return Moment(day_of.timestamp() * 1000)


def _time(hours: Value, minutes: Value, seconds: Value, nanoseconds: Value) -> Value:
    whole = _number(hours) * 3600 + _number(minutes) * 60 + _number(seconds)
    return Span(whole * 1000 + _number(nanoseconds) / 1e6)


def _path(value: Value) -> Value:
    if isinstance(value, list):
        return value
    if not isinstance(value, str):
        return ERROR
    return [segment for segment in value.split("/") if segment][:100]


def _same(arguments: Sequence[Value]) -> Value:
    return arguments[0] if len(arguments) == 1 else ERROR


def _stored(arguments: Sequence[Value]) -> Value:
    return ERROR if ERROR in arguments else CHOSEN if CHOSEN in arguments else STORED


def _elsewhere(arguments: Sequence[Value]) -> Value:
    """``firestore.exists`` in rules of Storage: the rules of Firestore, in another file, decide who writes it."""
    return ERROR if len(arguments) != 1 or ERROR in arguments else STORED


def _record_elsewhere(arguments: Sequence[Value]) -> Value:
    """``firestore.get``: any member may be what the requester wrote by the rules of the other file."""
    found = _elsewhere(arguments)
    return found if found is ERROR else NamedValues({"data": _settable_elsewhere()}, STORED)


def _settable_elsewhere() -> SettableValue:
    return SettableValue(lambda _: STORED, member=lambda _: _settable_elsewhere(), is_elsewhere=True)


FUNCTIONS: dict[str, Function] = {
    "firestore.get": _record_elsewhere,
    "firestore.exists": _elsewhere,
    "debug": _same,
    "path": _known(_path),
    "string": _text,
    "int": _known(_whole),
    "float": _known(_fraction),
    "bool": _known(_truth),
    "timestamp.date": _known(_date),
    "timestamp.value": _known(lambda value: Moment(_number(value))),
    "duration.value": _known(lambda amount, unit: Span(_number(amount) * _UNITS[unit]) if unit in _UNITS else ERROR),
    "duration.time": _known(_time),
    "math.abs": _of_numbers(abs),
    "math.ceil": _of_numbers(math.ceil),
    "math.floor": _of_numbers(math.floor),
    "math.round": _of_numbers(lambda value: math.floor(value + 0.5)),
    "math.sqrt": _of_numbers(math.sqrt),
    "math.pow": _of_numbers(_power),
    "math.isNaN": _of_numbers(math.isnan),
    "math.isInfinite": _of_numbers(math.isinf),
    **{f"hashing.{name}": _stored for name in ("md5", "sha256", "crc32", "crc32c")},
    "latlng.value": _stored,
}
"""Functions of the language, by name."""


@dataclass(frozen=True, slots=True)
class _Difference:
    """``diff`` of two maps: names of members."""

    added: list[Value]
    removed: list[Value]
    changed: list[Value]
    unchanged: list[Value]


def method_of(of: Value, name: str, arguments: Sequence[Value]) -> Value:
    """The result of ``of.name(arguments)``."""
    if isinstance(of, StoredRecord) or (isinstance(of, SettableValue) and of.member is not None):
        return _of_stored(of, name, arguments)
    of = logic.plain(of)
    if of is None or ERROR in arguments:
        return ERROR
    if isinstance(of, _Difference):
        return _of_difference(of, name)
    if isinstance(of, UnknownValue):
        if of is STORED and _lacks_own(name, arguments):
            return False
        return STORED if of in (OWN, OPEN) else of
    if isinstance(of, NamedValues):
        return _of_record(of, name, arguments)
    if isinstance(of, str):
        return _of_text(of, name, arguments)
    if isinstance(of, list):
        return _of_list(of, name, arguments)
    if isinstance(of, Moment):
        return _of_moment(of, name)
    if isinstance(of, Span):
        return {"seconds": int(of // 1000), "nanos": int(of % 1000 * 1_000_000)}.get(name, ERROR)
    return ERROR


def _lacks_own(name: str, arguments: Sequence[Value]) -> bool:
    """True if a stored list must contain the requester's identity, which no stored data names."""
    match name, arguments:
        case "hasAny", [list() as items]:
            return bool(items) and all(item is OWN for item in items)
        case "hasAll", [list() as items]:
            return OWN in items
    return False


def _of_stored(of: StoredRecord | SettableValue, name: str, arguments: Sequence[Value]) -> Value:
    assert of.member is not None
    match name, arguments:
        case "get", [str() as key, default]:
            found = of.member(key)
            return default if found is ERROR or found is None else found
    return STORED if isinstance(of, StoredRecord) or of.is_elsewhere else CHOSEN


def _of_record(of: NamedValues, name: str, arguments: Sequence[Value]) -> Value:
    match name, arguments:
        case "get", [str() as key, default]:
            found = of.fields.get(key, of.rest)
            return default if found is ERROR or found is None else found
        case "get", [list() as keys, default] if keys and all(isinstance(key, str) for key in keys):
            return _deep(of, keys, default)
        case "keys", []:
            if of.rest is CHOSEN:
                return [*of.fields, CHOSEN]
            return list(of.fields) if logic.is_known_map(of) else of.rest
        case "values", [] if logic.is_known_map(of):
            return list(of.fields.values())
        case "diff", [NamedValues() as other] if logic.is_known_map(of) and logic.is_known_map(other):
            return _difference(of, other)
        case "diff", [_] if of.rest is CHOSEN:
            names = [*of.fields, CHOSEN]
            return _Difference(names, [CHOSEN], names, [CHOSEN])
        case "size", []:
            return len(of.fields) if logic.is_known_map(of) else of.rest
    return of.rest if of.rest in (CHOSEN, STORED) else STORED


def _deep(of: Value, keys: Sequence[str], default: Value) -> Value:
    for key in keys:
        if not isinstance(of, NamedValues):
            return STORED if isinstance(of, UnknownValue | SettableValue | StoredRecord) else default
        of = of.fields.get(key, of.rest)
        if of is ERROR or of is None:
            return default
    return of


def _difference(of: NamedValues, other: NamedValues) -> _Difference:
    both = [name for name in of.fields if name in other.fields]
    same = {name: logic.equals(of.fields[name], other.fields[name]) for name in both}
    return _Difference(
        [name for name in of.fields if name not in other.fields],
        [name for name in other.fields if name not in of.fields],
        [name if same[name] is False else STORED for name in both if same[name] is not True],
        [name if same[name] is True else STORED for name in both if same[name] is not False],
    )


def _of_difference(of: _Difference, name: str) -> Value:
    match name:
        case "addedKeys":
            return of.added
        case "removedKeys":
            return of.removed
        case "changedKeys":
            return of.changed
        case "unchangedKeys":
            return of.unchanged
        case "affectedKeys":
            return list(dict.fromkeys([*of.added, *of.removed, *of.changed]))
    return ERROR


def _literal(pattern: str) -> str | None:
    """The text that a pattern means; ``None`` if it is more than a text."""
    found = _LITERAL.fullmatch(pattern)
    return None if found is None else found.group(1) or found.group(2) or pattern


def _of_text(of: str, name: str, arguments: Sequence[Value]) -> Value:
    match name, arguments:
        case "matches", [str() as pattern]:
            return matches(of, pattern)
        case "size", []:
            return len(of)
        case "lower", []:
            return of.lower()
        case "upper", []:
            return of.upper()
        case "trim", []:
            return of.strip()
        case "split", [str() as pattern] if (between := _literal(pattern)) is not None:
            return list(of.split(between)[:1000])
        case "replace", [str() as pattern, str() as new] if (old := _literal(pattern)) is not None and "\\" not in new:
            return of.replace(old, new)[:10_000]
    return STORED


def _of_list(of: list[Value], name: str, arguments: Sequence[Value]) -> Value:
    match name, arguments:
        case "size", []:
            return CHOSEN if CHOSEN in of else len(of)
        case "hasAny", [list() as other]:
            return _any(other, of)
        case "hasAll", [list() as other]:
            return _all(other, of)
        case "hasOnly", [list() as other]:
            return _all(of, other)
        case "join", [str() as between] if all(isinstance(item, str) for item in of):
            return between.join(of)[:10_000]
        case "concat", [list() as other]:
            return (of + other)[:1000]
        case "toSet", []:
            return Distinct(dict.fromkeys(of)) if _are_plain(of) else Distinct(of)
        case (("removeAll" | "union" | "intersection" | "difference"), [list() as other]) if _are_plain([*of, *other]):
            return _combined(of, name, other)
    return CHOSEN if CHOSEN in of or CHOSEN in arguments else STORED


def _are_plain(items: Sequence[Value]) -> bool:
    return all(isinstance(item, str | int | float | bool) for item in items)


def _combined(of: list[Value], name: str, other: list[Value]) -> Value:
    match name:
        case "union":
            return Distinct(dict.fromkeys([*of, *other]))
        case "intersection":
            return Distinct(item for item in of if item in other)
        case "difference":
            return Distinct(item for item in of if item not in other)
    return [item for item in of if item not in other]


def _any(items: Sequence[Value], of: list[Value]) -> Value:
    found: Value = False
    for item in items:
        found = logic.logical_or(found, logic.is_in(item, of))
    return found


def _all(items: Sequence[Value], of: list[Value]) -> Value:
    found: Value = True
    for item in items:
        found = logic.logical_and(found, logic.is_in(item, of))
    return found


def _of_moment(of: Moment, name: str) -> Value:
    if name in {"toMillis", "seconds", "nanos"}:
        return {"toMillis": int(of), "seconds": int(of // 1000), "nanos": int(of % 1000 * 1_000_000)}[name]
    if name in {"date", "time"}:
        return Moment(of - of % _DAY) if name == "date" else Span(of % _DAY)
    try:
        day = datetime.datetime.fromtimestamp(of / 1000, datetime.UTC)
    except (OverflowError, ValueError, OSError):
        return ERROR
    parts = {
        "year": day.year, "month": day.month, "day": day.day, "hours": day.hour, "minutes": day.minute,
        "dayOfWeek": day.isoweekday(), "dayOfYear": day.timetuple().tm_yday,
    }  # fmt: skip
    return parts.get(name, ERROR)
