"""Assignments of scripts: to names, members and patterns."""

from collections.abc import Callable

from tieback.recognise.script_runs.evaluation import READERS, Run, expression, find, goes_on
from tieback.recognise.script_runs.expressions import copy_members
from tieback.recognise.script_runs.machine import Machine
from tieback.recognise.script_runs.operators import OPERATORS
from tieback.recognise.script_runs.syntax import Node
from tieback.recognise.script_runs.values import UNDEFINED, Closure, Scope, Unknown, Value, number


def assign_to(machine: Machine, target: Node, *, kind: str = "") -> Callable[[Scope, Value], None]:
    """A function that gives a value to a name, a member or a pattern.

    Args:
        machine: the run.
        target: what gets the value.
        kind: ``var``, ``let`` or ``const`` of a declaration.
    """
    machine.nodes += 1
    match target[0]:
        case "name":
            return _to_name(machine, target[1], kind)
        case "member":
            holder, name = expression(machine, target[1]), target[2]
            return lambda scope, value: machine.set(holder(scope), name, value)
        case "index":
            holder, index = expression(machine, target[1]), expression(machine, target[2])

            def to_index(scope: Scope, value: Value) -> None:
                one, key = holder(scope), index(scope)
                if not isinstance(key, Unknown):
                    machine.set(one, machine.key(key), value)

            return to_index
        case "assign":
            inner, default = assign_to(machine, target[2], kind=kind), expression(machine, target[3])
            return lambda scope, value: inner(scope, default(scope) if value is UNDEFINED else value)
        case "array":
            return _to_array(machine, target, kind)
        case "object":
            return _to_object(machine, target, kind)
        case "group" | "chain":
            return assign_to(machine, target[1], kind=kind)
    return lambda _scope, _value: None


def _to_name(machine: Machine, name: str, kind: str) -> Callable[[Scope, Value], None]:
    if kind in ("let", "const"):

        def declare(scope: Scope, value: Value) -> None:
            scope.names[name] = value
            if isinstance(value, Closure) and not value.function.name:
                value.function.name = name

        return declare

    def to_name(scope: Scope, value: Value) -> None:
        one = find(scope, name)
        (machine.globals if one is None else one).names[name] = value
        if isinstance(value, Closure) and not value.function.name:
            value.function.name = name

    return to_name


def _to_array(machine: Machine, target: Node, kind: str) -> Callable[[Scope, Value], None]:
    parts = [
        None
        if one is None
        else (one[0] == "spread", assign_to(machine, one[1] if one[0] == "spread" else one, kind=kind))
        for one in target[1]
    ]

    def run(scope: Scope, value: Value) -> None:
        items = machine.items(value)
        for index, part in enumerate(parts):
            if part is None:
                continue
            rest, give = part
            if rest:
                give(scope, Unknown() if items is None else machine.array(items[index:]))
            elif items is None:
                give(scope, machine.get(value, str(index)) if isinstance(value, Unknown) else Unknown())
            else:
                give(scope, items[index] if index < len(items) else UNDEFINED)

    return run


def _to_object(machine: Machine, target: Node, kind: str) -> Callable[[Scope, Value], None]:
    parts: list[tuple[Run | None, Callable[[Scope, Value], None]]] = []
    for one in target[1]:
        if one[0] == "spread":
            parts.append((None, assign_to(machine, one[1], kind=kind)))
        else:
            parts.append((expression(machine, one[1]), assign_to(machine, one[2], kind=kind)))

    def run(scope: Scope, value: Value) -> None:
        taken: set[str] = set()
        for key, give in parts:
            if key is None:
                rest = machine.object()
                copy_members(machine, rest, value)
                for name in taken:
                    rest.members.pop(name, None)
                give(scope, rest)
                continue
            name = machine.key(key(scope))
            taken.add(name)
            give(scope, machine.get(value, name))

    return run


def _assign(machine: Machine, node: Node) -> Run:
    sign, target = node[1], node[2]
    value = expression(machine, node[3])
    give = assign_to(machine, target)
    if sign == "=":

        def run(scope: Scope) -> Value:
            found = value(scope)
            give(scope, found)
            return found

        return run
    before = expression(machine, target)
    if sign in ("&&=", "||=", "??="):
        site, short = id(node), sign[:-1]

        def logical(scope: Scope) -> Value:
            found = before(scope)
            if goes_on(machine, short, found, site):
                found = value(scope)
                give(scope, found)
            return found

        return logical
    apply = OPERATORS[sign[:-1]]

    def combined(scope: Scope) -> Value:
        found = apply(machine, before(scope), value(scope))
        give(scope, found)
        return found

    return combined


def _update(machine: Machine, node: Node) -> Run:
    change = 1 if node[1] == "++" else -1
    before, value, give = node[2], expression(machine, node[3]), assign_to(machine, node[3])

    def run(scope: Scope) -> Value:
        old = value(scope)
        found = number(old)
        new: Value = Unknown() if found is None else found + change
        give(scope, new)
        return new if before else (old if found is None else found)

    return run


READERS.update({"assign": _assign, "update": _update})
