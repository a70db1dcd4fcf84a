"""Sightings whose place in their file shows that the app does not use the address: comments, messages, tables.

They become texts that are not back ends, each with its reason. So no scan contacts them, and a report can list them.
``texts`` decides about texts; strings of compiled code are judged by the words around the address.
"""

from collections.abc import Iterable, Iterator
from functools import cached_property

import numpy as np

from tieback.intake.apps.binary_xml import read_tree
from tieback.intake.apps.content import COMPILED
from tieback.intake.apps.interface import Artifact, Buffer, BufferKind
from tieback.intake.apps.stringpool import MalformedPoolError
from tieback.model.sighting import NotBackend, Sighting
from tieback.recognise.interface import Extractor, Find
from tieback.recognise.span import string_bounds
from tieback.recognise.texts.places import METADATA, TextPlaces
from tieback.recognise.texts.prose import literal_reason

_TEXTS = (BufferKind.TEXT, BufferKind.MANIFEST, BufferKind.BINARY)
_STRINGS = (BufferKind.DEX, BufferKind.NATIVE)
_AUTHOR = ("author", "description", "license")
"""Elements of ``config.xml`` that describe the app (https://www.w3.org/TR/widgets/)."""


class Placement:
    """The places of the finds in one artifact. Lexers run only if there is a sighting in a text."""

    def __init__(self, artifact: Artifact, content: bytes = b"") -> None:
        """Set the artifact, and the whole content of its file if that is small."""
        self._artifact, self._content = artifact, content
        self._places: dict[int, TextPlaces] = {}

    def finds(self, extractors: Iterable[Extractor]) -> Iterator[Find]:
        """The finds of the extractors in the artifact, settled."""
        for extractor in extractors:
            yield from map(self.settle, extractor.extract(self._artifact))

    def settle(self, find: Find) -> Find:
        """The find, or a text that is not a back end if its place shows that."""
        if not isinstance(find, Sighting) or find.evidence.offset is None:
            return find
        index = self._index.get(find.evidence.file, -1)
        endpoint = find.endpoint
        reason = self._reason(index, find.evidence.offset) if index >= 0 else ""
        if not reason and endpoint.host and self._is_author(endpoint.host):
            reason = METADATA
        value = f"{endpoint.value}{endpoint.path}" if endpoint.value.endswith(":") else endpoint.value
        return NotBackend(value, reason) if reason else find

    def _is_author(self, host: str) -> bool:
        """True if only the author of a compiled ``config.xml`` has this host."""
        author, rest = self._widget
        return host in author and host not in rest

    @cached_property
    def _widget(self) -> tuple[str, str]:
        """The texts of the author and description of a compiled ``config.xml`` of Cordova, and all other texts."""
        if not self._content.startswith(COMPILED):
            return "", ""
        try:
            root = read_tree(self._content)
        except MalformedPoolError:
            return "", ""
        author: list[str] = []
        rest: list[str] = []
        stack = [root] if root.name == "widget" else []
        while stack:
            element = stack.pop()
            stack += element.children
            texts = author if element.name in _AUTHOR else rest
            texts += (*element.attributes.values(), element.text)
        return "\n".join(author), "\n".join(rest)

    @cached_property
    def _index(self) -> dict[str, int]:
        """Number of the buffer of each name; several buffers of one entry are parts of a binary."""
        buffers = self._artifact.buffers
        return {buffer.file: number for number, buffer in enumerate(buffers)} if len(buffers) == 1 else {}

    def _reason(self, index: int, offset: int) -> str:
        buffer = self._artifact.buffers[index]
        at = offset - buffer.base
        if buffer.kind in _STRINGS:
            if buffer.utf16:
                return ""
            [(start, end)] = string_bounds(buffer, [at])
            return literal_reason(bytes(buffer.data[start:end]), 0, at - start, end - start)
        if buffer.kind not in _TEXTS or (buffer.kind is BufferKind.BINARY and buffer.starts is not None):
            return ""
        if index not in self._places:
            self._places[index] = TextPlaces(buffer.file, _narrow(buffer), binary=buffer.kind is BufferKind.BINARY)
        return self._places[index].reason(at // 2 if buffer.utf16 else at)


def _narrow(buffer: Buffer) -> bytes:
    """The text with one byte per character of ASCII; other characters of UTF-16 become DEL."""
    if not buffer.utf16:
        return bytes(buffer.data)
    units = np.frombuffer(buffer.data, dtype="<u2", count=len(buffer.data) // 2)
    return np.where(units > 0x7F, 0x7F, units).astype(np.uint8).tobytes()
