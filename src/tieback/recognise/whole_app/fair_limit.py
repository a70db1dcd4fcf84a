"""A limit on the finds of one app of which every source gets its share.

At the limit, a value of another source takes the place of the last value of the source that has most. So one file with
very many addresses hides no address of another file, and constants hide none that code puts together.
"""

import heapq
from itertools import count


class FairLimit[T]:
    """Distinct values in the order of first appearance, up to the limit."""

    def __init__(self, most: int) -> None:
        """Keep at most this many values."""
        self.values: dict[object, T] = {}
        self.left_out = False
        self._limit = most
        self._keys: dict[object, list[object]] = {}
        """The keys of the values of each source."""
        self._largest: list[tuple[int, int, object]] = []
        """A heap of the sources, the one with most values first; old sizes are dropped when they come up."""
        self._order = count()

    def add(self, key: object, value: T, source: object = "") -> T | None:
        """Store a value unless its key exists. Returns the stored value, or ``None`` if the limit is reached."""
        known = self.values.get(key)
        if known is not None:
            return known
        its = self._keys.setdefault(source, [])
        if len(self.values) >= self._limit:
            self.left_out = True
            if not self._give_way(len(its)):
                return None
        self.values[key] = value
        its.append(key)
        if self._largest:
            self._weigh(source)
        return value

    def _weigh(self, source: object) -> None:
        heapq.heappush(self._largest, (-len(self._keys[source]), next(self._order), source))

    def _give_way(self, size: int) -> bool:
        """Drop the last value of the source with most; false if that has hardly more than a source of this size."""
        if not self._largest:
            for source in self._keys:
                self._weigh(source)
        while self._largest:
            least, _, source = self._largest[0]
            keys = self._keys[source]
            if -least != len(keys):
                heapq.heappop(self._largest)
                continue
            if len(keys) <= size + 1:
                return False
            heapq.heappop(self._largest)
            dropped = self.values.pop(keys.pop(), None)
            self._weigh(source)
            if dropped is not None:  # others can have removed it
                return True
        return False
