"""XML in app bundles: ``XmlNode`` messages of aapt2.

Source: AOSP ``frameworks/base/tools/aapt2/Resources.proto`` (``XmlNode``, ``XmlElement``, ``XmlAttribute``, ``Item``,
``Reference``, ``Primitive``).
"""

import struct
from collections.abc import Iterator
from functools import partial

import numpy as np
from numpy.typing import NDArray

from tieback.intake.apps.binary_xml import XmlAttribute
from tieback.intake.apps.distinct import distinct
from tieback.intake.apps.element import MAX_DEPTH, MAX_ELEMENTS, Element
from tieback.intake.apps.interface import Artifact, Buffer, BufferKind
from tieback.intake.apps.protobuf import BYTES, FIXED32, VARINT, iter_fields, read_text, read_varint
from tieback.intake.apps.stringpool import MalformedPoolError
from tieback.model.lazy_pattern import lazy_pattern

ROOT = b"\x0a"
"""Tag of the root element, the first byte of a file."""
_NODE_ELEMENT, _NODE_TEXT = 1, 2
_ELEMENT_NAME, _ELEMENT_ATTRIBUTE, _ELEMENT_CHILD = 3, 4, 5
_ATTRIBUTE_NAME, _ATTRIBUTE_VALUE, _ATTRIBUTE_RESOURCE, _ATTRIBUTE_ITEM = 2, 3, 5, 6
_ITEM_REFERENCE, _ITEM_PRIMITIVE = 1, 7
_ITEM_TEXTS = frozenset({2, 3, 4, 5})
"""Fields of a string, a raw string, a string with styles, and the path of a file; the text of each is field 1."""

_NAME_TAG, _VALUE_TAG = b"\x12", 0x1A
_REFERENCE = lazy_pattern("@[0-9a-f]{8}")
_STRING = 3
"""Kind of a text in ``XmlAttribute``."""
_INTEGER, _HEXADECIMAL, _BOOLEAN, _FLOAT = 6, 7, 8, 3


def read_proto_xml(data: bytes) -> Element:
    """The tree of an ``XmlNode``.

    Raises:
        MalformedError: it is not one, or is too deep or has too many elements.
    """
    root = _Reader(data).node(0, len(data), MAX_DEPTH)
    if root is None or not root.name:
        raise MalformedPoolError("an XML file of a bundle has no element")
    return root


def search_proto_xml(file: str, data: bytes) -> Artifact:
    """An ``XmlNode`` as one buffer whose ``starts`` are the edges of the values of attributes.

    No tree is built, because a bundle contains a thousand layouts: a name (field 2) is followed by its value (field 3),
    and only its length is read. After other texts there is a control character, which ends a match by itself.
    """
    buffer = Buffer(file, BufferKind.RESOURCES, data, starts=partial(_value_edges, data))
    return Artifact(file, (buffer,), compiled=data)


def _value_edges(data: bytes) -> NDArray[np.int64]:
    edges: list[int] = []
    at = data.find(_NAME_TAG)
    last = len(data) - 3
    while 0 <= at < last:
        value = at + 2 + data[at + 1]
        if value < last and data[value] == _VALUE_TAG:
            try:
                length, begin = read_varint(data, value + 1, len(data))
            except MalformedPoolError:
                break
            if begin + length <= len(data):
                edges += (begin, begin + length)
        at = data.find(_NAME_TAG, at + 1)
    return distinct(np.array(edges, np.int64))


def count_steps(data: bytes) -> int:
    """Number of steps that ``search_proto_xml`` will take."""
    return data.count(_NAME_TAG)


def proto_attributes(data: bytes) -> Iterator[XmlAttribute]:
    """The attributes and texts of an ``XmlNode``. A text that is there twice is given twice; the compiled one is
    without the number of its element.

    Raises:
        MalformedError: a message exceeds the one that contains it, or the document is too deep or too large.
    """
    left = MAX_ELEMENTS
    stack = [(0, len(data), "", 0)]
    while stack:
        start, stop, outer, depth = stack.pop()
        for number, wire, begin, end in iter_fields(data, start, stop):
            if wire != BYTES:
                continue
            if number == _NODE_TEXT:
                yield XmlAttribute(outer, 0, "", _STRING, 0, begin, end)
            elif number == _NODE_ELEMENT:
                left -= 1
                if left < 0 or depth > MAX_DEPTH:
                    raise MalformedPoolError("an XML file of a bundle is too deep or has too many elements")
                name, children = "", []
                for field, kind, first, last in iter_fields(data, begin, end):
                    if field == _ELEMENT_NAME and kind == BYTES:
                        name = read_text(data, first, last)
                    elif field == _ELEMENT_ATTRIBUTE and kind == BYTES:
                        yield from _uses(data, first, last, name, MAX_ELEMENTS - left)
                    elif field == _ELEMENT_CHILD and kind == BYTES:
                        children.append((first, last, name, depth + 1))
                stack += reversed(children)


