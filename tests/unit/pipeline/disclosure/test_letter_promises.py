"""No later step breaks what a letter promised: random histories of one case, and of the policy."""

from datetime import date, datetime, timedelta

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.cases.samples import NOW, case, exposure
from tieback.cases.policy import CasePolicy, LetterDeadlines, default_policy
from tieback.cases.states import STEPS, advance, require_no_promise
from tieback.model.case import Case, CaseState, Letter
from tieback.model.errors import UsageError
from tieback.model.exposure import Severity
from tieback.pipeline.disclosure.letter_choice import states_promise
from tieback.pipeline.disclosure.letters import dates_of, sent_case

DAYS = st.integers(0, 120)
NOTICES = st.builds(LetterDeadlines, *[DAYS] * 7)
STEP = st.tuples(
    st.sampled_from(["exposure", "reminder", "escalation", "provider", "cert"]), st.integers(0, 60), st.booleans()
)


def letter(kind: str, one: Case, policy: CasePolicy, day: date) -> Letter:
    dates = dates_of(kind, [one], policy, day)
    written = Letter("l", kind, "en", "v-1", (one.id,), 1, "0" * 64, NOW, "", "", dates.close)
    return msgspec.structs.replace(written, dates=dates if states_promise(kind, [one]) else None)


@given(NOTICES, st.sampled_from([Severity.HIGH, Severity.CRITICAL]), st.lists(STEP, max_size=8))
def test_no_provider_or_cert_is_informed_before_the_day_of_any_letter(
    notice: LetterDeadlines, severity: Severity, steps: list[tuple[str, int, bool]]
) -> None:
    policy = msgspec.structs.replace(default_policy(), notice=notice)
    one = msgspec.structs.replace(case(), store=exposure(severity=severity))
    now: datetime = NOW
    promised: list[tuple[date, date]] = []
    for kind, days, written_before in steps:
        day = now.date()
        now += timedelta(days=days)
        # A letter may be sent some days after it was written.
        made = letter("provider" if kind == "cert" else kind, one, policy, day if written_before else now.date())
        if kind in ("provider", "cert"):
            try:
                require_no_promise(one, now.date(), "--reason")
            except UsageError:
                assert one.silent_until(now.date()) is not None
                continue
            assert one.shared is not None or all(share < now.date() for share, _ in promised)
            one = sent_case(one, made, now.date())
            if kind == "cert" and CaseState.HANDED_TO_CERT in STEPS[one.state]:
                one, _ = advance(one, CaseState.HANDED_TO_CERT, policy, now)
            continue
        one = sent_case(one, made, now.date())
        if made.dates is not None:
            assert made.dates.acknowledge < made.dates.close <= made.dates.share <= made.dates.publish
            assert all(publish <= made.dates.publish for _, publish in promised)
            if one.shared is None:
                # What the vendor has in writing stays: nothing is announced earlier than before.
                assert all(share <= made.dates.share for share, _ in promised)
                promised.append((made.dates.share, made.dates.publish))
        goal = {"exposure": CaseState.NOTIFIED, "escalation": CaseState.ESCALATED}.get(kind)
        if goal is not None and goal in STEPS[one.state]:
            one, _ = advance(one, goal, policy, now)
