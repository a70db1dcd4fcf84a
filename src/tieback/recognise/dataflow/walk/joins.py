"""Join of the states of several paths into one, with the path as a condition of each value."""

from collections.abc import Mapping, Sequence

import msgspec

from tieback.recognise.dataflow.values import (
    HOLE,
    MAX_ALTERNATIVES,
    TEXTS,
    UNKNOWN,
    Alternative,
    ArrayValue,
    Contents,
    InstanceValue,
    MapValue,
    ObjectRef,
    PartsValue,
    TextValue,
    Value,
    alternatives,
    choice,
    compatible,
    unknown_of,
)

_MAX_WHEN = 12
type PathLabel = tuple[object, object]
"""A place where paths meet, and the number of the path; see ``values.Alternative``."""


class PathState(msgspec.Struct, frozen=True, gc=False):
    """What is known at a place of a path."""

    registers: dict[int, Value]
    heap: dict[int, Contents]


def merge_states(states: Sequence[PathState], labels: Sequence[PathLabel]) -> PathState:
    """One state for several paths.

    Args:
        states: the state at the end of each path; at least two.
        labels: the condition of each path.
    """
    if len(states) > MAX_ALTERNATIVES:
        states = states[:MAX_ALTERNATIVES]
    registers = dict(states[0].registers)
    for register in _differing([state.registers for state in states]):
        value = _joined(labels, [state.registers.get(register) for state in states])
        if value is None:
            registers.pop(register, None)
        else:
            registers[register] = value
    heap: dict[int, Contents] = {}
    for state in states:
        heap.update(state.heap)
    # A path without the object has not created it.
    changed = {number for state in states for number, contents in state.heap.items() if heap[number] is not contents}
    for number in changed:
        heap[number] = _joined_contents(labels, [state.heap.get(number) for state in states])
    return PathState(registers, heap)


def _differing(every: Sequence[Mapping[int, Value]]) -> set[int]:
    """The registers that have not the same value on each path."""
    first = every[0]
    found: set[int] = set()
    for registers in every[1:]:
        found.update([register for register, value in registers.items() if first.get(register) is not value])
        found.update([register for register in first if register not in registers])
    return found


def _joined(labels: Sequence[PathLabel], values: Sequence[Value | None]) -> Value | None:
    """One value for the values of several paths."""
    first = values[0]
    if values.count(first) == len(values):
        return first
    known = [value for value in values if value is not None]
    if all(type(value) is TextValue and value.text == HOLE for value in known):
        return unknown_of(known)
    kinds = {type(value) for value in known}
    if len(known) < len(values) and len(kinds) == 1:
        # An object is that of the path that has one; a number alone says nothing.
        if kinds == {ObjectRef} and all(value == known[0] for value in known):
            return known[0]
        if kinds == {int}:
            return None
    found = [
        Alternative(both, one.value)
        for label, value in zip(labels, values, strict=False)
        for one in alternatives(value)
        if (both := compatible(one.when, frozenset((label,)))) is not None
    ]
    if any(len(one.when) > _MAX_WHEN for one in found):
        return None
    return choice(found)


def _joined_contents(labels: Sequence[PathLabel], every: Sequence[Contents | None]) -> Contents:
    """The contents of one object after several paths."""
    its = [contents for contents in every if contents is not None]
    first = its[0]
    if its.count(first) == len(its):
        return first
    if all(isinstance(one, TEXTS) for one in its):
        joined = _joined(labels, [one if isinstance(one, TEXTS) else None for one in every])
        return joined if isinstance(joined, TEXTS) else UNKNOWN
    if any(type(one) is not type(first) for one in its):
        return UNKNOWN
    if isinstance(first, ArrayValue):
        lengths = {len(one.items) for one in its if isinstance(one, ArrayValue)}
        longest = max(its, key=lambda one: len(one.items) if isinstance(one, ArrayValue) else 0)
        if len(lengths) > 1:
            return longest
        return ArrayValue(
            tuple(
                _joined(labels, [one.items[index] if isinstance(one, ArrayValue) else None for one in every])
                for index in range(len(first.items))
            )
        )
    maps = [_mapping(one) for one in every]
    keys = dict.fromkeys(key for one in maps for key in one)
    values = {key: _joined(labels, [one.get(key) for one in maps]) for key in keys}
    if isinstance(first, PartsValue):
        return PartsValue({str(key): value for key, value in values.items() if value is not None})
    if isinstance(first, InstanceValue):
        return InstanceValue(first.kind, {int(key): value for key, value in values.items()})
    return MapValue(values)


def _mapping(contents: Contents | None) -> Mapping[str | int, Value | None]:
    """The values of an object by role, key or field."""
    match contents:
        case PartsValue():
            return {str(role): value for role, value in contents.values.items()}
        case MapValue():
            return contents.items
        case InstanceValue():
            return {int(field): value for field, value in contents.fields.items()}
    return {}
