"""Tokens of a script for the interpreter.

Source: https://tc39.es/ecma262/#sec-ecmascript-language-lexical-grammar. The script is text in which each character is
one octet of the file, so that offsets are those of the file.
"""

import re
from typing import NamedTuple

_SPACE = r"(?:[ \t\r\n\v\f\xa0]++|//[^\n\r]*+|/\*(?:[^*]++|\*(?!/))*+\*/|<!--[^\n\r]*+)*+"
_STRING = r"\"(?:[^\"\\\n\r]++|\\(?:\r\n|[\s\S]))*+\"|'(?:[^'\\\n\r]++|\\(?:\r\n|[\s\S]))*+'"
_TOKEN = re.compile(
    rf"({_SPACE})(?:(?P<name>#?(?:[A-Za-z_$\x80-\xff]|\\u[0-9a-fA-F]{{4}})(?:[\w$\x80-\xff]++|\\u[0-9a-fA-F]{{4}})*+)"
    r"|(?P<number>0[xX][0-9a-fA-F_]{1,32}n?|0[bB][01_]{1,64}n?|0[oO][0-7_]{1,32}n?"
    r"|(?:\d[\d_]{0,40}(?:\.[\d_]{0,40})?|\.\d[\d_]{0,40})(?:[eE][+-]?\d{1,3})?n?)"
    rf"|(?P<text>{_STRING})"
    r"|(?P<sign>>>>=|\.\.\.|===|!==|\*\*=|<<=|>>=|>>>|&&=|\|\|=|\?\?=|=>|==|!=|<=|>=|&&|\|\||\?\?|\?\.(?!\d)|\+\+|--"
    r"|\+=|-=|\*=|/=|%=|&=|\|=|\^=|<<|>>|\*\*|[{}()\[\];,<>+\-*/%&|^!~?:=.`@]))"
)
_REGEX = re.compile(r"/((?:[^\\/\[\n\r]++|\\[^\n\r]|\[(?:[^\]\\\n\r]++|\\[^\n\r])*+\])++)/([A-Za-z]*+)")
_TEMPLATE = re.compile(r"(?:[^`\\$]++|\\[\s\S]|\$(?!\{))*+")
_ESCAPE = re.compile(r"\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|u\{([0-9a-fA-F]{1,6})\}|([0-7]{1,3})|(\r\n|[\s\S]))")
_SINGLE = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "v": "\v", "\n": "", "\r": "", "\r\n": ""}


class ScriptSyntaxError(Exception):
    """The script has a form that the interpreter does not read."""


class Token(NamedTuple):
    """A token of a script."""

    kind: str
    """``name``, ``number``, ``text``, ``sign``, or ``end``."""
    text: str
    start: int
    end: int
    after_line: bool
    """True if a line ends before it."""


def token(script: str, at: int, end: int) -> Token:
    """The token at an offset. Raises ``ScriptSyntaxError`` for a character that begins none."""
    found = _TOKEN.match(script, at, end)
    if found is None or found.lastgroup is None:
        rest = script[at:end].strip()
        if rest and not rest.startswith(("//", "/*")):
            raise ScriptSyntaxError
        return Token("end", "", end, end, True)
    kind = found.lastgroup
    begin, last = found.span(kind)
    space = script[at:begin] if begin > at else ""
    return Token(kind, script[begin:last], begin, last, bool(space) and ("\n" in space or "\r" in space))


def regex(script: str, at: int, end: int) -> tuple[str, str, int]:
    """Source and flags of the regular expression at an offset, and where it ends. Raises ``ScriptSyntaxError``."""
    found = _REGEX.match(script, at, end)
    if found is None:
        raise ScriptSyntaxError
    return found[1], found[2], found.end()


def template(script: str, at: int, end: int) -> tuple[str, int, bool]:
    """The raw text of a template from an offset on, the offset behind it, and true if a substitution follows."""
    found = _TEMPLATE.match(script, at, end)
    last = found.end() if found else at
    if script[last : last + 2] == "${":
        return script[at:last], last + 2, True
    if script[last : last + 1] != "`":
        raise ScriptSyntaxError
    return script[at:last], last + 1, False


def unescaped(raw: str) -> str:
    """A text without its escapes, in characters of Unicode."""
    if not raw.isascii():
        raw = raw.encode("latin-1", "replace").decode("utf-8", "replace")
    return _ESCAPE.sub(_character, raw) if "\\" in raw else raw


def _character(found: re.Match[str]) -> str:
    code = found[1] or found[2] or found[3]
    if code:
        number = int(code, 16)
        return chr(number) if number <= 0x10FFFF else "\ufffd"
    if found[4]:
        return chr(int(found[4], 8))
    return _SINGLE.get(found[5], found[5])


def number_of(text: str) -> int | float:
    """The value of a literal number."""
    text = text.replace("_", "").rstrip("n")
    if text[:2] in ("0x", "0X", "0b", "0B", "0o", "0O"):
        return int(text, 0)
    value = float(text)
    return int(value) if value.is_integer() and abs(value) < 2**53 else value
