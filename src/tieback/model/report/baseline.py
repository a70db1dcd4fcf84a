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
    worse: frozenset[str] = frozenset()
    """IDs of changed findings that are worse than before; like new ones, they can fail a build."""
    notes: tuple[str, ...] = ()
    """What else differs between the reports, such as the version of tieback: findings may differ because of it."""

    def is_news(self, finding: str) -> bool:
        """True for a finding of this report that is new, or worse than before."""
        return finding in self.worse or self.standing(finding) is BaselineState.NEW

    def word(self, finding: str) -> str:
        """``worse``, or the status of a finding of this report."""
        return "worse" if finding in self.worse else self.standing(finding).value

    def standing(self, finding: str) -> BaselineState:
        """The status of a finding of this report, by its ID."""
        if finding in self.unchanged:
            return BaselineState.UNCHANGED
        return BaselineState.UPDATED if finding in self.updated else BaselineState.NEW
