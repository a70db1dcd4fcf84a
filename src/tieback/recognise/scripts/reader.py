"""Tokens of an expression in a script, and the ends of brackets.

Source: https://tc39.es/ecma262/#sec-ecmascript-language-lexical-grammar. Only expressions are read, at most
``MAX_SPAN`` bytes from where one begins.
"""

from enum import Enum, auto
from typing import NamedTuple

from tieback.intake.apps.interface import Bytes
from tieback.model.lazy_pattern import lazy_pattern

MAX_SPAN = 32_768
"""Most bytes of one expression."""
_MAX_KEPT = 20_000
"""Most tokens, and most ends, that are kept."""
_MARGIN = 8
"""Bytes behind a token that are read to know where it ends."""

_SPACE = rb"(?:[ \t\r\n\v\f]++|//[^\n\r]*+|/\*(?:[^*]++|\*(?!/))*+\*/)*+"
LITERAL = rb"\"(?:[^\"\\\n\r]++|\\(?:\r\n|[\s\S]))*+\"|'(?:[^'\\\n\r]++|\\(?:\r\n|[\s\S]))*+'"
_TOKEN = lazy_pattern(
    _SPACE + rb"(?:(?P<name>#?[A-Za-z_$][\w$]*+)|(?P<text>" + LITERAL + rb")"
    rb"|(?P<number>0[xX][0-9a-fA-F]{1,16}|\d{1,16}(?:\.\d*)?(?:[eE][+-]?\d{1,3})?|\.\d{1,16})"
    rb"|(?P<sign>=>|===|!==|==|!=|<=|>=|&&|\|\||\?\?|\?\.(?!\d)|\.\.\.|\+\+|--|\*\*|<<|>>>|>>|[-+*/%&|^]=|[-+*/%&|^<>!~?:,.;()\[\]{}=`]))"
)
_REGEX = lazy_pattern(rb"/((?:[^\\/\[\n\r]++|\\[^\n\r]|\[(?:[^\]\\\n\r]++|\\[^\n\r])*+\])++)/([A-Za-z]*+)")
_PLAIN = lazy_pattern(rb"(?:[^\"'`/(){}\[\],;]++|" + LITERAL + rb")*+")
_COMMENT = lazy_pattern(rb"//[^\n\r]*+|/\*(?:[^*]++|\*(?!/))*+\*/")
_TEMPLATE = lazy_pattern(rb"(?:[^`\\$]++|\\[\s\S]|\$(?!\{))*+")
_BEFORE_REGEX = lazy_pattern(rb"(?:[(,=:\[!&|?{};+<>~^*%-]|\breturn|\btypeof|^)\s*\Z")


class TokenKind(Enum):
    """Kind of a token."""

    NAME = auto()
    TEXT = auto()
    NUMBER = auto()
    SIGN = auto()
    END = auto()
    """The end of what is read, or a character that begins no token."""


class Token(NamedTuple):
    """A token, and its range."""

    kind: TokenKind
    text: str
    start: int
    end: int


_SIGN = TokenKind.SIGN
_KINDS = {"name": TokenKind.NAME, "text": TokenKind.TEXT, "number": TokenKind.NUMBER, "sign": TokenKind.SIGN}


class BudgetError(Exception):
    """The budget of a script is used up."""


class Budget:
    """Steps that may still be taken in one script; a step is a token or a part of a bracket."""

    def __init__(self, left: int) -> None:
        self.left = left
        self.tokens: dict[int, Token] = {}
        """Tokens that were read, by the offset from which on: most expressions are read several times."""
        self.ends: dict[tuple[int, bool], int] = {}
        """Ends of brackets and expressions that were read, by their beginning."""
        self.once = 0
        """Steps for what is kept, such as an index: the next reading does not take them."""

    def take(self, steps: int = 1) -> None:
        """Use steps. Raises ``BudgetError`` if there are none left."""
        self.left -= steps
        if self.left < 0:
            raise BudgetError

    def kept(self, before: tuple[int, int]) -> None:
        """Count the steps since ``mark`` as those for what is kept."""
        left, once = before
        self.once = once + left - self.left

    def mark(self) -> tuple[int, int]:
        """The steps so far."""
        return self.left, self.once


