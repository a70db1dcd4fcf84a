"""Where the functions of a bytecode file refer to strings, functions and literals, without reading the instructions.

All bytes of the instructions are compared at once with ``numpy``: a byte that is the number of an instruction, with an
operand that is looked for.
"""

from collections.abc import Collection, Sequence
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from tieback.recognise.hermes.bytecode import Bytecode, Numbers
from tieback.recognise.hermes.instructions import Instructions

MAX_HITS = 20_000
"""Most hits of one search."""
MAX_SAME = 8
"""Most functions with the same instructions that are looked at; a compiler stores equal ones once."""
MAX_KEYS = 256
"""Most keys of a literal in which a key is looked for."""
MAX_LENGTH = 4_096
"""Most instructions of each function of which it is known where they begin."""
_NONE = np.uint8(255)
_SHORTEST = 2


class Search:
    """Searches in the functions and strings of one file."""

    def __init__(self, code: Bytecode) -> None:
        """Search in this file."""
        self._code = code
        offsets, sizes = code.bodies
        self._first = int(offsets[offsets > 0].min()) if (offsets > 0).any() else 0
        self._last = int((offsets + sizes).max()) if len(offsets) else 0
        self._bytes = np.frombuffer(code.data, np.uint8)[self._first : self._last]
        order = np.lexsort((sizes, offsets))
        self._order, self._sorted, self._ends = order, offsets[order], (offsets + sizes)[order]
        self._same = self._sorted.searchsorted(self._sorted, "left")
        """The first function that begins where each does."""
        begins = _beginnings(self._bytes, offsets - self._first, sizes, code.instructions)
        self._numbers = np.where(begins, self._bytes, _NONE)
        """The number of the instruction that begins at each byte."""
        self._found: dict[int, Numbers] = {}
        self._equal: dict[str, int] = {}
        self._read: dict[tuple[int, int], tuple[Numbers, Numbers]] = {}
        """Offsets and values of an operand of an instruction."""
        self._creators: dict[int, list[int]] = {}
        self._created: tuple[Numbers, Numbers] | None = None

    def functions(self, names: Sequence[str], operand: int, wanted: Collection[int] | Numbers) -> list[int]:
        """Functions with one of these instructions whose operand is one of the numbers; in the order of the file.

        Args:
            names: names of instructions.
            operand: index of the operand; negative from the end.
            wanted: the numbers.
        """
        numbers = np.unique(np.fromiter(wanted, np.int64))
        if not len(numbers):
            return []
        places = [found[_are_in(values, numbers)] for found, values in self._operands(names, operand)]
        return self._around(np.sort(np.concatenate(places))[:MAX_HITS]) if places else []

    def having(
        self, functions: Sequence[int], names: Sequence[str], least: int = 0, values: Sequence[int] = ()
    ) -> NDArray[np.bool_]:
        """Which functions can have one of these instructions.

        Args:
            functions: numbers of functions.
            names: names of instructions.
            least: only those whose last operand is at least this number.
            values: only those whose last operand is one of these numbers.
        """
        offsets, sizes = (one[np.array(functions, np.int64)] for one in self._code.bodies)
        found = np.zeros(len(functions), np.bool_)
        for kind in self._code.instructions.named(*names):
            places = self._places(kind.number, kind.width)
            if least:
                places = places[self._values(kind.kinds, len(kind.kinds) - 1, places) >= least]
            if values:
                places = places[np.isin(self._values(kind.kinds, len(kind.kinds) - 1, places), values)]
            places = places + self._first
            found |= places.searchsorted(offsets + sizes) > places.searchsorted(offsets)
        return found

    def creators(self, function: int) -> list[int]:
        """Functions that can create a closure of this one."""
        if self._created is None:
            parts = self._operands(_CREATING, -1)
            places, values = (np.concatenate(one) for one in zip(*parts, strict=True))
            order = np.argsort(values, kind="stable")
            self._created = places[order], values[order]
        places, values = self._created
        known = self._creators.get(function)
        if known is None:
            first, last = values.searchsorted(function), values.searchsorted(function + 1)
            known = self._around(np.sort(places[first:last])[:MAX_HITS]) if last > first else []
            self._creators[function] = known
        return known

    def with_keys(self, wanted: Collection[int]) -> list[int]:
        """Functions with the literal of an object that has one of these strings as a key."""
        code, found = self._code, []
        near = self._number_places(code.keys, code.keys_end, wanted)
        if not len(near):
            return []
        shaped = code.shaped
        shapes = np.array([code.shape(one) for one in range(min(code.shape_count, MAX_HITS))], np.int64).reshape(-1, 2)
        known: dict[tuple[int, int], bool] = {}
        named = frozenset(wanted)
        for kind in code.instructions.named("NewObjectWithBuffer", "NewObjectWithBufferAndParent"):
            places = self._places(kind.number, kind.width)
            first = kind.kinds.index("h" if "h" in kind.kinds else "w")
            if shaped:
                numbers = self._values(kind.kinds, first, places)
                places, numbers = places[numbers < len(shapes)], numbers[numbers < len(shapes)]
                keys, counts = shapes[numbers, 0], shapes[numbers, 1]
            else:
                counts, keys = (self._values(kind.kinds, first + one, places) for one in (1, 2))
            # A key has at most 4 bytes, and a sequence of up to 15 at most 2 more.
            reach = np.searchsorted(near, keys + 5 * counts + 4, "right") > np.searchsorted(near, keys, "left")
            chosen = np.flatnonzero(reach & (counts > 0) & (counts <= MAX_KEYS))[:MAX_HITS]
            for place, key, count in zip(*(one[chosen].tolist() for one in (places, keys, counts)), strict=True):
                if (key, count) not in known:
                    known[key, count] = code.has_strings(code.keys + key, count, named)
                if known[key, count]:
                    found.append(place)
        return self._around(np.unique(np.array(found, np.int64)))

    def with_items(self, wanted: Collection[int] | Numbers) -> list[int]:
        """Functions with the literal of an array that has one of these strings."""
        code = self._code
        near = self._number_places(code.arrays, code.arrays_end, wanted)
        named = frozenset(int(one) for one in wanted)
        known: dict[tuple[int, int], bool] = {}
        found: list[int] = []
        for kind in code.instructions.named("NewArrayWithBuffer") if len(near) else ():
            places = self._places(kind.number, kind.width)
            counts, starts = (self._values(kind.kinds, one, places) for one in (2, 3))
            reach = np.searchsorted(near, starts + 5 * counts + 4, "right") > np.searchsorted(near, starts, "left")
            chosen = np.flatnonzero(reach & (counts > 0) & (counts <= MAX_KEYS))[:MAX_HITS]
            for place, start, count in zip(*(one[chosen].tolist() for one in (places, starts, counts)), strict=True):
                if (start, count) not in known:
                    known[start, count] = code.has_strings(code.arrays + start, count, named)
                if known[start, count]:
                    found.append(place)
        return self._around(np.unique(np.array(found, np.int64)))

    def _number_places(self, begin: int, end: int, wanted: Collection[int] | Numbers) -> Numbers:
        """Offsets in literals where the number of a wanted string can be."""
        raw = np.frombuffer(self._code.data, np.uint8)[begin:end].astype(np.int64)
        numbers = np.unique(np.fromiter(wanted, np.int64))
        if len(raw) < 4 or not len(numbers):
            return np.empty(0, np.int64)
        short = raw[:-1] | raw[1:] << 8
        # The first two bytes of a longer number are compared only.
        places = [np.flatnonzero(np.isin(short, numbers & 0xFFFF))]
        if (numbers < 256).any():
            places.append(np.flatnonzero(np.isin(raw, numbers[numbers < 256])))
        return np.unique(np.concatenate(places))

    def _operands(self, names: Sequence[str], operand: int) -> list[tuple[Numbers, Numbers]]:
        """Offsets and values of an operand of instructions, in pairs."""
        found: list[tuple[Numbers, Numbers]] = [(np.empty(0, np.int64), np.empty(0, np.int64))]
        for kind in self._code.instructions.named(*names):
            key = kind.number, operand
            if key not in self._read:
                places = self._places(kind.number, kind.width)
                self._read[key] = places, self._values(kind.kinds, operand % len(kind.kinds), places)
            found.append(self._read[key])
        return found

    def _places(self, number: int, width: int) -> Numbers:
        known = self._found.get(number)
        if known is None:
            end = len(self._bytes) - width + 1
            known = self._found[number] = np.flatnonzero(self._numbers[: max(0, end)] == number)
        return known

    def _values(self, kinds: str, operand: int, places: Numbers) -> Numbers:
        sizes = {"b": 1, "h": 2, "w": 4, "r": 1, "j": 1, "i": 4}
        at = places + 1 + sum(sizes[one] for one in kinds[:operand])
        values = np.zeros(len(at), np.int64)
        for byte in range(sizes[kinds[operand]]):
            values |= self._bytes[at + byte].astype(np.int64) << (8 * byte)
        return values

    def _around(self, places: Numbers) -> list[int]:
        """The functions whose instructions are at sorted offsets; in the order of the file."""
        places = places + self._first
        last = self._sorted.searchsorted(places, "right") - 1
        inside = last[(last >= 0) & (places < self._ends[last])]
        found: list[int] = []
        for one in inside[np.append(True, inside[1:] != inside[:-1])].tolist() if len(inside) else ():
            found += self._order[max(self._same[one], one - MAX_SAME + 1) : one + 1].tolist()
        return found

    @cached_property
    def _storage(self) -> NDArray[np.uint8]:
        return np.frombuffer(self._code.data, np.uint8)[self._code.strings.start : self._code.strings.stop]

    def containing(self, mark: bytes) -> Numbers:
        """Numbers of the strings that contain a text; only strings of one byte per character."""
        table, data = self._code.strings, self._code.data
        places: list[int] = []
        at = data.find(mark, table.start, table.stop)
        while at >= 0 and len(places) < MAX_HITS:
            places.append(at - table.start)
            at = data.find(mark, at + 1, table.stop)
        marks = np.array(places, np.int64)
        before = np.searchsorted(marks, table.offsets, "left")
        behind = np.searchsorted(marks, table.ends - len(mark), "right")
        return np.flatnonzero((behind > before) & ~table.wide)

    def paths(self) -> Numbers:
        """Numbers of the strings that begin like a path of a URL."""
        table, storage = self._code.strings, self._storage
        long = np.flatnonzero((table.ends - table.offsets >= _SHORTEST) & ~table.wide)
        first, second = storage[table.offsets[long]], storage[table.offsets[long] + 1]
        letters = (second | 0x20) - ord("a") < 26
        begins: NDArray[np.bool_] = ((first == ord("/")) & letters) | ((first == ord(":")) & (second - ord("0") < 10))
        return np.asarray(long[begins], np.int64)

    def equal(self, names: Collection[str]) -> dict[str, int]:
        """Numbers of the strings that are one of these names."""
        by_length: dict[int, list[str]] = {}
        for name in names:
            if name and name not in self._equal:
                self._equal[name] = -1
                by_length.setdefault(len(name), []).append(name)
        for length, group in by_length.items():
            same = np.flatnonzero(self._lengths == length)
            firsts = np.isin(self._storage[self._code.strings.offsets[same]], [ord(name[0]) & 0xFF for name in group])
            for number in same[firsts].tolist():
                text = self._code.text(number)
                if text in group:
                    self._equal[text] = number
        return {name: number for name in names if (number := self._equal.get(name, -1)) >= 0}

    @cached_property
    def _lengths(self) -> NDArray[np.int32]:
        """Characters of the strings with one byte per character; -1 for others."""
        table = self._code.strings
        return np.where(table.wide, -1, table.ends - table.offsets).astype(np.int32)


