"""Which vendors and cases each kind of letter is about."""

from collections.abc import Collection, Iterable, Sequence

import msgspec

from tieback.cases.access_now import closed_text
from tieback.cases.letters.facts import was_closed
from tieback.model.app import App
from tieback.model.case import Case, CaseApp, CaseState
from tieback.model.vendor import AssuranceAnswer
from tieback.pipeline.disclosure.vendors import VendorView
from tieback.pipeline.fleet.coverage import FleetLine
from tieback.report.shortened import cut_text, fit_text

OPEN = frozenset(CaseState) - {CaseState.FIXED, CaseState.CLOSED}
NOTIFIED = OPEN - {CaseState.FOUND, CaseState.VERIFIED}
STATES = {
    "exposure": OPEN,
    "provider": OPEN,
    "owners": OPEN,
    "removed": OPEN,
    "reminder": NOTIFIED,
    "escalation": NOTIFIED,
    "thanks": frozenset({CaseState.FIXED, CaseState.CLOSED}),
}
"""Case states that each kind of letter is about; ``assurance`` is only for vendors without an open store."""
ASKING = ("assurance", "exposure", "provider", "reminder", "escalation")
"""Letters that ask their reader for something by a date."""
STAFF = ("owners", "removed")
"""Notices to our own people."""


def concerns(kind: str, view: VendorView, cased: Collection[str]) -> bool:
    """True if a letter of this kind is due to a vendor; ``cased`` are the stores that have a case."""
    vendor = view.vendor
    if kind == "assurance":
        return bool(view.apps or view.fleet) and not _is_open(view, cased)
    if kind == "reminder" and vendor.asked and vendor.answer is AssuranceAnswer.NONE and not _is_open(view, cased):
        return True
    if kind in STAFF and not owned_lines(view, active=kind == "owners"):
        return False
    return bool(cases_for(kind, view))


def has_open_store(view: VendorView, cased: Collection[str]) -> bool:
    """True if no letter of the kind assurance is due to a vendor because an open store concerns it."""
    return bool(view.apps or view.fleet) and _is_open(view, cased)


def cases_for(kind: str, view: VendorView) -> list[Case]:
    """The cases that a letter of this kind is about. None is about a store that the last re-check found closed."""
    states = STATES.get(kind, frozenset())
    found = [case for case in view.cases if case.state in states and not case.unconfirmed]
    if kind == "thanks":
        return [case for case in found if case.state is CaseState.FIXED or (_was_fixed(case) and was_closed(case))]
    return found if kind in STAFF else [case for case in found if not was_closed(case)]


def states_promise(kind: str, cases: Iterable[Case]) -> bool:
    """True if a letter states until when nobody else is informed. Once it was sent, its cases keep that promise."""
    return kind in ("exposure", "escalation") or (kind == "reminder" and any(case.dates is not None for case in cases))


def _was_fixed(case: Case) -> bool:
    return CaseState.FIXED in case.reached


def _is_open(view: VendorView, cased: Collection[str]) -> bool:
    """True if the vendor has an open case, or if nobody has a case for an open store of its apps yet."""
    return any(case.state in OPEN for case in view.cases) or any(store.id not in cased for store in view.stores)


def owned_lines(view: VendorView, *, active: bool) -> list[FleetLine]:
    """The vendor's apps that lead to stores of its cases, and are on devices, or were.

    A line that matches by its name only, or by the identifier of a template, may be another app: it is left out if a
    certain one lists the same app.
    """
    lines = _lines_of_cases(view, active=active)
    sure = {app.bundle_id for line in lines if line.match and not line.match.strength.weak for app in line.match.apps}
    return [line for line in lines if line.match and not (line.match.strength.weak and _names(line) & sure)]


def _names(line: FleetLine) -> set[str]:
    return {app.bundle_id for app in line.match.apps} if line.match else set()


def is_by_name(lines: Iterable[FleetLine]) -> bool:
    """True if one of the lines matches the analysed app by its name only, or by the identifier of a template."""
    return any(line.match is not None and line.match.strength.weak for line in lines)


