"""The result of a comparison of two reports: findings with their change, and figures of both."""

from collections.abc import Iterator
from enum import StrEnum

import msgspec

from tieback.model.exposure import Severity
from tieback.report.diff.backends import BackendChange
from tieback.report.diff.past import PastFinding, PastReport


class ChangeKind(StrEnum):
    """Change of a finding, in output order."""

    NEW = "new"
    CHANGED = "changed"
    MOVED = "moved"
    FIXED = "fixed"
    UNCONFIRMED = "unconfirmed"
    SAME = "same"


class Change(msgspec.Struct, frozen=True):
    """One finding and its change."""

    kind: ChangeKind
    """Kind of the change."""
    finding: PastFinding
    """Finding of the new report or, if missing there, of the old one."""
    before: Severity | None
    """Severity in the old report; ``None`` for a new finding."""
    about: tuple[str, ...]
    """Labels of its stores and apps."""
    what: tuple[str, ...]
    """Differences, or the reason for its kind."""
    worse: bool = False
    """True for a changed finding that is more severe than before, or allows something for more hosts."""


class Total(msgspec.Struct, frozen=True):
    """A figure in both reports."""

    name: str
    """Name of the figure."""
    old: str
    """The figure in the older report."""
    new: str
    """The figure in the newer report."""


class Comparison(msgspec.Struct, frozen=True):
    """Result of the comparison of two reports."""

    old: PastReport
    new: PastReport
    totals: tuple[Total, ...]
    """Figures of both reports."""
    changes: tuple[Change, ...]
    """Worst first within each kind."""
    notes: tuple[str, ...] = ()
    """What else differs between the reports, so that findings may differ without a change of an app or store."""
    backends: tuple[BackendChange, ...] | None = None
    """Apps of both reports that name other back ends; ``None`` if a report has too many apps, or does not list them."""

    def count(self, kind: ChangeKind) -> int:
        """Return the number of findings of a kind."""
        return sum(change.kind is kind for change in self.changes)

    def of(self, kind: ChangeKind) -> Iterator[Change]:
        """Return the changes of a kind, worst first."""
        return (change for change in self.changes if change.kind is kind)
