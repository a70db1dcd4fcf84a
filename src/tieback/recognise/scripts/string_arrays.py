"""String arrays of obfuscators: all texts are in one array, and calls of a function name them by number.

The array can be rotated until an expression over its texts has a stated value, and its texts can be encoded with base64
or RC4. Source: the README and the templates of https://github.com/javascript-obfuscator/javascript-obfuscator (string
array, rotate, encoding).
"""

import math
import re
from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple
from urllib.parse import unquote

from tieback.model.lazy_pattern import lazy_pattern
from tieback.recognise.scripts.folding import quoted, unquoted
from tieback.recognise.scripts.number_sums import with_plain_numbers
from tieback.recognise.scripts.wrappers import without_wrappers

MAX_ARRAYS = 16
"""Most arrays of a script."""
MAX_TEXTS = 5_000
"""Most texts of an array."""
MAX_WORK = 40_000
"""Most texts that are decoded to find the rotation of one array."""
MAX_CALLS = 20_000
"""Most calls of one array that are replaced."""
_MAX_ACCESSOR = 6_000
_MAX_DEPTH = 40

_ALPHABET = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+/="
_NAME = r"[A-Za-z_$][\w$]{0,40}"
_NUMBER = r"(?:0x[0-9a-fA-F]{1,8}|\d{1,9})"
_ARRAY = lazy_pattern(
    rf"(?:function\s({_NAME})\(\)\{{\s?(?:var|const|let)\s{_NAME}|(?:var|const|let)\s({_NAME}))\s?=\s?\[(?=['\"])"
)
_VISIBLE = lazy_pattern(r"\\x(2[013-68-9a-f]|[3467][0-9a-f]|5[0-9abdef])")
"""Escapes of visible characters except quotes and the backslash."""
_ITEM = lazy_pattern(r"\s{0,9}('(?:[^'\\]|\\.){0,8192}'|\"(?:[^\"\\]|\\.){0,8192}\")\s{0,9}(,|\])", re.DOTALL)
_ACCESSOR = lazy_pattern(
    rf"(?:function\s({_NAME})|(?:var|const|let)\s({_NAME})\s?=\s?function)\s?\(({_NAME})(?:,\s?{_NAME})?\)\s?\{{\s?"
    rf"\3\s?=\s?\3\s?-\s?(?:\(\s?)?({_NUMBER})"
)
_EXPRESSION = lazy_pattern(rf"try\s?\{{\s?(?:var|const|let)\s({_NAME})\s?=([^;]{{1,4000}});\s?if\s?\(\1\s?===")
_OLD_ROTATION = lazy_pattern(r"while\s?\(--")
_TOKEN = lazy_pattern(
    rf"\s{{0,9}}({_NUMBER}|parseInt\(({_NAME})\(['\"]?({_NUMBER})['\"]?(?:,\s?('[^'\\]{{0,40}}'|\"[^\"\\]{{0,40}}\"))?\)\)|[-+*/()])"
)


class Accessor(NamedTuple):
    """A function that reads an array of texts."""

    base: int
    """Number of the first text."""
    encoding: str
    """``base64``, ``rc4`` or empty."""


class StringArray(NamedTuple):
    """An array of texts, and the functions that read it: one for each encoding that the obfuscator chose."""

    texts: list[str]
    accessors: dict[str, Accessor]
    """By the names of the functions, and all other names that they have in the script."""


def without_arrays(script: str) -> str:
    """A script with the calls of its string arrays replaced by the texts; unchanged if it has none."""
    script = with_plain_numbers(_VISIBLE.sub(lambda found: chr(int(found[1], 16)), script))
    if accessors := {found[1] or found[2] for found in islice(_ACCESSOR.finditer(script), MAX_ARRAYS)}:
        script = without_wrappers(script, accessors)
    for array in _arrays(script):
        script = _replaced(script, array)
    return script


def _arrays(script: str) -> Iterator[StringArray]:
    for found in list(_ARRAY.finditer(script))[:MAX_ARRAYS]:
        texts = _items(script, found.end())
        name = found[1] or found[2]
        accessors = dict(_accessors(script, name)) if len(texts) > 1 else {}
        if not accessors:
            continue
        array = StringArray(texts, _with_other_names(script, accessors))
        rotated = _rotated(script, name, array)
        if rotated is not None:
            yield rotated


def _items(script: str, at: int) -> list[str]:
    texts: list[str] = []
    while len(texts) < MAX_TEXTS:
        found = _ITEM.match(script, at)
        if found is None:
            return []
        texts.append(unquoted(found[1]))
        at = found.end()
        if found[2] == "]":
            return texts
    return []


def _accessors(script: str, array: str) -> Iterator[tuple[str, Accessor]]:
    for found in islice(_ACCESSOR.finditer(script), MAX_ARRAYS):
        reads = script[found.end() : found.end() + 400]
        if f"{array}()" not in reads and f"{array}[" not in reads:
            continue
        body = script[found.start() : found.start() + _MAX_ACCESSOR]
        end = re.search(r"\}\s?(?:function|\(function|var|const|let)\s", body[200:])
        body = body[: 200 + end.start()] if end and _ALPHABET not in body[: 200 + end.start()] else body
        encoding = (
            "" if _ALPHABET not in body else "rc4" if re.search(r"charCodeAt[^%]{1,40}%\s?\w", body) else "base64"
        )
        yield found[1] or found[2], Accessor(int(found[4], 0), encoding)


