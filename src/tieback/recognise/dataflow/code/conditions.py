"""Code that never runs in this app: behind a condition that is never true, as the numbers that it compares show.

``if (Config.test) url = "https://test.shop.test"`` with a static field that only ever is false; a ``switch`` on a
parameter for which no caller gives that case; or a comparison of texts that always ends the same. References to objects
that static fields always have, as the values of an enumeration, can be compared too. If a value is not known, the
condition counts as open, so that a doubt never hides a back end.
"""

import operator
import sys
from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence

from tieback.recognise.dataflow.code.compared_texts import ComparedTexts
from tieback.recognise.dataflow.code.known_code import KnownCode
from tieback.recognise.dataflow.code.possible_values import MAX_STORES, PossibleValues, Values
from tieback.recognise.dataflow.dex.dexfile import CodeItem
from tieback.recognise.dataflow.dex.instructions import (
    KINDS,
    LENGTHS,
    OpcodeEffect,
    jump_targets,
    next_units,
    sign_extend,
    switch_target,
)
from tieback.recognise.dataflow.dex.opcode_sets import (
    CONST_4,
    CONST_16,
    CONST_32,
    CONST_HIGH,
    EQUALITY_TESTS,
    EXACT_CALLS,
    FIRST_TEST,
    FIRST_ZERO_TEST,
    INSTANCE_NUMBER_READS,
    MOVE_RESULT,
    MOVE_RESULT_OBJECT,
    SGET_OBJECT,
    STATIC_NUMBER_READS,
    STATIC_OBJECT_WRITES,
    TESTS,
    VIRTUAL_CALLS,
)
from tieback.recognise.dataflow.dex.reaching import SPUT, MethodFlow
from tieback.recognise.dataflow.dex.try_blocks import try_blocks

MAX_STEPS = 400_000
"""Most instructions of one app that are looked at. After that every condition counts as open."""
_MAX_NESTED = 4
"""Most methods that are read at a time: a condition in one can depend on a store behind a condition in another."""
_LONGEST_PAIR = 4
"""Code units of a call and the instruction behind it that reads its result."""
_SOURCES = STATIC_NUMBER_READS | INSTANCE_NUMBER_READS
_RESULTS = frozenset((MOVE_RESULT, MOVE_RESULT_OBJECT))
_NUMBERS = frozenset("IZBSC")
_FIRST_OBJECT = 1 << 40
"""What stands for the first object of the static fields, which is no number."""
_TESTS: tuple[Callable[[int, int], bool], ...] = (
    operator.eq,
    operator.ne,
    operator.lt,
    operator.ge,
    operator.gt,
    operator.le,
)
"""``if-eq`` to ``if-le``, in the order of their opcodes."""

_ZERO = frozenset((0,))


class Conditions:
    """What the numbers in conditions of one app can be."""

    def __init__(self, code: KnownCode) -> None:
        """The code of an app."""
        self._code = code
        self._left = MAX_STEPS
        self._nested = 0
        """Methods that are read to read another one."""
        self._reached: dict[tuple[int, int], frozenset[int] | None] = {}
        self._before: dict[tuple[int, int], _Before] = {}
        self.texts = ComparedTexts(code, self._reach)
        self._numbers = Numbers(code, self._reach, self.texts)

    def never_runs(self, number: int, code: CodeItem, at: int) -> bool:
        """True if no way through a method leads to a code unit."""
        if not self._may_depend(number, code, at):
            return False
        reached = self._reach(number, code)
        return reached is not None and at not in reached

    def _may_depend(self, number: int, code: CodeItem, at: int) -> bool:
        """True if there is a condition before a unit, and a number from outside the method."""
        key = number, code.offset
        before = self._before.get(key)
        if before is None:
            kinds = self._code.app.ref_at(number, code).kind.partition(")")[0]
            before = self._before[key] = _Before(source=any(kind in _NUMBERS for kind in kinds))
        # A method with thousands of addresses is read once.
        if not before.is_complete and before.place < at and self._left > 0:
            begin = before.place
            units = self._code.file(number).units(code, min(at + _LONGEST_PAIR, code.units), begin)
            try:
                while before.place < at:
                    self._left -= 1
                    if before.read(units, before.place - begin, lambda member: self.texts.compares(number, member)):
                        break
            except IndexError:
                before.is_complete = True  # the code of a damaged file ends before the unit
        return before.decides < at and self._left > 0

    def _reach(self, number: int, code: CodeItem) -> frozenset[int] | None:
        """The units of the instructions that can run; ``None`` if that is not known."""
        key = number, code.offset
        if key not in self._reached:
            if self._nested >= _MAX_NESTED:
                return None
            self._reached[key] = None  # in a recursion
            self._nested += 1
            flow = self._code.flow(number, code)
            try:
                self._reached[key] = self._walk(number, code, flow) if flow is not None else None
            except IndexError:
                self._reached[key] = None  # a way leaves the code
            finally:
                self._nested -= 1
        return self._reached[key]

    def _walk(self, number: int, code: CodeItem, flow: MethodFlow) -> frozenset[int] | None:
        units = self._code.units(number, code)
        blocks = sorted(try_blocks(self._code.file(number), code), key=lambda one: one.start)
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
        units = self._code.units(number, code)
        after = at + LENGTHS[units[at] & 255]
        opcode = units[at] & 255
        tests, known = flow.tests[at], dict[int, frozenset[int]]()
        # What parameters can be takes longest to find.
        for place in sorted(range(len(tests)), key=lambda one: min(tests[one], default=0), reverse=True):
            values = self._numbers.of(number, code, tests[place])
            if values is None:
                return next_units(units, at)
            known[place] = values
        if KINDS[opcode] == OpcodeEffect.SWITCH:
            found = (switch_target(units, at, value) for value in known[0])
            return [after if one is None else one for one in found]
        is_zero = opcode >= FIRST_ZERO_TEST
        test = _TESTS[opcode - (FIRST_ZERO_TEST if is_zero else FIRST_TEST)]
        pairs = {test(one, other) for one in known[0] for other in (_ZERO if is_zero else known[1])}
        return [*(jump_targets(units, at) if True in pairs else ()), *((after,) if False in pairs else ())]


