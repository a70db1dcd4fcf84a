"""Wording of a comparison, shared by all its formats."""

from tieback.report.diff.compare import Comparison, Kind
from tieback.report.document import count_text

TITLES = {
    Kind.NEW: "New",
    Kind.CHANGED: "Changed",
    Kind.MOVED: "Moved",
    Kind.FIXED: "Fixed",
    Kind.UNCONFIRMED: "Unconfirmed (missing, but not checked again)",
}
"""Titles of the listed kinds, in order; unchanged findings are only counted."""


def conclusion(found: Comparison) -> str:
    """Return the conclusion; findings that were not checked again never count as fixed."""
    new, fixed, changed, moved, open_ = (
        found.count(kind) for kind in (Kind.NEW, Kind.FIXED, Kind.CHANGED, Kind.MOVED, Kind.UNCONFIRMED)
    )
    text = f"{count_text(new, 'new finding')}, {fixed:,} fixed, {changed:,} changed, {moved:,} moved"
    if open_:
        text += f", {open_:,} unconfirmed (missing, but not checked again)"
    text += f", {found.count(Kind.SAME):,} unchanged."
    if found.old.audience != found.new.audience:
        text += " The two reports are for different audiences: findings hidden in one of them appear as new or missing."
    return text
