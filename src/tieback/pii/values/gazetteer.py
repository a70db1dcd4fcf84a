"""Word lists of names, places and occupations, read from ``gazetteer.zz`` at first use.

The file is a zlib stream of sections separated by form feeds. Each section is a name and its words, one per line,
folded and in lower case. ``tools/build-gazetteer`` writes it from Faker (MIT), GeoNames (CC BY 4.0) and airportsdata
(MIT).
"""

import zlib
from array import array
from bisect import bisect_left
from collections.abc import Iterable
from functools import lru_cache
from importlib import resources
from zlib import crc32

import msgspec

MAX_SIZE = 16 << 20
"""Most bytes of the inflated file."""


_LARGE = frozenset({"city", "job"})


class HashedWordSet:
    """A large set of words as sorted CRC-32 sums of four bytes each; one other word in twenty thousand matches too."""

    def __init__(self, words: Iterable[bytes]) -> None:
        self._sums = array("I", sorted(map(crc32, words)))

    def __contains__(self, word: object) -> bool:
        if not isinstance(word, str):
            return False
        wanted = crc32(word.encode("utf-8", "replace"))
        place = bisect_left(self._sums, wanted)
        return place < len(self._sums) and self._sums[place] == wanted

    def __len__(self) -> int:
        return len(self._sums)


class Gazetteer(msgspec.Struct, frozen=True):
    """The sections of the file."""

    given: frozenset[str]
    surname: frozenset[str]
    country: frozenset[str]
    job: HashedWordSet
    jobhead: frozenset[str]
    thing: frozenset[str]
    airport: frozenset[str]
    word: frozenset[str]
    city: HashedWordSet


@lru_cache(1)
def load_gazetteer() -> Gazetteer:
    """The words of every section.

    Raises:
        zlib.error: the data file is damaged.
    """
    packed = resources.files("tieback.pii.values").joinpath("gazetteer.zz").read_bytes()
    data = zlib.decompressobj().decompress(packed, MAX_SIZE)
    sections: dict[str, HashedWordSet | frozenset[str]] = {}
    # Section by section: one letter beyond the basic plane makes the whole text four times as large in memory.
    for section in data.split(b"\f"):
        title, _, words = section.partition(b"\n")
        name = title.decode()
        sections[name] = HashedWordSet(words.split(b"\n")) if name in _LARGE else frozenset(words.decode().split("\n"))
    return Gazetteer(**sections)  # type: ignore[arg-type]


def airports() -> frozenset[str]:
    """IATA location identifiers."""
    return load_gazetteer().airport
