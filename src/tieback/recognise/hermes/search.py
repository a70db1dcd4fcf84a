"""Where the functions of a bytecode file refer to strings, functions and literals, without reading the instructions.

All bytes of the instructions are compared at once with ``numpy``: a byte that is the number of an instruction, with an
operand that is looked for.
"""

from collections.abc import Collection, Sequence
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from tieback.recognise.hermes.bytecode import Bytecode, Numbers, aligned
from tieback.recognise.hermes.instructions import Instruction, Instructions
from tieback.recognise.hermes.literals import Literals

MAX_HITS = 20_000
"""Most hits of one search."""
MAX_SAME = 8
"""Most functions with the same instructions that are looked at; a compiler stores equal ones once."""
_SIZES = {"b": 1, "h": 2, "w": 4, "r": 1, "j": 1, "i": 4}
"""Bytes of an operand."""
MAX_LENGTH = 4_096
"""Most instructions of a function that are read together with those of others."""
FEW = 64
"""Functions that are read one by one: below, that takes less time than one instruction of all at once."""
_NONE = np.uint8(255)
_SHORTEST = 2
_TAIL = 3
"""Characters at the end of strings that are compared at once."""


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
        begins = _beginnings(self._bytes, self._first, offsets, sizes, code.instructions)
        self._numbers = np.where(begins, self._bytes, _NONE)
        """The number of the instruction that begins at each byte."""
        self.literals = Literals(code, self)
        self._found: dict[int, Numbers] = {}
        self._equal: dict[str, int] = {}
        self._read: dict[tuple[int, int], tuple[Numbers, Numbers]] = {}
        """Offsets and values of an operand of an instruction."""
        self._indexed: dict[tuple[int, int], tuple[Numbers, Numbers]] = {}
        """The same, in the order of the values."""
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
        if len(numbers) == 1:
            return self.around(self._with_operand(names, operand, int(numbers[0]))[:MAX_HITS])
        places = [found[_are_in(values, numbers)] for found, values in self._operands(names, operand)]
        return self.around(np.sort(np.concatenate(places))[:MAX_HITS]) if places else []

    def _with_operand(self, names: Sequence[str], operand: int, number: int) -> Numbers:
        """Offsets of instructions with an operand. There are many searches for one number, so they are sorted once."""
        found = []
        for kind in self._code.instructions.named(*names):
            key = kind.number, operand
            if key not in self._indexed:
                ((places, values),) = self._operands_of(kind, operand)
                order = np.argsort(values, kind="stable")
                self._indexed[key] = places[order], values[order]
            places, values = self._indexed[key]
            found.append(places[values.searchsorted(number) : values.searchsorted(number + 1)])
        return np.sort(np.concatenate(found)) if found else np.empty(0, np.int64)

    def by_operand(self, names: Sequence[str], operand: int, wanted: Numbers) -> dict[int, list[int]]:
        """The functions with one of these instructions, by its operand; only for sorted numbers."""
        found: dict[int, list[int]] = {}
        for places, values in self._operands(names, operand) if len(wanted) else ():
            chosen = _are_in(values, wanted)
            for place, value in zip(places[chosen][:MAX_HITS], values[chosen][:MAX_HITS].tolist(), strict=True):
                found.setdefault(value, []).extend(self.around(place[None]))
        return found

    def operands_in(self, names: Sequence[str], operand: int, wanted: Numbers) -> list[int]:
        """Those of some sorted numbers that are an operand of one of these instructions."""
        if not len(wanted):
            return []
        return [
            int(one)
            for _, values in self._operands(names, operand)
            for one in np.unique(values[_are_in(values, wanted)])
        ]

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
            places = self.places(kind)
            if least:
                places = places[self.values(kind, len(kind.kinds) - 1, places) >= least]
            if values:
                places = places[np.isin(self.values(kind, len(kind.kinds) - 1, places), values)]
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
            known = self.around(np.sort(places[first:last])[:MAX_HITS]) if last > first else []
            self._creators[function] = known
        return known

    def _operands(self, names: Sequence[str], operand: int) -> list[tuple[Numbers, Numbers]]:
        """Offsets and values of an operand of instructions, in pairs."""
        found: list[tuple[Numbers, Numbers]] = [(np.empty(0, np.int64), np.empty(0, np.int64))]
        for kind in self._code.instructions.named(*names):
            found += self._operands_of(kind, operand)
        return found

    def _operands_of(self, kind: Instruction, operand: int) -> list[tuple[Numbers, Numbers]]:
        key = kind.number, operand
        if key not in self._read:
            places = self.places(kind)
            self._read[key] = places, self.values(kind, operand % len(kind.kinds), places)
        return [self._read[key]]

    def places(self, kind: Instruction) -> Numbers:
        """Offsets of an instruction, from the first one on."""
        known = self._found.get(kind.number)
        if known is None:
            end = len(self._bytes) - kind.width + 1
            known = self._found[kind.number] = np.flatnonzero(self._numbers[: max(0, end)] == kind.number)
        return known

    def values(self, kind: Instruction, operand: int, places: Numbers) -> Numbers:
        """An operand of an instruction at some places."""
        at = places + 1 + sum(_SIZES[one] for one in kind.kinds[:operand])
        values = np.zeros(len(at), np.int64)
        for byte in range(_SIZES[kind.kinds[operand]]):
            values |= self._bytes[at + byte].astype(np.int64) << (8 * byte)
        return values

    def offset(self, place: int) -> int:
        """The offset in the file of an instruction at a place."""
        return self._first + place

    def place(self, offset: int) -> int:
        """The place of an instruction at an offset of the file."""
        return offset - self._first

    def around(self, places: Numbers) -> list[int]:
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

    def ending(self, ends: Collection[str], longest: int) -> dict[str, int]:
        """Numbers of the strings of ASCII that end with one of some texts, in lower or upper case.

        Args:
            ends: texts of at least three letters in lower case.
            longest: most characters of a string.
        """
        table = self._code.strings
        few = np.flatnonzero((self._lengths >= _TAIL) & (self._lengths <= longest))
        tails = np.zeros(len(few), np.int64)
        for back in range(_TAIL):
            tails |= (self._storage[table.ends[few] - 1 - back].astype(np.int64) | 0x20) << (8 * back)
        wanted = [
            sum((ord(letter) | 0x20) << (8 * back) for back, letter in enumerate(one[::-1][:_TAIL])) for one in ends
        ]
        every = ((self._code.text(one), one) for one in few[np.isin(tails, wanted)].tolist())
        return {text: one for text, one in every if text.lower().endswith(tuple(ends))}

    @cached_property
    def _lengths(self) -> NDArray[np.int32]:
        """Characters of the strings with one byte per character; -1 for others."""
        table = self._code.strings
        return np.where(table.wide, -1, table.ends - table.offsets).astype(np.int32)


