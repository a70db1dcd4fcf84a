"""Methods of lists. Source: https://tc39.es/ecma262/#sec-indexed-collections."""

from collections.abc import Callable
from functools import cmp_to_key

from tieback.recognise.script_runs.library.iteration import first, items, iterator, listed
from tieback.recognise.script_runs.library.texts import index_of
from tieback.recognise.script_runs.machine import Machine, Natives
from tieback.recognise.script_runs.values import (
    GAP,
    UNDEFINED,
    List,
    Unknown,
    Value,
    is_callable,
    joined,
    number,
    same,
    truth,
)

type Method = Callable[[Machine, Value, list[Value]], Value]
_MAX_ITEMS = 20_000
_MAX_SORTED = 500


def _of(work: Callable[[Machine, list[Value], list[Value]], Value]) -> Method:
    """A method that reads the items of a list."""

    def run(machine: Machine, this: Value, arguments: list[Value]) -> Value:
        values = listed(machine, this)
        if values is None:
            return Unknown()
        machine.step(1 + len(values) // 50)
        return work(machine, values, arguments)

    return run


def _calling(work: Callable[[Machine, list[Value], Callable[[Value, int], Value], Value], Value]) -> Method:
    """A method that calls a function for each item."""

    def run(machine: Machine, this: Value, arguments: list[Value]) -> Value:
        values, function, own = listed(machine, this), first(arguments), first(arguments, 1)
        if values is None:
            if is_callable(function):
                machine.later(function, own, [Unknown(), 0, this])
            return Unknown()
        return work(machine, list(values), lambda value, index: machine.call(function, own, [value, index, this]), this)

    return run


def _push(machine: Machine, this: Value, arguments: list[Value]) -> Value:
    if isinstance(this, List) and len(this.items) + len(arguments) <= _MAX_ITEMS:
        this.items.extend(arguments)
        return len(this.items)
    if isinstance(this, Unknown):
        return Unknown()
    for one in arguments[:100]:
        length = machine.get(this, "length")
        at = length if isinstance(length, int) else 0
        machine.set(this, str(at), one)
        machine.set(this, "length", at + 1)
    return UNDEFINED


def _unshift(_machine: Machine, this: Value, arguments: list[Value]) -> Value:
    if isinstance(this, List) and len(this.items) + len(arguments) <= _MAX_ITEMS:
        this.items[0:0] = arguments
        return len(this.items)
    return Unknown()


def _pop(at: int) -> Method:
    def run(_machine: Machine, this: Value, _arguments: list[Value]) -> Value:
        if isinstance(this, List):
            return this.items.pop(at) if this.items else UNDEFINED
        return Unknown()

    return run


def _bounds(values: list[Value], arguments: list[Value], begin: int = 0) -> tuple[int, int] | None:
    low, high = index_of(first(arguments, begin), 0), index_of(first(arguments, begin + 1), len(values))
    if low is None or high is None:
        return None
    size = len(values)
    return (max(0, size + low) if low < 0 else min(low, size)), (max(0, size + high) if high < 0 else min(high, size))


def _slice(machine: Machine, values: list[Value], arguments: list[Value]) -> Value:
    bounds = _bounds(values, arguments)
    return Unknown() if bounds is None else machine.array(values[bounds[0] : bounds[1]])


def _splice(machine: Machine, this: Value, arguments: list[Value]) -> Value:
    if not isinstance(this, List):
        return Unknown()
    size = len(this.items)
    begin = index_of(first(arguments), 0)
    if begin is None:
        return Unknown()
    low = max(0, size + begin) if begin < 0 else min(begin, size)
    count = size - low if len(arguments) < 2 else index_of(arguments[1], 0)
    if count is None or len(this.items) + len(arguments) > _MAX_ITEMS:
        return Unknown()
    high = min(size, low + max(0, count))
    taken = this.items[low:high]
    this.items[low:high] = arguments[2:]
    return machine.array(taken)


def _concat(machine: Machine, values: list[Value], arguments: list[Value]) -> Value:
    found = list(values)
    for one in arguments:
        if isinstance(one, List):
            found += one.items
        else:
            found.append(one)
        if len(found) > _MAX_ITEMS:
            break
    machine.step(1 + len(found) // 50)
    return machine.array(found[:_MAX_ITEMS])


def _join(machine: Machine, values: list[Value], arguments: list[Value]) -> Value:
    separator = "," if first(arguments) is UNDEFINED else machine.to_text(first(arguments))
    texts = ("" if one is None or one is UNDEFINED else machine.to_text(one) for one in values[:_MAX_ITEMS])
    return joined(texts, separator)


def _reverse(_machine: Machine, this: Value, _arguments: list[Value]) -> Value:
    if isinstance(this, List):
        this.items.reverse()
    return this


def _sort(machine: Machine, this: Value, arguments: list[Value]) -> Value:
    if not isinstance(this, List) or len(this.items) > _MAX_SORTED:
        return this
    function = first(arguments)
    if is_callable(function):

        def compare(one: Value, other: Value) -> int:
            found = number(machine.call(function, UNDEFINED, [one, other]))
            return 0 if found is None or found != found else (found > 0) - (found < 0)  # noqa: PLR0124

        this.items.sort(key=cmp_to_key(compare))
    else:
        this.items.sort(key=machine.to_text)
    return this


def _sorted(machine: Machine, values: list[Value], arguments: list[Value]) -> Value:
    return _sort(machine, machine.array(list(values)), arguments)


type _Call = Callable[[Value, int], Value]


def _map(machine: Machine, values: list[Value], call: _Call, _this: Value) -> Value:
    return machine.array([call(value, index) for index, value in enumerate(values)])


def _each(_machine: Machine, values: list[Value], call: _Call, _this: Value) -> Value:
    for index, value in enumerate(values):
        call(value, index)
    return UNDEFINED


def _filter(machine: Machine, values: list[Value], call: _Call, _this: Value) -> Value:
    return machine.array([value for index, value in enumerate(values) if truth(call(value, index)) is not False])


def _finding(*, last: bool = False, place: bool = False) -> Method:
    def work(_machine: Machine, values: list[Value], call: _Call, _this: Value) -> Value:
        order = range(len(values) - 1, -1, -1) if last else range(len(values))
        open_at = -1
        for index in order:
            found = truth(call(values[index], index))
            if found:
                return index if place else values[index]
            if found is None and open_at < 0:
                open_at = index
        if open_at >= 0:
            return Unknown() if place else values[open_at]
        return -1 if place else UNDEFINED

    return _calling(work)


def _testing(*, every: bool) -> Method:
    def work(_machine: Machine, values: list[Value], call: _Call, _this: Value) -> Value:
        is_open = False
        for index, value in enumerate(values):
            found = truth(call(value, index))
            if found is None:
                is_open = True
            elif found != every:
                return not every
        return Unknown() if is_open else every

    return _calling(work)


def _reduce(*, right: bool = False) -> Method:
    def run(machine: Machine, this: Value, arguments: list[Value]) -> Value:
        values, function = listed(machine, this), first(arguments)
        if values is None:
            return Unknown()
        rows = list(enumerate(values))
        if right:
            rows.reverse()
        if len(arguments) > 1:
            found = arguments[1]
        elif rows:
            found = rows.pop(0)[1]
        else:
            return UNDEFINED
        for index, value in rows:
            found = machine.call(function, UNDEFINED, [found, value, index, this])
        return found

    return run


def _place(*, last: bool = False, test: bool = False) -> Method:
    def work(_machine: Machine, values: list[Value], arguments: list[Value]) -> Value:
        wanted, is_open = first(arguments), False
        order = range(len(values) - 1, -1, -1) if last else range(len(values))
        for index in order:
            found = same(values[index], wanted)
            if found:
                return True if test else index
            is_open |= found is None
        return Unknown() if is_open else (False if test else -1)

    return _of(work)


def _flat(machine: Machine, values: list[Value], arguments: list[Value]) -> Value:
    depth = index_of(first(arguments), 1)
    return machine.array(_flattened(machine, values, min(depth or 1, 8))[:_MAX_ITEMS])


def _flattened(machine: Machine, values: list[Value], depth: int) -> list[Value]:
    found: list[Value] = []
    for one in values:
        machine.step()
        if isinstance(one, List) and depth > 0:
            found += _flattened(machine, one.items, depth - 1)
        else:
            found.append(one)
        if len(found) > _MAX_ITEMS:
            break
    return found


def _flat_map(machine: Machine, values: list[Value], call: _Call, _this: Value) -> Value:
    return machine.array(_flattened(machine, [call(value, index) for index, value in enumerate(values)], 1))


def _fill(machine: Machine, this: Value, arguments: list[Value]) -> Value:
    if isinstance(this, List):
        bounds = _bounds(this.items, arguments, 1)
        if bounds is not None:
            low, high = bounds
            machine.step(1 + max(0, high - low) // 50)
            this.items[low:high] = [first(arguments)] * max(0, high - low)
    return this


def _at(_machine: Machine, values: list[Value], arguments: list[Value]) -> Value:
    at = index_of(first(arguments), 0)
    return Unknown() if at is None else values[at] if -len(values) <= at < len(values) else UNDEFINED


def _keys(machine: Machine, values: list[Value], _arguments: list[Value]) -> Value:
    return iterator(machine, list(range(len(values))))


def _values(machine: Machine, values: list[Value], _arguments: list[Value]) -> Value:
    return iterator(machine, list(values))


def _entries(machine: Machine, values: list[Value], _arguments: list[Value]) -> Value:
    return iterator(machine, [machine.array([index, value]) for index, value in enumerate(values)])


LIST: Natives = {
    "push": _push, "pop": _pop(-1), "shift": _pop(0), "unshift": _unshift, "slice": _of(_slice), "splice": _splice,
    "concat": _of(_concat), "join": _of(_join), "reverse": _reverse, "sort": _sort, "toSorted": _of(_sorted),
    "map": _calling(_map), "forEach": _calling(_each), "filter": _calling(_filter), "find": _finding(),
    "findIndex": _finding(place=True), "findLast": _finding(last=True),
    "findLastIndex": _finding(last=True, place=True), "some": _testing(every=False), "every": _testing(every=True),
    "reduce": _reduce(), "reduceRight": _reduce(right=True), "indexOf": _place(), "lastIndexOf": _place(last=True),
    "includes": _place(test=True), "flat": _of(_flat), "flatMap": _calling(_flat_map), "fill": _fill, "at": _of(_at),
    "keys": _of(_keys), "values": _of(_values), "entries": _of(_entries), "@@iterator": _of(_values),
    "toString": lambda machine, this, _arguments: machine.to_text(this),
}  # fmt: skip


def is_list(_machine: Machine, _this: Value, arguments: list[Value]) -> Value:
    """``Array.isArray``."""
    value = first(arguments)
    return Unknown() if isinstance(value, Unknown) else isinstance(value, List) and not value.width


def from_items(machine: Machine, _this: Value, arguments: list[Value]) -> Value:
    """``Array.from``."""
    source, function = first(arguments), first(arguments, 1)
    values = items(machine, source)
    if values is None:
        values = listed(machine, source)
    if values is None:
        return Unknown()
    machine.step(1 + len(values) // 20)
    if is_callable(function):
        values = [machine.call(function, UNDEFINED, [value, index]) for index, value in enumerate(values)]
    return machine.array(list(values))


def of_items(machine: Machine, _this: Value, arguments: list[Value]) -> Value:
    """``Array.of``."""
    return machine.array(list(arguments))


def make(machine: Machine, _this: Value, arguments: list[Value]) -> Value:
    """``Array(…)``."""
    if len(arguments) == 1 and isinstance(arguments[0], int) and not isinstance(arguments[0], bool):
        machine.step(1 + max(0, min(arguments[0], _MAX_ITEMS)) // 50)
        return machine.array([UNDEFINED] * max(0, min(arguments[0], _MAX_ITEMS)))
    return machine.array(list(arguments))


def text_of(values: list[Value]) -> str:
    """Octets as characters of the same numbers."""
    found = [number(one) for one in values]
    return "".join(GAP if one is None or one != one else chr(int(one) & 0xFF) for one in found)  # noqa: PLR0124
