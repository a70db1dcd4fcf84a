"""Compares two reports by finding: new, fixed, changed, moved, unconfirmed.

Findings are matched by id. If a store's identity changed between two runs, for example because it no longer reports
one, findings are matched by rule and host name or address. A missing finding counts as fixed only if its store answered
again, or if its app was analysed again with every part that can have it; otherwise it is ``unconfirmed``, never fixed.
Unrelated apps share the identifiers of templates, and so the ids of findings. If one of them has no package and no
signer in common with those of the other report, their finding is neither moved nor fixed.
A finding of traffic is fixed only if the app was captured again, in captures that were read as far as the old ones.
"""

import re
from collections.abc import Iterable, Iterator
from enum import StrEnum

import msgspec

from tieback.assess.ransom import RANSOMED
from tieback.model.cleartext import EVERY_HOST
from tieback.model.exposure import Severity
from tieback.model.figure import Figure, total
from tieback.model.probe import Ability, Access, Outcome, Privileges
from tieback.model.report.baseline import Baseline
from tieback.model.sighting import UnreadKind
from tieback.recognise.maker_names import is_template
from tieback.report.diff.past import PastApp, PastFinding, PastReport, PastStore
from tieback.report.figures import NOT_MEASURED, bytes_text, figure_text
from tieback.report.shortened import cut, cut_text
from tieback.report.tables import NOT_PROBED
from tieback.report.texts.stores import RANSOM_WORDS, access_words
from tieback.report.verdict import ABILITY_WORDS

NOTABLE = 0.1
"""Minimum relative change of records that counts as a change, because live stores always vary."""
_VOLATILE = re.compile(
    r" at 0x[0-9a-f]+$|(?<=\w) \((?:normal|superuser|private_key)\)(?= )|(?<=\bclasses)\d{1,4}(?=\.dex\b)"
    r"|(?<=, in), (?:to|from)(?= )"
)
"""Parts of evidence that are not compared: the offset; the grade, which older releases did not write; the number of a
DEX file, because each build distributes the classes anew; the word before the host of received data: it
was ``to``."""


_OUTSIDE = frozenset({UnreadKind.DOWNLOADED, UnreadKind.WEB_PAGE})
"""Code that was never in the package: it cannot have a finding of the package."""


_OF_TRAFFIC = frozenset(
    {
        "cleartext-personal-data",
        "credential-to-third-party",
        "device-address-in-cleartext",
        "special-category-to-third-party",
        "tracking-cookie-in-cleartext",
    }
)
"""Rules whose findings rest on captures only."""
_MAY_BE_OF_TRAFFIC = _OF_TRAFFIC | {"dangling-name", "retired-back-end"}
"""Rules whose findings may rest on a capture, a package, or both."""
_NUMBER = re.compile(r"\d[\d,]*")
_SEPARATOR = re.compile(r"(?<=\d),(?=\d{3})")
_FORM = re.compile(r"\b(?:an?|has|have|is|are|was|were|its|their) |(?<=[a-z][a-z])(?:ies|y|s)\b")
"""What differs between ``1 packet has`` and ``2 packets have``. Older releases wrote ``1 packets have``."""

_FOR_HOSTS = frozenset(("cleartext-allowed", "user-authorities-trusted"))
"""Rules whose lines of evidence are the hosts for which an app allows something, each with its place."""


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

    def count(self, kind: ChangeKind) -> int:
        """Return the number of findings of a kind."""
        return sum(change.kind is kind for change in self.changes)

    def of(self, kind: ChangeKind) -> Iterator[Change]:
        """Return the changes of a kind, worst first."""
        return (change for change in self.changes if change.kind is kind)


