"""Index of the words of a script: where a name is, without a search of the whole script for each name.

A search for a short name stops at each of its thousands of places, and scripts have hundreds of names to look up. The
index is one sorted array with the hash and the offset of each word, made by a few passes of NumPy.
"""

from array import array
from bisect import bisect_left
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from tieback.intake.apps.interface import Bytes

MAX_INDEXED = 8 * 1024 * 1024
"""Most bytes of a script with an index, which takes eight bytes per word."""
_SEARCHES = 4
"""Searches of the whole script that cost about as much as the index."""
_MAX_AFTER = 8
_PIECE = 1024 * 1024
_PLACE = np.uint64(MAX_INDEXED - 1)
_FACTOR = np.uint64(0x9E3779B97F4A7C15)
_MASKS = np.array([(1 << 8 * size) - 1 for size in range(9)], np.uint64)
WORD = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_$" + bytes(range(0x80, 0x100))
"""The bytes of names; each of the others ends a name."""
_WORDS = tuple(bytes((octet,)) for octet in WORD)
_IS_WORD = bytes(octet in WORD for octet in range(256))


class Words:
    """The words of one script."""

    def __init__(self, data: Bytes, *, searches: int = _SEARCHES) -> None:
        """Set the script. The index is made after this many searches of the whole script, or of parts of that size."""
        self._data = data
        self._left = searches * len(data)
        self._index: NDArray[np.uint64] | None = None
        self._octets = np.zeros(0, np.uint8)
        """The script, and bytes after it so that each place has as many behind it as are compared."""
        self._words: dict[bytes, NDArray[np.int64]] = {}
        self._known: dict[tuple[bytes, bytes], array[int] | None] = {}
        self.compared = 0
        """Places of other words with the same hash that were compared."""

    def places(self, needle: bytes, after: bytes, start: int, end: int) -> Sequence[int] | None:
        """Where a word is in a range, in ascending order; ``None`` if it must be searched.

        Args:
            needle: the word, with the text before it, as in ``this.name``; it can begin with a dot.
            after: text behind the word, which begins with no byte of a word; if it is empty, any such byte can follow.
            start: offset of the range.
            end: offset behind the range; the text behind the word must be in it, too.
        """
        if self._index is None:
            self._left -= end - start
            if self._left >= 0 or len(self._data) > MAX_INDEXED:
                return None
            self._octets = np.frombuffer(bytes(self._data) + bytes(_MAX_AFTER), np.uint8)
            self._index = _index(self._octets)
        key = needle, after
        if key not in self._known:
            self._known[key] = self._found(self._index, needle, after)
        known = self._known[key]
        if known is None:
            return None
        low = bisect_left(known, start)
        return known[low : bisect_left(known, end - len(needle) - len(after) + 1, low)]

    def _found(self, index: NDArray[np.uint64], needle: bytes, after: bytes) -> "array[int] | None":
        word = needle[len(needle.rstrip(WORD)) :]
        before = needle[: len(needle) - len(word)]
        if not word or len(after) > _MAX_AFTER or after[:1] in _WORDS or _overlaps(needle):
            return None
        if word not in self._words:
            self._words[word] = self._of_word(index, word)
        places = self._words[word] - len(before)
        if before:
            places = places[places >= 0]
            if before[:1] != b".":
                places = places[(places == 0) | ~_are_in_words(self._octets[places - 1])]
        places = self._with(places, before, 0)
        places = self._with(places, after, len(needle))
        return array("I", places.astype(np.uint32).tobytes())

    def _of_word(self, index: NDArray[np.uint64], word: bytes) -> NDArray[np.int64]:
        first, last = (int.from_bytes(one, "little") for one in (word[:8], word[-8:] if len(word) > 8 else b""))
        low = _hash(np.array([first], np.uint64), np.array([last], np.uint64), np.array([len(word)], np.uint64))[0]
        found = index[np.searchsorted(index, low) : np.searchsorted(index, low | _PLACE, side="right")]
        candidates = (found & _PLACE).astype(np.int64)
        places = self._with(candidates, word, 0)
        places = places[~_are_in_words(self._octets[places + len(word)])]
        self.compared += len(candidates) - len(places)
        return places

    def _with(self, places: NDArray[np.int64], text: bytes, shift: int) -> NDArray[np.int64]:
        """Those of the places that have a text at this distance."""
        for number, octet in enumerate(text, shift):
            places = places[self._octets[places + number] == octet]
        return places


def _are_in_words(octets: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Which of the bytes are part of a word."""
    return np.frombuffer(octets.tobytes().translate(_IS_WORD), np.bool_)


def _overlaps(needle: bytes) -> bool:
    """True if two of these texts can overlap, so that a search does not find both."""
    return any(needle.endswith(needle[:size]) for size in range(1, len(needle)))


def _index(octets: NDArray[np.uint8]) -> NDArray[np.uint64]:
    """The hash and offset of each word, sorted; the last ``_MAX_AFTER`` bytes are not part of the script."""
    inside = _are_in_words(octets)
    edges = [np.zeros(int(inside[0]), np.uint32)]
    for start in range(0, len(inside) - 1, _PIECE):
        piece = inside[start : start + _PIECE + 1]
        edges.append((np.flatnonzero(piece[1:] != piece[:-1]) + (start + 1)).astype(np.uint32))
    both = np.concatenate(edges)
    index = np.empty(len(both) // 2, np.uint64)
    eight = np.ndarray((len(octets) - 7,), "<u8", octets.data, 0, (1,))
    for low in range(0, len(index), _PIECE // 8):
        starts, ends = both[2 * low : 2 * low + _PIECE // 4 : 2], both[2 * low + 1 : 2 * low + _PIECE // 4 : 2]
        sizes = ends - starts
        last = np.zeros(len(sizes), np.uint64)
        long = np.flatnonzero(sizes > 8)
        last[long] = eight[ends[long] - 8]
        first = eight[starts] & _MASKS[np.minimum(sizes, 8)]
        index[low : low + len(starts)] = _hash(first, last, sizes.astype(np.uint64)) | starts
    index.sort()
    return index


def _hash(first: NDArray[np.uint64], last: NDArray[np.uint64], sizes: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """The hash of words from their first and last bytes; the bits of the offset are zero."""
    mixed = (first * _FACTOR ^ last) * _FACTOR + sizes * _FACTOR
    return mixed & ~_PLACE
