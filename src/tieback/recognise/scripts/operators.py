"""Operators of scripts on constants; an operand that is not known makes the result unknown, except in sums of texts."""

import operator
from collections.abc import Callable, Mapping

from tieback.model.lazy_pattern import lazy_pattern
from tieback.recognise.dataflow.methods.values import HOLE
from tieback.recognise.scripts.folding import MADE, unquoted
from tieback.recognise.scripts.methods import resolved_url
from tieback.recognise.scripts.reader import Token
from tieback.recognise.scripts.values import (
    MAX_TEXT,
    Cases,
    Client,
    Items,
    Merged,
    Source,
    Text,
    Unknown,
    Value,
    as_text,
    choice,
    combine,
    is_unknown,
    joined,
)  # fmt: skip

_MAX_NUMBER = 1 << 32


def literal(token: Token) -> Text:
    """The text of a string literal."""
    plain = unquoted(token.text)
    made = plain.replace(MADE, "")
    return Text(made[:MAX_TEXT], token.start, (made,) if "\\" not in token.text and made == plain else ())


_THOUSANDS = lazy_pattern(r"(?P<digits>[1-9]\d{0,6})[eE](?P<zeros>\d)")
"""An integer as minifiers write it: ``9e3``."""


def number(text: str) -> Value:
    """The value of a number; unknown if it is no integer."""
    if text[:2] in ("0x", "0X"):
        return int(text, 16)
    if short := _THOUSANDS.fullmatch(text):
        return int(short["digits"] + "0" * int(short["zeros"]))
    return int(text) if text.isdigit() else Unknown()


def plus(left: Value, right: Value) -> Value:
    """The sum of two values."""
    if isinstance(left, int) and isinstance(right, int):
        return left + right
    return joined(as_text(left), as_text(right))


def row(*values: Value) -> Value:
    """The text of values in a row."""
    return joined(*(as_text(one) for one in values))


def url(arguments: list[Cases]) -> Cases:
    """``new URL(path, base)``."""

    def made(path: Value, base: Value | None = None) -> Value:
        return resolved_url(as_text(path), None if base is None else as_text(base))

    return combine(made, *arguments[:2])


def truth(value: Value) -> bool | None:
    """Whether a value counts as true; ``None`` if that is not known."""
    if isinstance(value, int):
        return bool(value)
    if isinstance(value, Text):
        return None if HOLE in value.text else bool(value.text)
    if isinstance(value, Unknown):
        return False if value.path in ("null", "undefined") else None
    return True if isinstance(value, (Source, Items, Merged, Client)) else None


def negated(sign: str, value: Value) -> Value:
    """A sign before a value."""
    if sign == "!":
        known = truth(value)
        return Unknown() if known is None else int(not known)
    if not isinstance(value, int):
        return Unknown()
    return {"-": -value, "+": value, "~": ~value}[sign]


def operation(sign: str, left: Cases, right: Cases, at: int) -> Cases:
    """An operator between two values; ``at`` is its offset."""
    if sign in ("||", "??", "&&"):
        return _logical(sign, left, right, at)
    if sign == "+":
        return combine(plus, left, right)
    return combine(lambda one, other: _computed(sign, one, other), left, right)


def _logical(sign: str, left: Cases, right: Cases, at: int) -> Cases:
    known = {truth(value) for _, value in left}
    if sign == "&&":
        return left if known == {False} else right
    if known == {True}:
        return left
    if is_unknown(left):
        # A short word such as the name of an environment can be another one.
        word = all(isinstance(value, Text) and value.text.isalnum() for _, value in right)
        return choice(("|", at), (left, right)) if word and known == {None} else right
    return right if known == {False} else choice(("|", at), (left, right))


def _computed(sign: str, left: Value, right: Value) -> Value:
    if sign in ("==", "===", "!=", "!=="):
        return _equal(left, right, same=sign[0] == "=")
    if not isinstance(left, int) or not isinstance(right, int) or max(abs(left), abs(right)) >= _MAX_NUMBER:
        return Unknown()
    plain = _PLAIN.get(sign)
    if plain is not None:
        return int(plain(left, right))
    if sign == "%" and right:
        return abs(left) % abs(right) * (1 if left >= 0 else -1)
    if sign == "/" and right and left % right == 0:
        return left // right
    if sign == "<<" and 0 <= right < 32:
        return left << right
    return left >> right if sign in (">>", ">>>") and 0 <= right < 32 and left >= 0 else Unknown()


def _equal(left: Value, right: Value, *, same: bool) -> Value:
    if isinstance(left, Text) and isinstance(right, Text) and HOLE not in left.text + right.text:
        return int((left.text == right.text) == same)
    if isinstance(left, int) and isinstance(right, int):
        return int((left == right) == same)
    return Unknown()


_PLAIN: Mapping[str, Callable[[int, int], int]] = {
    "-": operator.sub, "*": operator.mul, "^": operator.xor, "&": operator.and_, "|": operator.or_, "<": operator.lt,
    ">": operator.gt, "<=": operator.le, ">=": operator.ge,
}  # fmt: skip
