"""Functions of objects, maps, functions and JSON. Source: https://tc39.es/ecma262/."""

import json
import math
from typing import Any

from tieback.recognise.script_runs.calls import construct
from tieback.recognise.script_runs.expressions import copy_members
from tieback.recognise.script_runs.library.iteration import first, items, listed
from tieback.recognise.script_runs.machine import Machine, Natives
from tieback.recognise.script_runs.values import (
    GAP,
    UNDEFINED,
    Accessor,
    List,
    Object,
    Proxy,
    Symbol,
    Unknown,
    Value,
    is_callable,
    joined,
    key_value,
    limited,
    text,
)

_MAX_DEPTH = 12
_MAX_JSON = 200_000
_MAX_PARTS = 500


def _own(value: Value) -> dict[str, Value]:
    return value.members if isinstance(value, Object) else {}


def _keys(machine: Machine, _this: Value, arguments: list[Value]) -> Value:
    value = first(arguments)
    return Unknown() if isinstance(value, Unknown) else machine.array(list(machine.keys(value)))


def _values(machine: Machine, _this: Value, arguments: list[Value]) -> Value:
    value = first(arguments)
    if isinstance(value, Unknown):
        return value
    return machine.array([machine.get(value, key) for key in machine.keys(value)])


def _entries(machine: Machine, _this: Value, arguments: list[Value]) -> Value:
    value = first(arguments)
    if isinstance(value, Unknown):
        return value
    return machine.array([machine.array([key, machine.get(value, key)]) for key in machine.keys(value)])


