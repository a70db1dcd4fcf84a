"""Calls on lists and maps, by effect."""

import pytest

from tests.unit.recognise.dataflow.walk.programs import begun
from tieback.recognise.dataflow.methods.library import Effect
from tieback.recognise.dataflow.methods.values import (
    MAX_ALTERNATIVES,
    UNKNOWN,
    Alternative,
    ArrayValue,
    Choice,
    MapValue,
    Need,
    ObjectRef,
    TextValue,
    Value,
    alternatives,
    rows,
)
from tieback.recognise.dataflow.walk.arrays import MAX_ARRAY
from tieback.recognise.dataflow.walk.containers import CONTAINER_CALLS
from tieback.recognise.dataflow.walk.state import WalkState

HOST, PATH = TextValue("host"), TextValue("/v1")


def call(walk: WalkState, effect: Effect, *values: Value | None) -> Value | None:
    """The result of a call with these arguments, in the registers from 0."""
    walk.result = None
    CONTAINER_CALLS[effect](walk, values, range(len(values)))
    return walk.result


def test_a_list_keeps_the_order() -> None:
    walk = begun([])
    its = walk.allocate(UNKNOWN)
    call(walk, Effect.NEW_LIST, its)
    call(walk, Effect.ADD, its, HOST)
    call(walk, Effect.ADD, its, PATH)
    assert walk.contents(its) == ArrayValue((HOST, PATH))
    assert call(walk, Effect.ITEM, its, 1) == PATH
    assert call(walk, Effect.ITEM, its) == HOST
    assert call(walk, Effect.ITEM, its, 2) is None
    copy = walk.allocate(UNKNOWN)
    call(walk, Effect.NEW_LIST, copy, its)
    assert walk.contents(copy) == ArrayValue((HOST, PATH))
    assert isinstance(call(walk, Effect.ANY_ITEM, its), Choice)


def test_any_item_of_a_shuffled_list_is_the_first() -> None:
    walk = begun([])
    its = walk.allocate(ArrayValue((HOST, PATH)))
    assert call(walk, Effect.SHUFFLE, its) == its
    for chosen in (call(walk, Effect.ITEM, its, 0), call(walk, Effect.ITEM, its, 1), call(walk, Effect.ANY_ITEM, its)):
        assert isinstance(chosen, Choice)
        assert [one.value for one in chosen.alternatives] == [HOST, PATH]
    assert call(walk, Effect.SHUFFLE, ObjectRef(99)) == ObjectRef(99)


def test_a_list_is_bounded() -> None:
    walk = begun([])
    its = walk.allocate(ArrayValue((HOST,) * (MAX_ARRAY - 1)))
    for _ in range(3):
        call(walk, Effect.ADD, its, HOST)
    contents = walk.contents(its)
    assert isinstance(contents, ArrayValue)
    assert len(contents.items) == MAX_ARRAY


def test_a_list_gets_several_items_and_is_the_result() -> None:
    walk = begun([])
    its = walk.allocate(ArrayValue((HOST,)))
    assert call(walk, Effect.ADD_ARGUMENTS, its, PATH, HOST) == its
    assert walk.contents(its) == ArrayValue((HOST, PATH, HOST))
    assert call(walk, Effect.ADD_ARGUMENTS, ObjectRef(99), PATH) == ObjectRef(99)
    full = walk.allocate(ArrayValue((HOST,) * MAX_ARRAY))
    call(walk, Effect.ADD_ARGUMENTS, full, PATH)
    assert walk.contents(full) == ArrayValue((HOST,) * MAX_ARRAY)


@pytest.mark.parametrize("effect", [Effect.LIST_OF_ARGUMENTS, Effect.PAIR])
def test_a_list_of_arguments(effect: Effect) -> None:
    walk = begun([])
    assert walk.contents(call(walk, effect, HOST, PATH)) == ArrayValue((HOST, PATH))
    array = walk.allocate(ArrayValue((PATH,)))
    assert walk.contents(call(walk, Effect.LIST_OF, array)) == ArrayValue((PATH,))
    assert call(walk, Effect.LIST_OF, ObjectRef(99)) == UNKNOWN


def test_a_map_finds_a_value_by_its_key() -> None:
    walk = begun([])
    its = walk.allocate(UNKNOWN)
    call(walk, Effect.NEW_MAP, its)
    call(walk, Effect.PUT, its, TextValue("a"), HOST)
    call(walk, Effect.PUT, its, 7, PATH)
    assert walk.contents(its) == MapValue({"a": HOST, 7: PATH})
    assert call(walk, Effect.LOOKUP, its, TextValue("a")) == HOST
    assert call(walk, Effect.LOOKUP, its, TextValue("b")) is None
    assert call(walk, Effect.LOOKUP, its, TextValue("b"), PATH) == PATH
    found = call(walk, Effect.LOOKUP, its, UNKNOWN)
    assert isinstance(found, Choice)
    assert [one.value for one in found.alternatives] == [HOST, PATH]
    assert call(walk, Effect.LOOKUP, ObjectRef(99), TextValue("a")) == UNKNOWN