def _beginnings(
    code: NDArray[np.uint8], offsets: Numbers, sizes: Numbers, instructions: Instructions
) -> NDArray[np.bool_]:
    """Where instructions begin: all functions are read at once, one instruction of each at a time.

    Behind the first ``MAX_LENGTH`` instructions of a function, each byte counts; so a hit there can be a wrong one. The
    same holds for all bytes if functions overlap, as no compiler makes them.
    """
    begins = np.zeros(len(code), np.bool_)
    widths = np.zeros(256, np.int64)
    widths[: len(instructions.every)] = [one.width for one in instructions.every]
    places, first = np.unique(np.where(sizes > 0, offsets, -1), return_index=True)
    ends = offsets[first] + sizes[first]
    places, ends = places[places >= 0], ends[places >= 0]
    left = len(code)
    for _ in range(MAX_LENGTH):
        begins[places] = True
        left -= len(places)
        if left < 0:
            return np.ones(len(code), np.bool_)
        steps = widths[code[places]]
        places = places + steps
        inside = (places < ends) & (steps > 0)
        if not inside.all():
            places, ends = places[inside], ends[inside]
            if not len(places):
                return begins
    for place, end in zip(places.tolist(), ends.tolist(), strict=True):
        begins[place:end] = True
    return begins


def _are_in(values: Numbers, numbers: Numbers) -> NDArray[np.bool_]:
    """Which values are one of the sorted numbers. A table is faster than a search for each value."""
    if len(numbers) == 1:
        return np.asarray(values == numbers[0])
    known = np.zeros(int(numbers[-1]) + 2, np.bool_)
    known[numbers] = True
    return known[np.minimum(values, len(known) - 1)]


_CREATING = (
    "CreateClosure", "CreateGeneratorClosure", "CreateAsyncClosure", "CreateGenerator", "CreateBaseClass",
    "CreateDerivedClass",
)  # fmt: skip