def _lines_of_cases(view: VendorView, *, active: bool) -> list[FleetLine]:
    keys = {app.sha256 for case in view.cases for app in case.apps}
    bundles = {app.bundle_id for case in view.cases for app in case.apps}
    lines = [line for line in view.fleet if line.match and any(_is_one(app, keys, bundles) for app in line.match.apps)]
    here = [line for line in lines if line.active]
    return here if active else [line for line in lines if not line.active and not _again(line, here)]


def _is_one(app: App, keys: Collection[str], bundles: Collection[str]) -> bool:
    return app.sha256 in keys or app.bundle_id in bundles


def _again(line: FleetLine, here: Sequence[FleetLine]) -> bool:
    """True if the inventory lists the same app elsewhere under another name or source."""
    return any(line.app.bundle_id and line.app.bundle_id == other.app.bundle_id for other in here)


class WhyNot(msgspec.Struct, frozen=True):
    """Why no letter of a kind is due to a vendor, and the next step."""

    advice: str
    """On the command line."""
    page: str
    """On the web pages."""


def why_not(kind: str, view: VendorView, cased: Collection[str]) -> WhyNot:
    """Why no letter of this kind is due to a vendor; ``cased`` are the stores that have a case."""
    if kind == "assurance":
        return _why_no_assurance(view, cased)
    if kind in STAFF and cases_for(kind, view):
        other = "removed" if kind == "owners" else "owners"
        if owned_lines(view, active=kind != "owners"):
            return WhyNot(f"Write the kind {other}", f"Write the kind {other}")
        text = "No inventory lists an app of this vendor"
        return WhyNot(f"{text}; see `tieback inventory`", text)
    if not view.cases:
        text = "It needs a case, and this vendor has none"
        return WhyNot(f"{text}; see `tieback case open`", f"{text}: open one from the page of an open store")
    text = fit_text([_unfit(kind, case) for case in view.cases], 400, one="case")
    if any(case.state not in STATES[kind] for case in view.cases):
        text += f". It needs a case that is {_states_text(STATES[kind])}"
    if not text.startswith("case-"):
        text = text[:1].upper() + text[1:]
    if not any(case.unconfirmed and case.state in STATES[kind] for case in view.cases):
        return WhyNot(text, text)
    return WhyNot(
        f"{text}. Check it by hand, then run `tieback case confirm CASE --evidence FILE`",
        f"{text}. Check it by hand, then confirm it from the page of the store",
    )


def _why_no_assurance(view: VendorView, cased: Collection[str]) -> WhyNot:
    if not _is_open(view, cased):
        text = "It needs an analysed app of this vendor"
        return WhyNot(text, text)
    asks = "The letter exposure also asks for the confirmation"
    cases = [case.id for case in view.cases if case.state in OPEN]
    if cases:
        text = f"An open store concerns it: {cut_text(cases, 3)}. {asks}"
        return WhyNot(text, text)
    text = "An open store concerns it, and has no case yet"
    return WhyNot(f"{text}: run `tieback case open`. {asks}", f"{text}: open one. {asks}")


def _unfit(kind: str, case: Case) -> str:
    """Why a letter of this kind is not about this case, as a clause that may begin with its ID."""
    if case.state not in STATES[kind]:
        return f"{case.id} is {case.state.value.replace('_', ' ')}"
    if case.unconfirmed:
        return f"the verdict of {case.id} is experimental, and no person confirmed it"
    if kind == "thanks":
        return f"{case.id} was closed, but its last re-check did not find the store fixed"
    return f"{case.id}: {closed_text(case)}"


def _states_text(states: Iterable[CaseState]) -> str:
    names = [state.value.replace("_", " ") for state in CaseState if state in states]
    return " or ".join(filter(None, [", ".join(names[:-1]), *names[-1:]]))


def installed_app(line: FleetLine) -> CaseApp:
    """An app on devices, with the versions there."""
    app, analysed = line.app, line.match.apps[0] if line.match is not None and line.match.apps else None
    name = app.name or (analysed.name if analysed is not None else "")
    bundle = app.bundle_id or (analysed.bundle_id if analysed is not None else "")
    platform = analysed.platform.value if analysed is not None else app.platform.value
    versions = ", ".join(version for version, devices in app.versions if version and devices)
    return CaseApp(bundle, name or app.label, versions, platform, "")
