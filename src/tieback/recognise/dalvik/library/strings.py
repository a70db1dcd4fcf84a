"""``java.lang.String``, ``StringBuilder`` and ``StringBuffer``, on UTF-16 code units."""

from collections.abc import Callable, Sequence
from typing import Any

from tieback.model.lazy_pattern import lazy_pattern
from tieback.recognise.dalvik.library.charsets import charset_of, decode, encode
from tieback.recognise.dalvik.library.reals import DOUBLE, FLOAT, REALS, formatted_real, text_of_real
from tieback.recognise.dalvik.machine import LibraryCall, Machine
from tieback.recognise.dalvik.objects import (
    STRING,
    UNKNOWN,
    Boxed,
    ClassRef,
    JavaArray,
    JavaObject,
    NotRunnableError,
    int32,
    to_bytes,
)

_OUT_OF_RANGE = "Ljava/lang/StringIndexOutOfBoundsException;"
_FORMAT = lazy_pattern(r"%(?:(\d{1,2})\$)?([0-]?)(\d{0,3})(\.\d{1,2})?([sSdcCxXobf%n])")
_PLACES = 6
"""Digits behind the point if a format names no number of them."""
_SEQUENCE = "Ljava/lang/CharSequence;"
BIG = "Ljava/math/BigInteger;"
_MAX_DECIMAL = 4096
"""Most bits of a number that is written with decimal digits."""

type Arguments = Sequence[Any]


def text_of(machine: Machine, value: Any) -> str:
    """``String.valueOf`` of an object. Raises ``NotRunnableError`` if its text is not known."""
    if isinstance(value, str):
        return value
    if type(value) is int and value == 0:
        return "null"
    if isinstance(value, Boxed):
        if value.kind == "Ljava/lang/Character;":
            return chr(value.value)
        if value.kind == "Ljava/lang/Boolean;":
            return "true" if value.value else "false"
        if value.kind in REALS:
            return text_of_real(value.kind, value.value)
        return str(value.value)
    if isinstance(value, ClassRef):
        return f"class {value.kind[1:-1].replace('/', '.')}"
    if isinstance(value, JavaObject):
        if isinstance(value.payload, Builder):
            return machine.text("".join(value.payload.units))
        if isinstance(value.payload, str):
            return value.payload
        result = machine.to_string(value)
        if isinstance(result, str):
            return result
    raise NotRunnableError("the text of an object")


def sequence(machine: Machine, value: Any) -> str:
    """Text of a ``CharSequence``; a ``NullPointerException`` for ``null``."""
    if isinstance(value, str):
        return value
    if type(value) is int:
        raise machine.thrown("Ljava/lang/NullPointerException;")
    return text_of(machine, value)


class Builder:
    """Content of a ``StringBuilder``: one item per code unit."""

    __slots__ = ("units",)

    def __init__(self, text: str = "") -> None:
        self.units = list(text)


def _cut(machine: Machine, text: str, begin: int, end: int) -> str:
    if not 0 <= begin <= end <= len(text):
        raise machine.thrown(_OUT_OF_RANGE)
    return machine.text(text[begin:end])


def _char_at(machine: Machine, a: Arguments) -> int:
    text, at = a
    if not 0 <= at < len(text):
        raise machine.thrown(_OUT_OF_RANGE)
    return ord(text[at])


def _find(method: Callable[..., int]) -> LibraryCall:
    def find(machine: Machine, a: Arguments) -> int:
        text = str(a[0])
        sought = chr(a[1]) if type(a[1]) is int else sequence(machine, a[1])
        machine.spend(len(text) >> 4)
        if method is str.find:
            return text.find(sought, *(max(0, place) for place in a[2:]))
        return text.rfind(sought) if len(a) == 2 else text.rfind(sought, 0, max(0, a[2] + len(sought)))

    return find


def _hash(machine: Machine, a: Arguments) -> int:
    text = sequence(machine, a[0])
    machine.spend(len(text) >> 2)
    value = 0
    for char in text:
        value = (31 * value + ord(char)) & 0xFFFFFFFF
    return int32(value)


def _replace(machine: Machine, a: Arguments) -> str:
    text, old, new = a
    old, new = (chr(each) if type(each) is int else sequence(machine, each) for each in (old, new))
    return _replaced(machine, text, old, new)


