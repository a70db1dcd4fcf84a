"""The seam of the detectors: a column in, classifications out."""

from collections.abc import Iterator
from typing import Protocol

import msgspec

from tieback.model.pii import Classification, Column


class DetectorMeta(msgspec.Struct, frozen=True):
    """What a detector knows."""

    name: str
    version: str
    classes: tuple[str, ...]
    """Leaves of the taxonomy that it may report."""
    reads_values: bool
    """Whether it looks at values; then it only runs at depth ``sample``."""


class Detector(Protocol):
    """One way to classify a column."""

    meta: DetectorMeta

    def classify(self, column: Column) -> Iterator[Classification]:
        """Classifications of one column, best first; none where nothing was recognised."""
        ...
