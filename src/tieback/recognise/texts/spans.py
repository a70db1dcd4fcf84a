"""Ranges of a text that a lexer found, in ascending order, and the one at an offset."""

from array import array
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from enum import IntEnum
from typing import NamedTuple

MAX_SIZE = 16 * 1024 * 1024
"""Most bytes of a text that is read."""
MAX_SPANS = 500_000
"""Most ranges of one text that are kept, nine bytes each: a lexer then stops. A page of 10 MB has some 400,000."""


class SpanKind(IntEnum):
    """What a range of a text is."""

    COMMENT = 1
    STRING = 2
    """A string literal or a part of a template, with its quotes."""
    REGEX = 3
    TAG = 4
    SCRIPT = 5
    """Content of a script element."""
    STYLE = 6
    """Content of a style element."""
    RAW = 7
    """Content that is neither markup nor code: CDATA, a text area."""


class Span(NamedTuple):
    """One range; offsets in bytes."""

    start: int
    end: int
    kind: SpanKind


class Spans:
    """The ranges of one text."""

    def __init__(self) -> None:
        self._starts, self._ends, self._kinds = array("I"), array("I"), bytearray()

    def add(self, start: int, end: int, kind: SpanKind) -> None:
        """Append a range; it must begin at or after the end of the last one."""
        self._starts.append(start)
        self._ends.append(end)
        self._kinds.append(kind)

    def extend(self, edges: Sequence[tuple[int, int]], kind: SpanKind) -> None:
        """Append several ranges of one kind, with the beginning and the end of each."""
        self._starts.extend([start for start, _ in edges])
        self._ends.extend([end for _, end in edges])
        self._kinds += bytes((kind,)) * len(edges)

    @property
    def is_full(self) -> bool:
        """True if there are so many ranges that the lexer must stop."""
        return len(self._kinds) >= MAX_SPANS

    def is_beyond(self, offset: int) -> bool:
        """True if the lexer stopped before this offset, so that nothing is known of it."""
        return self.is_full and offset >= self._ends[-1]

    def at(self, offset: int) -> Span | None:
        """The range that contains the offset, or ``None``."""
        index = bisect_right(self._starts, offset) - 1
        if index < 0 or offset >= self._ends[index]:
            return None
        return Span(self._starts[index], self._ends[index], SpanKind(self._kinds[index]))

    def before(self, offset: int) -> int:
        """The end of the last range that begins before the offset; 0 if there is none."""
        index = bisect_right(self._starts, offset) - 1
        return min(self._ends[index], offset) if index >= 0 else 0

    def gap(self, offset: int, start: int, end: int) -> tuple[int, int]:
        """The ends of the part of ``start`` to ``end`` without a range that contains the offset."""
        index = bisect_right(self._starts, offset)
        before = self._ends[index - 1] if index else start
        return before, self._starts[index] if index < len(self._starts) else end

    def edges(self) -> Iterator[tuple[int, int]]:
        """Where each range begins and ends."""
        return zip(self._starts, self._ends, strict=True)

    def edges_of(self, kind: SpanKind) -> "tuple[array[int], array[int]]":
        """Where the ranges of a kind begin, and where they end."""
        chosen = [number for number, its in enumerate(self._kinds) if its == kind]
        return array("I", (self._starts[one] for one in chosen)), array("I", (self._ends[one] for one in chosen))

    def __iter__(self) -> Iterator[Span]:
        """All ranges in order."""
        return map(Span, self._starts, self._ends, map(SpanKind, self._kinds))

    def __len__(self) -> int:
        """Number of ranges."""
        return len(self._starts)
