"""The values of the registers of one function of bytecode, from its first instruction to its last.

Instructions are read once, in the order of the file. Where paths meet, a register has the values of each. At the
beginning of a loop the registers that the loop writes are unknown. Nothing is run: a jump backwards is not taken.
"""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from tieback.recognise.dataflow.values import MAX_ALTERNATIVES
from tieback.recognise.hermes.bytecode import Step
from tieback.recognise.hermes.heap import GLOBAL, MAX_ITEMS, through
from tieback.recognise.scripts.operators import negated, operation, truth
from tieback.recognise.scripts.values import (
    NO_ENV,
    UNKNOWN,
    Cases,
    Kind,
    Pattern,
    Source,
    Text,
    Unknown,
    choice,
    combine,
    is_unknown,
    single,
)  # fmt: skip

if TYPE_CHECKING:
    from tieback.recognise.hermes.program import Program

MAX_WAITING = 2_000
"""Most places of one function to which a jump leads and that are not reached yet."""
MAX_REGISTERS = 1_024
MAX_KEPT = 500
"""Most members that are known for each path."""
_MAX_PATHS = 16
_UNDEFINED = single(Unknown("undefined"))
_NULL = single(Unknown("null"))
_ZERO, _ONE, _EMPTY = single(0), single(1), single(Text(""))
_SIGNS = {
    "Eq": "==", "StrictEq": "===", "Neq": "!=", "StrictNeq": "!==", "Less": "<", "LessEq": "<=", "Greater": ">",
    "GreaterEq": ">=", "Add": "+", "AddN": "+", "AddS": "+", "Add32": "+", "Sub": "-", "SubN": "-", "Sub32": "-",
    "Mul": "*", "MulN": "*", "Mul32": "*", "Div": "/", "DivN": "/", "Mod": "%", "LShift": "<<", "RShift": ">>",
    "URshift": ">>>", "BitAnd": "&", "BitXor": "^", "BitOr": "|",
}  # fmt: skip
_COMPARED = {
    "JEqual": "==", "JNotEqual": "!=", "JStrictEqual": "===", "JStrictNotEqual": "!==", "JLess": "<", "JLessN": "<",
    "JLessEqual": "<=", "JLessEqualN": "<=", "JGreater": ">", "JGreaterN": ">", "JGreaterEqual": ">=",
    "JGreaterEqualN": ">=",
}  # fmt: skip
_WITHOUT_RESULT = (
    "Put", "TryPut", "Store", "Define", "Throw", "Declare", "Cache", "AddOwn", "FastArrayStore",
    "FastArrayPush", "FastArrayAppend", "IteratorClose", "Reify", "ProfilePoint",
)  # fmt: skip


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
        self, program: "Program", closure: Source | None, function: int, this: Cases, arguments: list[Cases]
    ) -> None:
        """Prepare a walk with the closure, if it is known, ``this`` and the arguments."""
        self.program, self.function, self.closure = program, function, closure
        self.scope = program.heap.closures[closure.at].scope if closure else -1
        """Number of the variables around the function."""
        self.this, self.arguments = this, arguments
        self.frame: Frame | None = Frame({}, {})
        self._waiting: dict[int, list[Frame]] = {}
        self._results: list[Cases] = []
        self._ends: list[dict[tuple[int, str], Cases]] = []
        self._first_thing = len(program.heap.things)
        self._module = program.modules.owned(function)
        self.first_closure = len(program.heap.closures)
        header = program.code.header(function)
        self.registers = header.registers if header else 0
        self.step: Step | None = None
        """The instruction that is read."""

    def result(self) -> Cases:
        """What the function returns. Raises ``BudgetError``."""
        steps = self.program.code.steps(self.function)
        loops = self.program.loops(self.function)
        for step in steps:
            if step.at in self._waiting:
                self._meet(step.at)
            if self.frame is None:
                if step.kind.name != "Catch":
                    continue
                self.frame = Frame({}, {})
            if step.at in loops:
                for register in loops[step.at]:
                    self.frame.registers.pop(register, None)
            self.program.budget.take()
            self.step = step
            handler = _HANDLERS.get(step.kind.name)
            if handler is not None:
                handler(self, step)
            else:
                self._other(step)
        if self.frame is not None:
            self._ends.append(self.frame.kept)
        self._settle()
        return choice(("return", self.function), self._results) if self._results else _UNDEFINED

    def _is_own(self, number: int) -> bool:
        """True for what this function has made, and for ``module`` and its first ``exports``."""
        return number >= self._first_thing or number in self._module

    def _settle(self) -> None:
        """Set the members to what they are where the function ends."""
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
            self.frame = frames[0].copy()
            return
        self.program.budget.take(1 + len(frames[0].registers) // 8)
        met = Frame({}, {})
        origin = (self.function, at)
        _meet_values(origin, met.registers, [one.registers for one in frames])
        _meet_values(origin, met.kept, [one.kept for one in frames])
        self.frame = met

    def get(self, register: int) -> Cases:
        """The value of a register."""
        return self.frame.registers.get(register, UNKNOWN) if self.frame else UNKNOWN

    def set(self, register: int, value: Cases) -> None:
        """Set a register."""
        if self.frame and (register in self.frame.registers or len(self.frame.registers) < MAX_REGISTERS):
            self.frame.registers[register] = value

    def _jump(self, step: Step, distance: int) -> None:
        """A path that continues elsewhere, too. A jump backwards is not followed."""
        target = step.at + distance
        if distance <= 0 or self.frame is None:
            return
        frames = self._waiting.setdefault(target, [])
        if len(frames) < _MAX_PATHS and len(self._waiting) < MAX_WAITING:
            frames.append(self.frame.copy())

    def _conditional(self, step: Step, known: bool | None) -> None:
        """A jump of which it is known whether it is taken, or not."""
        distance = step.integer(0)
        if known is not False:
            self._jump(step, distance)
        if known is True and distance > 0:
            self.frame = None

    # Registers and constants

    def _move(self, step: Step) -> None:
        self.set(step.integer(0), self.get(step.integer(1)))

    def _constant(self, step: Step) -> None:
        self.set(step.integer(0), _CONSTANTS[step.kind.name])

    def _number(self, step: Step) -> None:
        value = step.operands[1]
        self.set(step.integer(0), single(int(value)) if value == value // 1 else UNKNOWN)

    def _string(self, step: Step) -> None:
        self.set(step.integer(0), single(self.program.constant(step.integer(1))))

    def _pattern(self, step: Step) -> None:
        text = self.program.code.text
        self.set(step.integer(0), single(Pattern(text(step.integer(1)), text(step.integer(2)))))

    def _parameter(self, step: Step) -> None:
        index = step.integer(1) if len(step.operands) > 1 else 0
        known = self.this if index == 0 else self.arguments[index - 1] if index <= len(self.arguments) else UNKNOWN
        self.set(step.integer(0), known)

    def _this(self, step: Step) -> None:
        self.set(step.integer(0), self.this)

    def _operation(self, step: Step) -> None:
        left, right = self.get(step.integer(1)), self.get(step.integer(2))
        sign = _SIGNS[step.kind.name]
        if sign == "+":
            left, right = self.program.heap.forced(left), self.program.heap.forced(right)
        value = operation(sign, left, right, step.at)
        if sign == "+":
            self.program.joined(self, value, (left, right))
        self.set(step.integer(0), value)

    def _as_string(self, step: Step) -> None:
        value = self.program.heap.forced(self.get(step.integer(1)))
        self.set(step.integer(0), operation("+", _EMPTY, value, step.at))

    def _negation(self, step: Step) -> None:
        sign = {"Not": "!", "Negate": "-", "BitNot": "~"}[step.kind.name]
        self.set(step.integer(0), combine(lambda one: negated(sign, one), self.get(step.integer(1))))

    def _increment(self, step: Step) -> None:
        sign = "+" if step.kind.name == "Inc" else "-"
        self.set(step.integer(0), operation(sign, self.get(step.integer(1)), _ONE, step.at))

    # Objects

    def _global(self, step: Step) -> None:
        self.set(step.integer(0), single(Source(Kind.OBJECT, GLOBAL, NO_ENV)))

    def _object(self, step: Step) -> None:
        parent = self.get(step.integer(1)) if step.kind.name == "NewObjectWithParent" else UNKNOWN
        made = self.program.made_by(self, parent[0][1])
        self.set(step.integer(0), single(made))

    def _literal(self, step: Step) -> None:
        made = self.program.heap.new(Kind.OBJECT)
        self.program.literal(self, step, made)
        self.set(step.integer(0), single(made))

    def _array(self, step: Step) -> None:
        self.set(step.integer(0), single(self.program.heap.new(Kind.ARRAY, items=[])))

    def _array_literal(self, step: Step) -> None:
        code = self.program.code
        found = code.literals(code.arrays + step.integer(3), step.integer(2))
        items = [single(self.program.as_value(one)) for one in found[:MAX_ITEMS]]
        self.set(step.integer(0), single(self.program.heap.new(Kind.ARRAY, items=items)))

    def _get_member(self, step: Step) -> None:
        name = self.program.code.text(step.integer(-1))
        self.set(step.integer(0), self.read(self.get(step.integer(1)), name))

    def read(self, value: Cases, name: str) -> Cases:
        """A member, as this path has set it, or else as the heap has it."""
        if len(value) == 1 and self.frame is not None and self.frame.kept:
            kept = self.frame.kept.get((self.program.heap.thing(value[0][1]), name))
            if kept is not None:
                return through(name, kept)
        return self.program.heap.member(value, name)

    def put(self, value: Cases, name: str, member: Cases) -> None:
        """Set a member on this path."""
        heap = self.program.heap
        heap.put(value, name, member, join=len(value) > 1 or not self._is_own(heap.thing(value[0][1])))
        if len(value) == 1 and self.frame is not None and len(self.frame.kept) < MAX_KEPT:
            number = heap.thing(value[0][1])
            if number >= 0:
                self.frame.kept[number, name] = member
        self.program.stored(self, value, name, member)

    def _put_member(self, step: Step) -> None:
        name = self.program.code.text(step.integer(-1))
        self.put(self.get(step.integer(0)), name, self.get(step.integer(1)))

    def _put_slot(self, step: Step) -> None:
        number = self.program.heap.thing(self.get(step.integer(0))[0][1])
        names = list(self.program.heap.things[number].fields) if number >= 0 else []
        if 0 <= step.integer(2) < len(names):
            self.put(self.get(step.integer(0)), names[step.integer(2)], self.get(step.integer(1)))

    def _put_item(self, step: Step) -> None:
        self.program.heap.set_item(self.get(step.integer(0)), step.integer(2), self.get(step.integer(1)))

    def _put_value(self, step: Step) -> None:
        own = step.kind.name in ("PutOwnByVal", "DefineOwnByVal")
        key, member = self.get(step.integer(2 if own else 1)), self.get(step.integer(1 if own else 2))
        value = self.get(step.integer(0))
        one = key[0][1]
        if len(key) == 1 and isinstance(one, Text):
            self.put(value, one.text, member)
        elif len(key) == 1 and isinstance(one, int):
            self.program.heap.set_item(value, one, member)

    def _put_getter(self, step: Step) -> None:
        key = self.get(step.integer(1))[0][1]
        number = self.program.heap.thing(self.get(step.integer(0))[0][1])
        if isinstance(key, Text) and number >= 0:
            self.program.heap.things[number].getters[key.text] = self.get(step.integer(2))

    def _get_value(self, step: Step) -> None:
        key = self.program.heap.forced(self.get(step.integer(2)))
        value = self.get(step.integer(1))
        one = key[0][1]
        if len(key) == 1 and isinstance(one, Text):
            self.set(step.integer(0), self.read(value, one.text))
        else:
            self.set(step.integer(0), self.program.heap.element(self.program.heap.forced(value), key))

    def _get_index(self, step: Step) -> None:
        self.set(step.integer(0), self.program.heap.element(self.get(step.integer(1)), single(step.integer(2))))

    # Variables and closures

    def _new_scope(self, step: Step) -> None:
        parent = self.scope
        if step.kind.name == "CreateInnerEnvironment" or len(step.operands) == 3:
            parent = self._scope_of(step.integer(1))
        elif step.kind.name == "CreateTopLevelEnvironment":
            parent = -1
        made = self.program.heap.new(Kind.SCOPE, parent)
        self.program.scopes[made.at] = self.function
        self.set(step.integer(0), single(made))

    def _scope_of(self, register: int) -> int:
        one = self.get(register)[0][1]
        return one.at if isinstance(one, Source) and one.kind is Kind.SCOPE else -1

    def _outer_scope(self, step: Step) -> None:
        at, levels = self.scope, step.integer(-1)
        if step.kind.name == "GetEnvironment" and len(step.operands) == 3:
            at = self._scope_of(step.integer(1))
        for _ in range(levels):
            at = self.program.heap.things[at].parent if at >= 0 else -1
        self.set(step.integer(0), single(Source(Kind.SCOPE, at, NO_ENV)) if at >= 0 else UNKNOWN)

    def _load_variable(self, step: Step) -> None:
        scope = self.get(step.integer(1))
        one, slot = scope[0][1], step.integer(2)
        if not isinstance(one, Source):
            self.set(step.integer(0), UNKNOWN)
            return
        value = self.read(scope, f"${slot}")
        if one.at < self._first_thing and self.program.truth(value) is not True:
            self.program.variable(one.at, slot)
            value = self.read(scope, f"${slot}")
        self.set(step.integer(0), value)

    def _store_variable(self, step: Step) -> None:
        scope = self.get(step.integer(0))
        if isinstance(scope[0][1], Source):
            self.put(scope, f"${step.integer(1)}", self.get(step.integer(2)))

    def _closure(self, step: Step) -> None:
        made = self.program.created(step.integer(-1), self._scope_of(step.integer(-2)))
        self.set(step.integer(0), single(made))

    def _class(self, step: Step) -> None:
        made = self.program.created(step.integer(-1), self._scope_of(step.integer(2)))
        home = self.program.heap.member(single(made), "prototype")
        self.program.heap.homes[made.at] = self.program.heap.thing(home[0][1])
        self.set(step.integer(0), single(made))
        self.set(step.integer(1), home)

    def _target(self, step: Step) -> None:
        self.set(step.integer(0), single(self.closure) if self.closure else UNKNOWN)

    def _new_this(self, step: Step) -> None:
        maker = self.get(step.integer(2 if step.kind.name == "CreateThis" else 1))
        self.set(step.integer(0), self.program.instance(maker))

    def _select(self, step: Step) -> None:
        made = self.get(step.integer(2))
        self.set(step.integer(0), self.get(step.integer(1)) if is_unknown(made) else made)

    # Calls

    def outgoing(self, count: int) -> list[Cases]:
        """The values that a call with many arguments passes, ``this`` first."""
        first = self.registers - self.program.code.outgoing
        return [self.get(first - index) for index in range(min(count, MAX_REGISTERS))]

    def _call(self, step: Step) -> None:
        name = step.kind.name
        callee: Cases | None = None
        if name in ("Call1", "Call2", "Call3", "Call4"):
            values = [self.get(int(one)) for one in step.operands[2:]]
        else:
            values = self.outgoing(step.integer(1 if name == "CallDirect" else -1))
        if name == "CallDirect":
            callee = single(self.program.created(step.integer(2), self.scope))
        elif name == "CallBuiltin":
            builtin = self.program.code.instructions.builtins.get(step.integer(1), "?")
            callee = single(Unknown(f"HermesBuiltin.{builtin}"))
        else:
            callee = self.get(step.integer(1))
        this, arguments = (values[0], values[1:]) if values else (UNKNOWN, [])
        made = name in ("Construct", "CallWithNewTarget")
        self.set(step.integer(0), self.program.calls.call(self, callee, this, arguments, made=made))

    def _require(self, step: Step) -> None:
        self.set(step.integer(0), single(Source(Kind.MODULE, step.integer(2), NO_ENV)))

    # Jumps

    def _goto(self, step: Step) -> None:
        self._jump(step, step.integer(0))
        self.frame = None

    def _if(self, step: Step) -> None:
        known = self.program.truth(self.get(step.integer(1)))
        self._conditional(step, known if step.kind.name == "JmpTrue" or known is None else not known)

    def _if_undefined(self, step: Step) -> None:
        value = self.get(step.integer(1))
        known = {isinstance(one, Text | int) for _, one in value} == {True}
        self._conditional(step, False if known else None)

    def _compare(self, step: Step) -> None:
        sign = _COMPARED[step.kind.name]
        value = operation(sign, self.get(step.integer(1)), self.get(step.integer(2)), step.at)
        self._conditional(step, truth(value[0][1]) if len(value) == 1 else None)

    def _maybe(self, step: Step) -> None:
        self._jump(step, step.integer(0))

    def _switch(self, step: Step) -> None:
        default = step.integer(3 if step.kind.name == "StringSwitchImm" else 2)
        for target in dict.fromkeys(self.program.code.targets(self.function, step)):
            self._jump(step, target - step.at)
        self._jump(step, default)
        self.frame = None

    def _return(self, step: Step) -> None:
        value = self.get(step.integer(0))
        if len(self._results) < _MAX_PATHS:
            self._results.append(value)
        if self.frame is not None and len(self._ends) < _MAX_PATHS:
            self._ends.append(self.frame.kept)
        self.frame = None

    def _begin(self, step: Step) -> None:
        self.set(step.integer(0), UNKNOWN)

    def _next(self, step: Step) -> None:
        items = self.program.heap.items(self.get(step.integer(2))[0][1])
        known = items is not None and 0 < len(items) <= MAX_ALTERNATIVES
        self.set(step.integer(0), choice(("next", self.function, step.at), items) if items and known else UNKNOWN)

    def _throw(self, _: Step) -> None:
        self.frame = None

    def _other(self, step: Step) -> None:
        """An instruction that is not understood: what it writes is unknown."""
        if step.kind.name.startswith("J"):
            self._jump(step, step.integer(0))
        elif self.frame is not None and step.operands and not step.kind.name.startswith(_WITHOUT_RESULT):
            for index in range(min(2, len(step.operands)) if step.kind.name in _BOTH else 1):
                self.frame.registers.pop(step.integer(index), None)


_BOTH = ("GetPNameList", "GetNextPName", "ResumeGenerator")
_CONSTANTS: Mapping[str, Cases] = {
    "LoadConstUndefined": _UNDEFINED, "LoadConstNull": _NULL, "LoadConstTrue": _ONE, "LoadConstFalse": _ZERO,
    "LoadConstZero": _ZERO, "LoadConstEmpty": UNKNOWN,
}  # fmt: skip
_HANDLERS: Mapping[str, Callable[[Run, Step], None]] = {
    **dict.fromkeys(("Mov", "ToNumber", "ToNumeric", "ToInt32", "ToPropertyKey", "ThrowIfEmpty"), Run._move),
    **dict.fromkeys(_CONSTANTS, Run._constant),
    **dict.fromkeys(("LoadConstUInt8", "LoadConstInt", "LoadConstDouble"), Run._number),
    "LoadConstString": Run._string, "CreateRegExp": Run._pattern, "LoadParam": Run._parameter,
    "LoadThisNS": Run._this, "CoerceThisNS": Run._this,
    **dict.fromkeys(_SIGNS, Run._operation),
    "AddEmptyString": Run._as_string, "Inc": Run._increment, "Dec": Run._increment,
    **dict.fromkeys(("Not", "Negate", "BitNot"), Run._negation),
    "GetGlobalObject": Run._global, "NewObject": Run._object, "NewObjectWithParent": Run._object,
    **dict.fromkeys(("NewObjectWithBuffer", "NewObjectWithBufferAndParent"), Run._literal),
    "NewArray": Run._array, "NewArrayWithBuffer": Run._array_literal,
    **dict.fromkeys(("GetById", "TryGetById", "GetByIdWithReceiver"), Run._get_member),
    **dict.fromkeys(("PutById", "TryPutById", "PutNewOwnById", "PutNewOwnNEById", "DefineOwnById"), Run._put_member),
    "PutOwnBySlotIdx": Run._put_slot,
    **dict.fromkeys(("PutOwnByIndex", "DefineOwnByIndex", "DefineOwnInDenseArray"), Run._put_item),
    **dict.fromkeys(("PutByVal", "PutOwnByVal", "DefineOwnByVal", "PutByValWithReceiver"), Run._put_value),
    **dict.fromkeys(("PutOwnGetterSetterByVal", "DefineOwnGetterSetterByVal"), Run._put_getter),
    "GetByVal": Run._get_value, "GetByValWithReceiver": Run._get_value, "GetByIndex": Run._get_index,
    **dict.fromkeys(
        ("CreateEnvironment", "CreateFunctionEnvironment", "CreateTopLevelEnvironment", "CreateInnerEnvironment"),
        Run._new_scope,
    ),
    **dict.fromkeys(("GetEnvironment", "GetParentEnvironment"), Run._outer_scope),
    "LoadFromEnvironment": Run._load_variable,
    **dict.fromkeys(("StoreToEnvironment", "StoreNPToEnvironment"), Run._store_variable),
    **dict.fromkeys(
        ("CreateClosure", "CreateGeneratorClosure", "CreateAsyncClosure", "CreateGenerator"), Run._closure
    ),
    **dict.fromkeys(("CreateBaseClass", "CreateDerivedClass"), Run._class),
    **dict.fromkeys(("CreateThis", "CreateThisForNew", "CreateThisForSuper"), Run._new_this),
    "SelectObject": Run._select, "GetNewTarget": Run._target,
    **dict.fromkeys(
        (
            "Call", "Call1", "Call2", "Call3", "Call4", "CallDirect", "CallBuiltin", "Construct", "CallWithNewTarget",
        ),
        Run._call,
    ),
    "CallRequire": Run._require, "Jmp": Run._goto, "JmpTrue": Run._if, "JmpFalse": Run._if,
    "JmpUndefined": Run._if_undefined,
    **dict.fromkeys(_COMPARED, Run._compare),
    "SaveGenerator": Run._maybe,
    **dict.fromkeys(("SwitchImm", "UIntSwitchImm", "StringSwitchImm"), Run._switch),
    "IteratorBegin": Run._begin, "IteratorNext": Run._next, "Ret": Run._return, "Throw": Run._throw, "Unreachable": Run._throw,
}  # fmt: skip


def _distinct(options: list[Cases]) -> list[Cases]:
    return [one for index, one in enumerate(options) if not any(one is other for other in options[:index])]


def _meet_values[K](origin: object, mine: dict[K, Cases], every: list[dict[K, Cases]]) -> None:
    """The values that several paths have: the same one, or a choice. What one of them does not know is left out."""
    first = every[0]
    for key, value in first.items():
        options = [one[key] for one in every if key in one]
        if len(options) < len(every):
            continue
        mine[key] = value if all(one is value for one in options) else choice(origin, options)
