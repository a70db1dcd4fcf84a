"""Tables of settings: ``static final Flag URL = Flag.define("name", "https://…")`` in the initialiser of a class.

Code reads the static field, or else finds the setting by its name. Without both nothing reads the value, although the
library has the setting in a list.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from tieback.recognise.dataflow.dex.dexfile import CodeItem
from tieback.recognise.dataflow.dex.opcode_sets import DIRECT_CALLS, STATIC_CALLS, STATIC_READS
from tieback.recognise.dataflow.dex.reaching import MANY, SPUT, MethodFlow, Operation
from tieback.recognise.dataflow.ends.setting_lists import is_in_contacted_list

if TYPE_CHECKING:
    from tieback.recognise.dataflow.ends.uses import ConstantUses

_LEAST = 3
"""Fewest settings of a class that are a table."""


def is_unread_setting(
    uses: "ConstantUses", place: tuple[int, CodeItem], flow: MethodFlow, one: Operation, given: Sequence[int]
) -> bool:
    """True for a call that makes one of several settings of a class from a value, if no code reads it.

    Args:
        uses: what the code does.
        place: number of the DEX file, and the method.
        flow: the values of the method.
        one: the call: a constructor, or a static method that returns an object.
        given: numbers of the arguments that are the value.
    """
    number, code = place
    owner, name, kind = uses.method_names(number, one.member)
    creates = name == "<init>" and one.opcode in DIRECT_CALLS
    if not creates and not (one.opcode in STATIC_CALLS and kind.endswith(";")):
        return False
    if uses.app.ref_at(number, code).name != "<clinit>":
        return False
    if MANY in uses.indices.of(flow).having:
        return False
    made = one.values[0] if creates else frozenset((one.at,))
    keepers = [each for each in flow.operations if each.at != one.at and any(made & its for its in each.values)]
    if not all(each.opcode == SPUT and is_unread_field(uses, number, each) for each in keepers):
        return False
    kinds = {_field_kind(uses, number, each) for each in keepers}
    if kinds:
        stores = (each for each in flow.operations if each.opcode == SPUT)
        settings = sum(_field_kind(uses, number, each) in kinds for each in stores)
    else:  # a shrinker has removed the fields
        calls = (each for each in flow.operations if each.opcode == one.opcode)
        settings = sum(uses.method_names(number, each.member)[0] == owner for each in calls)
    if settings < _LEAST:
        return False
    if is_in_contacted_list(uses, number, one):
        return False
    others = (origins for argument, origins in enumerate(one.values) if argument not in given)
    names = {flow.strings[at] for origins in others for at in origins if at in flow.strings}
    return bool(names) and all(_is_loaded_once(uses, uses.string(number, each)) for each in names)


def _field_kind(uses: "ConstantUses", number: int, one: Operation) -> str:
    field = uses.app.field(number, one.member)
    return uses.app.ref(field).kind if field >= 0 else ""


def is_unread_field(uses: "ConstantUses", number: int, one: Operation) -> bool:
    """True for the store into a static field that no code reads."""
    places = uses.app.field_places(uses.app.field(number, one.member))
    return not any(uses.places.offsets(file, STATIC_READS, index) for file, index in places)


def _is_loaded_once(uses: "ConstantUses", text: str) -> bool:
    found = ((file, uses.app.string_of(file, text)) for file in range(len(uses.app.files)))
    return sum(len(uses.places.strings(file, index)) for file, index in found if index >= 0) == 1
