"""Annotations of classes of the app, and the values of their elements: ``type.getAnnotation(Path.class).value()``.

Sources: https://docs.oracle.com/javase/8/docs/api/java/lang/reflect/AnnotatedElement.html and
https://source.android.com/docs/core/runtime/dex-format#annotation-item
"""

from collections.abc import Sequence
from typing import Any

from tieback.recognise.dalvik.classes import JavaClass, MethodRef
from tieback.recognise.dalvik.machine import LibraryCall, Machine
from tieback.recognise.dalvik.objects import (
    STRING,
    UNKNOWN,
    ClassRef,
    JavaArray,
    JavaObject,
    NotRunnableError,
    to_units,
)
from tieback.recognise.dataflow.dex.encoded import Annotation, Encoded, StringId

_CLASS, _DEFAULTS = "Ljava/lang/Class;", "Ldalvik/annotation/AnnotationDefault;"
_VALUE = "value"

type Arguments = Sequence[Any]


def _find(machine: Machine, a: Arguments) -> Any:
    """The annotation of a class that has the given type; ``null`` if there is none."""
    its = machine.path.find(a[0].kind) if isinstance(a[0], ClassRef) else None
    kind = a[1].kind if isinstance(a[1], ClassRef) else ""
    if its is None or machine.path.find(kind) is None:
        raise NotRunnableError("an annotation that is not known")
    for one in its.dex.class_annotations(its.row):
        if its.dex.descriptor(one.kind) == kind:
            machine.allocate(64 * (1 + len(one.values)))
            machine.annotations.add(kind)
            return JavaObject(kind, _values(machine, its, one.values))
    return 0


def _values(machine: Machine, its: JavaClass, values: dict[int, Encoded]) -> dict[str, Any]:
    return {its.dex.string(name): _value(machine, its, value) for name, value in values.items()}


def _value(machine: Machine, its: JavaClass, value: Encoded) -> Any:
    if isinstance(value, StringId):
        return machine.text(to_units(its.dex.string(value.string)))
    if isinstance(value, int):
        return int(value)
    if isinstance(value, tuple) and all(isinstance(one, StringId) for one in value):
        return machine.keep(JavaArray(STRING, [_value(machine, its, one) for one in value]))
    return UNKNOWN


def _defaults(machine: Machine, kind: str) -> dict[str, Any]:
    """The values of elements that an annotation does not name."""
    its = machine.path.find(kind)
    for one in its.dex.class_annotations(its.row) if its is not None else ():
        if its is not None and its.dex.descriptor(one.kind) == _DEFAULTS:
            for name, value in one.values.items():
                if its.dex.string(name) == _VALUE and isinstance(value, Annotation):
                    return _values(machine, its, value.values)
    return {}


def element(ref: MethodRef) -> LibraryCall:
    """The call of a method of an annotation, which gives the value of an element."""

    def call(machine: Machine, a: Arguments) -> Any:
        if not isinstance(a[0], JavaObject) or not isinstance(a[0].payload, dict) or ref.parameters:
            raise NotRunnableError("an annotation that is not known")
        if ref.name in a[0].payload:
            return a[0].payload[ref.name]
        return _defaults(machine, a[0].kind).get(ref.name, UNKNOWN)

    return call


CALLS: dict[str, LibraryCall] = {
    f"{_CLASS}->getAnnotation({_CLASS})": _find,
    f"{_CLASS}->getDeclaredAnnotation({_CLASS})": _find,
    f"{_CLASS}->isAnnotationPresent({_CLASS})": lambda machine, a: int(_find(machine, a) != 0),
}
"""The methods, by ``Lowner;->name(parameters)``."""
