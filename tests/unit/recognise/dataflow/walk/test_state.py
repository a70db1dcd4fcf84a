"""Registers, objects and what was found."""

from msgspec.structs import replace

from tests.unit.recognise.dataflow.walk.programs import begun
from tieback.recognise.dataflow.analysis import holds_address
from tieback.recognise.dataflow.methods.values import (
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
    Value,
)
from tieback.recognise.dataflow.walk.joins import PathState
from tieback.recognise.dataflow.walk.state import MAX_BUILT, MAX_KNOWN, MAX_OBJECTS, MAX_SHARED

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


def test_an_object_in_many_places_is_frozen_once() -> None:
    walk = begun([0x0000])
    inner = walk.allocate(InstanceValue("Lb;", {1: BASE}))
    frozen = walk.freeze(walk.allocate(InstanceValue("La;", {1: inner, 2: inner})))
    assert isinstance(frozen, Frozen)
    assert isinstance(frozen.contents, InstanceValue)
    assert frozen.contents.fields[1] is frozen.contents.fields[2] == Frozen(InstanceValue("Lb;", {1: BASE}))


def test_objects_that_refer_to_many_others_are_bounded() -> None:
    """Objects of settings, each with a field for any object of the next layer: 32**5 ways through them."""
    walk = begun([0x0000])
    layer: list[ObjectRef] = [walk.allocate(InstanceValue("La;", {0: BASE}))]
    for _ in range(5):
        any_of_them = [
            Choice(tuple(Alternative(frozenset(((at, number),)), one) for number, one in enumerate(layer)))
            for at in range(MAX_ALTERNATIVES)
        ]
        layer = [walk.allocate(InstanceValue("La;", {0: one, 1: one})) for one in any_of_them]
    frozen = walk.freeze(layer[0])
    assert 0 < len(values_in(frozen)) <= 2 * MAX_SHARED
    address = holds_address(Choice((Alternative(frozenset(), frozen), Alternative(frozenset(((0, 1),)), BASE))))
    assert address, "the address beside them is found"


def values_in(value: Value | None) -> set[int]:
    """Identities of the choices and objects in a value."""
    found: set[int] = set()
    queue = [value]
    while queue:
        one = queue.pop()
        if id(one) in found or not isinstance(one, (Choice, Frozen)):
            continue
        found.add(id(one))
        if isinstance(one, Choice):
            queue += [each.value for each in one.alternatives]
        elif isinstance(one.contents, InstanceValue):
            queue += one.contents.fields.values()
    return found
