"""Interface of the app readers: an opened app yields artifacts; each is a few bounded buffers with their origin."""

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

from tieback.intake.apps.directory import ArchiveEntry
from tieback.intake.apps.problems import PackageProblems
from tieback.intake.apps.window import View
from tieback.model.app import App
from tieback.model.cleartext import CleartextPolicy
from tieback.model.declaration import PrivacyDeclaration
from tieback.model.sighting import Problem, UnreadCode


class BufferKind(StrEnum):
    """Type of the bytes; it decides how a match is clipped and described."""

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
    """Any other content worth searching."""


type Bytes = bytes | bytearray
"""Inflated content or a slice of a map; converting one to the other would cost a tenth of inflating."""

type Starts = NDArray[np.int64] | Callable[[], NDArray[np.int64]] | None
"""Sorted offsets, or a function that finds them on first use: most buffers have no match and need none."""


class ResourceTexts(Protocol):
    """A resource table, by identifier or name."""

    def text(self, resource: int) -> str:
        """The string with an identifier (``0xPPTTEEEE``); empty if there is none."""
        ...

    def named(self, name: str) -> str:
        """The string resource with a name; empty if there is none."""
        ...

    def items(self, resource: int) -> Sequence[str]:
        """The texts of an array; empty if it is none."""
        ...

    def integer(self, resource: int) -> int | None:
        """The integer with an identifier; ``None`` if there is none, or not the same one in each configuration."""
        ...

    def ending(self, end: str) -> Mapping[str, str]:
        """The strings and integers whose name has this end of small letters, in either case, by name.

        They are those of the default configuration.
        """
        ...


_NO_NAMES: Mapping[int, str] = MappingProxyType({})
_NO_TEXTS: Mapping[str, str] = MappingProxyType({})


class Buffer:
    """Bytes of one entry, decompressed and bounded. Readers must not change them."""

    __slots__ = ("_starts", "base", "data", "file", "kind", "names", "native", "resources", "returned", "utf16")

    def __init__(
        self,
        file: str,
        kind: BufferKind,
        data: Bytes,
        base: int = 0,
        starts: Starts = None,
        utf16: bool = False,
        names: Mapping[int, str] = _NO_NAMES,
        resources: ResourceTexts | None = None,
    ) -> None:
        """Create a buffer.

        Args:
            file: entry name inside the package.
            kind: type of the bytes.
            data: the bytes.
            base: offset of ``data[0]`` in the decompressed entry.
            starts: offsets in ``data`` at which a string begins; a function must not raise.
            utf16: true if ``data`` is UTF-16LE text.
            names: offset of a string in ``data`` to its resource name, such as ``string/backend_url``.
            resources: the table whose strings are in ``data``.
        """
        self.file = file
        self.kind = kind
        self.data = data
        self.base = base
        self.utf16 = utf16
        self.names = names
        self.resources = resources
        self.returned: Mapping[str, str] = _NO_TEXTS
        """Texts that the native methods of a library return, by name of the function; see ``jni``."""
        self.native = b""
        """The whole library, if its native methods can be run."""
        self._starts = starts

    @property
    def starts(self) -> NDArray[np.int64] | None:
        """Sorted offsets in ``data`` at which a string begins; a match never crosses one. ``None`` if unknown."""
        if callable(self._starts):
            self._starts = self._starts()
        return self._starts

    def know_starts(self, starts: Starts) -> None:
        """Set where strings begin, for a reader that has read the file for another purpose."""
        self._starts = starts

    def string_region(self) -> tuple[int, int]:
        """Range that can contain strings: from the first to the last string of a DEX file, all of any other buffer."""
        starts = self.starts if self.kind is BufferKind.DEX else None
        if starts is None or not len(starts):
            return 0, len(self.data)
        end = self.data.find(b"\0", int(starts[-1]) + 1)
        return max(0, int(starts[0])), len(self.data) if end < 0 else end + 1

    def placed(self, file: str) -> "Buffer":
        """The same bytes under another name."""
        placed = Buffer(file, self.kind, self.data, self.base, self._starts, self.utf16, self.names, self.resources)
        placed.returned, placed.native = self.returned, self.native
        return placed


