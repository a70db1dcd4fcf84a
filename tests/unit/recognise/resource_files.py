"""Resource tables and compiled XML as aapt writes them, for tests of references between resources."""

import struct
from collections.abc import Mapping, Sequence

from tests.unit.recognise.compiled import _pool

NOTHING = 0xFFFFFFFF
ANDROID = {
    "text": 0x0101014F, "hint": 0x01010150, "title": 0x010101E1, "value": 0x01010024, "data": 0x0101002E,
    "name": 0x01010003, "label": 0x01010001, "id": 0x010100D0,
}  # fmt: skip


class Number(int):
    """A decimal number as a value."""


type Value = str | int
"""A string, a number, or the identifier of another resource."""
type Entry = Value | Sequence[Value]
"""One value, or those of an array."""
type Types = Mapping[str, Mapping[str, Entry]]


def table(types: Types, *, languages: int = 1, compact: bool = False) -> bytes:
    """A table of one package (0x7f) with these types (0x01 and so on) and their entries, by name.

    Args:
        types: entries by type and name.
        languages: number of configurations; each but the first has only a copy of the first with ``-<n>`` added.
        compact: write entries of eight bytes.
    """
    strings: dict[str, int] = {}
    keys = list(dict.fromkeys(name for entries in types.values() for name in entries))
    chunks = b""
    for number, entries in enumerate(types.values(), start=1):
        for language in range(languages):
            suffix = f"-{language}" if language else ""
            packed = [_entry(keys.index(name), one, strings, suffix, compact) for name, one in entries.items()]
            places = [sum(map(len, packed[:index])) for index in range(len(packed))]
            config = struct.pack("<I", 28) + bytes(4) + language.to_bytes(1) + bytes(19)
            head, listed = 48, struct.pack(f"<{len(packed)}I", *places)
            body = config + listed + b"".join(packed)
            sizes = (head, 20 + len(body), number, 0, 0, len(packed), head + len(listed))
            chunks += struct.pack("<HHIBBHII", 0x0201, *sizes) + body
    kinds, names = _pool(list(types), utf16=False), _pool(keys, utf16=False)
    size = 288 + len(kinds) + len(names) + len(chunks)
    package = struct.pack("<HHII", 0x0200, 288, size, 0x7F) + bytes(256)
    package += struct.pack("<IIIII", 288, len(types), 288 + len(kinds), len(keys), 0) + kinds + names + chunks
    body = _pool(list(strings), utf16=False) + package
    return struct.pack("<HHII", 2, 12, 12 + len(body), 1) + body


def _entry(key: int, one: Entry, strings: dict[str, int], suffix: str, compact: bool) -> bytes:
    if not isinstance(one, str | int):
        items = b"".join(
            struct.pack("<I", 0x02000000 + n) + _value(item, strings, suffix) for n, item in enumerate(one)
        )
        return struct.pack("<HHIII", 16, 1, key, 0, len(one)) + items
    if compact:
        kind, value = struct.unpack("<3xBI", _value(one, strings, suffix))
        return struct.pack("<HHI", key, 8 | kind << 8, value)
    return struct.pack("<HHI", 8, 0, key) + _value(one, strings, suffix)


def _value(one: Value, strings: dict[str, int], suffix: str) -> bytes:
    if isinstance(one, int):
        return struct.pack("<HBBI", 8, 0, 0x10 if isinstance(one, Number) else 1, one)
    return struct.pack("<HBBI", 8, 0, 3, strings.setdefault(one + suffix, len(strings)))


def layout(*elements: tuple[str, Mapping[str, Value]], text: Value = "") -> bytes:
    """A compiled XML file: an element ``root`` with a text or a reference, and elements in it with attributes."""
    strings: dict[str, int] = {name: number for number, name in enumerate(ANDROID)}

    def number(value: str) -> int:
        return strings.setdefault(value, len(strings))

    def start(name: str, attributes: Mapping[str, Value]) -> bytes:
        data = struct.pack("<HHIII", 0x0102, 16, 36 + 20 * len(attributes), 1, NOTHING)
        data += struct.pack("<IIHHHHHH", NOTHING, number(name), 20, 20, len(attributes), 0, 0, 0)
        for key, value in attributes.items():
            kind, raw = (1, value) if isinstance(value, int) else (3, number(value))
            data += struct.pack("<IIIHBBI", NOTHING, number(key), NOTHING if kind == 1 else raw, 8, 0, kind, raw)
        return data

    def end(name: str) -> bytes:
        return struct.pack("<HHIIIII", 0x0103, 16, 24, 1, NOTHING, NOTHING, number(name))

    body = start("root", {})
    if text:
        kind, raw = (1, text) if isinstance(text, int) else (3, number(text))
        shown = number("x") if isinstance(text, int) else raw
        body += struct.pack("<HHIIIIHBBI", 0x0104, 16, 28, 1, NOTHING, shown, 8, 0, kind, raw)
    for name, attributes in elements:
        body += start(name, attributes) + end(name)
    ids = struct.pack("<HHI", 0x0180, 8, 8 + 4 * len(ANDROID)) + struct.pack(f"<{len(ANDROID)}I", *ANDROID.values())
    body = _pool(list(strings), utf16=False) + ids + body + end("root")
    return struct.pack("<HHI", 3, 8, 8 + len(body)) + body
