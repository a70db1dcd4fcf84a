"""State machine of a case: the allowed transitions, and the effect of a re-check.

Guidance: ISO/IEC 29147 (vulnerability disclosure) and ISO/IEC 30111 (handling). The states are specific to tieback.
"""

import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta

import msgspec

from tieback.cases.comparison import comparison_lines
from tieback.cases.policy import CasePolicy
from tieback.model.case import (
    Case,
    CaseState,
    Letter,
    NewLogLine,
    Recheck,
    RecheckVerdict,
    UnfixedClosing,
)
from tieback.model.errors import UsageError
from tieback.model.figure import Figure, Quality

_TOLD = frozenset(
    {
        CaseState.ACKNOWLEDGED,
        CaseState.FIX_CLAIMED,
        CaseState.DISPUTED,
        CaseState.NO_RESPONSE,
        CaseState.ESCALATED,
        CaseState.HANDED_TO_CERT,
        CaseState.CLOSED,
    }
)
STEPS: Mapping[CaseState, frozenset[CaseState]] = {
    CaseState.FOUND: frozenset({CaseState.VERIFIED, CaseState.NOTIFIED, CaseState.DISPUTED, CaseState.CLOSED}),
    CaseState.VERIFIED: frozenset({CaseState.NOTIFIED, CaseState.HANDED_TO_CERT, CaseState.DISPUTED, CaseState.CLOSED}),
    CaseState.NOTIFIED: _TOLD,
    CaseState.ACKNOWLEDGED: _TOLD - {CaseState.ACKNOWLEDGED},
    CaseState.NO_RESPONSE: _TOLD - {CaseState.NO_RESPONSE} | {CaseState.NOTIFIED},
    CaseState.ESCALATED: _TOLD - {CaseState.ESCALATED},
    CaseState.HANDED_TO_CERT: _TOLD - {CaseState.HANDED_TO_CERT, CaseState.NO_RESPONSE},
    CaseState.FIX_CLAIMED: frozenset(
        {CaseState.DISPUTED, CaseState.ESCALATED, CaseState.HANDED_TO_CERT, CaseState.CLOSED}
    ),
    CaseState.STILL_OPEN: _TOLD | {CaseState.NOTIFIED},
    CaseState.CONTRADICTED: _TOLD | {CaseState.NOTIFIED},
    CaseState.DISPUTED: frozenset({CaseState.VERIFIED, CaseState.NOTIFIED, CaseState.ESCALATED, CaseState.CLOSED}),
    CaseState.FIXED: frozenset({CaseState.CLOSED}),
    CaseState.CLOSED: frozenset({CaseState.VERIFIED}),
}
"""Transitions that a user may make. Only a re-check can set ``fixed``, ``still_open`` and ``contradicted``."""

OPEN_VERDICTS = frozenset(
    {
        RecheckVerdict.OPEN,
        RecheckVerdict.MOVED,
        RecheckVerdict.CLOSED_TO_US,
        RecheckVerdict.RANSOMED,
        RecheckVerdict.WIPED,
    }
)
"""Verdicts after which others can still reach the store, even if it was wiped or ransomed."""
_REACHABLE = frozenset({RecheckVerdict.EMPTIED, RecheckVerdict.NAMES_ONLY})
"""Verdicts after which unauthenticated access works, but reads no records: not fixed any more."""
MAX_PLACES = 256
"""Limit on the locations that a case keeps. A case with as many never becomes fixed, because some may be missing."""


def advance(
    case: Case,
    state: CaseState,
    policy: CasePolicy,
    now: datetime,
    *,
    by: str = "",
    note: str = "",
    channel: str = "",
    watched: date | None = None,
) -> tuple[Case, tuple[NewLogLine, ...]]:
    """Move a case to a state that a user chose.

    Args:
        case: as it is.
        state: the chosen state.
        policy: sets the due date.
        now: time of the change.
        by: author of the change.
        note: reason.
        channel: how the vendor was notified.
        watched: day until which a letter promises further re-checks; ``None`` without a promise in force.

    Raises:
        UsageError: the transition is not allowed, or only a re-check may make it. Or there is no ``note`` and the case
            would be closed without a fix, or a letter promises otherwise.
    """
    allowed = STEPS[case.state]
    if state not in allowed:
        words = ", ".join(sorted(allowed))
        checked = state in (CaseState.FIXED, CaseState.STILL_OPEN, CaseState.CONTRADICTED)
        raise UsageError(
            f"cannot change from {case.state} to {state}",
            where=case.id,
            advice="Only `tieback recheck` sets this state" if checked else f"Allowed next states: {words}",
            page="Only a re-check sets this state" if checked else "",
        )
    if state is CaseState.CLOSED:
        if watched is not None and not note.strip():
            raise UsageError(
                f"our letter promises re-checks until {watched}, and a closed case gets none",
                where=case.id,
                advice="Close it after that day, or pass the reason as --note TEXT",
                page="Close it after that day, or give a reason",
            )
        case = _close(case, now, by, note)
    if state is CaseState.HANDED_TO_CERT:
        if not note:
            require_no_promise(case, now.date(), "--note")
        case = msgspec.structs.replace(case, shared=case.shared or now.date())
    fields = {"from": case.state.value, "to": state.value}
    if channel:
        fields["channel"] = channel
    if note:
        fields["text"] = note
    moved = enter_state(msgspec.structs.replace(case, channel=channel or case.channel), state, policy, now)
    return moved, (NewLogLine(case.id, "state", fields, by),)


