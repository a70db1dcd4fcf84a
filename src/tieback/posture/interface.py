"""Interface of the posture readers: export in, statements about resources out."""

from collections.abc import Iterator
from typing import Protocol

import msgspec

from tieback.model.resource import Dependency, Resource
from tieback.posture.source import PostureSource

type Fact = Resource | Dependency


class PostureMeta(msgspec.Struct, frozen=True):
    """Properties of a reader."""

    name: str
    """Source name in the statements that it reads."""
    title: str
    """Display name."""
    reference: str
    """Documentation of the format."""


class PostureReader(Protocol):
    """One kind of export."""

    meta: PostureMeta

    def recognises(self, head: bytes) -> bool:
        """True if a file with this beginning (at most 64 KiB, decompressed) has this format. Never raises."""
        ...

    def facts(self, source: PostureSource) -> Iterator[Fact]:
        """Yield the statements of the export, in file order, with bounded memory.

        Records of another shape go to ``source.skip``. If the file ends too early, earlier records are kept and
        ``source.incomplete`` describes the problem.

        Raises:
            InputError: the file is damaged from its beginning; ``where`` names the location.
        """
        ...
