"""Loops and functions of bytecode whose values are all known: they are evaluated step by step, within bounds.

Loops that put a text together, ``arguments``, and the string arrays of obfuscators need the order of the instructions.
Only numbers, texts, arrays, objects and functions of the file are known here, and pure methods of them. Anything else
ends the evaluation without a result. No engine is used, and nothing is contacted.
"""

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, NoReturn

from tieback.recognise.hermes.bytecode import Step
from tieback.recognise.hermes.concrete_methods import (
    UNDEFINED,
    Abort,
    Array,
    Function,
    Method,
    Object,
    Plain,
    add,
    compared,
    equal,
    global_value,
    integer,
    member,
    method,
    number,
    truthy,
)
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
MAX_DEPTH = 40
MAX_SIZE = 4_096
"""Most items of an array, and most characters of a text that comes from one."""
_SHARE = 8
"""Evaluated steps that cost the budget of the file one step."""


class Scope:
    """Variables of a function."""

    __slots__ = ("number", "parent", "slots")

    def __init__(self, parent: "Scope | None", number: int = -1) -> None:
        self.slots: dict[int, Plain] = {}
        self.parent = parent
        self.number = number
        """Number in the heap of the walk; -1 for those that were made here."""


class Frame:
    """A function that is evaluated."""

    __slots__ = ("arguments", "function", "registers", "scope", "size", "this")

    def __init__(self, function: int, scope: Scope | None, this: Plain, arguments: list[Plain], size: int) -> None:
        self.registers: dict[int, Plain] = {}
        self.function, self.scope, self.this, self.arguments, self.size = function, scope, this, arguments, size


