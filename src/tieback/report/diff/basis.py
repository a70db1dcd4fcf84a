"""What two reports were made with: another version of tieback or other rules can give other findings."""

from collections.abc import Iterable, Iterator, Mapping

from tieback.report.diff.past import PastReport
from tieback.report.shortened import cut_text
from tieback.report.texts.clean import clean

_MOST = 5
"""Maximum number of names in a note."""


def basis_notes(old: PastReport, new: PastReport) -> tuple[str, ...]:
    """One sentence for each difference between what made the reports."""
    notes = []
    if old.audience != new.audience:
        notes.append("The two reports are for different audiences: findings hidden in one appear as new or missing.")
    before, now = (clean(one.tool.version, 40) for one in (old, new))
    if before and now and before != now:
        notes.append(
            f"tieback {before} made the older report, and {now} the newer one: a finding may be new, changed or "
            "missing only because of that."
        )
    rules = _changed(*({rule.name: rule.sha256 for rule in one.tool.rules} for one in (old, new)))
    plugins = _changed(*({plugin.name: plugin.version for plugin in one.tool.plugins} for one in (old, new)))
    for what, changes in (("Rules of users", rules), ("Plug-ins", plugins)):
        if told := "; ".join(changes):
            notes.append(f"{what} differ ({told}): a finding may be new, changed or missing only because of that.")
    return tuple(notes)


def _changed(old: Mapping[str, str], new: Mapping[str, str]) -> Iterator[str]:
    both = old.keys() & new.keys()
    yield from _named("only in the newer report", new.keys() - both)
    yield from _named("only in the older report", old.keys() - both)
    yield from _named("changed", (name for name in both if old[name] != new[name]))


def _named(how: str, names: Iterable[str]) -> Iterator[str]:
    found = sorted(clean(name, 60) for name in names)
    if found:
        yield f"{how}: {cut_text(found, _MOST)}"
