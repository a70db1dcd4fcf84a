"""Several paths in, one state out."""

from tests.each import each
from tieback.recognise.dataflow.methods.values import (
    HOLE,
    MAX_ALTERNATIVES,
    UNKNOWN,
    Alternative,
    ArrayValue,
    Choice,
    Contents,
    InstanceValue,
    MapValue,
    Need,
    ObjectRef,
    PartsValue,
    TextValue,
    Value,
)
from tieback.recognise.dataflow.walk.joins import PathState, merge_states

LABELS = [(1, number) for number in range(40)]
ONE, OTHER = TextValue("https://one.test"), TextValue("https://other.test")
EITHER = Choice((Alternative(frozenset({(1, 0)}), ONE), Alternative(frozenset({(1, 1)}), OTHER)))
FIELD = TextValue(HOLE, needs=(Need("field", 7),))


@each(
    ("values", "joined"),
    [
        ((ONE, ONE), ONE),
        ((ONE, OTHER), EITHER),
        ((ONE, None), Choice((EITHER.alternatives[0], Alternative(frozenset({(1, 1)}), None)))),
        # unknown texts keep what they depend on
        ((FIELD, UNKNOWN), FIELD),
        # an object of one path only; a number of one path only
        ((None, ObjectRef(3)), ObjectRef(3)),
        ((None, 3), None),
        ((3, 4), Choice((Alternative(frozenset({(1, 0)}), 3), Alternative(frozenset({(1, 1)}), 4)))),
        # a condition that excludes the path
        ((ONE, EITHER), EITHER),
    ],
)
def test_a_register_after_two_paths(values: tuple[Value | None, ...], joined: Value | None) -> None:
    states = [PathState({} if value is None else {0: value}, {}) for value in values]
    assert merge_states(states, LABELS).registers.get(0) == joined


@each(
    ("contents", "joined"),
    [
        ((ONE, OTHER), EITHER),
        # a path without the object has not created it
        ((ONE, None), ONE),
        ((ArrayValue((ONE,)), ArrayValue((OTHER,))), ArrayValue((EITHER,))),
        ((ArrayValue((ONE,)), ArrayValue((ONE, OTHER))), ArrayValue((ONE, OTHER))),
        ((ArrayValue(()), MapValue({"host": ONE})), UNKNOWN),
        ((MapValue({"host": ONE}), MapValue({"host": OTHER})), MapValue({"host": EITHER})),
        ((PartsValue({"host": ONE}), PartsValue({"host": OTHER})), PartsValue({"host": EITHER})),
        ((InstanceValue("La;", {4: ONE}), InstanceValue("La;", {4: OTHER})), InstanceValue("La;", {4: EITHER})),
    ],
)
def test_an_object_after_two_paths(contents: tuple[Contents | None, ...], joined: Contents) -> None:
    states = [PathState({}, {} if one is None else {5: one}) for one in contents]
    assert merge_states(states, LABELS).heap[5] == joined


def test_paths_beyond_the_limit_are_left_out() -> None:
    states = [PathState({0: TextValue(str(number))}, {}) for number in range(MAX_ALTERNATIVES + 4)]
    value = merge_states(states, LABELS).registers[0]
    assert isinstance(value, Choice)
    assert len(value.alternatives) == MAX_ALTERNATIVES


def test_a_value_with_too_many_conditions_keeps_the_last_one() -> None:
    when = frozenset((number, 0) for number in range(2, 20))
    states = [PathState({0: Choice((Alternative(when, ONE),))}, {}), PathState({0: OTHER}, {})]
    assert merge_states(states, LABELS).registers[0] == EITHER
