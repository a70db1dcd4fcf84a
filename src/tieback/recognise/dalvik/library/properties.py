"""``Properties`` and ``ResourceBundle``, from files of the app itself.

Source: https://developer.android.com/reference/java/util/Properties#load(java.io.Reader)
"""

import re
from collections.abc import Sequence
from typing import Any

from tieback.model.lazy_pattern import lazy_pattern
from tieback.recognise.dalvik.library.files import MAX_FILE, rest_of_text
from tieback.recognise.dalvik.library.streams import reader_of
from tieback.recognise.dalvik.library.strings import text_of
from tieback.recognise.dalvik.machine import LibraryCall, Machine
from tieback.recognise.dalvik.objects import STRING, JavaObject, NotRunnableError, to_units

_PROPERTIES, _BUNDLE = "Ljava/util/Properties;", "Ljava/util/ResourceBundle;"
_LINE = lazy_pattern(r"[ \t\f]*((?:[^\r\n\\]|\\(?:\r\n|[\s\S]))*)")
_PAIR = lazy_pattern(r"((?:[^\s=:\\]|\\[\s\S])*)[ \t\f]*[=:]?[ \t\f]*([\s\S]*)")
_ESCAPE = lazy_pattern(r"\\(u[0-9A-Fa-f]{4}|(?:\r\n|[\r\n])[ \t\f]*|[\s\S])")
_CONTROLS = {"t": "\t", "n": "\n", "r": "\r", "f": "\f"}
MAX_PROPERTIES = 2_000
"""Most properties of one file."""
_ITEM = 64

type Arguments = Sequence[Any]


def read_properties(text: str) -> dict[str, str]:
    """The properties of a file, at most ``MAX_PROPERTIES``; a later one with the same key counts."""
    found: dict[str, str] = {}
    for line in _LINE.finditer(text):
        pair = _PAIR.fullmatch(line[1]) if line[1][:1] not in ("", "#", "!") else None
        if pair is not None:
            found[_plain(pair[1])] = _plain(pair[2])
            if len(found) >= MAX_PROPERTIES:
                break
    return found


def _plain(text: str) -> str:
    return _ESCAPE.sub(_escaped, text) if "\\" in text else text


def _escaped(escape: re.Match[str]) -> str:
    sign = escape[1]
    if sign[0] in "\r\n":
        return ""
    return chr(int(sign[1:], 16)) if len(sign) > 1 else _CONTROLS.get(sign, sign)


def _load(machine: Machine, a: Arguments) -> None:
    if not isinstance(a[1], JavaObject) or not isinstance(a[0].payload, dict):
        raise NotRunnableError("a stream that is not known")
    if a[1].kind.endswith("Reader;"):
        text = rest_of_text(machine, a[1])
    else:
        reader = reader_of(a[1])
        text = reader.take(len(reader.raw)).decode("latin-1")
    _keep(machine, a[0].payload, text)


def _keep(machine: Machine, entries: dict[Any, Any], text: str) -> None:
    if len(text) > MAX_FILE:
        raise NotRunnableError("properties that are too long")
    found = read_properties(text)
    machine.allocate(_ITEM * len(found) + 2 * len(text))
    entries |= {to_units(key): to_units(value) for key, value in found.items()}


def _get(_: Machine, a: Arguments) -> Any:
    if not isinstance(a[0].payload, dict):
        raise NotRunnableError("properties that are not known")
    return a[0].payload.get(a[1], a[2] if len(a) > 2 else 0)


def _bundle(machine: Machine, a: Arguments) -> JavaObject:
    content = machine.files.java_file(f"{text_of(machine, a[0]).replace('.', '/')}.properties")
    if content is None or len(content) > MAX_FILE:
        raise NotRunnableError("a bundle that is not known")
    machine.opened(content)
    made = JavaObject(_BUNDLE, {})
    _keep(machine, made.payload, content.decode("latin-1"))
    return made


def _required(machine: Machine, a: Arguments) -> Any:
    if a[1] not in a[0].payload:
        raise machine.thrown("Ljava/util/MissingResourceException;")
    return a[0].payload[a[1]]


CALLS: dict[str, LibraryCall] = {
    f"{_PROPERTIES}->load(Ljava/io/InputStream;)": _load,
    f"{_PROPERTIES}->load(Ljava/io/Reader;)": _load,
    f"{_PROPERTIES}->getProperty({STRING})": _get,
    f"{_PROPERTIES}->getProperty({STRING}{STRING})": _get,
    f"{_BUNDLE}->getBundle({STRING})": _bundle,
    f"{_BUNDLE}->getBundle({STRING}Ljava/util/Locale;)": _bundle,
    f"{_BUNDLE}->getString({STRING})": _required,
}
"""The methods, by ``Lowner;->name(parameters)``."""
