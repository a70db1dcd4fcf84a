"""Operations of a GraphQL document: names, directives, and the fields at their root with their arguments.

Grammar: https://spec.graphql.org/October2021/. Types and fragments are skipped.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from tieback.posture.rules.source import RulesText

MAX_TOKENS = 500_000
MAX_DEPTH = 100
MAX_OPERATIONS = 10_000
_SKIPPED = re.compile(r"(?:[\s,\ufeff]+|#[^\n]*)+")
_TOKEN = re.compile(
    r'"""(?P<block>(?:[^"\\]|\\.|"(?!""))*+)"""'
    r'|"(?P<text>(?:[^"\\\n]|\\.)*+)"'
    r"|(?P<name>[_A-Za-z]\w*)"
    r"|(?P<number>-?\d[\d.eE+-]{0,40})"
    r"|(?P<sign>\.\.\.|[!$&()\[\]{}:=@|])",
    re.DOTALL,
)
_KINDS = ("query", "mutation", "subscription")
_CLOSERS = {"(": ")", "[": "]", "{": "}"}


@dataclass(frozen=True, slots=True)
class Directive:
    """``@name(arguments)``."""

    arguments: dict[str, Any]
    line: int


@dataclass(frozen=True, slots=True)
class Selection:
    """A field at the root of an operation."""

    name: str
    arguments: dict[str, Any]
    has_check: bool
    """True if the field, or one in it, has a directive ``@check``."""


@dataclass(frozen=True, slots=True)
class Operation:
    """A query, a mutation or a subscription."""

    kind: str
    name: str
    line: int
    directives: dict[str, Directive] = field(default_factory=dict)
    selections: tuple[Selection, ...] = ()
    required: frozenset[str] = frozenset()
    """Variables that are never null."""


@dataclass(frozen=True, slots=True)
class Variable:
    """``$name``."""

    name: str


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    value: str
    offset: int


def read_operations(text: RulesText) -> list[Operation]:
    """The operations of a document. Raises ``InputError`` for a syntax error or too many tokens or levels."""
    return _Parser(text).whole()


class _Parser:
    def __init__(self, text: RulesText) -> None:
        self._text = text
        self._tokens = list(self._lex())
        self._at = 0

    def _lex(self) -> "list[_Token]":
        raw, at = self._text.text, 0
        found: list[_Token] = []
        while True:
            skipped = _SKIPPED.match(raw, at)
            at = skipped.end() if skipped else at
            if at >= len(raw):
                return found
            token = _TOKEN.match(raw, at)
            if token is None or len(found) >= MAX_TOKENS:
                raise self._text.error(at, f"GraphQL, at most {MAX_TOKENS:,} tokens")
            kind = token.lastgroup or ""
            found.append(_Token("text" if kind == "block" else kind, token.group(kind), at))
            at = token.end()

    def _is(self, *values: str) -> bool:
        token = self._tokens[self._at] if self._at < len(self._tokens) else None
        return token is not None and token.kind in {"name", "sign"} and token.value in values

    def _take(self, sign: str) -> bool:
        if not self._is(sign):
            return False
        self._at += 1
        return True

    def _want(self, sign: str) -> None:
        if not self._take(sign):
            raise self._text.error(self._offset(), f'"{sign}"')

    def _offset(self) -> int:
        return self._tokens[self._at].offset if self._at < len(self._tokens) else len(self._text.text)

    def _name(self) -> str:
        token = self._tokens[self._at] if self._at < len(self._tokens) else None
        if token is None or token.kind != "name":
            raise self._text.error(self._offset(), "a name")
        self._at += 1
        return token.value

    def whole(self) -> list[Operation]:
        found: list[Operation] = []
        while self._at < len(self._tokens):
            if self._is(*_KINDS):
                found.append(self._operation())
                if len(found) > MAX_OPERATIONS:
                    raise self._text.error(self._offset(), f"at most {MAX_OPERATIONS:,} operations")
            elif self._is("(", "[", "{"):
                self._skip()
            else:
                self._at += 1
        return found

    def _skip(self) -> bool:
        """Skip a pair of brackets. Returns whether a directive ``@check`` is in it."""
        start = self._offset()
        open_ones: list[str] = []
        has_check = False
        while self._at < len(self._tokens):
            token = self._tokens[self._at]
            if token.kind == "sign" and token.value in _CLOSERS:
                open_ones.append(_CLOSERS[token.value])
                if len(open_ones) > MAX_DEPTH:
                    raise self._text.error(token.offset, f"at most {MAX_DEPTH} levels")
            elif token.kind == "sign" and token.value in {")", "]", "}"}:
                if not open_ones or open_ones.pop() != token.value:
                    raise self._text.error(token.offset, "matching brackets")
            elif token.kind == "name" and token.value == "check" and self._tokens[self._at - 1].value == "@":
                has_check = True
            self._at += 1
            if not open_ones:
                return has_check
        raise self._text.error(start, "matching brackets")

    def _operation(self) -> Operation:
        line = self._text.line(self._offset())
        kind = self._name()
        name = self._name() if self._at < len(self._tokens) and self._tokens[self._at].kind == "name" else ""
        required: frozenset[str] = frozenset()
        if self._is("("):
            begin = self._at
            self._skip()
            required = frozenset(self._required(begin + 1, self._at - 1))
        directives = self._directives()
        if not self._is("{"):
            # The name of a field or of a type, in a schema.
            return Operation(kind, "", line)
        return Operation(kind, name, line, directives, self._selections(), required)

    def _required(self, start: int, end: int) -> Iterator[str]:
        """Names of the variables whose type ends with ``!``."""
        name = ""
        for token, following in zip(self._tokens[start:end], self._tokens[start + 1 : end + 1], strict=False):
            if token.value == "$" and token.kind == "sign":
                name = following.value
            elif token.value == "!" and token.kind == "sign" and following.value in {"$", "=", "@", ")"}:
                yield name

    def _directives(self) -> dict[str, Directive]:
        found: dict[str, Directive] = {}
        while self._is("@"):
            line = self._text.line(self._offset())
            self._at += 1
            name = self._name()
            found[name] = Directive(self._arguments(), line)
        return found

    def _arguments(self) -> dict[str, Any]:
        found: dict[str, Any] = {}
        if not self._take("("):
            return found
        while not self._take(")"):
            name = self._name()
            self._want(":")
            found[name] = self._value(0)
        return found

    def _value(self, depth: int) -> Any:
        if depth > MAX_DEPTH:
            raise self._text.error(self._offset(), f"at most {MAX_DEPTH} levels")
        if self._take("$"):
            return Variable(self._name())
        if self._take("["):
            items: list[Any] = []
            while not self._take("]"):
                items.append(self._value(depth + 1))
            return items
        if self._take("{"):
            members: dict[str, Any] = {}
            while not self._take("}"):
                name = self._name()
                self._want(":")
                members[name] = self._value(depth + 1)
            return members
        token = self._tokens[self._at] if self._at < len(self._tokens) else None
        if token is None or token.kind == "sign":
            raise self._text.error(self._offset(), "a value")
        self._at += 1
        return token.value

    def _selections(self) -> tuple[Selection, ...]:
        self._want("{")
        found: list[Selection] = []
        while not self._take("}"):
            if self._take("..."):
                found.append(self._fragment())
                continue
            name = self._name()
            if self._take(":"):
                name = self._name()
            arguments = self._arguments()
            has_check = "check" in self._directives()
            if self._is("{"):
                has_check = self._skip() or has_check
            found.append(Selection(name, arguments, has_check))
        return tuple(found)

    def _fragment(self) -> Selection:
        if self._take("on") or not self._is("{", "@"):
            self._name()
        self._directives()
        return Selection("...", {}, self._skip() if self._is("{") else False)
