"""What a name or a member stands for: its assignments in the functions and blocks around a place.

Only the places where the name is followed by an equals sign (or that declare it otherwise) are looked at, with searches
for literal bytes. The nearest function or block that assigns the name decides. A name that is a parameter there hides
those outside.
"""

import re
from collections.abc import Iterator, Sequence
from enum import Enum, auto
from itertools import islice
from typing import NamedTuple

from tieback.intake.apps.interface import Bytes
from tieback.recognise.scripts.reader import Budget
from tieback.recognise.scripts.scopes import Scope, Scopes
from tieback.recognise.scripts.words import Words

MAX_PLACES = 20_000
"""Most places of a name in one scope that are looked at; a name with more is unknown."""
MAX_VALUES = 16
"""Most assignments of a name; with more it is unknown."""
_MAX_NESTED = 32
_MAX_DECLARED = 65_536
"""Most assignments in inner blocks of which the function is determined."""
_BEFORE = 60
_LONG = 4
_DECLARES = re.compile(rb"(?:^|[^\w$.])(?:var|let|const)\s+\Z")
_EQUALS = re.compile(rb"\s{0,9}=(?![=>])\s*")
_ADDS = re.compile(rb"\s{0,9}\+=\s*")
_OF = re.compile(rb"\s+of\s+")
_PATTERN_END = re.compile(rb"[^{}()]{0,400}\}\s*=(?![=>])\s*")
_COLON = re.compile(rb"\s*:\s*")
_QUOTES = (b'"', b"'")
_DECLARATION = re.compile(
    rb"(?:^|[^\w$.])(?:var|let|const)\b(?!.*\b(?:var|let|const)\b)(\s+|[^;]*[,\[]\s*)\Z", re.DOTALL
)
_ENDS = re.compile(rb"[ \t]*[,;\]}\r\n]")
_LIST_END = re.compile(rb"[\w$,\s]{0,200}\]\s*=(?![=>])")
_KEY = re.compile(rb"(?:(?P<key>[A-Za-z_$][\w$]*)\s*:\s*)?\Z")


class Way(Enum):
    """How a name gets its value."""

    ASSIGNED = auto()
    FUNCTION = auto()
    CLASS = auto()
    PARAMETER = auto()
    ELEMENT = auto()
    """One of the elements of an array, in a loop."""
    MEMBER = auto()
    """A member of an object, in a pattern."""


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
    complete: bool = True
    """False if there are other assignments, which were not read."""


