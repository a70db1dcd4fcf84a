"""Objects that hold one value: atomic and weak references, ``Optional``, and updaters of fields.

Source: https://developer.android.com/reference/java/util/concurrent/atomic/package-summary
"""

from collections.abc import Sequence
from typing import Any

from tieback.recognise.dalvik.machine import LibraryCall, Machine
from tieback.recognise.dalvik.objects import UNKNOWN, ClassRef, JavaObject, NotRunnableError, int32, int64

_OBJECT, _OPTIONAL = "Ljava/lang/Object;", "Ljava/util/Optional;"
_UPDATER = "Ljava/util/concurrent/atomic/AtomicReferenceFieldUpdater;"
_ATOMIC = "Ljava/util/concurrent/atomic/AtomicReference;"
_LONG, _INT = 64, 32
"""Bits of a number."""
_WEAK = ("Ljava/lang/ref/WeakReference;", "Ljava/lang/ref/SoftReference;")

type Arguments = Sequence[Any]


class Held:
    """The value of a reference."""

    __slots__ = ("value",)

    def __init__(self, value: Any) -> None:
        self.value = value


def held(value: Any) -> Held:
    """What a reference holds. Raises ``NotRunnableError`` if it is not known."""
    if isinstance(value, JavaObject) and isinstance(value.payload, Held):
        return value.payload
    raise NotRunnableError("a reference that is not known")


def new_reference(_: Machine, a: Arguments) -> None:
    """Put the first argument, or nothing, into a reference."""
    a[0].payload = Held(a[1] if len(a) > 1 else 0)


def get_held(_: Machine, a: Arguments) -> Any:
    """The value of a reference."""
    return held(a[0]).value


def set_held(_: Machine, a: Arguments) -> None:
    """Replace the value of a reference."""
    held(a[0]).value = a[1]


def swap_held(_: Machine, a: Arguments) -> Any:
    """Replace the value of a reference, and give the one before."""
    its = held(a[0])
    before, its.value = its.value, a[1]
    return before


def compare_held(_: Machine, a: Arguments) -> int:
    """Replace the value of a reference if it equals the first argument; 1 if it did."""
    its = held(a[0])
    if UNKNOWN in (its.value, a[1]):
        raise NotRunnableError("a comparison with an unknown object")
    equal = its.value is a[1] or (not isinstance(a[1], JavaObject) and its.value == a[1])
    its.value = a[2] if equal else its.value
    return int(equal)


def _optional(machine: Machine, a: Arguments) -> JavaObject:
    machine.allocate(256)
    return JavaObject(_OPTIONAL, Held(a[0] if a else 0))


def _present(_: Machine, a: Arguments) -> int:
    value = held(a[0]).value
    if value is UNKNOWN:
        raise NotRunnableError("an object that is not known")
    return int(value != 0)


def _of_optional(machine: Machine, a: Arguments) -> Any:
    value = held(a[0]).value
    if value == 0:
        raise machine.thrown("Ljava/lang/RuntimeException;")
    return value


def _or_else(machine: Machine, a: Arguments) -> Any:
    return held(a[0]).value if _present(machine, a) else a[1]


def _updater(machine: Machine, a: Arguments) -> JavaObject:
    """An updater for the field whose name is the last argument."""
    if not isinstance(a[0], ClassRef) or not isinstance(a[-1], str):
        raise NotRunnableError("a field that is not known")
    machine.allocate(256)
    return JavaObject(_UPDATER, a[-1])


def _fields(updater: Any, value: Any) -> tuple[dict[str, Any], str]:
    """The fields of an object of the app, and the name of the one that an updater is for."""
    name = updater.payload if isinstance(updater, JavaObject) else None
    if not isinstance(name, str) or not isinstance(value, JavaObject):
        raise NotRunnableError("a field that is not known")
    return value.fields, name


def _field(_: Machine, a: Arguments) -> Any:
    fields, name = _fields(a[0], a[1])
    return fields.get(name, 0)


def _set_field(_: Machine, a: Arguments) -> None:
    fields, name = _fields(a[0], a[1])
    fields[name] = a[2]


def _compared_field(_: Machine, a: Arguments) -> int:
    """True, after the value is set: there is one thread, so that it is the one that the code has just read."""
    fields, name = _fields(a[0], a[1])
    fields[name] = a[3]
    return 1


def _number(fields: dict[str, Any], name: str) -> int:
    value = fields.get(name, 0)
    if type(value) is not int:
        raise NotRunnableError("a number that is not known")
    return value


def _swapped_field(_: Machine, a: Arguments) -> Any:
    fields, name = _fields(a[0], a[1])
    before = fields.get(name, 0)
    fields[name] = a[2]
    return before


def _compared_number(_: Machine, a: Arguments) -> int:
    fields, name = _fields(a[0], a[1])
    equal = _number(fields, name) == a[2]
    if equal:
        fields[name] = a[3]
    return int(equal)


def _added_field(change: int | None, *, before: bool, bits: int) -> LibraryCall:
    """Add a number, or the last argument, to a number in a field."""

    def added(_: Machine, a: Arguments) -> int:
        fields, name = _fields(a[0], a[1])
        old = _number(fields, name)
        new = old + (a[2] if change is None else change)
        fields[name] = int64(new) if bits == _LONG else int32(new)
        return old if before else int(fields[name])

    return added


