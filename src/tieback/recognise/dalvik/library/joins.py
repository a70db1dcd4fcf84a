"""Texts that are joined with a separator.

Sources: https://developer.android.com/reference/java/lang/String#join and
https://developer.android.com/reference/android/text/TextUtils#join and
https://developer.android.com/reference/java/text/MessageFormat
"""

from collections.abc import Sequence
from typing import Any

from tieback.model.lazy_pattern import lazy_pattern
from tieback.recognise.dalvik.library.strings import sequence, text_of
from tieback.recognise.dalvik.machine import LibraryCall, Machine
from tieback.recognise.dalvik.objects import Boxed, JavaArray, JavaObject, NotRunnableError

_STRING, _TEXTS = "Ljava/lang/String;", "Landroid/text/TextUtils;"
_SEQUENCE, _ITERABLE = "Ljava/lang/CharSequence;", "Ljava/lang/Iterable;"

_PLACE = lazy_pattern(r"\{(\d{1,2})\}")
_PLAIN = lazy_pattern(r"(?:[^{}]|\{\d{1,2}\})*")
_GROUPED = 1_000
"""Least number with a separator."""

type Arguments = Sequence[Any]


def _items(value: Any) -> Sequence[Any]:
    if isinstance(value, JavaArray):
        return value.items
    if isinstance(value, JavaObject) and isinstance(value.payload, list):
        return value.payload
    raise NotRunnableError("a list that is not known")


def _joined(machine: Machine, separator: str, items: Sequence[Any]) -> str:
    texts = []
    for item in items:
        texts.append(text_of(machine, item))
        machine.spend(2)
    size = sum(map(len, texts)) + len(separator) * len(texts)
    machine.allocate(2 * size)  # before the text exists: items can be one long text many times
    return machine.text(separator.join(texts))


def _join(machine: Machine, a: Arguments) -> str:
    return _joined(machine, sequence(machine, a[0]), _items(a[1]))


def _concat(machine: Machine, a: Arguments) -> str:
    return _joined(machine, "", _items(a[0]))


def _message(machine: Machine, a: Arguments) -> str:
    """``MessageFormat.format`` with plain arguments; a number above 999 is written with separators."""
    template, items = sequence(machine, a[0]), _items(a[1])
    if "'" in template or not _PLAIN.fullmatch(template):
        raise NotRunnableError("a format that is not supported")
    machine.allocate(2 * len(template))
    parts, at = [], 0
    for found in _PLACE.finditer(template):
        number = int(found[1])
        if number >= len(items):
            raise NotRunnableError("a value that is missing")
        value = items[number]
        if isinstance(value, Boxed) and abs(value.value) >= _GROUPED and value.kind != "Ljava/lang/Character;":
            raise NotRunnableError("a number with separators")
        shown = text_of(machine, value)
        machine.allocate(2 * len(shown))  # before the text exists: one value can be in it many times
        parts += [template[at : found.start()], shown]
        at = found.end()
    return machine.text("".join((*parts, template[at:])))


CALLS: dict[str, LibraryCall] = {
    f"Ljava/text/MessageFormat;->format({_STRING}[Ljava/lang/Object;)": _message,
    f"{_STRING}->join({_SEQUENCE}[{_SEQUENCE})": _join,
    f"{_STRING}->join({_SEQUENCE}{_ITERABLE})": _join,
    f"{_TEXTS}->join({_SEQUENCE}[Ljava/lang/Object;)": _join,
    f"{_TEXTS}->join({_SEQUENCE}{_ITERABLE})": _join,
    f"{_TEXTS}->concat([{_SEQUENCE})": _concat,
}
"""The methods, by ``Lowner;->name(parameters)``."""
