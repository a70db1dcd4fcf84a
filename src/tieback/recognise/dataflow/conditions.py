"""Code that never runs in this app: behind a condition that is never true, as the numbers that it compares show.

``if (Config.test) url = "https://test.shop.test"`` with a static field that only ever is false; a ``switch`` on a
parameter for which no caller gives that case; or a comparison of texts that always ends the same. A number is known as
the set of its possible values: constants, fields with all that is stored in them, results of methods, and parameters
with what every caller gives. So is a reference to an object that a static field always has, as each value of an
enumeration. If one of them is not known, the condition counts as open, so that a doubt never hides a
back end.
"""

import operator
from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from tieback.recognise.dalvik.classes import try_blocks
from tieback.recognise.dataflow.compared_texts import ComparedTexts, are_few, returned
from tieback.recognise.dataflow.dexfile import CodeItem
from tieback.recognise.dataflow.instructions import (
    KINDS,
    LENGTHS,
    OpcodeEffect,
    jump_targets,
    next_units,
    sign_extend,
    switch_target,
)
from tieback.recognise.dataflow.opcode_sets import CALLS
from tieback.recognise.dataflow.places import Site
from tieback.recognise.dataflow.reaching import IPUT, MANY, SPUT, MethodFlow, Origins

if TYPE_CHECKING:
    from tieback.recognise.dataflow.uses import ConstantUses

MAX_STEPS = 400_000
"""Most instructions of one app that are looked at. After that every condition counts as open."""
_MAX_DEPTH = 4
_MAX_NESTED = 4
"""Most methods that are read at a time: a condition in one can depend on a store behind a condition in another."""
_MAX_VALUES = 16
_MAX_STORES = 32
_CONST_4, _CONST_16, _CONST, _CONST_HIGH = 0x12, 0x13, 0x14, 0x15
_STATIC_READS, _STATIC_WRITES = frozenset((0x60, *range(0x63, 0x67))), frozenset((0x67, *range(0x6A, 0x6E)))
_OBJECT_READS, _OBJECT_WRITES = frozenset((0x52, *range(0x55, 0x59))), frozenset((0x59, *range(0x5C, 0x60)))
_SOURCES = _STATIC_READS | _OBJECT_READS
_STATIC_REFERENCE, _OBJECT_REFERENCE = 0x62, 0x54
_REFERENCES = frozenset((_STATIC_REFERENCE, _OBJECT_REFERENCE))
_REFERENCE_WRITES, _OBJECT_REFERENCE_WRITES = frozenset((0x69,)), frozenset((0x5B,))
_FIRST_OBJECT = 1 << 40
"""What stands for the first object of the static fields, which is no number."""
_PAIR_TESTS = frozenset((0x32, 0x33))
"""Conditions that compare two references: ``env == Environment.TEST``."""
_KNOWN_CALLS = frozenset((0x70, 0x71, 0x76, 0x77))
"""Direct and static calls."""
_VIRTUAL_CALLS = frozenset((0x6E, 0x74))
_RESULTS = frozenset((0x0A, 0x0C))
"""Instructions that read a result of 32 bits."""
_NUMBERS = frozenset("IZBSC")
_FIRST_TEST, _FIRST_ZERO_TEST = 0x32, 0x38
_NUMBER_RESULT, _TEST_CODES = 0x0A, range(_FIRST_TEST, _FIRST_ZERO_TEST + 6)
_TESTS: tuple[Callable[[int, int], bool], ...] = (
    operator.eq,
    operator.ne,
    operator.lt,
    operator.ge,
    operator.gt,
    operator.le,
)
"""``if-eq`` to ``if-le``, in the order of their opcodes."""

type _Values = frozenset[int] | None
"""Possible values of a number; ``None`` if they are not known."""
_ZERO = frozenset((0,))


