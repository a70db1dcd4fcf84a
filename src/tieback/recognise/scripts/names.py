"""What a name or a member stands for: its assignments in the functions and blocks around a place.

Only the places where the name is followed by an equals sign (or that declare it otherwise) are looked at. ``words``
has an index of them. The nearest function or block that assigns the name decides. A name that is a parameter there
hides those outside.
"""

import re
from array import array
from collections.abc import Iterator, Sequence
from enum import Enum, auto
from functools import cached_property
from itertools import islice
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tieback.intake.apps.interface import Bytes
from tieback.model.lazy_pattern import lazy_pattern
from tieback.recognise.near import matches_near
from tieback.recognise.scripts.patterns import PATTERN_REACH, opening_brace, part_of, pattern_parts
from tieback.recognise.scripts.reader import Budget
from tieback.recognise.scripts.scopes import Scope, Scopes
from tieback.recognise.scripts.words import LONG, Words, within

MAX_PLACES = 20_000
"""Most places of a name in one scope that are looked at; a name with more is unknown."""
MAX_VALUES = 16
"""Most assignments of a name; with more it is unknown."""
_MAX_NESTED = 32
_MAX_KEPT = 20_000
_MAX_DECLARED = 65_536
"""Most assignments in inner blocks of which the function is determined."""
_BEFORE = 60
_DECLARES = lazy_pattern(rb"(?:^|[^\w$.])(?:var|let|const)\s+\Z")
_EQUALS = lazy_pattern(rb"\s{0,9}=(?![=>])\s*")
_SETS = lazy_pattern(rb"\s{0,9}(?:\?\?|\|\|)?=(?![=>])\s*")
"""An assignment, also of a member that has no value before: ``c.host ??= …``."""
_QUOTED_EQUALS = lazy_pattern(rb"[\"']\]\s{0,9}=(?![=>])\s*")
_ADDS = lazy_pattern(rb"\s{0,9}\+=\s*")
_OF = lazy_pattern(rb"\s+of(?:\s+|(?=[\[(]))")
_PATTERN = lazy_pattern(rb"\}\s*=(?![=>])")
_PARTS_OF = lazy_pattern(rb"(?P<parts>\[[\w$\s,]{1,200}\]|\{[\w$\s,:]{1,200}\})\s{0,9}of(?:\s+|(?=[\[(]))")
"""The parts of each element in a loop: ``for (const [name, host] of …)``."""
_BEFORE_OF = (b"]", b"}")
_PARTS_REACH = 240
"""Bytes from the beginning of the parts to what is behind ``of``."""
_PATTERN_END = lazy_pattern(rb"[^{}()]{0,400}\}\s*=(?![=>])\s*")
_NESTED_END = lazy_pattern(rb"\}\s{0,9}(?:,[\w$\s:,]{0,200})?\}\s{0,9}=(?![=>])\s{0,9}")
"""Ends of a pattern with another one inside: ``{servers:{main}}=``."""
_NESTED_REACH = 220
"""Most bytes between the two braces."""
_MAX_PATTERNS = 500
_STATEMENT = lazy_pattern(rb"(?<![\w$.])(?:for|for\s{1,4}await|if|while|switch|with)\s{0,4}\Z")
_COLON = lazy_pattern(rb"\s*:\s*")
_QUOTES, _QUOTED = (b'"', b"'"), (b'["', b"['")
_DECLARATION = lazy_pattern(
    rb"(?:^|[^\w$.])(?:var|let|const)\b(?!.*\b(?:var|let|const)\b)(\s+|[^;]*[,\[]\s*)\Z", re.DOTALL
)
_ENDS = lazy_pattern(rb"[ \t]*[,;\]}\r\n]")
_LIST_END = lazy_pattern(rb"[\w$,\s]{0,200}(?P<close>\])\s*=(?![=>])\s*")
_BEFORE_PART = (b"{", b",", b":", b" ", b"\n")
_SET_SIGNS = (b"=", b" =", b"??=", b"||=", b" ?", b" |")
_EQUAL_SIGNS, _ADDED_SIGNS, _OF_SIGNS = (b"=", b" ="), (b"+=", b" +="), (b" of ", b" of[", b" of(")
_KEY_SIGNS = (b":", b" :", b'"', b"'", b"=", b" =")
_END_SIGNS, _PATTERN_SIGNS = (b",", b";", b"]", b"}", b"\n"), (b"}", b" }", b",", b"\n")
_NAME = lazy_pattern(rb"[\w$\x80-\xff]++")
_GENERATOR = lazy_pattern(rb"\s{0,9}\*\s{0,9}")
"""Between ``function`` and the name of a generator."""
_MAX_LOOPS = 200
_KEY = lazy_pattern(rb"(?:(?P<key>[A-Za-z_$][\w$]*)\s*:\s*)?\Z")


