"""Values of fields that nothing can read: the method stores another value on each of its ways, before any reader.

``class Api { String host = "https://old.test"; Api(String host) { this.host = host; } }`` compiles to two stores in the
constructor. A method with handlers is left out: an exception may leave the first value in the field.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from tieback.recognise.dataflow.dex.dexfile import CodeItem
from tieback.recognise.dataflow.dex.instructions import next_units
from tieback.recognise.dataflow.dex.opcode_sets import CALLS, DIRECT_CALLS
from tieback.recognise.dataflow.dex.reaching import IGET, IPUT, MANY, SGET, SPUT, MethodFlow, Operation, Origins

if TYPE_CHECKING:
    from tieback.recognise.dataflow.ends.uses import ConstantUses

_READS = {IPUT: IGET, SPUT: SGET}
_THIS: Origins = frozenset((-1,))
_MAX_STEPS = 1_000
"""Most instructions that are read behind a store."""


def is_overwritten(uses: "ConstantUses", place: tuple[int, CodeItem], flow: MethodFlow, one: Operation) -> bool:
    """True for a store into a field whose value another store of the same method replaces before anything reads it.

    Args:
        uses: what the code does.
        place: number of the DEX file, and the method.
        flow: the values of the method.
        one: the store, ``IPUT`` or ``SPUT``.
    """
    number, code = place
    data = uses.file(number).data
    holder = one.values[1:]
    if any(MANY in its or len(its) != 1 for its in holder):
        return False
    again = {
        each.at
        for each in flow.operations
        if (each.opcode, each.member, each.values[1:]) == (one.opcode, one.member, holder) and each.at != one.at
    }
    if not again or bytes(data[code.offset + 6 : code.offset + 8]) != b"\0\0":
        return False
    if one.opcode == IPUT and _is_known_outside(uses, number, flow, one):
        return False
    kept = _kept(uses, number, flow, one)
    readers = {each.at for each in flow.operations if each.at not in kept and _may_read(one, each)}
    units = uses.file(number).units(code)
    try:
        return _all_ways_meet(units, one.at, again, readers)
    except IndexError:
        return False


def _is_known_outside(uses: "ConstantUses", number: int, flow: MethodFlow, one: Operation) -> bool:
    """True if other code may have the object of a store already, and the method calls code of the app.

    Only a new object, and that of a constructor which has given it to nobody, are unknown to others.
    """
    calls = [each for each in flow.operations if each.opcode in CALLS]
    owners = {each.at: uses.method_names(number, each.member) for each in calls}
    if all(uses.app.class_of(owner) is None for owner, _, _ in owners.values()):
        return False
    before = [each for each in flow.operations if each.at < one.at and _has(each, one.values[1])]
    above = [each for each in before if each.opcode in DIRECT_CALLS and owners[each.at][1] == "<init>"]
    if one.values[1] == _THIS and not above:
        return True  # no constructor
    if any(uses.app.class_of(owners[each.at][0]) is not None for each in above):
        return True  # of another class of the app, which can keep the object
    return any(
        (each.opcode in (IPUT, SPUT) and not one.values[1].isdisjoint(each.values[0]))
        or (each.opcode in CALLS and each not in above)
        for each in before
    )


def _kept(uses: "ConstantUses", number: int, flow: MethodFlow, one: Operation) -> set[int]:
    """Units of calls of constructors that only keep the object of a store, in new objects that only this object has.

    Those of inner classes are such: ``observer = new Observer() { … }``.
    """
    if one.opcode != IPUT:
        return set()
    found: set[int] = set()
    for each in flow.operations:
        if each.opcode not in DIRECT_CALLS or one.values[1] not in each.values[1:] or each.values[0] & one.values[1]:
            continue
        new = each.values[0]
        uses_of_new = [other for other in flow.operations if other.at != each.at and _has(other, new)]
        in_object = all(other.opcode == IPUT and other.values[1] == one.values[1] for other in uses_of_new)
        if new <= flow.created and in_object and _only_keeps(uses, number, each, one.values[1]):
            found.add(each.at)
    return found


def _only_keeps(uses: "ConstantUses", number: int, call: Operation, holder: Origins) -> bool:
    """True if a constructor only puts an argument into fields of the new object."""
    target = uses.app.definition_in(number, uses.app.method(number, call.member))
    inside = uses.flow(target.file, target.code) if target is not None else None
    if target is None or inside is None or target.code.ins != len(call.values):
        return False
    given = frozenset(-1 - word for word, origins in enumerate(call.values) if origins & holder)
    for each in inside.operations:
        if each.opcode == IPUT:
            if _has_in(each.values[1:], given) or (_has(each, given) and each.values[1] != _THIS):
                return False
        elif _has(each, given):
            return False
        elif _has(each, _THIS):  # a constructor of the app could call back
            owner = uses.method_names(target.file, each.member)[0] if each.opcode in DIRECT_CALLS else ""
            if not owner or uses.app.class_of(owner) is not None:
                return False
    return True


def _has(one: Operation, origins: Origins) -> bool:
    """True if an operand can be one of these values."""
    return _has_in(one.values, origins)


def _has_in(values: Iterable[Origins], origins: Origins) -> bool:
    return any(not its.isdisjoint(origins | {MANY}) for its in values)


def _may_read(one: Operation, each: Operation) -> bool:
    """True if an operation may read the field that ``one`` stores into, or gives others the object that has it."""
    if each.opcode in (IPUT, SPUT):
        return one.opcode == IPUT and not (one.values[1] | {MANY}).isdisjoint(each.values[0])
    if each.opcode in (IGET, SGET):
        return each.opcode == _READS[one.opcode] and each.member == one.member
    return one.opcode == SPUT or any(not (one.values[1] | {MANY}).isdisjoint(its) for its in each.values)


def _all_ways_meet(units: list[int], begin: int, stops: set[int], readers: set[int]) -> bool:
    """True if each way from a unit comes to one of ``stops``, and to none of ``readers`` before.

    Raises:
        IndexError: a way leaves the code.
    """
    pending, seen = next_units(units, begin), set[int]()
    for at in pending:  # grows
        if at in seen or at in stops:
            continue
        seen.add(at)
        following = next_units(units, at) if at >= 0 else []
        if at in readers or not following or len(seen) > _MAX_STEPS:
            return False
        pending += following
    return True