def _from_entries(machine: Machine, _this: Value, arguments: list[Value]) -> Value:
    rows = items(machine, first(arguments))
    if rows is None:
        return Unknown()
    made = machine.object()
    machine.step(len(rows) // 10)
    for row in rows:
        key = machine.get(row, "0")
        if not isinstance(key, Unknown):
            made.members[machine.key(key)] = machine.get(row, "1")
    return made


def _assign(machine: Machine, _this: Value, arguments: list[Value]) -> Value:
    target = first(arguments)
    for source in arguments[1:]:
        if isinstance(target, List) and isinstance(source, List):
            target.items[: len(source.items)] = source.items
        elif isinstance(target, Object):
            if isinstance(source, Unknown):
                copy_members(machine, target, source)
            else:
                for key in machine.keys(source):
                    machine.set(target, key, machine.get(source, key))
        elif isinstance(target, Unknown) and isinstance(source, Object):
            for key in machine.keys(source):
                target.members[key] = machine.get(source, key)
    return target


def _same(_machine: Machine, _this: Value, arguments: list[Value]) -> Value:
    return first(arguments)


def _create(machine: Machine, _this: Value, arguments: list[Value]) -> Value:
    above = first(arguments)
    made = Object(above if isinstance(above, (Object, Unknown)) else None)
    if len(arguments) > 1:
        _define_all(machine, UNDEFINED, [made, arguments[1]])
    return made


def _define(machine: Machine, _this: Value, arguments: list[Value]) -> Value:
    holder, key, how = first(arguments), first(arguments, 1), first(arguments, 2)
    if isinstance(holder, (Object, Unknown)) and not isinstance(key, Unknown) and isinstance(how, Object):
        _define_one(machine, holder, machine.key(key), how)
    return holder


def _define_one(machine: Machine, holder: Object | Unknown, key: str, how: Object) -> None:
    read, write = machine.get(how, "get"), machine.get(how, "set")
    if isinstance(holder, Proxy):
        return
    if is_callable(read) or is_callable(write):
        holder.members[key] = Accessor(read if is_callable(read) else None, write if is_callable(write) else None)
    elif not machine.has(how, "value") and machine.get(holder, key) is not UNDEFINED:
        return  # only how it can be changed
    elif isinstance(holder, List):
        machine.set(holder, key, machine.get(how, "value"))
    else:
        holder.members[key] = machine.get(how, "value")


def _define_all(machine: Machine, _this: Value, arguments: list[Value]) -> Value:
    holder, how = first(arguments), first(arguments, 1)
    if isinstance(holder, Object) and isinstance(how, Object):
        for key in machine.keys(how):
            one = machine.get(how, key)
            if isinstance(one, Object):
                _define_one(machine, holder, key, one)
    return holder


def _names(machine: Machine, _this: Value, arguments: list[Value]) -> Value:
    value = first(arguments)
    if isinstance(value, Unknown):
        return Unknown()
    if isinstance(value, List):
        return machine.array([*machine.keys(value), "length"])
    if isinstance(value, Proxy):
        return machine.array(list(machine.keys(value)))
    return machine.array([key for key in _own(value) if key[:1] not in "#@"])


def _above(_machine: Machine, _this: Value, arguments: list[Value]) -> Value:
    value = first(arguments)
    return value.above if isinstance(value, Object) else Unknown()


def _set_above(_machine: Machine, _this: Value, arguments: list[Value]) -> Value:
    value, above = first(arguments), first(arguments, 1)
    if isinstance(value, Object):
        value.above = above if isinstance(above, (Object, Unknown)) else None
    return value


def _descriptor(machine: Machine, _this: Value, arguments: list[Value]) -> Value:
    value, key = first(arguments), machine.key(first(arguments, 1))
    if isinstance(value, Unknown):
        return Unknown()
    if isinstance(value, Proxy):
        trap = machine.get(value.handler, "getOwnPropertyDescriptor")
        if is_callable(trap):
            return machine.call(trap, value.handler, [value.target, key_value(key)])
        value = value.target
    if not isinstance(value, Object) or key not in value.members:
        return UNDEFINED
    return _described(machine, value.members[key])


def _described(machine: Machine, member: Value) -> Object:
    made = machine.object()
    if isinstance(member, Accessor):
        made.members["get"] = UNDEFINED if member.read is None else member.read
        made.members["set"] = UNDEFINED if member.write is None else member.write
    else:
        made.members["value"], made.members["writable"] = member, True
    made.members["enumerable"] = made.members["configurable"] = True
    return made


def _descriptors(machine: Machine, _this: Value, arguments: list[Value]) -> Value:
    made = machine.object()
    made.members.update({key: _described(machine, one) for key, one in _own(first(arguments)).items()})
    return made


def _is(_machine: Machine, _this: Value, arguments: list[Value]) -> Value:
    one, other = first(arguments), first(arguments, 1)
    return Unknown() if isinstance(one, Unknown) or isinstance(other, Unknown) else one is other or one == other


def _has_own(machine: Machine, this: Value, arguments: list[Value]) -> Value:
    if isinstance(this, Unknown) or isinstance(first(arguments), Unknown):
        return Unknown()
    key = machine.key(first(arguments))
    if isinstance(this, List) and key.isdigit():
        return int(key) < len(this.items)
    return key in _own(this)


def _has_own_static(machine: Machine, _this: Value, arguments: list[Value]) -> Value:
    return _has_own(machine, first(arguments), arguments[1:])


def _is_above(_machine: Machine, this: Value, arguments: list[Value]) -> Value:
    one = first(arguments)
    for _ in range(40):
        if not isinstance(one, Object):
            break
        one = one.above
        if one is this:
            return True
    return False


def _object_text(_machine: Machine, this: Value, _arguments: list[Value]) -> Value:
    if isinstance(this, List):
        return "[object Array]"
    if is_callable(this):
        return "[object Function]"
    if isinstance(this, Unknown):
        return GAP
    if isinstance(this, str):
        return "[object String]"
    if isinstance(this, bool):
        return "[object Boolean]"
    if isinstance(this, (int, float)):
        return "[object Number]"
    if this is None:
        return "[object Null]"
    return "[object Undefined]" if this is UNDEFINED else "[object Object]"


OBJECT: Natives = {
    "keys": _keys, "values": _values, "entries": _entries, "fromEntries": _from_entries, "assign": _assign,
    "freeze": _same, "seal": _same, "preventExtensions": _same, "create": _create, "defineProperty": _define,
    "defineProperties": _define_all, "getOwnPropertyNames": _names, "getPrototypeOf": _above,
    "setPrototypeOf": _set_above, "getOwnPropertyDescriptor": _descriptor, "is": _is, "hasOwn": _has_own_static,
    "getOwnPropertyDescriptors": _descriptors,
    "getOwnPropertySymbols": lambda machine, _this, _arguments: machine.array([]),
    "isFrozen": lambda _machine, _this, _arguments: False,
}  # fmt: skip
OBJECT_METHODS: Natives = {
    "hasOwnProperty": _has_own, "isPrototypeOf": _is_above, "propertyIsEnumerable": _has_own,
    "toString": _object_text, "toLocaleString": _object_text, "valueOf": lambda _machine, this, _arguments: this,
}  # fmt: skip


# Functions


def _call(machine: Machine, this: Value, arguments: list[Value]) -> Value:
    return machine.call(this, first(arguments), arguments[1:])


def _apply(machine: Machine, this: Value, arguments: list[Value]) -> Value:
    given = first(arguments, 1)
    values = [] if given is None or given is UNDEFINED else listed(machine, given)
    return machine.call(this, first(arguments), [Unknown()] if values is None else list(values))


def _bind(machine: Machine, this: Value, arguments: list[Value]) -> Value:
    own, fixed = first(arguments), arguments[1:]

    def run(_this: Value, given: list[Value]) -> Value:
        return machine.call(this, own, [*fixed, *given])

    bound = machine.native("bound", run)
    bound.new = lambda _this, given: construct(machine, this, [*fixed, *given], this)
    return bound


FUNCTION: Natives = {
    "call": _call, "apply": _apply, "bind": _bind, "toString": lambda _machine, _this, _arguments: GAP,
}  # fmt: skip


def _reflect_get(machine: Machine, _this: Value, arguments: list[Value]) -> Value:
    key = first(arguments, 1)
    return Unknown() if isinstance(key, Unknown) else machine.get(first(arguments), machine.key(key))


def _reflect_set(machine: Machine, _this: Value, arguments: list[Value]) -> Value:
    if not isinstance(first(arguments, 1), Unknown):
        machine.set(first(arguments), machine.key(first(arguments, 1)), first(arguments, 2))
    return True


def _reflect_has(machine: Machine, _this: Value, arguments: list[Value]) -> Value:
    found = machine.has(first(arguments), machine.key(first(arguments, 1)))
    return Unknown() if found is None else found


def _reflect_apply(machine: Machine, _this: Value, arguments: list[Value]) -> Value:
    return _apply(machine, first(arguments), arguments[1:])


def _reflect_construct(machine: Machine, _this: Value, arguments: list[Value]) -> Value:
    values = listed(machine, first(arguments, 1))
    target = first(arguments, 2) if len(arguments) > 2 else first(arguments)
    return construct(machine, first(arguments), [Unknown()] if values is None else list(values), target)


def _reflect_delete(machine: Machine, _this: Value, arguments: list[Value]) -> Value:
    _own(first(arguments)).pop(machine.key(first(arguments, 1)), None)
    return True


REFLECT: Natives = {
    "get": _reflect_get, "set": _reflect_set, "has": _reflect_has, "apply": _reflect_apply,
    "construct": _reflect_construct, "ownKeys": _names, "getPrototypeOf": _above, "setPrototypeOf": _set_above,
    "defineProperty": _define, "deleteProperty": _reflect_delete, "getOwnPropertyDescriptor": _descriptor,
}  # fmt: skip


# JSON


def parse(machine: Machine, _this: Value, arguments: list[Value]) -> Value:
    """``JSON.parse``."""
    data = machine.to_text(first(arguments))
    if GAP in data or len(data) > _MAX_JSON:
        return Unknown("JSON")
    machine.step(1 + len(data) // 50)
    try:
        return from_json(machine, json.loads(data))
    except (ValueError, RecursionError):
        raise machine.error("JSON") from None


def from_json(machine: Machine, value: Any) -> Value:
    """A value of JSON as one of the script."""
    if isinstance(value, dict):
        made = machine.object()
        made.members.update({key: from_json(machine, one) for key, one in value.items()})
        return made
    if isinstance(value, list):
        return machine.array([from_json(machine, one) for one in value])
    return value


def stringify(machine: Machine, _this: Value, arguments: list[Value]) -> Value:
    """``JSON.stringify``."""
    replacer = first(arguments, 1)
    names = None
    if isinstance(replacer, List):
        names = {machine.to_text(one) for one in replacer.items[:500]}
    writer = _Writer(machine, replacer if is_callable(replacer) else None, names)
    found = writer.text("", first(arguments), 0)
    return UNDEFINED if found is None else limited(found)


class _Writer:
    """Writes values as JSON."""

    def __init__(self, machine: Machine, replacer: Value, names: set[str] | None) -> None:
        self._machine, self._replacer, self._names = machine, replacer, names

    def text(self, key: str, value: Value, depth: int) -> str | None:
        """A value as JSON; ``None`` if it is left out."""
        machine = self._machine
        machine.step()
        if isinstance(value, Object) and not isinstance(value, List):
            own = machine.get(value, "toJSON")
            if is_callable(own):
                value = machine.call(own, value, [key])
        if self._replacer is not None:
            value = machine.call(self._replacer, UNDEFINED, [key, value])
        if depth > _MAX_DEPTH or isinstance(value, Unknown):
            return GAP
        if isinstance(value, str):
            return json.dumps(value, ensure_ascii=False)
        if value is None or isinstance(value, (bool, int, float)):
            return "null" if isinstance(value, float) and not math.isfinite(value) else text(value)
        if isinstance(value, List):
            items = enumerate(value.items[:_MAX_PARTS])
            return "[" + joined((self.text(str(index), one, depth + 1) or "null" for index, one in items), ",") + "]"
        return self._object(value, depth) if isinstance(value, Object) and not is_callable(value) else None

    def _object(self, value: Object, depth: int) -> str:
        machine = self._machine
        keys = [key for key in machine.keys(value)[:_MAX_PARTS] if self._names is None or key in self._names]
        parts = ((key, self.text(key, machine.get(value, key), depth + 1)) for key in keys)
        return "{" + joined((f"{json.dumps(key)}:{one}" for key, one in parts if one is not None), ",") + "}"


def symbol(machine: Machine, _this: Value, arguments: list[Value]) -> Value:
    """``Symbol(…)``."""
    machine.symbols += 1
    name = "" if first(arguments) is UNDEFINED else machine.to_text(first(arguments))
    return Symbol(f"@@{name}:{machine.symbols}")


def symbol_for(machine: Machine, _this: Value, arguments: list[Value]) -> Value:
    """``Symbol.for``."""
    key = f"@@{machine.to_text(first(arguments))}"
    return machine.shared_symbols.setdefault(key, Symbol(key))
