"""Members, calls and ``new`` of scripts."""

from collections.abc import Callable

from tieback.recognise.script_runs.evaluation import ABSENT, READERS, Run, expression, find, fixed
from tieback.recognise.script_runs.machine import Machine
from tieback.recognise.script_runs.syntax import Node
from tieback.recognise.script_runs.values import (
    GAP,
    UNDEFINED,
    Accessor,
    Closure,
    Holder,
    Native,
    Object,
    Proxy,
    Scope,
    Unknown,
    Value,
)


def _callee(machine: Machine, node: Node) -> Callable[[Scope], tuple[Value, Value]]:
    """A function that is called, and its ``this``."""
    if node[0] == "group":
        node = node[1]
    if node[0] == "chain":
        node = node[1]
    if node[0] == "member" and node[1] == ("name", "super"):
        name = node[2]

        def of_super(scope: Scope) -> tuple[Value, Value]:
            this = find(scope, "this")
            return _super_member(machine, scope, name), this.names["this"] if this else UNDEFINED

        return of_super
    if node[0] in ("member", "index"):
        holder = expression(machine, node[1])
        name = node[2] if node[0] == "member" else ""
        index = None if node[0] == "member" else expression(machine, node[2])
        optional = node[3]

        def of_member(scope: Scope) -> tuple[Value, Value]:
            this = holder(scope)
            if this is ABSENT or (optional and (this is None or this is UNDEFINED)):
                return ABSENT, UNDEFINED
            if index is None:
                return machine.get(this, name), this
            return at_index(machine, this, index(scope)), this

        return of_member
    value = expression(machine, node)
    return lambda scope: (value(scope), UNDEFINED)


def _call(machine: Machine, node: Node) -> Run:
    at, optional = node[3], node[4]
    arguments = item_values(machine, node[2])
    if node[1] == ("name", "super"):
        return lambda scope: super_call(machine, scope, arguments(scope))
    if node[1][0] == "name" and node[1][1] == "eval":

        def evaluate(scope: Scope) -> Value:
            given = arguments(scope)
            if at >= 0:
                machine.at = at
            return run_text(machine, given, scope)

        return evaluate
    callee = _callee(machine, node[1])

    def run(scope: Scope) -> Value:
        function, this = callee(scope)
        if function is ABSENT or (optional and (function is None or function is UNDEFINED)):
            return ABSENT
        given = arguments(scope)
        if at >= 0:  # in a text that the script runs, it is the call that runs the text
            machine.at = at
        return machine.call(function, this, given)

    return run


def run_text(machine: Machine, arguments: list[Value], scope: Scope) -> Value:
    """``eval`` of a text that the script has made."""
    from tieback.recognise.script_runs.sources import compiled_text

    if not arguments or not isinstance(arguments[0], str):
        return arguments[0] if arguments else UNDEFINED
    run = compiled_text(machine, arguments[0])
    return Unknown() if run is None else run(scope)


def super_call(machine: Machine, scope: Scope, arguments: list[Value]) -> Value:
    """Call the constructor of the class above, and add the fields of this one."""
    around, this_scope = find(scope, "%function"), find(scope, "this")
    if around is None or this_scope is None:
        return UNDEFINED
    function, this = around.names["%function"], this_scope.names["this"]
    made = around.names.get("%new", UNDEFINED)
    above = function.above
    if isinstance(above, (Closure, Native)):
        found = construct(machine, above, arguments, made, this if isinstance(this, Object) else None)
        if isinstance(found, Object):
            this_scope.names["this"] = this = found
    elif isinstance(above, Unknown) and isinstance(this, Object):
        machine.external(above.path, UNDEFINED, arguments)
    add_fields(function, this)
    return this


def add_fields(function: Closure, this: Value) -> None:
    """Give a new object the fields of its class."""
    if not isinstance(this, Object):
        return
    for name, value, scope in function.fields:
        inner = Scope(scope)
        inner.names["this"] = this
        found = UNDEFINED if value is None else value(inner)
        if isinstance(found, Closure) and found.holder is None:
            found.holder = this
        this.members[name] = found


def construct(
    machine: Machine, function: Value, arguments: list[Value], target: Value, this: Object | None = None
) -> Value:
    """What ``new`` makes, or what the function above does to ``this``."""
    if isinstance(function, Closure):
        if this is None:
            above = machine.get(target if isinstance(target, (Closure, Native)) else function, "prototype")
            this = Object(above if isinstance(above, (Object, Unknown)) else machine.prototypes["Object"])
        function.latest = this
        is_derived = (
            function.is_class
            and isinstance(function.above, (Closure, Native, Unknown))
            and (function.above is not machine.prototypes["Function"])
        )
        if function.is_class and not is_derived:
            add_fields(function, this)
        found = machine.call(function, this, arguments, target)
        return found if isinstance(found, Object) else this
    if isinstance(function, Native):
        machine.step()
        if function.new is None:
            return function.call(UNDEFINED if this is None else this, arguments)
        made = function.new(UNDEFINED, arguments)
        if this is not None and isinstance(made, Object):
            above_made = this.above
            made.above = above_made
            for key, value in this.members.items():
                made.members.setdefault(key, value)
        return made
    if isinstance(function, Unknown):
        machine.external(f"new {function.path}", UNDEFINED, arguments)
        return Unknown(f"{function.path}()")
    if isinstance(function, Proxy):
        trap = machine.get(function.handler, "construct")
        if isinstance(trap, Closure):
            return machine.call(trap, UNDEFINED, [function.target, machine.array(arguments)])
        return construct(machine, function.target, arguments, function.target)
    return Unknown()