class Concrete:
    """Evaluates functions of one file."""

    def __init__(self, program: "Program") -> None:
        """Read the functions, and the variables that the walk knows."""
        self._program = program
        self._scopes: dict[int, Scope] = {}
        self._things: dict[int, Array] = {}
        self._closures: dict[int, Function] = {}
        self._written: dict[tuple[int, int], None] = {}
        self._left = 0
        self.left = MAX_ALL
        """Steps of all evaluations that may still be taken."""
        self.used: set[int] = set()
        """Numbers of the variables that an evaluation has read."""

    def call(self, closure: Source, arguments: list[Cases]) -> Cases | None:
        """The result of a call with known values; ``None`` if it cannot be evaluated."""
        function, scope = self._program.heap.closures[closure.at]

        def run() -> Plain:
            values = [self._plain(one) for one in arguments]
            return self._run(function, self._scope(scope), UNDEFINED, values, 0)

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
        self._written.clear()
        steps = self._program.code.steps(function)
        places = {step.at: index for index, step in enumerate(steps)}
        frame = Frame(function, self._scope(scope), UNDEFINED, [], self._size(function))
        inside = [step for step in steps if start <= step.at <= end]
        read = {one for step in inside for one in step.operands if isinstance(one, int)}
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
            stopped[0] = self._steps(frame, steps, places, places[start], 0, (start, end))
            return UNDEFINED

        allowed = self._allowed(function, start, end)
        if start not in places or self._bounded(evaluate, list(registers.values()), allowed) is None:
            return -1
        parts = tuple(part for value in registers.values() for part in _parts(value))
        for register, made in frame.registers.items():
            if register not in known or known[register] is not made or isinstance(made, Array):
                value = self._cases(made, parts)
                if value is None:
                    registers.pop(register, None)
                else:
                    registers[register] = value
                    self._program.record.decoded(run, value)
        for number, slot in self._written:
            run.put_variable(number, slot, self._cases(self._scopes[number].slots[slot], parts) or UNKNOWN)
        return stopped[0]

    def _bounded(self, run: Callable[[], Plain], sources: list[Cases], allowed: int) -> Cases | None:
        if self.left <= 0 or self._left > 0:
            return None
        self._left = allowed = min(allowed, self.left)
        try:
            made = run()
        except (Abort, RecursionError, ValueError, OverflowError, ZeroDivisionError):
            return None
        finally:
            taken = allowed - self._left
            self._left = 0
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
                made.items = [self._plain(item) for item in items[:MAX_SIZE]]
            return self._things[one.at]
        raise Abort

    def _cases(self, made: Plain, parts: tuple[str, ...]) -> Cases | None:
        """A value for the walk; the parts are the literals from which it was made."""
        if isinstance(made, str):
            return single(Text(made[:MAX_SIZE], -1, parts[:64] if made not in parts else (made,)))
        if isinstance(made, bool | int):
            return single(int(made))
        if isinstance(made, Array):
            items = [self._cases(one, parts) for one in made.items[:MAX_SIZE]]
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

    # Evaluation

    def _size(self, function: int) -> int:
        header = self._program.code.header(function)
        return header.registers if header else 0

    def _run(self, function: int, scope: Scope | None, this: Plain, arguments: list[Plain], depth: int) -> Plain:
        if depth > MAX_DEPTH:
            raise Abort
        steps = self._program.code.steps(function)
        if not steps:
            raise Abort
        frame = Frame(function, scope, this, arguments, self._size(function))
        places = {step.at: index for index, step in enumerate(steps)}
        self._steps(frame, steps, places, 0, depth, None)
        return frame.registers[-1]

    def _steps(
        self,
        frame: Frame,
        steps: tuple[Step, ...],
        places: dict[int, int],
        index: int,
        depth: int,
        within: tuple[int, int] | None,
    ) -> int:
        """Evaluate until the function returns (register -1), or until the range is left: the offset behind it."""
        registers = frame.registers
        while index < len(steps):
            at, kind, operands = steps[index]
            if within is not None and not within[0] <= at <= within[1]:
                return at
            self._left -= 1
            if self._left <= 0:
                raise Abort
            name = kind.name
            if name == "Ret":
                if within is not None:
                    raise Abort
                registers[-1] = registers[operands[0]] if operands[0] in registers else _missing()
                return -1
            if kind.jumps:
                if self._jumps(frame, name, operands):
                    target = places.get(at + operands[0])
                    if target is None:
                        if within is not None and at + operands[0] > within[1]:
                            return at + operands[0]
                        raise Abort
                    index = target
                    continue
            else:
                made = self._step(frame, name, operands, depth)
                if kind.writes and made is not None:
                    registers[operands[0]] = made
            index += 1
        raise Abort

    def _jumps(self, frame: Frame, name: str, operands: tuple[int, ...]) -> bool:
        if name == "Jmp":
            return True
        first = self._read(frame, operands[1])
        if name in ("JmpTrue", "JmpFalse"):
            return truthy(first) == (name == "JmpTrue")
        if name == "JmpUndefined":
            return first is UNDEFINED
        known = _JUMPS.get(name)
        if known is None or len(operands) < 3:
            raise Abort
        sign, wanted = known
        return compared(sign, first, self._read(frame, operands[2])) == wanted

    def _read(self, frame: Frame, register: int) -> Plain:
        value = frame.registers.get(register)
        return _missing() if value is None else value

    def _step(self, frame: Frame, name: str, operands: tuple[int, ...], depth: int) -> Plain | None:  # noqa: C901, PLR0911, PLR0912
        """The value that an instruction writes; ``None`` if it writes none."""
        program, read = self._program, self._read
        if name in ("Mov", "ThrowIfEmpty"):
            return read(frame, operands[1])
        if name in ("LoadConstUInt8", "LoadConstInt", "LoadConstDouble"):
            return operands[1]
        if name in _CONSTANTS:
            return _CONSTANTS[name]
        if name == "LoadConstString":
            return program.code.text(operands[1])
        if name in _SIGNS:
            return _computed(_SIGNS[name], read(frame, operands[1]), read(frame, operands[2]))
        if name in _UNARY:
            return _UNARY[name](read(frame, operands[1]))
        if name == "LoadParam":
            at = operands[1]
            return frame.this if at == 0 else frame.arguments[at - 1] if at <= len(frame.arguments) else UNDEFINED
        if name in ("LoadThisNS", "CoerceThisNS"):
            return frame.this
        if name.startswith(("Get", "TryGet", "Load", "FastArrayL")):
            return self._loaded(frame, name, operands)
        if name.startswith(("Put", "Store", "Define", "FastArray")):
            self._stored(frame, name, operands)
            return None
        if name == "CreateTopLevelEnvironment":
            return Object(scope=Scope(None))
        if name in ("CreateEnvironment", "CreateFunctionEnvironment"):
            if len(operands) == 3:
                parent = read(frame, operands[1])
                return Object(scope=Scope(parent.scope if isinstance(parent, Object) else None))
            return Object(scope=Scope(frame.scope))
        if name == "CreateClosure":
            scope = read(frame, operands[1])
            return Function(operands[-1], scope.scope if isinstance(scope, Object) else None)
        if name in ("NewArray", "NewFastArray", "NewArrayWithBuffer"):
            made = Array()
            if name == "NewArrayWithBuffer":
                for one in program.code.literals(program.code.arrays + operands[3], min(operands[2], MAX_SIZE)):
                    made.items.append(_missing() if one is None else one)
            return made
        if name == "NewObject":
            return Object()
        if name in ("IteratorBegin", "IteratorNext"):
            return self._iterated(frame, name, operands)
        if name in ("IteratorClose", "DeclareGlobalVar", "ProfilePoint", "DirectEval", "Unreachable"):
            return None
        if name == "ReifyArguments":
            made = Array()
            made.items = list(frame.arguments)
            return made
        if name.startswith("Call"):
            return self._called(frame, name, operands, depth)
        raise Abort

    def _loaded(self, frame: Frame, name: str, operands: tuple[int, ...]) -> Plain:
        program, read = self._program, self._read
        if name in ("GetEnvironment", "GetParentEnvironment"):
            scope = frame.scope
            if name == "GetEnvironment" and len(operands) == 3:
                first = read(frame, operands[1])
                scope = first.scope if isinstance(first, Object) else None
            for _ in range(operands[-1]):
                scope = scope.parent if scope else None
            if scope is None:
                raise Abort
            return Object(scope=scope)
        if name == "LoadFromEnvironment":
            first = read(frame, operands[1])
            if not isinstance(first, Object) or first.scope is None:
                raise Abort
            return self._variable(first.scope, operands[2])
        if name == "GetGlobalObject":
            return Method("", None)
        if name == "TryGetById":
            return global_value(program.code.text(operands[-1]))
        if name == "GetById":
            return member(read(frame, operands[1]), program.code.text(operands[-1]))
        if name in ("GetByVal", "GetByIndex", "FastArrayLoad"):
            key = operands[2] if name == "GetByIndex" else read(frame, operands[2])
            return member(read(frame, operands[1]), key)
        if name in ("FastArrayLength", "GetArgumentsLength"):
            return len(frame.arguments) if name[0] == "G" else member(read(frame, operands[1]), "length")
        if name == "GetArgumentsPropByVal":
            at = read(frame, operands[1])
            known = isinstance(at, int) and 0 <= at < len(frame.arguments)
            return frame.arguments[at] if known and isinstance(at, int) else UNDEFINED
        raise Abort

    def _stored(self, frame: Frame, name: str, operands: tuple[int, ...]) -> None:
        read = self._read
        owner = read(frame, operands[0])
        if name in ("StoreToEnvironment", "StoreNPToEnvironment"):
            if not isinstance(owner, Object) or owner.scope is None:
                raise Abort
            owner.scope.slots[operands[1]] = read(frame, operands[2])
            if owner.scope.number >= 0:
                self._written[owner.scope.number, operands[1]] = None
            return
        if name in ("PutById", "PutNewOwnById", "DefineOwnById", "PutNewOwnNEById"):
            key: Plain = self._program.code.text(operands[-1])
            value = read(frame, operands[1])
        elif name in ("PutOwnByIndex", "DefineOwnByIndex", "DefineOwnInDenseArray"):
            key, value = operands[2], read(frame, operands[1])
        elif name in ("PutByVal", "FastArrayStore"):
            key, value = read(frame, operands[1]), read(frame, operands[2])
        elif name == "FastArrayPush":
            key, value = member(owner, "length"), read(frame, operands[1])
        else:
            raise Abort
        if isinstance(owner, Array) and isinstance(key, int) and 0 <= key < MAX_SIZE:
            owner.items.extend([UNDEFINED] * (key + 1 - len(owner.items)))
            owner.items[key] = value
        elif not isinstance(owner, Array | Object | Function) or len(owner.fields) >= MAX_SIZE:
            raise Abort
        elif isinstance(key, str) or (isinstance(key, int) and not isinstance(owner, Array)):
            owner.fields[str(key)] = value
        else:
            raise Abort

    def _iterated(self, frame: Frame, name: str, operands: tuple[int, ...]) -> Plain:
        if name == "IteratorBegin":
            return 0
        at, items = self._read(frame, operands[1]), self._read(frame, operands[2])
        if isinstance(items, str):
            items = Array(list(items))
        if not isinstance(items, Array) or not isinstance(at, int):
            raise Abort
        done = at >= len(items.items)
        frame.registers[operands[1]] = UNDEFINED if done else at + 1
        return UNDEFINED if done else items.items[at]

    def _called(self, frame: Frame, name: str, operands: tuple[int, ...], depth: int) -> Plain:
        if name in ("Call1", "Call2", "Call3", "Call4"):
            values = [self._read(frame, one) for one in operands[2:]]
        elif name in ("Call", "CallBuiltin"):
            first = frame.size - self._program.code.outgoing
            skipped = name == "CallBuiltin"  # its this is not set
            values = [self._read(frame, first - one) for one in range(skipped, min(operands[-1], 64))]
            values = [UNDEFINED, *values] if skipped else values
        else:
            raise Abort
        this, arguments = (values[0], values[1:]) if values else (UNDEFINED, [])
        if name == "CallBuiltin":
            builtin = self._program.code.instructions.builtins.get(operands[1], "")
            if builtin == "copyRestArgs" and arguments and isinstance(arguments[0], int):
                return Array(frame.arguments[arguments[0] :])
            if builtin == "fromCharCode":
                return method(Method("String", None), "fromCharCode", arguments)
            raise Abort
        callee = self._read(frame, operands[1])
        if isinstance(callee, Function):
            return self._run(callee.function, callee.scope, this, arguments, depth + 1)
        if isinstance(callee, Method):
            if callee.name in ("map", "forEach", "reduce") and isinstance(this, Array):
                return self._mapped(callee.name, this, arguments, depth)
            return method(this if callee.owner is None else callee.owner, callee.name, arguments)
        raise Abort

    def _mapped(self, name: str, items: Array, arguments: list[Plain], depth: int) -> Plain:
        callee = arguments[0] if arguments else UNDEFINED
        if not isinstance(callee, Function):
            raise Abort
        made = Array()
        total = arguments[1] if name == "reduce" and len(arguments) > 1 else UNDEFINED
        for at, one in enumerate(list(items.items)):
            if name == "reduce":
                if at == 0 and total is UNDEFINED:
                    total = one
                else:
                    total = self._run(callee.function, callee.scope, UNDEFINED, [total, one, at], depth + 1)
            else:
                made.items.append(self._run(callee.function, callee.scope, UNDEFINED, [one, at], depth + 1))
        return total if name == "reduce" else made if name == "map" else UNDEFINED


