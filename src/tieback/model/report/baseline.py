"""The comparison with an earlier report."""

from datetime import datetime
from enum import StrEnum

import msgspec


class BaselineState(StrEnum):
    """Status of a finding relative to an earlier report. The values are those of SARIF's ``baselineState``."""

    NEW = "new"
    UNCHANGED = "unchanged"
    UPDATED = "updated"
    """It existed, with another severity or other details."""


class Baseline(msgspec.Struct, frozen=True):
    """An earlier report that this one is compared with."""

    name: str
    """Name given by the user."""
    created: datetime
    unchanged: frozenset[str]
    """IDs of findings that are unchanged."""
    updated: frozenset[str]
    """IDs of findings that changed."""
    new: int
    fixed: int
    """Findings that are gone, for apps and stores that were checked again."""
    unconfirmed: int
    """Findings that are gone, for apps and stores that were not checked again."""

    def standing(self, finding: str) -> BaselineState:
        """The status of a finding of this report, by its ID."""
        if finding in self.unchanged:
            return BaselineState.UNCHANGED
        return BaselineState.UPDATED if finding in self.updated else BaselineState.NEW
