"""Small XML document as a tree, from any form: binary (APK), Protocol Buffers (AAB) or text.

Names have no namespaces: Android's manifests and configurations use no name twice with different meanings.
"""

from collections.abc import Iterator
from xml.parsers import expat

import msgspec

from tieback.intake.apps.stringpool import MalformedPoolError

MAX_DEPTH = 64
"""Nesting of elements that is followed; manifests have five levels, layouts some twenty."""

MAX_ELEMENTS = 100_000
"""Elements of one document; the largest manifests have some ten thousand."""

# Same as ``xml.sax.saxutils``, whose import takes as long as the analysis of a small app.
_ESCAPES = {ord("&"): "&amp;", ord("<"): "&lt;", ord(">"): "&gt;"}
_LINE_ENDS = {ord("\n"): "&#10;", ord("\r"): "&#13;", ord("\t"): "&#9;"}


class Element(msgspec.Struct):
    """One element. References to resources are ``@`` and eight hexadecimal digits."""

    name: str
    attributes: dict[str, str] = {}
    children: list["Element"] = []
    text: str = ""

    def all(self, name: str) -> Iterator["Element"]:
        """The children of that name."""
        return (child for child in self.children if child.name == name)

    def first(self, name: str) -> "Element | None":
        """The first child of that name."""
        return next(self.all(name), None)


def write_xml(root: Element, limit: int) -> bytes:
    """The document as text, UTF-8, at most about ``limit`` bytes."""
    out: list[str] = []
    left = limit
    stack: list[tuple[Element | None, str]] = [(root, "")]
    while stack and left > 0:
        element, close = stack.pop()
        if element is None:
            piece = close
        else:
            attributes = "".join(f" {name}={_quoted(value)}" for name, value in element.attributes.items())
            piece = f"<{element.name}{attributes}>{element.text.translate(_ESCAPES)}\n"
            stack.append((None, f"</{element.name}>\n"))
            stack += [(child, "") for child in reversed(element.children)]
        out.append(piece)
        left -= len(piece)
    return "".join(out).encode("utf-8", "replace")


def read_text_xml(data: bytes) -> Element:
    """The tree of an XML text, as written by tools that unpack apps.

    Raises:
        MalformedError: it is not well-formed XML, defines entities, or is too deep or too large.
    """
    stack: list[Element] = [Element("")]
    count = 0

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal count
        count += 1
        if count > MAX_ELEMENTS or len(stack) > MAX_DEPTH:
            raise MalformedPoolError("an XML file has too many elements")
        element = Element(_local(name), {_local(key): value for key, value in attributes.items()})
        stack[-1].children.append(element)
        stack.append(element)

    def end(_: str) -> None:
        stack.pop()

    def characters(content: str) -> None:
        stack[-1].text += content.strip()

    def entity(*_: object) -> None:
        raise MalformedPoolError("an XML file defines entities")

    parser = expat.ParserCreate()
    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.CharacterDataHandler, parser.EntityDeclHandler = characters, entity
    try:
        parser.Parse(data, True)
    except (expat.ExpatError, ValueError, LookupError) as error:
        if isinstance(error, MalformedPoolError):
            raise
        raise MalformedPoolError("an XML file is not well-formed") from error
    if not stack[0].children:
        raise MalformedPoolError("an XML file has no element")
    return stack[0].children[0]


def _quoted(value: str) -> str:
    text = value.translate(_ESCAPES | _LINE_ENDS)
    if '"' not in text:
        return f'"{text}"'
    return f"'{text}'" if "'" not in text else '"' + text.replace('"', "&quot;") + '"'


def _local(name: str) -> str:
    return name.rpartition(":")[2]
