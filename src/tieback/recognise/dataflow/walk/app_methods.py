"""Calls into methods of the app: which of them a call can run, and their result."""

from collections.abc import Sequence

from tieback.recognise.dataflow.app import MethodCode
from tieback.recognise.dataflow.values import (
    HOLE,
    UNKNOWN,
    ArrayValue,
    Choice,
    InstanceValue,
    Need,
    ObjectRef,
    TextValue,
    Value,
    alternatives,
    is_address,
)
from tieback.recognise.dataflow.walk.joins import PathState
from tieback.recognise.dataflow.walk.state import WalkState

MAX_DEPTH = 6
"""Most calls inside each other that are followed."""
MAX_TARGETS = 16
"""Most methods that one call can run."""
_CHANGEABLE = (TextValue, Choice, ArrayValue)
_MAX_EAGER = 1_000
"""Most code units of a method that is followed only because an address is passed to it."""


def follows(walk: WalkState, identity: int, targets: Sequence[MethodCode], values: Sequence[Value | None]) -> bool:
    """True if the walk enters the methods that a call can run."""
    if identity in walk.demand or any(one.identity in walk.demand for one in targets):
        return bool(targets)
    if len(targets) != 1 or targets[0].code.units > _MAX_EAGER:
        return False
    return any(is_address(walk.plain(value)) for value in values)


def targets_of(walk: WalkState, identity: int, opcode: int, values: Sequence[Value | None]) -> list[MethodCode]:
    """The methods of the app that a call can run."""
    app = walk.app
    if opcode in (0x6F, 0x70, 0x71, 0x75, 0x76, 0x77):  # super, direct, static: not by the class of the receiver
        found = app.definition(identity)
        return [found] if found is not None and app.is_own(app.ref(found.identity).owner) else []
    kinds = {
        contents.kind: None
        for one in alternatives(values[0] if values else None)
        if isinstance(contents := walk.contents(one.value), InstanceValue)
    }
    return app.targets(identity, tuple(kinds))[:MAX_TARGETS]


def invoke_targets(walk: WalkState, targets: Sequence[MethodCode], values: Sequence[Value | None]) -> Value | None:
    """Values of an invoked app method: the result of each method that the call can run."""
    targets = [one for one in targets if one.identity not in walk.stack]
    if not targets or len(walk.stack) >= MAX_DEPTH:
        escape(walk, values, None)
        return UNKNOWN
    before, states, labels = dict(walk.heap), [], []
    for target in targets:
        # Several methods of one unknown receiver are those of one class.
        labels.append(("receiver", walk.app.ref(target.identity).owner))
        walk.heap = dict(before)
        result = walk.passed_through(walk.run(target, values), target.identity)
        states.append(PathState({} if result is None else {0: result}, walk.heap))
    state = walk.merge(states, labels)
    walk.heap = state.heap
    return state.registers.get(0)


def escape(walk: WalkState, values: Sequence[Value | None], need: Need | None) -> None:
    """Forget the contents of builders that are passed to another method, because it can change them."""
    for value in values:
        if isinstance(value, ObjectRef) and isinstance(walk.heap.get(value.number), _CHANGEABLE):
            walk.heap[value.number] = TextValue(HOLE, needs=(need,)) if need is not None else UNKNOWN
