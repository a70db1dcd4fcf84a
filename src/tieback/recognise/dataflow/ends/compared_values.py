"""Texts that code compares with an address and then contacts: ``if (url.startsWith("https://pay.test")) load(url)``.

Another program, such as a server, gives the text. The host of the address is contacted if the comparison is true, but a
text that only contains it can have another host. What counts is in the branch for a true comparison alone.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from tieback.recognise.dataflow.dex.dexfile import CodeItem
from tieback.recognise.dataflow.dex.instructions import LENGTHS, jump_targets, next_units
from tieback.recognise.dataflow.dex.opcode_sets import FIRST_ZERO_TEST, MOVE_RESULT
from tieback.recognise.dataflow.dex.reaching import MethodFlow, Operation, Origins

if TYPE_CHECKING:
    from tieback.recognise.dataflow.ends.uses import ConstantUses

_TEXT = "Ljava/lang/String;"
_COLLECTIONS = ("ArrayList", "Collection", "HashSet", "LinkedHashSet", "LinkedList", "List", "Set")
_TESTS = frozenset((_TEXT, name) for name in ("contentEquals", "equals", "equalsIgnoreCase", "startsWith")) | {
    ("Lkotlin/jvm/internal/Intrinsics;", "areEqual"),
    ("Landroid/text/TextUtils;", "equals"),
    *((f"Ljava/util/{kind};", "contains") for kind in _COLLECTIONS),
    *((f"Ljava/util/{kind};", "containsKey") for kind in ("HashMap", "LinkedHashMap", "Map")),
    ("Lkotlin/collections/ArraysKt;", "contains"),
    ("Lkotlin/collections/CollectionsKt;", "contains"),
}
"""Comparisons of a text with another one, and with the texts of a collection."""
_OPERANDS = 2
_MOST_STEPS = 2_000


def other_in_true_branch(
    uses: "ConstantUses", place: tuple[int, CodeItem], flow: MethodFlow, one: Operation, given: Sequence[int]
) -> tuple[MethodFlow, Origins] | None:
    """The values of the branch for a true comparison, and the origins of the other text; ``None`` for other calls.

    Args:
        uses: what the code does.
        place: number of the DEX file, and the method.
        flow: the values of the method.
        one: the comparison.
        given: numbers of the arguments that are the address.
    """
    number, code = place
    if uses.method_names(number, one.member)[:2] not in _TESTS or len(one.values) != _OPERANDS or len(given) != 1:
        return None
    other = one.values[1 - given[0]]
    try:
        units = _only_true(uses.file(number).units(code), one.at)
    except IndexError:
        return None
    operations = tuple(each for each in flow.operations if each.at in units)
    return (flow._replace(operations=operations), other) if operations and other else None


def _only_true(units: list[int], call: int) -> set[int]:
    """The units that only a true result of the call at a unit leads to.

    Raises:
        IndexError: a way leaves the code.
    """
    at = call + LENGTHS[units[call] & 255]
    test = at + LENGTHS[units[at] & 255]
    opcode = units[test] & 255
    if units[at] & 255 != MOVE_RESULT or opcode not in (FIRST_ZERO_TEST, FIRST_ZERO_TEST + 1):
        return set()
    after, target = test + LENGTHS[opcode], next(iter(jump_targets(units, test)))
    true, false = (after, target) if opcode == FIRST_ZERO_TEST else (target, after)
    return _reached(units, true) - _reached(units, false)


def _reached(units: list[int], begin: int) -> set[int]:
    pending, seen = [begin], set[int]()
    for at in pending:  # grows
        if at in seen or at < 0 or len(seen) > _MOST_STEPS:
            continue
        seen.add(at)
        pending += next_units(units, at)
    return seen
