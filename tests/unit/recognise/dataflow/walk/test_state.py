"""Registers, objects and what was found."""

from msgspec.structs import replace

from tests.unit.recognise.dataflow.walk.programs import begun
from tieback.recognise.dataflow.values import (
    HOLE,
    MAX_ALTERNATIVES,
    Alternative,
    ArrayValue,
    Choice,
    Frozen,
    InstanceValue,
    MapValue,
    Need,
    ObjectRef,
    PartsValue,
    TextValue,
)
from tieback.recognise.dataflow.walk.joins import PathState
from tieback.recognise.dataflow.walk.state import MAX_BUILT, MAX_KNOWN, MAX_OBJECTS

BASE = TextValue("https://api.shop.test", 1, ("https://api.shop.test",))
WHOLE = TextValue("https://api.shop.test/v1", 1, ("https://api.shop.test", "/v1"))


def test_registers_and_objects_are_bounded() -> None:
    walk = begun([0x0000])
    for number in range(3 * MAX_KNOWN):
        walk.assign(0, number, number)
    assert len(walk.registers) <= MAX_KNOWN
    created = [walk.allocate(BASE) for _ in range(3 * MAX_OBJECTS)]
    assert len(walk.heap) <= MAX_OBJECTS
    assert walk.contents(created[-1]) == BASE
    for _ in range(3 * MAX_BUILT):
        walk.record("concat", BASE)
    assert len(walk.built) == MAX_BUILT


def test_a_wide_number_takes_two_registers() -> None:
    walk = begun([0x0016, 0])
    walk.registers = {0: BASE, 1: BASE}
    assert walk.assign_wide(0, 0, 5) == 2
    assert walk.registers == {0: 5}


def test_objects_outside_a_walk_have_no_references() -> None:
    walk = begun([])
    inner = walk.allocate(MapValue({"host": BASE}))
    outer = walk.allocate(InstanceValue("La;", {3: inner, 4: walk.allocate(ArrayValue((inner, 1)))}))
    frozen = walk.freeze(outer)
    its = Frozen(MapValue({"host": BASE}))
    assert frozen == Frozen(InstanceValue("La;", {3: its, 4: Frozen(ArrayValue((its, 1)))}))
    other = begun([])
    assert other.freeze(other.thaw(frozen)) == frozen
    assert walk.freeze(ObjectRef(99)) is None


def test_an_object_that_contains_itself_is_cut_off() -> None:
    walk = begun([])
    number = walk.allocate(ArrayValue(())).number
    walk.heap[number] = ArrayValue((ObjectRef(number),))
    assert repr(walk.freeze(ObjectRef(number))).count("ArrayValue") < 10


def test_a_text_is_reported_without_its_parts() -> None:
    walk = begun([])
    passed = walk.passed_through(WHOLE, 7)
    assert passed == replace(WHOLE, via=(7,))
    walk.record("concat", WHOLE)
    longer = WHOLE.plus(TextValue("/me", parts=("/me",)))
    assert walk.compose("concat", longer, [passed]) == longer
    assert [one.value for one in walk.built if id(one.value) not in walk.consumed] == [longer]


def test_a_constant_is_no_new_text() -> None:
    walk = begun([])
    walk.compose("concat", BASE, ())
    walk.compose("concat", TextValue(HOLE), ())
    assert walk.built == []


def test_the_text_of_an_object() -> None:
    walk = begun([])
    builder, url = walk.allocate(WHOLE), walk.allocate(PartsValue({"url": BASE}))
    assert walk.plain(builder) == WHOLE
    assert walk.plain(url) == BASE
    assert walk.plain(walk.allocate(PartsValue({"url": BASE, "path": WHOLE}))) is None
    both = Choice((Alternative(frozenset({(1, 0)}), builder), Alternative(frozenset({(1, 1)}), url)))
    assert walk.plain(both) == Choice(
        (replace(both.alternatives[0], value=WHOLE), replace(both.alternatives[1], value=BASE))
    )


def test_an_unknown_member_is_one_value() -> None:
    walk = begun([])
    assert walk.hole("field", 7) is walk.hole("field", 7)
    assert walk.hole("field", 7).needs == (Need("field", 7),)
    assert walk.field(-1) is None


def test_stored_values_are_bounded() -> None:
    walk = begun([])
    walk.store(-1, BASE)
    assert walk.stored == {}
    for number in range(1000):
        walk.store(number // 50, number)
    assert max(map(len, walk.stored.values())) <= MAX_ALTERNATIVES
    assert len(walk.stored) == 20


def test_one_path_needs_no_condition() -> None:
    walk = begun([])
    state = PathState({0: BASE}, {1: WHOLE})
    assert walk.merge([state]) is state
    found = walk.merge([state, PathState({0: WHOLE}, {})]).registers[0]
    assert isinstance(found, Choice)
    assert len(found.alternatives) == 2
