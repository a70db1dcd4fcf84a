"""Functions and blocks around a place of a script, from the braces of its code.

The braces are found in one pass when the first name is looked up; those in comments, literals and regular expressions
do not count. Heads of functions are read backwards from their brace, at most ``_HEAD`` bytes.
"""

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tieback.intake.apps.interface import Bytes
from tieback.model.lazy_pattern import lazy_pattern
from tieback.recognise.texts.script import LastScript

MAX_LEVELS = 60
"""Most functions and blocks around a place that are read."""
_HEAD = 1_000
_BLOCKS = (b"if", b"for", b"while", b"switch", b"with")
_WORD = lazy_pattern(
    rb"(?:(?P<keyword>function\s{0,9}+\*?+\s{0,9}+)(?P<named>[A-Za-z_$][\w$]*+)?+|(?P<word>[A-Za-z_$][\w$]*+))\s{0,9}+\Z"
)
_ARROW = lazy_pattern(rb"(?:(?P<single>[A-Za-z_$][\w$]*)|(?P<close>\)))\s*=>\s*\Z")
_BRACKET = lazy_pattern(rb"[()\[\]{};,]")
_ARROW_REACH = 2_000
_MAX_ARROWS = 40
_PIECE = 256 * 1024
_MANY = 24
"""Offsets from which on NumPy is faster."""
_COMMENT_REACH = 400
_MOST_IN_PAGE = 1_000
"""Most places of a name in a page of which those in comments are left out."""


class Scope(NamedTuple):
    """A pair of braces, or the whole script."""

    start: int
    """Offset after the opening brace."""
    end: int
    """Offset of the closing brace."""
    function: bool
    """True for the body of a function, and for the whole script."""
    head: int = -1
    """Offset of the parameters of a function; -1 if it has none."""
    head_end: int = -1
    name: str = ""
    """Name of the function, if it stands in its head."""

    @property
    def key(self) -> int:
        """Number of the function in environments."""
        return self.start


class Arrow(NamedTuple):
    """An arrow function without braces."""

    key: int
    """Number of the function in environments: the offset behind the arrow."""
    head: int
    head_end: int


