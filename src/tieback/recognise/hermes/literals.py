"""Where a bytecode file refers to strings in the literals of its objects and arrays.

A literal is a part of a buffer; instructions have its offset and length. All bytes of the buffers are compared at once
with ``numpy``, and a literal is read only if it can have one of the strings.
"""

from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from tieback.recognise.hermes.bytecode import Bytecode, Numbers, Step
from tieback.recognise.hermes.instructions import Instruction

if TYPE_CHECKING:
    from tieback.recognise.hermes.search import Search

MAX_HITS = 20_000
"""Most literals that are read in one search."""
MAX_KEYS = 256
"""Most values of a literal in which a start is looked for."""
MAX_VALUES = 2_000_000
"""Most values of literals that are read in one search."""
_OBJECTS = ("NewObjectWithBuffer", "NewObjectWithBufferAndParent", "NewTypedObjectWithBuffer")
_WIDEST = 9
"""Most bytes of a value with its tag."""


class _Hit(NamedTuple):
    place: int
    """Offset of the instruction."""
    at: int
    """Offset of the literal in the file."""
    length: int
    """Number of values."""
    keys: int = -1
    values: int = -1
    """Offsets of the keys and values of an object."""


class Constant(NamedTuple):
    """The literal of an object."""

    at: int
    """Offset of the instruction in the file."""
    fields: dict[str, str | int | None]
    """The value of each key; ``None`` if it is no constant."""


