"""Streaming XML reader: yields elements with given names as small trees, one in memory at a time.

Entity definitions are refused, external references are not followed, and the depth and size of a record are bounded.
"""

from collections.abc import Iterator
from xml.parsers import expat

from tieback.intake.inventory.source import InventorySource

MAX_DEPTH = 64
MAX_NODES = 50_000
"""Elements of one record; all apps of a device are one record."""
MAX_TEXT = 2 << 20
"""Characters of one record."""

_MAX_TAG = 4 << 20
"""Bytes of a tag or comment; expat keeps an unfinished one in memory."""


class XmlElement:
    """An XML element."""

    __slots__ = ("children", "name", "text")

    def __init__(self, name: str) -> None:
        self.name = name
        self.text = ""
        self.children: list[XmlElement] = []

    def find(self, *path: str) -> "XmlElement | None":
        """The first element at a path below this one."""
        node: XmlElement | None = self
        for name in path:
            node = None if node is None else next((one for one in node.children if one.name == name), None)
        return node

    def get(self, *path: str) -> str:
        """The text of the element at a path; empty if there is none."""
        node = self.find(*path)
        return "" if node is None else node.text.strip()

    def all(self, *path: str) -> Iterator["XmlElement"]:
        """Every element that the last step of a path names; earlier steps select the first matching element."""
        above = self.find(*path[:-1])
        if above is not None:
            yield from (one for one in above.children if one.name == path[-1])


def iter_xml_elements(source: InventorySource, names: frozenset[str]) -> Iterator[XmlElement]:
    """Yield the outermost elements with these names, in document order.

    Raises:
        InputError: the text is not XML, defines entities, or exceeds a bound.
    """
    reading = _Reading(names)
    parser = expat.ParserCreate()
    parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)
    parser.StartElementHandler, parser.EndElementHandler = reading.start, reading.end
    parser.CharacterDataHandler, parser.EntityDeclHandler = reading.text, reading.entity
    try:
        read = 0
        for chunk in source.chunks():
            parser.Parse(chunk, False)
            read += len(chunk)
            if read - max(parser.CurrentByteIndex, 0) > _MAX_TAG + len(chunk):
                raise _RefusedError(f"a tag is longer than {_MAX_TAG >> 20} MiB")
            yield from reading.taken()
        parser.Parse(b"", True)
    except expat.ExpatError as error:
        raise source.broken(f"not valid XML ({expat.ErrorString(error.code)})", error.lineno) from None
    except _RefusedError as error:
        raise source.broken(str(error), parser.CurrentLineNumber) from None
    except (ValueError, LookupError):
        raise source.broken("unknown character encoding", parser.CurrentLineNumber) from None
    yield from reading.taken()


class _RefusedError(Exception):
    """A construct that regular exports do not contain."""


class _Reading:
    def __init__(self, names: frozenset[str]) -> None:
        self._names = names
        self._open: list[XmlElement] = []
        self._depth = self._nodes = self._size = 0
        self._done: list[XmlElement] = []

    def taken(self) -> list[XmlElement]:
        done, self._done = self._done, []
        return done

    def entity(self, *_: object) -> None:
        raise _RefusedError("XML entity definitions are not accepted")

    def start(self, name: str, _: dict[str, str]) -> None:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise _RefusedError("nested too deep")
        if self._open or name in self._names:
            node = XmlElement(name)
            if not self._open:
                self._nodes = self._size = 0
            self._nodes += 1
            if self._nodes > MAX_NODES:
                raise _RefusedError(f"a record has more than {MAX_NODES:,} elements")
            if self._open:
                self._open[-1].children.append(node)
            self._open.append(node)

    def end(self, _: str) -> None:
        self._depth -= 1
        if self._open:
            node = self._open.pop()
            if not self._open:
                self._done.append(node)

    def text(self, data: str) -> None:
        if self._open:
            self._size += len(data)
            if self._size > MAX_TEXT:
                raise _RefusedError("a record is longer than 2 MiB")
            self._open[-1].text += data
