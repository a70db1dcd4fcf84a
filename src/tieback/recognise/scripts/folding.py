r"""Constant expressions of scripts, folded to the text that they give.

``atob("…")``, ``String.fromCharCode(…)``, escapes such as ``\x68``, reversed text, percent escapes, and texts that are
joined. Only these forms are understood, by patterns of bounded length: there is no engine that a script could use.
Source: https://tc39.es/ecma262/ (string literals, String.fromCharCode), https://html.spec.whatwg.org/ (atob).
"""

import binascii
import re
from collections.abc import Callable
from urllib.parse import unquote

from tieback.model.lazy_pattern import lazy_pattern

MAX_TEXT = 8_192
"""Most characters of a text before and after folding."""
PASSES = 6
"""Most times that the expressions of a text are folded: each can contain others."""

MADE = "\ue000"
"""First character of a literal that was folded; scripts have no use for it."""

_LITERAL = r"(?:'(?:[^'\\\n]|\\[^\n]){0,4096}'|\"(?:[^\"\\\n]|\\[^\n]){0,4096}\")"
_PARTS = rf"{_LITERAL}(?:\s{{0,9}}\+\s{{0,9}}{_LITERAL}){{0,20}}"
_NUMBER = r"(?:0x[0-9a-fA-F]{1,6}|\d{1,7})"
_NUMBERS = rf"\s{{0,9}}{_NUMBER}(?:\s{{0,9}},\s{{0,9}}{_NUMBER}){{3,2000}}\s{{0,9}},?\s{{0,9}}"
_CODES = r"String(?:\.fromCharCode|\[['\"]fromCharCode['\"]\])"
_ESCAPE = lazy_pattern(r"\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|u\{([0-9a-fA-F]{1,6})\}|(.))", re.DOTALL)
_PLAIN_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "v": "\v", "0": "\0"}
_LITERALS = lazy_pattern(_LITERAL)
_COERCED = lazy_pattern(_NUMBER)


def unquoted(literal: str) -> str:
    """The text of a string literal."""
    return _ESCAPE.sub(_escaped, literal[1:-1]) if "\\" in literal else literal[1:-1]


def _escaped(found: re.Match[str]) -> str:
    code = found[1] or found[2] or found[3]
    if code is not None:
        value = int(code, 16)
        return chr(value) if value < 0x110000 else ""
    return _PLAIN_ESCAPES.get(found[4], found[4])


def quoted(text: str) -> str:
    """A literal of a folded text; no folded text has a quote without an escape."""
    escaped = text.replace("\\", "\\\\").replace("'", "\\'").replace("\n", "\\n").replace("\r", "\\r")
    return f"'{MADE}{escaped}'"


def _text(literal: str) -> str:
    return unquoted(literal).replace(MADE, "")


def _decoded(raw: bytes) -> str | None:
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        return None
    return text if text.isprintable() else None


def base64_text(text: str) -> str | None:
    """What ``atob`` gives, if it is printable."""
    plain = re.sub(r"[\s=]", "", text).translate(str.maketrans("-_", "+/"))
    try:
        return _decoded(binascii.a2b_base64(plain + "=" * (-len(plain) % 4), strict_mode=True))
    except (binascii.Error, ValueError):
        return None


def _of_codes(numbers: str, change: Callable[[int], int] = lambda code: code) -> str | None:
    codes = [change(int(number, 16 if number[:2] in ("0x", "0X") else 10)) for number in _COERCED.findall(numbers)]
    if not all(0 <= code < 0x10000 for code in codes):
        return None
    text = "".join(map(chr, codes))
    return text if text.isprintable() else None


def _changed(operator: str, operand: str) -> Callable[[int], int]:
    value = int(operand, 0) if operand else 0
    match operator:
        case "^":
            return lambda code: code ^ value
        case "-":
            return lambda code: code - value
        case "+":
            return lambda code: code + value
    return lambda code: code


def _hex_text(text: str) -> str | None:
    try:
        return _decoded(bytes.fromhex(text))
    except ValueError:
        return None


