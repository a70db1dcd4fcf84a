"""Texts that code compares with an address and then contacts: ``if (url.startsWith("https://pay.test")) load(url)``.

Another program, such as a server, gives the text. The host of the address is contacted if the comparison is true, but a
text that only contains it can have another host. What counts is in the branch for a true comparison alone.
"""

from collections.abc import Iterator, Sequence
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
_KOTLIN = "Lkotlin/text/StringsKt;"
_MORE_TESTS = frozenset((_KOTLIN, f"{name}{end}") for name in ("startsWith", "equals") for end in ("", "$default")) | {
    (_TEXT, "regionMatches")
}
"""Comparisons whose first two arguments are the texts."""
_PLACES = frozenset(((_TEXT, "indexOf"), (_TEXT, "compareTo")))
"""Comparisons whose result is a number."""
_POSITIONS = frozenset(("compareTo", "indexOf"))
"""Those whose result is zero if the text begins with the address."""
_JUMPS_IF_TRUE = {
    FIRST_ZERO_TEST: (False, True), FIRST_ZERO_TEST + 1: (True, False), FIRST_ZERO_TEST + 2: (False, False),
    FIRST_ZERO_TEST + 3: (True, True),
}  # fmt: skip
"""Whether ``if-eqz``, ``if-nez``, ``if-ltz`` and ``if-gez`` jump for a true result, and for a position of zero."""
_OPERANDS = 2
_MOST_STEPS, _MOST_CALLERS = 2_000, 16


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
    name = uses.method_names(place[0], one.member)[:2]
    is_pair = name in _TESTS | _PLACES and len(one.values) == _OPERANDS
    if not (is_pair or name in _MORE_TESTS) or len(given) != 1 or given[0] >= _OPERANDS or len(one.values) < _OPERANDS:
        return None
    found = in_true_branch(uses, place, flow, one.at, name[1])
    other = one.values[1 - given[0]]
    return (found, other) if found is not None and found.operations and other else None


def in_true_branch(
    uses: "ConstantUses", place: tuple[int, CodeItem], flow: MethodFlow, call: int, name: str = ""
) -> MethodFlow | None:
    """The values of a method behind a true result of the call at a unit; all behind it if the result is not tested at
    once, such as one that code keeps. ``None`` if the code is damaged.
    """
    try:
        units = _if_true(uses.file(place[0]).units(place[1]), call, name)
    except IndexError:
        return None
    return flow._replace(operations=tuple(each for each in flow.operations if each.at in units))


def returned_comparison(
    uses: "ConstantUses", place: tuple[int, CodeItem], one: Operation, given: Sequence[int]
) -> Iterator[tuple[int, CodeItem, MethodFlow, Origins]]:
    """For a comparison with a parameter in a method that returns it: each caller, its values behind a true result, and
    the text that it gives.
    """
    number, code = place
    kind = uses.app.ref_at(number, code).kind
    if not kind.endswith(")Z") or not given or given[0] >= _OPERANDS or len(one.values) < _OPERANDS:
        return
    own = [-1 - origin for origin in one.values[1 - given[0]] if origin < 0]
    for file, caller, at in (uses.callers.of(number, code) or ())[:_MOST_CALLERS] if own else ():
        its = uses.flow(file, caller)
        call = its.operation(at) if its is not None else None
        if its is None or call is None:
            continue
        behind = in_true_branch(uses, (file, caller), its, at)
        for word in own:
            if behind is not None and word < len(call.values):
                yield file, caller, behind, call.values[word]


def _if_true(units: list[int], call: int, name: str) -> set[int]:
    """The units to which a true result of the call at a unit leads, before the next call.

    Raises:
        IndexError: a way leaves the code.
    """
    at = call + LENGTHS[units[call] & 255]
    test = at + LENGTHS[units[at] & 255]
    opcode = units[test] & 255
    jumps = _JUMPS_IF_TRUE.get(opcode)
    if units[at] & 255 != MOVE_RESULT or jumps is None:
        return _reached(units, at, call)
    is_place = name in _POSITIONS
    after, target = test + LENGTHS[opcode], next(iter(jump_targets(units, test)))
    return _reached(units, target if jumps[is_place] else after, call)


def _reached(units: list[int], begin: int, stop: int) -> set[int]:
    """The units to which ways lead from one, up to another one."""
    pending, seen = [begin], set[int]()
    for at in pending:  # grows
        if at in seen or at < 0 or at == stop or len(seen) > _MOST_STEPS:
            continue
        seen.add(at)
        pending += next_units(units, at)
    return seen
