"""Wording of a comparison, shared by all its formats."""

from collections.abc import Iterator

from tieback.model.count_text import count_text
from tieback.report.diff.backends import BackendChange
from tieback.report.diff.change import ChangeKind, Comparison
from tieback.report.shortened import cut_text

TITLES = {
    ChangeKind.NEW: "New",
    ChangeKind.CHANGED: "Changed",
    ChangeKind.MOVED: "Moved",
    ChangeKind.FIXED: "Fixed",
    ChangeKind.UNCONFIRMED: "Unconfirmed (missing, but not checked again)",
}
"""Titles of the listed kinds, in order; unchanged findings are only counted."""
BACKENDS_TITLE = "Apps that name other back ends"


def backend_lines(change: BackendChange, most: int) -> Iterator[str]:
    """What the newer package names and the older one did not, and the reverse, one sentence each."""
    for words, names in (("new", change.new), ("no longer named", change.gone)):
        if names:
            yield f"{words}: {cut_text(names, most)}"
    if change.doubt:
        yield f"perhaps not the same app: {change.doubt}"
    if change.partly_read:
        yield "a part of a package was not read: a back end may be in both"


def app_words(change: BackendChange) -> str:
    """The name of the app, with both versions if they differ."""
    older = change.before and not change.app.endswith(f" {change.before}")
    return f"{change.app} (before: {change.before})" if older else change.app


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
    if found.backends:
        text += f" {count_text(len(found.backends), 'app names', 'apps name')} other back ends than before."
    if hidden := found.new.suppressed:
        text += f" {count_text(hidden, 'finding')} of the new report {'is' if hidden == 1 else 'are'} suppressed."
    return text
