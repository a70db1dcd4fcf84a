"""Tokens of TypeScript and JavaScript sources. The sources are never executed.

Lexical grammar: https://262.ecma-international.org/15.0/#sec-ecmascript-language-lexical-grammar. A template with
substitutions is a pair of brackets around the tokens of its substitutions. Text of JSX is not distinguished from code.
"""

import re
from dataclasses import dataclass

from tieback.posture.rules.source import RulesText

MAX_TOKENS = 500_000
MAX_DEPTH = 200
"""Most brackets that enclose a token."""
TEMPLATE_OPEN, TEMPLATE_CLOSE = "`(", "`)"
_SKIPPED = re.compile(r"(?:\s+|//[^\n]*|/\*.*?(?:\*/|\Z))+", re.DOTALL)
_STRING = re.compile(r"'(?:[^'\\\n]|\\.)*+'|\"(?:[^\"\\\n]|\\.)*+\"", re.DOTALL)
_CHUNK = re.compile(r"(?:[^`\\$]|\\.|\$(?!\{))*+", re.DOTALL)
_REGEX = re.compile(r"/(?![*/])(?:[^/\\\n\[]|\\.|\[(?:[^\]\\\n]|\\.)*+\])++/[A-Za-z]*")
_NUMBER = re.compile(r"0[xXoObB][0-9A-Fa-f_]{1,60}n?|\d[\d_]{0,60}(?:\.\d{0,60})?(?:[eE][+-]?\d{1,4})?n?")
_WORD = re.compile(r"#?[A-Za-z_$\u0080-\uffff][\w$]*")
_SIGN = re.compile(r"=>|===|!==|==|!=|&&|\|\||\?\?|\?\.(?!\d)|\.\.\.|<=|>=|.", re.DOTALL)
_ESCAPE = re.compile(r"\\(u\{[0-9A-Fa-f]{1,6}\}|u[0-9A-Fa-f]{4}|x[0-9A-Fa-f]{2}|\r?\n|.)", re.DOTALL)
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "v": "\v", "0": "\0"}
_BEFORE_REGEX = {"return", "typeof", "case", "in", "of", "delete", "void", "throw", "new", "do", "else", "await"}
_CLOSERS = {"(": ")", "[": "]", "{": "}", TEMPLATE_OPEN: TEMPLATE_CLOSE}


@dataclass(frozen=True, slots=True)
class Token:
    """A token: ``kind`` is ``name``, ``text``, ``number``, ``regex`` or ``sign``."""

    kind: str
    value: str
    """The name or sign; the content of a text without quotes and escapes."""
    offset: int
    after_line: bool
    """True if a line break is before it."""


