"""What differs between a finding and the same finding of an older report."""

from collections.abc import Iterator

from tieback.model.cleartext import EVERY_HOST
from tieback.model.figure import Figure
from tieback.model.probe import Ability, Access, Privileges
from tieback.pii.taxonomy import class_phrase
from tieback.report.diff.pairs import VOLATILE, apps_of, store_pairs
from tieback.report.diff.past import PastFinding, PastReport, PastStore
from tieback.report.figures import figure_text
from tieback.report.shortened import cut, cut_text
from tieback.report.texts.stores import RANSOM_WORDS, access_words
from tieback.report.verdict import ABILITY_WORDS

NOTABLE = 0.1
"""Minimum relative change of records that counts as a change, because live stores always vary."""
_FOR_HOSTS = frozenset(("cleartext-allowed", "user-authorities-trusted"))
"""Rules whose lines of evidence are the hosts for which an app allows something, each with its place."""


def newly_allowed(before: PastFinding, now: PastFinding) -> list[str]:
    """The hosts for which only the newer finding allows what its rule is about."""
    if now.rule not in _FOR_HOSTS:
        return []
    was, is_ = ({line.partition(": ")[0] for line in finding.evidence} for finding in (before, now))
    return [] if EVERY_HOST in was else sorted(is_ - was)


def _lines(finding: PastFinding) -> set[str]:
    """The lines of evidence without what differs by chance; only the places of rules about hosts."""
    lines = (VOLATILE.sub("", line) for line in finding.evidence)
    return {line.partition(": ")[2] if finding.rule in _FOR_HOSTS else line for line in lines}


def differences(before: PastFinding, now: PastFinding, old: PastReport, new: PastReport) -> Iterator[str]:
    """Yield what changed in a finding, one clause each."""
    if before.severity is not now.severity:
        yield f"severity {before.severity} → {now.severity}"
    for one, other in store_pairs(before, now, old, new):
        yield from _store_differences(one, other)
    yield from cut((f"now also for {one}" for one in newly_allowed(before, now)), 3, one="host")
    yield from cut((f"no longer for {one}" for one in newly_allowed(now, before)), 3, one="host")
    apps, others = affected(before, old, now, new)
    yield from cut((f"also affects {one}" for one in sorted(others - apps)), 5, one="newly affected app")
    yield from cut((f"no longer affects {one}" for one in sorted(apps - others)), 5, one="no longer affected app")


def affected(before: PastFinding, old: PastReport, now: PastFinding, new: PastReport) -> tuple[set[str], set[str]]:
    """The subjects of both findings. One app has one subject, also if one of the reports does not know its platform."""
    ones, others = apps_of(before, old), apps_of(now, new)
    known = {app.bundle_id: app.subject for app in (*ones, *others) if app.platform != "unknown"}
    subjects = ({known.get(app.bundle_id, app.subject) if app.platform == "unknown" else app.subject for app in apps}
                for apps in (ones, others))  # fmt: skip
    return next(subjects), next(subjects)


def _store_differences(one: PastStore, other: PastStore) -> Iterator[str]:
    before_words, now_words = state_words(one), state_words(other)
    if before_words != now_words:
        yield f"access {before_words} → {now_words}"
    if one.privileges is not other.privileges and Privileges.ADMIN in (one.privileges, other.privileges):
        yield f"rights of a client without credentials {one.privileges or 'unknown'} → {other.privileges or 'unknown'}"
    for ability in Ability:
        if (ability in one.abilities) != (ability in other.abilities):
            yield f"{'now also' if ability in other.abilities else 'no longer'} permits: {ABILITY_WORDS[ability]}"
    if one.version != other.version:
        yield f"version {one.version or 'unknown'} → {other.version or 'unknown'}"
    if one.ransom.verdict is not other.ransom.verdict:
        words = [RANSOM_WORDS[store.ransom.verdict] or "no sign of ransom" for store in (one, other)]
        yield " → ".join(words)
    if _differ(one.records, other.records):
        yield f"records {figure_text(one.records)} → {figure_text(other.records)}"
    before, now = ({line.pii_class for line in store.pii} for store in (one, other))
    for name in sorted(now - before):
        yield f"now also contains {class_phrase(name)}"
    for name in sorted(before - now):
        yield f"no longer contains {class_phrase(name)}"


def state_words(store: PastStore) -> str:
    """Return the access state; ``not decided`` if a refusal does not show that the store is closed."""
    words = access_words(store.access, store.entry, store.product)
    return f"not decided ({words})" if store.undecided and store.access is not Access.UNKNOWN else words


def _differ(one: Figure, other: Figure) -> bool:
    if one.value == other.value:
        return False
    return abs(one.value - other.value) > NOTABLE * max(one.value, other.value, 1)


def moves(before: PastFinding, now: PastFinding, old: PastReport, new: PastReport) -> Iterator[str]:
    """Yield the stores of a finding that are at other places now."""
    for one, other in store_pairs(before, now, old, new):
        if one.places != other.places:
            was, is_ = sorted(one.places - other.places), sorted(other.places - one.places)
            yield _move(cut_text(was, 4), cut_text(is_, 4))
    if not now.exposures:
        was_in, is_in = _lines(before), _lines(now)
        if was_in != is_in:
            yield f"new location: {'; '.join(cut(sorted(is_in - was_in), 2))}" if is_in - was_in else "fewer locations"


def _move(was: str, now: str) -> str:
    if was and now:
        return f"moved from {was} to {now}"
    return f"now also at {now}" if now else f"no longer at {was}"