class Artifact(msgspec.Struct, frozen=True):
    """One entry of a package, opened."""

    file: str
    buffers: tuple[Buffer, ...]
    bytecode: Bytes = b""
    """The whole file if it is Hermes bytecode, whose strings are the buffers."""
    assembly: Bytes = b""
    """The whole image if it is a .NET assembly, whose parts are the buffers."""
    compiled: Bytes = b""
    """The whole file if it is compiled XML, whose strings are the buffer."""
    packed: Bytes = b""
    """The bytes of the file itself, if its content was compressed or encoded and the file is small."""
    left_out: str = ""
    """What a limit left out of the entry, as a clause; empty if nothing."""


class ArtifactBatch(msgspec.Struct, frozen=True):
    """Many small files of a package, searched together: opening each costs more than searching its bytes.

    A layout usually contains only a namespace, and a class contains nothing. So ``artifact`` is called only for files
    in which a search found more than that.
    """

    files: tuple[str, ...]
    contents: tuple[bytes | bytearray, ...]
    """Whole entries: compiled XML with a readable string pool, and files that are searched unchanged."""
    opened: Callable[[str, bytes], Artifact]

    SEPARATOR: ClassVar[bytes] = bytes(4)
    """Separator between two files in ``joined``; no text crosses it, with one or two bytes per character."""

    def concatenate(self) -> tuple[bytes, list[int]]:
        """All contents in one piece, and the offset behind the separator of each."""
        gap = len(self.SEPARATOR)
        joined = self.SEPARATOR.join((*self.contents, b""))
        return joined, list(accumulate(len(content) + gap for content in self.contents))

    def artifact(self, index: int) -> Artifact:
        """One of the files as an artifact."""
        return self.opened(self.files[index], bytes(self.contents[index]))

    def artifacts(self) -> Iterator[Artifact]:
        """All of them, one by one."""
        return (self.artifact(index) for index in range(len(self.files)))


type Piece = Artifact | ArtifactBatch


class OpenedApp(Protocol):
    """An app package whose entries can be walked once, with bounded memory."""

    path: Path
    problems: list[Problem]
    """Grows while the artifacts are walked."""

    @property
    def app(self) -> App | None:
        """The identity; ``None`` if it could not be read, with the reason in ``problems``."""
        ...

    @property
    def cleartext(self) -> tuple[CleartextPolicy, ...]:
        """The transport security that the app declares; cheapest before the walk."""
        ...

    @property
    def declarations(self) -> tuple[PrivacyDeclaration, ...]:
        """The privacy manifests of the app and of its parts; cheapest before the walk."""
        ...

    @property
    def may_be_hybrid(self) -> bool:
        """False if the package has no script of Cordova or Capacitor."""
        ...

    @property
    def has_asset_pages(self) -> bool:
        """True if the package has a page in its assets."""
        ...

    @property
    def unread(self) -> tuple[UnreadCode, ...]:
        """Code that the package does not show; complete after the walk."""
        ...

    def artifacts(self) -> Iterator[Artifact]:
        """Yield each entry worth searching; a damaged one becomes a problem and the walk continues."""
        ...

    def pieces(self) -> Iterator[Piece]:
        """Yield the same artifacts in the same order, with small files grouped. Call instead of ``artifacts``: one walk
        only.
        """
        ...

    def close(self) -> None:
        """Release the file."""
        ...


class EntrySource(Protocol):
    """Source of the entries of an app: an archive, an unpacked directory, or a single file.

    Reading an entry never raises, whatever its bytes are.
    """

    problems: PackageProblems
    """Grows while entries are read."""

    @property
    def entries(self) -> Sequence[ArchiveEntry]:
        """The entries in directory order; several may have the same name."""
        ...

    def find(self, name: str) -> ArchiveEntry | None:
        """The first entry of that name."""
        ...

    def peek(self, entry: ArchiveEntry, count: int) -> bytes:
        """The first ``count`` bytes of an entry's content; fewer if it is shorter or damaged. Nearly free."""
        ...

    def read(self, entry: ArchiveEntry, cap: int = ...) -> bytes | bytearray:
        """The content of an entry, at most ``cap`` bytes; damaged or omitted content is reported as a problem."""
        ...

    def open_nested(self, entry: ArchiveEntry) -> AbstractContextManager[View]:
        """The content of an entry that is a file of its own, without a copy in memory if possible."""
        ...

    def signing_block(self) -> bytes:
        """The APK signing block; empty if there is none."""
        ...
