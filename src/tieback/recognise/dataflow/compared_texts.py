"""Comparisons of texts that always end the same: ``"release".equals("debug")``, or with a field that is set once.

Builds write their kind into the code as a constant (``BuildConfig.FLAVOR``), and libraries keep the system that they
contact in a static field (``environment = "production"``). A text is known as the set of its possible values:
constants, static fields with all that is stored in them, and results of methods. If one of them is not known, so is
the result.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

from tieback.recognise.dataflow.dexfile import CodeItem
from tieback.recognise.dataflow.members import MethodCode
from tieback.recognise.dataflow.operand_uses import MAX_SITES
from tieback.recognise.dataflow.reaching import MANY, RETURN, SPUT, MethodFlow, Origins

if TYPE_CHECKING:
    from tieback.recognise.dataflow.uses import ConstantUses

_STRING = "Ljava/lang/String;"
_READ, _WRITES = 0x62, frozenset((0x69,))
_KNOWN_CALLS = frozenset((0x70, 0x71, 0x76, 0x77))
"""Direct and static calls."""
_MAX_DEPTH, _MAX_TEXTS, _MAX_STORES = 3, 16, 32


def _ignoring_case(one: str, other: str) -> bool:
    return one.lower() == other.lower()


_COMPARISONS: dict[tuple[str, str], Callable[[str, str], bool]] = {
    (_STRING, "equals"): str.__eq__,
    (_STRING, "contentEquals"): str.__eq__,
    (_STRING, "equalsIgnoreCase"): _ignoring_case,
    (_STRING, "contains"): str.__contains__,
    (_STRING, "startsWith"): str.startswith,
    (_STRING, "endsWith"): str.endswith,
    ("Ljava/util/Objects;", "equals"): str.__eq__,
    ("Landroid/text/TextUtils;", "equals"): str.__eq__,
    ("Lkotlin/jvm/internal/Intrinsics;", "areEqual"): str.__eq__,
}
"""Methods of two texts: the receiver and the argument, or both arguments."""
_ARGUMENTS = 2

type _Texts = frozenset[str | None] | None
"""Possible values of a text, ``None`` among them for one that is not set; ``None`` if they are not known."""


class ComparedTexts:
    """The results of comparisons of texts in one app."""

    def __init__(self, uses: "ConstantUses") -> None:
        """The code of an app."""
        self._uses = uses
        self._fields: dict[int, _Texts] = {}
        self._results: dict[int, _Texts] = {}

    def compares(self, number: int, member: int) -> bool:
        """True for a method that compares two texts, by its index in a file."""
        return self._uses.method_names(number, member)[:2] in _COMPARISONS

    def result(self, number: int, code: CodeItem, at: int) -> frozenset[int] | None:
        """What the comparison at a code unit can return; ``None`` if that is not known, or for another call."""
        flow = self._uses.flow(number, code)
        call = next((one for one in flow.operations if one.at == at), None) if flow is not None else None
        if flow is None or call is None or len(call.values) != _ARGUMENTS:
            return None
        compare = _COMPARISONS.get(self._uses.method_names(number, call.member)[:2])
        if compare is None:
            return None
        first, second = (self._texts(number, flow, its, 0) for its in call.values)
        if not first or not second:
            return None
        # The method of a text that is not set does not return.
        return frozenset(
            int(compare(one, other)) if one is not None and other is not None else int(one is other)
            for one in first
            for other in second
        )

    def _texts(self, number: int, flow: MethodFlow, origins: Origins, depth: int) -> _Texts:
        found: set[str | None] = set()
        for origin in origins:
            its = self._of_origin(number, flow, origin, depth) if 0 <= origin < MANY else None
            if its is None or len(found) > _MAX_TEXTS:
                return None
            found |= its
        return frozenset(found)

    def _of_origin(self, number: int, flow: MethodFlow, origin: int, depth: int) -> _Texts:
        if origin in flow.strings:
            return frozenset((self._uses.string(number, flow.strings[origin]),))
        one = next((one for one in flow.operations if one.at == origin), None)
        if one is None or depth >= _MAX_DEPTH:
            return None
        if one.opcode == _READ:
            return self._of_field(self._uses.app.field(number, one.member), depth)
        return self._of_result(number, one.member, depth) if one.opcode in _KNOWN_CALLS else None

    def _of_field(self, field: int, depth: int) -> _Texts:
        if field < 0:
            return None
        if field not in self._fields:
            self._fields[field] = None  # in a recursion
            self._fields[field] = self._stored(field, depth)
        return self._fields[field]

    def _stored(self, field: int, depth: int) -> _Texts:
        """The initial value of a static field, and all that is stored in it."""
        known, initial = self._uses.initial_text(field)
        if not known:
            return None
        found: set[str | None] = {initial}
        for site in self._uses.places.of_field(field, _WRITES, _MAX_STORES):
            flow = self._uses.flow(site.number, site.code) if site is not None else None
            if site is None or flow is None:
                return None
            store = next((one for one in flow.operations if one.at == site.at and one.opcode == SPUT), None)
            if store is None or self._uses.callers.of(site.number, site.code) == []:
                continue
            its = self._texts(site.number, flow, store.values[0], depth + 1)
            if its is None:
                return None
            found |= its
        return frozenset(found)

    def _of_result(self, number: int, member: int, depth: int) -> _Texts:
        method = self._uses.app.method(number, member)
        if method >= 0 and method not in self._results:
            self._results[method] = None  # in a recursion
            if (found := returned(self._uses, number, method)) is not None:
                target, flow, origins = found
                self._results[method] = self._texts(target.file, flow, origins, depth + 1) or None
        return self._results.get(method)


def returned(
    uses: "ConstantUses", number: int, identity: int, *, virtual: bool = False
) -> tuple[MethodCode, MethodFlow, Origins] | None:
    """The method that a call in a file runs, its values, and those that it returns.

    ``None`` for a virtual call that can run more than one method.
    """
    if virtual:
        targets = uses.hierarchy.targets(identity)
        target = targets[0] if len(targets) == 1 else None
    else:
        target = uses.app.definition_in(number, identity)
    flow = uses.flow(target.file, target.code) if target is not None else None
    if target is None or flow is None:
        return None
    every = [one.values[0] for one in flow.operations if one.opcode == RETURN]
    return target, flow, frozenset().union(*every) if len(every) < MAX_SITES else frozenset((MANY,))
