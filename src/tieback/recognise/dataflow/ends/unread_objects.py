"""Objects that a class makes in its initialiser and that no code reads: ``static final Server OLD = new Server(url)``.

A library has such an object for each of its servers, and code that uses only one of them. The fields of its class are
read for the others, so they say nothing. What counts is that the object is in static fields alone which no code reads,
and that its constructor only keeps what it gets.
"""

from collections.abc import Container, Sequence
from typing import TYPE_CHECKING

from tieback.recognise.dataflow.dex.dexfile import CodeItem
from tieback.recognise.dataflow.dex.opcode_sets import DIRECT_CALLS
from tieback.recognise.dataflow.dex.reaching import IPUT, MANY, RETURN, SPUT, MethodFlow, Operation
from tieback.recognise.dataflow.ends.unread_settings import is_unread_field

if TYPE_CHECKING:
    from tieback.recognise.dataflow.ends.uses import ConstantUses

_ROOTS = frozenset(("Ljava/lang/Object;", "Ljava/lang/Record;"))
"""Classes whose constructor keeps nothing."""


def is_unread_object(
    uses: "ConstantUses", place: tuple[int, CodeItem], flow: MethodFlow, one: Operation, given: Sequence[int]
) -> bool:
    """True for a call of a constructor in the initialiser of a class, if no code reads the new object.

    The arguments are those of ``is_unread_setting``.
    """
    number, code = place
    if one.opcode not in DIRECT_CALLS or not one.values or 0 in given:
        return False
    if uses.method_names(number, one.member)[1] != "<init>" or uses.app.ref_at(number, code).name != "<clinit>":
        return False
    made = one.values[0]
    if not made <= flow.created or MANY in uses.indices.of(flow).having:
        return False
    keepers = [each for each in flow.operations if each.at != one.at and any(made & its for its in each.values)]
    kept = all(each.opcode == SPUT and _is_unread(uses, number, each) for each in keepers)
    return bool(keepers) and kept and _only_keeps(uses, number, one, given)


def is_uncalled_result(
    uses: "ConstantUses", place: tuple[int, CodeItem], flow: MethodFlow, one: Operation, given: Sequence[int]
) -> bool:
    """True for a call of a constructor if its method only returns the new object, and nothing calls this method.

    Libraries have such a method for each of their regions: ``static Region east() { return new Region(url); }``. The
    arguments are those of ``is_unread_setting``.
    """
    number, code = place
    if one.opcode not in DIRECT_CALLS or not one.values or 0 in given:
        return False
    made = one.values[0]
    if uses.method_names(number, one.member)[1] != "<init>" or len(made) != 1 or not made <= flow.created:
        return False
    having = uses.indices.of(flow).having
    keepers = [each for origin in (*made, MANY) for each in having.get(origin, ()) if each.at != one.at]
    if not keepers or any(each.opcode != RETURN for each in keepers):
        return False
    return uses.callers.of(number, code) == [] and _only_keeps(uses, number, one, given)


def reason_of_fields(uses: "ConstantUses", number: int, code: CodeItem, fields: Container[str]) -> str:
    """Why no code contacts the address that an initialiser calls a method for; empty if code may.

    Args:
        uses: what the code does.
        number: number of the DEX file.
        code: the initialiser.
        fields: names of the static fields of its class that get the address.
    """
    flow = uses.flow(number, code)
    if flow is None:
        return ""
    stores = [(uses.app.field(number, one.member), one) for one in flow.operations if one.opcode == SPUT]
    its = [one for field, one in stores if field >= 0 and uses.app.ref(field).name in fields]
    made = {at for one in its for at in one.values[0]}
    reasons = [uses.reason_of_result(number, code, at) if 0 <= at < MANY else "" for at in sorted(made)]
    return reasons[0] if reasons and all(reasons) else ""


def _is_unread(uses: "ConstantUses", number: int, one: Operation) -> bool:
    """True for the store into a static field that no code reads, also not by its name or as one of all fields."""
    if not is_unread_field(uses, number, one) or uses.stored(number, one, 0).contacts:
        return False
    field = uses.app.field(number, one.member)
    return field < 0 or not uses.made_objects.is_given(uses.app.ref(field).owner)


def _only_keeps(uses: "ConstantUses", number: int, one: Operation, given: Sequence[int]) -> bool:
    """True if a constructor puts these arguments only into fields of its object, and gives the object to nobody."""
    identity = uses.app.method(number, one.member)
    target = uses.app.definition_in(number, identity) if identity >= 0 else None
    flow = uses.flow(target.file, target.code) if target is not None else None
    if target is None or flow is None or target.code.ins != len(one.values):
        return False
    followed = {-1, *(-1 - word for word in given), MANY}
    for each in flow.operations:
        its = [place for place, origins in enumerate(each.values) if not followed.isdisjoint(origins)]
        if not its:
            continue
        if each.opcode == IPUT:
            if each.values[1] != {-1} or -1 in each.values[0]:
                return False
        elif (
            each.opcode not in DIRECT_CALLS
            or its != [0]
            or uses.method_names(target.file, each.member)[0] not in _ROOTS
        ):
            return False
    return True
