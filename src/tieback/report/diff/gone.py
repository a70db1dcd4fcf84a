"""Findings that the newer report lacks: fixed only if their store or app was looked at again, else unconfirmed."""

import re

from tieback.model.probe import Outcome
from tieback.model.sighting import UnreadKind
from tieback.report.diff.change import Change, ChangeKind
from tieback.report.diff.differences import state_words
from tieback.report.diff.pairs import TemplateApps, apps_of, labels_of
from tieback.report.diff.past import PastApp, PastFinding, PastReport, PastStore
from tieback.report.shortened import cut_text

_NUMBER = re.compile(r"\d[\d,]*")
_SEPARATOR = re.compile(r"(?<=\d),(?=\d{3})")
_FORM = re.compile(r"\b(?:an?|has|have|is|are|was|were|its|their) |(?<=[a-z][a-z])(?:ies|y|s)\b")
"""What differs between ``1 packet has`` and ``2 packets have``. Older releases wrote ``1 packets have``."""
_OUTSIDE = frozenset({UnreadKind.DOWNLOADED, UnreadKind.WEB_PAGE})
"""Code that was never in the package: it cannot have a finding of the package."""
_FORMER = {UnreadKind.UNFOLLOWED: UnreadKind.LIMIT}
"""Kinds that older releases gave the same parts."""
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


class Coverage:
    """What a run covered: apps, stores, and the outcome per target."""

    def __init__(self, new: PastReport) -> None:
        self.new = new
        self.apps: dict[str, list[PastApp]] = {}
        for app in new.apps.values():
            self.apps.setdefault(app.subject, []).append(app)
        self.answered = {place: store for store in new.stores.values() for place in store.places}
        self.captured = {new.apps[key].subject for key in new.captured if key in new.apps} | new.captured
        """Subjects and keys of the apps in captures."""


def judge_missing(finding: PastFinding, old: PastReport, looked: Coverage, templates: TemplateApps) -> Change:
    """Judge a finding that the newer report lacks."""
    about = labels_of(finding, old)
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
            if shared := templates.shared(apps_of(finding, old), ()):
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


def _newly_unread(subject: str, finding: PastFinding, old: PastReport, looked: Coverage) -> str:
    """The part of an app that was not read in the new run and can have the finding; empty if there is none.

    What was not read in the old run either did not show the finding then. Each damaged package lacks other parts. Names
    of places change from build to build, so only their number is compared, and whether the finding was in one of them.
    """
    before: dict[tuple[UnreadKind, str], int] = {}
    places: set[str] = set()
    for key in finding.apps:
        for one in old.apps[key].unread if key in old.apps and old.apps[key].subject == subject else ():
            if one.kind is not UnreadKind.DAMAGED:
                reason = (_FORMER.get(one.kind, one.kind), _same_app_reason(one.what))
                before[reason] = max(before.get(reason, 0), len(one.places) + one.more)
                places.update(one.places)
    for app in looked.apps.get(subject, ()):
        for one in app.unread:
            known = before.get((_FORMER.get(one.kind, one.kind), _same_app_reason(one.what)))
            grown = known is None or len(one.places) + one.more > known
            if one.kind not in _OUTSIDE and (grown or _is_at(finding, set(one.places) - places)):
                return f"the app was only partly read: {one.what}" + (f" ({one.places_text()})" if one.places else "")
    return ""


def _is_at(finding: PastFinding, places: set[str]) -> bool:
    """True if the evidence of a finding is in a file or entry among the places."""
    found = [line.rpartition(": ")[2] for line in finding.evidence]
    return any(
        at == place or at.startswith((f"{place} ", f"{place}!", f"{place},")) for at in found for place in places
    )


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


def _fate(store: PastStore, looked: Coverage) -> tuple[str, bool]:
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
