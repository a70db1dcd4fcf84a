"""What the functions of a bytecode file put together, from the functions that refer to marked strings on.

Each function is walked once without knowing its arguments, and again for calls with constants. The functions around it
are walked first, because they set its variables.
"""

import gc
from collections.abc import Sequence
from itertools import islice

from tieback.model.lazy_pattern import lazy_pattern
from tieback.recognise.hermes.bytecode import Bytecode, Step
from tieback.recognise.hermes.calls import Calls
from tieback.recognise.hermes.concrete import Concrete
from tieback.recognise.hermes.heap import GLOBAL, Heap
from tieback.recognise.hermes.interpret import Run
from tieback.recognise.hermes.marks import Marks, tells
from tieback.recognise.hermes.members import Members
from tieback.recognise.hermes.modules import Modules
from tieback.recognise.hermes.operations import HANDLERS, other
from tieback.recognise.hermes.record import MAX_FOUND, Found, Record
from tieback.recognise.hermes.search import Search
from tieback.recognise.scripts import operators
from tieback.recognise.scripts.reader import Budget, BudgetError
from tieback.recognise.scripts.values import (
    UNKNOWN,
    Cases,
    Client,
    Kind,
    Source,
    Text,
    Unknown,
    Value,
    single,
)  # fmt: skip

MAX_NESTED = 30
"""Most functions that are walked inside each other."""
MAX_CALLS = 8
"""Most of them that are calls with constants."""
_MAX_SMALL = 150
"""Most bytes of a function that is walked for a call without a part of an address."""
_MAX_INLINED_SIZE = 16_384
_MAX_INSIDE = 40
"""Members or items of a value that are looked at."""
_MAX_CREATORS = 4
_MAX_LOOPS = 200
_MAX_STEPS = 1_500
"""Most steps of one start that are spent on calls."""
_JOINING = frozenset(("fromCharCode", "charAt", "charCodeAt", "push", "shift", "concat", "join", "substr", "slice"))
_PART = lazy_pattern(r"[/:.]\w|\w[/:.]")
"""In a text that can be a part of an address."""
_WORD = lazy_pattern(r"[a-z][a-z0-9-]*\Z")
"""A text that can be a part of an address, as many others can."""


