"""Instructions on arrays."""

from tests.unit.recognise.dataflow.walk.programs import begun
from tieback.recognise.dataflow.methods.values import (
    UNKNOWN,
    Alternative,
    ArrayValue,
    Choice,
    MapValue,
    ObjectRef,
    TextValue,
)
from tieback.recognise.dataflow.walk.arrays import (
    MAX_ARRAY,
    array_get,
    array_put,
    fill_array_data,
    filled_new_array,
    item,
    new_array,
)

ONE, OTHER = TextValue("one"), TextValue("other")
AGET, APUT = [0x0246, 0x0100], [0x024D, 0x0100]  # v2, of the array v0, at v1


def test_an_array_of_known_length() -> None:
    walk = begun([0x1023, 0])  # new-array v0, with v1 items
    walk.registers[1] = 2
    assert new_array(walk, 0, 0x1023) == 2
    assert walk.contents(walk.registers[0]) == ArrayValue((None, None))
    for size in (-1, MAX_ARRAY + 1):
        walk.registers[1] = size
        new_array(walk, 0, 0x1023)
        assert 0 not in walk.registers


def test_an_array_from_registers() -> None:
    walk = begun([0x2024, 0, 0x0010])
    walk.registers = {0: ONE, 1: OTHER}
    assert filled_new_array(walk, 0, [0, 1, 5]) == 3
    assert walk.contents(walk.result) == ArrayValue((ONE, OTHER, None))


def test_an_array_from_the_data_in_the_code() -> None:
    units = [0x0026, 3, 0, 0x0300, 1, 3, 0, 0x0201, 0x0003]
    walk = begun(units)
    walk.registers[0] = walk.allocate(ArrayValue((None,) * 3))
    assert fill_array_data(walk, 0, units[0]) == 3
    assert walk.contents(walk.registers[0]) == ArrayValue((1, 2, 3))
    walk = begun(units[:5])  # cut off
    walk.registers[0] = walk.allocate(ArrayValue((None,) * 3))
    fill_array_data(walk, 0, units[0])
    assert walk.contents(walk.registers[0]) == UNKNOWN


def test_an_index_that_is_set_before_the_access_is_known_in_a_loop() -> None:
    for number, known in (([0x1112], True), ([0x0113, 1], True), ([0x1112, 0x0000], False)):  # const/4 v1, const/16 v1
        walk = begun([*number, *AGET, 0x28 | (0xFE - len(number)) << 8])  # goto the beginning
        walk.registers = {0: walk.allocate(ArrayValue((ONE, OTHER))), 1: 1}
        array_get(walk, len(number), AGET[0])
        assert (walk.registers[2] == OTHER) == known


def test_an_item_at_a_known_index() -> None:
    walk = begun([*APUT, *AGET])
    array = walk.allocate(ArrayValue((None, OTHER)))
    walk.registers = {0: array, 1: 0, 2: ONE}
    assert array_put(walk, 0, APUT[0]) == 2
    assert walk.contents(array) == ArrayValue((ONE, OTHER))
    walk.registers[1] = 1
    assert array_get(walk, 2, AGET[0]) == 4
    assert walk.registers[2] == OTHER


def test_an_unknown_index() -> None:
    walk = begun([*AGET, *APUT])
    array = walk.allocate(ArrayValue((ONE, OTHER)))
    walk.registers = {0: array}
    array_get(walk, 0, AGET[0])
    found = walk.registers[2]
    assert isinstance(found, Choice)
    assert [one.value for one in found.alternatives] == [ONE, OTHER]
    array_put(walk, 2, APUT[0])
    assert walk.contents(array) is None


def test_items_at_one_unknown_index_belong_together() -> None:
    walk = begun([])
    one, other = (item(walk, walk.allocate(ArrayValue(its)), None, 1) for its in ((ONE, OTHER), (OTHER, ONE)))
    assert isinstance(one, Choice)
    assert isinstance(other, Choice)
    assert [it.when for it in one.alternatives] == [it.when for it in other.alternatives]


def test_items_that_are_not_known() -> None:
    walk = begun([])
    array = walk.allocate(ArrayValue((ONE,)))
    assert item(walk, array, 1, 0) is None
    assert item(walk, array, -1, 0) is None
    assert item(walk, ObjectRef(99), 0, 0) == UNKNOWN
    every = item(walk, walk.allocate(MapValue({"a": ONE, "b": OTHER})), 0, 0)
    assert isinstance(every, Choice)
    assert every.alternatives[0] == Alternative(frozenset({((walk.method, 0, 0), 0)}), ONE)
