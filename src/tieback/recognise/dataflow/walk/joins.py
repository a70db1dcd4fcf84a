"""Join of the states of several paths into one, with the path as a condition of each value."""

from collections.abc import Mapping, Sequence

import msgspec

from tieback.recognise.dataflow.methods.values import (
    HOLE,
    MAX_ALTERNATIVES,
    TEXTS,
    UNKNOWN,
    Alternative,
    ArrayValue,
    Choice,
    Contents,
    InstanceValue,
    MapValue,
    ObjectRef,
    PartsValue,
    TextValue,
    Value,
    When,
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


class _Condition:
    """The condition of one path, and what it is together with those of values on that path."""

    def __init__(self, label: PathLabel) -> None:
        self.when: When = frozenset((label,))
        self._known: dict[When, When | None] = {}

    def with_that_of(self, when: When) -> When | None:
        """Both conditions together; ``None`` if no path has both. The same object for equal ones: many values share it.

        After so many branches, what was decided before them is forgotten, so that the value is kept.
        """
        if when not in self._known:
            both = compatible(when, self.when)
            self._known[when] = both if both is None or len(both) <= _MAX_WHEN else self.when
        return self._known[when]


def merge_states(states: Sequence[PathState], labels: Sequence[PathLabel]) -> PathState:
    """One state for several paths.

    Args:
        states: the state at the end of each path; at least two.
        labels: the condition of each path.
    """
    if len(states) > MAX_ALTERNATIVES:
        states = states[:MAX_ALTERNATIVES]
    conditions = [_Condition(label) for label in labels]
    registers = dict(states[0].registers)
    for register in _differing([state.registers for state in states]):
        value = _joined(conditions, [state.registers.get(register) for state in states])
        if value is None:
            registers.pop(register, None)
        else:
            registers[register] = value
    heap: dict[int, Contents] = {}
    for state in states:
        heap.update(state.heap)
    # A path without the object has not created it. The objects of the last path are there as they are.
    changed = {
        number for state in states[:-1] for number, contents in state.heap.items() if heap[number] is not contents
    }
    for number in changed:
        heap[number] = _joined_contents(conditions, [state.heap.get(number) for state in states])
    return PathState(registers, heap)


def narrow(state: PathState, conditions: Sequence[When]) -> int:
    """Leave only the alternatives of registers and texts that a path with one of these conditions can have.

    Args:
        state: what is known on the path; it is changed.
        conditions: at least one.

    Returns:
        the number of comparisons, as a measure of the work.
    """
    work = 0
    fits: dict[When, bool] = {}
    held: tuple[dict[int, Value] | dict[int, Contents], ...] = (state.registers, state.heap)
    for values in held:
        for key, value in [(key, value) for key, value in values.items() if type(value) is Choice]:
            work += len(value.alternatives) * len(conditions)
            kept = []
            for one in value.alternatives:
                when = one.when  # the same one as that of values in other registers
                if when not in fits:
                    fits[when] = any(compatible(when, condition) is not None for condition in conditions)
                if fits[when]:
                    kept.append(one)
            left = choice(kept) if len(kept) < len(value.alternatives) else value
            if left is not None and (isinstance(left, TEXTS) or values is state.registers):
                values[key] = left  # type: ignore[assignment]
    return work


def _differing(every: Sequence[Mapping[int, Value]]) -> set[int]:
    """The registers that have not the same value on each path."""
    first = every[0]
    found: set[int] = set()
    for registers in every[1:]:
        found.update([register for register, value in registers.items() if first.get(register) is not value])
        found.update(first.keys() - registers.keys())
    return found


def _joined(conditions: Sequence[_Condition], values: Sequence[Value | None]) -> Value | None:
    """One value for the values of several paths, each with its condition."""
    first = values[0]
    if values.count(first) == len(values):
        return first
    known = [value for value in values if value is not None]
    if _are_holes(known):
        return unknown_of(known)
    if len(known) < len(values):
        kinds = set(map(type, known))
        # An object is that of the path that has one; a number alone says nothing.
        if kinds == {ObjectRef} and known.count(known[0]) == len(known):
            return known[0]
        if kinds == {int}:
            return None
    found = []
    for condition, value in zip(conditions, values, strict=False):
        if type(value) is not Choice:
            found.append(Alternative(condition.when, value))
            continue
        for one in value.alternatives:
            both = condition.with_that_of(one.when)
            if both is not None:
                found.append(Alternative(both, one.value))
    return choice(found)


def _are_holes(values: Sequence[Value]) -> bool:
    for value in values:  # noqa: SIM110 - a generator takes twice the time
        if type(value) is not TextValue or value.text != HOLE:
            return False
    return True


def _joined_contents(conditions: Sequence[_Condition], every: Sequence[Contents | None]) -> Contents:
    """The contents of one object after several paths."""
    its = [contents for contents in every if contents is not None]
    first = its[0]
    if its.count(first) == len(its):
        return first
    if all(isinstance(one, TEXTS) for one in its):
        joined = _joined(conditions, [one if isinstance(one, TEXTS) else None for one in every])
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
                _joined(conditions, [one.items[index] if isinstance(one, ArrayValue) else None for one in every])
                for index in range(len(first.items))
            )
        )
    maps = [_mapping(one) for one in every]
    keys = dict.fromkeys(key for one in maps for key in one)
    values = {key: _joined(conditions, [one.get(key) for one in maps]) for key in keys}
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
