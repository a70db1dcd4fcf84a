"""Interface of the posture readers: an export in, facts about each resource out."""

from collections.abc import Iterator
from typing import Protocol

import msgspec

from tieback.model.resource import Dependency, Resource
from tieback.posture.source import PostureSource

type Fact = Resource | Dependency


class PostureMeta(msgspec.Struct, frozen=True):
    """Name and format of a reader."""

    name: str
    """Name of the source in facts."""
    title: str
    """Display name."""
    reference: str
    """URL of the format's documentation."""


class PostureReader(Protocol):
    """Reader of one kind of export."""

    meta: PostureMeta

    def recognises(self, head: bytes) -> bool:
        """True if a file with this beginning (at most 64 KiB, decompressed) has this format. Never raises."""
        ...

    def facts(self, source: PostureSource) -> Iterator[Fact]:
        """The facts in the export, in its order, with bounded memory.

        Records in another format are passed to ``source.skip``. If the file is truncated, the facts before the end are
        kept and ``source.incomplete`` has the reason.

        Raises:
            InputError: the file is damaged from its beginning; the error names the position.
        """
        ...
