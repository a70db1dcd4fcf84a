"""The seam of the app readers: an opened app gives artifacts; each is a few bounded buffers with their origin."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from tieback.model.app import App
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


@dataclass(frozen=True, slots=True)
class Buffer:
    """Bytes of one entry, decompressed and bounded."""

    file: str
    """Entry name inside the package."""
    kind: BufferKind
    data: bytes
    base: int = 0
    """Offset of ``data[0]`` in the decompressed entry."""
    starts: NDArray[np.int64] | None = None
    """Sorted offsets in ``data`` at which a string begins; a match never crosses one."""
    utf16: bool = False
    """Whether ``data`` holds UTF-16LE text."""
    names: Mapping[int, str] = field(default_factory=dict)
    """Offset of a string in ``data`` to its resource name, such as ``string/backend_url``."""


@dataclass(frozen=True, slots=True)
class Artifact:
    """One entry of a package, opened."""

    file: str
    buffers: tuple[Buffer, ...]


class OpenedApp(Protocol):
    """An app package whose entries can be walked once, with bounded memory."""

    path: Path
    problems: list[Problem]
    """Grows while the artifacts are walked."""

    @property
    def app(self) -> App | None:
        """The identity; ``None`` where it could not be read, and the reason is in ``problems``."""
        ...

    def artifacts(self) -> Iterator[Artifact]:
        """Each entry worth scanning; a damaged one becomes a problem and the walk goes on."""
        ...

    def close(self) -> None:
        """Release the file."""
        ...