class Literals:
    """The literals of one file."""

    def __init__(self, code: Bytecode, search: "Search") -> None:
        """Read this file, whose instructions are found by this search."""
        self._code, self._search = code, search

    def with_keys(self, wanted: Collection[int]) -> list[int]:
        """Functions with the literal of an object that has one of these strings as a key."""
        return self._functions(self._keys(wanted), wanted)

    def objects(self, wanted: Collection[int]) -> Iterator[Constant]:
        """The literals of objects that have one of these strings as a key, each once. Those with many are left out."""
        numbers, told = frozenset(wanted), set[tuple[int, int]]()
        for hit in self._keys(wanted):
            key = hit.keys, hit.values
            if hit.length <= MAX_KEYS and key not in told:
                told.add(key)
                if self._code.strings_in(hit.at, hit.length, numbers):
                    yield self._constant(hit)

    def with_values(self, wanted: Numbers) -> tuple[set[int], dict[int, list[Constant]]]:
        """Those of some strings that are values of the literal of an object, and these literals.

        A literal with many keys is given without them, and all literals are left out if there are too many.
        """
        numbers, found, total = frozenset(wanted.tolist()), set[int](), 0
        objects: dict[int, list[Constant]] = {}
        for count, hit in enumerate(self._keys(wanted, values=True)):
            total += hit.length
            if count > MAX_HITS or total > MAX_VALUES:
                return set(numbers), {}
            inside = self._code.strings_in(hit.at, hit.length, numbers)
            found |= inside
            if inside:
                constant = self._constant(hit) if hit.length <= MAX_KEYS else Constant(-1, {})
                for number in inside:
                    objects.setdefault(number, []).append(constant)
        return found, objects

    def _constant(self, hit: _Hit) -> Constant:
        names, values = (self._code.literals(one, hit.length) for one in (hit.keys, hit.values))
        return Constant(self._search.offset(hit.place), dict(zip(map(str, names), values, strict=False)))

    def with_items(self, wanted: Collection[int] | Numbers) -> list[int]:
        """Functions with the literal of an array that has one of these strings."""
        return self._functions(self._items(wanted), wanted)

    def keys_of(self, step: Step) -> list[str]:
        """The keys of the literal that an instruction makes; empty for another one."""
        if step.kind.name not in _OBJECTS:
            return []
        first = _shape_operand(step.kind)
        if self._code.shaped:
            key, count = self._code.shape(step.operands[first])
        else:
            count, key = step.operands[first + 1], step.operands[first + 2]
        return [str(one) for one in self._code.literals(self._code.keys + key, min(count, MAX_KEYS))]

    def _functions(self, hits: Iterator[_Hit], wanted: Collection[int] | Numbers) -> list[int]:
        numbers, found = frozenset(int(one) for one in wanted), set[int]()
        known: dict[tuple[int, int], bool] = {}
        for hit in hits:
            key = hit.at, hit.length
            if hit.length <= MAX_KEYS and key not in known:
                known[key] = bool(self._code.strings_in(*key, numbers))
            if known.get(key):
                found.add(hit.place)
        return self._search.around(np.array(sorted(found), np.int64))

    def strings(self, wanted: Numbers) -> set[int]:
        """Those of some strings that are keys of a literal or items of an array; all if there are too many literals."""
        numbers, found, total = frozenset(wanted.tolist()), set[int](), 0
        known: set[tuple[int, int]] = set()
        for hits in (self._items(wanted), self._keys(wanted)):
            for hit in hits:
                key = hit.at, hit.length
                if key in known:
                    continue
                known.add(key)
                total += hit.length
                if len(known) > MAX_HITS or total > MAX_VALUES:
                    return set(numbers)
                found |= self._code.strings_in(*key, numbers)
        return found

    def _items(self, wanted: Collection[int] | Numbers) -> Iterator[_Hit]:
        code = self._code
        near = self._near(code.arrays, code.arrays_end, wanted)
        for kind in code.instructions.named("NewArrayWithBuffer") if len(near) else ():
            places = self._search.places(kind)
            counts, starts = (self._search.values(kind, one, places) for one in (2, 3))
            yield from self._reached(near, code.arrays, places, starts, counts)

    def _keys(self, wanted: Collection[int] | Numbers, *, values: bool = False) -> Iterator[_Hit]:
        """Literals of objects whose keys, or whose values, can have one of the strings."""
        code = self._code
        begin, end = (code.values, code.values_end) if values else (code.keys, code.keys_end)
        near = self._near(begin, end, wanted)
        shapes = code.every_shape() if code.shaped and len(near) else np.empty((0, 2), np.int64)
        for kind in code.instructions.named(*_OBJECTS) if len(near) else ():
            places = self._search.places(kind)
            keys, counts, places = self._shape_of(kind, places, shapes)
            constants = self._search.values(kind, _value_operand(kind), places)
            for hit in self._reached(near, begin, places, constants if values else keys, counts, (keys, constants)):
                yield hit._replace(keys=code.keys + hit.keys, values=code.values + hit.values)

    def _shape_of(self, kind: Instruction, places: Numbers, shapes: Numbers) -> tuple[Numbers, Numbers, Numbers]:
        """Offsets of the keys and their number of objects at some places, and those places that have any."""
        first = _shape_operand(kind)
        if not self._code.shaped:
            counts, keys = (self._search.values(kind, first + one, places) for one in (1, 2))
            return keys, counts, places
        numbers = self._search.values(kind, first, places)
        places, numbers = places[numbers < len(shapes)], numbers[numbers < len(shapes)]
        return shapes[numbers, 0], shapes[numbers, 1], places

    def _reached(
        self,
        near: Numbers,
        base: int,
        places: Numbers,
        starts: Numbers,
        counts: Numbers,
        parts: tuple[Numbers, ...] = (),
    ) -> Iterator[_Hit]:
        behind = starts + _WIDEST * counts + 4
        reach = np.searchsorted(near, behind, "right") > np.searchsorted(near, starts, "left")
        chosen = np.flatnonzero(reach & (counts > 0))[: MAX_HITS + 1]
        every = (one[chosen].tolist() for one in (places, starts, counts, *parts))
        for place, start, count, *offsets in zip(*every, strict=True):
            yield _Hit(place, base + start, count, *offsets)

    def _near(self, begin: int, end: int, wanted: Collection[int] | Numbers) -> Numbers:
        """Offsets in a buffer where the number of a wanted string can be."""
        raw = np.frombuffer(self._code.data, np.uint8)[begin:end].astype(np.int64)
        numbers = np.unique(np.fromiter(wanted, np.int64))
        if len(raw) < 2 or not len(numbers):
            return np.empty(0, np.int64)
        short = raw[:-1] | raw[1:] << 8
        known = np.zeros(1 << 16, np.bool_)
        known[numbers & 0xFFFF] = True  # the first two bytes of a longer number are compared only
        places = [np.flatnonzero(known[short])]
        if (numbers < 256).any():
            places.append(np.flatnonzero(np.isin(raw, numbers[numbers < 256])))
        return np.unique(np.concatenate(places))


def _shape_operand(kind: Instruction) -> int:
    """Index of the first operand that is no register."""
    return len(kind.kinds) - len(kind.kinds.lstrip("r"))


def _value_operand(kind: Instruction) -> int:
    """Index of the operand with the offset of the values."""
    return len(kind.kinds.rstrip("b")) - 1
