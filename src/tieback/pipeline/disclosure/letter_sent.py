"""A letter that a person sent: its dates become those of its cases, which move on."""

from datetime import UTC, date, datetime, time, timedelta

import msgspec

from tieback.cases.answers import require_past
from tieback.cases.parties import STEPS as PARTY_STEPS
from tieback.cases.parties import find_party, move_party
from tieback.cases.policy import CasePolicy
from tieback.cases.states import STEPS, advance, require_no_promise
from tieback.model.case import Case, CaseState, Letter, NewLogLine, PartyState
from tieback.model.count_text import count_text
from tieback.model.errors import UsageError
from tieback.pipeline.disclosure.cases import CaseService
from tieback.pipeline.disclosure.letter_choice import ASKING


def mark_sent(
    work: CaseService, word: str, channel: str, day: date, policy: CasePolicy, by_whom: str, reason: str = ""
) -> tuple[Letter, list[Case]]:
    """Record that a person sent a letter. Its dates become those of its cases, which move on if that is allowed.

    Args:
        work: the cases.
        word: ID of the letter, or the start of it.
        channel: how it was sent; a CERT takes the case over.
        day: when.
        policy: deadlines of states that the letter does not set.
        by_whom: for the log.
        reason: why a provider or CERT was informed before the day that our letter promises, or why a letter was sent
            after its dates.

    Raises:
        UsageError: the letter does not exist, or the promise of an earlier one is still in force. Or the day is in the
            future, before the letter was written, or without a reason after the date by which it asks for an answer.
    """
    letter = _find_letter(work, word)
    require_past(day, work.now.date())
    if day < letter.created.date():
        raise UsageError(
            f"the letter was written later, on {letter.created.date()}",
            where=f"--on {day}",
            advice="Give the day on which it was sent",
        )
    if is_outdated(letter, day) and not reason:
        raise UsageError(
            f"its dates have passed: it requests an answer by {answer_day(letter)}",
            where=letter.id,
            advice="Write it again and send the new version. If you sent this one, pass --on DATE, or a --reason",
            page="Write it again and send the new version. If you sent this one, give the date, or a reason",
        )
    cases = [work.find_case(key) for key in letter.cases]
    if letter.kind == "provider" and not reason:
        for case in cases:
            require_no_promise(case, day, "--reason")
    fields = {"letter": letter.id, "kind": letter.kind, "sha256": letter.sha256, "sent": day.isoformat()}
    fields |= {"channel": channel, **({"reason": reason} if reason else {})}
    _ask(work, letter, day, policy, by_whom)
    work.note_entries([NewLogLine(letter.vendor, "letter", fields, by_whom)])
    moved = []
    # Later letters state on which day the vendor was informed: when the letter was sent, not when that was recorded.
    at = work.now if day == work.now.date() else max(datetime.combine(day, time(), UTC), letter.created)
    for case in cases:
        lines = (NewLogLine(case.id, "letter", fields, by_whom),)
        sent = work.change(case.id, lambda old, lines=lines: (sent_case(old, letter, day), lines))  # type: ignore[misc]
        sent = _informed(work, sent, letter, policy, by_whom, reason)
        state = _goal(letter, channel)
        if state is not None and state in STEPS[case.state]:
            sent = work.change(
                case.id,
                lambda old, state=state: advance(  # type: ignore[misc]
                    old, state, policy, at, by=by_whom, note=reason, channel=channel
                ),
            )
        due = _due_after(letter, sent, channel)
        if due is not None and due != sent.due:
            sent = work.put_off(case.id, due, by_whom)
        if (sent.state, sent.due) != (case.state, case.due):
            moved.append(sent)
    return letter, moved


def answer_day(letter: Letter) -> date | None:
    """The first date by which a letter asks for something; ``None`` if it asks for nothing."""
    if letter.kind == "exposure" and letter.dates is not None:
        return letter.dates.acknowledge
    return letter.due if letter.kind in ASKING else None


def is_outdated(letter: Letter, day: date) -> bool:
    """True if a letter that is sent on this day asks for something by an earlier one."""
    asked = answer_day(letter)
    return asked is not None and asked < day


def _informed(work: CaseService, case: Case, letter: Letter, policy: CasePolicy, by_whom: str, reason: str) -> Case:
    """The case after a letter to one of its parties, which is informed now."""
    party = find_party(case, letter.to) if letter.kind == "provider" else None
    if party is None or PartyState.INFORMED not in PARTY_STEPS[party.state]:
        return case
    state, now = PartyState.INFORMED, work.now
    return work.change(
        case.id, lambda old: move_party(old, letter.to, state, policy, now, by=by_whom, note=reason, letter=letter.id)
    )


def _due_after(letter: Letter, case: Case, channel: str) -> date | None:
    """The date of the letter that its case is due on; ``None`` if the letter sets none."""
    if letter.kind == "exposure" and letter.dates is not None:
        # Sent again, it has new dates for a state that it does not change.
        return {CaseState.NOTIFIED: letter.dates.acknowledge, CaseState.ACKNOWLEDGED: letter.dates.close}.get(
            case.state
        )
    asks = letter.kind in ("reminder", "escalation") or (letter.kind == "provider" and channel == "cert")
    return letter.due if asks else None


def _find_letter(work: CaseService, word: str) -> Letter:
    found = [one for one in work.letters() if one.id == word] or [
        one for one in work.letters() if one.id.startswith((word, f"letter-{word}"))
    ]
    if len(found) != 1:
        what = (
            "no such letter" if not found else f"{count_text(len(found), 'letter starts', 'letters start')} with this"
        )
        raise UsageError(what, where=word, advice="See `tieback letter list`", page="See the list of letters")
    return found[0]


def _ask(work: CaseService, letter: Letter, day: date, policy: CasePolicy, by_whom: str) -> None:
    """Both the request and the exposure notice ask for a written confirmation."""
    vendor = work.find_vendor(letter.vendor)
    if letter.kind == "assurance":
        work.edit(letter.vendor, {"asked": day, "due": letter.due}, by_whom)
    elif letter.kind == "exposure" and vendor.asked is None and letter.due is not None:
        confirm = max(letter.due, letter.created.date() + timedelta(days=policy.notice.answer))
        work.edit(letter.vendor, {"asked": day, "due": confirm}, by_whom)


def _goal(letter: Letter, channel: str) -> CaseState | None:
    """The next state. A hosting provider is informed in addition to the vendor; only a CERT takes the case over."""
    if letter.kind == "provider":
        return CaseState.HANDED_TO_CERT if channel == "cert" else None
    return {"exposure": CaseState.NOTIFIED, "escalation": CaseState.ESCALATED}.get(letter.kind)


def sent_case(case: Case, letter: Letter, day: date) -> Case:
    """Return the case with the dates of a letter that its vendor has, or with the day on which others were informed."""
    if letter.kind == "provider":
        return msgspec.structs.replace(case, shared=case.shared or day)
    if letter.dates is None:
        return case
    dates = letter.dates
    if letter.kind == "reminder" and case.dates is not None:
        # It asks for an answer only. What it announces to do without one, we do no earlier.
        share = max(case.dates.share, dates.share)
        dates = msgspec.structs.replace(case.dates, share=share, publish=max(case.dates.publish, share))
    return msgspec.structs.replace(case, dates=dates)
