"""Regular expressions that look ahead or behind or repeat a group, matched with a bounded number of attempts.

RE2 reads none of these. Source: https://tc39.es/ecma262/#sec-patterns
"""

import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any

MAX_SOURCE = 1_000
"""Most characters of an expression."""
MAX_ATTEMPTS = 20_000
"""Most attempts of one search."""
_PER_STEP = 20
"""Attempts, or places before a text, that take a step of a run together."""
_BEGINNINGS = 50
"""Places before a text that take an attempt together when an expression looks behind."""
_MAX_DEPTH = 12
_BOUNDS = re.compile(r"\{(\d{1,4})(,?)(\d{0,4})\}")
_SPACES = " \t\n\r\f\v\xa0\ufeff\u2028\u2029"
_LINES = "\n\r\u2028\u2029"
_CONTROLS = {"n": "\n", "t": "\t", "r": "\r", "f": "\f", "v": "\v", "0": "\0"}

type _Next = Callable[[int], bool]
type _Node = Callable[["_Run", int, _Next], bool]
type _One = Callable[[str], bool]
type _Spend = Callable[[int], None]


class _TooLongError(Exception):
    """The search took too many attempts."""


class _FormError(Exception):
    """An expression has another form."""


class _Run:
    """One search."""

    __slots__ = ("groups", "left", "looks", "spend", "text")

    def __init__(self, text: str, groups: int, spend: _Spend | None) -> None:
        self.text, self.left, self.spend, self.looks = text, MAX_ATTEMPTS, spend, 0
        self.groups: list[tuple[int, int] | None] = [None] * groups

    def step(self) -> None:
        """Take an attempt."""
        self.left -= 1
        if self.left < 0:
            raise _TooLongError
        if self.spend is not None and self.left % _PER_STEP == 0:
            self.spend(1)

    def look(self) -> None:
        """Look behind from another place, many of which take an attempt."""
        self.looks += 1
        if self.looks % _BEGINNINGS == 0:
            self.step()
        if self.spend is not None and self.looks % _PER_STEP == 0:
            self.spend(1)


class Match:
    """A match, with the methods of those of ``re``."""

    __slots__ = ("_end", "_names", "_spans", "_start", "_text")

    def __init__(
        self, text: str, start: int, end: int, spans: list[tuple[int, int] | None], names: dict[str, int]
    ) -> None:
        self._text, self._start, self._end, self._spans, self._names = text, start, end, spans, names

    def start(self) -> int:
        """Where it begins."""
        return self._start

    def end(self) -> int:
        """Where it ends."""
        return self._end

    def __getitem__(self, index: int) -> str:
        """The whole match, for 0."""
        return self._text[self._start : self._end] if index == 0 else self.groups()[index - 1] or ""

    def groups(self) -> tuple[str | None, ...]:
        """The texts of the groups."""
        return tuple(None if one is None else self._text[one[0] : one[1]] for one in self._spans)

    def groupdict(self) -> dict[str, str | None]:
        """The texts of the groups with a name."""
        groups = self.groups()
        return {name: groups[number - 1] for name, number in self._names.items()}


class Backtracking:
    """An expression."""

    def __init__(self, node: _Node, groups: int, names: dict[str, int], spend: _Spend | None = None) -> None:
        self._node, self._groups, self._names, self._spend = node, groups, names, spend

    def spending(self, spend: _Spend) -> "Backtracking":
        """The same expression, whose searches take steps of a run; what ``spend`` raises ends them."""
        return Backtracking(self._node, self._groups, self._names, spend)

    def _at(self, run: _Run, at: int) -> Match | None:
        ends: list[int] = []
        run.groups = [None] * self._groups

        def over(end: int) -> bool:
            ends.append(end)
            return True

        if self._node(run, at, over):
            return Match(run.text, at, ends[-1], list(run.groups), self._names)
        return None

    def match(self, text: str, at: int = 0) -> Match | None:
        """The match that begins at an offset."""
        try:
            return self._at(_Run(text, self._groups, self._spend), at)
        except (_TooLongError, RecursionError):
            return None

    def search(self, text: str, at: int = 0) -> Match | None:
        """The first match from an offset on."""
        return self._next(_Run(text, self._groups, self._spend), at)

    def _next(self, run: _Run, at: int) -> Match | None:
        try:
            for begin in range(at, len(run.text) + 1):
                run.step()
                if (found := self._at(run, begin)) is not None:
                    return found
        except (_TooLongError, RecursionError):
            return None
        return None

    def finditer(self, text: str) -> Iterator[Match]:
        """All matches that do not overlap, with the attempts of one search."""
        run, at = _Run(text, self._groups, self._spend), 0
        while at <= len(text):
            found = self._next(run, at)
            if found is None:
                return
            yield found
            at = found.end() + (found.end() == found.start())


@lru_cache(maxsize=64)
def backtracking(source: str, flags: str) -> Backtracking | None:
    """An expression; ``None`` if it has a form that is not read."""
    if len(source) > MAX_SOURCE:
        return None
    reader = _Reader(source, flags)
    try:
        node = reader.alternatives(0)
        if reader.at < len(source):
            return None
    except (_FormError, IndexError, ValueError):
        return None
    return Backtracking(node, reader.groups, reader.names)


