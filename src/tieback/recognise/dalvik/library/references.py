"""Objects that hold one value: atomic and weak references, ``Optional``, and updaters of fields.

Source: https://developer.android.com/reference/java/util/concurrent/atomic/package-summary
"""

from collections.abc import Sequence
from typing import Any

from tieback.recognise.dalvik.machine import LibraryCall, Machine
from tieback.recognise.dalvik.objects import UNKNOWN, ClassRef, JavaObject, NotRunnableError

_OBJECT, _OPTIONAL = "Ljava/lang/Object;", "Ljava/util/Optional;"
_UPDATER = "Ljava/util/concurrent/atomic/AtomicReferenceFieldUpdater;"
_ATOMIC = "Ljava/util/concurrent/atomic/AtomicReference;"
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
    if not isinstance(a[0], ClassRef) or not isinstance(a[2], str):
        raise NotRunnableError("a field that is not known")
    machine.allocate(256)
    return JavaObject(_UPDATER, a[2])


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


def _calls() -> dict[str, LibraryCall]:
    found: dict[str, LibraryCall] = {
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
        f"{_UPDATER}->compareAndSet({_OBJECT}{_OBJECT}{_OBJECT})": _compared_field,
    }
    for owner in (_ATOMIC, *_WEAK):
        found[f"{owner}-><init>({_OBJECT})"] = new_reference
        found[f"{owner}->get()"] = get_held
    return found


CALLS = _calls()