def compare(old: PastReport, new: PastReport) -> Comparison:
    """Compare two reports, finding by finding."""
    looked, templates = _Looked(new), _Templates(old, new)
    again = dict(_paired(old, new))
    changes = []
    for finding in new.findings.values():
        before = old.findings.get(again.get(finding.id, finding.id))
        changes.append(_new(finding, new) if before is None else _both(before, finding, old, new, templates))
    gone = set(again.values())
    changes.extend(
        _gone(finding, old, looked, templates)
        for finding in old.findings.values()
        if finding.id not in new.findings and finding.id not in gone
    )
    order = list(ChangeKind)
    changes.sort(key=lambda one: (order.index(one.kind), -one.finding.severity.rank, one.finding.rule, one.finding.id))
    return Comparison(old, new, tuple(_totals(old, new)), tuple(changes))


def baseline_of(comparison: Comparison) -> Baseline:
    """Return the comparison data that renderers need."""
    old = comparison.old
    changed = frozenset(
        one.finding.id for one in comparison.changes if one.kind in {ChangeKind.CHANGED, ChangeKind.MOVED}
    )
    same = frozenset(one.finding.id for one in comparison.of(ChangeKind.SAME))
    worse = frozenset(one.finding.id for one in comparison.changes if one.worse)
    new, fixed, unconfirmed = map(comparison.count, (ChangeKind.NEW, ChangeKind.FIXED, ChangeKind.UNCONFIRMED))
    return Baseline(old.name, old.created, same, changed, new, fixed, unconfirmed, worse)


def _paired(old: PastReport, new: PastReport) -> Iterator[tuple[str, str]]:
    """Pairs of new and old findings with different ids but the same rule and address, or the same app and evidence."""
    left: dict[tuple[str, str], str] = {}
    for finding in old.findings.values():
        if finding.id not in new.findings:
            for place in _places(finding, old):
                left.setdefault((finding.rule, place), finding.id)
    taken: set[str] = set()
    for finding in new.findings.values():
        if finding.id in old.findings:
            continue
        for place in _places(finding, new):
            found = left.get((finding.rule, place))
            if found is not None and found not in taken:
                taken.add(found)
                yield finding.id, found
                break
    yield from _paired_apps(old, new, taken)


def _paired_apps(old: PastReport, new: PastReport, taken: set[str]) -> Iterator[tuple[str, str]]:
    """Pairs of findings of one app whose platform one of the reports does not know, as a capture may not name it."""
    left: dict[tuple[str, str, str], str] = {}
    for finding in old.findings.values():
        if finding.id not in new.findings and finding.id not in taken:
            for mark in _marks(finding, old):
                left.setdefault(mark, finding.id)
    for finding in new.findings.values():
        if finding.id not in old.findings:
            pairs = (left[mark] for mark in _marks(finding, new) if mark in left and left[mark] not in taken)
            found = next((one for one in pairs if _one_unknown(old.findings[one], old, finding, new)), None)
            if found is not None:
                taken.add(found)
                yield finding.id, found


def _marks(finding: PastFinding, past: PastReport) -> Iterator[tuple[str, str, str]]:
    """Rule, identifier of the app and each line of evidence, of a finding without stores."""
    if not finding.exposures:
        for name in sorted({app.bundle_id for app in _apps_of(finding, past)} - {""}):
            for line in finding.evidence:
                yield finding.rule, name, _VOLATILE.sub("", line)


def _one_unknown(before: PastFinding, old: PastReport, now: PastFinding, new: PastReport) -> bool:
    was, is_ = ({app.platform for app in apps} for apps in (_apps_of(before, old), _apps_of(now, new)))
    return was != is_ and "unknown" in was | is_


def _places(finding: PastFinding, past: PastReport) -> list[str]:
    return sorted({place for key in finding.exposures if key in past.stores for place in past.stores[key].places})


def _about(finding: PastFinding, past: PastReport) -> tuple[str, ...]:
    stores = [past.stores[key].label for key in finding.exposures if key in past.stores]
    apps = list(dict.fromkeys(past.apps[key].label for key in finding.apps if key in past.apps))
    return (*cut(stores, 3, one="store"), *cut(apps, 5, one="app"))


