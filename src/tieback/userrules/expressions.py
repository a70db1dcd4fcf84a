"""Regular expressions of users: RE2, which takes linear time for every pattern and text.

Python's ``re`` backtracks, so that a pattern such as ``(a+)+b`` could stop a scan. RE2 refuses what cannot be matched
in linear time: references back to a group, and conditions on the text before or after a position.
Syntax: https://github.com/google/re2/wiki/Syntax.
"""

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Protocol

import re2

MAX_PATTERN = 500
"""Most characters of a pattern."""
_MAX_MEMORY = 1 << 18
"""Most bytes of a compiled pattern; RE2 refuses larger ones."""


class ExpressionMatch(Protocol):
    """A match, as in ``re``."""

    def start(self, group: int = 0) -> int:
        """Offset of the first character of a group."""

    def end(self, group: int = 0) -> int:
        """Offset after the last character of a group."""

    def groupdict(self, default: str = "") -> dict[str, str]:
        """The named groups."""

    def __getitem__(self, group: int | str) -> str:
        """The text of a group."""


class Expression(Protocol):
    """A compiled pattern, as in ``re``."""

    @property
    def groupindex(self) -> Mapping[str, int]:
        """Numbers of the named groups."""

    def match(self, text: str) -> ExpressionMatch | None:
        """The match at the beginning."""

    def fullmatch(self, text: str) -> ExpressionMatch | None:
        """The match of the whole text."""

    def finditer(self, text: str) -> Iterator[ExpressionMatch]:
        """All matches that do not overlap."""


class ExpressionError(ValueError):
    """A pattern that is not accepted, with the reason as one clause."""


class RuleFlaw(Exception):  # noqa: N818 - becomes a RuleMistake once its line is known
    """A mistake in a rule: a clause, and the key with it."""

    def __init__(self, what: str, key: str = "") -> None:
        self.what, self.key = what, key
        super().__init__(what)


@lru_cache(4096)
def compile_expression(pattern: str) -> Expression:
    """Compile a pattern of a user.

    Raises:
        ExpressionError: it is too long or too large, or has something that RE2 does not support.
    """
    if len(pattern) > MAX_PATTERN:
        raise ExpressionError(f"is longer than {MAX_PATTERN} characters")
    options = re2.Options()
    options.max_mem = _MAX_MEMORY
    options.log_errors = False
    try:
        found: Expression = re2.compile(pattern, options)
    except re2.error as error:
        raise ExpressionError(_reason(error.args[0] if error.args else "")) from None
    except UnicodeEncodeError:
        raise ExpressionError("has a character that is not valid Unicode") from None
    return found


def check_expression(pattern: str, key: str) -> Mapping[str, int]:
    """The named groups of a pattern, with their numbers.

    Args:
        pattern: the pattern.
        key: its key in the rule.

    Raises:
        RuleFlaw: it is not accepted, or matches an empty text.
    """
    try:
        compiled = compile_expression(pattern)
    except ExpressionError as error:
        raise RuleFlaw(f"`{key}` {error}", key) from None
    if compiled.fullmatch("") is not None:
        raise RuleFlaw(f"`{key}` matches an empty text", key)
    return compiled.groupindex


def _reason(said: object) -> str:
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
    if text.startswith("invalid perl operator"):
        return (
            "has a condition on the text around it, such as (?<!…) or (?=…), which cannot be matched in linear time; "
            r"use \b, or leave it out"
        )
    if text.startswith("invalid escape sequence"):
        return f"has {text.partition(': ')[2]!r}, which RE2 does not support, such as a reference back to a group"
    if text.startswith("invalid repetition size"):
        return "has a repetition of more than 1,000 characters"
    if text.startswith("pattern too large"):
        return "is too large after its repetitions are written out"
    return f"is not a regular expression: {text}"