def _uses(data: bytes, start: int, stop: int, element: str, number: int) -> Iterator[XmlAttribute]:
    """What an attribute of an element refers to, or its texts."""
    resource, name = 0, ""
    texts: list[tuple[int, int, int]] = []
    references: list[int] = []
    for field, wire, begin, end in iter_fields(data, start, stop):
        if field == _ATTRIBUTE_RESOURCE and wire == VARINT:
            resource = begin & 0xFFFFFFFF
        elif wire != BYTES:
            continue
        elif field == _ATTRIBUTE_NAME:
            name = read_text(data, begin, end, 256)
        elif field == _ATTRIBUTE_VALUE:
            texts.append((begin, end, number))
        elif field == _ATTRIBUTE_ITEM:
            compiled = item_text(data, begin, end)
            if _REFERENCE.fullmatch(compiled):
                references.append(int(compiled[1:], 16))
            else:
                texts.append((begin, end, 0))
    for value in references:
        yield XmlAttribute(element, resource, name, 1, value, number=number)
    for text in () if references else texts:
        yield XmlAttribute(element, resource, name, _STRING, 0, *text)


class _Reader:
    """Reads one document."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._left = MAX_ELEMENTS

    def node(self, start: int, stop: int, depth: int) -> Element | None:
        element = None
        for number, wire, begin, end in iter_fields(self._data, start, stop):
            if wire == BYTES and number == _NODE_ELEMENT:
                element = self._element(begin, end, depth)
            elif wire == BYTES and number == _NODE_TEXT:
                element = Element("", text=read_text(self._data, begin, end))
        return element

    def _element(self, start: int, stop: int, depth: int) -> Element:
        self._left -= 1
        if depth == 0 or self._left < 0:
            raise MalformedPoolError("an XML file of a bundle is too deep or has too many elements")
        name, attributes, content = "", {}, ""
        children: list[Element] = []
        for number, wire, begin, end in iter_fields(self._data, start, stop):
            if wire != BYTES:
                continue
            if number == _ELEMENT_NAME:
                name = read_text(self._data, begin, end)
            elif number == _ELEMENT_ATTRIBUTE:
                key, value = self._attribute(begin, end)
                attributes[key] = value
            elif number == _ELEMENT_CHILD:
                child = self.node(begin, end, depth - 1)
                if child is not None and child.name:
                    children.append(child)
                elif child is not None:
                    content += child.text.strip()
        return Element(name, attributes, children, content)

    def _attribute(self, start: int, stop: int) -> tuple[str, str]:
        name = value = ""
        item: tuple[int, int] | None = None
        for number, wire, begin, end in iter_fields(self._data, start, stop):
            if wire != BYTES:
                continue
            if number == _ATTRIBUTE_NAME:
                name = read_text(self._data, begin, end)
            elif number == _ATTRIBUTE_VALUE:
                value = read_text(self._data, begin, end)
            elif number == _ATTRIBUTE_ITEM:
                item = begin, end
        compiled = item_text(self._data, *item) if item else ""
        if compiled.startswith("@") or not value:
            value = compiled or value
        return name, value


def item_text(data: bytes, start: int, stop: int) -> str:
    """A compiled ``Item`` as text: a string, the path of a file, a number, ``true`` or ``false``, or a reference as
    ``@7f010000``.

    Raises:
        MalformedError: a field exceeds the item.
    """
    for number, wire, begin, end in iter_fields(data, start, stop):
        if wire != BYTES:
            continue
        if number == _ITEM_REFERENCE:
            resource = next((value for n, w, value, _ in iter_fields(data, begin, end) if n == 2 and w == VARINT), 0)
            return f"@{resource & 0xFFFFFFFF:08x}" if resource else ""
        if number in _ITEM_TEXTS:
            return next(
                (read_text(data, b, e) for n, w, b, e in iter_fields(data, begin, end) if n == 1 and w == BYTES), ""
            )
        if number == _ITEM_PRIMITIVE:
            return _primitive(data, begin, end)
    return ""


def _primitive(data: bytes, start: int, stop: int) -> str:
    for number, wire, value, _ in iter_fields(data, start, stop):
        if wire == VARINT:
            if number == _BOOLEAN:
                return "true" if value else "false"
            if number == _INTEGER:
                low = value & 0xFFFFFFFF
                return str(low - (1 << 32) if low & 0x80000000 else low)
            if number == _HEXADECIMAL:
                return hex(value)
        elif wire == FIXED32 and number == _FLOAT:
            return f"{struct.unpack_from('<f', data, value)[0]:g}"
    return ""
