"""Objects of classes of the app that a reader of JSON makes of a text: Gson, Jackson, fastjson and Moshi.

A method with a text and a class is such a reader if the text is a JSON object: a shrinker renames all of them alike.
Sources: https://github.com/google/gson/blob/main/UserGuide.md, https://github.com/square/moshi and
https://github.com/FasterXML/jackson-annotations.
"""

from collections.abc import Sequence
from typing import Any

import msgspec

from tieback.recognise.dalvik.classes import Method
from tieback.recognise.dalvik.library.files import rest_of_text
from tieback.recognise.dalvik.library.json_objects import MAX_JSON
from tieback.recognise.dalvik.library.streams import Reader
from tieback.recognise.dalvik.machine import LibraryCall, Machine
from tieback.recognise.dalvik.objects import (
    STRING,
    UNKNOWN,
    ClassRef,
    JavaObject,
    NotRunnableError,
    int32,
    int64,
    to_text,
    to_units,
)

_MOSHI, _ADAPTER = "Lcom/squareup/moshi/Moshi", "Lcom/squareup/moshi/JsonAdapter;"
_CLASS, _OBJECT = "Ljava/lang/Class;", "Ljava/lang/Object;"
READERS = frozenset(f"{kind}{_CLASS}" for kind in (STRING, "Ljava/io/Reader;", "Ljava/io/InputStream;"))
"""Parameters of a method that reads an object of a class."""
_LISTS = ("Ljava/util/List;", "Ljava/util/ArrayList;", "Ljava/util/Collection;")
_MAX_DEPTH = 8
_PER_CHARACTER = 16

type Arguments = Sequence[Any]


def reader(method: Method | None) -> LibraryCall:
    """What a call with a text and a class does: it reads an object, or runs the method if the text is no JSON object.

    Args:
        method: the method; ``None`` if the app does not have it.
    """

    def read(machine: Machine, a: Arguments) -> Any:
        content = _content(machine, a[-2])
        if isinstance(content, dict) and isinstance(a[-1], ClassRef) and machine.path.defines(a[-1].kind):
            return _made(machine, a[-1].kind, content, 0)
        if method is None:
            return UNKNOWN
        return machine.execute(method, a)

    return read


def _content(machine: Machine, source: Any) -> Any:
    """The JSON value in a text or at the beginning of a stream; ``None`` if there is none."""
    if isinstance(source, JavaObject) and isinstance(source.payload, Reader):
        raw = source.payload.take(len(source.payload.raw))
    elif isinstance(source, JavaObject):
        raw = to_text(rest_of_text(machine, source)).encode("utf-8", "surrogatepass")
    elif isinstance(source, str):
        raw = to_text(source).encode("utf-8", "surrogatepass")
    else:
        return None
    if len(raw) > MAX_JSON or raw.lstrip()[:1] != b"{":
        return None
    machine.allocate(_PER_CHARACTER * len(raw))
    try:
        return msgspec.json.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


def _made(machine: Machine, kind: str, values: dict[str, Any], depth: int) -> JavaObject:
    made = JavaObject(kind)
    machine.allocate(256)
    for owner in machine.path.ancestors(kind) if depth < _MAX_DEPTH else ():
        its = machine.path.find(owner)
        for index, names in its.dex.named_fields(its.row).items() if its is not None else ():
            member = its.dex.field(index) if its is not None else None
            if member is None or its is None:
                continue
            name = its.dex.string(member.name)
            value = next((values[one] for one in (*names, name) if one in values), None)
            made.fields[name] = _value(machine, its.dex.descriptor(member.kind), value, depth)
    return made


def _value(machine: Machine, kind: str, value: Any, depth: int) -> Any:
    """A JSON value as one of a type; not known if it does not suit it, and null for a missing one."""
    if value is None:
        return 0
    if kind in (STRING, _OBJECT):
        text = value if isinstance(value, str) else str(value) if type(value) in (int, float) else None
        return to_units(text) if text is not None else UNKNOWN
    if isinstance(value, bool):
        return int(value) if kind == "Z" else UNKNOWN
    if kind in "IJSB":
        number = int(value) if isinstance(value, int) or (isinstance(value, str) and value[:18].isdecimal()) else None
        return UNKNOWN if number is None else int64(number) if kind == "J" else int32(number)
    if isinstance(value, dict) and machine.path.defines(kind):
        return _made(machine, kind, value, depth + 1)
    if isinstance(value, list) and kind in _LISTS and all(isinstance(one, str) for one in value):
        machine.allocate(64 * len(value))
        return JavaObject("Ljava/util/ArrayList;", [to_units(one) for one in value])
    return UNKNOWN


def _adapter(machine: Machine, a: Arguments) -> JavaObject:
    if not isinstance(a[1], ClassRef):
        raise NotRunnableError("an adapter of an unknown class")
    machine.allocate(64)
    return JavaObject(_ADAPTER, a[1])


def _adapted(machine: Machine, a: Arguments) -> Any:
    return reader(None)(machine, (a[1], a[0].payload))


def _nothing(_: Machine, _a: Arguments) -> None:
    return


CALLS: dict[str, LibraryCall] = {
    **{f"Lcom/google/gson/Gson{name};-><init>()": _nothing for name in ("", "Builder")},
    "Lcom/google/gson/GsonBuilder;->create()": lambda _, _a: JavaObject("Lcom/google/gson/Gson;"),
    f"{_MOSHI}$Builder;-><init>()": _nothing,
    f"{_MOSHI}$Builder;->build()": lambda _, _a: JavaObject(f"{_MOSHI};"),
    f"{_MOSHI};->adapter({_CLASS})": _adapter,
    f"{_ADAPTER}->fromJson({STRING})": _adapted,
}
"""The methods, by ``Lowner;->name(parameters)``."""
