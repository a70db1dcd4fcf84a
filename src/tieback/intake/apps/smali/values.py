"""Literals, strings and the values of fields and annotations in smali.

Source: https://github.com/google/smali (``smali/src/main/antlr/smaliParser.g``) and
https://source.android.com/docs/core/runtime/dex-format#encoding.
"""

import math
import re
from typing import NamedTuple

from tieback.model.lazy_pattern import lazy_pattern

MAX_DEPTH = 32
"""Levels of annotations and arrays inside each other; deeper ones are not read."""

_ESCAPE = lazy_pattern(r"\\(u[0-9a-fA-F]{4}|.)", re.DOTALL)
_QUOTED = lazy_pattern(r'"((?:[^"\\]++|\\.)*+)"', re.DOTALL)
_NAMED = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f", "0": "\0"}
_NUMBER = lazy_pattern(r"(-?)(0x[0-9a-fA-F]{1,16}|\d{1,20})([LltTsS]?)")
_FLOAT = lazy_pattern(r"-?(?:\d+\.?\d*(?:[eE][+-]?\d{1,4})?|Infinity|NaN)[fFdD]?")
TOKEN = lazy_pattern(
    r"""\s*(?:
    (?P<text>"(?:[^"\\]++|\\.)*+")
    |(?P<char>'(?:[^'\\]|\\.[0-9a-fA-F]{0,4})')
    |(?P<mark>[{}=,])
    |(?P<word>[^\s{}=,"'#]+)
    |(?P<end>\#[^\n]*|$)
    )""",
    re.VERBOSE | re.DOTALL,
)


class SmaliError(ValueError):
    """A class, a member or an instruction that cannot be read."""


class BrokenClassError(SmaliError):
    """A class whose members cannot be told apart."""


class Kind:
    """Types of encoded values."""

    BYTE, SHORT, CHAR, INT, LONG, FLOAT, DOUBLE = 0x00, 0x02, 0x03, 0x04, 0x06, 0x10, 0x11
    PROTO, HANDLE, STRING, TYPE, FIELD, METHOD, ENUM = 0x15, 0x16, 0x17, 0x18, 0x19, 0x1A, 0x1B
    ARRAY, ANNOTATION, NULL, BOOLEAN = 0x1C, 0x1D, 0x1E, 0x1F


class Value(NamedTuple):
    """An encoded value."""

    kind: int
    content: "int | float | str | list[Value] | AnnotationText"
    """A number; a text of a string or reference; or the parts."""


class AnnotationText(NamedTuple):
    """An annotation with its elements."""

    visibility: int
    """-1 for one inside another."""
    kind: str
    elements: list[tuple[str, Value]]


_SUFFIXES = {"": Kind.INT, "l": Kind.LONG, "t": Kind.BYTE, "s": Kind.SHORT}
_WORDS = {"true": Value(Kind.BOOLEAN, 1), "false": Value(Kind.BOOLEAN, 0), "null": Value(Kind.NULL, 0)}
VISIBILITY = {"build": 0, "runtime": 1, "system": 2}
_HANDLES = ("static-put", "static-get", "instance-put", "instance-get", "invoke-static", "invoke-instance",
            "invoke-constructor", "invoke-direct", "invoke-interface")  # fmt: skip
HANDLES = {name: number for number, name in enumerate(_HANDLES)}
"""Kinds of method handles by name."""


def quoted(text: str) -> str | None:
    """The first text in quotes, with its escapes resolved; ``None`` if there is none."""
    match = _QUOTED.match(text, max(0, text.find('"')))
    return unescape(match[1]) if match is not None else None


def unescape(text: str) -> str:
    """A text without quotes, with its escapes resolved."""
    return _ESCAPE.sub(_resolved, text) if "\\" in text else text


def _resolved(match: re.Match[str]) -> str:
    escaped = match[1]
    return chr(int(escaped[1:], 16)) if len(escaped) > 1 else _NAMED.get(escaped, escaped)


def number(text: str) -> int:
    """An integer literal.

    Raises:
        SmaliError: it is none.
    """
    match = _NUMBER.fullmatch(text)
    if match is None:
        raise SmaliError(f"not a number: {text[:40]}")
    value = int(match[2], 0) if match[2].startswith("0x") else int(match[2])
    return -value if match[1] else value