def _number_calls() -> dict[str, LibraryCall]:
    """Updaters of fields with numbers, and arrays of references."""
    found: dict[str, LibraryCall] = {}
    for name, kind, bits in (("Long", "J", _LONG), ("Integer", "I", _INT)):
        owner = f"Ljava/util/concurrent/atomic/Atomic{name}FieldUpdater;"
        found |= {
            f"{owner}->newUpdater(Ljava/lang/Class;Ljava/lang/String;)": _updater,
            f"{owner}->get({_OBJECT})": _field,
            f"{owner}->set({_OBJECT}{kind})": _set_field,
            f"{owner}->lazySet({_OBJECT}{kind})": _set_field,
            f"{owner}->getAndSet({_OBJECT}{kind})": _swapped_field,
            f"{owner}->compareAndSet({_OBJECT}{kind}{kind})": _compared_number,
            f"{owner}->getAndIncrement({_OBJECT})": _added_field(1, before=True, bits=bits),
            f"{owner}->incrementAndGet({_OBJECT})": _added_field(1, before=False, bits=bits),
            f"{owner}->getAndDecrement({_OBJECT})": _added_field(-1, before=True, bits=bits),
            f"{owner}->decrementAndGet({_OBJECT})": _added_field(-1, before=False, bits=bits),
            f"{owner}->getAndAdd({_OBJECT}{kind})": _added_field(None, before=True, bits=bits),
            f"{owner}->addAndGet({_OBJECT}{kind})": _added_field(None, before=False, bits=bits),
        }
    owner = "Ljava/util/concurrent/atomic/AtomicReferenceArray;"
    return found | {
        f"{owner}-><init>(I)": _new_items,
        f"{owner}->length()": lambda _, a: len(_items(a[0])),
        f"{owner}->get(I)": lambda machine, a: _items(a[0])[_index(machine, a)],
        f"{owner}->set(I{_OBJECT})": _set_item,
        f"{owner}->lazySet(I{_OBJECT})": _set_item,
        f"{owner}->getAndSet(I{_OBJECT})": _swap_item,
        f"{owner}->compareAndSet(I{_OBJECT}{_OBJECT})": _compare_item,
    }


def _new_items(machine: Machine, a: Arguments) -> None:
    a[0].payload = machine.array(_OBJECT, a[1]).items


def _items(value: Any) -> list[Any]:
    if isinstance(value, JavaObject) and isinstance(value.payload, list):
        return value.payload
    raise NotRunnableError("an array that is not known")


def _index(machine: Machine, a: Arguments) -> int:
    if type(a[1]) is not int:
        raise NotRunnableError("a place that is not known")
    if not 0 <= a[1] < len(_items(a[0])):
        raise machine.thrown("Ljava/lang/ArrayIndexOutOfBoundsException;")
    return a[1]


def _set_item(machine: Machine, a: Arguments) -> None:
    _items(a[0])[_index(machine, a)] = a[2]


def _swap_item(machine: Machine, a: Arguments) -> Any:
    its, at = _items(a[0]), _index(machine, a)
    before, its[at] = its[at], a[2]
    return before


def _compare_item(machine: Machine, a: Arguments) -> int:
    its, at = _items(a[0]), _index(machine, a)
    equal = its[at] is a[2] or (not isinstance(a[2], JavaObject) and its[at] == a[2])
    its[at] = a[3] if equal else its[at]
    return int(equal)


def _calls() -> dict[str, LibraryCall]:
    found: dict[str, LibraryCall] = _number_calls() | {
        f"{_ATOMIC}-><init>()": new_reference,
        f"{_ATOMIC}->set({_OBJECT})": set_held,
        f"{_ATOMIC}->lazySet({_OBJECT})": set_held,
        f"{_ATOMIC}->getAndSet({_OBJECT})": swap_held,
        f"{_ATOMIC}->compareAndSet({_OBJECT}{_OBJECT})": compare_held,
        f"{_OPTIONAL}->of({_OBJECT})": _optional,
        f"{_OPTIONAL}->ofNullable({_OBJECT})": _optional,
        f"{_OPTIONAL}->empty()": _optional,
        f"{_OPTIONAL}->get()": _of_optional,
        f"{_OPTIONAL}->isPresent()": _present,
        f"{_OPTIONAL}->orElse({_OBJECT})": _or_else,
        f"{_UPDATER}->newUpdater(Ljava/lang/Class;Ljava/lang/Class;Ljava/lang/String;)": _updater,
        f"{_UPDATER}->get({_OBJECT})": _field,
        f"{_UPDATER}->set({_OBJECT}{_OBJECT})": _set_field,
        f"{_UPDATER}->lazySet({_OBJECT}{_OBJECT})": _set_field,
        f"{_UPDATER}->getAndSet({_OBJECT}{_OBJECT})": _swapped_field,
        f"{_UPDATER}->compareAndSet({_OBJECT}{_OBJECT}{_OBJECT})": _compared_field,
    }
    for owner in (_ATOMIC, *_WEAK):
        found[f"{owner}-><init>({_OBJECT})"] = new_reference
        found[f"{owner}->get()"] = get_held
    return found


CALLS = _calls()
