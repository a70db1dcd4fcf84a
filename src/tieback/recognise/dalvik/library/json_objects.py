"""Objects and arrays of ``org.json``, from texts that the code has.

Source: https://developer.android.com/reference/org/json/JSONObject
"""

from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from tieback.recognise.dalvik.library.collections import Iterator
from tieback.recognise.dalvik.library.strings import sequence
from tieback.recognise.dalvik.machine import LibraryCall, Machine
from tieback.recognise.dalvik.objects import STRING, UNKNOWN, JavaObject, NotRunnableError, int32, int64, to_units

_OBJECT, _ARRAY = "Lorg/json/JSONObject;", "Lorg/json/JSONArray;"
_WRONG = "Lorg/json/JSONException;"
MAX_JSON = 64 * 1024
"""Most characters of a text that is read."""
_PER_CHARACTER = 16
"""Bytes that a character of a text stands for in the memory limit."""

type Arguments = Sequence[Any]


def _parsed(kind: type) -> LibraryCall:
    """The constructor that reads a text: an object for ``dict``, an array for ``list``."""

    def read(machine: Machine, a: Arguments) -> None:
        text = sequence(machine, a[1])
        if len(text) > MAX_JSON:
            raise NotRunnableError("a JSON text that is too long")
        machine.allocate(_PER_CHARACTER * len(text))
        try:
            value = msgspec.json.decode(text.encode("utf-8", "surrogatepass"))
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            raise machine.thrown(_WRONG) from None
        if type(value) is not kind:
            raise machine.thrown(_WRONG)
        a[0].payload = value

    return read


def _found(value: Any, key: Any) -> Any:
    """The value at a name or a place; ``None`` if there is none, as for ``null``."""
    payload = value.payload if isinstance(value, JavaObject) else None
    if isinstance(payload, dict) and isinstance(key, str):
        return payload.get(key)
    if isinstance(payload, list) and type(key) is int:
        return payload[key] if 0 <= key < len(payload) else None
    raise NotRunnableError("a JSON value that is not known")


def _text(machine: Machine, value: Any) -> Any:
    if isinstance(value, bool):
        return "true" if value else "false"
    return machine.text(to_units(value if isinstance(value, str) else str(value))) if _is_plain(value) else None


def _is_plain(value: Any) -> bool:
    return isinstance(value, (str, int))


def _integer(_: Machine, value: Any) -> Any:
    if isinstance(value, str) and value.isdecimal() and value.isascii():
        value = int(value[:20])
    return int32(value) if type(value) is int else None


def _long(_: Machine, value: Any) -> Any:
    return int64(value) if type(value) is int else None


def _truth(_: Machine, value: Any) -> Any:
    return int(value) if isinstance(value, bool) else None


def _nested(kind: str, payload: type) -> Callable[[Machine, Any], Any]:
    return lambda _, value: JavaObject(kind, value) if type(value) is payload else None


def _any(machine: Machine, value: Any) -> Any:
    for kind, payload in ((_OBJECT, dict), (_ARRAY, list)):
        if type(value) is payload:
            return JavaObject(kind, value)
    return _text(machine, value) if isinstance(value, str) else UNKNOWN


def _get(converted: Callable[[Machine, Any], Any]) -> LibraryCall:
    """A method that throws if there is no such value."""

    def got(machine: Machine, a: Arguments) -> Any:
        value = _found(a[0], a[1])
        result = converted(machine, value) if value is not None else None
        if result is None:
            raise machine.thrown(_WRONG)
        return result

    return got


def _optional(converted: Callable[[Machine, Any], Any], otherwise: Any) -> LibraryCall:
    """A method that gives its last argument, or a fixed value, if there is no such value."""

    def got(machine: Machine, a: Arguments) -> Any:
        value = _found(a[0], a[1])
        result = converted(machine, value) if value is not None else None
        return result if result is not None else a[2] if len(a) > 2 else otherwise

    return got


def _names(machine: Machine, value: Any) -> list[str]:
    """The names of an object, in the order of its text."""
    payload = value.payload if isinstance(value, JavaObject) else None
    if not isinstance(payload, dict):
        raise NotRunnableError("a JSON value that is not known")
    machine.allocate(_PER_CHARACTER * sum(map(len, payload)))
    return list(map(to_units, payload))


def _keys(machine: Machine, a: Arguments) -> JavaObject:
    return JavaObject("Ljava/util/Iterator;", Iterator(_names(machine, a[0])))


def _name_array(machine: Machine, a: Arguments) -> Any:
    names = _names(machine, a[0])
    return JavaObject(_ARRAY, list(a[0].payload)) if names else 0


def _written(machine: Machine, a: Arguments) -> str:
    payload = a[0].payload if isinstance(a[0], JavaObject) else None
    if not isinstance(payload, (dict, list)):
        raise NotRunnableError("a JSON value that is not known")
    return machine.text(to_units(msgspec.json.encode(payload).decode()))


def _calls() -> dict[str, LibraryCall]:
    kinds: dict[str, tuple[Callable[[Machine, Any], Any], str, Any]] = {
        "String": (_text, STRING, ""),
        "Int": (_integer, "I", 0),
        "Long": (_long, "J", 0),
        "Boolean": (_truth, "Z", 0),
        "JSONObject": (_nested(_OBJECT, dict), "", 0),
        "JSONArray": (_nested(_ARRAY, list), "", 0),
        "": (_any, "", 0),
    }
    found: dict[str, LibraryCall] = {
        f"{_OBJECT}-><init>({STRING})": _parsed(dict),
        f"{_ARRAY}-><init>({STRING})": _parsed(list),
        f"{_OBJECT}->has({STRING})": lambda _, a: int(isinstance(a[0].payload, dict) and a[1] in a[0].payload),
        f"{_OBJECT}->isNull({STRING})": lambda _, a: int(_found(a[0], a[1]) is None),
        f"{_ARRAY}->isNull(I)": lambda _, a: int(_found(a[0], a[1]) is None),
        f"{_OBJECT}->length()": lambda _, a: len(a[0].payload),
        f"{_OBJECT}->keys()": _keys,
        f"{_OBJECT}->keySet()": lambda m, a: JavaObject("Ljava/util/ArrayList;", _names(m, a[0])),
        f"{_OBJECT}->names()": _name_array,
        f"{_OBJECT}->toString()": _written,
        f"{_ARRAY}->toString()": _written,
        f"{_ARRAY}->length()": lambda _, a: len(a[0].payload),
    }
    for owner, key in ((_OBJECT, STRING), (_ARRAY, "I")):
        for name, (converted, default, otherwise) in kinds.items():
            found[f"{owner}->get{name}({key})"] = _get(converted)
            found[f"{owner}->opt{name}({key})"] = _optional(converted, otherwise)
            if default:
                found[f"{owner}->opt{name}({key}{default})"] = _optional(converted, otherwise)
    return found


CALLS = _calls()
"""The methods, by ``Lowner;->name(parameters)``."""
