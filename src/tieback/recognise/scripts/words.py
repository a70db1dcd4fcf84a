"""Index of the words of a script: where a name is, without a search of the script for each name.

A search for a short name stops at each of its thousands of places, and scripts have hundreds of names to look up. The
index has the hash and the offset of each word, sorted, and is made by a few passes of NumPy.
"""

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tieback.intake.apps.interface import Bytes
from tieback.model.lazy_pattern import lazy_pattern
from tieback.recognise.scripts.reader import Budget

MAX_INDEXED = 16 * 1024 * 1024
"""Most bytes of a script with an index. Longer ones are searched for each name."""
MAX_WORDS = 4_200_000
"""Most words of a script with an index, which takes ten bytes for each."""
_DEAR = 8 * 1024 * 1024
"""Bytes of a script from which on each lookup takes as many steps as a search."""
LONG = 4
"""Least bytes of a name that is looked for with any white space behind it."""
_MAX_AFTER = 8
_MANY = 32
"""Most bytes of a text that is compared at all places at once."""
FEW = 48
"""Most places of a word that are looked at one by one: a step of NumPy takes as long as twenty of them."""
_STEP = 8
"""Hits of a search that cost about as much as a step."""
_PADDING = 2 * _MAX_AFTER
_PIECE = 32 * 1024
_FACTOR = np.uint64(0x9E3779B97F4A7C15)
_ALL = (1 << 64) - 1
_MASKS = np.array([(1 << 8 * size) - 1 for size in range(9)], np.uint64)
_SPACE = b" \t\n\r\v\f"
WORD = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_$" + bytes(range(0x80, 0x100))
"""The bytes of names; each of the others ends a name."""
_JOINED = (b".", b"#")
"""Signs that can begin a needle directly behind a word: ``a.b``, ``static#b``."""
_OTHERS = bytes(octet for octet in range(256) if octet not in WORD)
_IS_WORD = bytes(octet in WORD for octet in range(256))
_TABLE = np.frombuffer(_IS_WORD, np.bool_)
_OCTETS = np.arange(257)
_GAP = lazy_pattern(rb"[^\w$\x80-\xff]")
type _Places = NDArray[np.int64]


