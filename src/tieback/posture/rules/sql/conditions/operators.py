"""Operators and built-in functions of plain values."""

from collections.abc import Sequence
from typing import Any

from tieback.posture.rules.sql.conditions import scalars
from tieback.posture.rules.sql.conditions.values import (
    FALSE,
    FREE,
    MAYBE,
    NULL,
    TRUE,
    UNKNOWN,
    AnyText,
    Approximate,
    OneOf,
    Truth,
    apply,
    both,
    compare,
    either,
    truth,
)


def distinct(left: Any, right: Any) -> Truth:
    """``IS DISTINCT FROM``."""
    if left is None or right is None:
        return truth(left is not right)
    return compare("<>", left, right)


def approximated(value: Any) -> Any:
    """The value as one that other candidates could change."""
    if isinstance(value, Truth):
        return Truth(MAYBE.possible, value.concrete)
    if value is UNKNOWN or isinstance(value, Approximate | OneOf) or value is FREE:
        return value
    return truth(Approximate(value)) if isinstance(value, bool) else Approximate(value)


def any_of(kind: str, operator: str, one: Any, many: Any) -> Truth:
    """``= ANY (array)`` and ``<> ALL (array)``."""
    if many is None:
        return NULL
    if not isinstance(many, list):
        return MAYBE
    if kind == "AEXPR_OP_ANY" and operator == "=":
        found = FALSE
        for each in many:
            found = either(found, compare("=", one, each))
        return found
    if kind == "AEXPR_OP_ALL" and operator in {"<>", "!="}:
        found = TRUE
        for each in many:
            found = both(found, compare("<>", one, each))
        return found
    return MAYBE


def element_at(value: Any, at: Any) -> Any:
    """An element of an array, counted from 1; null outside of it."""
    if value is None or at is None:
        return None
    if not isinstance(value, list) or not isinstance(at, int):
        return UNKNOWN
    return value[at - 1] if 1 <= at <= len(value) else None


def operate(operator: str, left: Any, right: Any) -> Any:  # noqa: PLR0912 - an operator each
    """The result of an operator other than a comparison; ``UNKNOWN`` for others."""
    if left is None or right is None:
        return None
    match operator:
        case "->" | "->>" if isinstance(left, AnyText):
            return left
        case "->" | "->>" if isinstance(left, dict) and isinstance(right, str):
            found = left.get(right)
            if operator == "->" and found is None and right in left:
                return UNKNOWN  # null of JSON is a value
            if operator == "->>" and isinstance(found, bool):
                return "true" if found else "false"
            if operator == "->>" and isinstance(found, int | float):
                return str(found)
            return found
        case "#>>" | "#>" if isinstance(left, dict) and isinstance(right, str):
            return _path(left, *(key.strip() for key in right.strip("{}").split(",")))
        case "->" | "->>" if isinstance(left, list) and isinstance(right, int):
            found = left[right] if -len(left) <= right < len(left) else None
            return found if operator == "->" or found is None or isinstance(found, str) else UNKNOWN
        case "?" if isinstance(left, dict | list) and isinstance(right, str):
            return right in left
        case "@>" if type(left) is dict and isinstance(right, dict):
            return scalars.contains(left, right)
        case "~" | "~*" | "!~" | "!~*":
            return scalars.matches(operator, left, right)
        case "/" | "%" if _numeric(left) and _numeric(right):
            return scalars.divide(operator, left, right)
        case "||" if isinstance(left, str) and isinstance(right, str):
            return (left + right)[:10_000]
        case "||" if isinstance(left, list) and isinstance(right, list):
            return (left + right)[:1_000]
        case "@>" if isinstance(left, list) and isinstance(right, list):
            return all(one in left for one in right)
        case "<@" if isinstance(left, list) and isinstance(right, list):
            return all(one in right for one in left)
        case "&&" if isinstance(left, list) and isinstance(right, list):
            return any(one in right for one in left)
        case "+" | "-" | "*" if _numeric(left) and _numeric(right) and abs(left) < 1e15 and abs(right) < 1e15:
            return {"+": left + right, "-": left - right, "*": left * right}[operator]
    return UNKNOWN


def extreme(values: Sequence[Any], *, greatest: bool) -> Any:
    """``GREATEST`` and ``LEAST``: null does not count."""
    known = [one for one in values if one is not None]
    if not known:
        return None
    if not all(_numeric(one) for one in known):
        return UNKNOWN
    return max(known) if greatest else min(known)


def _numeric(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def builtin(name: str, arguments: list[Any], *, inexact: bool) -> Any:
    """The result of a built-in function; ``UNKNOWN`` for others. ``inexact``: an argument reads a column."""
    result: Any = UNKNOWN
    match name:
        case "lower" | "upper" | "btrim" | "trim" | "length" | "char_length":
            result = apply(lambda one, *_: _text_function(name, one), *arguments)
        case "split_part":
            result = apply(_split_part, *arguments)
        case "string_to_array":
            result = apply(_split, *arguments)
        case "concat":
            result = apply(lambda *each: "".join("" if one is None else str(one) for one in each), *arguments)
        case "starts_with":
            result = apply(_starts_with, *arguments)
        case "array_length" | "cardinality":
            # The length of an empty array is null, its number of items is 0.
            result = apply(lambda one, *_: _items(one, empty=0 if name == "cardinality" else None), *arguments)
        case "jsonb_extract_path_text" | "json_extract_path_text":
            result = apply(_path, *arguments)
        case _:
            result = apply(lambda *each: scalars.function(name, each), *arguments)
    if inexact and result is not UNKNOWN and not isinstance(result, Truth | Approximate | OneOf):
        return Approximate(result)
    if inexact and isinstance(result, Truth):
        return Truth(MAYBE.possible, result.concrete)
    return result


def _text_function(name: str, value: Any) -> Any:
    if value is None:
        return None
    if not isinstance(value, str):
        return UNKNOWN
    match name:
        case "lower":
            return value.lower()
        case "upper":
            return value.upper()
        case "length" | "char_length":
            return len(value)
    return value.strip(" ")


def _items(value: Any, *, empty: int | None) -> Any:
    if value is None:
        return None
    return (len(value) or empty) if isinstance(value, list) else UNKNOWN


def _split(value: Any, mark: Any) -> Any:
    if value is None:
        return None
    if not isinstance(value, str) or not isinstance(mark, str):
        return UNKNOWN
    if not value:
        return []
    return value.split(mark) if mark else [value]


def _starts_with(value: Any, other: Any) -> Any:
    if value is None or other is None:
        return None
    return truth(value.startswith(other)) if isinstance(value, str) and isinstance(other, str) else UNKNOWN


def _split_part(value: Any, mark: Any, at: Any) -> Any:
    if value is None or mark is None or at is None:
        return None
    if not isinstance(value, str) or not isinstance(at, int) or at < 1 or not mark:
        return UNKNOWN
    parts = value.split(mark)
    return parts[at - 1] if at <= len(parts) else ""


def _path(value: Any, *keys: Any) -> Any:
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else value if isinstance(value, AnyText) else None
    return value


def storage(name: str, arguments: list[Any]) -> Any:
    """The functions of Supabase's schema ``storage``."""

    def part(value: Any) -> Any:
        if value is None:
            return None
        if not isinstance(value, str):
            return UNKNOWN
        match name:
            case "foldername":
                return value.split("/")[:-1]
            case "filename":
                return value.rpartition("/")[2]
            case "extension":
                return value.rpartition(".")[2]
        return UNKNOWN

    found = apply(part, arguments[0]) if arguments else UNKNOWN
    return Approximate(found) if isinstance(found, str | list) or found is None else found