def _new(finding: PastFinding, new: PastReport) -> Change:
    return Change(
        ChangeKind.NEW,
        finding,
        None,
        _about(finding, new),
        tuple(cut(finding.evidence, 3, one="line of evidence", many="lines of evidence")),
    )


def _both(before: PastFinding, now: PastFinding, old: PastReport, new: PastReport, templates: "_Templates") -> Change:
    changed = list(_differences(before, now, old, new))
    moved = list(_moves(before, now, old, new))
    if (changed or moved) and not now.exposures:
        shared = templates.shared(_apps_of(before, old), _apps_of(now, new))
        if shared:
            return Change(ChangeKind.CHANGED, now, before.severity, _about(now, new), (shared, *changed))
    kind = ChangeKind.CHANGED if changed else ChangeKind.MOVED if moved else ChangeKind.SAME
    worse = now.severity.rank > before.severity.rank or bool(_allowed_now(before, now))
    return Change(kind, now, before.severity, _about(now, new), (*changed, *moved), worse=worse)


def _allowed_now(before: PastFinding, now: PastFinding) -> list[str]:
    """The hosts for which only the newer finding allows what its rule is about."""
    if now.rule not in _FOR_HOSTS:
        return []
    was, is_ = ({line.partition(": ")[0] for line in finding.evidence} for finding in (before, now))
    return [] if EVERY_HOST in was else sorted(is_ - was)


def _lines(finding: PastFinding) -> set[str]:
    """The lines of evidence without what differs by chance; only the places of rules about hosts."""
    lines = (_VOLATILE.sub("", line) for line in finding.evidence)
    return {line.partition(": ")[2] if finding.rule in _FOR_HOSTS else line for line in lines}


def _differences(before: PastFinding, now: PastFinding, old: PastReport, new: PastReport) -> Iterator[str]:
    if before.severity is not now.severity:
        yield f"severity {before.severity} → {now.severity}"
    for one, other in _store_pairs(before, now, old, new):
        yield from _store_differences(one, other)
    yield from cut((f"now also for {one}" for one in _allowed_now(before, now)), 3, one="host")
    yield from cut((f"no longer for {one}" for one in _allowed_now(now, before)), 3, one="host")
    apps, others = _affected(before, old, now, new)
    yield from cut((f"also affects {one}" for one in sorted(others - apps)), 5, one="newly affected app")
    yield from cut((f"no longer affects {one}" for one in sorted(apps - others)), 5, one="no longer affected app")


def _affected(before: PastFinding, old: PastReport, now: PastFinding, new: PastReport) -> tuple[set[str], set[str]]:
    """The subjects of both findings. One app has one subject, also if one of the reports does not know its platform."""
    ones, others = _apps_of(before, old), _apps_of(now, new)
    known = {app.bundle_id: app.subject for app in (*ones, *others) if app.platform != "unknown"}
    subjects = ({known.get(app.bundle_id, app.subject) if app.platform == "unknown" else app.subject for app in apps}
                for apps in (ones, others))  # fmt: skip
    return next(subjects), next(subjects)


def _apps_of(finding: PastFinding, past: PastReport) -> list[PastApp]:
    return [past.apps[key] for key in finding.apps if key in past.apps]


class _Templates:
    """The apps of both reports that have the identifier of a template: packages and signers by identifier."""

    def __init__(self, old: PastReport, new: PastReport) -> None:
        self._old, self._new = map(_marks_of, (old.apps.values(), new.apps.values()))

    def shared(self, ones: Iterable[PastApp], others: Iterable[PastApp]) -> str:
        """That one of these apps of the old and new report is not in the other report; empty if all are."""
        only = [app for app in ones if not _has_counterpart(app, self._new)]
        only += [app for app in others if not _has_counterpart(app, self._old)]
        if not only:
            return ""
        are = "is" if len(only) == 1 else "are"
        name = only[0].bundle_id
        return (
            f"different apps share the identifier {name} of a template; {len(only):,} of them {are} in only one report"
        )


