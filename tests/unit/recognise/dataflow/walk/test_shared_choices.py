"""Choices inside of others are changed once: the results are those of each on its own."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.examples import examples
from tests.unit.recognise.dataflow.walk.programs import begun
from tieback.recognise.dataflow.methods.values import (
    MAX_VIA,
    Alternative,
    ArrayValue,
    Choice,
    Frozen,
    InstanceValue,
    ObjectRef,
    TextValue,
    Value,
    choice,
    merged,
)
from tieback.recognise.dataflow.walk import state
from tieback.recognise.dataflow.walk.state import WalkState

type Seen = dict[tuple[int, int], tuple[Value | None, Value]]
MEMBER = 7


def frozen_alone(
    walk: WalkState, value: Value | None, most: int, depth: int = 0, seen: Seen | None = None
) -> Value | None:
    """What ``WalkState.freeze`` gives, by one step per value."""
    if not isinstance(value, (Choice, ObjectRef)):
        return value
    its: Seen = {} if seen is None else seen
    key = value.number if isinstance(value, ObjectRef) else -id(value), depth
    if key in its:
        return its[key][0]
    if len(its) >= most:
        return None
    found: Value | None = None
    if isinstance(value, Choice):
        found = choice([Alternative(a.when, frozen_alone(walk, a.value, most, depth, its)) for a in value.alternatives])
    elif depth <= state._MAX_FROZEN:
        contents = walk.heap[value.number]
        assert isinstance(contents, ArrayValue)
        items = contents.items
        if not {int, type(None)}.issuperset(map(type, items)):
            items = tuple(frozen_alone(walk, one, most, depth + 1, its) for one in items)
        found = Frozen(ArrayValue(items))
    its[key] = found, value
    return found


def thawed_alone(walk: WalkState, value: Value | None) -> Value | None:
    """What ``WalkState.thaw`` gives, by one step per value."""
    if isinstance(value, Choice):
        if not any(isinstance(one.value, (Frozen, Choice)) for one in value.alternatives):
            return value
        return choice([Alternative(one.when, thawed_alone(walk, one.value)) for one in value.alternatives])
    return walk.allocate(value.contents) if isinstance(value, Frozen) else value


def once(value: Value | None) -> Value | None:
    """A value with each of equal alternatives once.

    ``choice`` leaves out alternatives that are the same object. By one step per value, two copies of one choice are two
    objects, and both stay.
    """
    if isinstance(value, Frozen) and isinstance(value.contents, ArrayValue):
        return Frozen(ArrayValue(tuple(map(once, value.contents.items))))
    if not isinstance(value, Choice):
        return value
    found: list[Alternative] = []
    for one in value.alternatives:
        inner = Alternative(one.when, once(one.value))
        if inner not in found:
            found.append(inner)
    return Choice(tuple(found))


def passed_alone(value: Value | None) -> Value | None:
    """What ``WalkState.passed_through`` gives, by one step per value."""
    if isinstance(value, TextValue) and value.parts:
        via = merged((MEMBER,), value.via, MAX_VIA)
        return TextValue(value.text, value.first, value.parts, value.needs, via)
    if isinstance(value, Choice):
        return Choice(tuple(Alternative(one.when, passed_alone(one.value)) for one in value.alternatives))
    return value


@settings(max_examples=examples(300), deadline=None)
@given(data=st.data(), most=st.sampled_from((1, 3, 7, 20, 1_000)), kept=st.sampled_from((2, 9, 200_000)))
def test_the_same_as_value_by_value(data: st.DataObject, most: int, kept: int) -> None:
    walk, other = begun([]), begun([])
    objects = Frozen(InstanceValue("La;", {1: 2}))
    values: list[Value | None] = [1, 2, None, TextValue("a", 0, ("a",)), TextValue("{}"), objects]
    for number in range(data.draw(st.integers(1, 14))):
        if data.draw(st.integers(0, 2)) == 0:
            contents = ArrayValue(tuple(data.draw(st.lists(st.sampled_from(values[::-1]), max_size=4))))
            values.append(walk.allocate(contents))
            other.allocate(contents)
            continue
        inner = data.draw(st.lists(st.sampled_from(values[::-1]), min_size=1, max_size=4))
        labels = data.draw(st.lists(st.integers(0, 3), min_size=len(inner), max_size=len(inner)))
        alternatives = [
            Alternative(frozenset(((number, label),)), one) for one, label in zip(inner, labels, strict=True)
        ]
        values.append(Choice(tuple(alternatives)))  # also those that ``choice`` would not make
    before = state.MAX_SHARED, state._MAX_CHOICES
    state.MAX_SHARED, state._MAX_CHOICES = most, kept
    try:
        chosen = data.draw(st.lists(st.sampled_from(values[::-1]), min_size=1, max_size=6))
        for value in (*chosen, *chosen):
            assert once(walk.freeze(value)) == once(frozen_alone(other, value, most))
            assert once(walk.thaw(value)) == once(thawed_alone(other, value))
            assert walk.passed_through(value, MEMBER) == passed_alone(value)
    finally:
        state.MAX_SHARED, state._MAX_CHOICES = before


def test_a_choice_that_is_in_another_one_twice_stays_one_object() -> None:
    def one_of(number: int, *values: Value) -> Choice:
        return Choice(tuple(Alternative(frozenset(((number, 0),)), value) for value in values))

    deep = one_of(3, one_of(2, one_of(1, TextValue("{}"))))
    twice = one_of(4, deep, deep, TextValue("{}"))
    value = one_of(5, twice, twice, deep)
    walk = begun([])
    thawed = walk.thaw(value)
    assert isinstance(thawed, Choice)
    assert len(thawed.alternatives) == 2
    assert once(thawed) == once(thawed_alone(walk, value))


def test_what_an_object_has_is_bounded_as_a_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    walk = begun([])

    def one_of(*values: Value) -> Choice:
        return Choice(tuple(Alternative(frozenset(((id(values), at),)), value) for at, value in enumerate(values)))

    leaves = [one_of(number, number + 1) for number in range(0, 8, 2)]
    held = walk.allocate(ArrayValue((one_of(leaves[0], 9), one_of(leaves[1], leaves[2]), leaves[3])))
    for most in range(1, 9):
        monkeypatch.setattr(state, "MAX_SHARED", most)
        walk.choices.clear()
        assert walk.freeze(held) == frozen_alone(walk, held, most), most