class Reader:
    """Reads tokens from an offset on."""

    __slots__ = ("_budget", "_data", "_is_cut", "_peeked", "at", "end")

    def __init__(self, data: Bytes, at: int, budget: Budget) -> None:
        """Begin at an offset."""
        self._data, self._budget = data, budget
        self.at, self.end = at, min(len(data), at + MAX_SPAN)
        self._peeked: Token | None = None
        self._is_cut = False

    def peek(self) -> Token:
        """The next token, which stays the next one."""
        token = self._peeked
        if token is None or token.start < self.at:
            budget = self._budget
            budget.left -= 1  # as ``take``, without a call
            if budget.left < 0:
                raise BudgetError
            token = budget.tokens.get(self.at)
            if token is None or token.end > self.end - _MARGIN:
                token = self._read()
            self._peeked = token
        return token

    def _read(self) -> Token:
        found = _TOKEN.match(self._data, self.at, self.end)
        if found is None or found.lastgroup is None:
            return Token(TokenKind.END, "", self.at, self.at)
        text = bytes(found[found.lastgroup]).decode("utf-8", "replace")
        token = Token(_KINDS[found.lastgroup], text, found.start(found.lastgroup), found.end())
        if token.end <= self.end - _MARGIN and len(self._budget.tokens) < _MAX_KEPT:
            self._budget.tokens[self.at] = token
        return token

    def take(self) -> Token:
        """The next token."""
        token = self.peek()
        self.at, self._peeked = token.end, None
        return token

    def takes(self, *signs: str) -> bool:
        """Take the next token if it is one of these signs."""
        token = self.peek()
        if token.kind is _SIGN and token.text in signs:
            self.at, self._peeked = token.end, None
            return True
        return False

    def is_next(self, *signs: str) -> bool:
        """True if the next token is one of these signs."""
        token = self.peek()
        return token.kind is _SIGN and token.text in signs

    def go(self, at: int) -> None:
        """Continue at an offset."""
        self.at, self._peeked = at, None

    def regex(self, at: int) -> tuple[str, str] | None:
        """The source and the flags of the regular expression at an offset; continue behind it."""
        found = _REGEX.match(self._data, at, self.end)
        if found is None:
            return None
        self.go(found.end())
        return bytes(found[1]).decode("utf-8", "replace"), bytes(found[2]).decode("ascii")

    def template(self, at: int) -> tuple[str, bool]:
        """The raw text of a template from an offset on; true if a substitution follows. Continue behind it."""
        self._budget.take()
        found = _TEMPLATE.match(self._data, at, self.end)
        last = found.end() if found else at
        raw = bytes(self._data[at:last]).decode("utf-8", "replace")
        follows = self._data[last : last + 2] == b"${"
        self.go(last + (2 if follows else 1))
        return raw, follows

    def closing(self, at: int) -> int:
        """The offset behind the bracket that belongs to the one at ``at``; -1 if it is too far away."""
        return self._skip(at, inside=False)

    def behind(self, at: int) -> int:
        """The offset of the comma, semicolon or closing bracket behind an expression; -1 if it is too far away."""
        return self._skip(at, inside=True)

    def next_item(self, at: int) -> int:
        """Where the item behind that at an offset begins, in a list with commas; -1 if there is none."""
        end = self.behind(at)
        if end < 0:
            return -1
        self.go(end)
        return self.peek().start if self.takes(",") else -1

    def _skip(self, at: int, *, inside: bool) -> int:
        key, ends = (at, inside), self._budget.ends
        known = ends.get(key, -1)
        if not -1 < known < self.end:
            before = self._budget.mark()
            self._is_cut = False
            known = self._skipped(at, inside=inside)
            if known >= 0 and len(ends) < _MAX_KEPT and not self._is_cut:
                ends[key] = known
                if known < self.end:
                    self._budget.kept(before)
        return known

    def _skipped(self, at: int, *, inside: bool) -> int:
        data, end, budget, plain = self._data, self.end, self._budget, _PLAIN.match
        opened: list[bool] = []
        """Brackets that are open; true for a substitution of a template."""
        while at < end:
            budget.left -= 1  # as ``take``, without a call
            if budget.left < 0:
                raise BudgetError
            found = plain(data, at, end)
            at = found.end() if found else at
            if at >= end:
                return -1
            sign = data[at]
            if sign in b"([{":
                opened.append(False)
            elif sign in b")]}":
                if not opened:
                    return at if inside else -1
                if opened.pop():
                    at = self._template(at + 1, opened)
                    continue
                if not opened and not inside:
                    return at + 1
            elif sign == 0x60:
                at = self._template(at + 1, opened)
                continue
            elif sign == 0x2F:
                at = self._slash(at)
                continue
            elif sign in b",;" and inside and not opened:
                return at
            elif sign in b"\"'":
                self._is_cut = True  # a reader that ends later may see the end of this text
            at += 1
        return -1

    def _template(self, at: int, opened: list[bool]) -> int:
        """Behind a template, or behind the beginning of its next substitution."""
        found = _TEMPLATE.match(self._data, at, self.end)
        at = found.end() if found else at
        if self._data[at : at + 2] == b"${":
            opened.append(True)
            return at + 2
        return at + 1

    def _slash(self, at: int) -> int:
        if comment := _COMMENT.match(self._data, at, self.end):
            return comment.end()
        may_begin = _BEFORE_REGEX.search(bytes(self._data[max(0, at - 12) : at])) is not None
        if may_begin and (found := _REGEX.match(self._data, at, self.end)):
            return found.end()
        self._is_cut |= may_begin or self._data[at : at + 2] == b"/*"
        return at + 1
