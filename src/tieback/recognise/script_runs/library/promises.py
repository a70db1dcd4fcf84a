"""Promises of scripts. Source: https://tc39.es/ecma262/#sec-promise-objects."""

from tieback.recognise.script_runs.library.iteration import first, items
from tieback.recognise.script_runs.machine import Machine, Natives, Thrown
from tieback.recognise.script_runs.values import UNDEFINED, Closure, Promise, Unknown, Value, is_callable


def promise(machine: Machine, _this: Value, arguments: list[Value]) -> Value:
    """``new Promise(…)``."""
    made = Promise(machine.prototypes["Promise"])
    give = machine.native("resolve", lambda _this, given: machine.settle(made, first(given)))
    fail = machine.native("reject", lambda _this, given: machine.settle(made, first(given), failed=True))
    try:
        machine.call(first(arguments), UNDEFINED, [give, fail])
    except Thrown as error:
        machine.settle(made, error.value, failed=True)
    return made


def _then(machine: Machine, this: Value, arguments: list[Value]) -> Value:
    if not isinstance(this, Promise):
        return Unknown()
    made = Promise(machine.prototypes["Promise"])
    done, failed = first(arguments), first(arguments, 1)

    def run() -> None:
        handler = failed if this.failed else done
        if not is_callable(handler) and not isinstance(handler, Unknown):
            machine.settle(made, this.value, failed=this.failed)
            return
        try:
            machine.settle(made, machine.call(handler, UNDEFINED, [this.value]))
        except Thrown as error:
            machine.settle(made, error.value, failed=True)

    if this.settled:
        machine.jobs.append(run)
    else:
        this.waiting.append(run)
    if this.is_open and isinstance(failed, Closure):
        machine.later(failed, UNDEFINED, [Unknown()])
    made.is_open = this.is_open
    return made


def _catch(machine: Machine, this: Value, arguments: list[Value]) -> Value:
    return _then(machine, this, [UNDEFINED, first(arguments)])


def _finally(machine: Machine, this: Value, arguments: list[Value]) -> Value:
    handler = first(arguments)

    def run(_this: Value, given: list[Value]) -> Value:
        machine.call(handler, UNDEFINED, [])
        return first(given)

    return _then(machine, this, [machine.native("", run), machine.native("", run)])


PROMISE: Natives = {"then": _then, "catch": _catch, "finally": _finally}


def _resolved(machine: Machine, _this: Value, arguments: list[Value]) -> Value:
    value = first(arguments)
    return value if isinstance(value, Promise) else machine.promise(value)


def _rejected(machine: Machine, _this: Value, arguments: list[Value]) -> Value:
    return machine.promise(first(arguments), failed=True)


def _awaited(machine: Machine, value: Value) -> Value:
    try:
        return machine.awaited(value)
    except Thrown:
        return Unknown()


def _all(machine: Machine, _this: Value, arguments: list[Value]) -> Value:
    values = items(machine, first(arguments))
    if values is None:
        return machine.promise(Unknown())
    return machine.promise(machine.array([_awaited(machine, one) for one in values]))


def _all_settled(machine: Machine, _this: Value, arguments: list[Value]) -> Value:
    found = []
    for one in items(machine, first(arguments)) or []:
        made = machine.object()
        made.members["status"], made.members["value"] = "fulfilled", _awaited(machine, one)
        found.append(made)
    return machine.promise(machine.array(list(found)))


def _first_of(machine: Machine, _this: Value, arguments: list[Value]) -> Value:
    values = items(machine, first(arguments))
    return machine.promise(_awaited(machine, values[0]) if values else Unknown())


def _with_resolvers(machine: Machine, _this: Value, _arguments: list[Value]) -> Value:
    made, parts = Promise(machine.prototypes["Promise"]), machine.object()
    parts.members["promise"] = made
    parts.members["resolve"] = machine.native("", lambda _this, given: machine.settle(made, first(given)))
    parts.members["reject"] = machine.native("", lambda _this, given: machine.settle(made, first(given), failed=True))
    return parts


PROMISES: Natives = {
    "resolve": _resolved, "reject": _rejected, "all": _all, "allSettled": _all_settled, "race": _first_of,
    "any": _first_of, "withResolvers": _with_resolvers,
}  # fmt: skip
