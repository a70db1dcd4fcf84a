"""The seam of the extractors: artifacts in, finds out."""

from collections.abc import Iterator
from typing import Protocol

import msgspec

from tieback.intake.apps.interface import Artifact
from tieback.model.public_key import PublicKey
from tieback.model.sighting import Credential, NotBackend, Problem, Sighting

type Find = Sighting | Credential | PublicKey | NotBackend | Problem
"""A problem says what an extractor had to leave unread; a public key is found besides its credential."""


class ExtractorMeta(msgspec.Struct, frozen=True):
    """What an extractor looks for."""

    name: str
    version: str
    """Part of the key of a unit of work: a new version analyses every app again."""
    finds: tuple[str, ...]
    """Rule names that may stand in ``Evidence.how``."""


class Extractor(Protocol):
    """One way to find endpoints in an artifact."""

    meta: ExtractorMeta

    def extract(self, artifact: Artifact) -> Iterator[Find]:
        """Every find of one artifact, each with count 1; bounded by the size of its buffers."""
        ...
