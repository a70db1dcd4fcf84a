"""Maps and sets of scripts. Source: https://tc39.es/ecma262/#sec-keyed-collections."""

from typing import Any

from tieback.recognise.script_runs.library.iteration import first, items, iterator
from tieback.recognise.script_runs.machine import Machine, Natives
from tieback.recognise.script_runs.values import UNDEFINED, Symbol, Table, Unknown, Value


def make_map(machine: Machine, _this: Value, arguments: list[Value]) -> Value:
    """``new Map(…)``."""
    return _table(machine, arguments, is_map=True)


def make_set(machine: Machine, _this: Value, arguments: list[Value]) -> Value:
    """``new Set(…)``."""
    return _table(machine, arguments, is_map=False)


def _table(machine: Machine, arguments: list[Value], *, is_map: bool) -> Value:
    made = Table(machine.prototypes["Map" if is_map else "Set"], is_map=is_map)
    rows = first(arguments)
    values = [] if rows is None or rows is UNDEFINED else items(machine, rows)
    for row in values or []:
        if is_map:
            _put(made, machine.get(row, "0"), machine.get(row, "1"))
        else:
            _put(made, row, row)
    machine.step(1 + len(made.rows) // 5)
    return made


def _row(key: Value) -> object:
    if isinstance(key, Symbol):
        return key
    return (type(key) is bool, key) if isinstance(key, (str, int, float)) else id(key)


def _put(made: Table, key: Value, value: Value) -> None:
    if len(made.rows) < 20_000:
        made.rows[_row(key)] = key, value


def _map_get(_machine: Machine, this: Value, arguments: list[Value]) -> Value:
    if not isinstance(this, Table) or isinstance(first(arguments), Unknown):
        return Unknown()
    found = this.rows.get(_row(first(arguments)))
    return UNDEFINED if found is None else found[1]


def _map_set(_machine: Machine, this: Value, arguments: list[Value]) -> Value:
    if isinstance(this, Table):
        _put(this, first(arguments), first(arguments, 1) if this.is_map else first(arguments))
    return this


def _map_has(_machine: Machine, this: Value, arguments: list[Value]) -> Value:
    if not isinstance(this, Table) or (isinstance(first(arguments), Unknown) and this.is_map):
        return Unknown()
    return _row(first(arguments)) in this.rows


def _map_delete(_machine: Machine, this: Value, arguments: list[Value]) -> Value:
    return isinstance(this, Table) and this.rows.pop(_row(first(arguments)), None) is not None


def _map_clear(_machine: Machine, this: Value, _arguments: list[Value]) -> Value:
    if isinstance(this, Table):
        this.rows.clear()
    return UNDEFINED


def _map_each(machine: Machine, this: Value, arguments: list[Value]) -> Value:
    if isinstance(this, Table):
        for key, value in list(this.rows.values()):
            machine.call(first(arguments), first(arguments, 1), [value, key, this])
    return UNDEFINED


def _part(index: int) -> Any:
    def run(machine: Machine, this: Value, _arguments: list[Value]) -> Value:
        rows = list(this.rows.values()) if isinstance(this, Table) else []
        if index < 0:
            return iterator(machine, [machine.array([key, value]) for key, value in rows])
        return iterator(machine, [row[index] for row in rows])

    return run


def _iterate(machine: Machine, this: Value, arguments: list[Value]) -> Value:
    return _part(-1 if isinstance(this, Table) and this.is_map else 0)(machine, this, arguments)


MAP: Natives = {
    "get": _map_get, "set": _map_set, "add": _map_set, "has": _map_has, "delete": _map_delete, "clear": _map_clear,
    "forEach": _map_each, "keys": _part(0), "values": _part(1), "entries": _part(-1), "@@iterator": _iterate,
}  # fmt: skip


def map_size(this: Value) -> Value:
    """The number of rows."""
    return len(this.rows) if isinstance(this, Table) else Unknown()
