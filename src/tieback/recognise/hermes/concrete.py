"""Loops and functions of bytecode whose values are all known: they are evaluated step by step, within bounds.

Loops that put a text together, ``arguments``, and the string arrays of obfuscators need the order of the instructions.
Only numbers, texts, arrays, objects and functions of the file are known here, and pure methods of them. Anything else
ends the evaluation without a result. No engine is used, and nothing is contacted.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

from tieback.recognise.hermes.concrete_methods import UNDEFINED, Abort, Array, Function, Object, Plain
from tieback.recognise.hermes.evaluate import Evaluator, Frame, Scope
from tieback.recognise.scripts.values import NO_ENV, UNKNOWN, Cases, Kind, Source, Text, Unknown, single

if TYPE_CHECKING:
    from tieback.recognise.hermes.interpret import Run
    from tieback.recognise.hermes.program import Program

MAX_STEPS = 20_000
"""Most steps of one evaluation."""
MAX_ROTATION = 400_000
"""Most steps of one that rotates an array, as obfuscators do."""
MAX_ALL = 600_000
"""Most steps of all evaluations of one file."""
MAX_SIZE = 4_096
"""Most characters of a text that the walk gets."""
_SHARE = 8
"""Evaluated steps that cost the budget of the file one step."""


class Concrete:
    """Evaluates functions of one file."""

    def __init__(self, program: "Program") -> None:
        """Read the functions, and the variables that the walk knows."""
        self._program = program
        self._scopes: dict[int, Scope] = {}
        self._things: dict[int, Array] = {}
        self._closures: dict[int, Function] = {}
        self._evaluator = Evaluator(program, self._variable)
        self.left = MAX_ALL
        """Steps of all evaluations that may still be taken."""
        self.used: set[int] = set()
        """Numbers of the variables that an evaluation has read."""

    def call(self, closure: Source, arguments: list[Cases]) -> Cases | None:
        """The result of a call with known values; ``None`` if it cannot be evaluated."""
        function, scope = self._program.heap.closures[closure.at]

        def run() -> Plain:
            values = [self._plain(one) for one in arguments]
            return self._evaluator.run(function, self._scope(scope), UNDEFINED, values, 0)

        return self._bounded(run, arguments, self._allowed(function))

    def _allowed(self, function: int, start: int = 0, end: int = 1 << 32) -> int:
        """Most steps of a part of a function."""
        code = self._program.code
        names = {
            code.text(one.operands[-1])
            for one in code.steps(function)
            if start <= one.at <= end and one.kind.name == "GetById"
        }
        return MAX_ROTATION if {"push", "shift"} <= names else MAX_STEPS

    def loop(self, run: "Run", start: int, end: int) -> int:
        """Evaluate a loop, and set the registers and variables: the offset behind it, or -1 if that is not possible."""
        function, scope, registers = run.function, run.scope, run.values
        self._evaluator.written.clear()
        steps = self._program.code.steps(function)
        places = {step.at: index for index, step in enumerate(steps)}
        frame = Frame(function, self._scope(scope), UNDEFINED, [], self._evaluator.size(function))
        inside = [step for step in steps if start <= step.at <= end]
        read = {one for step in inside for one in step.operands}
        known: dict[int, Plain] = {}
        for register, value in registers.items():
            if register in read:
                try:
                    known[register] = self._plain(value)
                except Abort:
                    continue
        frame.registers = dict(known)
        stopped = [-1]

        def evaluate() -> Plain:
            stopped[0] = self._evaluator.steps(frame, steps, places, places[start], 0, (start, end))
            return UNDEFINED

        allowed = self._allowed(function, start, end)
        if start not in places or self._bounded(evaluate, list(registers.values()), allowed) is None:
            return -1
        parts = tuple(part for value in registers.values() for part in _parts(value))
        for register, made in frame.registers.items():
            if register not in known or known[register] is not made or isinstance(made, Array):
                found = self._cases(made, parts)
                if found is None:
                    registers.pop(register, None)
                else:
                    registers[register] = found
                    self._program.record.decoded(run, found)
        for number, slot in self._evaluator.written:
            run.put_variable(number, slot, self._cases(self._scopes[number].slots[slot], parts) or UNKNOWN)
        return stopped[0]

    def _bounded(self, run: Callable[[], Plain], sources: list[Cases], allowed: int) -> Cases | None:
        if self.left <= 0 or self._evaluator.left > 0:
            return None
        self._evaluator.left = allowed = min(allowed, self.left)
        try:
            made = run()
        except (Abort, RecursionError, ValueError, OverflowError, ZeroDivisionError):
            return None
        finally:
            taken = allowed - self._evaluator.left
            self._evaluator.left = 0
            self.left -= taken
            self._program.budget.take(taken // _SHARE)
        return self._cases(made, tuple(part for value in sources for part in _parts(value)))

    # Values of the walk

    def _plain(self, value: Cases) -> Plain:
        if len(value) != 1:
            raise Abort
        one = value[0][1]
        if isinstance(one, Text):
            if "{}" in one.text:
                raise Abort
            return one.text
        if isinstance(one, int):
            return one
        if isinstance(one, Unknown) and one.path in ("undefined", "#iterator"):
            return UNDEFINED if one.path == "undefined" else 0
        if isinstance(one, Source) and one.kind is Kind.SCOPE:
            return Object(scope=self._scope(one.at))
        if isinstance(one, Source) and one.kind is Kind.FUNCTION:
            if one.at not in self._closures:
                function, scope = self._program.heap.closures[one.at]
                self._closures[one.at] = Function(function, self._scope(scope), one.at)
            return self._closures[one.at]
        if isinstance(one, Source) and one.kind is Kind.ARRAY:
            if one.at not in self._things:
                items = self._program.heap.things[one.at].items or []
                made = self._things[one.at] = Array()
                made.items = [self._plain(item) for item in items]
            return self._things[one.at]
        raise Abort

    def _cases(self, made: Plain, parts: tuple[str, ...]) -> Cases | None:
        """A value for the walk; the parts are the literals from which it was made."""
        if isinstance(made, str):
            return single(Text(made[:MAX_SIZE], -1, parts[:64] if made not in parts else (made,)))
        if isinstance(made, (bool, int)):
            return single(int(made))
        if isinstance(made, Array):
            items = [self._cases(one, parts) for one in made.items]
            if any(one is None for one in items):
                return None
            return single(self._program.heap.new(Kind.ARRAY, items=[one for one in items if one is not None]))
        if isinstance(made, Object) and made.scope is not None and made.scope.number >= 0:
            return single(Source(Kind.SCOPE, made.scope.number, NO_ENV))
        if isinstance(made, Function) and made.closure >= 0:
            return single(Source(Kind.FUNCTION, made.closure, NO_ENV))
        return single(Unknown("undefined")) if made is UNDEFINED else None

    def _scope(self, number: int) -> Scope | None:
        if number < 0:
            return None
        if number not in self._scopes:
            self.used.add(number)
            made = self._scopes[number] = Scope(None, number)
            made.parent = self._scope(self._program.heap.things[number].parent)
        return self._scopes[number]

    def _variable(self, scope: Scope, slot: int) -> Plain:
        if slot not in scope.slots:
            if scope.number < 0:
                return UNDEFINED
            value = self._program.heap.things[scope.number].fields.get(f"${slot}")
            if value is None:
                raise Abort
            # A function can replace itself when it is first called, which the walk may have seen already.
            functions = all(isinstance(one, Source) and one.kind is Kind.FUNCTION for _, one in value)
            scope.slots[slot] = self._plain(value[-1:] if functions else value)
        return scope.slots[slot]


def _parts(value: Cases) -> tuple[str, ...]:
    return tuple(part for _, one in value if isinstance(one, Text) for part in one.parts)
