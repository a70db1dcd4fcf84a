"""The seam of the app readers: an opened app gives artifacts; each is a few bounded buffers with their origin."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from enum import StrEnum
from itertools import accumulate
from pathlib import Path
from types import MappingProxyType
from typing import ClassVar, Protocol

import msgspec
import numpy as np
from numpy.typing import NDArray

from tieback.intake.apps.directory import Entry
from tieback.intake.apps.problems import Problems
from tieback.intake.apps.window import View
from tieback.model.app import App
from tieback.model.cleartext import CleartextPolicy
from tieback.model.sighting import Problem


class BufferKind(StrEnum):
    """What the bytes are, which decides how a match is clipped and described."""

    DEX = "dex"
    """A whole DEX file; ``starts`` are its string data items."""
    RESOURCES = "resources"
    """String pool of ``resources.arsc`` or of binary XML; ``starts`` are its strings."""
    MANIFEST = "manifest"
    """Decoded text of AndroidManifest.xml or a plist."""
    TEXT = "text"
    NATIVE = "native"
    """ELF or Mach-O; strings end at NUL bytes."""
    BINARY = "binary"
    """Anything else worth scanning."""


type Bytes = bytes | bytearray
"""What is inflated comes as the one, what is cut out of a map as the other; a copy would cost a tenth of inflating."""

type Starts = NDArray[np.int64] | Callable[[], NDArray[np.int64]] | None
"""Sorted offsets, or what finds them when they are first asked for: in most buffers nothing is, so nobody does."""

_NO_NAMES: Mapping[int, str] = MappingProxyType({})


class Buffer:
    """Bytes of one entry, decompressed and bounded. Not to be changed by who reads it."""

    __slots__ = ("_starts", "base", "data", "file", "kind", "names", "utf16")

    def __init__(
        self,
        file: str,
        kind: BufferKind,
        data: Bytes,
        base: int = 0,
        starts: Starts = None,
        utf16: bool = False,
        names: Mapping[int, str] = _NO_NAMES,
    ) -> None:
        """Keep what is given.

        Args:
            file: entry name inside the package.
            kind: what the bytes are.
            data: the bytes.
            base: offset of ``data[0]`` in the decompressed entry.
            starts: offsets in ``data`` at which a string begins; must not raise where it is to be called.
            utf16: whether ``data`` holds UTF-16LE text.
            names: offset of a string in ``data`` to its resource name, such as ``string/backend_url``.
        """
        self.file = file
        self.kind = kind
        self.data = data
        self.base = base
        self.utf16 = utf16
        self.names = names
        self._starts = starts

    @property
    def starts(self) -> NDArray[np.int64] | None:
        """Sorted offsets in ``data`` at which a string begins; a match never crosses one. ``None`` where unknown."""
        if callable(self._starts):
            self._starts = self._starts()
        return self._starts

    def placed(self, file: str) -> "Buffer":
        """The same bytes under another name."""
        return Buffer(file, self.kind, self.data, self.base, self._starts, self.utf16, self.names)


class Artifact(msgspec.Struct, frozen=True):
    """One entry of a package, opened."""

    file: str
    buffers: tuple[Buffer, ...]


class Gathered(msgspec.Struct, frozen=True):
    """Many small files of a package, to be searched in one go: opening each costs more than its bytes.

    A layout names nothing but a namespace, a class nothing at all; so ``artifact`` is asked for those in which a search
    found more than that.
    """

    files: tuple[str, ...]
    contents: tuple[bytes | bytearray, ...]
    """Whole entries: compiled XML with a readable string pool, and what is searched as it stands."""
    opened: Callable[[str, bytes], Artifact]

    SEPARATOR: ClassVar[bytes] = bytes(4)
    """Stands between two files in ``joined``: no text goes over it, of one byte a character or two."""

    def joined(self) -> tuple[bytes, list[int]]:
        """All contents in one piece, and the offset behind each one's separator."""
        gap = len(self.SEPARATOR)
        joined = self.SEPARATOR.join((*self.contents, b""))
        return joined, list(accumulate(len(content) + gap for content in self.contents))

    def artifact(self, index: int) -> Artifact:
        """One of the files by itself."""
        return self.opened(self.files[index], bytes(self.contents[index]))

    def artifacts(self) -> Iterator[Artifact]:
        """All of them, one by one."""
        return (self.artifact(index) for index in range(len(self.files)))


type Piece = Artifact | Gathered


class OpenedApp(Protocol):
    """An app package whose entries can be walked once, with bounded memory."""

    path: Path
    problems: list[Problem]
    """Grows while the artifacts are walked."""

    @property
    def app(self) -> App | None:
        """The identity; ``None`` where it could not be read, and the reason is in ``problems``."""
        ...

    @property
    def cleartext(self) -> tuple[CleartextPolicy, ...]:
        """The transport security that the app declares; cheapest when asked before the walk."""
        ...

    def artifacts(self) -> Iterator[Artifact]:
        """Each entry worth scanning; a damaged one becomes a problem and the walk goes on."""
        ...

    def pieces(self) -> Iterator[Piece]:
        """The same in the same order, small files gathered. Instead of ``artifacts``: one walk only."""
        ...

    def close(self) -> None:
        """Release the file."""
        ...


class Source(Protocol):
    """Where the entries of an app come from: an archive, a folder that somebody unpacked, or one single file.

    Reading an entry never raises, whatever its bytes are.
    """

    problems: Problems
    """Grows while entries are read."""

    @property
    def entries(self) -> Sequence[Entry]:
        """In the order of the directory; several may bear one name."""
        ...

    def find(self, name: str) -> Entry | None:
        """The first entry of that name."""
        ...

    def peek(self, entry: Entry, count: int) -> bytes:
        """The first ``count`` bytes of an entry's content, fewer where it is shorter or damaged; nearly free."""
        ...

    def read(self, entry: Entry, cap: int = ...) -> bytes | bytearray:
        """The content of an entry, at most ``cap`` bytes; what is damaged or left out becomes a problem."""
        ...

    def lend(self, entry: Entry) -> AbstractContextManager[View]:
        """The content of an entry that is a file of its own, without a copy in memory where it can be had so."""
        ...

    def signing_block(self) -> bytes:
        """The APK signing block; empty where there is none."""
        ...
