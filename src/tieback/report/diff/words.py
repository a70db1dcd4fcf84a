"""Wording of a comparison, shared by all its formats."""

from tieback.model.count_text import count_text
from tieback.report.diff.change import ChangeKind, Comparison

TITLES = {
    ChangeKind.NEW: "New",
    ChangeKind.CHANGED: "Changed",
    ChangeKind.MOVED: "Moved",
    ChangeKind.FIXED: "Fixed",
    ChangeKind.UNCONFIRMED: "Unconfirmed (missing, but not checked again)",
}
"""Titles of the listed kinds, in order; unchanged findings are only counted."""


def conclusion(found: Comparison) -> str:
    """Return the conclusion; findings that were not checked again never count as fixed."""
    new, fixed, changed, moved, open_ = (
        found.count(kind)
        for kind in (ChangeKind.NEW, ChangeKind.FIXED, ChangeKind.CHANGED, ChangeKind.MOVED, ChangeKind.UNCONFIRMED)
    )
    worse = sum(one.worse for one in found.changes)
    much = f" ({worse:,} of them worse)" if worse else ""
    text = f"{count_text(new, 'new finding')}, {fixed:,} fixed, {changed:,} changed{much}, {moved:,} moved"
    if open_:
        text += f", {open_:,} unconfirmed (missing, but not checked again)"
    text += f", {found.count(ChangeKind.SAME):,} unchanged."
    if hidden := found.new.suppressed:
        text += f" {count_text(hidden, 'finding')} of the new report {'is' if hidden == 1 else 'are'} suppressed."
    return text
