"""Evaluates functions of bytecode step by step, on values that are all known; see ``concrete``."""

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, NoReturn

from tieback.recognise.hermes.bytecode import SIGNS, Step
from tieback.recognise.hermes.concrete_methods import (
    MAX_ITEMS,
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

if TYPE_CHECKING:
    from tieback.recognise.hermes.program import Program

MAX_DEPTH = 40
"""Most functions that are evaluated inside each other."""
MAX_ARGUMENTS = 256


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


class Evaluator:
    """Evaluates functions of one file."""

    def __init__(self, program: "Program", variable: Callable[[Scope, int], Plain]) -> None:
        """Read the functions of this program, and with ``variable`` what the walk knows. Both may raise ``Abort``."""
        self._program, self._variable = program, variable
        self.left = 0
        """Steps that may still be taken."""
        self.written: dict[tuple[int, int], None] = {}
        """Variables of the walk that were set: number of the scope, and slot."""

    def size(self, function: int) -> int:
        """Registers of a function."""
        header = self._program.code.header(function)
        return header.registers if header else 0

    def run(self, function: int, scope: Scope | None, this: Plain, arguments: list[Plain], depth: int) -> Plain:
        """What a function returns. Raises ``Abort`` if something is not known, or without steps."""
        if depth > MAX_DEPTH:
            raise Abort
        steps = self._program.code.steps(function)
        if not steps:
            raise Abort
        frame = Frame(function, scope, this, arguments, self.size(function))
        places = {step.at: index for index, step in enumerate(steps)}
        self.steps(frame, steps, places, 0, depth, None)
        return frame.registers[-1]

    def steps(
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
            self.left -= 1
            if self.left <= 0:
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

    def _step(self, frame: Frame, name: str, operands: tuple[int, ...], depth: int) -> Plain | None:  # noqa: PLR0912
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
        if name in SIGNS:
            return _computed(SIGNS[name], read(frame, operands[1]), read(frame, operands[2]))
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
                if operands[2] > MAX_ITEMS:
                    raise Abort
                for one in program.code.literals(program.code.arrays + operands[3], operands[2]):
                    made.items.append(_missing() if one is None else one)
            return made
        if name == "NewObject":
            return Object()
        if name in ("IteratorBegin", "IteratorNext"):
            return self._iterated(frame, name, operands)
        if name in ("IteratorClose", "DeclareGlobalVar", "ProfilePoint", "DirectEval", "Unreachable"):
            return None
        if name.startswith("ReifyArguments"):
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
                self.written[owner.scope.number, operands[1]] = None
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
        if isinstance(owner, Array) and isinstance(key, int) and 0 <= key < MAX_ITEMS:
            owner.items.extend([UNDEFINED] * (key + 1 - len(owner.items)))
            owner.items[key] = value
        elif not isinstance(owner, (Array, Object, Function)) or len(owner.fields) >= MAX_ITEMS:
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
            if operands[-1] > MAX_ARGUMENTS:
                raise Abort
            values = [self._read(frame, first - one) for one in range(skipped, operands[-1])]
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
            return self.run(callee.function, callee.scope, this, arguments, depth + 1)
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
                    total = self.run(callee.function, callee.scope, UNDEFINED, [total, one, at], depth + 1)
            else:
                made.items.append(self.run(callee.function, callee.scope, UNDEFINED, [one, at], depth + 1))
        return total if name == "reduce" else made if name == "map" else UNDEFINED


def _missing() -> NoReturn:
    raise Abort


_CONSTANTS: dict[str, Plain] = {
    "LoadConstUndefined": UNDEFINED, "LoadConstTrue": True, "LoadConstFalse": False, "LoadConstZero": 0,
    "LoadConstNull": UNDEFINED,
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
