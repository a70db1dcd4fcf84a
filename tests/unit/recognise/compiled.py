"""Compiles an XML text as aapt does, for tests: a pool of strings, and elements with text attributes."""

import struct
from collections.abc import Sequence
from xml.etree import ElementTree

_NONE = 0xFFFFFFFF


def compile_xml(text: str, *, utf16: bool = True, namespaces: Sequence[str] = ()) -> bytes:
    """The binary form of an XML text (AOSP ``ResourceTypes.h``); namespaces of names are dropped.

    Args:
        text: the document.
        utf16: how its strings are encoded.
        namespaces: declared before the first element.
    """
    strings: dict[str, int] = {}

    def number(value: str) -> int:
        return strings.setdefault(value, len(strings))

    def nodes(element: ElementTree.Element) -> bytes:
        pairs = [(number(key.rpartition("}")[2]), number(value)) for key, value in element.attrib.items()]
        name = number(element.tag.rpartition("}")[2])
        data = struct.pack("<HHIII", 0x0102, 16, 36 + 20 * len(pairs), 1, _NONE)
        data += struct.pack("<IIHHHHHH", _NONE, name, 20, 20, len(pairs), 0, 0, 0)
        data += b"".join(struct.pack("<IIIHBBI", _NONE, key, value, 8, 0, 3, value) for key, value in pairs)
        if element.text and element.text.strip():
            data += struct.pack("<HHIIIIHBBI", 0x0104, 16, 28, 1, _NONE, number(element.text), 8, 0, 0, 0)
        data += b"".join(map(nodes, element))
        return data + struct.pack("<HHIIIII", 0x0103, 16, 24, 1, _NONE, _NONE, name)

    body = b"".join(
        struct.pack("<HHIIIII", 0x0100, 16, 24, 1, _NONE, number("x"), number(one)) for one in namespaces
    ) + nodes(ElementTree.fromstring(text))
    body = _pool(list(strings), utf16=utf16) + body
    return struct.pack("<HHI", 3, 8, 8 + len(body)) + body


def _pool(texts: list[str], *, utf16: bool) -> bytes:
    items = [_wide(text) if utf16 else _narrow(text) for text in texts]
    offsets = [sum(map(len, items[:index])) for index in range(len(items))]
    content = b"".join(items)
    content += bytes(-len(content) % 4)
    start = 28 + 4 * len(items)
    flags = 0 if utf16 else 0x100
    head = struct.pack("<HHIIIIII", 1, 28, start + len(content), len(items), 0, flags, start, 0)
    return head + struct.pack(f"<{len(items)}I", *offsets) + content


def _wide(text: str) -> bytes:
    return len(text).to_bytes(2, "little") + text.encode("utf-16-le") + b"\0\0"


def _narrow(text: str) -> bytes:
    return bytes((len(text), len(text.encode()))) + text.encode() + b"\0"
