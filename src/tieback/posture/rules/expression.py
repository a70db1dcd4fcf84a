"""Parser of the expressions in Firebase rules: those of the Realtime Database, and those of Firestore and Storage.

One recursive descent reads both; the dialect defines the meaning of names and methods. Precedence:
https://firebase.google.com/docs/reference/rules/rules and https://firebase.google.com/docs/reference/security/database.
"""

import re
from dataclasses import dataclass
from typing import Any

from tieback.posture.rules.source import RulesText

MAX_DEPTH = 40
"""Most nested parentheses, calls and conditional expressions."""
MAX_CHAIN = 2000
"""Most operators in one chain."""
_SPACE = re.compile(r"(?:\s+|//[^\n]*|/\*.*?\*/)+", re.DOTALL)
_NAME = re.compile(r"[A-Za-z_$][A-Za-z0-9_]*")
_NUMBER = re.compile(r"\d{1,30}(?:\.\d{1,30})?(?:[eE][+-]?\d{1,3})?")
_STRING = re.compile(r"'(?:[^'\\\n]|\\.)*+'|\"(?:[^\"\\\n]|\\.)*+\"")
_REGEX = re.compile(r"/((?:[^/\\\n]|\\.){1,1000})/([a-z]*)")
_SEGMENT = re.compile(r"\(default\)|[A-Za-z0-9_.~%@:+-]+")
_ESCAPE = re.compile(r"\\(u[0-9A-Fa-f]{4}|x[0-9A-Fa-f]{2}|.)", re.DOTALL)
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f"}
_LEVELS = (
    ("||",),
    ("&&",),
    ("===", "!==", "==", "!="),
    ("in", "is"),
    ("<=", ">=", "<", ">"),
    ("+", "-"),
    ("*", "/", "%"),
)
"""Operators, lowest precedence first."""


@dataclass(frozen=True, slots=True)
class Literal:
    """A plain value."""

    value: Any


@dataclass(frozen=True, slots=True)
class Regex:
    """``/pattern/flags`` of the Realtime Database."""

    pattern: str
    flags: str


@dataclass(frozen=True, slots=True)
class NameExpression:
    """A variable or function."""

    name: str


@dataclass(frozen=True, slots=True)
class MemberExpression:
    """``of.name``."""

    of: "Expression"
    name: str


@dataclass(frozen=True, slots=True)
class IndexExpression:
    """``of[at]``."""

    of: "Expression"
    at: "Expression"


@dataclass(frozen=True, slots=True)
class RangeExpression:
    """``of[begin:end]``."""

    of: "Expression"
    begin: "Expression"
    end: "Expression"


@dataclass(frozen=True, slots=True)
class CallExpression:
    """``function(arguments)``; the function can be a member."""

    function: "Expression"
    arguments: "tuple[Expression, ...]"


@dataclass(frozen=True, slots=True)
class Unary:
    """``!operand`` or ``-operand``."""

    operator: str
    operand: "Expression"


@dataclass(frozen=True, slots=True)
class Binary:
    """``left operator right``; ``===`` and ``!==`` are ``==`` and ``!=``."""

    operator: str
    left: "Expression"
    right: "Expression"


@dataclass(frozen=True, slots=True)
class Choice:
    """``condition ? yes : no``."""

    condition: "Expression"
    yes: "Expression"
    no: "Expression"


@dataclass(frozen=True, slots=True)
class ListOf:
    """``[a, b]``."""

    items: "tuple[Expression, ...]"


@dataclass(frozen=True, slots=True)
class MapOf:
    """``{'a': b}``."""

    items: "tuple[tuple[Expression, Expression], ...]"


@dataclass(frozen=True, slots=True)
class PathOf:
    """``/databases/$(database)/documents/users/x``: texts, and expressions in ``$( )``."""

    segments: "tuple[str | Expression, ...]"


type Expression = (
    Literal
    | Regex
    | NameExpression
    | MemberExpression
    | IndexExpression
    | RangeExpression
    | CallExpression
    | Unary
    | Binary
    | Choice
    | ListOf
    | MapOf
    | PathOf
)


_MAX_LEFT = 40


