"""Classes of scripts."""

from collections.abc import Callable

from tieback.recognise.script_runs.evaluation import READERS, expression
from tieback.recognise.script_runs.expressions import add_accessor, closure
from tieback.recognise.script_runs.machine import Machine, Thrown
from tieback.recognise.script_runs.syntax import Function, Node
from tieback.recognise.script_runs.values import UNDEFINED, Closure, Native, Object, Scope, Unknown, Value


def class_of(machine: Machine, node: Node) -> Callable[[Scope], Value]:
    """A class as a function that makes it."""
    _, name, above, members, first = node
    above_run = None if above is None else expression(machine, above)
    parts = [
        (
            static,
            kind,
            None if key is None else expression(machine, key),
            value if isinstance(value, Function) or value is None else expression(machine, value),
        )
        for static, kind, key, value in members
    ]

    machine.nodes += len(parts)

    def run(scope: Scope) -> Value:
        inner = Scope(scope)
        base = UNDEFINED if above_run is None else above_run(scope)
        made = closure(machine, first, inner)
        made.is_class = True
        prototype = machine.object()
        prototype.members["constructor"] = made
        made.members["prototype"] = prototype
        made.home = prototype
        _extend(machine, made, prototype, base)
        if name:
            inner.names[name] = made
        later: list[tuple[str, Callable[[Scope], Value] | None]] = []
        for static, kind, key, value in parts:
            holder: Object = made if static else prototype
            if kind == "block" and isinstance(value, Function):
                block = closure(machine, value, inner)
                block.home = made
                try:
                    machine.call(block, made, [])
                except Thrown:
                    continue
                continue
            label = "" if key is None else machine.key(key(inner))
            if isinstance(value, Function):
                if value is not first:
                    _add_method(holder, kind, label, closure(machine, value, inner))
            elif static:
                later.append((label, value))
            else:
                made.fields.append((label, value, inner))
        for label, field in later:
            around = Scope(inner)
            around.names["this"] = made
            found = UNDEFINED if field is None else field(around)
            made.members[label] = found
        return made

    return run


def _extend(machine: Machine, made: Closure, prototype: Object, base: Value) -> None:
    """Put a class below another one."""
    if isinstance(base, (Closure, Native)):
        made.above = base
        over = machine.get(base, "prototype")
        prototype.above = over if isinstance(over, (Object, Unknown)) else None
    elif isinstance(base, Unknown):
        made.above = base
        prototype.above = Unknown(f"{base.path}()")


def _add_method(holder: Object, kind: str, label: str, function: Closure) -> None:
    function.home = function.holder = holder
    if kind == "method":
        holder.members[label] = function
    else:
        add_accessor(holder, label, function, kind)


READERS["class"] = class_of
