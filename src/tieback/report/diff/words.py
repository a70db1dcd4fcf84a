"""What is said of a comparison, alike in every form of it."""

from tieback.report.diff.compare import Comparison, Kind
from tieback.report.document import count_text

TITLES = {
    Kind.NEW: "New",
    Kind.CHANGED: "Changed",
    Kind.MOVED: "Moved",
    Kind.FIXED: "Fixed",
    Kind.UNCONFIRMED: "Gone, but not looked at again",
}
"""Kinds that are listed, in their order; what is the same is only counted."""


def conclusion(found: Comparison) -> str:
    """One sentence; what was not looked at is never called fixed."""
    new, fixed, changed, moved, open_ = (
        found.count(kind) for kind in (Kind.NEW, Kind.FIXED, Kind.CHANGED, Kind.MOVED, Kind.UNCONFIRMED)
    )
    text = f"{count_text(new, 'new finding')}, {fixed:,} fixed, {changed:,} changed, {moved:,} moved"
    if open_:
        text += f"; {open_:,} gone without proof, since nobody answered or was asked again"
    text += f"; {found.count(Kind.SAME):,} as before."
    if found.old.audience != found.new.audience:
        text += " The two reports were cut for different readers: what one of them was not told looks new or gone."
    return text