class Words:
    """The words of one script. A needle is a word, with the text before it, as in ``this.name`` or ``.name``."""

    def __init__(
        self, data: Bytes, budget: Budget, *, most: int = MAX_INDEXED, words: int = MAX_WORDS, dear: int = _DEAR
    ) -> None:
        """Set the script. Nothing is read before the first word.

        Args:
            data: the script.
            budget: its steps.
            most: most bytes with an index.
            words: most words with an index.
            dear: bytes from which on each lookup takes as many steps as a search.
        """
        self._data, self._budget, self._words_indexed = data, budget, words
        self._is_indexed, self._is_dear = len(data) <= most, len(data) > min(most, dear)
        self._index: _Index | None = None
        self._keys = memoryview(b"")
        self._text: Bytes = b""
        """The script, and bytes behind it so that each place has as many behind it as are compared."""
        self._octets = np.zeros(0, np.uint8)
        """The same as an array."""
        self._eight = np.zeros(0, np.uint64)
        """The eight bytes from each of its bytes on."""
        self._words: dict[bytes, _Places | list[int]] = {}
        self._by_next: dict[bytes, tuple[_Places, _Places]] = {}
        self._few_by_next: dict[bytes, dict[int, list[int]]] = {}
        self._known: dict[tuple[bytes, bytes], array[int]] = {}
        self._near: dict[tuple[bytes, tuple[bytes, ...]], tuple[array[int], ...]] = {}

    def places(self, needle: bytes, after: bytes = b"") -> Sequence[int]:
        """All places of a word, in ascending order; with ``after`` those that have this text behind them.

        The text behind must begin with no byte of a word.
        """
        key = needle, after
        if key not in self._known:
            before = self._budget.mark()
            self._known[key] = self._read(needle, after)
            self._budget.kept(before)
        return self._known[key]

    def near(self, needle: bytes, ends: tuple[bytes, ...]) -> tuple[Sequence[int], ...]:
        """All places of a word that one of these texts can follow.

        Returns:
            The places for each text. For a word of ``LONG`` bytes all in one: those before the first byte of a text,
                or before white space if a text begins with a space.
        """
        if len(needle) < LONG:
            return tuple(self.places(needle, end) for end in ends)
        if (needle, ends) not in self._near:
            first = {octet for end in ends for octet in (_SPACE if end[0] == 0x20 else end[:1])}
            found = [place for octet in first for place in self.places(needle, bytes((octet,)))]
            self._near[needle, ends] = (array("I", sorted(found)),)
        return self._near[needle, ends]

    def alone(self, needle: bytes, ends: tuple[bytes, ...], unlike: bytes) -> tuple[Sequence[int], ...]:
        """As ``near``, without those behind a dot.

        Args:
            needle: the word.
            ends: the texts.
            unlike: bytes that must not be behind the text; only of a short word.
        """
        found = []
        unlike = unlike if len(needle) < LONG else b""
        near = self.near(needle, ends)
        text = self._text
        for number, places in enumerate(near):
            if len(places) <= FEW:
                behind = len(needle) + len(ends[number])
                one_by_one = [
                    place for place in places if text[place - 1] != 0x2E and text[place + behind] not in unlike
                ]
                found.append(array("I", one_by_one))
                continue
            kept = np.array(places, np.int64)
            kept = kept[self._octets[kept - 1] != 0x2E]
            for octet in unlike:
                kept = kept[self._octets[kept + len(needle) + len(ends[number])] != octet]
            found.append(_packed(kept))
        return tuple(found)

    def _read(self, needle: bytes, after: bytes) -> "array[int]":
        if not after:
            return _packed(self._located(needle))
        if (few := self._few_by_next.get(needle)) is not None:
            return array("I", self._with_text(few.get(after[0], []), after[1:_MAX_AFTER], len(needle) + 1))
        if needle not in self._by_next:
            located = self._located(needle)
            if isinstance(located, list):
                behind: dict[int, list[int]] = {}
                for place in located:
                    behind.setdefault(self._text[place + len(needle)], []).append(place)
                self._few_by_next[needle] = behind
                return self._read(needle, after)
            self._by_next[needle] = self._grouped(located, len(needle))
        places, bounds = self._by_next[needle]
        places = places[bounds[after[0]] : bounds[after[0] + 1]]
        return _packed(self._with(places, after[1:_MAX_AFTER], len(needle) + 1))

    def _grouped(self, places: _Places, size: int) -> tuple[_Places, _Places]:
        """The places of a word, by the byte behind it, and where those of each byte begin."""
        behind = self._octets[places + size]
        order = behind.argsort(kind="stable")
        return places[order], behind[order].searchsorted(_OCTETS)

    def _located(self, needle: bytes) -> _Places | list[int]:
        """The places of a word; a list if they are few."""
        if not self._text:
            # The last bytes of a script that is too large for a copy stand for those behind it.
            self._text = bytes(self._data) + bytes(_PADDING) if len(self._data) <= MAX_INDEXED else self._data
            self._octets = np.frombuffer(self._text, np.uint8)
            self._eight = _eight(self._text)
        whole = needle.rstrip(_OTHERS)
        word = whole[len(whole.rstrip(WORD)) :]
        self._budget.take(len(needle) >> 4)
        if word and self._is_indexed and self._index is None:
            self._read_words()
        if self._is_dear or not word:
            self._budget.take(1 + (len(self._data) >> 11))
        if not word:
            return self._of_signs(needle)
        if not self._is_indexed:
            return np.fromiter(self._searched(needle), np.int64)
        if word not in self._words:
            self._words[word] = self._of_word(word)
        places, before = self._words[word], whole[: len(whole) - len(word)]
        if needle == word:
            return places
        if isinstance(places, list):
            return self._few_located(places, before, needle)
        places = self._with(places[places >= len(before)] - len(before), before, 0)
        places = self._with(places, needle[len(whole) :], len(whole))
        places = places[~_TABLE[self._octets[places + len(needle)]]]
        if needle[:1] not in _JOINED:
            places = places[(places == 0) | ~_TABLE[self._octets[places - 1]]]
        return np.array(_apart(places.tolist(), len(needle)), np.int64) if _overlaps(needle) else places

    def _few_located(self, places: list[int], before: bytes, needle: bytes) -> list[int]:
        """The places of a needle from those of its word, which has this text before it."""
        text, size, low = self._text, len(needle), len(before)
        found = [
            place - low
            for place in places
            if place >= low and text.startswith(needle, place - low) and not _IS_WORD[text[place - low + size]]
        ]
        if needle[:1] not in _JOINED:
            found = [place for place in found if not place or not _IS_WORD[text[place - 1]]]
        return _apart(found, size) if _overlaps(needle) else found

    def _read_words(self) -> None:
        self._index = _index(self._text, self._words_indexed)
        if self._index is None:
            self._is_indexed, self._is_dear = False, True
        else:
            self._keys = memoryview(self._index.keys)

    def _of_word(self, word: bytes) -> _Places | list[int]:
        assert self._index is not None
        first, last = (int.from_bytes(part, "little") for part in (word[:8], word[-8:] if len(word) > 8 else b""))
        mixed = _hash_of(first, last, len(word))
        key, rest = mixed >> 48, mixed >> 16 & 0xFFFFFFFF
        start = bisect_left(self._keys, key)
        end = bisect_right(self._keys, key, start)
        rests, some = self._index.rests[start:end], self._index.places[start:end]
        found = some[rests == rest] if end - start > FEW else some
        if len(found) <= FEW:
            text, size = self._text, len(word)
            return [at for at in found.tolist() if text.startswith(word, at) and not _IS_WORD[text[at + size]]]
        places = self._with(found.astype(np.int64), word, 0)
        places = places[~_TABLE[self._octets[places + len(word)]]]
        self._budget.take(len(found) - len(places) >> 6)  # other words with the same hash
        return places

    def _with(self, places: _Places, text: bytes, shift: int) -> _Places:
        """Those of the places that have a text at this distance."""
        if len(text) > _MANY:
            kept = [place for place in places.tolist() if self._data.startswith(text, place + shift)]
            return np.array(kept, np.int64)
        for number in range(0, len(text), 8):
            part = text[number : number + 8]
            here = self._eight[places + (shift + number)] & _MASKS[len(part)]
            places = places[here == np.uint64(int.from_bytes(part, "little"))]
        return places

    def _of_signs(self, needle: bytes) -> _Places:
        """The places of a text without a word in it, which can be every other byte."""
        octets, size = self._octets[: len(self._text) - _PADDING if needle else 0], len(needle)
        pieces = (
            self._with(np.flatnonzero(octets[start : start + _PIECE] == needle[0]) + start, needle, 0)
            for start in range(0, len(octets), _PIECE)
        )
        places: _Places = np.concatenate([np.zeros(0, np.int64), *pieces])
        places = places[places <= len(octets) - size]
        self._budget.take(len(places) // _STEP)
        places = places[~_TABLE[self._octets[places + size]]]
        if needle[:1] not in _JOINED:
            places = places[(places == 0) | ~_TABLE[self._octets[places - 1]]]
        return np.array(_apart(places.tolist(), size), np.int64) if _overlaps(needle) else places

    def _with_text(self, places: list[int], text: bytes, shift: int) -> list[int]:
        return [place for place in places if self._text.startswith(text, place + shift)] if text else places

    def _searched(self, needle: bytes) -> Iterator[int]:
        data, at, size, hits = self._data, 0, len(needle), 0
        end = len(self._text) - _PADDING
        while (at := data.find(needle, at, end)) >= 0:
            hits += 1
            if not hits % _STEP:
                self._budget.take()
            if _is_word(data[at + size : at + size + 1]) or (needle[:1] not in _JOINED and _is_word(data[at - 1 : at])):
                at += 1
                continue
            yield at
            at += size


def within(places: Sequence[int], start: int, end: int) -> Sequence[int]:
    """Those of the places that are in a range."""
    low = bisect_left(places, start)
    return places[low : bisect_left(places, end, low)]


def _packed(places: _Places | list[int]) -> "array[int]":
    return array("I", places if isinstance(places, list) else places.astype(np.uint32).tobytes())


def _is_word(one: Bytes) -> bool:
    return bool(one) and one in WORD


def _overlaps(needle: bytes) -> bool:
    """True if two of these texts can overlap."""
    return any(needle.endswith(needle[:size]) for size in range(1, len(needle)))


def _apart(places: list[int], size: int) -> list[int]:
    """Places of a text without those that begin inside of the one before."""
    found: list[int] = []
    for place in places:
        if not found or place >= found[-1] + size:
            found.append(place)
    return found


class _Index(NamedTuple):
    """All words: the hash of each in two parts, and its offset; sorted by the first part, and then by the offset."""

    keys: NDArray[np.uint16]
    rests: NDArray[np.uint32]
    places: NDArray[np.uint32]


def _index(data: Bytes, most: int) -> _Index | None:
    """The index of the words of a script, of which the last ``_PADDING`` bytes are no part; ``None`` if it has more."""
    size, eight, words = len(data) - _PADDING, _eight(data), 0
    parts: list[_Index] = []
    start = 0
    while start < size:
        # Small pieces stay in the cache of the processor. None ends inside of a word.
        gap = _GAP.search(data, min(size, start + _PIECE))
        end = gap.start() if gap else size
        inside = np.frombuffer(b"\0%b\0" % bytes(data[start:end]).translate(_IS_WORD), np.bool_)
        edges = np.flatnonzero(inside[1:] != inside[:-1]) + start
        starts, ends = edges[::2], edges[1::2]
        words += len(starts)
        if words > most:
            return None
        sizes = ends - starts
        last = np.zeros(len(sizes), np.uint64)
        long = np.flatnonzero(sizes > 8)
        last[long] = eight[ends[long] - 8]
        first = eight[starts] & _MASKS[np.minimum(sizes, 8)]
        mixed = _hash(first, last, sizes.astype(np.uint64))
        key, rest = (mixed >> np.uint64(48)).astype(np.uint16), (mixed >> np.uint64(16)).astype(np.uint32)
        parts.append(_Index(key, rest, starts.astype(np.uint32)))
        start = end
    if not parts:
        return _Index(np.zeros(0, np.uint16), np.zeros(0, np.uint32), np.zeros(0, np.uint32))
    keys, rests, places = (np.concatenate(some) for some in zip(*parts, strict=True))
    parts.clear()
    order = keys.argsort(kind="stable")  # ten times faster for 16 bits than a sort of whole hashes
    return _Index(keys[order], rests[order], places[order])


def _eight(data: Bytes | memoryview) -> NDArray[np.uint64]:
    return np.ndarray((len(data) - 7,), "<u8", data, 0, (1,))


def _hash_of(first: int, last: int, size: int) -> int:
    """The hash of one word; as ``_hash``."""
    factor = int(_FACTOR)
    return ((first * factor ^ last) * factor + size * factor) & _ALL


def _hash(first: NDArray[np.uint64], last: NDArray[np.uint64], sizes: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """The hash of words from their first and last bytes."""
    return (first * _FACTOR ^ last) * _FACTOR + sizes * _FACTOR
