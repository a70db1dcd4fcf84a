"""Long tables of a report, as handles that read their rows."""

from collections.abc import Callable, Collection, Iterator, Sequence
from itertools import islice

import msgspec


class LazyTable[T](msgspec.Struct, frozen=True):
    """A long table that a renderer can stream repeatedly, without holding it in memory."""

    count: int
    rows: Callable[[], Iterator[T]]
    """Opens the table again, from its first row."""
    head: Callable[[int], Iterator[T]] | None = None
    """The first rows, if that is cheaper than opening the whole table."""
    encoded: Callable[[], Iterator[bytes]] | None = None
    """All rows as JSON, if that is cheaper than to encode each row. Each piece is some rows, separated by commas."""

    def first(self, most: int) -> tuple[T, ...]:
        """At most ``most`` rows from the start."""
        if not self.count:
            return ()
        return tuple(islice(self.rows() if self.head is None else self.head(most), most))

    @staticmethod
    def of[R](rows: Sequence[R]) -> "LazyTable[R]":
        """A table of rows in memory."""
        return LazyTable(len(rows), lambda: iter(rows))


class LazyIndex[T](LazyTable[T], frozen=True, kw_only=True):
    """A long table whose rows have IDs."""

    pick: Callable[[Collection[str]], Iterator[T]]
    """The rows with one of these IDs, in no particular order."""

    @staticmethod
    def by[R](rows: Sequence[R], key: Callable[[R], str]) -> "LazyIndex[R]":
        """A table of rows in memory, with a function for their IDs."""
        return LazyIndex(len(rows), lambda: iter(rows), pick=lambda ids: (row for row in rows if key(row) in ids))
