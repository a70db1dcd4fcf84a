"""The values of the registers of one function of bytecode, from its first instruction to its last.

Instructions are read once, in the order of the file. Where paths meet, a register has the values of each. At the
beginning of a loop the registers that the loop writes are unknown. Nothing is run: a jump backwards is not taken.
"""

from typing import TYPE_CHECKING

from tieback.recognise.hermes.bytecode import Step
from tieback.recognise.hermes.heap import through
from tieback.recognise.scripts.reader import BudgetError
from tieback.recognise.scripts.values import (
    NO_ENV,
    UNKNOWN,
    Cases,
    Kind,
    Source,
    Text,
    Unknown,
    choice,
    single,
)  # fmt: skip

if TYPE_CHECKING:
    from tieback.recognise.hermes.program import Program

MAX_WAITING = 2_000
"""Most places of one function to which a jump leads and that are not reached yet."""
MAX_REGISTERS = 1_024
MAX_LOOP = 4_096
"""Most bytes of a loop that is evaluated."""
MAX_KEPT = 500
"""Most members that are known for each path."""
_MAX_PATHS = 16
_SLOTS = tuple(f"${slot}" for slot in range(MAX_KEPT))
_UNDEFINED = single(Unknown("undefined"))
_ZERO = single(0)


class Frame:
    """What is known on one path: registers, and members that this function has set."""

    __slots__ = ("kept", "registers")

    def __init__(self, registers: dict[int, Cases], kept: dict[tuple[int, str], Cases]) -> None:
        self.registers, self.kept = registers, kept

    def copy(self) -> "Frame":
        """The same, for another path."""
        return Frame(dict(self.registers), dict(self.kept))


