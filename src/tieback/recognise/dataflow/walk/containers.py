"""Calls of library methods on lists and maps."""

from collections.abc import Sequence
from typing import TypeGuard

from tieback.recognise.dataflow.methods.library import Effect, PureCall
from tieback.recognise.dataflow.methods.texts import joined
from tieback.recognise.dataflow.methods.values import (
    HOLE,
    MAX_ALTERNATIVES,
    MAX_NEEDS,
    UNKNOWN,
    ArrayValue,
    Contents,
    MapValue,
    ObjectRef,
    PartsValue,
    TextValue,
    Value,
    alternatives,
    each,
    merged,
    unknown_of,
)
from tieback.recognise.dataflow.walk.arrays import MAX_ARRAY, item, known_size
from tieback.recognise.dataflow.walk.callbacks import call_function
from tieback.recognise.dataflow.walk.endpoints import bind_sink
from tieback.recognise.dataflow.walk.state import CallHandler, WalkState
from tieback.recognise.dataflow.walk.strings import evaluate
from tieback.recognise.dataflow.walk.turns import may_turn, repeats


def _new_container(walk: WalkState, values: Sequence[Value | None], _: Sequence[int], contents: Contents) -> None:
    receiver = values[0] if values else None
    if isinstance(receiver, ObjectRef):
        source = walk.contents(values[1]) if len(values) > 1 else None
        if isinstance(contents, MapValue) and source is None:
            walk.made_here.add(receiver.number)
        walk.heap[receiver.number] = source if source is not None and type(source) is type(contents) else contents


def _list_of(walk: WalkState, values: Sequence[Value | None], _: Sequence[int]) -> None:
    contents = walk.contents(values[-1]) if values else None
    walk.result = walk.allocate(contents) if isinstance(contents, ArrayValue) else unknown_of(values)


def _list_of_arguments(walk: WalkState, values: Sequence[Value | None], _: Sequence[int]) -> None:
    walk.result = walk.allocate(ArrayValue(tuple(values)))


def _new_joiner(walk: WalkState, values: Sequence[Value | None], _: Sequence[int]) -> None:
    receiver = values[0]
    if isinstance(receiver, ObjectRef) and len(values) > 1:
        ends = values[2:4] if len(values) > 3 else (TextValue(""),) * 2
        walk.heap[receiver.number] = ArrayValue((values[1], *ends))


def _join_more(walk: WalkState, values: Sequence[Value | None], registers: Sequence[int]) -> None:
    _add(walk, values, registers)
    walk.result = values[0]


def _joined(walk: WalkState, values: Sequence[Value | None], _: Sequence[int]) -> None:
    contents = walk.contents(values[0])
    is_known = isinstance(contents, ArrayValue) and len(contents.items) > 2
    walk.result = evaluate(walk, PureCall(joined, holes=True), values[:1]) if is_known else unknown_of(values[:1])


def _of_field(walk: WalkState, receiver: Value | None, contents: Contents) -> Value | None:
    """A list or map; one in a field whose value is not known has from now on what this walk puts into it."""
    fields = [need.member for need in receiver.needs if need.kind == "field"] if _is_hole(receiver) else []
    if len(fields) != 1 or len(receiver.needs if isinstance(receiver, TextValue) else ()) != 1:
        return receiver
    live = walk.live.get(fields[0])
    if live is None:
        walk.keep(fields[0], walk.allocate(contents))
        live = walk.live.get(fields[0])
    return live[1] if live is not None else receiver


def _add(walk: WalkState, values: Sequence[Value | None], _: Sequence[int]) -> None:
    receiver = _of_field(walk, values[0], ArrayValue(()))
    contents = walk.contents(receiver)
    if isinstance(receiver, ObjectRef) and isinstance(contents, ArrayValue) and len(contents.items) < MAX_ARRAY:
        walk.heap[receiver.number] = ArrayValue((*contents.items, values[1]))


def _add_arguments(walk: WalkState, values: Sequence[Value | None], _: Sequence[int]) -> None:
    receiver, contents = values[0], walk.contents(values[0])
    if isinstance(receiver, ObjectRef) and isinstance(contents, ArrayValue) and len(contents.items) < MAX_ARRAY:
        walk.heap[receiver.number] = ArrayValue((*contents.items, *values[1:]))
    walk.result = receiver