def closing_needs_reason(case: Case) -> bool:
    """True if its latest re-check did not find the store closed: to close the case then leaves a lasting mark."""
    return case.check is None or not case.check.verdict.closed


def _close(case: Case, now: datetime, by: str, reason: str) -> Case:
    """The case, with a lasting mark if its latest re-check did not find the store closed."""
    verdict = case.check.verdict if case.check is not None else None
    if not closing_needs_reason(case):
        return case
    if not reason.strip():
        seen = "no re-check looked at it" if verdict is None else f"the latest re-check is {verdict}"
        raise UsageError(
            f"closing needs a reason: {seen}",
            where=case.id,
            advice="Pass --note REASON; the case shows it for ever. Or run `tieback recheck` first",
            page="Give a reason; the case shows it for ever. Or start a re-check first",
        )
    return msgspec.structs.replace(case, unfixed=(*case.unfixed, UnfixedClosing(now, by, reason, verdict)))


def promised_rechecks(letters: Iterable[Letter], case: str, today: date) -> date | None:
    """The last day until which letters promise re-checks of a case (its ID); ``None`` if no promise is in force.

    A letter counts once it is written: people may have sent it without recording that.
    """
    days = [one.watched for one in letters if case in one.cases and one.watched is not None and one.watched >= today]
    return max(days, default=None)


def require_no_promise(case: Case, today: date, option: str) -> None:
    """Check that no letter promises to inform no provider or CERT yet.

    Raises:
        UsageError: one does.
    """
    until = case.silent_until(today)
    if until is not None:
        raise UsageError(
            f"our letter promises to inform no provider or CERT until {until}",
            where=case.id,
            advice=f"Wait, or pass the vendor's consent or the legal duty as {option} TEXT",
            page="Wait, or give the vendor's consent or the legal duty as the reason",
        )


def attest(case: Case, day: date, by: str) -> tuple[Case, tuple[NewLogLine, ...]]:
    """Record that the vendor confirmed in writing that the store is secure."""
    entry = NewLogLine(case.id, "answer", {"attested": day.isoformat()}, by)
    return msgspec.structs.replace(case, attested=day), (entry,)


def report_late(case: Case) -> tuple[Case, tuple[NewLogLine, ...]]:
    """Record that the due day of a case has passed, so that it is reported once."""
    due = case.due.isoformat() if case.due is not None else ""
    return msgspec.structs.replace(case, late=case.due), (NewLogLine(case.id, "late", {"due": due}, "watch"),)


def enter_state(case: Case, state: CaseState, policy: CasePolicy, now: datetime) -> Case:
    """Return the case in a new state, with its next due date."""
    return msgspec.structs.replace(
        case,
        state=state,
        since=now,
        due=_due(case, state, policy, now.date()),
        reached={**case.reached, state.value: case.reached.get(state.value, now)},
    )


_WAITING = frozenset(
    {
        CaseState.NOTIFIED,
        CaseState.ACKNOWLEDGED,
        CaseState.NO_RESPONSE,
        CaseState.ESCALATED,
        CaseState.FIX_CLAIMED,
        CaseState.STILL_OPEN,
        CaseState.CONTRADICTED,
    }
)
"""States in which the vendor still has to close access by the date of our letter."""


def _due(case: Case, state: CaseState, policy: CasePolicy, today: date) -> date | None:
    """What the vendor was asked for in writing comes first: no state gives more time than the letter."""
    dates, due = case.dates, policy.due(state, today)
    if dates is None or due is None or state not in _WAITING or case.state in (CaseState.FIXED, CaseState.CLOSED):
        return due
    if state is CaseState.NOTIFIED and dates.acknowledge >= today:
        return dates.acknowledge
    if state is CaseState.ACKNOWLEDGED or (state is CaseState.ESCALATED and dates.close >= today):
        return dates.close
    if state in (CaseState.STILL_OPEN, CaseState.CONTRADICTED):
        # A reminder, or a person, may have set a later date.
        return min(due, max(today, dates.close, case.due or dates.close))
    return min(due, dates.close) if dates.close >= today else due