class Scopes:
    """The braces of one script."""

    def __init__(self, data: Bytes, *, markup: bool = False, script: LastScript | None = None) -> None:
        """Read this script.

        Args:
            data: the script.
            markup: true if it is in a page, so that its comments and literals are not known.
            script: has the comments and literals, if another reader needed them before.
        """
        self._data, self._markup, self._script = data, markup, script or LastScript()
        self._known: dict[int, Scope] = {}
        self._chains: dict[int, tuple[Scope, ...]] = {}
        self._arrows: dict[tuple[int, int], tuple[Arrow, ...]] = {}

    @cached_property
    def _braces(self) -> "Braces":
        octets = np.frombuffer(self._data, np.uint8)
        pieces = [np.zeros(0, np.uint32)]
        for start in range(0, len(octets), _PIECE):  # so that no array is as large as the script
            piece = octets[start : start + _PIECE]
            found = np.flatnonzero((piece == 0x7B) | (piece == 0x7D)) + start
            pieces.append(found.astype(np.uint32))
        places = np.concatenate(pieces)
        pieces.clear()
        if len(places) and not self._markup:
            edges = np.frombuffer(self._script.spans(self._data).ranges(), np.uint32)
            # An even number of edges is before a place outside of all ranges.
            places = places[edges.searchsorted(places, side="right") % 2 == 0]
        return Braces(places, np.cumsum(np.where(octets[places] == 0x7B, 1, -1), dtype=np.int32))

    @cached_property
    def _comments(self) -> "tuple[array[int], array[int]]":
        return self._script.spans(self._data).comments()

    def is_comment(self, at: int) -> bool:
        """True if an offset is in a comment; in a page only one of a whole line, or of markup."""
        if self._markup:
            before = bytes(self._data[max(0, at - _COMMENT_REACH) : at])
            line = before[before.rfind(b"\n") + 1 :].lstrip()
            return line.startswith((b"//", b"* ")) or before.rfind(b"<!--") > before.rfind(b"-->")
        starts, ends = self._comments
        index = bisect_right(starts, at) - 1
        return index >= 0 and at < ends[index]

    def outside_comments(self, places: Sequence[int]) -> Sequence[int]:
        """Those of the places, in ascending order, that are in no comment."""
        if not places:
            return places
        if self._markup:
            few = len(places) <= _MOST_IN_PAGE
            return [place for place in places if not self.is_comment(place)] if few else places
        starts, ends = self._comments
        if not starts or starts[0] > places[-1]:
            return places
        if len(places) <= _MANY:
            return [place for place in places if not self.is_comment(place)]
        at = np.array(places, np.int64)
        index = np.frombuffer(starts, np.uint32).searchsorted(at.astype(np.uint32), side="right")
        behind = np.concatenate((np.zeros(1, np.uint32), np.frombuffer(ends, np.uint32)))[index]
        return array("I", at[at >= behind].tolist())

    def around(self, at: int) -> Sequence[Scope]:
        """The scopes that contain an offset, the innermost first, and the whole script at the end."""
        index = bisect_left(self._braces.places, at) - 1
        known = self._chains.get(index)
        if known is None:
            known = self._chains[index] = tuple(self._outwards(index))
        return known

    def _outwards(self, index: int) -> Iterator[Scope]:
        braces = self._braces
        for _ in range(MAX_LEVELS):
            if index < 0:
                break
            level = braces.depths[index]
            before = braces.last_below(index, level)
            opening = before + 1
            # A place after a closing brace is in the scope around it: its depth is that of the scope around.
            if braces.depths[opening] != level or self._data[braces.places[opening]] != 0x7B:
                break
            yield self._scope(opening, level)
            index = before
        yield Scope(0, len(self._data), function=True)

    def function(self, at: int) -> Scope:
        """The innermost function that contains an offset."""
        return next(scope for scope in self.around(at) if scope.function)

    def body(self, opening: int) -> Scope | None:
        """The scope whose opening brace is at this offset."""
        places = self._braces.places
        index = bisect_left(places, opening)
        if index >= len(places) or places[index] != opening:
            return None
        return self._scope(index, self._braces.depths[index])

    def direct(self, at: Sequence[int], scope: Scope) -> list[int]:
        """Those of the offsets that are in a scope, and in no braces inside it."""
        (level,) = self._braces.around((scope.start,))
        return [one for one, its in zip(at, self._braces.around(at), strict=True) if its == level]

    def arrows(self, at: int, start: int) -> Sequence[Arrow]:
        """Arrow functions without braces around an offset, the innermost first; they begin at or after ``start``."""
        if (at, start) not in self._arrows:
            self._arrows[at, start] = tuple(self._arrows_before(at, max(start, at - _ARROW_REACH)))
        return self._arrows[at, start]

    def _arrows_before(self, at: int, low: int) -> Iterator[Arrow]:
        data, place = self._data, at
        for _ in range(_MAX_ARROWS):
            place = data.rfind(b"=>", low, place)
            if place < 0:
                return
            found = _ARROW.search(bytes(data[max(low, place - 60) : place + 2]))
            if found is None or not _inside(data, place + 2, at):
                continue
            first = max(low, place - 60)
            if found["single"]:
                yield Arrow(place + 2, first + found.start("single"), first + found.end("single"))
            elif (head := self._parens(first + found.start("close"))) >= 0:
                yield Arrow(place + 2, head, first + found.end("close"))

    def _scope(self, index: int, level: int) -> Scope:
        opening = self._braces.places[index]
        known = self._known.get(opening)
        if known is None:
            closing = self._braces.first_below(index, level)
            end = self._braces.places[closing] if closing >= 0 else len(self._data)
            known = self._known[opening] = self._read(opening, end)
        return known

    def _read(self, opening: int, end: int) -> Scope:
        data, low, start = self._data, max(0, opening - _HEAD), opening + 1
        before = bytes(data[max(0, opening - 80) : opening])
        if before.rstrip().endswith(b"=>") and (arrow := _ARROW.search(before)):
            at = opening - len(before) + arrow.start("single" if arrow["single"] else "close")
            if arrow["single"]:
                return Scope(start, end, True, at, at + len(arrow["single"]))
            head = self._parens(at)
            return Scope(start, end, True, head, at + 1) if head >= 0 else Scope(start, end, True)
        close = len(data[low:opening].rstrip()) + low - 1
        if close < low or data[close] != 0x29:
            return Scope(start, end, function=False)
        head = self._parens(close)
        word = _WORD.search(bytes(data[max(0, head - 80) : head])) if head >= 0 else None
        if head < 0:
            return Scope(start, end, True)  # unknown parameters
        before_head = word["word"] if word else b""
        if before_head in _BLOCKS:
            return Scope(start, end, function=False)
        if before_head == b"catch":
            return Scope(start, end, False, head, close + 1)
        named = word["named"] if word else b""
        return Scope(start, end, True, head, close + 1, (named or b"").decode("ascii"))

    def _parens(self, close: int) -> int:
        """Offset of the parenthesis that belongs to the closing one; -1 if it is too far away."""
        data, low, depth, at = self._data, max(0, close - _HEAD), 0, close
        before = data.rfind(b"(", low, close)
        while True:
            inner = data.rfind(b")", before, at) if before >= 0 else -1
            if inner > before:
                depth, at = depth + 1, inner
            elif before < 0 or not depth:
                return before
            else:
                depth, at = depth - 1, before
                before = data.rfind(b"(", low, before)