def _get(walk: WalkState, values: Sequence[Value | None], registers: Sequence[int]) -> None:
    index = values[1] if len(values) > 1 else 0
    if isinstance(index, int) and repeats(walk, walk.at):
        index = None
    walk.result = item(walk, values[0], index, registers[1] if len(registers) > 1 else "first")


def _iterator(walk: WalkState, values: Sequence[Value | None], _: Sequence[int]) -> None:
    contents = walk.contents(values[0])
    if isinstance(contents, MapValue):
        contents = ArrayValue(tuple(contents.items.values()))
    walk.result = walk.allocate(contents) if isinstance(contents, ArrayValue) else values[0]


def _has_next(walk: WalkState, values: Sequence[Value | None], _: Sequence[int]) -> None:
    iterator, contents = values[0], walk.contents(values[0])
    if isinstance(iterator, ObjectRef) and isinstance(contents, ArrayValue) and may_turn(walk, walk.at):
        walk.nexts.add(iterator.number)
        walk.result = int(bool(contents.items))
    elif isinstance(iterator, TextValue):
        walk.awaited = merged(walk.awaited, iterator.needs, MAX_NEEDS)


def _next(walk: WalkState, values: Sequence[Value | None], registers: Sequence[int]) -> None:
    iterator, contents = values[0], walk.contents(values[0])
    known = isinstance(iterator, ObjectRef) and iterator.number in walk.nexts
    if known and isinstance(iterator, ObjectRef) and isinstance(contents, ArrayValue) and contents.items:
        walk.nexts.discard(iterator.number)
        walk.heap[iterator.number] = ArrayValue(contents.items[1:])
        walk.result = contents.items[0]
    else:
        _any_item(walk, values, registers)


def _size(walk: WalkState, values: Sequence[Value | None], _: Sequence[int]) -> None:
    walk.result = known_size(walk.contents(values[0])) if walk.loops() else None


def _any_item(walk: WalkState, values: Sequence[Value | None], _: Sequence[int]) -> None:
    walk.result = item(walk, values[0], None, ("next", walk.at))


def _shuffle(walk: WalkState, values: Sequence[Value | None], _: Sequence[int]) -> None:
    receiver, contents = values[0], walk.contents(values[0])
    if isinstance(receiver, ObjectRef) and isinstance(contents, ArrayValue):
        anything = item(walk, receiver, None, ("shuffle", walk.at))
        walk.heap[receiver.number] = ArrayValue((anything,) * len(contents.items))
    walk.result = receiver


def _put(walk: WalkState, values: Sequence[Value | None], registers: Sequence[int]) -> None:
    receiver, key = _of_field(walk, values[0], MapValue({})), _key(values[1])
    contents = walk.contents(receiver)
    if isinstance(contents, PartsValue) and walk.calls.put is not None:
        bind_sink(walk, walk.calls.put, walk.units[walk.at + 1], registers)  # properties as a map
    if isinstance(receiver, ObjectRef) and isinstance(contents, MapValue) and len(contents.items) < MAX_ARRAY:
        walk.heap[receiver.number] = _with(contents, key, values[2])


def _compute(walk: WalkState, values: Sequence[Value | None], _: Sequence[int]) -> None:
    """The value of a key; that of a function for a key that the map does not have, which it has from then on."""
    receiver, contents, key = values[0], walk.contents(values[0]), _key(values[1])
    if not isinstance(receiver, ObjectRef) or not isinstance(contents, MapValue) or key is None:
        walk.result = unknown_of(values[:1])
        return
    if key not in contents.items:
        made = call_function(walk, values[2], values[1])
        held = walk.contents(receiver)
        if isinstance(held, MapValue) and len(held.items) < MAX_ARRAY:
            walk.heap[receiver.number] = _with(held, key, made)
        walk.result = made
    else:
        walk.result = contents.items[key]


def _contains_key(walk: WalkState, values: Sequence[Value | None], _: Sequence[int]) -> None:
    receiver, contents, key = values[0], walk.contents(values[0]), _key(values[1])
    known = isinstance(receiver, ObjectRef) and receiver.number in walk.made_here and key is not None
    if known and isinstance(contents, MapValue) and not any(map(_is_unknown, contents.items)):
        walk.result = int(key in contents.items)


