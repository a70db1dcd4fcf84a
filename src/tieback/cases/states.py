"""The state machine of a case: which step may follow which, and what a re-check does to it.

Guidance: ISO/IEC 29147 (vulnerability disclosure) and ISO/IEC 30111 (handling); the states are ours.
"""

from collections.abc import Mapping
from datetime import date, datetime

import msgspec

from tieback.cases.policy import Policy
from tieback.model.case import Case, CaseState, Check, Entry, Verdict
from tieback.model.errors import UsageError

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
    CaseState.FIX_CLAIMED: frozenset({CaseState.DISPUTED, CaseState.ESCALATED, CaseState.HANDED_TO_CERT}),
    CaseState.STILL_OPEN: _TOLD | {CaseState.NOTIFIED},
    CaseState.CONTRADICTED: _TOLD | {CaseState.NOTIFIED},
    CaseState.DISPUTED: frozenset({CaseState.VERIFIED, CaseState.NOTIFIED, CaseState.ESCALATED, CaseState.CLOSED}),
    CaseState.FIXED: frozenset({CaseState.CLOSED}),
    CaseState.CLOSED: frozenset({CaseState.VERIFIED}),
}
"""What a person may decide. ``fixed``, ``still_open`` and ``contradicted`` are what a re-check alone can say."""

OPEN_VERDICTS = frozenset(
    {
        Verdict.OPEN,
        Verdict.MOVED,
        Verdict.CLOSED_TO_US,
        Verdict.RANSOMED,
        Verdict.WIPED,
    }
)
"""Verdicts after which strangers still reach the store, or its place after others have emptied it."""


def advance(
    case: Case, state: CaseState, policy: Policy, now: datetime, *, by: str = "", note: str = "", channel: str = ""
) -> tuple[Case, tuple[Entry, ...]]:
    """Take a step that a person decided.

    Raises:
        UsageError: the step cannot follow the case's state, or is a re-check's to take.
    """
    allowed = STEPS[case.state]
    if state not in allowed:
        words = ", ".join(sorted(allowed))
        checked = state in (CaseState.FIXED, CaseState.STILL_OPEN, CaseState.CONTRADICTED)
        raise UsageError(
            f"{state} cannot follow {case.state}",
            where=case.id,
            advice="`tieback recheck` decides that" if checked else f"From here: {words}",
        )
    fields = {"from": case.state.value, "to": state.value}
    if channel:
        fields["channel"] = channel
    if note:
        fields["text"] = note
    moved = enter(msgspec.structs.replace(case, channel=channel or case.channel), state, policy, now)
    return moved, (Entry(case.id, "state", fields, by),)


def attest(case: Case, day: date, by: str) -> tuple[Case, tuple[Entry, ...]]:
    """Note that the vendor confirmed in writing that the store is secure."""
    entry = Entry(case.id, "answer", {"attested": day.isoformat()}, by)
    return msgspec.structs.replace(case, attested=day), (entry,)


def enter(case: Case, state: CaseState, policy: Policy, now: datetime) -> Case:
    """The case in a state, with its next due date."""
    return msgspec.structs.replace(
        case,
        state=state,
        since=now,
        due=policy.due(state, now.date()),
        reached={**case.reached, state.value: case.reached.get(state.value, now)},
    )


def react(case: Case, check: Check, policy: Policy, by: str) -> tuple[Case, tuple[Entry, ...]]:
    """What a re-check makes of a case.

    An emptied store, names without records and no answer decide nothing: a person looks at them.
    """
    entries = [Entry(case.id, "check", check_fields(check), by)]
    case = msgspec.structs.replace(case, check=check)
    state = _next(case, check.verdict)
    if state is not None and state is not case.state:
        fields = {"from": case.state.value, "to": state.value, "verdict": check.verdict.value}
        entries.append(Entry(case.id, "state", fields, by))
        case = enter(case, state, policy, check.time)
    return case, tuple(entries)


def _next(case: Case, verdict: Verdict) -> CaseState | None:
    if verdict is Verdict.FIXED:
        return None if case.state is CaseState.CLOSED else CaseState.FIXED
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


def check_fields(check: Check) -> dict[str, str]:
    """A re-check as fields of the log."""
    fields = {"verdict": check.verdict.value, "reasons": "; ".join(check.reasons), "where": ", ".join(check.where)}
    if check.records is not None:
        fields["records"] = f"{check.records.value} ({check.records.quality})"
    if check.records_change is not None:
        fields["records_change"] = f"{check.records_change:+}"
    return {key: value for key, value in fields.items() if value}