def _replaced(machine: Machine, text: str, old: str, new: str) -> str:
    # Counted first: the result can be the product of two lengths.
    machine.allocate(2 * (text.count(old) if old else len(text) + 1) * len(new))
    return machine.text(text.replace(old, new))


def _char_array(machine: Machine, a: Arguments) -> JavaArray:
    array = machine.array("C", len(a[0]))
    array.items[:] = map(ord, a[0])
    return array


def _from_chars(machine: Machine, a: Arguments) -> str:
    """``new String(char[])``, ``valueOf(char[])`` and both with offset and count."""
    array, *part = a
    if not isinstance(array, JavaArray):
        raise machine.thrown("Ljava/lang/NullPointerException;")
    items = array.items
    if part:
        begin, count = part
        if begin < 0 or count < 0 or begin + count > len(items):
            raise machine.thrown(_OUT_OF_RANGE)
        items = items[begin : begin + count]
    return machine.text("".join(map(chr, items)))


def _new_string(machine: Machine, a: Arguments) -> str:
    """``new String`` of bytes, with offset and count, and with a character set."""
    array, rest = a[1], list(a[2:])
    if isinstance(array, str):
        return array
    if not isinstance(array, JavaArray):
        raise machine.thrown("Ljava/lang/NullPointerException;")
    name = charset_of(machine, rest.pop()) if rest and type(rest[-1]) is not int else "utf-8"
    raw = to_bytes(array)
    if rest:
        begin, count = rest
        if begin < 0 or count < 0 or begin + count > len(raw):
            raise machine.thrown(_OUT_OF_RANGE)
        raw = raw[begin : begin + count]
    return machine.text(decode(raw, name))


def _get_bytes(machine: Machine, a: Arguments) -> JavaArray:
    name = charset_of(machine, a[1]) if len(a) > 1 else "utf-8"
    machine.spend(len(a[0]) >> 3)
    return machine.octets(encode(a[0], name))


def _get_chars(machine: Machine, a: Arguments) -> None:
    text, begin, end, array, place = a
    if not 0 <= begin <= end <= len(text) or place < 0 or place + end - begin > len(array.items):
        raise machine.thrown(_OUT_OF_RANGE)
    machine.spend(end - begin >> 3)
    array.items[place : place + end - begin] = [ord(char) for char in text[begin:end]]


def format_text(machine: Machine, a: Arguments) -> str:
    """``String.format``: the last two arguments are the template and its values."""
    template, array = a[-2:]
    values = list(array.items) if isinstance(array, JavaArray) else []
    parts, at, number = [], 0, 0
    for found in _FORMAT.finditer(template):
        parts.append(_between(template[at : found.start()]))
        at = found.end()
        place, flag, width, places, kind = found.groups()
        if kind in "%n":
            parts.append("%" if kind == "%" else "\n")
            continue
        index = int(place) - 1 if place else number
        number += not place
        if not 0 <= index < len(values):
            raise machine.thrown("Ljava/lang/IllegalArgumentException;")
        text = _formatted(machine, values[index], kind, int(places[1:]) if places else None)
        size = int(width or 0)
        parts.append(text.zfill(size) if flag == "0" else text.ljust(size) if flag else text.rjust(size))
    parts.append(_between(template[at:]))
    return machine.text("".join(parts))


def _between(text: str) -> str:
    if "%" in text:
        raise NotRunnableError("a format that is not supported")
    return text


def _formatted(machine: Machine, value: Any, kind: str, places: int | None) -> str:
    if kind == "f":
        return formatted_real(value, _PLACES if places is None else places)
    if kind in "SC":
        return _formatted(machine, value, kind.lower(), places).upper()
    if kind in "oxX" and isinstance(value, Boxed):
        bits = {"Ljava/lang/Long;": 64, "Ljava/lang/Byte;": 8, "Ljava/lang/Short;": 16}.get(value.kind, 32)
        return format(value.value & ((1 << bits) - 1), kind)
    if kind in "doxX" and isinstance(value, JavaObject) and value.kind == BIG and type(value.payload) is int:
        if kind == "d" and value.payload.bit_length() > _MAX_DECIMAL:
            raise NotRunnableError("a number with too many bits")
        return format(value.payload, kind)
    if kind == "c" and isinstance(value, Boxed):
        return chr(value.value & 0xFFFF)
    if places is not None and kind != "s":
        raise NotRunnableError("a format that is not supported")
    return text_of(machine, value)[:places]


