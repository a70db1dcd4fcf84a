"""Literals, operators and functions of scripts as functions of Python."""

from typing import Any

from tieback.recognise.script_runs.calls import delete, item_values
from tieback.recognise.script_runs.evaluation import READERS, Run, expression, find, fixed, goes_on, is_true
from tieback.recognise.script_runs.machine import MAX_MADE, Full, Machine
from tieback.recognise.script_runs.operators import OPERATORS, unary
from tieback.recognise.script_runs.syntax import Function, Node
from tieback.recognise.script_runs.values import (
    MAX_TEXT,
    UNDEFINED,
    Accessor,
    Closure,
    Object,
    Promise,
    Regex,
    Scope,
    Unknown,
    Value,
    limited,
    truth,
)

_CONSTANTS: dict[str, Value] = {"true": True, "false": False, "null": None}
_MAX_YIELDS = 400
_FUNCTION_SIZE = 300


def _value(machine: Machine, node: Node) -> Run:
    value = node[1]
    if len(node) > 2 and isinstance(value, str) and "://" in value and len(value) > 9 and node[2] >= 0:
        machine.literals.setdefault(value, node[2])
    return lambda _scope: value


def _name(machine: Machine, node: Node) -> Run:
    name = node[1]
    if name == "undefined":
        return lambda _scope: UNDEFINED
    if name in _CONSTANTS:
        constant = _CONSTANTS[name]
        return lambda _scope: constant

    def run(scope: Scope) -> Value:
        one: Scope | None = scope
        while one is not None:
            names = one.names
            if name in names:
                return names[name]
            one = one.outer
        if name == "this":
            return machine.window
        return machine.global_value(name)

    return run


def _template(machine: Machine, node: Node) -> Run:
    texts = node[1]
    values = [expression(machine, one) for one in node[3]]

    def run(scope: Scope) -> Value:
        found, size = [texts[0]], 0
        for value, behind in zip(values, texts[1:], strict=True):
            one = value(scope)
            if not isinstance(one, str):
                one = machine.to_text(one)
            if size <= MAX_TEXT:
                found += (one, behind)
                size += len(one) + len(behind)
        return machine.counted(limited("".join(found)))

    if texts[0].find("://") > 0:
        machine.literals.setdefault(texts[0], -1)
    return run


def _regex(machine: Machine, node: Node) -> Run:
    source, flags = node[1], node[2]
    return lambda _scope: Regex(source, flags, machine.prototypes["RegExp"])


def _array(machine: Machine, node: Node) -> Run:
    items = item_values(machine, node[1])
    return lambda scope: machine.array(items(scope))


def _object(machine: Machine, node: Node) -> Run:
    parts: list[tuple[str, Run | None, Any]] = []
    for one in node[1]:
        way = one[0]
        if way == "spread":
            parts.append((way, None, expression(machine, one[1])))
            continue
        constant = one[1][0] == "value" and isinstance(one[1][1], str)
        key = fixed(one[1][1]) if constant else expression(machine, one[1])
        if way in ("get", "set", "method"):
            parts.append((way, key, one[2]))
        else:
            parts.append(("init", key, expression(machine, one[2])))

    def run(scope: Scope) -> Value:
        made = machine.object()
        for way, key, value in parts:
            if key is None:
                copy_members(machine, made, value(scope))
                continue
            name = machine.key(key(scope))
            if way == "init":
                _add_member(made, name, value(scope))
                continue
            function = closure(machine, value, scope)
            function.home = function.holder = made
            if way == "method":
                made.members[name] = function
            else:
                add_accessor(made, name, function, way)
        return made

    return run


def _add_member(made: Object, name: str, value: Value) -> None:
    if isinstance(value, Closure) and value.holder is None:
        value.holder = made
        if not value.function.name:
            value.function.name = name
    if name == "__proto__":
        made.above = value if isinstance(value, (Object, Unknown)) else None
    else:
        made.members[name] = value


def add_accessor(holder: Object, name: str, function: Closure, way: str) -> None:
    """Give an object a member that a function reads or sets."""
    known = holder.members.get(name)
    if not isinstance(known, Accessor):
        known = holder.members[name] = Accessor()
    if way == "get":
        known.read = function
    else:
        known.write = function