class Tokens:
    """All tokens of a file, with the position of the bracket that closes each open one, and the reverse.

    Raises:
        InputError: brackets that do not match, or more than ``MAX_TOKENS`` or ``MAX_DEPTH``.
    """

    def __init__(self, text: RulesText) -> None:
        self.text = text
        self.items: list[Token] = []
        self.closing: dict[int, int] = {}
        self.opening: dict[int, int] = {}
        self.ends: dict[int, int] = {}
        """Ends of expressions that were looked for already: without them, each name of a long one reads to its end."""
        self._open: list[int] = []
        self._templates: list[int] = []
        """Depths of brackets at which a substitution of a template ends."""
        self._read()

    def __len__(self) -> int:
        return len(self.items)

    def is_at(self, at: int, *values: str) -> bool:
        """True if the token is one of these names or signs."""
        return at < len(self.items) and self.items[at].kind in {"name", "sign"} and self.items[at].value in values

    def name(self, at: int) -> str:
        """The name at a position; empty if there is another token."""
        return self.items[at].value if at < len(self.items) and self.items[at].kind == "name" else ""

    def line(self, at: int) -> int:
        """Line of a token, from 1."""
        return self.text.line(self.items[min(at, len(self.items) - 1)].offset) if self.items else 1

    def source(self, start: int, end: int) -> str:
        """Text of some tokens, at most 2,000 characters."""
        if start >= end or start >= len(self.items):
            return ""
        begin = self.items[start].offset
        stop = self.items[end].offset if end < len(self.items) else len(self.text.text)
        return self.text.text[begin : min(stop, begin + 2000)].strip()

    def after(self, at: int) -> int:
        """The position behind a token, or behind its closing bracket."""
        return self.closing.get(at, at) + 1

    def _read(self) -> None:
        raw, at = self.text.text, 0
        end = len(raw)
        line = True
        while True:
            skipped = _SKIPPED.match(raw, at)
            if skipped:
                line = line or "\n" in skipped.group()
                at = skipped.end()
            if at >= end:
                break
            if len(self.items) >= MAX_TOKENS:
                raise self.text.error(at, f"at most {MAX_TOKENS:,} tokens")
            at = self._token(at, line)
            line = False
        if self._open:
            raise self.text.error(end, f'"{_CLOSERS[self.items[self._open[-1]].value]}"')

    def _token(self, at: int, line: bool) -> int:
        raw = self.text.text
        sign = raw[at]
        if sign == "`":
            return self._template(at, line)
        if sign == "}" and self._templates and self._templates[-1] == len(self._open):
            self._templates.pop()
            self._add(Token("sign", "}", at, line))
            return self._chunk(at + 1)
        for kind, pattern in (("text", _STRING), ("number", _NUMBER), ("name", _WORD)):
            if found := pattern.match(raw, at):
                value = unescaped(found.group()[1:-1]) if kind == "text" else found.group()
                self._add(Token(kind, value, at, line))
                return found.end()
        if sign == "/" and self._regex_may_begin() and (found := _REGEX.match(raw, at)):
            self._add(Token("regex", found.group(), at, line))
            return found.end()
        found = _SIGN.match(raw, at)
        assert found is not None
        self._add(Token("sign", found.group(), at, line))
        return found.end()

    def _template(self, at: int, line: bool) -> int:
        chunk = _CHUNK.match(self.text.text, at + 1)
        assert chunk is not None
        if self.text.text.startswith("`", chunk.end()):
            self._add(Token("text", unescaped(chunk.group()), at, line))
            return chunk.end() + 1
        self._add(Token("sign", TEMPLATE_OPEN, at, line))
        return self._chunk(at + 1)

    def _chunk(self, at: int) -> int:
        """Read a template up to its end or its next substitution."""
        chunk = _CHUNK.match(self.text.text, at)
        assert chunk is not None
        at = chunk.end()
        if self.text.text.startswith("${", at):
            self._add(Token("sign", "{", at + 1, False))
            self._templates.append(len(self._open))
            return at + 2
        if at >= len(self.text.text):
            raise self.text.error(at, '"`"')
        self._add(Token("sign", TEMPLATE_CLOSE, at, False))
        return at + 1

    def _add(self, token: Token) -> None:
        if token.kind == "sign":
            if token.value in _CLOSERS:
                self._open.append(len(self.items))
                if len(self._open) > MAX_DEPTH:
                    raise self.text.error(token.offset, f"at most {MAX_DEPTH} levels")
            elif token.value in {")", "]", "}", TEMPLATE_CLOSE}:
                if not self._open or _CLOSERS[self.items[self._open[-1]].value] != token.value:
                    raise self.text.error(token.offset, "matching brackets")
                begin = self._open.pop()
                self.closing[begin] = len(self.items)
                self.opening[len(self.items)] = begin
        self.items.append(token)

    def _regex_may_begin(self) -> bool:
        if not self.items:
            return True
        last = self.items[-1]
        if last.kind == "name":
            return last.value in _BEFORE_REGEX
        return last.kind == "sign" and last.value not in {")", "]", "}", TEMPLATE_CLOSE}


def unescaped(text: str) -> str:
    """The content of a string literal."""
    return _ESCAPE.sub(_unescape, text) if "\\" in text else text


def _unescape(found: re.Match[str]) -> str:
    sign = found.group(1)
    if sign[0] in "ux" and len(sign) > 1:
        number = int(sign.strip("ux{}"), 16)
        return chr(number) if number < 0x110000 else ""
    return "" if sign.endswith("\n") else _ESCAPES.get(sign, sign)