_RULES: tuple[tuple[str, re.Pattern[str], Callable[[re.Match[str]], str | None]], ...] = (
    ("atob(",
     lazy_pattern(rf"\b(?:window\.|globalThis\.|self\.)?atob\(\s{{0,9}}({_PARTS})\s{{0,9}}\)"),
     lambda found: base64_text("".join(map(_text, _LITERALS.findall(found[1]))))),
    ("Buffer.from(",
     lazy_pattern(rf"\bBuffer\.from\(\s{{0,9}}({_LITERAL})\s{{0,9}},\s{{0,9}}['\"](base64|hex)['\"]\)"
                r"\.toString\([^()]{0,20}\)"),
     lambda found: base64_text(_text(found[1])) if found[2] == "base64" else _hex_text(_text(found[1]))),
    ("fromCharCode",
     lazy_pattern(rf"{_CODES}\((?:\.\.\.\[)?({_NUMBERS})\]?\)"),
     lambda found: _of_codes(found[1])),
    ("fromCharCode",
     lazy_pattern(rf"{_CODES}(?:\.apply|\[['\"]apply['\"]\])\([^()\[\]]{{1,20}},\s{{0,9}}\[({_NUMBERS})\]\)"),
     lambda found: _of_codes(found[1])),
    ("fromCharCode",
     lazy_pattern(rf"\[({_NUMBERS})\]\.map\(\s{{0,9}}(?:function\s{{0,9}}\((\w{{1,30}})\)\s{{0,9}}\{{\s{{0,9}}return\s{{1,9}}|\(?(\w{{1,30}})\)?\s{{0,9}}=>\s{{0,9}})"
                rf"{_CODES}\(\s{{0,9}}(?:\2|\3)\s{{0,9}}(?:([-+^])\s{{0,9}}({_NUMBER}))?\s{{0,9}}\);?\s{{0,9}}\}}?\s{{0,9}}\)\.join\((?:''|\"\")\)"),
     lambda found: _of_codes(found[1], _changed(found[4] or "", found[5] or ""))),
    (".reverse().join(",
     lazy_pattern(rf"({_LITERAL})\.split\((?:''|\"\")\)\.reverse\(\)\.join\((?:''|\"\")\)"),
     lambda found: _text(found[1])[::-1]),
    ("decodeURI",
     lazy_pattern(rf"\b(?:decodeURIComponent|decodeURI)\(\s{{0,9}}({_LITERAL})\s{{0,9}}\)"),
     lambda found: unquote(_text(found[1]), errors="replace")),
    ("unescape(",
     lazy_pattern(rf"\bunescape\(\s{{0,9}}({_LITERAL})\s{{0,9}}\)"),
     lambda found: unquote(_text(found[1]), errors="replace")),
    (".concat(",
     lazy_pattern(rf"({_LITERAL})\.concat\(\s{{0,9}}({_LITERAL})\s{{0,9}}\)"),
     lambda found: _text(found[1]) + _text(found[2])),
    (MADE,
     lazy_pattern(rf"(?<![\w$\]])\(\s{{0,9}}({_LITERAL})\s{{0,9}}\)"),
     lambda found: _text(found[1]) if MADE in found[1] else None),
)  # fmt: skip
"""A text that each has, the expression, and the text that it gives; ``None`` leaves it as it is."""

_SUM = lazy_pattern(rf"({_LITERAL})\s{{0,9}}\+\s{{0,9}}({_LITERAL})")
_HIDDEN = lazy_pattern(r"(?:\\x[0-9a-fA-F]{2}|\\u[0-9a-fA-F]{4}){4,}")


def folded_texts(text: str) -> list[str]:
    """The texts that the constant expressions in a piece of a script give; none that it contains as it is."""
    text = text[:MAX_TEXT]
    for _ in range(PASSES):
        before = text
        for mark, pattern, evaluate in _RULES:
            if mark in text:
                text = pattern.sub(lambda found, evaluate=evaluate: _replacement(found, evaluate(found)), text)  # type: ignore[misc]
        if MADE not in text and "\\x" not in text and "\\u" not in text:
            return []
        # Only sums with a folded part; all others are plain to see. Each pass joins every second pair.
        text = _SUM.sub(_joined, text)
        if text == before or len(text) > 2 * MAX_TEXT:
            break
    found = []
    for literal in _LITERALS.findall(text):
        if MADE in literal:
            found.append(_text(literal))
        elif _HIDDEN.search(literal):
            found.append(unquoted(literal))
    return list(dict.fromkeys(found))


def _replacement(found: re.Match[str], text: str | None) -> str:
    return found[0] if text is None else quoted(text)


def _joined(found: re.Match[str]) -> str:
    if MADE not in found[0] and not _HIDDEN.search(found[0]):
        return found[0]
    return quoted(_text(found[1]) + _text(found[2]))
