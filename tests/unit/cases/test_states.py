"""The state machine as a table: what may follow what, and what a re-check does."""

from datetime import UTC, date, datetime, timedelta

import msgspec
import pytest

from tests.each import each
from tests.unit.cases.samples import NOW, case
from tieback.cases.policy import default_policy
from tieback.cases.states import STEPS, advance, apply_recheck, attest, enter_state, promised_rechecks, recheck_fields
from tieback.model.case import CaseState, Letter, LetterDates, Recheck, RecheckVerdict
from tieback.model.errors import UsageError
from tieback.model.figure import exact

POLICY = default_policy()
LATER = NOW + timedelta(days=3)
S, V = CaseState, RecheckVerdict


def test_the_way_of_a_case_that_ends_well() -> None:
    one = case()
    for state in (S.VERIFIED, S.NOTIFIED, S.ACKNOWLEDGED, S.FIX_CLAIMED):
        one, (entry,) = advance(one, state, POLICY, LATER, by="Ann", note="told", channel="email")
        assert (one.state, one.since, one.due) == (state, LATER, POLICY.due(state, LATER.date()))
        assert entry.fields == {"from": entry.fields["from"], "to": state, "channel": "email", "text": "told"}
    one, _ = apply_recheck(one, Recheck(V.FIXED, LATER), POLICY, "recheck")
    one, _ = advance(one, S.CLOSED, POLICY, LATER)
    assert (one.state, one.due, one.active) == (S.CLOSED, None, False)
    assert list(one.reached) == ["found", "verified", "notified", "acknowledged", "fix_claimed", "fixed", "closed"]


@each("state", CaseState)
def test_every_state_has_a_way_on_and_none_onto_itself(state: CaseState) -> None:
    assert STEPS[state]
    assert state not in STEPS[state]
    assert STEPS[state].isdisjoint({S.FIXED, S.STILL_OPEN, S.CONTRADICTED, S.FOUND})


@pytest.mark.parametrize(
    ("before", "wanted", "advice"),
    [
        (S.FOUND, S.ACKNOWLEDGED, "Allowed next states: closed, disputed, notified, verified"),
        (S.NOTIFIED, S.FIXED, "Only `tieback recheck` sets this state"),
        (S.CLOSED, S.NOTIFIED, "Allowed next states: verified"),
    ],
)
def test_a_step_that_cannot_follow(before: CaseState, wanted: CaseState, advice: str) -> None:
    with pytest.raises(UsageError, match=advice):
        advance(case(state=before), wanted, POLICY, LATER)


@each(
    ("before", "attested", "verdict", "after"),
    [
        (S.FOUND, False, V.OPEN, S.VERIFIED),
        (S.VERIFIED, False, V.OPEN, S.VERIFIED),
        (S.NOTIFIED, False, V.OPEN, S.NOTIFIED),
        (S.NOTIFIED, False, V.FIXED, S.FIXED),
        (S.FIX_CLAIMED, False, V.OPEN, S.STILL_OPEN),
        (S.FIX_CLAIMED, False, V.MOVED, S.STILL_OPEN),
        (S.FIX_CLAIMED, False, V.CLOSED_TO_US, S.STILL_OPEN),
        (S.FIX_CLAIMED, False, V.RANSOMED, S.STILL_OPEN),
        (S.FIX_CLAIMED, False, V.EMPTIED, S.FIX_CLAIMED),
        (S.FIX_CLAIMED, False, V.NAMES_ONLY, S.FIX_CLAIMED),
        (S.FIX_CLAIMED, False, V.UNREACHABLE, S.FIX_CLAIMED),
        (S.FIXED, False, V.OPEN, S.STILL_OPEN),
        (S.FIXED, False, V.EMPTIED, S.STILL_OPEN),
        (S.CLOSED, False, V.NAMES_ONLY, S.STILL_OPEN),
        (S.FIXED, False, V.UNREACHABLE, S.FIXED),
        (S.CLOSED, False, V.OPEN, S.STILL_OPEN),
        (S.CLOSED, False, V.FIXED, S.CLOSED),
        (S.FOUND, True, V.OPEN, S.CONTRADICTED),
        (S.NOTIFIED, True, V.MOVED, S.CONTRADICTED),
        (S.NOTIFIED, True, V.FIXED, S.FIXED),
        (S.NOTIFIED, True, V.UNREACHABLE, S.NOTIFIED),
    ],
)
def test_what_a_recheck_does(before: CaseState, attested: bool, verdict: RecheckVerdict, after: CaseState) -> None:
    one = case(state=before, attested=date(2026, 2, 1) if attested else None)
    changed, entries = apply_recheck(one, Recheck(verdict, LATER), POLICY, "recheck")
    assert changed.state is after
    assert changed.check is not None
    assert [entry.event for entry in entries] == (["check"] if before is after else ["check", "state"])