def _join(machine: Machine, a: Arguments) -> str:
    separator, parts = sequence(machine, a[0]), a[1]
    items = parts.items if isinstance(parts, JavaArray) else parts.payload
    if not isinstance(items, list):
        raise NotRunnableError("a collection without an order")
    texts = [text_of(machine, item) for item in items]
    machine.allocate(2 * (len(separator) * len(texts) + sum(map(len, texts))))
    return separator.join(texts)


def _repeat(machine: Machine, a: Arguments) -> str:
    text, count = a
    machine.allocate(2 * len(text) * max(0, count))
    return str(text * max(0, count))


def _trim(machine: Machine, a: Arguments) -> str:
    return machine.text(a[0].strip("".join(map(chr, range(33)))))


def _plus(machine: Machine, a: Arguments) -> str:
    return machine.text(a[0] + sequence(machine, a[1]))


# StringBuilder


def _build(machine: Machine, a: Arguments) -> None:
    text = a[1] if len(a) > 1 and not isinstance(a[1], int) else ""
    text = sequence(machine, text)
    machine.allocate(8 * len(text) + 64)
    a[0].payload = Builder(text)


def _units(value: Any) -> list[str]:
    if isinstance(value, JavaObject) and isinstance(value.payload, Builder):
        return value.payload.units
    raise NotRunnableError("a builder that is not known")


def _append_text(machine: Machine, builder: Any, text: str) -> Any:
    machine.allocate(8 * len(text))
    _units(builder).extend(text)
    return builder


def _append(machine: Machine, a: Arguments) -> Any:
    return _append_text(machine, a[0], text_of(machine, a[1]))


def _append_number(machine: Machine, a: Arguments) -> Any:
    return _append_text(machine, a[0], str(a[1] + 0))


def _append_char(machine: Machine, a: Arguments) -> Any:
    return _append_text(machine, a[0], chr(a[1]))


def _append_part(machine: Machine, a: Arguments) -> Any:
    builder, source, begin, end = a
    text = text_of(machine, source)
    return _append_text(machine, builder, _cut(machine, text, begin, end))


def _append_chars(machine: Machine, a: Arguments) -> Any:
    return _append_text(machine, a[0], _from_chars(machine, a[1:]))


def _place(machine: Machine, units: list[str], at: int, *, end: bool = False) -> int:
    if not 0 <= at < len(units) + end:
        raise machine.thrown(_OUT_OF_RANGE)
    return at


def _insert(text: Callable[[Machine, Any], str]) -> LibraryCall:
    def insert(machine: Machine, a: Arguments) -> Any:
        units, added = _units(a[0]), text(machine, a[2])
        at = _place(machine, units, a[1], end=True)
        machine.allocate(8 * len(added))
        machine.spend(len(units) >> 5)
        units[at:at] = added
        return a[0]

    return insert


def _delete(machine: Machine, a: Arguments) -> Any:
    units = _units(a[0])
    begin, end = (a[1], a[2]) if len(a) > 2 else (_place(machine, units, a[1]), a[1] + 1)
    if not 0 <= begin <= min(end, len(units)):
        raise machine.thrown(_OUT_OF_RANGE)
    machine.spend(len(units) >> 5)
    del units[begin:end]
    return a[0]


def _set_length(machine: Machine, a: Arguments) -> None:
    units, length = _units(a[0]), a[1]
    if length < 0:
        raise machine.thrown(_OUT_OF_RANGE)
    machine.allocate(8 * max(0, length - len(units)))
    units[length:] = ["\0"] * (length - len(units))


def _reverse(machine: Machine, a: Arguments) -> Any:
    units = _units(a[0])
    machine.spend(len(units) >> 5)
    units.reverse()
    if any("\ud800" <= unit <= "\udfff" for unit in units):
        raise NotRunnableError("surrogates in reverse order")
    return a[0]


def _replace_part(machine: Machine, a: Arguments) -> Any:
    units = _units(a[0])
    if not 0 <= a[1] <= min(a[2], len(units)):
        raise machine.thrown(_OUT_OF_RANGE)
    machine.allocate(8 * len(a[3]))
    units[a[1] : a[2]] = a[3]
    return a[0]


def _set_char(machine: Machine, a: Arguments) -> None:
    units = _units(a[0])
    units[_place(machine, units, a[1])] = chr(a[2])


def _built(machine: Machine, a: Arguments) -> str:
    return machine.text("".join(_units(a[0])))


def _value_of(machine: Machine, a: Arguments) -> str:
    return text_of(machine, a[0])


