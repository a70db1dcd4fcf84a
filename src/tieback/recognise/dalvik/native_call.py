"""Calls of native methods, with values of the interpreter."""

from collections.abc import Sequence
from typing import Any

from tieback.recognise.dalvik.classes import MethodRef
from tieback.recognise.dalvik.machine import LibraryCall, Machine
from tieback.recognise.dalvik.objects import (
    STRING,
    UNKNOWN,
    JavaArray,
    JavaObject,
    NotRunnableError,
    size_of,
    to_text,
    to_units,
)
from tieback.recognise.dataflow.code.members import split_types
from tieback.recognise.machine_code import memory
from tieback.recognise.machine_code.jni import Opaque
from tieback.recognise.machine_code.names import native_names
from tieback.recognise.machine_code.native import Argument, NativeCode


def native_call(code: NativeCode, ref: MethodRef, *, static: bool) -> LibraryCall:
    """The call of a native method.

    Args:
        code: the libraries of the app.
        ref: the method, with the class that declares it.
        static: true if it has no receiver.
    """
    names = native_names(ref.owner, ref.name, ref.parameters)
    kinds = split_types(ref.parameters)
    kind = f"({ref.parameters}){ref.result}"

    def call(machine: Machine, values: Sequence[Any]) -> Any:
        given = values if static else values[1:]
        arguments = [_argument(one, value) for one, value in zip(kinds, given, strict=True)]
        try:
            answer = code.call(names, ref.owner, (ref.name, kind), arguments)
        except memory.NotRunnableError as error:
            raise NotRunnableError(str(error)) from error
        if isinstance(answer, str):
            return machine.text(to_units(answer))
        if isinstance(answer, bytes):
            return machine.octets(answer)
        if isinstance(answer, int):
            return answer
        machine.allocate(size_of(STRING, len(answer)))
        return JavaArray(STRING, [0 if one is None else machine.text(to_units(one)) for one in answer])

    return call


def _argument(kind: str, value: Any) -> Argument:
    if value is UNKNOWN or isinstance(value, JavaObject):
        if kind[0] not in "L[":
            raise NotRunnableError("a number that is not known")
        return Opaque(kind.strip("L;"))
    if isinstance(value, str):
        return to_text(value)
    if isinstance(value, JavaArray):
        if value.kind != "B":
            raise NotRunnableError("an array that native code does not get")
        return bytes(item & 0xFF for item in value.items)
    if kind[0] in "L[" and value == 0:
        return None
    if not isinstance(value, int):
        raise NotRunnableError("a value that native code does not get")
    return value