class ExpressionParser:
    """A position in a text, with methods for the next expected element."""

    def __init__(self, text: RulesText, at: int = 0, end: int | None = None, *, paths: bool = False) -> None:
        self.text = text
        self.at = at
        self.end = len(text.text) if end is None else end
        self._paths = paths
        """True if a slash begins a path (Firestore), False if it begins a regular expression (Realtime Database)."""
        self._depth = 0

    def skip(self) -> int:
        """Skip spaces and comments. Returns the position of the next character."""
        found = _SPACE.match(self.text.text, self.at, self.end)
        if found:
            self.at = found.end()
        return self.at

    def ahead(self, sign: str) -> bool:
        """True if this sign or word is next; a word must not be followed by a letter."""
        at = self.skip()
        if at + len(sign) > self.end or not self.text.text.startswith(sign, at):
            return False
        return not (sign[-1].isalnum() and _NAME.match(self.text.text[at + len(sign) : at + len(sign) + 1]))

    def take(self, sign: str) -> bool:
        """Consume the sign or word if it is next."""
        if not self.ahead(sign):
            return False
        self.at += len(sign)
        return True

    def want(self, sign: str) -> None:
        """Consume the sign or word. Raises ``InputError`` if another one is next."""
        if not self.take(sign):
            raise self.text.error(self.at, f'"{sign}"')

    def name(self, what: str = "a name") -> str:
        """Consume a name. Raises ``InputError`` if there is none."""
        found = _NAME.match(self.text.text, self.skip(), self.end)
        if found is None:
            raise self.text.error(self.at, what)
        self.at = found.end()
        return found.group()

    def done(self) -> bool:
        """True if only spaces are left."""
        return self.skip() >= self.end

    def string(self) -> str | None:
        """Consume a string literal if there is one."""
        found = _STRING.match(self.text.text, self.skip(), self.end)
        if found is None:
            return None
        self.at = found.end()
        return _ESCAPE.sub(_unescaped, found.group()[1:-1])

    def expression(self) -> Expression:
        """Consume an expression. Raises ``InputError`` for an error or more than ``MAX_DEPTH`` levels."""
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise self.text.error(self.at, f"at most {MAX_DEPTH} levels")
        condition = self._binary(0)
        if self.take("?"):
            yes = self.expression()
            self.want(":")
            condition = Choice(condition, yes, self.expression())
        self._depth -= 1
        return condition

    def _binary(self, level: int) -> Expression:
        if level == len(_LEVELS):
            return self._unary()
        if level < 2:
            return self._junction(level)
        left = self._binary(level + 1)
        for _ in range(_MAX_LEFT):
            operator = self._operator(level)
            if operator is None:
                return left
            right: Expression = NameExpression(self.name("a type")) if operator == "is" else self._binary(level + 1)
            left = Binary(operator[:2] if operator in {"===", "!=="} else operator, left, right)
        raise self.text.error(self.at, f"at most {_MAX_LEFT} operators of one kind side by side")

    def _junction(self, level: int) -> Expression:
        """``a && b && c`` as a tree of least depth; its parts are evaluated in their order."""
        operator = _LEVELS[level][0]
        parts = [self._binary(level + 1)]
        while self.take(operator):
            parts.append(self._binary(level + 1))
            if len(parts) > MAX_CHAIN:
                raise self.text.error(self.at, f"at most {MAX_CHAIN:,} operators side by side")
        while len(parts) > 1:
            pairs = [Binary(operator, one, other) for one, other in zip(parts[::2], parts[1::2], strict=False)]
            parts = [*pairs, parts[-1]] if len(parts) % 2 else list(pairs)
        return parts[0]

    def _operator(self, level: int) -> str | None:
        return next((operator for operator in _LEVELS[level] if self.take(operator)), None)

    def _unary(self) -> Expression:
        self.skip()
        for operator in ("!", "-"):
            if self.ahead(operator) and not self.ahead("!="):
                self.at += 1
                self._depth += 1
                if self._depth > MAX_DEPTH:
                    raise self.text.error(self.at, f"at most {MAX_DEPTH} levels")
                operand = self._unary()
                self._depth -= 1
                return Unary(operator, operand)
        return self._postfix()

    def _postfix(self) -> Expression:
        value = self._primary()
        while True:
            if self.take("."):
                value = MemberExpression(value, self.name("a member's name"))
            elif self.take("["):
                at = self.expression()
                end = self.expression() if self.take(":") else None
                self.want("]")
                value = IndexExpression(value, at) if end is None else RangeExpression(value, at, end)
            elif self.take("("):
                value = CallExpression(value, self._until(")"))
            else:
                return value

    def _until(self, end: str) -> tuple[Expression, ...]:
        found: list[Expression] = []
        while not self.take(end):
            found.append(self.expression())
            if not self.take(","):
                self.want(end)
                break
        return tuple(found)

    def _primary(self) -> Expression:
        raw, at = self.text.text, self.skip()
        if self.take("("):
            inner = self.expression()
            self.want(")")
            return inner
        if self.take("["):
            return ListOf(self._until("]"))
        if self.take("{"):
            return self._map()
        if self.ahead("/"):
            return self.path() if self._paths else self._regex()
        if (text := self.string()) is not None:
            return Literal(text)
        if found := _NUMBER.match(raw, at, self.end):
            self.at = found.end()
            digits = found.group()
            return Literal(int(digits) if digits.isdigit() else float(digits))
        for word, value in (("true", True), ("false", False), ("null", None)):
            if self.take(word):
                return Literal(value)
        return NameExpression(self.name("a value"))

    def _map(self) -> MapOf:
        found: list[tuple[Expression, Expression]] = []
        while not self.take("}"):
            key = self.expression()
            self.want(":")
            found.append((key, self.expression()))
            if not self.take(","):
                self.want("}")
                break
        return MapOf(tuple(found))

    def _regex(self) -> Regex:
        found = _REGEX.match(self.text.text, self.at, self.end)
        if found is None:
            raise self.text.error(self.at, "a value or a regular expression")
        self.at = found.end()
        return Regex(found.group(1), found.group(2))

    def path(self) -> PathOf:
        """Consume a path in an expression."""
        found: list[str | Expression] = []
        raw = self.text.text
        while raw[self.at : self.at + 1] == "/" and self.at < self.end:
            self.at += 1
            if raw.startswith("$(", self.at):
                self.at += 2
                found.append(self.expression())
                self.want(")")
            elif segment := _SEGMENT.match(raw, self.at, self.end):
                self.at = segment.end()
                found.append(segment.group())
            else:
                raise self.text.error(self.at, "a segment of a path")
        return PathOf(tuple(found))


def _unescaped(found: re.Match[str]) -> str:
    sign = found.group(1)
    if len(sign) > 1:
        return chr(int(sign[1:], 16))
    return _ESCAPES.get(sign, sign)