class Way(Enum):
    """How a name gets its value."""

    ASSIGNED = auto()
    FUNCTION = auto()
    CLASS = auto()
    PARAMETER = auto()
    ELEMENT = auto()
    """One of the elements of an array, in a loop."""
    MEMBER = auto()
    """A member of an object, or an element of an array, in a pattern; ``key`` has a slash for each object inside."""


class Binding(NamedTuple):
    """The value of a name."""

    way: Way
    at: tuple[int, ...]
    """Where its expressions begin; a parameter has the place of its name."""
    scope: Scope
    """Where it is bound; for a parameter the function."""
    key: str = ""
    """Member of the object."""
    added: tuple[int, ...] = ()
    """Where the expressions that are appended with ``+=`` begin."""
    keys: tuple[str, ...] = ()
    """Members or indices of the elements that have the name, for each of the loops; empty texts for whole elements."""
    complete: bool = True
    """False if there are other assignments, which were not read."""
    default: int = -1
    """Where the value begins that a part of a pattern has if the object has no such member; -1 if there is none."""


class Names:
    """The names of one script."""

    def __init__(self, data: Bytes, scopes: Scopes, budget: Budget) -> None:
        """Look up names in this script."""
        self._data, self._scopes, self._budget = data, scopes, budget
        self._known: dict[tuple[str, int], Binding | None] = {}
        """Bindings in scopes, by the beginning of the scope."""
        self._told: dict[tuple[str, int], Binding | None] = {}
        """Bindings at offsets."""
        self.words = Words(data, budget)
        self._matches: dict[tuple[bytes, tuple[bytes, ...]], tuple[Sequence[int], ...]] = {}

    def find(self, name: str, at: int) -> Binding | None:
        """The binding of a name at an offset; ``None`` if the script does not bind it, or too often."""
        key = name, at
        if key not in self._told:
            if len(self._told) >= _MAX_KEPT:
                self._told.clear()
            before = self._budget.mark()
            self._told[key] = self._found(name, at)
            self._budget.kept(before)
        return self._told[key]

    def _found(self, name: str, at: int) -> Binding | None:
        raw = name.encode()
        place_in = at
        for scope in self._scopes.around(at):
            for arrow in self._scopes.arrows(place_in, scope.start):
                place = _parameter(self._data, raw, arrow.head, arrow.head_end)
                if place >= 0:
                    inside = Scope(arrow.key, at, True, arrow.head, arrow.head_end)
                    return Binding(Way.PARAMETER, (place,), inside)
            known = (name, scope.start)
            if known not in self._known:
                self._known[known] = self._in_scope(raw, scope)
            found = self._known[known]
            if found is not None:
                return found if found.at else None
            if scope.head >= 0:
                place = _parameter(self._data, raw, scope.head, scope.head_end)
                if place >= 0:
                    return Binding(Way.PARAMETER, (place,), scope)
            place_in = scope.start - 1
        return None

    def counts(self, name: str, scope: Scope) -> bool:
        """True if a loop in this scope increments a number of this name."""
        places = self.words.places(name.encode(), b"++")
        self._budget.take()
        return bool(within(places, scope.start, scope.end))

    @cached_property
    def _set_signs(self) -> tuple[bytes, ...]:
        """The texts behind a member that is assigned; most scripts have none of the longer signs."""
        return _SET_SIGNS if any(self._data.find(sign) >= 0 for sign in _SET_SIGNS[2:4]) else _EQUAL_SIGNS

    def members(self, name: str, start: int, end: int, *, before: bytes = b".") -> Iterator[int]:
        """Where the expressions begin that are assigned to a member in a range: ``x.name = …``."""
        raw = before + name.encode()
        for place in self._words(raw, start, end, self._set_signs):
            found = _SETS.match(self._data, place + len(raw), end)
            if found is not None and not self._scopes.is_comment(place):
                yield found.end()

    def quoted_members(self, name: str, start: int, end: int) -> Iterator[int]:
        """The same for ``x["name"] = …``."""
        data, raw = self._data, name.encode()
        for place in self._words(raw, start, end, _QUOTES):
            found = _QUOTED_EQUALS.match(data, place + len(raw), end)
            if found and data[place - 2 : place] in _QUOTED and not self._scopes.is_comment(place):
                yield found.end()

    def keys(self, name: str, start: int, end: int) -> Iterator[int]:
        """Where the values of a key of objects begin in a range: ``{name: …}``, and fields of classes."""
        data, raw = self._data, name.encode()
        for place in self._words(raw, start, end, _KEY_SIGNS):
            after = place + len(raw)
            quoted = data[place - 1 : place] in _QUOTES and data[after : after + 1] == data[place - 1 : place]
            head = data[max(0, place - _BEFORE) : place - quoted].rstrip()
            if found := _COLON.match(data, after + quoted, end):
                if self._scopes.is_comment(place):
                    continue
                if head[-1:] in (b"{", b",") or head[-2:] == b"*/" or _comment_ends(head):
                    yield found.end()
            elif (
                not quoted
                and (head[-1:] in (b"{", b";", b"}") or head.endswith(b"static"))
                and (found := _EQUALS.match(data, after, end))
                and not self._scopes.is_comment(place)
            ):
                yield found.end()

    def _words(self, raw: bytes, start: int, end: int, ends: tuple[bytes, ...]) -> Iterator[int]:
        """Where a word is in a range, before one of these texts."""
        if not raw:
            return
        for places in self.words.near(raw, ends):
            self._budget.take()
            for place in within(places, start, end - len(raw) + 1)[:MAX_PLACES]:
                self._budget.take()
                yield place

    def _in_scope(self, raw: bytes, scope: Scope) -> Binding | None:
        """The binding in a scope, without places: one that cannot be read; ``None`` if there is none."""
        self._budget.take()
        if not within(self.words.places(raw), scope.start, scope.end):
            return None
        return (
            self._assigned(raw, scope)
            or self._declared(raw, scope)
            or self._looped(raw, scope)
            or self._in_pattern(raw, scope)
            or self._without_value(raw, scope)
        )

    def _behind(self, pattern: re.Pattern[bytes], raw: bytes, scope: Scope, ends: tuple[bytes, ...]) -> list[int]:
        """Where a word is in a scope before a match of a pattern, and not a member."""
        known = self._matches.get((raw, ends))
        if known is None:
            known = self.words.alone(raw, ends, b"=>" if pattern is _EQUALS else b"")
            if len(raw) >= LONG:
                match, size = pattern.match, len(raw)
                known = tuple(array("I", (at for at in one if match(self._data, at + size))) for one in known)
            known = self._matches[raw, ends] = tuple(map(self._scopes.outside_comments, known))
        found = [place for places in known for place in within(places, scope.start, scope.end)[:MAX_PLACES]]
        self._budget.take(1 + len(found))
        return found

    def _without_value(self, raw: bytes, scope: Scope) -> Binding | None:
        """A variable that is declared without a value, which hides those outside, or as a part of an array."""
        if scope.end - scope.start > _MAX_DECLARED:
            return None
        # Of a long name all places are looked at, whatever is behind them.
        near = [self.words.places(raw)] if len(raw) >= LONG else self.words.near(raw, _END_SIGNS)
        places = [place for one in near for place in within(one, scope.start, scope.end)][:_MAX_NESTED]
        self._budget.take(1 + len(places))
        for place in self._scopes.direct(self._scopes.outside_comments(places), scope):
            head = bytes(self._data[max(scope.start, place - 200) : place])
            found = _DECLARATION.search(head)
            if found is None or not _ENDS.match(self._data, place + len(raw), scope.end):
                continue
            opened = found[1].count(b"(") - found[1].count(b")")
            listed = found[1].count(b"[") - found[1].count(b"]")
            if opened:
                continue
            end = _LIST_END.match(self._data, place + len(raw), scope.end) if listed else None
            if end is None:
                if not listed:
                    return Binding(Way.ASSIGNED, self._given_inside(raw, scope), scope)
                continue
            start = place - len(head) + head.rfind(b"[")
            key = part_of(bytes(self._data[start : end.start("close") + 1]), raw)
            return Binding(Way.MEMBER if key else Way.ASSIGNED, (end.end(),) if key else (), scope, key)
        return None

    def _given_inside(self, raw: bytes, scope: Scope) -> tuple[int, ...]:
        """Where the functions inside a scope give a value to its variable, which is declared without one."""
        if len(raw) < LONG:
            return ()
        places = self._behind(_EQUALS, raw, scope, _EQUAL_SIGNS)
        if len(places) > MAX_VALUES:
            return ()
        return tuple(self._end(_EQUALS, one + len(raw)) for one in sorted(places) if self._is_outer(raw, one, scope))

    def _is_outer(self, raw: bytes, place: int, scope: Scope) -> bool:
        """True if a name at a place is the variable of a scope around it, and no function between has its own."""
        for inner in self._scopes.around(place):
            if inner.start <= scope.start:
                return True
            if inner.head >= 0 and _parameter(self._data, raw, inner.head, inner.head_end) >= 0:
                return False
            before = bytes(self._data[max(inner.start, place - PATTERN_REACH) : place])
            if _DECLARATION.search(before) is not None:
                return False
        return False

    def _assigned(self, raw: bytes, scope: Scope) -> Binding | None:
        found = self._behind(_EQUALS, raw, scope, _EQUAL_SIGNS)
        places = [one for one in found if self._data[one - 1 : one] != b"#"]  # a private field of a class
        parts = [one for one in places[:_MAX_NESTED] if self._is_part(one, len(raw))]
        places = [one for one in places if one not in parts] if parts else places
        direct = set(self._scopes.direct(places, scope)) if places else set()
        kept = [place for place in places if place in direct and not self._is_default(place)]
        nested = [place for place in places if place not in direct]
        if scope.function and nested and (kept or len(nested) <= _MAX_NESTED):
            own = [one for one in nested[:_MAX_NESTED] if self._scopes.function(one) == scope]
            # A block of its own has variables of its own; those of the function are assigned without a keyword.
            kept += [one for one in own if not kept or not self._declares(one)]
        if not kept:
            own = [one for one in parts if not scope.function or self._scopes.function(one) == scope]
            return self._with_default(raw, own[0], scope) if own else None
        if len(kept) > MAX_VALUES:
            return Binding(Way.ASSIGNED, (), scope)
        added = self._scopes.direct(self._behind(_ADDS, raw, scope, _ADDED_SIGNS), scope)
        ends = (
            tuple(self._end(pattern, place + len(raw)) for place in some)
            for pattern, some in ((_EQUALS, sorted(kept)), (_ADDS, added))
        )
        return Binding(Way.ASSIGNED, next(ends), scope, "", next(ends))

    def _is_part(self, place: int, size: int) -> bool:
        """True if a word is a part of a pattern of an object that something is assigned to."""
        starts, ends = self._patterns
        index = int(ends.searchsorted(place + size))
        if index >= len(ends) or int(starts[index]) > place:
            return False
        opening = int(starts[index]) - 1
        return self._data[opening] == 0x7B and not self._is_default(opening)  # the pattern is no parameter

    def _with_default(self, raw: bytes, place: int, scope: Scope) -> Binding:
        """A part of a pattern that has a default value: ``{host: h = "a"} = …``."""
        key = _KEY.search(bytes(self._data[max(0, place - _BEFORE) : place]))
        name = key["key"] if key and key["key"] else raw
        behind = place + len(raw)
        value, default = self._end(_PATTERN_END, behind), self._end(_EQUALS, behind)
        return Binding(Way.MEMBER, (value,), scope, name.decode(), default=default)

    def _end(self, pattern: re.Pattern[bytes], at: int) -> int:
        found = pattern.match(self._data, at)
        return found.end() if found else at

    def _declares(self, place: int) -> bool:
        return _DECLARES.search(bytes(self._data[max(0, place - 12) : place])) is not None

    def _is_default(self, place: int) -> bool:
        """True if an equals sign gives the default value of a parameter."""
        before = bytes(self._data[max(0, place - 1) : place])
        if before not in (b"(", b",", b" "):
            return False
        low, depth = max(0, place - 300), 0
        for at in range(place - 1, low, -1):
            sign = self._data[at]
            if sign == 0x29:
                depth += 1
            elif sign == 0x28:
                if not depth:
                    return self._opens_parameters(at)
                depth -= 1
            elif sign in b";{}" and not depth:
                return False
        return False

    def _opens_parameters(self, at: int) -> bool:
        if _STATEMENT.search(bytes(self._data[max(0, at - 12) : at])):
            return False
        depth = 0
        for end in range(at, min(len(self._data), at + 600)):
            sign = self._data[end]
            depth += (sign == 0x28) - (sign == 0x29)
            if not depth:
                return re.match(rb"\)\s*(?:\{|=>)", bytes(self._data[end : end + 12])) is not None
        return True

    @cached_property
    def _declarations(self) -> tuple[dict[bytes, list[int]], ...]:
        """Where the names of functions and of classes are that are declared, by name."""
        found: tuple[dict[bytes, list[int]], ...] = ({}, {})
        for keyword, declared in zip((b"function", b"class"), found, strict=True):
            for sign in (b" ", b"*"):
                places = self.words.places(keyword, sign)
                self._budget.take(len(places) >> 4)
                for place in places:
                    behind = _GENERATOR.match(self._data, place + len(keyword))
                    if name := _NAME.match(self._data, behind.end() if behind else place + len(keyword) + 1):
                        declared.setdefault(name[0], []).append(name.start())
        return found

    def _declared(self, raw: bytes, scope: Scope) -> Binding | None:
        found = [
            place
            for declared in self._declarations
            for place in within(declared.get(raw, ()), scope.start, scope.end)[:_MAX_NESTED]
        ]
        self._budget.take(1 + len(found))
        for place in self._scopes.direct(self._scopes.outside_comments(found), scope) if found else ():
            head = bytes(self._data[max(0, place - 12) : place]).rstrip()
            return Binding(Way.CLASS if head.endswith(b"class") else Way.FUNCTION, (place,), scope)
        return None

    def _looped(self, raw: bytes, scope: Scope) -> Binding | None:
        keys = {self._end(_OF, at + len(raw)): "" for at in self._behind(_OF, raw, scope, _OF_SIGNS)[:_MAX_NESTED]}
        for found in self._loops:
            if scope.start <= found.start() < scope.end and (key := part_of(found["parts"], raw)):
                keys[found.end()] = key
        return Binding(Way.ELEMENT, tuple(keys), scope, keys=tuple(keys.values())) if keys else None

    @cached_property
    def _loops(self) -> list[re.Match[bytes]]:
        """The loops over elements of which only parts have a name."""
        data = self._data
        places = (at for at in self.words.places(b"of") if data[max(0, at - 10) : at].rstrip()[-1:] in _BEFORE_OF)
        near = islice(matches_near(_PARTS_OF, data, places, _PARTS_REACH, _PARTS_REACH), _MAX_LOOPS)
        # The space behind can be longer than what was looked at.
        found = [whole for one in near if (whole := _PARTS_OF.match(data, one.start()))]
        self._budget.take(1 + len(found))
        return found

    @cached_property
    def _patterns(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Where the last parts of patterns of objects begin and end that something is assigned to: ``{a,b}=…``."""
        data = self._data
        ends = [found.start() for found in _PATTERN.finditer(data)]
        self._budget.take(len(ends) >> 3)
        starts = [
            max(
                end - PATTERN_REACH,
                *(data.rfind(sign, max(0, end - PATTERN_REACH), end) + 1 for sign in (b"{", b"}", b"(", b")")),
            )
            for end in ends
        ]
        return np.array(starts, np.int64), np.array(ends, np.int64)

    def _in_patterns(self, raw: bytes, scope: Scope) -> list[int]:
        """Where a word is in the last part of a pattern of an object, in a scope."""
        known = self._matches.get((raw, _PATTERN_SIGNS))
        if known is None:
            starts, ends = self._patterns
            near = [self.words.places(raw)] if len(raw) >= LONG else self.words.near(raw, _PATTERN_SIGNS)
            known = tuple(self._scopes.outside_comments(_between(one, len(raw), starts, ends)) for one in near)
            self._matches[raw, _PATTERN_SIGNS] = known
        found = [place for places in known for place in within(places, scope.start, scope.end)[:MAX_PLACES]]
        self._budget.take(1 + len(found))
        return found

    def _in_pattern(self, raw: bytes, scope: Scope) -> Binding | None:
        # Those that are members are not counted.
        places = [one for one in self._in_patterns(raw, scope) if self._data[one - 1 : one] != b"."]
        for place in places[:_MAX_NESTED]:
            if self._data[place - 1 : place] not in _BEFORE_PART:
                continue
            key = _KEY.search(bytes(self._data[max(0, place - _BEFORE) : place]))
            name = key["key"] if key and key["key"] else raw
            if self._scopes.function(place) == scope or not scope.function:
                return Binding(Way.MEMBER, (self._end(_PATTERN_END, place + len(raw)),), scope, name.decode())
        for place, value, path in self._nested_patterns.get(raw, ())[:_MAX_NESTED]:
            if scope.start <= place < scope.end and (self._scopes.function(place) == scope or not scope.function):
                return Binding(Way.MEMBER, (value,), scope, path)
        return None

    def _nested_ends(self) -> Iterator[re.Match[bytes]]:
        """The ends of patterns with others inside: two braces with at most names between them."""
        data = self._data
        for end in self._patterns[1].tolist():
            inner = data.rfind(b"}", max(0, end - _NESTED_REACH), end)
            if inner >= 0 and (found := _NESTED_END.match(data, inner)):
                yield found

    @cached_property
    def _nested_patterns(self) -> dict[bytes, list[tuple[int, int, str]]]:
        """The names in patterns that have others inside: the place, that of the value, and the members on the way."""
        data = self._data
        found: dict[bytes, list[tuple[int, int, str]]] = {}
        for end in islice(self._nested_ends(), _MAX_PATTERNS):
            self._budget.take(4)
            start = opening_brace(data, end.end() - len(end[0].rpartition(b"}")[2]) - 1)
            if start < 0:
                continue
            for part in pattern_parts(data, start):
                found.setdefault(part.name, []).append((part.at, end.end(), part.path))
        return found


def _between(places: Sequence[int], size: int, starts: NDArray[np.int64], ends: NDArray[np.int64]) -> Sequence[int]:
    """Those of the places, of a word of this size, that are in one of the ranges up to its end."""
    behind = np.array(places, np.int64) + size
    index = ends.searchsorted(behind)
    behind, index = behind[index < len(ends)], index[index < len(ends)]
    return array("I", (behind[starts[index] <= behind] - size).tolist())


def _parameter(data: Bytes, raw: bytes, start: int, end: int) -> int:
    """Where a parameter of this name is in the head of a function; -1 if there is none."""
    at = start
    for _ in range(50):
        at = data.find(raw, at, end)
        if at < 0:
            return -1
        is_word = not _is_word(data[at + len(raw) : at + len(raw) + 1]) and not _is_word(data[at - 1 : at])
        if is_word and bytes(data[start:at]).rstrip()[-1:] in (b"", b"(", b",", b"{", b":", b"[", b"."):
            return at
        at += len(raw)
    return -1


def _is_word(one: Bytes) -> bool:
    return bool(one) and (one.isalnum() or one in (b"_", b"$") or one[0] >= 0x80)


def _comment_ends(head: Bytes) -> bool:
    line = head[head.rfind(b"\n") + 1 :]
    return line.lstrip()[:2] == b"//"
