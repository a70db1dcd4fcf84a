"""Values that an app stores on the phone: what the script has stored is there when it reads it in the same run.

Sources: https://html.spec.whatwg.org/multipage/webstorage.html, and https://react-native-async-storage.github.io, whose
methods have the same names and give promises. What was not stored in the run is not known.
"""

from functools import partial

from tieback.recognise.script_runs.library.iteration import first
from tieback.recognise.script_runs.machine import MAX_STORED, Machine
from tieback.recognise.script_runs.values import UNDEFINED, Unknown, Value

PAGE_STORES = ("localStorage", "sessionStorage")


def add_stores(machine: Machine) -> None:
    """Give a run the stores of a page."""
    for name in PAGE_STORES:
        store = machine.global_value(name)
        for method, work in (("getItem", _read), ("setItem", _write), ("removeItem", _remove)):
            store.members[method] = machine.native(method, partial(work, machine, store))


def _read(machine: Machine, store: Unknown, _this: Value, arguments: list[Value]) -> Value:
    key = machine.key(first(arguments))
    return machine.get(store, key)


def _write(machine: Machine, store: Unknown, _this: Value, arguments: list[Value]) -> Value:
    if len(store.members) < MAX_STORED:
        store.members[machine.key(first(arguments))] = machine.to_text(first(arguments, 1))
    return UNDEFINED


def _remove(machine: Machine, store: Unknown, _this: Value, arguments: list[Value]) -> Value:
    store.members.pop(machine.key(first(arguments)), None)
    return UNDEFINED
