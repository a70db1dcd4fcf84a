"""Ends of units in the order of the units, whatever the order of completion.

An end that has to wait for an earlier unit is kept: its result in a temporary file, so that one slow input costs disk,
not memory.
"""

import tempfile
from collections import deque
from collections.abc import Iterable, Iterator
from typing import BinaryIO

import msgspec

from tieback.model.errors import InputError
from tieback.model.unit import Unit, UnitEnd


class UnitOrder:
    """The order of units, and of inputs that are none because they failed."""

    def __init__(self) -> None:
        self._count = 0
        self._places: dict[Unit, deque[int]] = {}
        self._ready: dict[int, UnitEnd | InputError] = {}
        self._results: dict[int, tuple[int, int]] = {}

    def add(self, found: Unit | InputError) -> None:
        """Append a unit, or an input that failed."""
        if isinstance(found, InputError):
            self._ready[self._count] = found
        else:
            self._places.setdefault(found, deque()).append(self._count)
        self._count += 1

    def arrange(self, ends: Iterable[UnitEnd]) -> Iterator[UnitEnd | InputError]:
        """Yield ends and failures in the order in which ``add`` got them; every unit of an end must have been added."""
        following = 0
        with tempfile.TemporaryFile(prefix="tieback-") as results:
            for end in ends:
                places = self._places[end.unit]
                place = places.popleft()
                if not places:
                    del self._places[end.unit]
                if place != following:
                    self._results[place] = results.seek(0, 2), len(end.result)
                    results.write(end.result)
                    end = msgspec.structs.replace(end, result=b"")  # noqa: PLW2901 - the result is in the file
                self._ready[place] = end
                while following in self._ready:
                    yield self._take(following, results)
                    following += 1
                if not self._results:
                    results.truncate(0)
            for place in sorted(self._ready):
                yield self._take(place, results)

    def _take(self, place: int, results: BinaryIO) -> UnitEnd | InputError:
        end = self._ready.pop(place)
        kept = self._results.pop(place, None)
        if kept is None or isinstance(end, InputError):
            return end
        results.seek(kept[0])
        return msgspec.structs.replace(end, result=results.read(kept[1]))
