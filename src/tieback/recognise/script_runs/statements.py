"""Statements of scripts as functions of Python: each gets the names around it, and gives how it ends."""

from collections.abc import Callable
from typing import NamedTuple

from tieback.recognise.script_runs.assignments import assign_to
from tieback.recognise.script_runs.evaluation import expression, find, is_true, long_expression, weighted
from tieback.recognise.script_runs.expressions import closure
from tieback.recognise.script_runs.machine import EXPORTS, Exhausted, Machine, Thrown
from tieback.recognise.script_runs.operators import OPERATORS
from tieback.recognise.script_runs.syntax import Function, Node
from tieback.recognise.script_runs.values import UNDEFINED, Accessor, Native, Object, Scope, Unknown, Value, truth


class End(NamedTuple):
    """How a statement ends, if it is not just over."""

    kind: str
    """``return``, ``break`` or ``continue``."""
    value: Value = UNDEFINED
    label: str = ""


type Step = Callable[[Scope], End | None]
_NOTHING: Step = lambda _scope: None  # noqa: E731
_LEAVES = frozenset(("return", "throw", "break", "continue"))
_MAX_ROWS = 2_000
_NAMES_PER_STEP = 20
"""Names of a turn of a loop that take a step together."""


def statements(machine: Machine, nodes: list[Node], functions: list[Function]) -> Step:
    """Statements in turn, with the functions that they declare."""
    steps = [statement(machine, one) for one in nodes if one[0] != "empty"]

    def run(scope: Scope) -> End | None:
        names = scope.names
        for function in functions:
            names[function.name] = closure(machine, function, scope)
        for one in steps:
            end = one(scope)
            if end is not None:
                return end
        return None

    return run


def statement(machine: Machine, node: Node) -> Step:
    """A statement as a function."""
    return _READERS[node[0]](machine, node)


def _expression(machine: Machine, node: Node) -> Step:
    value = long_expression(machine, node[1])

    def run(scope: Scope) -> None:
        machine.step()
        value(scope)

    return run


def _block(machine: Machine, node: Node) -> Step:
    inner = statements(machine, node[1], node[2])
    if node[2] or any(one[0] in ("class", "function") or (one[0] == "var" and one[1] != "var") for one in node[1]):
        return lambda scope: inner(Scope(scope))
    return inner


def _variables(machine: Machine, node: Node) -> Step:
    kind = node[1]
    before = machine.nodes
    parts = [
        (
            assign_to(machine, target, kind=kind),
            None if value is None else expression(machine, value),
        )
        for target, value in node[2]
    ]
    is_var = kind == "var"

    def give_all(scope: Scope) -> None:
        machine.step()
        for give, value in parts:
            if value is not None:
                give(scope, value(scope))
            elif not is_var:
                give(scope, UNDEFINED)

    return weighted(machine, give_all, machine.nodes - before)


def _class(machine: Machine, node: Node) -> Step:
    made, name = long_expression(machine, node[2]), node[1]

    def run(scope: Scope) -> None:
        machine.step()
        scope.names[name] = made(scope)

    return run


def _return(machine: Machine, node: Node) -> Step:
    if node[1] is None:
        nothing = End("return")
        return lambda _scope: nothing
    value = long_expression(machine, node[1])

    def run(scope: Scope) -> End:
        machine.step()
        return End("return", value(scope))

    return run


def _throw(machine: Machine, node: Node) -> Step:
    value = long_expression(machine, node[1])

    def run(scope: Scope) -> None:
        machine.step()
        raise Thrown(value(scope))

    return run


def _leaves(node: Node) -> bool:
    """True if a statement leaves the code around it."""
    if node[0] == "block":
        return bool(node[1]) and _leaves(node[1][-1])
    return node[0] in _LEAVES


def _if(machine: Machine, node: Node) -> Step:
    test, first = long_expression(machine, node[1]), statement(machine, node[2])
    other = statement(machine, node[3]) if node[3] else _NOTHING
    usual = not _leaves(node[2])
    site = id(node)

    def run(scope: Scope) -> End | None:
        machine.step()
        value = test(scope)
        found = truth(value)
        if found is None:
            found = machine.decide(site, usual=usual)
        return first(scope) if found else other(scope)

    return run


