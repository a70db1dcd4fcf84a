"""Interface of the extractors: artifacts in, finds out."""

from collections.abc import Iterator
from typing import Protocol

import msgspec

from tieback.intake.apps.interface import Artifact
from tieback.model.public_key import PublicKey
from tieback.model.sighting import Credential, NotBackend, Problem, Sighting
from tieback.recognise.makers.clues import MakerClue

type Find = Sighting | Credential | PublicKey | NotBackend | Problem | MakerClue
"""A problem names data that an extractor did not read. A public key is reported in addition to its credential. A clue
is no result: only ``collect`` reads it.
"""

MAY_MISS = "an address that it puts together can be missing"
"""End of a problem on code that was not followed to its end."""


class ExtractorMeta(msgspec.Struct, frozen=True):
    """Name, version and rules of an extractor."""

    name: str
    version: str
    """Part of the key of a unit of work: a new version analyses every app again."""
    finds: tuple[str, ...]
    """Names of the rules that can be in ``Evidence.how``."""


class Extractor(Protocol):
    """One method to find endpoints in an artifact."""

    meta: ExtractorMeta

    def extract(self, artifact: Artifact) -> Iterator[Find]:
        """All finds of one artifact, each with count 1. Their number is bounded by the size of the buffers."""
        ...
