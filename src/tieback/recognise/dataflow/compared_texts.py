"""Comparisons of texts that always end the same: ``"release".equals("debug")``, or with a field that is set once.

Builds write their kind into the code as a constant (``BuildConfig.FLAVOR``), and libraries keep the system that they
contact in a field (``environment = "production"``). A text is known as the set of its possible values: constants,
fields with all that is stored in them, results of methods, and parameters of methods with few callers. If one of them
is not known, neither is the result.
"""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from tieback.recognise.dataflow.dexfile import CodeItem
from tieback.recognise.dataflow.members import MethodCode
from tieback.recognise.dataflow.operand_uses import MAX_SITES
from tieback.recognise.dataflow.places import Site
from tieback.recognise.dataflow.reaching import IGET, IPUT, MANY, RETURN, SGET, SPUT, MethodFlow, Origins

if TYPE_CHECKING:
    from tieback.recognise.dataflow.uses import ConstantUses

_STRING = "Ljava/lang/String;"
_READS = frozenset((SGET, IGET))
_WRITES, _OBJECT_WRITES = frozenset((0x69,)), frozenset((0x5B,))
_KNOWN_CALLS = frozenset((0x70, 0x71, 0x76, 0x77))
"""Direct and static calls."""
_VIRTUAL_CALLS = frozenset((0x6E, 0x74))
_MAX_CALLERS = 4
_MAX_OBJECT_STORES, _MAX_STORE_UNITS = 8, 400
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
        self._parameters: dict[tuple[int, int, int], _Texts] = {}

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
        first, second = (self._texts(number, code, its, 0) for its in call.values)
        if not first or not second:
            return None
        # The method of a text that is not set does not return.
        return frozenset(
            int(compare(one, other)) if one is not None and other is not None else int(one is other)
            for one in first
            for other in second
        )

    def _texts(self, number: int, code: CodeItem, origins: Origins, depth: int) -> _Texts:
        found: set[str | None] = set()
        for origin in origins:
            its = self._of_origin(number, code, origin, depth) if origin < MANY else None
            if its is None or len(found) > _MAX_TEXTS:
                return None
            found |= its
        return frozenset(found)

    def _of_origin(self, number: int, code: CodeItem, origin: int, depth: int) -> _Texts:
        flow = self._uses.flow(number, code)
        if flow is not None and origin in flow.strings:
            return frozenset((self._uses.string(number, flow.strings[origin]),))
        if flow is None or depth >= _MAX_DEPTH:
            return None
        if origin < 0:
            return self._of_parameter(number, code, -1 - origin, depth)
        one = next((one for one in flow.operations if one.at == origin), None)
        if one is None:
            return None
        if one.opcode in _READS:
            return self._of_field(self._uses.app.field(number, one.member), depth, static=one.opcode == SGET)
        if one.opcode in _VIRTUAL_CALLS or one.opcode in _KNOWN_CALLS:
            return self._of_result(number, one.member, depth, virtual=one.opcode in _VIRTUAL_CALLS)
        return None

    def _of_parameter(self, number: int, code: CodeItem, word: int, depth: int) -> _Texts:
        """What all callers give for a word of the arguments, if they are few."""
        key = number, code.offset, word
        if key not in self._parameters:
            self._parameters[key] = None  # in a recursion
            self._parameters[key] = self._given(number, code, word, depth)
        return self._parameters[key]

    def _given(self, number: int, code: CodeItem, word: int, depth: int) -> _Texts:
        callers = self._uses.callers.of(number, code)
        if not callers or len(callers) > _MAX_CALLERS:
            return None
        found: set[str | None] = set()
        index = self._uses.file(number).method_of(code)
        owner = self._uses.method_names(number, index)[0]
        for file, caller, at in callers:
            if self._uses.reads_parcel(file, caller, owner):
                continue
            flow = self._uses.flow(file, caller)
            call = next((one for one in flow.operations if one.at == at), None) if flow is not None else None
            values = call.values if call is not None else ()
            its = self._texts(file, caller, values[word], depth + 1) if word < len(values) else None
            if its is None:
                return None
            found |= its
        return frozenset(found)

    def _of_field(self, field: int, depth: int, *, static: bool) -> _Texts:
        if field < 0:
            return None
        if field not in self._fields:
            self._fields[field] = None  # in a recursion
            self._fields[field] = self._stored(field, depth, static=static)
        return self._fields[field]

    def _stored(self, field: int, depth: int, *, static: bool) -> _Texts:
        """The initial value of a text, and all that is stored in it."""
        known, initial = self._uses.initial_text(field, static=static)
        if not known:
            return None
        found: set[str | None] = {initial}
        sites = list(self._uses.places.of_field(field, _WRITES if static else _OBJECT_WRITES, _MAX_STORES))
        if not (static or (are_few(sites) and self._uses.made_objects.has_only(self._uses.app.ref(field).owner))):
            return None
        for site in sites:
            flow = self._uses.flow(site.number, site.code) if site is not None else None
            if site is None or flow is None:
                return None
            store = next((one for one in flow.operations if one.at == site.at and one.opcode in (SPUT, IPUT)), None)
            if store is None or self._uses.callers.of(site.number, site.code) == []:
                continue
            if self._uses.reads_parcel(site.number, site.code, self._uses.app.ref(field).owner):
                continue  # the value was in such an object before
            its = self._texts(site.number, site.code, store.values[0], depth + 1)
            if its is None:
                return None
            found |= its
        return frozenset(found)

    def _of_result(self, number: int, member: int, depth: int, *, virtual: bool) -> _Texts:
        method = self._uses.app.method(number, member)
        if method >= 0 and method not in self._results:
            self._results[method] = None  # in a recursion
            is_text = self._uses.app.ref(method).kind.endswith(f"){_STRING}")
            if is_text and (found := returned(self._uses, number, method, virtual=virtual)) is not None:
                target, _, origins = found
                self._results[method] = self._texts(target.file, target.code, origins, depth + 1) or None
        return self._results.get(method)


def are_few(sites: Sequence[Site | None]) -> bool:
    """True if the stores into a field of objects are few and in short methods, as constructors and setters are."""
    few = len(sites) <= _MAX_OBJECT_STORES
    return few and all(site is not None and site.code.units <= _MAX_STORE_UNITS for site in sites)


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
