"""Calls into methods of the app: which of them a call can run, and their result."""

from collections.abc import Mapping, Sequence

from tieback.recognise.dataflow.code.members import MemberRef, MethodCode
from tieback.recognise.dataflow.dex.opcode_sets import FIXED_CALLS, STATIC_CALLS
from tieback.recognise.dataflow.methods.values import (
    HOLE,
    UNKNOWN,
    ArrayValue,
    Choice,
    Contents,
    InstanceValue,
    Need,
    ObjectRef,
    PartsValue,
    Receiver,
    TextValue,
    Value,
    alternatives,
    is_address,
    is_informative,
)
from tieback.recognise.dataflow.walk.joins import PathState
from tieback.recognise.dataflow.walk.state import MAX_FRUITLESS, WalkState

MAX_DEPTH = 6
"""Most calls inside each other that are followed."""
MAX_TARGETS = 16
"""Most methods that one call can run."""
_CHANGEABLE = (TextValue, Choice, ArrayValue)
_MAX_GETTER = 40
"""Most code units of a method that is followed again once it can have a result: it gives a field, or calls another."""
_MAX_KEEPER = 60
"""Most code units of a method that is followed only because it keeps a text: it makes an object, or fills a list."""
_MAX_EAGER = 1_000
"""Most code units of a method that is followed only because an address is passed to it."""


def follows(walk: WalkState, identity: int, targets: Sequence[MethodCode], values: Sequence[Value | None]) -> bool:
    """True if the walk enters the methods that a call can run."""
    if identity in walk.demand or any(one.identity in walk.demand for one in targets):
        return bool(targets)
    if len(targets) != 1 or targets[0].code.units > _MAX_EAGER:
        return False
    return gives_address(walk, values) or (targets[0].code.units <= _MAX_KEEPER and keeps_text(walk, identity, values))


def keeps_text(walk: WalkState, identity: int, values: Sequence[Value | None]) -> bool:
    """True for a constructor of an object of the app that gets a constant text, such as a part of a host, or an object
    with a host, and for a method of a class that does so while an object or the class is initialised, to fill a list.
    """
    ref = walk.app.ref(identity)
    makes = ref.name == "<init>" and isinstance(walk.contents(values[0] if values else None), InstanceValue)
    if not makes and not _fills(walk, ref):
        return False
    return any(
        (isinstance(value, TextValue) and bool(value.parts)) or isinstance(walk.contents(value), PartsValue)
        for value in values[makes:]
    )


def _fills(walk: WalkState, called: MemberRef) -> bool:
    """True if the initialiser or a constructor of a class calls another method of it without a result."""
    caller = walk.app.ref(walk.method) if walk.method >= 0 else None
    return (
        caller is not None
        and caller.owner == called.owner
        and caller.name in ("<clinit>", "<init>")
        and called.name not in ("<clinit>", "<init>")
        and called.kind.endswith(")V")
    )


def gives_address(walk: WalkState, values: Sequence[Value | None]) -> bool:
    """True if a call gets a text that can begin an endpoint."""
    for value in values:  # noqa: SIM110 - a generator takes twice the time
        if value is not None and not isinstance(value, int) and is_address(walk.plain(value)):
            return True
    return False


def targets_of(walk: WalkState, identity: int, opcode: int, values: Sequence[Value | None]) -> list[MethodCode]:
    """The methods of the app that a call can run."""
    app = walk.app
    if opcode in FIXED_CALLS:
        found = app.definition(identity)
        return [found] if found is not None and app.is_own(app.ref(found.identity).owner) else []
    kinds = {
        contents.kind: None
        for one in alternatives(values[0] if values else None)
        if isinstance(contents := walk.contents(one.value), InstanceValue)
    }
    return app.targets(identity, tuple(kinds))[:MAX_TARGETS]


def with_receiver(
    walk: WalkState, identity: int, opcode: int, values: Sequence[Value | None]
) -> Sequence[Value | None]:
    """The values of a call, with the class that the call names for an object of which nothing is known.

    That class tells something if a class above it has the code.
    """
    first = values[0] if values else UNKNOWN
    if opcode in STATIC_CALLS or not (first is None or (isinstance(first, TextValue) and first.text == HOLE)):
        return values
    found, owner = walk.app.definition(identity), walk.app.ref(identity).owner
    inherited = found is not None and walk.app.ref(found.identity).owner != owner
    return (Receiver(owner), *values[1:]) if values and inherited else values


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
        result = walk.passed_through(_run(walk, target, values, before), target.identity)
        states.append(PathState({} if result is None else {0: result}, walk.heap))
    state = walk.merge(states, labels)
    walk.heap = state.heap
    return state.registers.get(0)


def _run(
    walk: WalkState, target: MethodCode, values: Sequence[Value | None], before: Mapping[int, Contents]
) -> Value | None:
    """The result of one method; not again of one that gave nothing several times, or that took much of the work."""
    key = target.identity, tuple(_shape(walk, value) for value in values)
    tried = walk.fruitless.get(key, 0)
    spent = walk.spent.get(target.identity, 0)
    if tried is not None and tried >= MAX_FRUITLESS:
        return walk.unsolved.get(key, UNKNOWN)  # each time it left all objects as they were
    if spent > walk.share:
        escape(walk, values, None)
        return walk.unsolved.get(key, UNKNOWN)
    walk.spent[target.identity] = spent + target.code.units
    if tried is None:
        return walk.run(target, values)
    built, stores = len(walk.built), walk.stores
    result = walk.run(target, values)
    heap = walk.heap
    fruitful = (
        is_informative(result)
        or walk.stores > stores
        or any(walk.is_new_address(one) for one in walk.built[built:])
        or _has_changed(heap, before)
        or (bool(walk.wanted) and _has_made(walk, before))
    )
    walk.fruitless[key] = None if fruitful else tried + 1
    small = target.code.units <= _MAX_GETTER
    if small and not fruitful and isinstance(result, TextValue) and result.needs:
        walk.unsolved[key] = result
    return result


def _has_changed(heap: Mapping[int, Contents], before: Mapping[int, Contents]) -> bool:
    """True if an object from before has other contents now."""
    for number, contents in before.items():  # noqa: SIM110 - a generator takes twice the time
        if heap.get(number) is not contents:
            return True
    return False


def _has_made(walk: WalkState, before: Mapping[int, Contents]) -> bool:
    """True if a new object has a known value in a field that endpoints depend on.

    Code can pass the object on, as to a thread: the walk keeps its fields, although nothing here returns it.
    """
    return any(
        field in walk.wanted and is_informative(value)
        for number, contents in walk.heap.items()
        if number not in before and isinstance(contents, InstanceValue)
        for field, value in contents.fields.items()
    )


def _shape(walk: WalkState, value: Value | None) -> object:
    """What is known of an argument, without its contents."""
    if isinstance(value, TextValue):
        return is_address(value) + (value.text != HOLE)
    if isinstance(value, ObjectRef):
        contents = walk.heap.get(value.number)
        return contents.kind if isinstance(contents, InstanceValue) else type(contents)
    return type(None) if isinstance(value, Receiver) else type(value)


def escape(walk: WalkState, values: Sequence[Value | None], need: Need | None) -> None:
    """Forget the contents of builders that are passed to another method, because it can change them."""
    for value in values:
        if isinstance(value, ObjectRef) and isinstance(walk.heap.get(value.number), _CHANGEABLE):
            walk.heap[value.number] = TextValue(HOLE, needs=(need,)) if need is not None else UNKNOWN