def _put_all(walk: WalkState, values: Sequence[Value | None], _: Sequence[int]) -> None:
    receiver, contents, others = values[0], walk.contents(values[0]), walk.contents(values[1])
    if not isinstance(receiver, ObjectRef) or not isinstance(contents, MapValue) or not isinstance(others, MapValue):
        return
    for key, value in others.items.items():
        if len(contents.items) < MAX_ARRAY:
            contents = _with(contents, None if _is_unknown(key) else key, value)
    walk.heap[receiver.number] = contents


def _with(contents: MapValue, key: str | int | None, value: Value | None) -> MapValue:
    """A map with a value more. One whose key is not known has a key with a hole, as no constant is."""
    if key is None and value is None:
        return contents
    name = key if key is not None else f"{HOLE}{sum(map(_is_unknown, contents.items))}"
    return MapValue({**contents.items, name: value})


def _is_unknown(key: str | int) -> bool:
    """True for the name of a key that is not known."""
    return isinstance(key, str) and HOLE in key


def _lookup(walk: WalkState, values: Sequence[Value | None], _: Sequence[int]) -> None:
    contents = walk.contents(values[0])
    if not isinstance(contents, MapValue):
        walk.result = unknown_of(values[:1])
        return
    wanted = values[1] if len(values) > 1 else None
    keys = [_key(one.value) for one in alternatives(wanted)]
    default = values[2] if len(values) > 2 else None
    # The value of a key that the code has by default is that of the app; an unknown one beside it gives no value.
    if None not in keys or not contents.items.keys().isdisjoint(keys):
        others = [value for key, value in contents.items.items() if _is_unknown(key)]
        other = _any(walk, [*others, default]) if others else default
        walk.result = each(
            wanted, lambda one: UNKNOWN if (key := _key(one)) is None else contents.items.get(key, other)
        )
        if (
            isinstance(walk.result, ObjectRef)
            and isinstance(values[0], ObjectRef)
            and values[0].number in walk.made_here
        ):
            walk.present.add(walk.result.number)
    else:
        walk.result = _any(walk, [*contents.items.values(), default])


def _any(walk: WalkState, values: Sequence[Value | None]) -> Value | None:
    """One of the values of a map, or the default, which is the last one."""
    known = tuple(values if values[-1] is not None else values[:-1])
    return item(walk, walk.allocate(ArrayValue(known)), None, ("key", walk.at))


def _keys(walk: WalkState, values: Sequence[Value | None], _: Sequence[int]) -> None:
    contents = walk.contents(values[0])
    keys = contents.items if isinstance(contents, MapValue) else ()
    walk.result = walk.allocate(ArrayValue(tuple(map(_as_value, keys)))) if keys else unknown_of(values[:1])


def _entries(walk: WalkState, values: Sequence[Value | None], _: Sequence[int]) -> None:
    contents = walk.contents(values[0])
    items = contents.items.items() if isinstance(contents, MapValue) else ()
    if 0 < len(items) <= MAX_ALTERNATIVES:
        pairs = tuple(walk.allocate(ArrayValue((_as_value(key), value))) for key, value in items)
        walk.result = walk.allocate(ArrayValue(pairs))
    else:
        walk.result = unknown_of(values[:1])


def _new_pair(walk: WalkState, values: Sequence[Value | None], _: Sequence[int]) -> None:
    if isinstance(values[0], ObjectRef):
        walk.heap[values[0].number] = ArrayValue(tuple(values[1:]))


def member(walk: WalkState, pair: Value | None, place: int) -> Value | None:
    """A member of a pair."""

    def read(known: Value | None) -> Value | None:
        contents = walk.contents(known)
        if not isinstance(contents, ArrayValue):
            return unknown_of([known])
        return contents.items[place] if place < len(contents.items) else None

    return each(pair, read)


def _member(walk: WalkState, values: Sequence[Value | None], _: Sequence[int], place: int) -> None:
    walk.result = member(walk, values[0], place)