def _same(machine: Machine, a: Arguments) -> int:
    if UNKNOWN in a:
        raise NotRunnableError("a comparison with an unknown object")
    machine.spend(len(a[0]) >> 5)
    return int(isinstance(a[1], str) and a[0] == a[1])


def _same_region(machine: Machine, a: Arguments) -> int:
    """``regionMatches``: the text, whether case is ignored, its place, the other text, the place there, the length."""
    text, ignored, at, other, place, length = a[0], a[1], a[2], sequence(machine, a[3]), a[4], a[5]
    if at < 0 or place < 0 or at + length > len(text) or place + length > len(other):
        return 0
    machine.spend(max(0, length) >> 5)
    one, another = text[at : at + max(0, length)], other[place : place + max(0, length)]
    return int(one.lower() == another.lower() if ignored else one == another)


def _to_ascii(machine: Machine, a: Arguments) -> str:
    """A host of ASCII stays as it is; others need tables."""
    text = sequence(machine, a[0])
    if not text.isascii():
        raise NotRunnableError("a host that is not ASCII")
    return text


def _calls() -> dict[str, LibraryCall]:
    text: dict[str, LibraryCall] = {
        "length()": lambda _, a: len(a[0]),
        "isEmpty()": lambda _, a: int(not a[0]),
        "charAt(I)": _char_at,
        "codePointAt(I)": _char_at,
        "substring(I)": lambda m, a: _cut(m, a[0], a[1], len(a[0])),
        "substring(II)": lambda m, a: _cut(m, *a),
        "subSequence(II)": lambda m, a: _cut(m, *a),
        "contains(Ljava/lang/CharSequence;)": lambda m, a: int(_find(str.find)(m, (a[0], sequence(m, a[1]))) >= 0),
        "startsWith(Ljava/lang/String;)": lambda m, a: int(a[0].startswith(sequence(m, a[1]))),
        "startsWith(Ljava/lang/String;I)": lambda m, a: int(a[0].startswith(sequence(m, a[1]), max(0, a[2]))),
        "regionMatches(ILjava/lang/String;II)": lambda m, a: _same_region(m, (a[0], 0, *a[1:])),
        "regionMatches(ZILjava/lang/String;II)": _same_region,
        "endsWith(Ljava/lang/String;)": lambda m, a: int(a[0].endswith(sequence(m, a[1]))),
        "equals(Ljava/lang/Object;)": _same,
        "contentEquals(Ljava/lang/CharSequence;)": lambda m, a: int(a[0] == sequence(m, a[1])),
        "equalsIgnoreCase(Ljava/lang/String;)": lambda _, a: int(
            isinstance(a[1], str) and a[0].lower() == a[1].lower()
        ),
        "compareTo(Ljava/lang/String;)": lambda m, a: (a[0] > sequence(m, a[1])) - (a[0] < a[1]),
        "hashCode()": _hash,
        "concat(Ljava/lang/String;)": _plus,
        "replace(CC)": _replace,
        "replace(Ljava/lang/CharSequence;Ljava/lang/CharSequence;)": _replace,
        "trim()": _trim,
        "strip()": _trim,
        "toUpperCase()": lambda m, a: m.text(a[0].upper()),
        "toLowerCase()": lambda m, a: m.text(a[0].lower()),
        "toUpperCase(Ljava/util/Locale;)": lambda m, a: m.text(a[0].upper()),
        "toLowerCase(Ljava/util/Locale;)": lambda m, a: m.text(a[0].lower()),
        "toCharArray()": _char_array,
        "getBytes()": _get_bytes,
        "getBytes(Ljava/lang/String;)": _get_bytes,
        "getBytes(Ljava/nio/charset/Charset;)": _get_bytes,
        "getChars(II[CI)": _get_chars,
        "intern()": lambda _, a: a[0],
        "toString()": lambda _, a: a[0],
        "repeat(I)": _repeat,
        "format(Ljava/lang/String;[Ljava/lang/Object;)": format_text,
        "format(Ljava/util/Locale;Ljava/lang/String;[Ljava/lang/Object;)": format_text,
        "join(Ljava/lang/CharSequence;[Ljava/lang/CharSequence;)": _join,
        "join(Ljava/lang/CharSequence;Ljava/lang/Iterable;)": _join,
        "valueOf([C)": _from_chars,
        "valueOf([CII)": _from_chars,
        "copyValueOf([C)": _from_chars,
        "copyValueOf([CII)": _from_chars,
        "valueOf(C)": lambda _, a: chr(a[0]),
        "valueOf(I)": lambda _, a: str(a[0] + 0),
        "valueOf(J)": lambda _, a: str(a[0] + 0),
        "valueOf(Z)": lambda _, a: "true" if a[0] else "false",
        "valueOf(D)": lambda _, a: text_of_real(DOUBLE, a[0]),
        "valueOf(F)": lambda _, a: text_of_real(FLOAT, a[0]),
        "valueOf(Ljava/lang/Object;)": _value_of,
        "<init>()": lambda _, _a: "",
        "<init>([BI)": lambda m, a: m.text("".join(chr((a[2] & 0xFF) << 8 | item & 0xFF) for item in a[1].items)),
        "<init>([C)": lambda m, a: _from_chars(m, a[1:]),
        "<init>([CII)": lambda m, a: _from_chars(m, a[1:]),
        "<init>(Ljava/lang/StringBuilder;)": lambda m, a: text_of(m, a[1]),
        "<init>(Ljava/lang/StringBuffer;)": lambda m, a: text_of(m, a[1]),
    }
    for tail in ("", "II"):
        for charset in ("", "Ljava/lang/String;", "Ljava/nio/charset/Charset;"):
            text[f"<init>([B{tail}{charset})"] = _new_string
    text["<init>(Ljava/lang/String;)"] = _new_string
    for name, method in (("indexOf", str.find), ("lastIndexOf", str.rfind)):
        for tail in ("I", "II", STRING, f"{STRING}I"):
            text[f"{name}({tail})"] = _find(method)
    builder: dict[str, LibraryCall] = {
        "<init>()": _build,
        "<init>(I)": _build,
        f"<init>({STRING})": _build,
        f"<init>({_SEQUENCE})": _build,
        "append(C)": _append_char,
        "append(I)": _append_number,
        "append(J)": _append_number,
        "append(D)": lambda m, a: _append_text(m, a[0], text_of_real(DOUBLE, a[1])),
        "append(F)": lambda m, a: _append_text(m, a[0], text_of_real(FLOAT, a[1])),
        "append(Z)": lambda m, a: _append_text(m, a[0], "true" if a[1] else "false"),
        "append([C)": _append_chars,
        "append([CII)": _append_chars,
        f"append({_SEQUENCE}II)": _append_part,
        "insert(IC)": _insert(lambda _, value: chr(value)),
        "insert(II)": _insert(lambda _, value: str(value + 0)),
        "delete(II)": _delete,
        "deleteCharAt(I)": _delete,
        f"replace(II{STRING})": _replace_part,
        "setCharAt(IC)": _set_char,
        "setLength(I)": _set_length,
        "reverse()": _reverse,
        "length()": lambda _, a: len(_units(a[0])),
        "charAt(I)": lambda m, a: ord(_units(a[0])[_place(m, _units(a[0]), a[1])]),
        "substring(I)": lambda m, a: _cut(m, _built(m, a), a[1], len(_units(a[0]))),
        "substring(II)": lambda m, a: _cut(m, _built(m, a), a[1], a[2]),
        f"indexOf({STRING})": lambda m, a: _built(m, a).find(sequence(m, a[1])),
        "toString()": _built,
        "capacity()": lambda _, a: len(_units(a[0])) + 16,
        "ensureCapacity(I)": lambda _, _a: None,
    }
    for kind in (STRING, _SEQUENCE, "Ljava/lang/Object;", "Ljava/lang/StringBuffer;"):
        builder[f"append({kind})"] = _append
        builder[f"insert(I{kind})"] = _insert(text_of)
    shared: dict[str, LibraryCall] = {
        "length()": lambda m, a: len(sequence(m, a[0])),
        "charAt(I)": lambda m, a: _char_at(m, (sequence(m, a[0]), a[1])),
        "toString()": lambda m, a: sequence(m, a[0]),
    }
    found = {f"{STRING}->{name}": call for name, call in text.items()}
    found[f"Ljava/net/IDN;->toASCII({STRING})"] = _to_ascii
    for owner in ("StringBuilder", "StringBuffer", "AbstractStringBuilder"):
        found |= {f"Ljava/lang/{owner};->{name}": call for name, call in builder.items()}
    return found | {f"{_SEQUENCE}->{name}": call for name, call in shared.items()}


CALLS = _calls()