class Program:
    """The functions of one file."""

    def __init__(self, code: Bytecode, budget: Budget) -> None:
        """Follow this file with a budget."""
        self.code, self.budget = code, budget
        self.search = Search(code)
        self.handlers = [HANDLERS.get(one.name, other) for one in code.instructions.every]
        self.heap = Heap()
        self.calls = Calls(self)
        self.modules = Modules(self)
        self.concrete = Concrete(self)
        self.record, self.members = Record(self), Members(self)
        self.heap.module, self.heap.missing, self.heap.getter = self.modules.value, self.members.missing, self._got
        self.stopped = False
        """True if a bound ended the search."""
        self.walking: list[int] = []
        """Functions that are walked, the outermost first."""
        self.generators: set[int] = set()
        """Functions with the states of a generator, which are separate from its head."""
        self.inlining = 0
        """How many of them are calls with constants."""
        self._visited: set[int] = set()
        self._inlined: dict[object, Cases] = {}
        self._loops: dict[int, dict[int, tuple[int, list[int]]]] = {}
        self._constants: dict[int, Cases] = {}
        self._start = 0
        self._starts: set[int] = set()
        self._defined = False

    def texts(self) -> list[Found]:
        """Every text that can be an endpoint, and every configuration. Only once: what the walk made is let go of."""
        # The collector would search through all objects of the walk, which are needed to its end, again and again.
        was_enabled = gc.isenabled()
        gc.disable()
        try:
            return self._texts(Marks(self.code, self.search))
        finally:
            self._release()
            if was_enabled:
                gc.enable()

    def _texts(self, marks: Marks) -> list[Found]:
        try:
            starts = marks.functions()
            self._starts.update(starts, marks.named)
            for function in starts:
                self._begin(function)
            for function in self.members.using():
                self._begin(function)
            for _ in range(3):
                waiting, self.record.opened = list(self.record.opened), {}
                for caller in (one for function in waiting for one in self.members.callers(function)):
                    self._begin(caller)
            for function in self.members.requesting():
                self._begin(function)
        except (BudgetError, RecursionError):
            self.stopped = True
        self.stopped = self.stopped or self.code.left <= 0
        self.stopped = self.stopped or marks.is_cut or self.record.is_cut or self.code.is_cut
        found = list(self.record.found.values())
        for number, (function, at) in self.record.configurations.items():
            text = marks.configuration(self.heap.things[number].fields, self._forced)
            if text:
                found.append(Found(Text(text), function, at, "configuration"))
        return found

    def _forced(self, value: Cases) -> Cases:
        try:
            return self.heap.forced(value)
        except (BudgetError, RecursionError):
            self.stopped = True
            return UNKNOWN

    def _begin(self, function: int) -> None:
        self._start = self.budget.left
        self.members.begin()
        self.visit(function)

    def visit(self, function: int) -> None:
        """Walk through a function without knowing its arguments, once."""
        if function in self._visited or len(self.walking) >= MAX_NESTED or function in self.walking:
            return
        self._visited.add(function)
        if function != self.code.global_function:
            for creator in self.search.creators(function)[:_MAX_CREATORS]:
                if function not in self.members.closures:
                    self.visit(creator)
        closure = self.members.closures.get(function)
        arguments = self.modules.arguments(function) or []
        inlining, self.inlining = self.inlining, 0
        if not self.walking:
            self._start = self.budget.left
        try:
            for _ in range(1 + (function in self.generators)):
                # A state of a generator can need variables that one behind it in the file sets.
                self._walk(closure, function, self.members.this(function, closure), arguments)
        finally:
            self.inlining = inlining

    def _walk(
        self, closure: Source | None, function: int, this: Cases, arguments: list[Cases], target: Source | None = None
    ) -> Cases:
        self.walking.append(function)
        try:
            return Run(self, closure, function, this, arguments, target).result()
        finally:
            self.walking.pop()

    def define_modules(self) -> None:
        """Walk through the global code, which defines the modules."""
        if not self._defined:
            self._defined = True
            self.visit(self.code.global_function)

    def inlined(self, closure: Source, this: Cases, arguments: Sequence[Cases], run: Run | None = None) -> Cases:
        """The result of a call of a function of the file, which ``run`` calls."""
        if closure.kind is not Kind.FUNCTION:
            return UNKNOWN
        function, scope = self.heap.closures[closure.at]
        if (made := self._evaluated(closure, function, scope, arguments)) is not None:
            if run is not None:
                self.record.decoded(run, made)
            return made
        header = self.code.header(function)
        if header is None or header.size > _MAX_INLINED_SIZE or self.inlining >= MAX_CALLS:
            return UNKNOWN
        if len(self.walking) >= MAX_NESTED or function in self.walking or self._start - self.budget.left > _MAX_STEPS:
            return UNKNOWN
        own = run is not None and closure.at >= run.first_closure
        likely = header.size <= _MAX_SMALL or function in self._starts or function in self.record.opened
        if not own and not any(self._is_worth(one, words=likely) for one in (this, *arguments)):
            if header.size > _MAX_SMALL:
                return UNKNOWN
            if not all(isinstance(one[0][1], int) for one in arguments):
                # The same for each call, so that it is walked once.
                this, arguments = UNKNOWN, ()
        target = run.passed_target if run else None
        key = (function, scope, target.at if target else -1, _key(this), *map(_key, arguments))
        if key not in self._inlined:
            # A function that is called where it is created, as around a class, is the first to create what is in it.
            within = not own or self.inlining > 0
            self.inlining += within
            try:
                self.budget.take(20)
                found = self._walk(closure, function, this, list(arguments), target)
            finally:
                self.inlining -= within
            if len(self._inlined) < MAX_FOUND:
                self._inlined[key] = found
            return found
        return self._inlined[key]

    def _evaluated(self, closure: Source, function: int, scope: int, arguments: Sequence[Cases]) -> Cases | None:
        """The result of a function with a loop, or with ``arguments``, if all that it uses is known."""
        if not arguments or self.concrete.left <= 0:
            return None
        if scope not in self.concrete.used and not self.code.is_repeating(function):
            return None
        if not all(len(one) == 1 and isinstance(one[0][1], (Text, int, Source)) for one in arguments):
            return None
        return self.concrete.call(closure, list(arguments))

    def _is_worth(self, value: Cases, *, words: bool) -> bool:
        """True if a value, or a member of it, can be a part of an address."""
        for _, one in value:
            if isinstance(one, Client) or (isinstance(one, Text) and _PART.search(one.text)):
                return True
            if words and isinstance(one, Text) and _WORD.match(one.text):
                return True
            if isinstance(one, Source) and one.kind in (Kind.OBJECT, Kind.ARRAY, Kind.INSTANCE) and one.at != GLOBAL:
                thing = self.heap.things[one.at]
                inside = (*islice(thing.fields.values(), _MAX_INSIDE), *(thing.items or ())[:_MAX_INSIDE])
                if any(isinstance(item[0][1], Text) and _PART.search(item[0][1].text) for item in inside):
                    return True
        return False

    def _got(self, getter: Cases, this: Cases) -> Cases:
        one = self.heap.forced(getter)[0][1]
        return self.inlined(one, this, ()) if isinstance(one, Source) else UNKNOWN

    def loops(self, function: int) -> dict[int, tuple[int, list[int]]]:
        """The offset where a loop ends and the registers that it writes, by the offset where it begins."""
        found = self._loops.get(function)
        if found is None:
            steps = self.code.steps(function)
            found = {}
            ends: dict[int, int] = {}
            for step in steps:
                if step.kind.jumps and step.operands[0] < 0:
                    ends[step.at + step.operands[0]] = step.at
            for start, end in list(ends.items())[:_MAX_LOOPS]:
                self.budget.take(1 + len(steps) // 16)
                inside = (one for one in steps if start <= one.at <= end)
                written = {one.operands[0] for one in inside if one.kind.writes}
                found[start] = end, sorted(written)
            self._loops[function] = found
        return found

    def joins(self, function: int, start: int, end: int) -> bool:
        """True if a loop can put a text together: it adds, or calls a method for texts or arrays."""
        for step in self.code.steps(function):
            if start <= step.at <= end and (
                step.kind.name == "Add"
                or (step.kind.name == "GetById" and self.code.text(step.operands[-1]) in _JOINING)
                or step.kind.name in ("GetArgumentsPropByVal", "FastArrayPush")
            ):
                return True
        return False

    def constant(self, number: int) -> Cases:
        """A string of the file."""
        known = self._constants.get(number)
        if known is None:
            text = self.code.text(number)
            place = self.code.strings.start + int(self.code.strings.offsets[number]) if text else -1
            known = self._constants[number] = single(Text(text[:4096], place, (text,) if text else ()))
        return known

    def as_value(self, literal: str | int | None) -> Value:
        """A value of a literal."""
        if isinstance(literal, str):
            return Text(literal[:4096], 0, (literal,) if literal else ())
        return Unknown() if literal is None else literal

    def literal(self, run: Run, step: Step, made: Source) -> None:
        """Set the members of the literal of an object."""
        code = self.code
        if code.shaped:
            key, count = code.shape(step.operands[-2])
        else:
            key, count = step.operands[3], step.operands[2]
        names = code.literals(code.keys + key, count)
        values = code.literals(code.values + step.operands[-1], count)
        self.budget.take(1 + len(names) // 4)
        for name, value in zip(names, values, strict=False):
            self.heap.put(single(made), str(name), single(self.as_value(value)), join=False)
        if any(tells(name) for name in names if isinstance(name, str)):
            self.record.configured(run, made)

    def _release(self) -> None:
        """Let go of what the walk has made and what refers to itself, for which the collector would need long."""
        self.code.forget()
        self.heap.things.clear()
        self.heap.closures.clear()
        for known in (self._inlined, self._loops, self._constants):
            known.clear()

    def truth(self, value: Cases) -> bool | None:
        """Whether a value counts as true; ``None`` if that is not known."""
        known = {None if isinstance(one, Source) and one.kind is Kind.MODULE else _truth(one) for _, one in value}
        return known.pop() if len(known) == 1 else None

    def name(self, function: int) -> str:
        """The name of a function, as the file has it."""
        header = self.code.header(function)
        return self.code.text(header.name) if header else ""


def _truth(value: Value) -> bool | None:
    if isinstance(value, Unknown) and value.path == "__DEV__":
        return False
    return operators.truth(value)


def _key(value: Cases) -> object:
    """Equal for values with which a function has the same result."""
    return tuple(
        one.text
        if isinstance(one, Text)
        else (one.kind, one.at, one.via)
        if isinstance(one, Source)
        else one
        if isinstance(one, (int, Client, Unknown))
        else object()
        for _, one in value
    )