def _new(machine: Machine, node: Node) -> Run:
    function, arguments, at = expression(machine, node[1]), item_values(machine, node[2]), node[3]

    def run(scope: Scope) -> Value:
        made = function(scope)
        given = arguments(scope)
        if at >= 0:
            machine.at = at
        return construct(machine, made, given, made)

    return run


def _member(machine: Machine, node: Node) -> Run:
    holder, name, optional = node[1], node[2], node[3]
    if holder == ("name", "super"):
        return lambda scope: _super_member(machine, scope, name)
    value = expression(machine, holder)
    get = machine.get
    if not optional:
        return lambda scope: get(value(scope), name)

    def run(scope: Scope) -> Value:
        found = value(scope)
        if found is None or found is UNDEFINED or found is ABSENT:
            return ABSENT
        return get(found, name)

    return run


def _super_member(machine: Machine, scope: Scope, name: str) -> Value:
    around = find(scope, "%home")
    home = around.names["%home"] if around else None
    above = home.above if isinstance(home, Object) else None
    if above is None:
        return Unknown(f"super.{name}")
    found: Value = UNDEFINED
    one: Value = above
    for _ in range(40):
        if isinstance(one, Unknown):
            return machine.get(one, name)
        if not isinstance(one, Object):
            break
        if name in one.members:
            found = one.members[name]
            break
        if isinstance(one, Holder) and name in one.table:
            return machine.get(one, name)
        one = one.above
    if isinstance(found, Accessor):
        this = find(scope, "this")
        return machine.call(found.read, this.names["this"] if this else UNDEFINED, [])
    return found


def _index(machine: Machine, node: Node) -> Run:
    value, index, optional = expression(machine, node[1]), expression(machine, node[2]), node[3]

    def run(scope: Scope) -> Value:
        found = value(scope)
        if found is ABSENT or (optional and (found is None or found is UNDEFINED)):
            return ABSENT
        return at_index(machine, found, index(scope))

    return run


def at_index(machine: Machine, value: Value, key: Value) -> Value:
    """The member of a value whose key is a value."""
    if isinstance(key, Unknown):
        return Unknown()
    name = machine.key(key)
    if GAP in name:
        return UNDEFINED if _lacks(machine, value, name) else Unknown()
    return machine.get(value, name)


def _lacks(machine: Machine, value: Value, name: str) -> bool:
    """True if a plain object has no member whose name can be one of which not all is known."""
    if type(value) is not Object or value.above is not machine.prototypes["Object"] or name == GAP:
        return False
    begin, end = name.partition(GAP)[0], name.rpartition(GAP)[2]
    return not any(key.startswith(begin) and key.endswith(end) for key in value.members)


def _chain(machine: Machine, node: Node) -> Run:
    value = expression(machine, node[1])

    def run(scope: Scope) -> Value:
        found = value(scope)
        return UNDEFINED if found is ABSENT else found

    return run


def _group(machine: Machine, node: Node) -> Run:
    return expression(machine, node[1])


def _tagged(machine: Machine, node: Node) -> Run:
    tag, values = _callee(machine, node[1]), [expression(machine, one) for one in node[4]]
    texts, raws = node[2], node[3]

    def run(scope: Scope) -> Value:
        function, this = tag(scope)
        parts = machine.array(list(texts))
        parts.members["raw"] = machine.array(list(raws))
        return machine.call(function, this, [parts, *(value(scope) for value in values)])

    return run


def item_values(machine: Machine, nodes: list[Node | None]) -> Callable[[Scope], list[Value]]:
    """Values of arguments or items, with those that are spread."""
    machine.nodes += len(nodes)
    if not any(one is not None and one[0] == "spread" for one in nodes):
        plain = [(lambda _scope: UNDEFINED) if one is None else expression(machine, one) for one in nodes]
        return lambda scope: [one(scope) for one in plain]
    runs = [
        (one[0] == "spread", expression(machine, one[1] if one[0] == "spread" else one))
        for one in nodes
        if one is not None
    ]

    def run(scope: Scope) -> list[Value]:
        found: list[Value] = []
        for spread, one in runs:
            value = one(scope)
            if spread:
                items = machine.items(value)
                found.extend([Unknown()] if items is None else items)
                machine.step(1 + len(found) // 50)
            else:
                found.append(value)
        return found

    return run


def _imported(machine: Machine, node: Node) -> Run:
    arguments = item_values(machine, node[1])

    def run(scope: Scope) -> Value:
        path = arguments(scope)
        return machine.promise(machine.module(scope, path[0] if path and isinstance(path[0], str) else ""))

    return run


def remove(machine: Machine, holder: Object, name: str) -> None:
    """Remove a member of an object."""
    if isinstance(holder, Proxy):
        trap = machine.get(holder.handler, "deleteProperty")
        if isinstance(trap, Closure):
            machine.call(trap, holder.handler, [holder.target, name])
        elif isinstance(holder.target, Object):
            holder.target.members.pop(name, None)
    else:
        holder.members.pop(name, None)


def delete(machine: Machine, operand: Node) -> Run:
    """``delete`` of a member."""
    if operand[0] not in ("member", "index"):
        return lambda _scope: True
    value = expression(machine, operand[1])
    key = fixed(operand[2]) if operand[0] == "member" else expression(machine, operand[2])

    def run(scope: Scope) -> Value:
        holder = value(scope)
        if isinstance(holder, Object):
            remove(machine, holder, machine.key(key(scope)))
        return True

    return run


READERS.update({
    "member": _member, "index": _index, "chain": _chain, "group": _group, "call": _call, "new": _new,
    "tagged": _tagged, "imported": _imported,
})  # fmt: skip