class _Before:
    """What the instructions of a method contain, from its first to the last one that was read."""

    __slots__ = ("compared", "decides", "is_complete", "place", "refers", "source", "tested")

    def __init__(self, *, source: bool) -> None:
        """``source``: there is a number from outside, as a parameter is one."""
        self.place = 0
        """The first unit that was not read."""
        self.source = source
        self.tested = self.compared = self.refers = False
        self.decides = sys.maxsize
        """The unit of the first instruction with which a condition can depend on what is outside the method."""
        self.is_complete = False

    def read(self, units: Sequence[int], index: int, compares: Callable[[int], bool]) -> bool:
        """Read the next instruction, which is at an index of some units. True if no further one can decide."""
        unit = units[index] & 255
        kind = KINDS[unit]
        if kind == OpcodeEffect.NOP:
            self.is_complete = units[index] != 0  # a table, which compilers put behind all instructions
            self.place += 1
            return self.is_complete
        self.tested |= kind in (OpcodeEffect.IF, OpcodeEffect.SWITCH)
        self.source |= unit in _SOURCES or (unit in EXACT_CALLS and _has_result(units, index))
        if not self.source and unit in VIRTUAL_CALLS:
            self.source = _is_tested(units, index) or compares(units[index + 1])
        self.compared |= unit in EQUALITY_TESTS
        self.refers |= unit == SGET_OBJECT
        if (self.tested and self.source) or (self.compared and self.refers):
            self.decides, self.is_complete = self.place, True
        self.place += LENGTHS[unit]
        return self.is_complete


class Numbers(PossibleValues[int]):
    """The possible values of numbers, and of references to objects that a static field always has."""

    def __init__(
        self, code: KnownCode, reached: Callable[[int, CodeItem], frozenset[int] | None], texts: ComparedTexts
    ) -> None:
        """The code; ``texts`` gives the results of comparisons."""
        super().__init__(code, reached)
        self._texts = texts
        self._objects: dict[tuple[int, ...], int] = {}
        """What stands for the object that an instruction makes: file, method and unit."""

    def _constant(self, number: int, code: CodeItem, at: int) -> Values[int]:
        units = self._code.units(number, code)
        opcode = units[at] & 255
        if opcode == CONST_4:
            return frozenset((sign_extend(units[at] >> 12, 4),))
        if opcode == CONST_16:
            return frozenset((sign_extend(units[at + 1], 16),))
        if opcode == CONST_32:
            return frozenset((sign_extend(units[at + 1] | units[at + 2] << 16, 32),))
        if opcode == CONST_HIGH:
            return frozenset((sign_extend(units[at + 1] << 16, 32),))
        is_call = opcode in EXACT_CALLS or opcode in VIRTUAL_CALLS
        return self._texts.result(number, code, at) if is_call else None

    def _initial(self, field: int, *, static: bool) -> Values[int]:
        number = self._code.initial_number(field, static=static)
        return frozenset((number,)) if number is not None else None

    def _fixed(self, field: int) -> Values[int]:
        """What stands for the object of a static field into which only an initialiser stores, once, and a new object.

        ``None`` for another field. Two fields can have the same object.
        """
        if not self._code.app.ref(field).kind.endswith(";"):
            return None
        sites = list(self._code.places.of_field(field, STATIC_OBJECT_WRITES, MAX_STORES))
        site = sites[0] if len(sites) == 1 else None
        flow = self._code.flow(site.number, site.code) if site is not None else None
        if site is None or flow is None or self._code.app.ref_at(site.number, site.code).name != "<clinit>":
            return None
        its = [one.values[0] for one in flow.operations if one.at == site.at and one.opcode == SPUT]
        if len(its) != 1 or len(its[0]) != 1 or not its[0] <= flow.created:
            return None
        made = (site.number, site.code.offset, *its[0])
        return frozenset((self._objects.setdefault(made, _FIRST_OBJECT + len(self._objects)),))


def _is_tested(units: Sequence[int], call: int) -> bool:
    """True if a condition behind a call compares its result, as that of ``isDebug()``."""
    test = call + LENGTHS[units[call] & 255] + 1
    return test < len(units) and units[test - 1] & 255 == MOVE_RESULT and units[test] & 255 in TESTS


def _has_result(units: Sequence[int], call: int) -> bool:
    """True if the result of a call is read, as far as the units show."""
    after = call + LENGTHS[units[call] & 255]
    return after >= len(units) or units[after] & 255 in _RESULTS