def _beginnings(
    code: NDArray[np.uint8], first: int, offsets: Numbers, sizes: Numbers, every: Instructions
) -> NDArray[np.bool_]:
    """Where instructions begin: all functions are read at once, one instruction of each at a time.

    Args:
        code: the bytes from the first function on.
        first: their offset in the file.
        offsets: those of the functions in the file.
        sizes: bytes of each function.
        every: the instructions of the version.
    Returns: true per byte at which one begins; for every byte if functions overlap, as no compiler makes them.
    """
    begins = np.zeros(len(code), np.bool_)
    widths = np.zeros(256, np.int64)
    widths[: len(every.every)] = [one.width for one in every.every]
    places, chosen = np.unique(np.where(sizes > 0, offsets - first, -1), return_index=True)
    ends = (offsets - first + sizes)[chosen]
    places, ends = places[places >= 0], ends[places >= 0]
    switches = [one for one in every.every if one.switches]
    left = len(code)
    for _ in range(MAX_LENGTH):
        if len(places) < FEW:
            break
        begins[places] = True
        left -= len(places)
        if left < 0:
            break
        numbers = code[places]
        for kind in switches:
            for one in np.flatnonzero(numbers == kind.number).tolist():
                ends[one] = min(ends[one], _tables(code, first, int(places[one]), kind))
        steps = widths[numbers]
        places = places + steps
        inside = (places < ends) & (steps > 0)
        if not inside.all():
            places, ends = places[inside], ends[inside]
            if not len(places):
                return begins
    widths_of, numbers_of = widths.tolist(), {one.number: one for one in switches}
    for start, stop in zip(places.tolist(), ends.tolist(), strict=True):
        place, end = start, stop
        while place < end and left > 0 and (width := widths_of[code[place]]):
            begins[place] = True
            left -= 1
            if code[place] in numbers_of:
                end = min(end, _tables(code, first, place, numbers_of[int(code[place])]))
            place += width
    return begins if left > 0 else np.ones(len(code), np.bool_)


def _tables(code: NDArray[np.uint8], first: int, place: int, kind: Instruction) -> int:
    """Offset in the code of the tables of jumps of a switch, which are behind the instructions of its function."""
    if place + kind.width > len(code):
        return place
    distance = kind.operands.unpack_from(code, place + 1)[1]
    return max(place + kind.width, aligned(first + place + distance) - first)


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
