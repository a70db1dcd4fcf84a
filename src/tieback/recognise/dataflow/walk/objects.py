"""Instructions that create objects, and that read or set fields."""

from functools import partial

from tieback.recognise.dataflow.dex.opcode_sets import ADD_INT_LIT8, IGET, IPUT
from tieback.recognise.dataflow.methods.library import PAIR_FIELDS
from tieback.recognise.dataflow.methods.values import (
    HOLE,
    ArrayValue,
    Choice,
    Contents,
    InstanceValue,
    ObjectRef,
    PartsValue,
    Receiver,
    TextValue,
    Value,
    combine,
)
from tieback.recognise.dataflow.walk.calls import CreatedKind
from tieback.recognise.dataflow.walk.containers import member
from tieback.recognise.dataflow.walk.state import WalkState

_RAISE = 4
"""Code units of a read of a field and a sum."""


def new_instance(walk: WalkState, at: int, unit: int) -> int:
    """Create an object of a class that the walk understands."""
    kind = walk.units[at + 1]
    contents: Contents | None = None
    match walk.calls.created(kind):
        case CreatedKind.BUILDER:
            contents = TextValue("")
        case CreatedKind.CARRIER:
            contents = PartsValue({})
        case created:
            if walk.app.is_own_type(walk.file, kind):
                contents = InstanceValue(walk.app.files[walk.file].descriptor(kind), {})
            elif created is CreatedKind.CONTAINER:
                contents = ArrayValue(())
    return walk.assign(at, unit >> 8, walk.allocate(contents) if contents is not None else None)


def static_get(walk: WalkState, at: int, unit: int) -> int:
    """Read a static field: the address that the code before has put there, or what any code puts there."""
    field = walk.app.field(walk.file, walk.units[at + 1])
    live = walk.live.get(field)
    if live is not None and live[1].number in walk.heap:
        return walk.assign(at, unit >> 8, live[1])
    latest = walk.latest.get(field)
    if latest is not None:
        return walk.assign(at, unit >> 8, walk.passed_through(latest, field))
    held = walk.stored.get(field, ())
    if len(held) == 1 and walk.fields.value(field) is None:
        return walk.assign(at, unit >> 8, walk.passed_through(walk.thaw(held[0]), field))
    return walk.assign(at, unit >> 8, walk.field(field))


def static_put(walk: WalkState, at: int, unit: int) -> int:
    """Set a static field."""
    field, value = walk.app.field(walk.file, walk.units[at + 1]), walk.registers.get(unit >> 8)
    walk.keep(field, value)
    if isinstance(value, TextValue) and "://" in value.text and HOLE not in value.text:
        walk.latest[field] = value
    else:
        walk.latest.pop(field, None)
    return at + 2


def instance_get(walk: WalkState, at: int, unit: int) -> int:
    """Read a field of an object."""
    field = walk.app.field(walk.file, walk.units[at + 1])
    holder = walk.registers.get(unit >> 12)
    value = combine([holder], partial(_read, walk, field)) if isinstance(holder, Choice) else _read(walk, field, holder)
    return walk.assign(at, unit >> 8 & 15, value)


def _read(walk: WalkState, field: int, value: Value | None) -> Value | None:
    """The value of a field of an object."""
    contents = walk.heap.get(value.number) if isinstance(value, ObjectRef) else None
    if isinstance(contents, ArrayValue) and walk.app.ref(field).name in PAIR_FIELDS:
        return member(walk, value, PAIR_FIELDS.index(walk.app.ref(field).name))
    if not isinstance(contents, InstanceValue) or field not in contents.fields:
        live = walk.live.get(field) if contents is None else None
        if live is not None and live[1].number in walk.heap:
            return live[1]
        return walk.field(field, value.kind if isinstance(value, Receiver) else "")
    held = contents.fields[field]
    thawed = walk.thaw(held)
    if thawed is not held and isinstance(value, ObjectRef):
        walk.heap[value.number] = InstanceValue(contents.kind, {**contents.fields, field: thawed})
    return thawed


def instance_put(walk: WalkState, at: int, unit: int) -> int:
    """Set a field of an object."""
    field = walk.app.field(walk.file, walk.units[at + 1])
    target, value = walk.registers.get(unit >> 12), walk.registers.get(unit >> 8 & 15)
    contents = walk.contents(target)
    if isinstance(target, ObjectRef) and isinstance(contents, InstanceValue):
        walk.heap[target.number] = InstanceValue(contents.kind, {**contents.fields, field: value})
    elif not _counts(walk, at, unit):
        walk.keep(field, value, target.kind if isinstance(target, Receiver) else "")
    return at + 2


def _counts(walk: WalkState, at: int, unit: int) -> bool:
    """True if an instruction only raises the number in a field: the sum says nothing about what it is elsewhere.

    R8 merges classes, so that one field is the port of an address and the place in a list.
    """
    units = walk.units
    return (
        unit & 255 == IPUT
        and at >= _RAISE
        and units[at - 2] == ADD_INT_LIT8 | (unit >> 8 & 15) << 8
        and units[at - 4] == IGET | (units[at - 1] & 255) << 8 | (unit >> 12) << 12
        and units[at - 3] == units[at + 1]
    )
