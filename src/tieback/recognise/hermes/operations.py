"""What each instruction of the bytecode does to the registers of a walk."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from tieback.recognise.dataflow.methods.values import MAX_ALTERNATIVES
from tieback.recognise.hermes.bytecode import SIGNS, Step
from tieback.recognise.hermes.heap import GLOBAL, MAX_ITEMS
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
    Value,
    chained,
    choice,
    combine,
    is_unknown,
    single,
)  # fmt: skip

if TYPE_CHECKING:
    from tieback.recognise.hermes.interpret import Run

_UNDEFINED = single(Unknown("undefined"))
ITERATOR = single(Unknown("#iterator"))
"""The iterator of an array before its first item."""
_NULL = single(Unknown("null"))
_ZERO, _ONE, _EMPTY = single(0), single(1), single(Text(""))
_COMPARED = {
    "JEqual": "==", "JNotEqual": "!=", "JStrictEqual": "===", "JStrictNotEqual": "!==", "JLess": "<", "JLessN": "<",
    "JLessEqual": "<=", "JLessEqualN": "<=", "JGreater": ">", "JGreaterN": ">", "JGreaterEqual": ">=",
    "JGreaterEqualN": ">=",
}  # fmt: skip
_WITHOUT_RESULT = (
    "Put", "TryPut", "Store", "Define", "Throw", "Declare", "Cache", "AddOwn", "FastArrayStore",
    "FastArrayPush", "FastArrayAppend", "IteratorClose", "ProfilePoint",
)  # fmt: skip


def _move(run: "Run", step: Step) -> None:
    run.set(step.operands[0], run.values.get(step.operands[1], UNKNOWN))


def _constant(run: "Run", step: Step) -> None:
    run.values[step.operands[0]] = _CONSTANTS[step.kind.name]


def _number(run: "Run", step: Step) -> None:
    value = step.operands[1]
    run.set(step.operands[0], single(int(value)) if value == value // 1 else UNKNOWN)


def _string(run: "Run", step: Step) -> None:
    run.values[step.operands[0]] = run.program.constant(step.operands[1])


def _pattern(run: "Run", step: Step) -> None:
    text = run.program.code.text
    run.set(step.operands[0], single(Pattern(text(step.operands[1]), text(step.operands[2]))))


def _parameter(run: "Run", step: Step) -> None:
    index = step.operands[1] if len(step.operands) > 1 else 0
    known = run.this if index == 0 else run.arguments[index - 1] if index <= len(run.arguments) else UNKNOWN
    run.values[step.operands[0]] = known


def _arguments(run: "Run", step: Step) -> None:
    """The object ``arguments``, with what the call passes."""
    known = [one for one in run.arguments if not is_unknown(one)]
    made = single(run.program.heap.new(Kind.ARRAY, items=list(run.arguments))) if known else UNKNOWN
    run.set(step.operands[0], made)


def _this(run: "Run", step: Step) -> None:
    run.set(step.operands[0], run.this)


def _operation(run: "Run", step: Step) -> None:
    left, right = run.get(step.operands[1]), run.get(step.operands[2])
    sign = SIGNS[step.kind.name]
    if sign == "+":
        left, right = run.program.heap.forced(left), run.program.heap.forced(right)
    value = operation(sign, left, right, step.at)
    if sign == "+":
        run.program.record.joined(run, value, (left, right))
    run.set(step.operands[0], value)


def _as_string(run: "Run", step: Step) -> None:
    value = run.program.heap.forced(run.get(step.operands[1]))
    run.set(step.operands[0], operation("+", _EMPTY, value, step.at))


def _negation(run: "Run", step: Step) -> None:
    sign = {"Not": "!", "Negate": "-", "BitNot": "~"}[step.kind.name]
    run.set(step.operands[0], combine(lambda one: negated(sign, one), run.get(step.operands[1])))


def _increment(run: "Run", step: Step) -> None:
    sign = "+" if step.kind.name == "Inc" else "-"
    run.set(step.operands[0], operation(sign, run.get(step.operands[1]), _ONE, step.at))


def _global(run: "Run", step: Step) -> None:
    run.set(step.operands[0], single(Source(Kind.OBJECT, GLOBAL, NO_ENV)))


def _object(run: "Run", step: Step) -> None:
    parent = run.get(step.operands[1]) if step.kind.name == "NewObjectWithParent" else UNKNOWN
    made = run.program.members.made_by(run, parent[0][1])
    run.set(step.operands[0], single(made))


def _literal(run: "Run", step: Step) -> None:
    # An object of a class has the constants of its fields as a literal with the prototype as parent.
    parent = run.get(step.operands[1]) if step.kind.name == "NewObjectWithBufferAndParent" else UNKNOWN
    made = run.program.members.made_by(run, parent[0][1])
    run.program.literal(run, step, made)
    run.set(step.operands[0], single(made))


def _array(run: "Run", step: Step) -> None:
    run.set(step.operands[0], single(run.program.heap.new(Kind.ARRAY, items=[])))


def _array_literal(run: "Run", step: Step) -> None:
    code = run.program.code
    found = code.literals(code.arrays + step.operands[3], step.operands[2])
    run.program.budget.take(1 + len(found) // 4)
    items = [single(run.program.as_value(one)) for one in found[:MAX_ITEMS]]
    run.set(step.operands[0], single(run.program.heap.new(Kind.ARRAY, items=items)))


def _get_member(run: "Run", step: Step) -> None:
    operands = step.operands
    name = run.program.code.text(operands[-1])
    run.values[operands[0]] = run.read(run.values.get(operands[1], UNKNOWN), name)


def _put_member(run: "Run", step: Step) -> None:
    operands, values = step.operands, run.values
    name = run.program.code.text(operands[-1])
    run.put(values.get(operands[0], UNKNOWN), name, values.get(operands[1], UNKNOWN))


def _put_slot(run: "Run", step: Step) -> None:
    number = run.program.heap.thing(run.get(step.operands[0])[0][1])
    names = list(run.program.heap.things[number].fields) if number >= 0 else []
    if 0 <= step.operands[2] < len(names):
        run.put(run.get(step.operands[0]), names[step.operands[2]], run.get(step.operands[1]))


def _put_item(run: "Run", step: Step) -> None:
    run.program.heap.set_item(run.get(step.operands[0]), step.operands[2], run.get(step.operands[1]))


def _put_value(run: "Run", step: Step) -> None:
    own = step.kind.name in ("PutOwnByVal", "DefineOwnByVal")
    key, member = run.get(step.operands[2 if own else 1]), run.get(step.operands[1 if own else 2])
    value = run.get(step.operands[0])
    one = key[0][1]
    if len(key) == 1 and isinstance(one, Text):
        run.put(value, one.text, member)
    elif len(key) == 1 and isinstance(one, int):
        run.program.heap.set_item(value, one, member)


def _put_getter(run: "Run", step: Step) -> None:
    key = run.get(step.operands[1])[0][1]
    number = run.program.heap.thing(run.get(step.operands[0])[0][1])
    if isinstance(key, Text) and number >= 0:
        run.program.heap.things[number].getters[key.text] = run.get(step.operands[2])


def _get_value(run: "Run", step: Step) -> None:
    key = run.program.heap.forced(run.get(step.operands[2]))
    value = run.get(step.operands[1])
    one = key[0][1]
    if len(key) == 1 and isinstance(one, Text):
        run.set(step.operands[0], run.read(value, one.text))
    else:
        run.set(step.operands[0], run.program.heap.element(run.program.heap.forced(value), key))


def _get_index(run: "Run", step: Step) -> None:
    run.set(step.operands[0], run.program.heap.element(run.get(step.operands[1]), single(step.operands[2])))


def _new_scope(run: "Run", step: Step) -> None:
    parent = run.scope
    if step.kind.name == "CreateInnerEnvironment" or len(step.operands) == 3:
        parent = run.scope_of(step.operands[1])
    elif step.kind.name == "CreateTopLevelEnvironment":
        parent = -1
    made = run.program.heap.new(Kind.SCOPE, parent)
    run.program.members.scopes[made.at] = run.function
    run.set(step.operands[0], single(made))


def _outer_scope(run: "Run", step: Step) -> None:
    at, levels = run.scope, step.operands[-1]
    if step.kind.name == "GetEnvironment" and len(step.operands) == 3:
        at = run.scope_of(step.operands[1])
    for _ in range(levels):
        at = run.program.heap.things[at].parent if at >= 0 else -1
    run.set(step.operands[0], single(Source(Kind.SCOPE, at, NO_ENV)) if at >= 0 else UNKNOWN)


def _load_variable(run: "Run", step: Step) -> None:
    scope = run.get(step.operands[1])
    one, slot = scope[0][1], step.operands[2]
    if not isinstance(one, Source):
        run.set(step.operands[0], UNKNOWN)
        return
    value = run.read(scope, f"${slot}")
    if one.at < run.first_thing and run.program.truth(value) is not True:
        run.program.members.variable(one.at, slot)
        value = run.read(scope, f"${slot}")
    run.set(step.operands[0], value)


def _store_variable(run: "Run", step: Step) -> None:
    scope = run.scope_of(step.operands[0])
    if scope >= 0:
        run.put_variable(scope, step.operands[1], run.values.get(step.operands[2], UNKNOWN))


def _closure(run: "Run", step: Step) -> None:
    made = run.program.members.created(step.operands[-1], run.scope_of(step.operands[-2]))
    run.values[step.operands[0]] = single(made)


def _generator(run: "Run", step: Step) -> None:
    scope = run.scope_of(step.operands[-2])
    if scope >= run.first_thing:
        run.begin_states(scope)
        run.program.generators.add(step.operands[-1])
    _closure(run, step)


def _builtin(run: "Run", step: Step) -> None:
    name = run.program.code.instructions.builtins.get(step.operands[1], "?")
    run.set(step.operands[0], single(Unknown(f"HermesBuiltin.{name}")))


def _class(run: "Run", step: Step) -> None:
    made = run.program.members.created(step.operands[-1], run.scope_of(step.operands[2]))
    home = run.program.heap.member(single(made), "prototype")
    if step.kind.name == "CreateDerivedClass":
        run.program.heap.derive(made, run.program.heap.forced(run.get(step.operands[3]))[0][1])
    run.program.heap.homes[made.at] = run.program.heap.thing(home[0][1])
    run.set(step.operands[0], single(made))
    run.set(step.operands[1], home)


def _base(run: "Run", step: Step) -> None:
    one = run.get(step.operands[1])[0][1]
    base = run.program.heap.bases.get(one.at) if isinstance(one, Source) and one.kind is Kind.FUNCTION else None
    run.set(step.operands[0], single(base) if base else UNKNOWN)


def _target(run: "Run", step: Step) -> None:
    run.set(step.operands[0], single(run.target) if run.target else UNKNOWN)


def _new_this(run: "Run", step: Step) -> None:
    maker = run.get(step.operands[2 if step.kind.name == "CreateThis" else 1])
    run.set(step.operands[0], run.program.members.instance(maker))


def _select(run: "Run", step: Step) -> None:
    made = run.get(step.operands[2])
    run.set(step.operands[0], run.get(step.operands[1]) if is_unknown(made) else made)


def _call(run: "Run", step: Step) -> None:
    name = step.kind.name
    if name in ("Call1", "Call2", "Call3", "Call4"):
        values = [run.values.get(one, UNKNOWN) for one in step.operands[2:]]
    else:
        values = run.outgoing(step.operands[1 if name == "CallDirect" else -1])
    if name == "CallDirect":
        callee = single(run.program.members.created(step.operands[2], run.scope))
    elif name == "CallBuiltin":
        builtin = run.program.code.instructions.builtins.get(step.operands[1], "?")
        callee = single(Unknown(f"HermesBuiltin.{builtin}"))
    else:
        callee = run.get(step.operands[1])
    this, arguments = (values[0], values[1:]) if values else (UNKNOWN, [])
    made = name in ("Construct", "CallWithNewTarget")
    passed = run.get(step.operands[2])[0][1] if name == "CallWithNewTarget" else None
    run.passed_target = passed if isinstance(passed, Source) and passed.kind is Kind.FUNCTION else None
    run.values[step.operands[0]] = run.program.calls.call(run, callee, this, arguments, made=made)


def _require(run: "Run", step: Step) -> None:
    run.set(step.operands[0], single(Source(Kind.MODULE, step.operands[2], NO_ENV)))


def _goto(run: "Run", step: Step) -> None:
    run.jump(step, step.operands[0])
    run.frame = None


def _if(run: "Run", step: Step) -> None:
    known = run.program.truth(run.get(step.operands[1]))
    run.conditional(step, known if step.kind.name == "JmpTrue" or known is None else not known)


def _if_undefined(run: "Run", step: Step) -> None:
    value = run.get(step.operands[1])
    known = {isinstance(one, (Text, int)) for _, one in value} == {True}
    run.conditional(step, False if known else None)


def _compare(run: "Run", step: Step) -> None:
    sign = _COMPARED[step.kind.name]
    value = operation(sign, run.get(step.operands[1]), run.get(step.operands[2]), step.at)
    run.conditional(step, truth(value[0][1]) if len(value) == 1 else None)


def _maybe(run: "Run", step: Step) -> None:
    run.jump(step, step.operands[0])


def _switch(run: "Run", step: Step) -> None:
    default = step.operands[3 if step.kind.name == "StringSwitchImm" else 2]
    for target in dict.fromkeys(run.program.code.targets(run.function, step)):
        run.jump(step, target - step.at)
    run.jump(step, default)
    run.frame = None


def _return(run: "Run", step: Step) -> None:
    run.finish(run.get(step.operands[0]))


def _begin(run: "Run", step: Step) -> None:
    run.set(step.operands[0], ITERATOR)
    run.iterators[step.operands[0]] = (step.at, 0)


def _next(run: "Run", step: Step) -> None:
    place = run.next_item(step)

    def item(value: Value) -> Cases:
        items = run.program.heap.items(value)
        if not items:
            return UNKNOWN
        if place >= 0:
            return items[place] if place < len(items) else _UNDEFINED
        at = value.at if isinstance(value, Source) else -1
        return choice(("next", run.function, step.at, at), items) if len(items) <= MAX_ALTERNATIVES else UNKNOWN

    run.set(step.operands[0], chained(item, run.get(step.operands[2])))


def _throw(run: "Run", _: Step) -> None:
    run.frame = None


def other(run: "Run", step: Step) -> None:
    """An instruction that is not understood: what it writes is unknown."""
    if step.kind.name.startswith("J"):
        run.jump(step, step.operands[0])
    elif step.operands and not step.kind.name.startswith(_WITHOUT_RESULT):
        for index in range(min(2, len(step.operands)) if step.kind.name in _BOTH else 1):
            run.values.pop(step.operands[index], None)


_BOTH = ("GetPNameList", "GetNextPName", "ResumeGenerator")
_CONSTANTS: Mapping[str, Cases] = {
    "LoadConstUndefined": _UNDEFINED, "LoadConstNull": _NULL, "LoadConstTrue": _ONE, "LoadConstFalse": _ZERO,
    "LoadConstZero": _ZERO, "LoadConstEmpty": UNKNOWN,
}  # fmt: skip
HANDLERS: Mapping[str, Callable[["Run", Step], None]] = {
    **dict.fromkeys(("Mov", "ToNumber", "ToNumeric", "ToInt32", "ToPropertyKey", "ThrowIfEmpty"), _move),
    **dict.fromkeys(_CONSTANTS, _constant),
    **dict.fromkeys(("LoadConstUInt8", "LoadConstInt", "LoadConstDouble"), _number),
    "LoadConstString": _string, "CreateRegExp": _pattern, "LoadParam": _parameter,
    "LoadThisNS": _this, "CoerceThisNS": _this,
    **dict.fromkeys(SIGNS, _operation),
    "AddEmptyString": _as_string, "Inc": _increment, "Dec": _increment,
    **dict.fromkeys(("Not", "Negate", "BitNot"), _negation),
    "GetGlobalObject": _global, "NewObject": _object, "NewObjectWithParent": _object,
    **dict.fromkeys(("NewObjectWithBuffer", "NewObjectWithBufferAndParent"), _literal),
    "ReifyArguments": _arguments, "ReifyArgumentsStrict": _arguments, "ReifyArgumentsLoose": _arguments,
    "NewArray": _array, "NewArrayWithBuffer": _array_literal,
    **dict.fromkeys(("GetById", "TryGetById", "GetByIdWithReceiver"), _get_member),
    **dict.fromkeys(("PutById", "TryPutById", "PutNewOwnById", "PutNewOwnNEById", "DefineOwnById"), _put_member),
    "PutOwnBySlotIdx": _put_slot,
    **dict.fromkeys(("PutOwnByIndex", "DefineOwnByIndex", "DefineOwnInDenseArray"), _put_item),
    **dict.fromkeys(("PutByVal", "PutOwnByVal", "DefineOwnByVal", "PutByValWithReceiver"), _put_value),
    **dict.fromkeys(("PutOwnGetterSetterByVal", "DefineOwnGetterSetterByVal"), _put_getter),
    "CreateGenerator": _generator, "GetBuiltinClosure": _builtin,
    "GetByVal": _get_value, "GetByValWithReceiver": _get_value, "GetByIndex": _get_index,
    **dict.fromkeys(
        ("CreateEnvironment", "CreateFunctionEnvironment", "CreateTopLevelEnvironment", "CreateInnerEnvironment"),
        _new_scope,
    ),
    **dict.fromkeys(("GetEnvironment", "GetParentEnvironment"), _outer_scope),
    "LoadFromEnvironment": _load_variable,
    **dict.fromkeys(("StoreToEnvironment", "StoreNPToEnvironment"), _store_variable),
    **dict.fromkeys(
        ("CreateClosure", "CreateGeneratorClosure", "CreateAsyncClosure"), _closure
    ),
    **dict.fromkeys(("CreateBaseClass", "CreateDerivedClass"), _class),
    **dict.fromkeys(("CreateThis", "CreateThisForNew", "CreateThisForSuper"), _new_this),
    "SelectObject": _select, "GetNewTarget": _target, "LoadParentNoTraps": _base,
    **dict.fromkeys(
        (
            "Call", "Call1", "Call2", "Call3", "Call4", "CallDirect", "CallBuiltin", "Construct", "CallWithNewTarget",
        ),
        _call,
    ),
    "CallRequire": _require, "Jmp": _goto, "JmpTrue": _if, "JmpFalse": _if,
    "JmpUndefined": _if_undefined,
    **dict.fromkeys(_COMPARED, _compare),
    "SaveGenerator": _maybe,
    **dict.fromkeys(("SwitchImm", "UIntSwitchImm", "StringSwitchImm"), _switch),
    "IteratorBegin": _begin, "IteratorNext": _next, "Ret": _return, "Throw": _throw, "Unreachable": _throw,
}  # fmt: skip