def copy_members(machine: Machine, made: Object, source: Value) -> None:
    """Copy the members of one value to another, as ``...`` does."""
    if isinstance(source, Unknown):
        if isinstance(made.above, Object) and made.above is machine.prototypes["Object"]:
            made.above = Unknown(source.path)  # any member can be there
        for key, value in source.members.items():
            if not isinstance(value, Unknown):
                made.members[key] = value
        return
    keys = machine.keys(source)
    machine.step(1 + len(keys) // 10)
    for key in keys:
        made.members[key] = machine.get(source, key)
    if isinstance(source, Object) and isinstance(source.above, Unknown):
        made.above = source.above


def closure(machine: Machine, function: Function, scope: Scope) -> Closure:
    """A function with the names around it."""
    machine.taken(_FUNCTION_SIZE)
    made = Closure(function, scope, machine.prototypes["Function"])
    if len(machine.made) < MAX_MADE:
        machine.made[function] = made
    return made


def _function(machine: Machine, node: Node) -> Run:
    function: Function = node[1]
    if function.name and ">" not in function.flags:

        def named(scope: Scope) -> Value:
            inner = Scope(scope)
            made = inner.names[function.name] = closure(machine, function, inner)
            return made

        return named
    return lambda scope: closure(machine, function, scope)


def _sequence(machine: Machine, node: Node) -> Run:
    runs = [expression(machine, one) for one in node[1]]

    def run(scope: Scope) -> Value:
        machine.step()
        found: Value = UNDEFINED
        for one in runs:
            found = one(scope)
        return found

    return run


def _binary(machine: Machine, node: Node) -> Run:
    apply = OPERATORS[node[1]]
    left, right = expression(machine, node[2]), expression(machine, node[3])
    if node[1] == "in" and node[2][0] == "name" and node[2][1].startswith("#"):
        name = node[2][1]
        return lambda scope: machine.has(right(scope), name) or False
    return lambda scope: apply(machine, left(scope), right(scope))


def _logic(machine: Machine, node: Node) -> Run:
    left, right, sign = expression(machine, node[2]), expression(machine, node[3]), node[1]
    site = id(node)

    def run(scope: Scope) -> Value:
        value = left(scope)
        return right(scope) if goes_on(machine, sign, value, site) else value

    return run


def _conditional(machine: Machine, node: Node) -> Run:
    test, first, other = (expression(machine, one) for one in node[1:4])
    site = id(node)
    return lambda scope: first(scope) if is_true(machine, test(scope), site) else other(scope)


def _unary(machine: Machine, node: Node) -> Run:
    sign, operand = node[1], node[2]
    if sign == "typeof" and operand[0] == "name":
        return _type_of_name(machine, operand)
    if sign == "delete":
        return delete(machine, operand)
    value = expression(machine, operand)
    if sign == "!":

        def negated(scope: Scope) -> Value:
            found = value(scope)
            known = truth(found)
            return Unknown() if known is None else not known

        return negated
    return lambda scope: unary(machine, sign, value(scope))


def _type_of_name(machine: Machine, operand: Node) -> Run:
    name = operand[1]
    value = expression(machine, operand)

    def run(scope: Scope) -> Value:
        if name not in _CONSTANTS and name not in ("this", "undefined") and find(scope, name) is None:
            return "undefined"
        return unary(machine, "typeof", value(scope))

    return run


def _await(machine: Machine, node: Node) -> Run:
    value = expression(machine, node[1])
    return lambda scope: machine.awaited(value(scope))


def _yield(machine: Machine, node: Node) -> Run:
    value = None if node[1] is None else expression(machine, node[1])
    whole = node[2]

    def run(scope: Scope) -> Value:
        found = UNDEFINED if value is None else value(scope)
        yields = machine.yields
        if yields is None:
            return Unknown()
        if len(yields) >= _MAX_YIELDS:
            raise Full
        if whole:
            yields.extend(machine.items(found) or [])
            return UNDEFINED
        yields.append(found)
        return machine.awaited(found) if isinstance(found, Promise) else found

    return run


READERS.update({
    "value": _value, "name": _name, "template": _template, "regex": _regex, "array": _array, "object": _object,
    "fn": _function, "seq": _sequence, "bin": _binary, "logic": _logic, "cond": _conditional, "unary": _unary,
    "await": _await, "yield": _yield,
})  # fmt: skip
