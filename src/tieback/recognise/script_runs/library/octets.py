"""Typed arrays and buffers. Source: https://tc39.es/ecma262/#sec-typedarray-objects.

A view of a whole buffer shares its octets; a view of a part has a copy.
"""

from collections.abc import Callable

from tieback.recognise.script_runs.library.iteration import first, listed
from tieback.recognise.script_runs.library.lists import LIST, from_items
from tieback.recognise.script_runs.library.texts import index_of
from tieback.recognise.script_runs.machine import Machine, Natives
from tieback.recognise.script_runs.values import UNDEFINED, Accessor, Holder, List, Unknown, Value

_MAX_ITEMS = 20_000
WIDTHS = {
    "ArrayBuffer": 8, "Uint8Array": 8, "Uint8ClampedArray": 8, "Int8Array": 7, "Uint16Array": 16, "Int16Array": 15,
    "Uint32Array": 32, "Int32Array": 31, "Float32Array": 64, "Float64Array": 64,
}  # fmt: skip
"""Bits of the items of each kind, without that of a sign; 64 for fractions."""


def add_prototypes(machine: Machine) -> None:
    """Give a run the prototypes of typed arrays."""
    above = Holder(machine.prototypes["Object"])
    above.table = TYPED
    above.members["buffer"] = Accessor(machine.native("buffer", lambda this, _given: _buffer(machine, this)))
    above.members["byteOffset"] = 0
    for name in WIDTHS:
        machine.prototypes[name] = Holder(above)


def maker(name: str) -> Callable[[Machine, Value, list[Value]], Value]:
    """``new Uint8Array(…)`` and its like."""

    def make(machine: Machine, _this: Value, arguments: list[Value]) -> Value:
        one = first(arguments)
        if isinstance(one, int) and not isinstance(one, bool):
            machine.step(1 + max(0, min(one, _MAX_ITEMS)) // 100)
            return _typed(machine, name, [0] * max(0, min(one, _MAX_ITEMS)))
        if isinstance(one, List) and one.above is machine.prototypes["ArrayBuffer"]:
            return _view(machine, name, one, arguments)
        values = listed(machine, one) if one is not UNDEFINED else []
        if values is None:
            return Unknown()
        made = _typed(machine, name, [])
        made.items = [made.fitting(value) for value in values[:_MAX_ITEMS]]
        machine.step(1 + len(made.items) // 50)
        return made

    return make


def octets(machine: Machine, data: bytes) -> List:
    """Octets as a ``Uint8Array``."""
    return _typed(machine, "Uint8Array", list(data[:_MAX_ITEMS]))


def _typed(machine: Machine, name: str, items: list[Value]) -> List:
    return List(items, machine.prototypes[name], width=WIDTHS[name])


def _view(machine: Machine, name: str, buffer: List, arguments: list[Value]) -> Value:
    begin, size = index_of(first(arguments, 1), 0), index_of(first(arguments, 2), len(buffer.items))
    if begin is None or size is None or WIDTHS[name] not in (7, 8):
        return Unknown()
    is_whole = begin == 0 and size >= len(buffer.items)
    return _typed(machine, name, buffer.items if is_whole else buffer.items[max(0, begin) : begin + max(0, size)])


def _buffer(machine: Machine, this: Value) -> Value:
    return _typed(machine, "ArrayBuffer", this.items) if isinstance(this, List) else Unknown()


def _same_kind(name: str) -> Callable[[Machine, Value, list[Value]], Value]:
    """A method of arrays that gives a typed array of the kind of ``this``."""
    work = LIST[name]

    def run(machine: Machine, this: Value, arguments: list[Value]) -> Value:
        found = work(machine, this, arguments)
        if isinstance(found, List) and isinstance(this, List) and found is not this:
            found.above, found.width = this.above, this.width
            found.items = [found.fitting(one) for one in found.items]
        return found

    return run


def _set(machine: Machine, this: Value, arguments: list[Value]) -> Value:
    values, at = listed(machine, first(arguments)), index_of(first(arguments, 1), 0)
    if isinstance(this, List) and values is not None and at is not None and 0 <= at <= len(this.items):
        values = values[: len(this.items) - at]
        this.items[at : at + len(values)] = [this.fitting(one) for one in values]
    return UNDEFINED


_OF_ARRAYS = ("push", "pop", "shift", "unshift", "splice", "concat")
TYPED: Natives = {
    **{name: work for name, work in LIST.items() if name not in _OF_ARRAYS},
    **{name: _same_kind(name) for name in ("slice", "map", "filter", "toSorted")},
    "subarray": _same_kind("slice"), "set": _set,
}  # fmt: skip
BUFFERS: Natives = {
    "isView": lambda machine, _this, arguments: (
        isinstance(first(arguments), List)
        and first(arguments).width > 0
        and first(arguments).above is not machine.prototypes["ArrayBuffer"]
    ),
}
"""Functions of ``ArrayBuffer``."""


def statics(name: str) -> Natives:
    """The functions of a kind of typed array."""
    if name == "ArrayBuffer":
        return BUFFERS
    make = maker(name)

    def from_values(machine: Machine, this: Value, arguments: list[Value]) -> Value:
        return make(machine, this, [from_items(machine, this, arguments)])

    def of_values(machine: Machine, this: Value, arguments: list[Value]) -> Value:
        return make(machine, this, [machine.array(list(arguments))])

    return {"from": from_values, "of": of_values}