def _parts(value: Cases) -> tuple[str, ...]:
    return tuple(part for _, one in value if isinstance(one, Text) for part in one.parts)


def _missing() -> NoReturn:
    raise Abort


_CONSTANTS: dict[str, Plain] = {
    "LoadConstUndefined": UNDEFINED, "LoadConstTrue": True, "LoadConstFalse": False, "LoadConstZero": 0,
    "LoadConstNull": UNDEFINED,
}  # fmt: skip
_SIGNS = {
    "Eq": "==", "StrictEq": "===", "Neq": "!=", "StrictNeq": "!==", "Less": "<", "LessEq": "<=", "Greater": ">",
    "GreaterEq": ">=", "Add": "+", "AddN": "+", "AddS": "+", "Add32": "+", "Sub": "-", "SubN": "-", "Sub32": "-",
    "Mul": "*", "MulN": "*", "Mul32": "*", "Div": "/", "DivN": "/", "Mod": "%", "LShift": "<<", "RShift": ">>",
    "URshift": ">>>", "BitAnd": "&", "BitXor": "^", "BitOr": "|",
}  # fmt: skip
_JUMPS = {
    f"J{no}{name}{kind}": (sign, not no)
    for name, sign in (
        ("Equal", "=="), ("StrictEqual", "==="), ("Less", "<"), ("LessEqual", "<="), ("Greater", ">"),
        ("GreaterEqual", ">="),
    )
    for no in ("", "Not")
    for kind in ("", "N")
}  # fmt: skip
_JUMPS.update({"JStrictNotEqual": ("===", False), "JNotEqual": ("==", False)})
_UNARY: dict[str, Callable[[Plain], Plain]] = {
    "Not": lambda one: not truthy(one), "Negate": lambda one: _whole(-number(one)), "BitNot": lambda one: ~integer(one),
    "Inc": lambda one: _whole(number(one) + 1), "Dec": lambda one: _whole(number(one) - 1),
    "ToNumber": lambda one: _whole(number(one)), "ToNumeric": lambda one: _whole(number(one)), "ToInt32": integer,
    "AddEmptyString": lambda one: add("", one), "ToPropertyKey": lambda one: one,
}  # fmt: skip


def _whole(value: float) -> int | float:
    return int(value) if math.isfinite(value) and value == int(value) else value


def _computed(sign: str, left: Plain, right: Plain) -> Plain:
    if sign == "+":
        return add(left, right)
    if sign in ("==", "===", "!=", "!=="):
        return equal(left, right) == (sign[0] == "=")
    if sign in ("<", "<=", ">", ">="):
        return compared(sign, left, right)
    if sign in ("-", "*", "/", "%"):
        one, other = number(left), number(right)
        if sign == "-":
            return _whole(one - other)
        if sign == "*":
            return _whole(one * other)
        if other == 0:
            return math.nan if one == 0 or sign == "%" or math.isnan(one) else math.copysign(math.inf, one)
        return _whole(one / other if sign == "/" else math.fmod(one, other))
    first, second = integer(left), integer(right)
    if sign == ">>>":
        return (first & 0xFFFFFFFF) >> (second & 31)
    made = {
        "<<": first << (second & 31), ">>": first >> (second & 31), "&": first & second, "^": first ^ second,
        "|": first | second,
    }[sign]  # fmt: skip
    return integer(made)
