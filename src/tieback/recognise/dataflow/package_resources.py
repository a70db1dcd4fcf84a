"""The files of an app that can refer to its resources, kept until the code is known: tables, compiled XML, manifests.

What code of other kinds can look up by name is a doubt: then no resource is without a reference.
"""

import re
from collections.abc import Iterator
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tieback.intake.apps.binary_xml import XmlAttribute, xml_attributes
from tieback.intake.apps.content import COMPILED
from tieback.intake.apps.interface import Artifact, ArtifactBatch, BufferKind, Bytes, Piece
from tieback.intake.apps.resources import Resources
from tieback.intake.apps.stringpool import MalformedPoolError

MAX_XML = 32 * 1024 * 1024
"""Most bytes of compiled XML of one app that are kept."""
MAX_TABLES = 8
MAX_COMPONENTS = 2_000

_REFERENCES = (0x01000008, 0x02000008, 0x07000008, 0x08000008)
MANIFEST = "AndroidManifest.xml"
_SPLITS = "splits0.xml"
_FOREIGN = re.compile(
    r"(?:^|[/!])(?:lib(?:unity|il2cpp|mono[\w.-]*|xamarin[\w.-]*|Qt\dCore\w*|assembl[\w.-]*)\.so|[\w.-]+\.dll|"
    r"assemblies\.blob)$"
)
"""Code that is neither DEX code nor a script: it can read resources by name or by number."""
_BY_NAME = b"getIdentifier"
_COMPONENT = re.compile(
    r"<(?:activity|service|receiver|provider|application|instrumentation)\b[^>]{0,4000}?\bandroid:name=\"([^\"]{1,300})\""
)
_PACKAGE = re.compile(r"<manifest\b[^>]{0,4000}?\bpackage=\"([^\"]{1,300})\"")
_SPLIT = re.compile(r"<manifest\b[^>]{0,4000}?\bsplit=\"")
_REFERENCE = re.compile(r"([\w-]{1,60})=\"@(?:0x)?([0-9a-fA-F]{8})\"")


class XmlUse(NamedTuple):
    """An attribute or text of a file that refers to a resource."""

    file: str
    element: str
    resource: int
    """Resource ID of the attribute's name; 0 if it has none."""
    name: str


class PackageResources:
    """The resources of one app, in the order of its pieces."""

    def __init__(self) -> None:
        self.tables: dict[str, Resources] = {}
        """Resource tables by file."""
        self.has_doubt = False
        """True if other code than that of the DEX files can read resources."""
        self._compiled: list[tuple[str, Bytes]] = []
        self._manifests: list[str] = []
        self._left = MAX_XML

    def see(self, piece: Piece) -> None:
        """Note what a piece of the app can refer to."""
        if isinstance(piece, ArtifactBatch):
            for file, content in zip(piece.files, piece.contents, strict=True):
                if content.startswith(COMPILED):
                    self._keep(file, content)
                elif file.endswith((".dll", ".blob")):
                    self.has_doubt |= _FOREIGN.search(file) is not None
            return
        self._artifact(piece)

    def _artifact(self, piece: Artifact) -> None:
        if piece.compiled:
            self._keep(piece.file, piece.compiled)
        for buffer in piece.buffers:
            if buffer.kind is BufferKind.MANIFEST and piece.file.endswith(MANIFEST):
                text = bytes(buffer.data).decode("utf-8", "replace")
                self._manifests.append(text)
                self.has_doubt |= _SPLIT.search(text) is not None
            elif isinstance(buffer.resources, Resources):
                self.has_doubt |= len(self.tables) >= MAX_TABLES or piece.file in self.tables
                self.tables[piece.file] = buffer.resources
            elif buffer.kind is BufferKind.NATIVE and not self.has_doubt:
                self.has_doubt = _FOREIGN.search(piece.file) is not None or buffer.data.find(_BY_NAME) >= 0
        if piece.file.endswith((".dll", ".blob")):
            self.has_doubt |= _FOREIGN.search(piece.file) is not None

    def _keep(self, file: str, content: Bytes) -> None:
        self._left -= len(content)
        if self._left < 0:
            self.has_doubt = True
            return
        self._compiled.append((file, content))
        if file.endswith(_SPLITS):
            self.has_doubt |= any(
                one.element == "module" and one.name == "name" and one.end > one.begin for one in _attributes(content)
            )

    @property
    def is_known(self) -> bool:
        """True if every file that can refer to a resource is here, except the code."""
        return not self.has_doubt and bool(self.tables) and bool(self._manifests)

    def components(self) -> Iterator[str]:
        """Descriptors of the classes that the manifests name."""
        for text in self._manifests:
            found = _PACKAGE.search(text)
            package = found[1] if found else ""
            for count, name in enumerate(_COMPONENT.findall(text)):
                full = f"{package}{name}" if name[0] == "." else name if "." in name else f"{package}.{name}"
                yield f"L{full.replace('.', '/')};"
                if count == MAX_COMPONENTS:
                    break

    def uses(self, identifier: int) -> Iterator[XmlUse]:
        """The attributes and texts that refer to a resource."""
        values, files = self._references
        first, end = values.searchsorted((identifier, identifier + 1))
        for number in np.unique(files[first:end]).tolist():
            file, content = self._compiled[number]
            known = False
            for one in _attributes(content):
                if one.kind != 3 and one.value == identifier:
                    known = True
                    yield XmlUse(file, one.element, one.resource, one.name)
            if not known:
                yield XmlUse(file, "", 0, "")
        for text in self._manifests:
            for name, number in _REFERENCE.findall(text):
                if int(number, 16) == identifier:
                    yield XmlUse(MANIFEST, "", 0, name)

    def texts(self, file: str, offset: int) -> Iterator[XmlUse]:
        """The attributes and texts of a compiled file that have the string around an offset of the file."""
        for content in (content for name, content in self._compiled if name == file):
            yield from (
                XmlUse(file, one.element, one.resource, one.name)
                for one in _attributes(content)
                if one.kind == 3 and one.begin <= offset < one.end
            )

    @cached_property
    def _references(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Sorted resource IDs of all values of the compiled files that are references, and the file of each."""
        padded = [bytes(content) + bytes(-len(content) % 4 + 4) for _, content in self._compiled]
        ends = np.cumsum([len(content) for content in padded], dtype=np.int64)
        words = np.frombuffer(b"".join(padded), "<u4")
        marks = np.zeros(len(words), np.bool_)
        for kind in _REFERENCES:
            marks |= words == kind
        at = np.flatnonzero(marks[:-1])
        values = words[at + 1].astype(np.int64)
        order = values.argsort(kind="stable")
        return values[order], ends.searchsorted(at[order] * 4, side="right")


def _attributes(content: Bytes) -> Iterator[XmlAttribute]:
    """The attributes of a compiled file; none if it is damaged."""
    try:
        yield from xml_attributes(bytes(content))
    except MalformedPoolError:
        return
