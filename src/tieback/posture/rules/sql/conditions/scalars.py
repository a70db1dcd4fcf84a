"""Functions and operators of texts, numbers and JSON whose operands are plain values.

Source: https://www.postgresql.org/docs/current/functions-string.html, ``functions-math.html``, ``functions-json.html``
and ``functions-matching.html``. What fails in PostgreSQL, or is not evaluated, is ``UNKNOWN``.
"""

import hashlib
import json
import math
import re
from collections.abc import Callable
from typing import Any

from tieback.posture.rules.sql.conditions.values import UNKNOWN

_MAX_TEXT = 10_000
_PLAIN_PATTERN = re.compile(r"\^?(?:[A-Za-z0-9 @_/:%,-]|\\[.@/-]|\[[A-Za-z0-9_-]+\][*+]?|\.[*+]?){0,60}\$?")
"""Patterns that mean the same in PostgreSQL and in Python, and need no backtracking between repetitions."""


def read_json(value: Any) -> Any:
    """``'…'::jsonb``."""
    if isinstance(value, dict | list):
        return value
    if not isinstance(value, str) or len(value) > _MAX_TEXT:
        return UNKNOWN
    try:
        found = json.loads(value)
    except (ValueError, RecursionError):
        return UNKNOWN
    return found if isinstance(found, dict | list) else UNKNOWN


def contains(value: Any, other: Any) -> bool:
    """``value @> other`` of JSON."""
    if isinstance(value, dict) and isinstance(other, dict):
        return all(key in value and contains(value[key], one) for key, one in other.items())
    if isinstance(value, list):
        return all(
            any(contains(mine, one) for mine in value) for one in (other if isinstance(other, list) else [other])
        )
    return type(value) is type(other) and bool(value == other)


def matches(operator: str, value: Any, pattern: Any) -> Any:
    """``~``, ``~*``, ``!~`` and ``!~*``; ``UNKNOWN`` for patterns that are not plain."""
    if not isinstance(value, str) or not isinstance(pattern, str) or len(value) > 500:
        return UNKNOWN
    if not _PLAIN_PATTERN.fullmatch(pattern) or len(re.findall(r"[*+]", pattern)) > 3:
        return UNKNOWN
    # ``$`` of PostgreSQL does not match before a last line break.
    end = re.sub(r"\$$", r"\\Z", pattern)
    found = re.search(end, value, re.IGNORECASE if operator.endswith("*") else 0) is not None
    return found is not operator.startswith("!")


def divide(operator: str, left: float, right: float) -> Any:
    """``/`` and ``%``: whole numbers have a whole quotient, rounded toward zero."""
    if right == 0 or abs(left) > 1e15 or abs(right) > 1e15:
        return UNKNOWN
    if operator == "%":
        found = math.fmod(left, right)
        return int(found) if isinstance(left, int) and isinstance(right, int) else found
    return int(left / right) if isinstance(left, int) and isinstance(right, int) else left / right


def _left(value: str, count: int) -> str:
    return value[:count]


def _right(value: str, count: int) -> str:
    return value[-count:] if count > 0 else value[-count:] if count < 0 else ""


def _part(value: str, begin: int, count: int | None = None) -> Any:
    if count is None:
        return value[max(begin - 1, 0) :]
    return UNKNOWN if count < 0 else value[max(begin - 1, 0) : max(begin - 1 + count, 0)]


_FUNCTIONS: dict[str, tuple[Callable[..., Any], tuple[type, ...]]] = {
    "left": (_left, (str, int)),
    "right": (_right, (str, int)),
    "replace": (lambda value, old, new: value.replace(old, new)[:_MAX_TEXT] if old else value, (str, str, str)),
    "position": (lambda value, part: value.find(part) + 1, (str, str)),
    "strpos": (lambda value, part: value.find(part) + 1, (str, str)),
    "md5": (lambda value: hashlib.md5(value.encode(), usedforsecurity=False).hexdigest(), (str,)),
    "abs": (abs, (float,)),
    "reverse": (lambda value: value[::-1], (str,)),
}


def function(name: str, arguments: tuple[Any, ...]) -> Any:
    """The result of a strict function; ``UNKNOWN`` for others."""
    if name in {"num_nonnulls", "num_nulls"}:
        nulls = sum(one is None for one in arguments)
        return nulls if name == "num_nulls" else len(arguments) - nulls
    if any(one is None for one in arguments):
        return None if name in _FUNCTIONS or name in {"substring", "substr"} else UNKNOWN
    if name in {"substring", "substr"}:
        fits = len(arguments) in {2, 3} and _fits(arguments[0], str) and all(_fits(one, int) for one in arguments[1:])
        return _part(*arguments) if fits else UNKNOWN
    compute, kinds = _FUNCTIONS.get(name, (None, ()))
    if compute is None or len(kinds) != len(arguments):
        return UNKNOWN
    return compute(*arguments) if all(map(_fits, arguments, kinds)) else UNKNOWN


def _fits(value: Any, kind: type) -> bool:
    if isinstance(value, bool):
        return False
    return isinstance(value, int | float) if kind is float else isinstance(value, kind)
