"""Fields of classes of the app by their names, and the name of the app.

Source: https://developer.android.com/reference/java/lang/reflect/Field
"""

from collections.abc import Sequence
from typing import Any

from tieback.recognise.dalvik.library.strings import text_of
from tieback.recognise.dalvik.machine import CONTEXTS, LibraryCall, Machine
from tieback.recognise.dalvik.objects import STRING, UNKNOWN, Boxed, ClassRef, JavaObject, NotRunnableError, to_units

_CLASS, _FIELD, _OBJECT = "Ljava/lang/Class;", "Ljava/lang/reflect/Field;", "Ljava/lang/Object;"

PLATFORM_NUMBERS: dict[tuple[str, str], int] = {("Landroid/os/Build$VERSION;", "SDK_INT"): 34}
"""The version of Android that a run is on: code for older ones is read by the walks."""
_BOXES = {
    "Z": "Ljava/lang/Boolean;", "B": "Ljava/lang/Byte;", "S": "Ljava/lang/Short;", "C": "Ljava/lang/Character;",
    "I": "Ljava/lang/Integer;", "J": "Ljava/lang/Long;",
}  # fmt: skip

type Arguments = Sequence[Any]


def _find(machine: Machine, a: Arguments) -> JavaObject:
    """A static field of a class of the app, or a known one of the platform."""
    name = text_of(machine, a[1])
    if isinstance(a[0], ClassRef) and (a[0].kind, name) in PLATFORM_NUMBERS:
        return JavaObject(_FIELD, (a[0].kind, name))
    its = machine.holder(a[0].kind, name) if isinstance(a[0], ClassRef) else None
    if its is None:
        raise NotRunnableError("a field that is not known")
    machine.allocate(64)
    return JavaObject(_FIELD, (its.kind, name))


def _value(machine: Machine, a: Arguments) -> Any:
    """The value of a static field, in an object of its class if it is a number."""
    place = a[0].payload if isinstance(a[0], JavaObject) else None
    if not isinstance(place, tuple):
        raise NotRunnableError("a field that is not known")
    if place in PLATFORM_NUMBERS:
        return Boxed("Ljava/lang/Integer;", PLATFORM_NUMBERS[place])
    value, kind = machine.static(*place), _kind(machine, *place)
    if type(value) is not int or kind[:1] in "L[":
        return value
    return Boxed(_BOXES[kind], value) if kind in _BOXES else UNKNOWN


def _number(machine: Machine, a: Arguments) -> Any:
    """``getInt`` and similar methods of a field."""
    value = _value(machine, a)
    if not isinstance(value, Boxed):
        raise NotRunnableError("a number that is not known")
    return value.value


def _kind(machine: Machine, owner: str, name: str) -> str:
    """The type of a static field; empty if several fields have the name."""
    its = machine.path.find(owner)
    fields = its.dex.class_data(its.row).static_fields if its is not None else ()
    members = (its.dex.field(index) for index in fields) if its is not None else ()
    kinds = {its.dex.descriptor(one.kind) for one in members if one and its and its.dex.string(one.name) == name}
    return kinds.pop() if len(kinds) == 1 else ""


def platform_fields() -> dict[str, Any]:
    """Static fields of the platform."""
    return {f"{owner}->{name}": value for (owner, name), value in PLATFORM_NUMBERS.items()}


def _name(machine: Machine, _: Arguments) -> Any:
    name = machine.files.name()
    return machine.text(to_units(name)) if name else UNKNOWN


CALLS: dict[str, LibraryCall] = {
    f"{_CLASS}->getField({STRING})": _find,
    f"{_CLASS}->getDeclaredField({STRING})": _find,
    f"{_FIELD}->setAccessible(Z)": lambda _, _a: None,
    f"{_FIELD}->get({_OBJECT})": _value,
    **{f"{_FIELD}->get{name}({_OBJECT})": _number for name in ("Boolean", "Byte", "Short", "Char", "Int", "Long")},
    f"*->getPackageName(){STRING}": _name,
}
"""The methods, by ``Lowner;->name(parameters)``; with ``*`` also as classes of the app inherit them."""
CALLS |= {f"{owner}->getPackageName()": _name for owner in CONTEXTS}