class Conditions:
    """What the numbers in conditions of one app can be."""

    def __init__(self, uses: "ConstantUses") -> None:
        """The code of an app."""
        self._uses = uses
        self._left = MAX_STEPS
        self._nested = 0
        """Methods that are read to read another one."""
        self._reached: dict[tuple[int, int], frozenset[int] | None] = {}
        self._fields: dict[int, _Values] = {}
        self._results: dict[int, _Values] = {}
        self._parameters: dict[tuple[int, int, int], _Values] = {}
        self._objects: dict[tuple[int, ...], int] = {}
        """What stands for the object that an instruction makes: file, method and unit."""
        self._units: dict[tuple[int, int], list[int]] = {}
        self._texts = ComparedTexts(uses)

    def never_runs(self, number: int, code: CodeItem, at: int) -> bool:
        """True if no way through a method leads to a code unit."""
        if not self._may_depend(number, code, at):
            return False
        reached = self._reach(number, code)
        return reached is not None and at not in reached

    def _may_depend(self, number: int, code: CodeItem, at: int) -> bool:
        """True if there is a condition before a unit, and a number from outside the method."""
        units: list[int] = np.frombuffer(self._uses.file(number).data, "<u2", at, code.begin).tolist()
        place = 0
        index = self._uses.file(number).method_of(code)
        kinds = self._uses.method_names(number, index)[2] if index >= 0 else ""
        source = any(kind in _NUMBERS for kind in kinds.partition(")")[0])
        tested = compared = refers = False
        while place < at:
            unit = units[place] & 255
            kind = KINDS[unit]
            if kind == OpcodeEffect.NOP:
                if units[place]:
                    return False  # a table between instructions, which compilers put behind all of them
                place += 1
                continue
            self._left -= 1
            tested |= kind in (OpcodeEffect.IF, OpcodeEffect.SWITCH)
            source |= unit in _SOURCES or (unit in _KNOWN_CALLS and _has_result(units, place))
            if not source and unit in _VIRTUAL_CALLS:
                source = _is_tested(units, place) or self._texts.compares(number, units[place + 1])
            compared |= unit in _PAIR_TESTS
            refers |= unit == _STATIC_REFERENCE
            if (tested and source) or (compared and refers):
                return self._left > 0
            place += LENGTHS[unit]
        return False

    def _code(self, number: int, code: CodeItem) -> list[int]:
        key = number, code.offset
        if key not in self._units:
            data = self._uses.file(number).data
            self._units[key] = np.frombuffer(data, "<u2", code.units, code.begin).tolist()
        return self._units[key]

    def _reach(self, number: int, code: CodeItem) -> frozenset[int] | None:
        """The units of the instructions that can run; ``None`` if that is not known."""
        key = number, code.offset
        if key not in self._reached:
            if self._nested >= _MAX_NESTED:
                return None
            self._reached[key] = None  # in a recursion
            self._nested += 1
            flow = self._uses.flow(number, code)
            try:
                self._reached[key] = self._walk(number, code, flow) if flow is not None else None
            except IndexError:
                self._reached[key] = None  # a way leaves the code
            finally:
                self._nested -= 1
        return self._reached[key]

    def _walk(self, number: int, code: CodeItem, flow: MethodFlow) -> frozenset[int] | None:
        units = self._code(number, code)
        blocks = sorted(try_blocks(self._uses.file(number), code), key=lambda one: one.start)
        starts = [one.start for one in blocks]
        seen: set[int] = set()
        pending = [0]
        for at in pending:  # grows
            if at in seen:
                continue
            self._left -= 1
            if self._left < 0 or at < 0:
                return None
            seen.add(at)
            block = bisect_right(starts, at) - 1
            if block >= 0 and at < blocks[block].stop:
                pending += (handler for _, handler in blocks[block].handlers)
            pending += self._ways(number, code, flow, at) if at in flow.tests else next_units(units, at)
        return frozenset(seen)

    def _ways(self, number: int, code: CodeItem, flow: MethodFlow, at: int) -> Iterable[int]:
        """Where a condition can lead."""
        units = self._code(number, code)
        after = at + LENGTHS[units[at] & 255]
        opcode = units[at] & 255
        tests, known = flow.tests[at], dict[int, frozenset[int]]()
        # What parameters can be takes longest to find.
        for place in sorted(range(len(tests)), key=lambda one: min(tests[one], default=0), reverse=True):
            values = self._values(number, code, tests[place], 0)
            if values is None:
                return next_units(units, at)
            known[place] = values
        if KINDS[opcode] == OpcodeEffect.SWITCH:
            found = (switch_target(units, at, value) for value in known[0])
            return [after if one is None else one for one in found]
        is_zero = opcode >= _FIRST_ZERO_TEST
        test = _TESTS[opcode - (_FIRST_ZERO_TEST if is_zero else _FIRST_TEST)]
        pairs = {test(one, other) for one in known[0] for other in (_ZERO if is_zero else known[1])}
        return [*(jump_targets(units, at) if True in pairs else ()), *((after,) if False in pairs else ())]

    def _values(self, number: int, code: CodeItem, origins: Origins, depth: int) -> _Values:
        found: set[int] = set()
        for origin in origins:
            if origin == MANY or depth > _MAX_DEPTH:
                return None
            its = self._of_origin(number, code, origin, depth)
            if its is None or len(found) > _MAX_VALUES:
                return None
            found |= its
        # A method without a caller gets no value; that says nothing.
        return frozenset(found) if found else None

    def _of_origin(self, number: int, code: CodeItem, origin: int, depth: int) -> _Values:
        if origin < 0:
            return self._of_parameter(number, code, -1 - origin, depth)
        units = self._code(number, code)
        opcode = units[origin] & 255
        if opcode == _CONST_4:
            return frozenset((sign_extend(units[origin] >> 12, 4),))
        if opcode == _CONST_16:
            return frozenset((sign_extend(units[origin + 1], 16),))
        if opcode == _CONST:
            return frozenset((sign_extend(units[origin + 1] | units[origin + 2] << 16, 32),))
        if opcode == _CONST_HIGH:
            return frozenset((sign_extend(units[origin + 1] << 16, 32),))
        if opcode in _SOURCES or opcode in _REFERENCES:
            field = self._uses.app.field(number, units[origin + 1])
            return self._of_field(field, depth, static=opcode in _STATIC_READS or opcode == _STATIC_REFERENCE)
        if opcode in _KNOWN_CALLS or opcode in _VIRTUAL_CALLS:
            compared = self._texts.result(number, code, origin)
            if compared is not None:
                return compared
            return self._of_result(number, units[origin + 1], depth, virtual=opcode in _VIRTUAL_CALLS)
        return None

    def _of_parameter(self, number: int, code: CodeItem, word: int, depth: int) -> _Values:
        key = number, code.offset, word
        if key not in self._parameters:
            self._parameters[key] = None  # in a recursion
            self._parameters[key] = self._given(number, code, word, depth)
        return self._parameters[key]

    def _given(self, number: int, code: CodeItem, word: int, depth: int) -> _Values:
        """The values that all callers give for a word of the arguments."""
        callers = self._uses.callers.of(number, code)
        if callers is None:
            return None
        found: set[int] = set()
        index = self._uses.file(number).method_of(code)
        owner = self._uses.method_names(number, index)[0]
        for file, caller, at in callers:
            if self._uses.reads_parcel(file, caller, owner):
                continue
            flow = self._uses.flow(file, caller)
            if flow is None:
                return None
            call = next((one for one in flow.operations if one.at == at), None)
            if call is None:
                continue  # no way leads to it, or it is no call
            its = self._values(file, caller, call.values[word], depth + 1) if word < len(call.values) else None
            if its is None:
                return None
            found |= its
        return frozenset(found)

    def _of_field(self, field: int, depth: int, *, static: bool) -> _Values:
        if field < 0:
            return None
        if field not in self._fields:
            self._fields[field] = None  # in a recursion
            self._fields[field] = self._stored(field, depth, static=static)
        return self._fields[field]

    def _stored(self, field: int, depth: int, *, static: bool) -> _Values:
        """The initial value of a field, and all that is stored in it."""
        initial = self._uses.initial_number(field, static=static)
        if initial is None:
            return None
        if self._uses.app.ref(field).kind.endswith(";"):
            writes = _REFERENCE_WRITES if static else _OBJECT_REFERENCE_WRITES
            constant = self._constant(field) if static else None
            if constant is not None:
                return frozenset((constant,))
        else:
            writes = _STATIC_WRITES if static else _OBJECT_WRITES
        found = set[int]()
        is_replaced = False
        sites = list(self._uses.places.of_field(field, writes, _MAX_STORES))
        if not (static or (are_few(sites) and self._are_made(self._uses.app.ref(field).owner))):
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
            its = self._values(site.number, site.code, store.values[0], depth + 1)
            if (its is None or not its <= found | {initial}) and self._is_behind(site, flow):
                continue
            if its is None:
                return None
            found |= its
            is_replaced |= static and self._is_first(field, site, flow)
        return frozenset(found if is_replaced else found | {initial})

    def _is_behind(self, site: Site, flow: MethodFlow) -> bool:
        """True for an instruction behind conditions that are never true."""
        if min(flow.tests, default=site.at) >= site.at:
            return False
        reached = self._reach(site.number, site.code)
        return reached is not None and site.at not in reached

    def _constant(self, field: int) -> int | None:
        """What stands for the object of a static field into which only an initialiser stores, once, and a new object.

        ``None`` for another field. Two fields can have the same object.
        """
        sites = list(self._uses.places.of_field(field, _REFERENCE_WRITES, _MAX_STORES))
        site = sites[0] if len(sites) == 1 else None
        flow = self._uses.flow(site.number, site.code) if site is not None else None
        if site is None or flow is None or self._uses.name_of(site.number, site.code) != "<clinit>":
            return None
        its = [one.values[0] for one in flow.operations if one.at == site.at and one.opcode == SPUT]
        if len(its) != 1 or len(its[0]) != 1 or not its[0] <= flow.created:
            return None
        return self._objects.setdefault((site.number, site.code.offset, *its[0]), _FIRST_OBJECT + len(self._objects))

    def _are_made(self, owner: str) -> bool:
        """True for a class whose objects only ``new`` makes."""
        if self._uses.is_single(owner):
            made = self._uses.made_objects
            return self._makes_itself(owner) and not made.can_be_read(owner) and not made.is_handed_over(owner)
        return self._uses.made_objects.has_only(owner)

    def _is_first(self, field: int, site: Site, flow: MethodFlow) -> bool:
        """True for a store of the initialiser of the class of a field, before any condition and other code of the app.

        Then no other code sees the initial value: compilers write ``static boolean live = true`` like this.
        """
        index = self._uses.file(site.number).method_of(site.code)
        owner, name, _ = self._uses.method_names(site.number, index) if index >= 0 else ("", "", "")
        if name != "<clinit>" or owner != self._uses.app.ref(field).owner or min(flow.tests, default=site.at) < site.at:
            return False
        calls = (one for one in flow.operations if one.at < site.at and one.opcode in CALLS)
        return all(
            self._uses.app.class_of(self._uses.method_names(site.number, one.member)[0]) is None for one in calls
        )

    def _makes_itself(self, owner: str) -> bool:
        """True for a class that keeps an object of itself if only ``new`` makes it: no reader of JSON fills it."""
        app = self._uses.app
        found = app.class_of(owner)
        if found is None:
            return False
        dex = app.files[found[0]]
        for index in dex.class_data(found[1]).static_fields:
            field = dex.field(index)
            if field is None or dex.descriptor(field.kind) != owner:
                continue
            stores = self._uses.places.of_field(app.field(found[0], index), _REFERENCE_WRITES, _MAX_STORES)
            if not all(site is not None and self._stores_new(site) for site in stores):
                return False
        return True

    def _stores_new(self, site: Site) -> bool:
        """True if a store puts a new object into a field, or null."""
        flow = self._uses.flow(site.number, site.code)
        if flow is None:
            return False
        units = self._code(site.number, site.code)
        return all(
            origin in flow.created or (0 <= origin < len(units) and units[origin] & 255 == _CONST_4)
            for one in flow.operations
            if one.at == site.at and one.opcode == SPUT
            for origin in one.values[0]
        )

    def _of_result(self, number: int, member: int, depth: int, *, virtual: bool) -> _Values:
        identity = self._uses.app.method(number, member)
        if identity < 0:
            return None
        if identity not in self._results:
            self._results[identity] = None  # in a recursion
            found = returned(self._uses, number, identity, virtual=virtual)
            if found is not None:
                target, flow, origins = found
                values = self._values(target.file, target.code, origins, depth + 1)
                reached = self._reach(target.file, target.code) if flow.tests and len(values or ()) > 1 else None
                if reached is not None:
                    origins = frozenset(one for one in origins if one < 0 or one in reached)
                    values = self._values(target.file, target.code, origins, depth + 1)
                self._results[identity] = values
        return self._results[identity]


def _is_tested(units: Sequence[int], call: int) -> bool:
    """True if a condition behind a call compares its result, as that of ``isDebug()``."""
    test = call + LENGTHS[units[call] & 255] + 1
    return test < len(units) and units[test - 1] & 255 == _NUMBER_RESULT and units[test] & 255 in _TEST_CODES


def _has_result(units: Sequence[int], call: int) -> bool:
    """True if the result of a call is read, as far as the units show."""
    after = call + LENGTHS[units[call] & 255]
    return after >= len(units) or units[after] & 255 in _RESULTS