class Run:
    """One walk through a function."""

    def __init__(
        self,
        program: "Program",
        closure: Source | None,
        function: int,
        this: Cases,
        arguments: list[Cases],
        target: Source | None = None,
    ) -> None:
        """Prepare a walk with the closure, if it is known, ``this``, the arguments and ``new.target``."""
        self.program, self.function, self.closure = program, function, closure
        self.scope = program.heap.closures[closure.at].scope if closure else -1
        """Number of the variables around the function."""
        self.this, self.arguments = this, arguments
        self.target = target or closure
        self.passed_target: Source | None = None
        """``new.target`` of the call that is read."""
        self.frame: Frame | None = Frame({}, {})
        self.values = self.frame.registers
        """The registers of the path that is read. Only ``set`` may add one above 255."""
        self._waiting: dict[int, list[Frame]] = {}
        self._met = False
        """True if paths met."""
        self._results: list[Cases] = []
        self._ends: list[dict[tuple[int, str], Cases]] = []
        self.first_thing = len(program.heap.things)
        self._module = program.modules.owned(function)
        self.first_closure = len(program.heap.closures)
        self.iterators: dict[int, tuple[int, int]] = {}
        """Where each iterator was made, and the index of its next item, by register."""
        header = program.code.header(function)
        self.registers = header.registers if header else 0
        self.step: Step | None = None
        """The instruction that is read."""

    def result(self) -> Cases:
        """What the function returns. Raises ``BudgetError``."""
        steps = self.program.code.steps(self.function)
        loops = self.program.loops(self.function)
        waiting, budget, handlers = self._waiting, self.program.budget, self.program.handlers
        behind = -1
        for step in steps:
            at, kind, _ = step
            if at < behind:
                continue  # a loop that was evaluated
            if at in waiting:
                self._meet(at)
            if self.frame is None:
                if kind.name != "Catch":
                    continue
                self._continue(Frame({}, {}))
            if at in loops:
                end, written = loops[at]
                behind = self._evaluated(at, end)
                if behind > at:
                    continue
                for register in written:
                    self.values.pop(register, None)
            budget.left -= 1
            if budget.left < 0:
                raise BudgetError
            self.step = step
            handlers[kind.number](self, step)
        if self.frame is not None:
            self._ends.append(self.frame.kept)
        self._settle()
        return choice(("return", self.function), self._results) if self._results else _UNDEFINED

    def _evaluated(self, start: int, end: int) -> int:
        """Evaluate a loop whose values are all known: the offset behind it; -1 if that is not possible."""
        concrete = self.program.concrete
        if concrete.left <= 0 or end - start > MAX_LOOP or not self.program.joins(self.function, start, end):
            return -1
        return concrete.loop(self, start, end)

    def _is_own(self, number: int) -> bool:
        """True for what this function has made, and for ``module`` and its first ``exports``."""
        return number >= self.first_thing or number in self._module

    def _settle(self) -> None:
        """Set the members to what they are where the function ends."""
        if len(self._ends) == 1 and not self._met:
            return  # one path: they are already set
        heap = self.program.heap
        keys = dict.fromkeys(key for end in self._ends for key in end)
        for number, name in keys:
            options = [end[number, name] for end in self._ends if (number, name) in end]
            value = choice(("end", self.function), _distinct(options))
            heap.put(single(Source(Kind.OBJECT, number, NO_ENV)), name, value, join=not self._is_own(number))

    def _meet(self, at: int) -> None:
        frames = self._waiting.pop(at)
        if self.frame is not None:
            frames.append(self.frame)
        if len(frames) == 1:
            self._continue(frames[0].copy())
            return
        self._met = True
        self.program.budget.take(1 + len(frames[0].registers) // 8)
        met = Frame({}, {})
        origin = (self.function, at)
        _meet_values(origin, met.registers, [one.registers for one in frames])
        _meet_values(origin, met.kept, [one.kept for one in frames])
        self._continue(met)

    def _continue(self, frame: Frame) -> None:
        self.frame, self.values = frame, frame.registers

    def get(self, register: int) -> Cases:
        """The value of a register."""
        return self.values.get(register, UNKNOWN)

    def set(self, register: int, value: Cases) -> None:
        """Set a register."""
        if register in self.values or len(self.values) < MAX_REGISTERS:
            self.values[register] = value

    def jump(self, step: Step, distance: int) -> None:
        """A path that continues elsewhere, too. A jump backwards is not followed."""
        target = step.at + distance
        if distance <= 0 or self.frame is None:
            return
        frames = self._waiting.setdefault(target, [])
        if len(frames) < _MAX_PATHS and len(self._waiting) < MAX_WAITING:
            frames.append(self.frame.copy())

    def conditional(self, step: Step, known: bool | None) -> None:
        """A jump of which it is known whether it is taken, or not."""
        distance = step.operands[0]
        if known is not False:
            self.jump(step, distance)
        if known is True and distance > 0:
            self.frame = None

    def read(self, value: Cases, name: str) -> Cases:
        """A member, as this path has set it, or else as the heap has it."""
        if len(value) == 1:
            one = value[0][1]
            if isinstance(one, Unknown):
                return self.program.heap.member(value, name)
            if self.frame is not None and self.frame.kept:
                kept = self.frame.kept.get((self.program.heap.thing(one), name))
                if kept is not None:
                    return through(name, kept)
        return self.program.heap.member(value, name)

    def put(self, value: Cases, name: str, member: Cases) -> None:
        """Set a member on this path."""
        heap, first = self.program.heap, value[0][1]
        if not isinstance(first, Unknown) or len(value) > 1:
            number = heap.thing(first)
            heap.put(value, name, member, join=len(value) > 1 or not self._is_own(number))
            if number >= 0 and len(value) == 1 and self.frame is not None and len(self.frame.kept) < MAX_KEPT:
                self.frame.kept[number, name] = member
        self.program.members.stored(self, value, name, member)

    def put_variable(self, scope: int, slot: int, member: Cases) -> None:
        """Set a variable on this path."""
        if scope < self.first_thing or self.frame is None or slot >= MAX_KEPT or len(self.frame.kept) >= MAX_KEPT:
            self.put(single(Source(Kind.SCOPE, scope, NO_ENV)), f"${slot}", member)
            return
        name = _SLOTS[slot]
        self.program.heap.things[scope].fields[name] = member
        self.frame.kept[scope, name] = member
        if isinstance(member[0][1], Text):
            self.program.members.stored(self, UNKNOWN, name, member)

    def begin_states(self, scope: int) -> None:
        """Forget the states of a generator among its variables, which are zero: it goes on behind each ``await``."""
        fields = self.program.heap.things[scope].fields
        for name in [name for name, value in fields.items() if value == _ZERO]:
            fields[name] = UNKNOWN
            if self.frame is not None:
                self.frame.kept.pop((scope, name), None)

    def scope_of(self, register: int) -> int:
        """Number of the variables in a register; -1 if there are none."""
        one = self.get(register)[0][1]
        return one.at if isinstance(one, Source) and one.kind is Kind.SCOPE else -1

    def next_item(self, step: Step) -> int:
        """Index of the item that an iterator gives, as in ``[a, b] = items``; -1 in a loop, which gives each one."""
        begun, index = self.iterators.get(step.operands[1], (-1, -1))
        loops = self.program.loops(self.function)
        if index < 0 or any(begun < start <= step.at <= end for start, (end, _) in loops.items()):
            return -1
        self.iterators[step.operands[1]] = (begun, index + 1)
        return index

    def outgoing(self, count: int) -> list[Cases]:
        """The values that a call with many arguments passes, ``this`` first."""
        first = self.registers - self.program.code.outgoing
        return [self.get(first - index) for index in range(min(count, MAX_REGISTERS))]

    def finish(self, value: Cases) -> None:
        """A path that ends with a result."""
        if len(self._results) < _MAX_PATHS:
            self._results.append(value)
        if self.frame is not None and len(self._ends) < _MAX_PATHS:
            self._ends.append(self.frame.kept)
        self.frame = None


def _distinct(options: list[Cases]) -> list[Cases]:
    return [one for index, one in enumerate(options) if not any(one is other for other in options[:index])]


def _same(value: Cases, other: Cases) -> bool:
    """True for values of two paths that need no choice: of two unknown ones, only the name of the first counts."""
    return len(value) == 1 and len(other) == 1 and isinstance(value[0][1], Unknown) and isinstance(other[0][1], Unknown)


def _meet_values[K](origin: object, mine: dict[K, Cases], every: list[dict[K, Cases]]) -> None:
    """The values that several paths have: the same one, or a choice. What one of them does not know is left out."""
    first = every[0]
    if len(every) == 2:
        second = every[1]
        for key, value in first.items():
            other = second.get(key)
            if other is value or (other is not None and _same(value, other)):
                mine[key] = value
            elif other is not None:
                mine[key] = choice(origin, (value, other))
        return
    for key, value in first.items():
        options = [one[key] for one in every if key in one]
        if len(options) < len(every):
            continue
        mine[key] = value if all(one is value for one in options) else choice(origin, options)