def test_a_map_with_keys_that_are_not_known() -> None:
    walk = begun([])
    its, other = walk.allocate(UNKNOWN), walk.allocate(UNKNOWN)
    call(walk, Effect.NEW_MAP, its)
    call(walk, Effect.PUT, its, TextValue("a"), HOST)
    call(walk, Effect.PUT, its, UNKNOWN, PATH)
    call(walk, Effect.PUT, its, UNKNOWN, None)
    assert call(walk, Effect.LOOKUP, its, TextValue("a")) == HOST
    assert call(walk, Effect.LOOKUP, its, TextValue("b")) == PATH  # perhaps
    assert _values(call(walk, Effect.LOOKUP, its, TextValue("b"), HOST)) == [PATH, HOST]
    assert _values(call(walk, Effect.LOOKUP, its, UNKNOWN)) == [HOST, PATH]
    assert _values(call(walk, Effect.LOOKUP, its, UNKNOWN, TextValue("c"))) == [HOST, PATH, TextValue("c")]
    assert walk.contents(call(walk, Effect.KEYS, its)) == ArrayValue((TextValue("a", parts=("a",)), UNKNOWN))
    call(walk, Effect.NEW_MAP, other, its)
    assert walk.contents(other) == walk.contents(its)
    call(walk, Effect.PUT_ALL, other, its)
    call(walk, Effect.PUT_ALL, other, HOST)
    assert _values(call(walk, Effect.LOOKUP, other, UNKNOWN)) == [HOST, PATH, PATH]
    call(walk, Effect.PUT_ALL, HOST, its)
    made = call(walk, Effect.MAP_OF_ARGUMENTS, UNKNOWN, HOST, TextValue("d"), PATH)
    assert call(walk, Effect.LOOKUP, made, TextValue("d")) == PATH
    assert call(walk, Effect.LOOKUP, made, TextValue("e")) == HOST


def test_a_map_with_many_values_is_bounded() -> None:
    walk = begun([])
    its, more = walk.allocate(MapValue({})), walk.allocate(MapValue({}))
    for number in range(MAX_ALTERNATIVES + 1):
        call(walk, Effect.PUT, its, UNKNOWN, TextValue(str(number)))
    assert call(walk, Effect.LOOKUP, its, UNKNOWN) is None
    walk.heap[more.number] = MapValue(dict.fromkeys(range(MAX_ARRAY), HOST))
    call(walk, Effect.PUT_ALL, more, its)
    assert walk.contents(more) == MapValue(dict.fromkeys(range(MAX_ARRAY), HOST))


def _values(value: Value | None) -> list[Value | None]:
    return [one.value for one in alternatives(value)]


def test_a_map_of_pairs_or_arguments() -> None:
    walk = begun([])
    one, other = (walk.allocate(ArrayValue((TextValue(key), HOST))) for key in "ab")
    pairs = walk.allocate(ArrayValue((one, other)))
    both = MapValue({"a": HOST, "b": HOST})
    assert walk.contents(call(walk, Effect.MAP_OF_PAIRS, pairs)) == both
    assert walk.contents(call(walk, Effect.MAP_OF_PAIRS, one)) == MapValue({"a": HOST})
    found = call(walk, Effect.MAP_OF_ARGUMENTS, TextValue("a"), HOST, TextValue("b"), HOST, TextValue("c"))
    assert walk.contents(found) == both


def test_the_members_of_a_pair() -> None:
    walk = begun([])
    its = walk.allocate(UNKNOWN)
    call(walk, Effect.NEW_PAIR, its, HOST, PATH)
    members = (Effect.FIRST, Effect.SECOND, Effect.THIRD)
    assert [call(walk, one, its) for one in members] == [HOST, PATH, None]
    assert [call(walk, one, UNKNOWN) for one in members] == [UNKNOWN] * 3
    need = TextValue(UNKNOWN.text, needs=(Need("field", 7),))
    assert call(walk, Effect.FIRST, need) == need, "a pair in a field"


def test_keys_and_values_of_the_entries_of_a_map_stay_together() -> None:
    walk = begun([])
    its = walk.allocate(MapValue({"a.test": PATH, "b.test": TextValue("/v2")}))
    entry = call(walk, Effect.ANY_ITEM, call(walk, Effect.ENTRIES, its))
    key, value = call(walk, Effect.FIRST, entry), call(walk, Effect.SECOND, entry)
    both = [tuple(getattr(one, "text", "") for one in row) for _, row in rows([key, value]) or ()]
    assert both == [("a.test", "/v1"), ("b.test", "/v2")]
    key = call(walk, Effect.ANY_ITEM, call(walk, Effect.KEYS, its))
    value = call(walk, Effect.LOOKUP, its, key)
    both = [tuple(getattr(one, "text", "") for one in row) for _, row in rows([key, value]) or ()]
    assert both == [("a.test", "/v1"), ("b.test", "/v2")]
    assert call(walk, Effect.ENTRIES, UNKNOWN) == UNKNOWN
    assert call(walk, Effect.KEYS, UNKNOWN) == UNKNOWN


def test_an_unknown_key_beside_a_known_one_gives_no_other_value() -> None:
    walk = begun([])
    its = walk.allocate(MapValue({"us": HOST, "eu": PATH}))
    known, unknown = (
        Alternative(frozenset((("a", number),)), one) for number, one in enumerate((TextValue("us"), UNKNOWN))
    )
    values = [one.value for one in alternatives(call(walk, Effect.LOOKUP, its, Choice((known, unknown))))]
    assert values == [HOST, UNKNOWN]
    assert {one.value for one in alternatives(call(walk, Effect.LOOKUP, its, UNKNOWN))} == {HOST, PATH}


def test_a_map_with_many_keys_has_no_entries() -> None:
    walk = begun([])
    many = walk.allocate(MapValue(dict.fromkeys(range(MAX_ALTERNATIVES + 1), PATH)))
    assert call(walk, Effect.ENTRIES, many) == UNKNOWN
