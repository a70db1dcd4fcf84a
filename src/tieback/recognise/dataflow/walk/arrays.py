"""Instructions on arrays."""

from collections.abc import Sequence

from tieback.recognise.dataflow.dex.instructions import array_data
from tieback.recognise.dataflow.dex.opcode_sets import CONST_4, CONST_16
from tieback.recognise.dataflow.methods.values import (
    MAX_ALTERNATIVES,
    MAX_NEEDS,
    UNKNOWN,
    Alternative,
    ArrayValue,
    Choice,
    Contents,
    MapValue,
    ObjectRef,
    TextValue,
    Value,
    alternatives,
    choice,
    each,
    merged,
    unknown_of,
)
from tieback.recognise.dataflow.walk.state import WalkState
from tieback.recognise.dataflow.walk.turns import repeats

MAX_ARRAY = 1_024
"""Most elements of an array that are followed."""


def new_array(walk: WalkState, at: int, unit: int) -> int:
    """Create an array of known length."""
    size = walk.registers.get(unit >> 12)
    known = isinstance(size, int) and 0 <= size <= MAX_ARRAY
    array = walk.allocate(ArrayValue((None,) * size)) if known and isinstance(size, int) else None
    return walk.assign(at, unit >> 8 & 15, array)


def filled_new_array(walk: WalkState, at: int, registers: Sequence[int]) -> int:
    """Create an array from registers."""
    walk.result = walk.allocate(ArrayValue(tuple(map(walk.registers.get, registers))))
    return walk.next_unit(at)


def fill_array_data(walk: WalkState, at: int, unit: int) -> int:
    """Fill an array from the data in the code."""
    array = walk.registers.get(unit >> 8)
    if isinstance(array, ObjectRef):
        data = array_data(walk.units, at, MAX_ARRAY)
        walk.heap[array.number] = ArrayValue(tuple(data)) if data is not None else UNKNOWN
    return walk.next_unit(at)


def array_put(walk: WalkState, at: int, unit: int) -> int:
    """Set an item; with an unknown index the array is unknown."""
    places = walk.units[at + 1]
    array, index = walk.registers.get(places & 255), walk.registers.get(places >> 8)
    contents = walk.contents(array)
    if isinstance(array, ObjectRef) and isinstance(contents, ArrayValue):
        if isinstance(index, int) and 0 <= index < len(contents.items):
            items = list(contents.items)
            items[index] = walk.registers.get(unit >> 8)
            walk.heap[array.number] = ArrayValue(tuple(items))
        else:
            walk.heap.pop(array.number)
    return walk.next_unit(at)


def array_length(walk: WalkState, at: int, unit: int) -> int:
    """Length of an array: of one with numbers, which no other code fills, and of others for a loop over their items."""
    array = walk.registers.get(unit >> 12)
    contents = walk.contents(array)
    if isinstance(array, TextValue) and array.needs and walk.loops():
        walk.awaited = merged(walk.awaited, array.needs, MAX_NEEDS)
    size = known_size(contents)
    is_table = isinstance(contents, ArrayValue) and int in map(type, contents.items)
    return walk.assign(at, unit >> 8 & 15, size if size is None or is_table or walk.loops() else None)


def known_size(contents: Contents | None) -> int | None:
    """Number of items of an array or list that has some; an empty one can be filled by code that is not known."""
    return (len(contents.items) or None) if isinstance(contents, (ArrayValue, MapValue)) else None


def array_get(walk: WalkState, at: int, unit: int) -> int:
    """Read an item."""
    places = walk.units[at + 1]
    index = walk.registers.get(places >> 8)
    if isinstance(index, int) and not _is_constant(walk, at, places >> 8) and repeats(walk, at):
        index = None
    return walk.assign(at, unit >> 8, item(walk, walk.registers.get(places & 255), index, places >> 8))


def _is_constant(walk: WalkState, at: int, register: int) -> bool:
    """True if the instruction before a unit sets a register to a number, so that a loop cannot change it."""
    short = at >= 1 and walk.units[at - 1] & 0xFFF == CONST_4 | register << 8
    return short or (at >= 2 and walk.units[at - 2] == CONST_16 | register << 8)


def item(walk: WalkState, array: Value | None, index: Value | None, origin: object) -> Value | None:
    """One item of an array or list; any of them if the index is unknown."""
    if isinstance(array, Choice) and any(isinstance(one.value, ObjectRef) for one in array.alternatives):
        return each(array, lambda one: item(walk, one, index, origin))
    contents = walk.contents(array)
    if isinstance(contents, MapValue):
        contents, index = ArrayValue(tuple(contents.items.values())), None
    if not isinstance(contents, ArrayValue):
        return unknown_of([array])
    if isinstance(index, int):
        return contents.items[index] if 0 <= index < len(contents.items) else None
    if not contents.items or len(contents.items) > MAX_ALTERNATIVES:
        return None
    if all(one is contents.items[0] for one in contents.items):
        return contents.items[0]
    # Items of two arrays at the same unknown index belong together.
    label = walk.method, len(walk.stack), origin
    return choice(
        [
            Alternative(one.when | {(label, number)}, one.value)
            for number, held in enumerate(contents.items)
            for one in alternatives(held)
        ]
    )