def _marks_of(apps: Iterable[PastApp]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for app in apps:
        if is_template(app.bundle_id):
            found.setdefault(app.bundle_id, set()).update(app.marks)
    return found


def _has_counterpart(app: PastApp, marks: dict[str, set[str]]) -> bool:
    return not is_template(app.bundle_id) or not app.marks.isdisjoint(marks.get(app.bundle_id, ()))


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
        yield f"now also contains {name}"
    for name in sorted(before - now):
        yield f"no longer contains {name}"


def state_words(store: PastStore) -> str:
    """Return the access state; ``not decided`` if a refusal does not show that the store is closed."""
    words = access_words(store.access, store.entry, store.product)
    return f"not decided ({words})" if store.undecided and store.access is not Access.UNKNOWN else words


def _differ(one: Figure, other: Figure) -> bool:
    if one.value == other.value:
        return False
    return abs(one.value - other.value) > NOTABLE * max(one.value, other.value, 1)


def _moves(before: PastFinding, now: PastFinding, old: PastReport, new: PastReport) -> Iterator[str]:
    for one, other in _store_pairs(before, now, old, new):
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


def _store_pairs(
    before: PastFinding, now: PastFinding, old: PastReport, new: PastReport
) -> Iterator[tuple[PastStore, PastStore]]:
    ones = [old.stores[key] for key in before.exposures if key in old.stores]
    others = [new.stores[key] for key in now.exposures if key in new.stores]
    return zip(ones, others, strict=False)


class _Looked:
    """What a run covered: apps, stores, and the outcome per target."""

    def __init__(self, new: PastReport) -> None:
        self.new = new
        self.apps: dict[str, list[PastApp]] = {}
        for app in new.apps.values():
            self.apps.setdefault(app.subject, []).append(app)
        self.answered = {place: store for store in new.stores.values() for place in store.places}
        self.captured = {new.apps[key].subject for key in new.captured if key in new.apps} | new.captured
        """Subjects and keys of the apps in captures."""


def _gone(finding: PastFinding, old: PastReport, looked: _Looked, templates: _Templates) -> Change:
    about = _about(finding, old)
    stores = [old.stores[key] for key in finding.exposures if key in old.stores]
    if not finding.exposures:
        subjects = {old.apps[key].subject if key in old.apps else key for key in finding.apps}
        unread = next(filter(None, (_newly_unread(subject, finding, old, looked) for subject in sorted(subjects))), "")
        if not unread and finding.rule in _MAY_BE_OF_TRAFFIC:
            unread = _newly_unread_capture(old, looked.new)
        if not unread and finding.rule in _OF_TRAFFIC and (lost := sorted(subjects - looked.captured)):
            unread = f"no capture of {cut_text(lost, 3)} was read again"
        if unread:
            return Change(ChangeKind.UNCONFIRMED, finding, finding.severity, about, (unread,))
        if subjects and subjects <= looked.apps.keys():
            if shared := templates.shared(_apps_of(finding, old), ()):
                return Change(ChangeKind.UNCONFIRMED, finding, finding.severity, about, (shared,))
            return Change(ChangeKind.FIXED, finding, finding.severity, about, ("the app was analysed again",))
        missing = sorted(subjects - looked.apps.keys())
        names = cut_text(missing, 3) or "its app"
        reason = f"{names} {'were' if len(missing) > 1 else 'was'} not analysed again"
        return Change(ChangeKind.UNCONFIRMED, finding, finding.severity, about, (reason,))
    reasons, fixed = [], bool(stores)
    for store in stores:
        reason, is_fixed = _fate(store, looked)
        reasons.append(reason)
        fixed = fixed and is_fixed
    kind = ChangeKind.FIXED if fixed else ChangeKind.UNCONFIRMED
    return Change(
        kind,
        finding,
        finding.severity,
        about,
        tuple(dict.fromkeys(reasons)) or ("its store is missing in the old report",),
    )


def _newly_unread(subject: str, finding: PastFinding, old: PastReport, looked: _Looked) -> str:
    """The part of an app that was not read in the new run and can have the finding; empty if there is none.

    What was not read in the old run either did not show the finding then. Each damaged package lacks other parts.
    """
    before = {
        (one.kind, _same_app_reason(one.what))
        for key in finding.apps
        if key in old.apps and old.apps[key].subject == subject
        for one in old.apps[key].unread
        if one.kind is not UnreadKind.DAMAGED
    }
    for app in looked.apps.get(subject, ()):
        for one in app.unread:
            if one.kind not in _OUTSIDE and (one.kind, _same_app_reason(one.what)) not in before:
                return f"the app was only partly read: {one.what}" + (f" ({one.where})" if one.where else "")
    return ""


def _newly_unread_capture(old: PastReport, new: PastReport) -> str:
    """A capture of the new run with a part that was not read, though it was in the old run; empty if there is none.

    The part may have any app. The counts in the reasons differ from capture to capture, so they are not compared.
    """
    before = {
        (one.kind, _same_capture_reason(one.what))
        for capture in old.captures
        for one in capture.unread
        if one.kind is not UnreadKind.DAMAGED
    }
    for capture in new.captures:
        for one in capture.unread:
            if (one.kind, _same_capture_reason(one.what)) not in before:
                return f"the capture {capture.path} was only partly read: {one.what}"
    return ""


def _same_app_reason(what: str) -> str:
    """The reason without the separators of its numbers and without the forms of its words."""
    return _FORM.sub("", _SEPARATOR.sub("", what))


def _same_capture_reason(what: str) -> str:
    """The reason without its numbers and without the forms of its words."""
    return _FORM.sub("", _NUMBER.sub("", what))


def _fate(store: PastStore, looked: _Looked) -> tuple[str, bool]:
    """State of a store in the new run, and True if it proves that the finding is fixed."""
    now = looked.new.stores.get(store.id)
    found = [now] if now is not None else [looked.answered[p] for p in sorted(store.places) if p in looked.answered]
    if found:
        words = ", ".join(dict.fromkeys(map(state_words, found)))
        return f"the store answered again: {words}", not any(one.undecided for one in found)
    outcomes = [looked.new.asked[target] for target in store.targets if target in looked.new.asked]
    if not outcomes:
        return "the store was not probed again", False
    if all(outcome is Outcome.REFUSED for outcome in outcomes):
        return "connection refused; the store may have moved", False
    return f"the store did not answer: {', '.join(dict.fromkeys(str(outcome) for outcome in outcomes))}", False


def _totals(old: PastReport, new: PastReport) -> Iterator[Total]:
    for name, one, other in zip(_NAMES, _figures(old), _figures(new), strict=True):
        yield Total(name, one, other)


_NAMES = (
    "apps analysed",
    "stores that answered",
    "stores accessible without authentication",
    "records exposed",
    "bytes exposed",
    "ransomed or wiped",
    "findings",
    "findings suppressed",
)


def _figures(past: PastReport) -> tuple[str, ...]:
    return (
        f"{len(past.apps):,}",
        *(_of_stores(past) if past.probed else [NOT_PROBED] * 5),
        f"{len(past.findings):,}",
        f"{past.suppressed:,}",
    )


def _of_stores(past: PastReport) -> tuple[str, ...]:
    exposed = list(_exposed(past))
    return (
        f"{sum(not store.honeypot for store in past.stores.values()):,}",
        f"{len(exposed):,}",
        figure_text(total((store.records for store in exposed), "sum")) if past.stores else NOT_MEASURED,
        bytes_text(total((store.bytes for store in exposed), "sum")) if past.stores else NOT_MEASURED,
        f"{sum(_ransomed(store) for store in past.stores.values()):,}",
    )


def _exposed(past: PastReport) -> Iterator[PastStore]:
    return (store for store in past.stores.values() if store.access.exposed and not store.honeypot)


def _ransomed(store: PastStore) -> bool:
    return store.ransom.verdict in RANSOMED and not store.honeypot
