"""Items of values that loops and spreads go through."""

from collections import deque

from tieback.recognise.script_runs.machine import Machine
from tieback.recognise.script_runs.values import (
    GAP,
    UNDEFINED,
    Closure,
    List,
    Native,
    Object,
    Proxy,
    Query,
    Table,
    Unknown,
    Value,
    truth,
)

MAX_ITEMS = 5_000
"""Most items that are read of one value."""


def items(machine: Machine, value: Value) -> list[Value] | None:
    """The items of a value; ``None`` if they are not known."""
    if isinstance(value, List):
        machine.taken(8 * len(value.items))
        return list(value.items)
    if isinstance(value, str):
        machine.taken(8 * len(value))
        return None if GAP in value else list(value)
    if isinstance(value, Table):
        machine.taken(8 * len(value.rows))
        return [machine.array([key, one]) if value.is_map else key for key, one in list(value.rows.values())]
    if isinstance(value, Query):
        return [machine.array([name, one]) for name, one in value.pairs]
    if isinstance(value, Proxy):
        return items(machine, value.target)
    if isinstance(value, Object):
        whole = value.members.get("@@values")
        if isinstance(whole, Native):
            return items(machine, whole.call(value, []))
        begin = UNDEFINED if value.above is machine.prototypes["Generator"] else machine.get(value, "@@iterator")
        if isinstance(begin, (Closure, Native)):
            return _from(machine, machine.call(begin, value, []))
        if isinstance(value.members.get("next"), (Closure, Native)):
            return _from(machine, value)
    return None if isinstance(value, (Unknown, Object)) else []


def _from(machine: Machine, iterator: Value) -> list[Value] | None:
    """What an iterator gives."""
    if isinstance(iterator, (List, Table)):
        return items(machine, iterator)
    if not isinstance(iterator, Object):
        return None
    whole = iterator.members.get("@@values")
    if isinstance(whole, Native):
        return items(machine, whole.call(iterator, []))
    found: list[Value] = []
    step = machine.get(iterator, "next")
    while len(found) < MAX_ITEMS:
        result = machine.call(step, iterator, [])
        done = truth(machine.get(result, "done"))
        if done is None or done:
            break
        found.append(machine.get(result, "value"))
    return found


def listed(machine: Machine, value: Value) -> list[Value] | None:
    """The items of a list, or of an object with a length; ``None`` if they are not known."""
    if isinstance(value, List):
        return value.items
    if isinstance(value, Object) and not isinstance(value, (Table, Proxy)):
        length = machine.get(value, "length")
        if isinstance(length, int) and not isinstance(length, bool) and 0 <= length <= MAX_ITEMS:
            machine.step(1 + length // 20)
            return [machine.get(value, str(index)) for index in range(length)]
    return items(machine, value)


def iterator(machine: Machine, values: list[Value]) -> Object:
    """An object that gives values one by one."""
    made, waiting = Object(machine.prototypes["Generator"]), deque(values)

    def advance(_this: Value, _arguments: list[Value]) -> Value:
        result = machine.object()
        is_over = not waiting
        result.members["value"] = UNDEFINED if is_over else waiting.popleft()
        result.members["done"] = is_over
        return result

    def rest(_this: Value, _arguments: list[Value]) -> Value:
        found = machine.array(list(waiting))
        waiting.clear()
        return found

    made.members["next"] = machine.native("next", advance)
    made.members["@@values"] = machine.native("values", rest)
    return made


def itself(_machine: Machine, this: Value, _arguments: list[Value]) -> Value:
    """An iterator as its own iterator."""
    return this


def first(arguments: list[Value], index: int = 0) -> Value:
    """An argument, or ``undefined``."""
    return arguments[index] if index < len(arguments) else UNDEFINED
