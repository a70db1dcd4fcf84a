"""Calls on lists and maps, by effect."""

import pytest

from tests.unit.recognise.dataflow.walk.programs import begun
from tieback.recognise.dataflow.library import Effect
from tieback.recognise.dataflow.values import UNKNOWN, ArrayValue, Choice, MapValue, ObjectRef, TextValue, Value
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
    call(walk, Effect.PUT, its, UNKNOWN, PATH)  # no constant key
    assert walk.contents(its) == MapValue({"a": HOST, 7: PATH})
    assert call(walk, Effect.LOOKUP, its, TextValue("a")) == HOST
    assert call(walk, Effect.LOOKUP, its, TextValue("b")) is None
    assert call(walk, Effect.LOOKUP, its, TextValue("b"), PATH) == PATH
    found = call(walk, Effect.LOOKUP, its, UNKNOWN)
    assert isinstance(found, Choice)
    assert [one.value for one in found.alternatives] == [HOST, PATH]
    assert call(walk, Effect.LOOKUP, ObjectRef(99), TextValue("a")) == UNKNOWN


def test_a_map_of_pairs_or_arguments() -> None:
    walk = begun([])
    one, other = (walk.allocate(ArrayValue((TextValue(key), HOST))) for key in "ab")
    pairs = walk.allocate(ArrayValue((one, other)))
    both = MapValue({"a": HOST, "b": HOST})
    assert walk.contents(call(walk, Effect.MAP_OF_PAIRS, pairs)) == both
    assert walk.contents(call(walk, Effect.MAP_OF_PAIRS, one)) == MapValue({"a": HOST})
    found = call(walk, Effect.MAP_OF_ARGUMENTS, TextValue("a"), HOST, TextValue("b"), HOST, TextValue("c"))
    assert walk.contents(found) == both