def _nothing(_run: _Run, at: int, follows: _Next) -> bool:
    return follows(at)


def _single(one: _One) -> _Node:
    def node(run: _Run, at: int, follows: _Next) -> bool:
        return at < len(run.text) and one(run.text[at]) and follows(at + 1)

    return node


def _sequence(nodes: list[_Node]) -> _Node:
    if len(nodes) < 2:
        return nodes[0] if nodes else _nothing
    head, rest = nodes[0], _sequence(nodes[1:])
    return lambda run, at, follows: head(run, at, lambda end: rest(run, end, follows))


def _either(nodes: list[_Node]) -> _Node:
    if len(nodes) == 1:
        return nodes[0]

    def node(run: _Run, at: int, follows: _Next) -> bool:
        run.step()
        before = list(run.groups)
        for one in nodes:
            if one(run, at, follows):
                return True
            run.groups[:] = before
        return False

    return node


def _repeated_single(one: _One, least: int, most: int, *, lazy: bool) -> _Node:
    def node(run: _Run, at: int, follows: _Next) -> bool:
        text, end = run.text, at
        limit = min(len(text), at + most)
        if lazy:
            while True:
                run.step()
                if end - at >= least and follows(end):
                    return True
                if end >= limit or not one(text[end]):
                    return False
                end += 1
        while end < limit and one(text[end]):
            end += 1
        while end - at >= least:
            run.step()
            if follows(end):
                return True
            end -= 1
        return False

    return node


def _repeated(inner: _Node, least: int, most: int, *, lazy: bool) -> _Node:
    def node(run: _Run, at: int, follows: _Next) -> bool:
        def turn(count: int, place: int) -> bool:
            run.step()
            if lazy and count >= least and follows(place):
                return True
            if count < most:
                before = list(run.groups)
                if inner(run, place, lambda end: (end > place or count < least) and turn(count + 1, end)):
                    return True
                run.groups[:] = before
            return not lazy and count >= least and follows(place)

        return turn(0, at)

    return node


def _group(inner: _Node, number: int) -> _Node:
    def node(run: _Run, at: int, follows: _Next) -> bool:
        before = run.groups[number - 1]

        def over(end: int) -> bool:
            outer = run.groups[number - 1]
            run.groups[number - 1] = at, end
            if follows(end):
                return True
            run.groups[number - 1] = outer
            return False

        if inner(run, at, over):
            return True
        run.groups[number - 1] = before
        return False

    return node


def _ends_at(inner: _Node, run: _Run, at: int) -> bool:
    """True if a match of the inner expression ends at an offset."""
    for begin in range(at, -1, -1):
        run.look()
        if inner(run, begin, lambda end: end == at):
            return True
    return False


def _looks(inner: _Node, *, ahead: bool, wanted: bool) -> _Node:
    def node(run: _Run, at: int, follows: _Next) -> bool:
        before = list(run.groups)
        found = inner(run, at, lambda _end: True) if ahead else _ends_at(inner, run, at)
        if found != wanted:
            run.groups[:] = before
            return False
        if not wanted:
            run.groups[:] = before
        return follows(at)

    return node


def _same_as(number: Callable[[], int]) -> _Node:
    def node(run: _Run, at: int, follows: _Next) -> bool:
        index = number()
        span = run.groups[index - 1] if 0 < index <= len(run.groups) else None
        text = "" if span is None else run.text[span[0] : span[1]]
        return run.text.startswith(text, at) and follows(at + len(text))

    return node


def _is_word(text: str, at: int) -> bool:
    return 0 <= at < len(text) and (text[at] == "_" or (text[at].isascii() and text[at].isalnum()))


def _place(test: Callable[[str, int], bool]) -> _Node:
    return lambda run, at, follows: test(run.text, at) and follows(at)


_CLASSES: dict[str, _One] = {
    "d": lambda one: one in "0123456789",
    "w": lambda one: one == "_" or (one.isascii() and one.isalnum()),
    "s": lambda one: one in _SPACES,
}


