"""Values of fields that nothing can read: the method stores another value on each of its ways, before any reader.

``class Api { String host = "https://old.test"; Api(String host) { this.host = host; } }`` compiles to two stores in the
constructor. A method with handlers is left out: an exception may leave the first value in the field.
"""

from typing import TYPE_CHECKING

import numpy as np

from tieback.recognise.dataflow.dexfile import CodeItem
from tieback.recognise.dataflow.instructions import next_units
from tieback.recognise.dataflow.reaching import IGET, IPUT, MANY, SGET, SPUT, MethodFlow, Operation

if TYPE_CHECKING:
    from tieback.recognise.dataflow.uses import ConstantUses

_READS = {IPUT: IGET, SPUT: SGET}
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
    readers = {each.at for each in flow.operations if _may_read(one, each)}
    units: list[int] = np.frombuffer(data, "<u2", code.units, code.begin).tolist()
    try:
        return _all_ways_meet(units, one.at, again, readers)
    except IndexError:
        return False


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