@each(
    ("verdict", "needed"),
    [(None, True), (V.OPEN, True), (V.UNREACHABLE, True), (V.EMPTIED, True), (V.CLOSED, False), (V.FIXED, False)],
)
def test_closing_without_a_fix_needs_a_reason_that_stays(verdict: RecheckVerdict | None, needed: bool) -> None:
    one = case(state=S.NOTIFIED, check=None if verdict is None else Recheck(verdict, NOW))
    if needed:
        with pytest.raises(UsageError, match="closing needs a reason"):
            advance(one, S.CLOSED, POLICY, LATER, by="Ann", note=" ")
    closed, (entry,) = advance(one, S.CLOSED, POLICY, LATER, by="Ann", note="the maker is insolvent")
    assert [(mark.reason, mark.verdict) for mark in closed.unfixed] == (
        [("the maker is insolvent", verdict)] if needed else []
    )
    assert entry.fields["text"] == "the maker is insolvent"
    again, _ = advance(closed, S.VERIFIED, POLICY, LATER)
    assert again.unfixed == closed.unfixed


@each(
    ("cases", "days", "promised"),
    [
        ((), (3,), None),
        (("c-1",), (3,), 3),
        (("c-1",), (0,), 0),
        (("c-1",), (-1,), None),
        (("c-1",), (None,), None),
        (("c-2", "c-1"), (9, 3, None, -2), 9),
    ],
)
def test_re_checks_that_letters_promise(
    cases: tuple[str, ...], days: tuple[int | None, ...], promised: int | None
) -> None:
    today = NOW.date()

    def after(count: int | None) -> date | None:
        return None if count is None else today + timedelta(days=count)

    letters = [
        Letter("l", "thanks", "en", "v", cases, 1, "0" * 64, NOW, "", "", watched=after(count)) for count in days
    ]
    assert promised_rechecks(letters, "c-1", today) == after(promised)


def test_closing_before_a_promised_re_check_needs_a_reason() -> None:
    one, day = case(state=S.FIXED, check=Recheck(V.FIXED, NOW)), LATER.date()
    with pytest.raises(UsageError, match=f"promises re-checks until {day}"):
        advance(one, S.CLOSED, POLICY, LATER, note=" ", watched=day)
    closed, _ = advance(one, S.CLOSED, POLICY, LATER, note="the server is gone", watched=day)
    assert (closed.state, closed.unfixed) == (S.CLOSED, ())
    assert advance(one, S.CLOSED, POLICY, LATER)[0].state is S.CLOSED


def test_an_attestation_is_an_answer_in_the_log() -> None:
    one, (entry,) = attest(case(), date(2026, 3, 2), "Ann")
    assert one.attested == date(2026, 3, 2)
    assert (entry.event, entry.fields, entry.by) == ("answer", {"attested": "2026-03-02"}, "Ann")


def test_recheck_reports_growth_of_records() -> None:
    check = Recheck(V.OPEN, LATER, ("a: open", "b: open"), ("a", "b"), exact(1400, "x"), None, 50)
    assert recheck_fields(check) == {
        "verdict": "open", "reasons": "a: open; b: open", "where": "a, b", "records": "1400 (exact)",
        "records_change": "+50",
    }  # fmt: skip


HOUR = timedelta(hours=1)


@each(
    ("rechecks", "verdict", "state"),
    [
        ([(0, V.CLOSED)], V.CLOSED, S.NOTIFIED),
        ([(0, V.CLOSED), (23, V.CLOSED)], V.CLOSED, S.NOTIFIED),
        ([(0, V.CLOSED), (24, V.CLOSED)], V.FIXED, S.FIXED),
        ([(0, V.CLOSED), (12, V.CLOSED), (24, V.CLOSED)], V.FIXED, S.FIXED),
        ([(0, V.CLOSED), (12, V.UNREACHABLE), (24, V.CLOSED)], V.CLOSED, S.NOTIFIED),
        ([(0, V.CLOSED), (12, V.OPEN), (24, V.CLOSED)], V.CLOSED, S.NOTIFIED),
        ([(0, V.CLOSED), (24, V.CLOSED), (25, V.CLOSED)], V.FIXED, S.FIXED),
        ([(0, V.FIXED), (1, V.CLOSED)], V.FIXED, S.FIXED),
        ([(0, V.CLOSED), (24, V.CLOSED_AT_KNOWN_PLACES)], V.CLOSED_AT_KNOWN_PLACES, S.NOTIFIED),
        ([(0, V.CLOSED_AT_KNOWN_PLACES), (99, V.CLOSED_AT_KNOWN_PLACES)], V.CLOSED_AT_KNOWN_PLACES, S.NOTIFIED),
    ],
)
def test_a_store_is_fixed_only_after_two_rechecks_that_are_hours_apart(
    rechecks: list[tuple[int, RecheckVerdict]], verdict: RecheckVerdict, state: CaseState
) -> None:
    one = case(state=S.NOTIFIED)
    for hours, found in rechecks:
        one, _ = apply_recheck(one, Recheck(found, LATER + hours * HOUR), POLICY, "recheck")
    assert one.check is not None
    assert (one.check.verdict, one.state) == (verdict, state)