class Names:
    """The names of one script."""

    def __init__(self, data: Bytes, scopes: Scopes, budget: Budget) -> None:
        """Look up names in this script."""
        self._data, self._scopes, self._budget = data, scopes, budget
        self._known: dict[tuple[str, int], Binding | None] = {}
        self._index = Words(data)

    def find(self, name: str, at: int) -> Binding | None:
        """The binding of a name at an offset; ``None`` if the script does not bind it, or too often."""
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

    def members(self, name: str, start: int, end: int, *, before: bytes = b".") -> Iterator[int]:
        """Where the expressions begin that are assigned to a member in a range: ``x.name = …``."""
        raw = before + name.encode()
        for place in self._words(raw, start, end, b"=", b" ="):
            found = _EQUALS.match(self._data, place + len(raw), end)
            if found is not None:
                yield found.end()

    def keys(self, name: str, start: int, end: int) -> Iterator[int]:
        """Where the values of a key of objects begin in a range: ``{name: …}``, and fields of classes."""
        data, raw = self._data, name.encode()
        for place in self._words(raw, start, end, b":", b" :", b'"', b"'", b"=", b" ="):
            after = place + len(raw)
            quoted = data[place - 1 : place] in _QUOTES and data[after : after + 1] == data[place - 1 : place]
            head = data[max(0, place - _BEFORE) : place - quoted].rstrip()
            if found := _COLON.match(data, after + quoted, end):
                if head[-1:] in (b"{", b",") or head[-2:] == b"*/" or _comment_ends(head):
                    yield found.end()
            elif (
                not quoted
                and (head[-1:] in (b"{", b";", b"}") or head.endswith(b"static"))
                and (found := _EQUALS.match(data, after, end))
            ):
                yield found.end()

    def _words(self, raw: bytes, start: int, end: int, *ends: bytes) -> Iterator[int]:
        """Where a word is: a long one is found once, a short one only together with what follows it."""
        if len(raw) >= _LONG:
            return self._places(raw, start, end)
        return (place for after in ends for place in self._places(raw, start, end, after))

    def _places(self, raw: bytes, start: int, end: int, after: bytes = b"") -> Iterator[int]:
        """Where a word is in a range, with this text behind it."""
        self._budget.take(1 + ((end - start) >> 11))
        known = self._index.places(raw, after, start, end)
        return self._searched(raw, start, end, after) if known is None else self._counted(known)

    def _counted(self, places: Sequence[int]) -> Iterator[int]:
        self._budget.take(self._index.compared >> 6)
        self._index.compared = 0
        for place in islice(places, MAX_PLACES):
            self._budget.take()
            yield place

    def _searched(self, raw: bytes, start: int, end: int, after: bytes) -> Iterator[int]:
        data, at, needle, last = self._data, start, raw + after, start
        for _ in range(MAX_PLACES):
            at = data.find(needle, at, end)
            if at < 0:
                return
            last = at + len(raw)
            if (after or not _is_word(data[last : last + 1])) and (raw[:1] == b"." or not _is_word(data[at - 1 : at])):
                self._budget.take()
                yield at
            at = last

    def _in_scope(self, raw: bytes, scope: Scope) -> Binding | None:
        """The binding in a scope, without places: one that cannot be read; ``None`` if there is none."""
        data, (start, end, *_) = self._data, scope

        words = list(self._places(raw, start, end)) if len(raw) >= _LONG else None
        if words is not None and not words:
            return None

        def behind(pattern: re.Pattern[bytes], *ends: bytes) -> list[tuple[int, int]]:
            found = []
            for place in words if words is not None else self._words(raw, start, end, *ends):
                match = pattern.match(data, place + len(raw), end)
                if match is not None and data[place - 1 : place] != b".":
                    found.append((place, match.end()))
            return found

        declared = [
            at + len(before)
            for before in (b"function ", b"class ")
            for at in islice(self._places(before + raw, start, end), _MAX_NESTED)
        ]
        return (
            self._assigned(behind(_EQUALS, b"=", b" ="), behind(_ADDS, b"+=", b" +="), scope)
            or self._declared(declared, scope)
            or self._looped(behind(_OF, b" of "), scope)
            or self._in_pattern(behind(_PATTERN_END, b"}", b" }", b",", b"\n"), raw, scope)
            or self._without_value(raw, scope)
        )

    def _without_value(self, raw: bytes, scope: Scope) -> Binding | None:
        """A variable that is declared without a value, or as a part of an array: it hides those outside."""
        if scope.end - scope.start > _MAX_DECLARED:
            return None
        places = self._words(raw, scope.start, scope.end, b",", b";", b"]", b"}", b"\n")
        for place in self._scopes.direct(list(islice(places, _MAX_NESTED)), scope):
            head = bytes(self._data[max(scope.start, place - 200) : place])
            found = _DECLARATION.search(head)
            if found is None or not _ENDS.match(self._data, place + len(raw), scope.end):
                continue
            opened = found[1].count(b"(") - found[1].count(b")")
            listed = found[1].count(b"[") - found[1].count(b"]")
            if not opened and (not listed or _LIST_END.match(self._data, place + len(raw), scope.end)):
                return Binding(Way.ASSIGNED, (), scope)
        return None

    def _assigned(self, places: list[tuple[int, int]], added: list[tuple[int, int]], scope: Scope) -> Binding | None:
        direct = set(self._scopes.direct([place for place, _ in places], scope)) if places else set()
        kept = [(place, end) for place, end in places if place in direct and not self._is_default(place)]
        nested = [(place, end) for place, end in places if place not in direct]
        if scope.function and nested and (kept or len(nested) <= _MAX_NESTED):
            own = [one for one in nested[:_MAX_NESTED] if self._scopes.function(one[0]) == scope]
            # A block of its own has variables of its own; those of the function are assigned without a keyword.
            kept += [one for one in own if not kept or not self._declares(one[0])]
        if not kept:
            return None
        if len(kept) > MAX_VALUES:
            return Binding(Way.ASSIGNED, (), scope)
        mine = set(self._scopes.direct([place for place, _ in added], scope))
        appended = tuple(end for place, end in added if place in mine)
        return Binding(Way.ASSIGNED, tuple(end for _, end in sorted(kept)), scope, "", appended)

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
        depth = 0
        for end in range(at, min(len(self._data), at + 600)):
            sign = self._data[end]
            depth += (sign == 0x28) - (sign == 0x29)
            if not depth:
                return re.match(rb"\)\s*(?:\{|=>)", bytes(self._data[end : end + 12])) is not None
        return True

    def _declared(self, places: list[int], scope: Scope) -> Binding | None:
        for place in self._scopes.direct(places, scope) if places else ():
            head = bytes(self._data[max(0, place - 12) : place]).rstrip()
            if head.endswith(b"class"):
                return Binding(Way.CLASS, (place,), scope)
            return Binding(Way.FUNCTION, (place,), scope)
        return None

    def _looped(self, places: list[tuple[int, int]], scope: Scope) -> Binding | None:
        for _, end in places[:1]:
            return Binding(Way.ELEMENT, (end,), scope)
        return None

    def _in_pattern(self, places: list[tuple[int, int]], raw: bytes, scope: Scope) -> Binding | None:
        for place, end in places[:_MAX_NESTED]:
            if self._data[place - 1] not in b"{,: \n":
                continue
            key = _KEY.search(bytes(self._data[max(0, place - _BEFORE) : place]))
            name = key["key"] if key and key["key"] else raw
            if self._scopes.function(place) == scope or not scope.function:
                return Binding(Way.MEMBER, (end,), scope, name.decode())
        return None


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