def _ends_loop(end: End | None, labels: tuple[str, ...]) -> tuple[bool, End | None]:
    """True if a loop is over after an iteration, and how it ends."""
    if end is None or (end.kind == "continue" and (not end.label or end.label in labels)):
        return False, None
    if end.kind == "break" and (not end.label or end.label in labels):
        return True, None
    return True, end


def _loop(machine: Machine, node: Node, labels: tuple[str, ...] = ()) -> Step:
    way = node[0]
    if way == "each":
        return _each(machine, node, labels)
    if way == "for":
        return _for(machine, node, labels)
    test_node, body_node = (node[1], node[2]) if way == "while" else (node[2], node[1])
    test, body = long_expression(machine, test_node), statement(machine, body_node)
    site = id(node)

    def run(scope: Scope) -> End | None:
        first = way == "do"
        while first or is_true(machine, test(scope), site):
            first = False
            machine.step()
            over, end = _ends_loop(body(scope), labels)
            if over:
                return end
        return None

    return run


def _for(machine: Machine, node: Node, labels: tuple[str, ...]) -> Step:
    kind, first, test_node, update_node, body = node[1], node[2], node[3], node[4], statement(machine, node[5])
    begin: Step = _NOTHING
    names: list[str] = []
    if kind:
        begin = _variables(machine, ("var", kind, first))
        names = [target[1] for target, _ in first if target[0] == "name"] if kind == "let" else []
    elif first is not None:
        begin = _expression(machine, ("expr", first))
    test = None if test_node is None else long_expression(machine, test_node)
    update = None if update_node is None else long_expression(machine, update_node)
    site = id(node)

    def run(scope: Scope) -> End | None:
        inner = Scope(scope) if kind and kind != "var" else scope
        begin(inner)
        while test is None or is_true(machine, test(inner), site):
            machine.step()
            over, end = _ends_loop(body(inner), labels)
            if over:
                return end
            if names:  # a closure keeps the names of its own turn
                values = inner.names
                machine.step(len(names) // _NAMES_PER_STEP)
                inner = Scope(scope)
                inner.names.update(values)
            if update is not None:
                update(inner)
        return None

    return run


def _each(machine: Machine, node: Node, labels: tuple[str, ...]) -> Step:
    way, kind, target = node[1:4]
    rows, body = long_expression(machine, node[4]), statement(machine, node[5])
    give = assign_to(machine, target, kind=kind)

    def run(scope: Scope) -> End | None:
        value = rows(scope)
        if way == "in":
            items: list[Value] | None = None if isinstance(value, Unknown) else list(machine.keys(value))
        else:
            items = machine.items(value)
        for item in [Unknown()] if items is None else items[:_MAX_ROWS]:
            machine.step()
            inner = Scope(scope) if kind and kind != "var" else scope
            give(inner, item)
            over, end = _ends_loop(body(inner), labels)
            if over:
                return end
        return None

    return run


def _label(machine: Machine, node: Node) -> Step:
    label, inner = node[1], node[2]
    labels = [label]
    while inner[0] == "label":
        labels.append(inner[1])
        inner = inner[2]
    names = tuple(labels)
    step = _loop(machine, inner, names) if inner[0] in ("while", "do", "for", "each") else statement(machine, inner)

    def run(scope: Scope) -> End | None:
        end = step(scope)
        return None if end is not None and end.kind == "break" and end.label in names else end

    return run


def _jump(_machine: Machine, node: Node) -> Step:
    end = End(node[0], UNDEFINED, node[1])
    return lambda _scope: end


def _try(machine: Machine, node: Node) -> Step:
    body = statement(machine, node[1])
    target = None if node[2] is None else assign_to(machine, node[2], kind="let")
    handler = None if node[3] is None else statement(machine, node[3])
    last = None if node[4] is None else statement(machine, node[4])

    def run(scope: Scope) -> End | None:
        end: End | None = None
        thrown: Thrown | None = None
        try:
            end = body(scope)
        except Thrown as error:
            thrown = error
        except Exhausted:
            raise
        if thrown is not None and handler is not None:
            inner = Scope(scope)
            if target is not None:
                target(inner, thrown.value)
            thrown = None
            try:
                end = handler(inner)
            except Thrown as error:
                thrown = error
        if last is not None:
            final = last(scope)
            if final is not None:
                return final
        if thrown is not None:
            raise thrown
        return end

    return run


def _switch(machine: Machine, node: Node) -> Step:
    value = long_expression(machine, node[1])
    functions: list[Function] = []
    cases = [
        (None if test is None else long_expression(machine, test), statements(machine, body, functions), id(test))
        for test, body in node[2]
    ]
    same = OPERATORS["==="]

    def run(scope: Scope) -> End | None:
        machine.step()
        found = value(scope)
        inner = Scope(scope)
        begin = -1
        for index, (test, _, site) in enumerate(cases):
            if index and not index % _NAMES_PER_STEP:
                machine.step()
            if test is not None and is_true(machine, same(machine, found, test(inner)), site):
                begin = index
                break
        if begin < 0:
            begin = next((index for index, (test, _, _) in enumerate(cases) if test is None), -1)
            if begin < 0:
                return None
        for _, body, _ in cases[begin:]:
            end = body(inner)
            if end is not None:
                return None if end.kind == "break" and not end.label else end
        return None

    return run


def _import(machine: Machine, node: Node) -> Step:
    names, path = node[1], node[2]

    def run(scope: Scope) -> None:
        exports = machine.module(scope, path)
        for name, own in names:
            scope.names[own] = exports if name == "*" else machine.get(exports, name)

    return run


def _exports_of(scope: Scope) -> Object | None:
    around = find(scope, EXPORTS)
    return around.names[EXPORTS] if around else None


def _export(machine: Machine, node: Node) -> Step:
    pairs, path = node[1], node[2]

    def run(scope: Scope) -> None:
        exports = _exports_of(scope)
        if exports is None:
            return
        if not path:
            for name, other in pairs:
                _add_export(exports, scope, name, other)
            return
        source = machine.module(scope, path)
        for name, other in pairs:
            if name != "*":
                exports.members[other] = machine.get(source, name)
            elif other:
                exports.members[other] = source
            elif isinstance(source, Object):
                for key, value in source.members.items():
                    exports.members.setdefault(key, value)

    return run


def _add_export(exports: Object, scope: Scope, name: str, other: str) -> None:
    """Export a name, whose value can be set later."""
    read = Native("export", lambda _this, _given: scope.names.get(name, UNDEFINED), None)
    exports.members[other] = Accessor(read)


def _exported(machine: Machine, node: Node) -> Step:
    step, pairs = statement(machine, node[1]), node[2]

    def run(scope: Scope) -> End | None:
        end = step(scope)
        exports = _exports_of(scope)
        if exports is not None:
            for name, other in pairs:
                _add_export(exports, scope, name, other)
        return end

    return run


def _default(machine: Machine, node: Node) -> Step:
    value = expression(machine, node[1])

    def run(scope: Scope) -> None:
        machine.step()
        found = value(scope)
        exports = _exports_of(scope)
        if exports is not None:
            exports.members["default"] = found

    return run


def _empty(_machine: Machine, _node: Node) -> Step:
    return _NOTHING


_READERS: dict[str, Callable[[Machine, Node], Step]] = {
    "expr": _expression, "block": _block, "var": _variables, "class": _class, "return": _return, "throw": _throw,
    "if": _if, "while": _loop, "do": _loop, "for": _loop, "each": _loop, "label": _label, "break": _jump,
    "continue": _jump, "try": _try, "switch": _switch, "import": _import, "export": _export,
    "exported": _exported, "default": _default, "empty": _empty,
}  # fmt: skip
