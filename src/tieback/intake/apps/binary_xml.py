"""Binary XML of Android packages (``AndroidManifest.xml``, ``res/xml/*.xml``): its strings, and its expanded size.

Source: AOSP ``ResourceTypes.h`` (``ResXMLTree_node``, ``ResXMLTree_attrExt``). The names and values of elements and
attributes are all in one string pool, and that pool is searched. ``expansion`` computes the size of the document as
text, because a few kilobytes can refer to one long string a hundred thousand times.
"""

import struct
from collections.abc import Iterator
from functools import partial
from typing import NamedTuple

import numpy as np

from tieback.intake.apps.element import MAX_DEPTH, MAX_ELEMENTS, Element
from tieback.intake.apps.interface import Artifact, Buffer, BufferKind
from tieback.intake.apps.stringpool import MalformedPoolError, StringPool, pool_frame, read_pool

MAX_ATTRIBUTES = 1000
"""Attributes read of one element."""

MAX_TEXT = 4096
_START_NAMESPACE, _START_ELEMENT, _END_ELEMENT, _TEXT, _RESOURCE_MAP = 0x0100, 0x0102, 0x0103, 0x0104, 0x0180
_MAX_NAMESPACES = 256
_REFERENCES = frozenset((0x01, 0x02, 0x07, 0x08))
_KNOWN = {
    0x01010001: "label",
    0x01010003: "name",
    0x0101000F: "debuggable",
    0x0101014F: "text",
    0x010101E8: "key",
    0x010101ED: "defaultValue",
    0x0101020C: "minSdkVersion",
    0x01010270: "targetSdkVersion",
    0x010104EC: "usesCleartextTraffic",
    0x01010527: "networkSecurityConfig",
}
"""Resource IDs of attributes that tree readers need (AOSP ``core/res/res/values/public-final.xml``)."""

_chunk = struct.Struct("<HHI")


def read_binary_xml(file: str, data: bytes) -> Artifact:
    """The string pool of a binary XML file as one buffer.

    Raises:
        MalformedError: there is no readable string pool at its beginning.
    """
    if len(data) < 36:
        raise MalformedPoolError("a binary XML file ends too early")
    frame = pool_frame(data, 8)
    text = data[frame.start : frame.stop]
    starts = partial(_begins, data)
    buffer = Buffer(file, BufferKind.RESOURCES, text, base=frame.start, starts=starts, utf16=not frame.utf8)
    return Artifact(file, (buffer,), compiled=data)


def expansion(data: bytes, limit: int) -> tuple[int, int]:
    """Bytes of the document as text, and its depth; counting stops above ``limit`` bytes.

    Raises:
        MalformedError: there is no readable string pool at its beginning.
    """
    pool = _pool(data)
    lengths = np.append(np.where(pool.starts < 0, 0, pool.lengths), 0)
    total = int(lengths.sum())
    depth = deepest = 0
    position = 8 + pool.size
    while position + 8 <= len(data) and total <= limit:
        kind, header, size = _chunk.unpack_from(data, position)
        if size < 8:
            break
        if kind == _START_ELEMENT and position + header + 20 <= len(data):
            depth += 1
            deepest = max(deepest, depth)
            total += _element(data, position + header, lengths)
        elif kind == _END_ELEMENT:
            depth -= 1
        position += size
    return total, deepest


def _element(data: bytes, at: int, lengths: "np.ndarray[tuple[int], np.dtype[np.int64]]") -> int:
    """Bytes of a start element as text: its name, and each attribute's namespace, name and value."""
    first, width, count = struct.unpack_from("<8xHHH", data, at)
    (name,) = struct.unpack_from("<4xI", data, at)
    nothing = len(lengths) - 1
    total = int(lengths[min(name, nothing)]) + 16
    if width < 12:
        return total
    for index in range(count):
        attribute = at + first + index * width
        if attribute + 12 > len(data):
            break
        total += sum(int(lengths[min(s, nothing)]) for s in struct.unpack_from("<III", data, attribute)) + 16
    return total


class XmlAttribute(NamedTuple):
    """An attribute, or a text between elements, which has no name."""

    element: str
    """Name of its element."""
    resource: int
    """Resource ID of its name; 0 if it has none."""
    name: str
    kind: int
    """Type of its value (``Res_value``): 1 and 7 for references, 3 for strings."""
    value: int
    """Resource ID; 0 for a text."""
    begin: int = 0
    """Offset of the text in the file."""
    end: int = 0
    number: int = 0
    """Number of its element in the file; 0 for a text between elements."""