class _Reader:
    """Reads an expression. Methods raise ``_FormError``, ``IndexError`` or ``ValueError`` for another form."""

    def __init__(self, source: str, flags: str) -> None:
        self._source, self._flags = source, flags
        self.at = self.groups = 0
        self.names: dict[str, int] = {}

    def _takes(self, text: str) -> bool:
        if self._source.startswith(text, self.at):
            self.at += len(text)
            return True
        return False

    def alternatives(self, depth: int) -> _Node:
        """Alternatives up to a closing parenthesis or the end."""
        if depth > _MAX_DEPTH:
            raise _FormError
        found: list[_Node] = []
        while True:
            terms: list[_Node] = []
            while self.at < len(self._source) and self._source[self.at] not in "|)":
                terms.append(self._term(depth))
            found.append(_sequence(terms))
            if not self._takes("|"):
                return _either(found)

    def _term(self, depth: int) -> _Node:
        atom = self._atom(depth)
        bounds = self._bounds()
        if bounds is None:
            return atom if not isinstance(atom, tuple) else _single(atom[0])
        lazy = self._takes("?")
        if isinstance(atom, tuple):
            return _repeated_single(atom[0], *bounds, lazy=lazy)
        return _repeated(atom, *bounds, lazy=lazy)

    def _bounds(self) -> tuple[int, int] | None:
        for sign, bounds in (("*", (0, 1 << 30)), ("+", (1, 1 << 30)), ("?", (0, 1))):
            if self._takes(sign):
                return bounds
        found = _BOUNDS.match(self._source, self.at)
        if found is None:
            return None
        self.at = found.end()
        low = int(found[1])
        return low, (int(found[3]) if found[3] else 1 << 30) if found[2] else low

    def _atom(self, depth: int) -> Any:
        """A node, or a test of one character in a tuple."""
        one = self._source[self.at]
        self.at += 1
        match one:
            case "(":
                return self._parentheses(depth)
            case "[":
                return (self._set(),)
            case ".":
                return (lambda _text: True,) if "s" in self._flags else (lambda character: character not in _LINES,)
            case "^":
                if "m" in self._flags:
                    return _place(lambda text, at: at == 0 or text[at - 1] in _LINES)
                return _place(lambda _text, at: at == 0)
            case "$":
                if "m" in self._flags:
                    return _place(lambda text, at: at == len(text) or text[at] in _LINES)
                return _place(lambda text, at: at == len(text))
            case "\\":
                return self._escape()
            case "*" | "+" | "?":
                raise _FormError
        return (self._character(one),)

    def _character(self, wanted: str) -> _One:
        if "i" in self._flags:
            low = wanted.lower()
            return lambda one: one.lower() == low
        return lambda one: one == wanted

    def _parentheses(self, depth: int) -> _Node:
        for sign in ("?=", "?!", "?<=", "?<!"):
            if self._takes(sign):
                return _looks(self._closed(depth), ahead="<" not in sign, wanted="=" in sign)
        if self._takes("?:"):
            return self._closed(depth)
        self.groups += 1
        number = self.groups
        if self._takes("?<"):
            end = self._source.index(">", self.at)
            self.names[self._source[self.at : end]] = number
            self.at = end + 1
        elif self._source.startswith("?", self.at):
            raise _FormError
        return _group(self._closed(depth), number)

    def _closed(self, depth: int) -> _Node:
        inner = self.alternatives(depth + 1)
        if not self._takes(")"):
            raise _FormError
        return inner

    def _escape(self) -> Any:
        one = self._source[self.at]
        if one in "bB":
            self.at += 1
            wanted = one == "b"
            return _place(lambda text, at: (_is_word(text, at) != _is_word(text, at - 1)) == wanted)
        if one == "k" and self._source.startswith("<", self.at + 1):
            end = self._source.index(">", self.at)
            name = self._source[self.at + 2 : end]
            self.at = end + 1
            return _same_as(lambda: self.names.get(name, 0))
        if one in "123456789":
            self.at += 1
            number = int(one)
            return _same_as(lambda: number)
        return (self._escaped_class(),)

    def _escaped_class(self) -> _One:
        known = self._class_of(self._source[self.at])
        if known is not None:
            self.at += 1
            return known
        return self._character(self._escaped())

    def _class_of(self, sign: str) -> _One | None:
        known = _CLASSES.get(sign.lower())
        if known is None:
            return None
        inner = known
        return inner if sign.islower() else lambda one: not inner(one)

    def _escaped(self) -> str:
        """The character of an escape."""
        one = self._source[self.at]
        self.at += 1
        length = {"x": 2, "u": 4}.get(one)
        if length is not None:
            digits = self._source[self.at : self.at + length]
            if len(digits) == length and digits.isalnum():
                self.at += length
                return chr(int(digits, 16))
        if one in ("c", "p"):
            raise _FormError
        return _CONTROLS.get(one, one)

    def _set(self) -> _One:
        turned = self._takes("^")
        tests: list[_One] = []
        singles: set[str] = set()
        ranges: list[tuple[str, str]] = []
        while not self._takes("]"):
            low = self._set_member(tests)
            if low is None:
                continue
            if self._source.startswith("-", self.at) and self._source[self.at + 1] != "]":
                self.at += 1
                high = self._set_member(tests)
                if high is None:
                    singles |= {low, "-"}
                else:
                    ranges.append((low, high))
                continue
            singles.add(low)
        folds = "i" in self._flags

        def holds(one: str) -> bool:
            return one in singles or any(low <= one <= high for low, high in ranges) or any(test(one) for test in tests)

        def test(one: str) -> bool:
            found = holds(one) or (folds and (holds(one.lower()) or holds(one.upper())))
            return found != turned

        return test

    def _set_member(self, tests: list[_One]) -> str | None:
        """A character of a set; ``None`` if it is a class, which is added to the tests."""
        one = self._source[self.at]
        self.at += 1
        if one != "\\":
            return one
        known = self._class_of(self._source[self.at])
        if known is not None:
            self.at += 1
            tests.append(known)
            return None
        if self._takes("b"):
            return "\b"
        return self._escaped()