def _with_other_names(script: str, accessors: dict[str, Accessor]) -> dict[str, Accessor]:
    """The functions, also by the variables that have them as a value."""
    names = dict(accessors)
    for _ in range(3):
        known = "|".join(map(re.escape, sorted(names)))
        pairs = re.findall(rf"[\s,;]({_NAME})\s?=\s?({known})(?=\s?[;,}}])", script)[:2_000]
        more = {other: names[name] for other, name in pairs if other not in names}
        if not more:
            break
        names |= more
    return names


def _rotated(script: str, name: str, array: StringArray) -> StringArray | None:
    """The array as the script rotates it; ``None`` if the rotation is not found."""
    call = re.search(rf"\}}\s?\({re.escape(name)},\s?({_NUMBER})\)", script)
    if call is None:
        return array
    target = int(call[1], 0)
    head = script[max(0, call.start() - 6_000) : call.start()]
    expressions = list(_EXPRESSION.finditer(head))
    if not expressions:
        if _OLD_ROTATION.search(head):
            shift = target % len(array.texts)
            return array._replace(texts=array.texts[shift:] + array.texts[:shift])
        return None
    tokens = _tokens(expressions[-1][2])
    work = 0
    for shift in range(len(array.texts)):
        turned = array._replace(texts=array.texts[shift:] + array.texts[:shift])
        work += len(tokens)
        if work > MAX_WORK:
            return None
        if _value(tokens, turned) == target:
            return turned
    return None


# The expression of a rotation


def _tokens(expression: str) -> list[re.Match[str]]:
    found: list[re.Match[str]] = []
    at = 0
    while at < len(expression):
        token = _TOKEN.match(expression, at)
        if token is None or len(found) > 400:
            return []
        found.append(token)
        at = token.end()
    return found


class _Sum:
    """Reads the tokens of an expression once, from left to right."""

    def __init__(self, tokens: list[re.Match[str]], array: StringArray) -> None:
        self._tokens = tokens
        self._array = array
        self._at = 0
        self._depth = 0

    def total(self) -> float:
        """Value of the whole expression; not a number if it is malformed."""
        value = self._terms()
        return value if self._at == len(self._tokens) else math.nan

    def _next(self) -> str:
        return self._tokens[self._at][1] if self._at < len(self._tokens) else ""

    def _terms(self) -> float:
        value = self._factors()
        while (sign := self._next()) in ("+", "-"):
            self._at += 1
            other = self._factors()
            value = value + other if sign == "+" else value - other
        return value

    def _factors(self) -> float:
        value = self._factor()
        while (sign := self._next()) in ("*", "/"):
            self._at += 1
            other = self._factor()
            value = value * other if sign == "*" else value / other if other else math.nan
        return value

    def _factor(self) -> float:
        self._depth += 1
        token = self._next()
        if not token or self._depth > _MAX_DEPTH:
            return math.nan
        match, self._at = self._tokens[self._at], self._at + 1
        if token == "-":
            value = -self._factor()
        elif token == "+":
            value = self._factor()
        elif token == "(":
            value = self._terms()
            if self._next() != ")":
                return math.nan
            self._at += 1
        elif match[2]:
            value = _leading_integer(_read(self._array, match[2], int(match[3], 0), match[4]))
        else:
            value = float(int(token, 0)) if token[0].isdigit() else math.nan
        self._depth -= 1
        return value


def _value(tokens: list[re.Match[str]], array: StringArray) -> float:
    return _Sum(tokens, array).total() if tokens else math.nan


def _leading_integer(text: str | None) -> float:
    """``parseInt``."""
    found = re.match(r"\s*([-+]?\d{1,15})", text or "")
    return float(found[1]) if found else math.nan


# Texts


def _read(array: StringArray, name: str, number: int, key: str | None) -> str | None:
    """A text by the number that a call of a function has, decoded."""
    # The expression of a rotation can have a name of its own.
    accessor = array.accessors.get(name) or next(iter(array.accessors.values()))
    index = number - accessor.base
    if not 0 <= index < len(array.texts):
        return None
    text = array.texts[index]
    if not accessor.encoding:
        return text
    plain = _base64(text)
    if plain is None or accessor.encoding == "base64":
        return plain
    return _rc4(plain, unquoted(key)) if key and len(key) > 2 else None


def _base64(text: str) -> str | None:
    """Base64 with the small letters first, of UTF-8."""
    value = bits = 0
    raw = bytearray()
    for char in text:
        place = _ALPHABET.find(char)
        if not 0 <= place < 64:
            return None
        value, bits = value << 6 | place, bits + 6
        if bits >= 8:
            bits -= 8
            raw.append(value >> bits & 0xFF)
            value &= (1 << bits) - 1
    return unquote("".join(f"%{octet:02x}" for octet in raw), errors="replace")


def _rc4(text: str, key: str) -> str:
    state = list(range(256))
    other = 0
    for index in range(256):
        other = (other + state[index] + ord(key[index % len(key)])) % 256
        state[index], state[other] = state[other], state[index]
    index = other = 0
    found = []
    for char in text:
        index = (index + 1) % 256
        other = (other + state[index]) % 256
        state[index], state[other] = state[other], state[index]
        found.append(chr(ord(char) ^ state[(state[index] + state[other]) % 256]))
    return "".join(found)


def _replaced(script: str, array: StringArray) -> str:
    known = "|".join(map(re.escape, sorted(array.accessors)))
    call = re.compile(
        rf"(?<![\w$.])({known})\(\s?['\"]?({_NUMBER})['\"]?(?:,\s?('[^'\\]{{0,40}}'|\"[^\"\\]{{0,40}}\"))?\s?\)"
    )

    def text(found: re.Match[str]) -> str:
        value = _read(array, found[1], int(found[2], 0), found[3])
        return found[0] if value is None else quoted(value)

    return call.sub(text, script, count=MAX_CALLS)