def xml_attributes(data: bytes) -> Iterator[XmlAttribute]:
    """The attributes and texts of a compiled XML file, as far as ``read_tree`` reads them.

    Raises:
        MalformedError: there is no readable string pool at its beginning.
    """
    pool = _pool(data)
    ids: tuple[int, ...] = ()
    position, left, element = 8 + pool.size, MAX_ELEMENTS, ""
    while position + 8 <= len(data) and left > 0:
        kind, header, size = _chunk.unpack_from(data, position)
        if size < 8:
            return
        body = position + header
        if kind == _RESOURCE_MAP:
            count = min((size - 8) // 4, (len(data) - position - 8) // 4, 1024)
            ids = struct.unpack_from(f"<{count}I", data, position + 8)
        elif kind == _START_ELEMENT and body + 20 <= len(data):
            left -= 1
            element = pool.text(*struct.unpack_from("<4xI", data, body))
            for name, raw, type_, value in _fields(data, body):
                known, title = ids[name] if name < len(ids) else 0, pool.text(name, 256)
                number = MAX_ELEMENTS - left
                if type_ in _REFERENCES:
                    yield XmlAttribute(element, known, title, type_, value, number=number)
                else:
                    bounds = _bounds(pool, value if type_ == 3 else raw)
                    yield XmlAttribute(element, known, title, 3, 0, *bounds, number)
        elif kind == _TEXT and body + 12 <= len(data):
            index, type_, value = struct.unpack_from("<I3xBI", data, body)
            yield XmlAttribute(element, 0, "", 3, 0, *_bounds(pool, index))
            if type_ in _REFERENCES:
                yield XmlAttribute(element, 0, "", type_, value)
        position += size


def only_namespaces(data: bytes) -> frozenset[tuple[int, int]]:
    """Begin and end, as offsets in the file, of the texts that only declare a namespace.

    Raises:
        MalformedError: there is no readable string pool at its beginning.
    """
    pool = _pool(data)
    found: set[tuple[int, int]] = set()
    position, left = 8 + pool.size, MAX_ELEMENTS
    while position + 8 <= len(data) and left > 0 and len(found) < _MAX_NAMESPACES:
        kind, header, size = _chunk.unpack_from(data, position)
        if size < 8:
            break
        left -= 1
        if kind == _START_NAMESPACE and position + header + 8 <= len(data):
            found.add(_bounds(pool, *struct.unpack_from("<4xI", data, position + header)))
        position += size
    return frozenset(found - {(one.begin, one.end) for one in xml_attributes(data)})


def _bounds(pool: StringPool, index: int) -> tuple[int, int]:
    """Offsets of a string in the data of its pool; zeros if there is none."""
    if not 0 <= index < len(pool.starts) or pool.starts[index] < 0:
        return 0, 0
    return int(pool.starts[index]), int(pool.starts[index] + pool.lengths[index])


def _begins(data: bytes) -> "np.ndarray[tuple[int], np.dtype[np.int64]]":
    return read_pool(data, 8).begins()


def _pool(data: bytes) -> StringPool:
    if len(data) < 36:
        raise MalformedPoolError("a binary XML file ends too early")
    return read_pool(data, 8)


def read_tree(data: bytes, levels: int = MAX_DEPTH) -> Element:
    """The document as a tree; elements below ``levels`` are checked but not kept.

    An attribute has the name of its resource ID if Android defines one, because packers blank out the text.

    Raises:
        MalformedError: it has no readable string pool or no element, or is too deep or too large.
    """
    pool = _pool(data)
    ids: tuple[int, ...] = ()
    top, below = Element(""), Element("")
    stack = [top]
    left = MAX_ELEMENTS
    position = 8 + pool.size
    while position + 8 <= len(data) and left > 0:
        kind, header, size = _chunk.unpack_from(data, position)
        if size < 8:
            break
        body = position + header
        if kind == _RESOURCE_MAP:
            count = min((size - 8) // 4, (len(data) - position - 8) // 4, 1024)
            ids = struct.unpack_from(f"<{count}I", data, position + 8)
        elif kind == _START_ELEMENT and body + 20 <= len(data):
            left -= 1
            if len(stack) > MAX_DEPTH:
                raise MalformedPoolError("a binary XML file is too deep")
            if len(stack) > levels:
                stack.append(below)
            else:
                (name,) = struct.unpack_from("<4xI", data, body)
                element = Element(pool.text(name), dict(_attributes(data, body, pool, ids)))
                stack[-1].children.append(element)
                stack.append(element)
        elif kind == _END_ELEMENT and len(stack) > 1:
            stack.pop()
        elif kind == _TEXT and body + 4 <= len(data) and stack[-1] is not below:
            (index,) = struct.unpack_from("<I", data, body)
            stack[-1].text = (stack[-1].text + pool.text(index).strip())[:MAX_TEXT]
        position += size
    if not top.children:
        raise MalformedPoolError("a binary XML file has no element")
    return top.children[0]


def _attributes(data: bytes, at: int, pool: StringPool, ids: tuple[int, ...]) -> Iterator[tuple[str, str]]:
    for name, raw, kind, value in _fields(data, at):
        known = _KNOWN.get(ids[name], "") if name < len(ids) else ""
        yield known or pool.text(name, 256), _value(pool, raw, kind, value)


def _fields(data: bytes, at: int) -> Iterator[tuple[int, int, int, int]]:
    """Name, raw value, type and value of each attribute of an element."""
    first, width, count = struct.unpack_from("<8xHHH", data, at)
    for index in range(min(count, MAX_ATTRIBUTES) if width >= 20 else 0):
        attribute = at + first + index * width
        if attribute + 20 > len(data):
            return
        yield struct.unpack_from("<4xII3xBI", data, attribute)


def _value(pool: StringPool, raw: int, kind: int, value: int) -> str:
    """An attribute's value as text (``Res_value`` of ``ResourceTypes.h``)."""
    if kind == 0x03:
        return pool.text(value)
    if kind in {0x01, 0x07}:
        return f"@{value:08x}"
    if kind == 0x12:
        return "true" if value else "false"
    if kind == 0x10:
        return str(value - (1 << 32) if value & 0x80000000 else value)
    if kind == 0x11:
        return hex(value)
    return pool.text(raw)