def _map_of(walk: WalkState, values: Sequence[Value | None], *, pairs: bool) -> None:
    if pairs:
        contents = walk.contents(values[0]) if values else None
        items = contents.items if isinstance(contents, ArrayValue) else ()
        if len(items) == 2 and not any(isinstance(walk.contents(item), ArrayValue) for item in items):
            items = (values[0],)  # a pair by itself
        found = [pair.items for item in items if isinstance(pair := walk.contents(item), ArrayValue)]
    else:
        found = list(zip(values[::2], values[1::2], strict=False))
    made = MapValue({})
    for members in found:
        if len(members) == 2:
            made = _with(made, _key(members[0]), members[1])
    walk.result = walk.allocate(made)


def _as_value(key: str | int) -> Value:
    if _is_unknown(key):
        return UNKNOWN
    return TextValue(key, parts=(key,)) if isinstance(key, str) else key


def _key(value: Value | None) -> str | int | None:
    """The value as a key of a map; ``None`` if it is not known in full."""
    if isinstance(value, TextValue):
        return value.text if HOLE not in value.text else None
    return value if isinstance(value, int) else None


def _holder_of(walk: WalkState, values: Sequence[Value | None], _: Sequence[int]) -> None:
    walk.result = _held(values[0]) if values else None


def _new_holder(walk: WalkState, values: Sequence[Value | None], registers: Sequence[int]) -> None:
    value = _held(values[1]) if len(values) > 1 else None
    if value is not None and values[0] is None:  # not the superclass of an object of the app
        walk.registers[registers[0]] = value


def _hold(walk: WalkState, values: Sequence[Value | None], _: Sequence[int]) -> None:
    receiver = values[0]
    fields = [need.member for need in receiver.needs if need.kind == "field"] if _is_hole(receiver) else []
    if len(fields) == 1 and len(values) > 1:
        walk.store(fields[0], values[1])


def _is_hole(value: Value | None) -> TypeGuard[TextValue]:
    return isinstance(value, TextValue) and value.text == HOLE


def _held(value: Value | None) -> Value | None:
    """What a holder holds; nothing for an empty text, and null, in whose place another value comes later."""
    return None if value == 0 or (isinstance(value, TextValue) and not value.text) else value


CONTAINER_CALLS: dict[Effect, CallHandler] = {
    Effect.NEW_LIST: lambda walk, values, registers: _new_container(walk, values, registers, ArrayValue(())),
    Effect.NEW_JOINER: _new_joiner,
    Effect.JOIN_MORE: _join_more,
    Effect.JOINED: _joined,
    Effect.NEW_MAP: lambda walk, values, registers: _new_container(walk, values, registers, MapValue({})),
    Effect.LIST_OF: _list_of,
    Effect.LIST_OF_ARGUMENTS: _list_of_arguments,
    Effect.PAIR: _list_of_arguments,
    Effect.NEW_PAIR: _new_pair,
    Effect.FIRST: lambda walk, values, registers: _member(walk, values, registers, 0),
    Effect.SECOND: lambda walk, values, registers: _member(walk, values, registers, 1),
    Effect.THIRD: lambda walk, values, registers: _member(walk, values, registers, 2),
    Effect.ADD: _add,
    Effect.ADD_ARGUMENTS: _add_arguments,
    Effect.ITEM: _get,
    Effect.ANY_ITEM: _any_item,
    Effect.ITERATOR: _iterator,
    Effect.HAS_NEXT: _has_next,
    Effect.NEXT: _next,
    Effect.SIZE: _size,
    Effect.SHUFFLE: _shuffle,
    Effect.PUT: _put,
    Effect.PUT_ALL: _put_all,
    Effect.COMPUTE: _compute,
    Effect.CONTAINS_KEY: _contains_key,
    Effect.LOOKUP: _lookup,
    Effect.KEYS: _keys,
    Effect.ENTRIES: _entries,
    Effect.HOLDER_OF: _holder_of,
    Effect.NEW_HOLDER: _new_holder,
    Effect.HOLD: _hold,
    Effect.MAP_OF_PAIRS: lambda walk, values, _: _map_of(walk, values, pairs=True),
    Effect.MAP_OF_ARGUMENTS: lambda walk, values, _: _map_of(walk, values, pairs=False),
}
"""Calls of containers, by effect."""