class Braces:
    """The braces of the code of a script."""

    def __init__(self, places: NDArray[np.uint32], depths: NDArray[np.int32]) -> None:
        """Set their offsets, and the depth after each."""
        self.places = array("I", places.tobytes())
        self.depths = array("i", depths.tobytes())
        self._depths = depths
        self._known: dict[int, array[int]] = {}

    def around(self, at: Sequence[int]) -> list[int]:
        """The depths at offsets."""
        if len(at) < _MANY:
            index = [bisect_left(self.places, one) - 1 for one in at]
            return [self.depths[one] if one >= 0 else 0 for one in index]
        found = np.frombuffer(self.places, np.uint32).searchsorted(np.array(at, np.uint32)) - 1
        return np.where(found >= 0, self._depths[found], 0).tolist() if len(self.places) else [0] * len(at)

    @cached_property
    def _sorted(self) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
        """The braces by depth, and their depths."""
        narrow = self._depths.astype(np.int16)  # many times faster to sort
        order = (narrow if (narrow == self._depths).all() else self._depths).argsort(kind="stable")
        return order, self._depths[order]

    def _after(self, depth: int) -> "array[int]":
        """The braces with this depth after them."""
        if depth not in self._known:
            order, depths = self._sorted
            low, high = (int(depths.searchsorted(depth, side=side)) for side in ("left", "right"))
            self._known[depth] = array("I", order[low:high].astype(np.uint32).tobytes())
        return self._known[depth]

    def last_below(self, index: int, level: int) -> int:
        """The last brace before one after which the depth is below a level, if it is not below after that one; or -1.

        The depth changes by one at each brace, so that it is the last one of the level below.
        """
        known = self._after(level - 1)
        at = bisect_left(known, index) - 1
        return known[at] if at >= 0 else -1

    def first_below(self, index: int, level: int) -> int:
        """The first such brace after one; -1 if there is none."""
        known = self._after(level - 1)
        at = bisect_left(known, index)
        return known[at] if at < len(known) else -1


def _inside(data: Bytes, start: int, at: int) -> bool:
    """True if an expression that begins at ``start`` contains ``at``."""
    depth = 0
    for found in _BRACKET.finditer(data, start, at):
        sign = found[0]
        if sign in b"([{":
            depth += 1
        elif sign in b")]}":
            depth -= 1
            if depth < 0:
                return False
        elif not depth:
            return False
    return True