def add_places(case: Case, places: Iterable[str], suspects: Iterable[str] = ()) -> Case:
    """Return the case with further locations of its store, and with those of stores that may be it."""
    found = dict.fromkeys((*case.places, *(place for place in places if place not in case.store.targets)))
    unsure = dict.fromkeys((*case.suspects, *suspects))
    others = [place for place in unsure if place not in found and place not in case.store.targets]
    return msgspec.structs.replace(case, places=tuple(found)[:MAX_PLACES], suspects=tuple(others)[:MAX_PLACES])


def apply_recheck(
    case: Case, check: Recheck, policy: CasePolicy, by: str, seen_open: datetime | None = None
) -> tuple[Case, tuple[NewLogLine, ...]]:
    """Apply a re-check to a case and return it with its log entries.

    Every location at which it saw the store becomes a location of the case. ``seen_open`` is the last time at which a
    scan found the store open: only re-checks after it count towards ``fixed``.

    The verdicts emptied, names_only, unreachable, closed and closed_at_known_places do not change the state, except
    that emptied and names_only contradict a fix. A later re-check turns closed into fixed; a person must review the
    others.
    """
    case = add_places(case, check.where, check.alike)
    check = _confirmed(case, check, policy, seen_open)
    entries = [NewLogLine(case.id, "check", recheck_fields(check), by)]
    case = msgspec.structs.replace(case, check=check)
    state = _next(case, check.verdict)
    if state is not None and state is not case.state:
        fields = {"from": case.state.value, "to": state.value, "verdict": check.verdict.value}
        entries.append(NewLogLine(case.id, "state", fields, by))
        case = enter_state(case, state, policy, check.time)
    return case, tuple(entries)


def _confirmed(case: Case, check: Recheck, policy: CasePolicy, seen_open: datetime | None) -> Recheck:
    """The re-check, as fixed if an earlier one found the store closed, too, and enough time is between them.

    One without a verdict keeps what the last one with a verdict found.
    """
    if check.verdict is RecheckVerdict.UNREACHABLE:
        return msgspec.structs.replace(check, closed_before=case.seen_closed)
    if not check.verdict.closed:
        return check
    before = case.check if case.check is not None and case.check.verdict.closed else None
    since = check.time if before is None else before.closed_since or before.time
    if seen_open is not None and since <= seen_open:
        before, since = None, check.time
    fixed = (
        check.verdict is RecheckVerdict.CLOSED
        and before is not None
        and len(case.places) < MAX_PLACES
        and len(case.suspects) < MAX_PLACES
        and (before.verdict is RecheckVerdict.FIXED or check.time - since >= timedelta(hours=policy.recheck.hours))
    )
    verdict = RecheckVerdict.FIXED if fixed else check.verdict
    return msgspec.structs.replace(check, verdict=verdict, closed_since=since)


def _next(case: Case, verdict: RecheckVerdict) -> CaseState | None:
    if verdict is RecheckVerdict.FIXED:
        return None if case.state is CaseState.CLOSED else CaseState.FIXED
    if verdict in _REACHABLE and case.state in (CaseState.FIXED, CaseState.CLOSED):
        return CaseState.STILL_OPEN
    if verdict not in OPEN_VERDICTS:
        return None
    if case.attested is not None:
        return CaseState.CONTRADICTED
    match case.state:
        case CaseState.FOUND:
            return CaseState.VERIFIED
        case CaseState.FIX_CLAIMED | CaseState.FIXED | CaseState.CLOSED:
            return CaseState.STILL_OPEN
        case _:
            return None


_RECORDS = re.compile(r"([0-9]{1,18}) \(([a-z_]+)\)")


def logged_records(text: str) -> Figure | None:
    """The figure that ``recheck_fields`` wrote, such as ``3500 (exact)``; ``None`` if it wrote none."""
    found = _RECORDS.fullmatch(text)
    if found is None or found[2] not in set(Quality):
        return None
    return Figure(int(found[1]), Quality(found[2]), "re-check")


def recheck_fields(check: Recheck) -> dict[str, str]:
    """Return the log fields of a re-check."""
    fields = {"verdict": check.verdict.value, "reasons": "; ".join(check.reasons), "where": ", ".join(check.where)}
    if check.records is not None:
        fields["records"] = f"{check.records.value} ({check.records.quality})"
    if check.records_change is not None:
        fields["records_change"] = f"{check.records_change:+}"
    if check.compared is not None:
        fields["compared"] = "; ".join(comparison_lines(check.compared))
    return {key: value for key, value in fields.items() if value}