def test_a_fix_seen_by_an_earlier_release_counts_as_the_first_of_two() -> None:
    one = case(state=S.NOTIFIED, check=Recheck(V.FIXED, NOW))
    one, _ = apply_recheck(one, Recheck(V.CLOSED, LATER), POLICY, "recheck")
    assert one.check is not None
    assert one.check.verdict is V.FIXED


DATES = LetterDates(date(2026, 3, 5), date(2026, 3, 11), date(2026, 3, 20), date(2026, 6, 1))


@each(
    ("state", "now", "due"),
    [
        (S.NOTIFIED, date(2026, 3, 4), date(2026, 3, 5)),
        (S.NOTIFIED, date(2026, 4, 4), date(2026, 4, 11)),
        (S.ACKNOWLEDGED, date(2026, 3, 4), date(2026, 3, 11)),
        (S.ACKNOWLEDGED, date(2026, 3, 12), date(2026, 3, 11)),
        (S.ESCALATED, date(2026, 3, 10), date(2026, 3, 11)),
        (S.ESCALATED, date(2026, 3, 12), date(2026, 4, 11)),
        (S.NOTIFIED, date(2026, 3, 6), date(2026, 3, 11)),
        (S.NO_RESPONSE, date(2026, 3, 6), date(2026, 3, 11)),
        (S.NO_RESPONSE, date(2026, 3, 12), date(2026, 3, 19)),
        (S.FIX_CLAIMED, date(2026, 3, 10), date(2026, 3, 11)),
        (S.FIX_CLAIMED, date(2026, 3, 4), date(2026, 3, 6)),
        (S.STILL_OPEN, date(2026, 3, 6), date(2026, 3, 11)),
        (S.STILL_OPEN, date(2026, 3, 1), date(2026, 3, 8)),
        (S.CONTRADICTED, date(2026, 3, 6), date(2026, 3, 11)),
        (S.CONTRADICTED, date(2026, 3, 12), date(2026, 3, 12)),
        (S.DISPUTED, date(2026, 3, 4), date(2026, 3, 18)),
        (S.HANDED_TO_CERT, date(2026, 3, 4), date(2026, 6, 2)),
    ],
)
def test_the_dates_of_a_letter_are_those_of_its_case(state: CaseState, now: date, due: date) -> None:
    when = datetime(now.year, now.month, now.day, tzinfo=UTC)
    assert enter_state(case(dates=DATES), state, POLICY, when).due == due


@each(
    ("state", "due", "verdict", "expected"),
    [
        (S.NOTIFIED, date(2026, 3, 5), V.OPEN, (S.CONTRADICTED, date(2026, 3, 11))),
        (S.ACKNOWLEDGED, date(2026, 3, 11), V.MOVED, (S.CONTRADICTED, date(2026, 3, 11))),
        (S.FIX_CLAIMED, date(2026, 3, 9), V.WIPED, (S.CONTRADICTED, date(2026, 3, 11))),
        # A reminder gave more time, and a fixed store is a new case of neglect.
        (S.NOTIFIED, date(2026, 3, 14), V.OPEN, (S.CONTRADICTED, date(2026, 3, 14))),
        (S.FIXED, date(2026, 4, 1), V.OPEN, (S.CONTRADICTED, date(2026, 3, 15))),
    ],
)
def test_an_open_store_that_was_attested_gets_no_more_time_than_the_letter_gave(
    state: CaseState, due: date, verdict: RecheckVerdict, expected: tuple[CaseState, date]
) -> None:
    one = case(state=state, dates=DATES, due=due, attested=date(2026, 3, 7))
    one, _ = apply_recheck(one, Recheck(verdict, datetime(2026, 3, 8, tzinfo=UTC)), POLICY, "recheck")
    assert (one.state, one.due) == expected


def test_a_promise_not_to_inform_others_is_kept_or_broken_with_a_reason() -> None:
    told = case(state=S.NOTIFIED, dates=DATES)
    with pytest.raises(UsageError, match="until 2026-03-20"):
        advance(told, S.HANDED_TO_CERT, POLICY, datetime(2026, 3, 20, 23, tzinfo=UTC))
    moved, _ = advance(told, S.HANDED_TO_CERT, POLICY, datetime(2026, 3, 21, tzinfo=UTC))
    assert moved.shared == date(2026, 3, 21)
    agreed, (line,) = advance(told, S.HANDED_TO_CERT, POLICY, NOW, note="they agree")
    assert (agreed.shared, line.fields["text"]) == (NOW.date(), "they agree")
    disputed = msgspec.structs.replace(told, state=S.DISPUTED)
    assert disputed.silent_until(NOW.date()) is None
    assert advance(case(state=S.NOTIFIED), S.HANDED_TO_CERT, POLICY, NOW)[0].shared == NOW.date()
