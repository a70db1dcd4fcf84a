"""The seam of the posture readers: an export in, what it says of each resource out."""

from collections.abc import Iterator
from typing import Protocol

import msgspec

from tieback.model.resource import Dependency, Resource
from tieback.posture.source import PostureSource

type Fact = Resource | Dependency


class PostureMeta(msgspec.Struct, frozen=True):
    """Whose exports a reader reads."""

    name: str
    """Stands as the source of what it read."""
    title: str
    """For people."""
    reference: str
    """Where the format is described."""


class PostureReader(Protocol):
    """One kind of export."""

    meta: PostureMeta

    def recognises(self, head: bytes) -> bool:
        """Whether a file that begins so (at most 64 KiB, unpacked) is one of these. Never raises."""
        ...

    def facts(self, source: PostureSource) -> Iterator[Fact]:
        """What the export says, in its order, with bounded memory.

        Records of another shape go to ``source.skip``; where the file ends too early, what came before is kept and
        ``source.incomplete`` says so.

        Raises:
            InputError: it is broken from its beginning on; it names the place.
        """
        ...