def word_value(word: str) -> Value:
    """The value of a word that is no string, array or annotation.

    Raises:
        SmaliError: it is no value.
    """
    known = _WORDS.get(word)
    if known is not None:
        return known
    match = _NUMBER.fullmatch(word)
    if match is not None:
        return Value(_SUFFIXES[match[3].lower()], number(word))
    if _FLOAT.fullmatch(word):
        is_float = word[-1] in "fF"
        return Value(Kind.FLOAT if is_float else Kind.DOUBLE, _decimal(word.rstrip("fFdD")))
    if "->" in word:
        return Value(Kind.METHOD if "(" in word else Kind.FIELD, plain(word))
    if word.startswith("("):
        return Value(Kind.PROTO, plain(word))
    if word[0] in "L[" or word in "VZBSCIJFD":
        return Value(Kind.TYPE, plain(word))
    raise SmaliError(f"not a value: {word[:40]}")


def _decimal(text: str) -> float:
    sign = -1.0 if text.startswith("-") else 1.0
    body = text.lstrip("-")
    if body.startswith("Inf"):
        return sign * math.inf
    return math.nan if body.startswith("NaN") else float(text)


def plain(name: str) -> str:
    """A name without the quotes of smali 2.5 and later around unusual parts."""
    return name.replace("`", "") if "`" in name else name


class Tokens:
    """Words of a block of lines."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._peeked: tuple[str, str] | None = None

    def next(self) -> tuple[str, str]:
        """Kind and text of the next word; the kind ``end`` after the last one.

        Raises:
            SmaliError: a text has no end.
        """
        if self._peeked is not None:
            found, self._peeked = self._peeked, None
            return found
        while True:
            match = TOKEN.match(self._text, self._at)
            if match is None:
                raise SmaliError("a text has no end")
            self._at = match.end()
            kind = match.lastgroup or "end"
            if kind != "end":
                return kind, match[kind]
            if self._at >= len(self._text):
                return "end", ""

    def peek(self) -> tuple[str, str]:
        """The next word, which stays."""
        if self._peeked is None:
            self._peeked = self.next()
        return self._peeked

    def expect(self, mark: str) -> None:
        """Read a mark.

        Raises:
            SmaliError: the next word is another.
        """
        if self.next()[1] != mark:
            raise SmaliError(f"{mark} is missing")

    def value(self, depth: int = 0) -> Value:
        """Read a value.

        Raises:
            SmaliError: it is none, or too deep.
        """
        if depth > MAX_DEPTH:
            raise SmaliError("values are nested too deep")
        kind, text = self.next()
        if kind == "text":
            return Value(Kind.STRING, unescape(text[1:-1]))
        if kind == "char":
            return Value(Kind.CHAR, ord(unescape(text[1:-1])[:1] or "\0"))
        if text == "{":
            return self._array(depth)
        if text == ".enum":
            return Value(Kind.ENUM, plain(self.next()[1]))
        if text == ".subannotation":
            found = AnnotationText(-1, plain(self.next()[1]), self.elements(".end", depth + 1))
            self.expect("subannotation")
            return Value(Kind.ANNOTATION, found)
        if kind != "word":
            raise SmaliError("a value is missing")
        if "@" in text and text.partition("@")[0] in HANDLES:
            return Value(Kind.HANDLE, plain(text))
        return word_value(text)

    def _array(self, depth: int) -> Value:
        found: list[Value] = []
        while self.peek()[1] != "}":
            found.append(self.value(depth + 1))
            if self.peek()[1] != ",":
                break
            self.next()
        self.expect("}")
        return Value(Kind.ARRAY, found)

    def elements(self, end: str, depth: int = 0) -> list[tuple[str, Value]]:
        """Read elements up to a word.

        Raises:
            SmaliError: they cannot be read.
        """
        found: list[tuple[str, Value]] = []
        while True:
            kind, name = self.next()
            if name == end:
                return found
            if kind != "word":
                raise SmaliError("the name of an element is missing")
            self.expect("=")
            found.append((plain(name), self.value(depth)))
