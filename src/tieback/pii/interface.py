"""Interface of the detectors: a column in, classifications out."""

from collections.abc import Iterator
from typing import Protocol

import msgspec

from tieback.model.pii import Classification, Column


class DetectorMeta(msgspec.Struct, frozen=True):
    """Name, version and classes of a detector."""

    name: str
    version: str
    classes: tuple[str, ...]
    """Leaves of the taxonomy that it can report."""
    reads_values: bool
    """True if it reads values; it then runs only at depth ``sample``."""


class Detector(Protocol):
    """One method to classify a column."""

    meta: DetectorMeta

    def classify(self, column: Column) -> Iterator[Classification]:
        """Classifications of one column, best first; empty if nothing was recognised."""
        ...
