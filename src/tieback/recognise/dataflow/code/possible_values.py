"""What a value in the code of one app can be: the set of all its possible values, or nothing if one is not known.

A value comes from a constant, a field with all that is stored in it, the result of a method, or a parameter with what
every caller gives. Readers of numbers and of texts add the constants of their kind.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable

from tieback.recognise.dataflow.code.known_code import KnownCode
from tieback.recognise.dataflow.code.places import Site
from tieback.recognise.dataflow.dex.dexfile import CodeItem
from tieback.recognise.dataflow.dex.opcode_sets import (
    CALLS,
    CONST_4,
    EXACT_CALLS,
    INSTANCE_NUMBER_READS,
    INSTANCE_NUMBER_WRITES,
    INSTANCE_OBJECT_READS,
    INSTANCE_OBJECT_WRITES,
    STATIC_NUMBER_READS,
    STATIC_NUMBER_WRITES,
    STATIC_OBJECT_READS,
    STATIC_OBJECT_WRITES,
    VIRTUAL_CALLS,
)
from tieback.recognise.dataflow.dex.operand_uses import MAX_SITES
from tieback.recognise.dataflow.dex.reaching import IPUT, MANY, RETURN, SPUT, MethodFlow, Origins

MAX_DEPTH = 4
"""Most methods and fields between a value and its constants."""
MAX_STORES = 32
_MAX_VALUES = 16
_MAX_OBJECT_STORES, _MAX_STORE_UNITS = 8, 400
_STATIC_READS = STATIC_NUMBER_READS | STATIC_OBJECT_READS
_READS = _STATIC_READS | INSTANCE_NUMBER_READS | INSTANCE_OBJECT_READS
_WRITES = {
    (False, False): INSTANCE_NUMBER_WRITES,
    (False, True): STATIC_NUMBER_WRITES,
    (True, False): INSTANCE_OBJECT_WRITES,
    (True, True): STATIC_OBJECT_WRITES,
}
"""Instructions that store in a field, by whether it has an object and whether it is static."""

type Values[T] = frozenset[T] | None
"""Possible values; ``None`` if they are not known."""
type Reached = Callable[[int, CodeItem], frozenset[int] | None]
"""The units of a method in a file that can run; ``None`` if they are not known."""


class PossibleValues[T](ABC):
    """The possible values of one kind in the code of one app."""

    def __init__(self, code: KnownCode, reached: Reached) -> None:
        self._code, self._reached = code, reached
        self._fields: dict[int, Values[T]] = {}
        self._results: dict[int, Values[T]] = {}
        self._parameters: dict[tuple[int, int, int], Values[T]] = {}

    @abstractmethod
    def _constant(self, number: int, code: CodeItem, at: int) -> Values[T]:
        """The values that an instruction makes without reading a field or calling a method of the app."""

    @abstractmethod
    def _initial(self, field: int, *, static: bool) -> Values[T]:
        """The value of a field until code stores another one."""

    def _fixed(self, field: int) -> Values[T]:  # noqa: ARG002 - only references to objects need it
        """The value that a static field of the app always has, if that needs no look at what is stored."""
        return None

    def of(self, number: int, code: CodeItem, origins: Origins, depth: int = 0) -> Values[T]:
        """The possible values with these origins in a method."""
        found: set[T] = set()
        for origin in origins:
            its = self._of_origin(number, code, origin, depth) if origin != MANY and depth <= MAX_DEPTH else None
            if its is None or len(found) > _MAX_VALUES:
                return None
            found |= its
        # A method without a caller gets no value; that says nothing.
        return frozenset(found) or None

    def _of_origin(self, number: int, code: CodeItem, origin: int, depth: int) -> Values[T]:
        if origin < 0:
            return self._of_parameter(number, code, -1 - origin, depth)
        constant = self._constant(number, code, origin)
        if constant is not None:
            return constant
        units = self._code.units(number, code)
        opcode = units[origin] & 255
        if opcode in _READS:
            field = self._code.app.field(number, units[origin + 1])
            return self._of_field(field, depth, static=opcode in _STATIC_READS)
        if opcode in EXACT_CALLS or opcode in VIRTUAL_CALLS:
            return self._of_result(number, units[origin + 1], depth, virtual=opcode in VIRTUAL_CALLS)
        return None

    def _of_parameter(self, number: int, code: CodeItem, word: int, depth: int) -> Values[T]:
        key = number, code.offset, word
        if key not in self._parameters:
            self._parameters[key] = None  # in a recursion
            self._parameters[key] = self._given(number, code, word, depth)
        return self._parameters[key]

    def _given(self, number: int, code: CodeItem, word: int, depth: int) -> Values[T]:
        """The values that all callers give for a word of the arguments."""
        callers = self._code.callers.of(number, code)
        if callers is None:
            return None
        found: set[T] = set()
        owner = self._code.app.ref_at(number, code).owner
        for file, caller, at in callers:
            if self._code.reads_parcel(file, caller, owner):
                continue
            flow = self._code.flow(file, caller)
            if flow is None:
                return None
            call = flow.operation(at)
            if call is None:
                continue  # no way leads to it, or it is no call
            its = self.of(file, caller, call.values[word], depth + 1) if word < len(call.values) else None
            if its is None:
                return None
            found |= its
        return frozenset(found)

    def _of_field(self, field: int, depth: int, *, static: bool) -> Values[T]:
        if field < 0:
            return None
        if field not in self._fields:
            self._fields[field] = None  # in a recursion
            initial = self._initial(field, static=static)
            if initial is not None:
                fixed = self._fixed(field) if static else None
                self._fields[field] = fixed or self._stored(field, initial, depth, static=static)
        return self._fields[field]

    def _stored(self, field: int, initial: frozenset[T], depth: int, *, static: bool) -> Values[T]:
        """The initial value of a field, and all that is stored in it."""
        owner, _, kind = self._code.app.ref(field)
        found = set[T]()
        is_replaced = False
        sites = list(self._code.places.of_field(field, _WRITES[kind.endswith(";"), static], MAX_STORES))
        if not (static or (_are_few(sites) and self._are_made(owner))):
            return None
        for site in sites:
            flow = self._code.flow(site.number, site.code) if site is not None else None
            if site is None or flow is None:
                return None
            store = flow.operation(site.at)
            if store is None or store.opcode not in (SPUT, IPUT) or self._code.callers.of(site.number, site.code) == []:
                continue
            if self._code.reads_parcel(site.number, site.code, owner):
                continue  # the value was in such an object before
            its = self.of(site.number, site.code, store.values[0], depth + 1)
            if (its is None or not its <= found | initial) and self._is_behind(site, flow):
                continue
            if its is None:
                return None
            found |= its
            is_replaced |= static and self._is_first(owner, site, flow)
        return frozenset(found) if is_replaced else initial | found

    def _is_behind(self, site: Site, flow: MethodFlow) -> bool:
        """True for an instruction behind conditions that are never true."""
        if min(flow.tests, default=site.at) >= site.at:
            return False
        reached = self._reached(site.number, site.code)
        return reached is not None and site.at not in reached

    def _is_first(self, owner: str, site: Site, flow: MethodFlow) -> bool:
        """True for a store of the initialiser of the class of a field, before any condition and other code of the app.

        Then no other code sees the initial value: compilers write ``static boolean live = true`` like this.
        """
        names = self._code.app.ref_at(site.number, site.code)[:2]
        if names != (owner, "<clinit>") or min(flow.tests, default=site.at) < site.at:
            return False
        calls = (one for one in flow.operations if one.at < site.at and one.opcode in CALLS)
        return all(
            self._code.app.class_of(self._code.method_names(site.number, one.member)[0]) is None for one in calls
        )

    def _are_made(self, owner: str) -> bool:
        """True for a class whose objects only ``new`` makes."""
        made = self._code.made_objects
        if self._code.is_single(owner):
            return self._makes_itself(owner) and not made.can_be_read(owner) and not made.is_handed_over(owner)
        return made.has_only(owner)

    def _makes_itself(self, owner: str) -> bool:
        """True for a class that keeps an object of itself if only ``new`` makes it: no reader of JSON fills it."""
        app = self._code.app
        found = app.class_of(owner)
        if found is None:
            return False
        dex = app.files[found[0]]
        for index in dex.class_data(found[1]).static_fields:
            field = dex.field(index)
            if field is None or dex.descriptor(field.kind) != owner:
                continue
            stores = self._code.places.of_field(app.field(found[0], index), STATIC_OBJECT_WRITES, MAX_STORES)
            if not all(site is not None and self._stores_new(site) for site in stores):
                return False
        return True

    def _stores_new(self, site: Site) -> bool:
        """True if a store puts a new object into a field, or null."""
        flow = self._code.flow(site.number, site.code)
        if flow is None:
            return False
        units = self._code.units(site.number, site.code)
        return all(
            origin in flow.created or (0 <= origin < len(units) and units[origin] & 255 == CONST_4)
            for one in flow.operations
            if one.at == site.at and one.opcode == SPUT
            for origin in one.values[0]
        )

    def _of_result(self, number: int, member: int, depth: int, *, virtual: bool) -> Values[T]:
        method = self._code.app.method(number, member)
        if method < 0:
            return None
        if method not in self._results:
            self._results[method] = None  # in a recursion
            self._results[method] = self._returned(number, method, depth, virtual=virtual)
        return self._results[method]

    def _returned(self, number: int, method: int, depth: int, *, virtual: bool) -> Values[T]:
        """What the method returns that a call in a file runs; not known for a call that can run several methods."""
        if virtual:
            targets = self._code.hierarchy.targets(method)
            target = targets[0] if len(targets) == 1 else None
        else:
            target = self._code.app.definition_in(number, method)
        flow = self._code.flow(target.file, target.code) if target is not None else None
        if target is None or flow is None:
            return None
        every = [one.values[0] for one in flow.operations if one.opcode == RETURN]
        if len(every) >= MAX_SITES:
            return None
        origins: Origins = frozenset().union(*every)
        values = self.of(target.file, target.code, origins, depth + 1)
        reached = self._reached(target.file, target.code) if flow.tests and len(values or ()) > 1 else None
        if reached is None:
            return values
        runs = frozenset(one for one in origins if one < 0 or one in reached)
        return self.of(target.file, target.code, runs, depth + 1)


def _are_few(sites: list[Site | None]) -> bool:
    """True if the stores into a field of objects are few and in short methods, as constructors and setters are."""
    few = len(sites) <= _MAX_OBJECT_STORES
    return few and all(site is not None and site.code.units <= _MAX_STORE_UNITS for site in sites)
