"""Lists of settings from which code takes each one and contacts its address.

``static Server define(String url) { Server one = new Server(url); ALL.add(one); return one; }`` keeps each server in a
list. Code that reads the list and contacts the field of an element reaches all of them.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from tieback.recognise.dataflow.code.members import MethodCode
from tieback.recognise.dataflow.dex.opcode_sets import CALLS, STATIC_OBJECT_READS
from tieback.recognise.dataflow.dex.reaching import IGET, SGET, Operation

if TYPE_CHECKING:
    from tieback.recognise.dataflow.ends.uses import ConstantUses

_COLLECTIONS = ("Ljava/util/", "Landroid/util/", "Landroidx/collection/")
_PUTS = frozenset(("add", "addFirst", "addLast", "append", "offer", "put", "putIfAbsent"))
_MOST_SITES = 32


def is_in_contacted_list(uses: "ConstantUses", number: int, one: Operation) -> bool:
    """True if a call that makes a setting puts it into such a list.

    Args:
        uses: what the code does.
        number: number of the DEX file.
        one: the call: a constructor, or a static method that returns an object.
    """
    identity = uses.app.method(number, one.member)
    target = uses.app.definition_in(number, identity) if identity >= 0 else None
    if target is None:
        return False
    ref = uses.app.ref(identity)
    kind = ref.owner if ref.name == "<init>" else ref.kind.rpartition(")")[2]
    return any(_is_contacted(uses, field, kind) for field in dict.fromkeys(_lists(uses, target)))


def _lists(uses: "ConstantUses", target: MethodCode) -> Iterator[int]:
    """The static fields with the collections into which a method puts an object."""
    flow = uses.flow(target.file, target.code)
    if flow is None:
        return
    read = {one.at: one for one in flow.operations if one.opcode == SGET}
    objects = flow.created | {-1}
    for one in flow.operations:
        if one.opcode not in CALLS or len(one.values) < 2:
            continue
        owner, name, _ = uses.method_names(target.file, one.member)
        if owner.startswith(_COLLECTIONS) and name in _PUTS and any(its & objects for its in one.values[1:]):
            yield from (uses.app.field(target.file, read[at].member) for at in one.values[0] if at in read)


def _is_contacted(uses: "ConstantUses", field: int, kind: str) -> bool:
    """True if a method reads a collection and contacts a field of an object of a class."""
    if field < 0:
        return False
    for count, site in enumerate(uses.places.of_field(field, STATIC_OBJECT_READS)):
        flow = uses.flow(site.number, site.code) if site is not None else None
        if site is None or flow is None or count >= _MOST_SITES:
            continue
        for one in flow.operations:
            if one.opcode == IGET:
                member = uses.app.field(site.number, one.member)
                is_its = member >= 0 and uses.app.ref(member).owner == kind
                if is_its and uses.of_result(site.number, site.code, one.at):
                    return True
            elif one.opcode in CALLS and uses.method_names(site.number, one.member)[0] == kind:
                text = uses.method_names(site.number, one.member)[2].endswith(")Ljava/lang/String;")
                if text and uses.of_result(site.number, site.code, one.at):
                    return True
    return False
