"""Fields of classes of the app by their names, and the name of the app.

Source: https://developer.android.com/reference/java/lang/reflect/Field
"""

from collections.abc import Sequence
from typing import Any

from tieback.recognise.dalvik.library.strings import text_of
from tieback.recognise.dalvik.machine import CONTEXTS, LibraryCall, Machine
from tieback.recognise.dalvik.objects import STRING, UNKNOWN, ClassRef, JavaObject, NotRunnableError, to_units

_CLASS, _FIELD, _OBJECT = "Ljava/lang/Class;", "Ljava/lang/reflect/Field;", "Ljava/lang/Object;"

type Arguments = Sequence[Any]


def _find(machine: Machine, a: Arguments) -> JavaObject:
    """A static field of a class of the app; others are not known."""
    name = text_of(machine, a[1])
    its = machine.holder(a[0].kind, name) if isinstance(a[0], ClassRef) else None
    if its is None:
        raise NotRunnableError("a field that is not known")
    machine.allocate(64)
    return JavaObject(_FIELD, (its.kind, name))


def _value(machine: Machine, a: Arguments) -> Any:
    """The value of a static field, if it is a text or another object: numbers have no class here."""
    place = a[0].payload if isinstance(a[0], JavaObject) else None
    if not isinstance(place, tuple):
        raise NotRunnableError("a field that is not known")
    value = machine.static(*place)
    return UNKNOWN if isinstance(value, int) and value else value


def _name(machine: Machine, _: Arguments) -> Any:
    name = machine.files.name()
    return machine.text(to_units(name)) if name else UNKNOWN


CALLS: dict[str, LibraryCall] = {
    f"{_CLASS}->getField({STRING})": _find,
    f"{_CLASS}->getDeclaredField({STRING})": _find,
    f"{_FIELD}->setAccessible(Z)": lambda _, _a: None,
    f"{_FIELD}->get({_OBJECT})": _value,
    f"*->getPackageName(){STRING}": _name,
}
"""The methods, by ``Lowner;->name(parameters)``; with ``*`` also as classes of the app inherit them."""
CALLS |= {f"{owner}->getPackageName()": _name for owner in CONTEXTS}
