"""What happened to a case, told once, in the words of each service."""

import json
from datetime import timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.cases.samples import NOW, case
from tieback.cases.events import STYLES, case_event, to_generic, to_mail, to_slack, to_teams
from tieback.model.case import Case, CaseState, Recheck, RecheckVerdict
from tieback.model.figure import exact


def checked(one: Case, verdict: RecheckVerdict, state: CaseState, reason: str = "es:9200: open") -> Case:
    check = Recheck(verdict, NOW, (reason,), ("es:9201",), exact(1400, "x"), None, 50)
    return msgspec.structs.replace(one, check=check, state=state)


@pytest.mark.parametrize(
    ("before", "verdict", "state", "news"),
    [
        (case(), RecheckVerdict.OPEN, CaseState.FOUND, False),
        (case(), RecheckVerdict.OPEN, CaseState.VERIFIED, True),
        (case(), RecheckVerdict.UNREACHABLE, CaseState.FOUND, True),
        (checked(case(), RecheckVerdict.FIXED, CaseState.FIXED), RecheckVerdict.FIXED, CaseState.FIXED, False),
        (checked(case(), RecheckVerdict.FIXED, CaseState.FIXED), RecheckVerdict.OPEN, CaseState.STILL_OPEN, True),
    ],
)
def test_what_is_news(before: Case, verdict: RecheckVerdict, state: CaseState, news: bool) -> None:
    event = case_event(before, checked(before, verdict, state), "Fieldhand", "check", NOW)
    assert event.news is news
    assert (event.verdict, event.places, event.records_change) == (verdict, ("es:9201",), 50)


def test_the_same_thing_has_the_same_id() -> None:
    after = checked(case(), RecheckVerdict.MOVED, CaseState.STILL_OPEN)
    one, same = (case_event(case(), after, "F", "check", NOW) for _ in range(2))
    later = case_event(case(), after, "F", "check", NOW + timedelta(hours=6))
    assert one.id == same.id != later.id


def test_event_with_only_a_state() -> None:
    event = case_event(case(), case(state=CaseState.NO_RESPONSE), "F", "state", NOW)
    assert (event.verdict, event.news, event.reasons) == (None, True, ())
    assert event.summary.endswith("found → no response")


def test_bodies() -> None:
    evil = "<!channel> & [x](http://evil.test)"
    event = case_event(case(), checked(case(), RecheckVerdict.MOVED, CaseState.STILL_OPEN, evil), "F<b>", "check", NOW)
    assert json.loads(to_generic(event))["schema"] == "tieback/case-event/1"
    text = json.loads(to_slack(event))["text"]
    assert "&lt;!channel&gt; &amp;" in text
    assert "F&lt;b&gt;: elasticsearch 7.10.2 at es:9201: moved (+50 records)" in text
    (attachment,) = json.loads(to_teams(event))["attachments"]
    assert attachment["content"]["type"] == "AdaptiveCard"
    assert "[x]" not in json.dumps(attachment)


def test_places_and_reasons_that_are_left_out_are_counted() -> None:
    one = checked(case(), RecheckVerdict.MOVED, CaseState.STILL_OPEN)
    assert one.check is not None
    reasons, where = tuple(f"reason {n}" for n in range(30)), tuple(f"h{n}:9200" for n in range(50))
    one = msgspec.structs.replace(one, check=msgspec.structs.replace(one.check, reasons=reasons, where=where))
    event = case_event(case(), one, "F", "check", NOW)
    assert (len(event.places), event.places_left_out) == (20, 30)
    assert (len(event.reasons), event.reasons_left_out) == (12, 18)
    assert "h0:9200, h1:9200 and 48 more" in event.summary
    assert "and 25 more reasons" in to_slack(event).decode()
    assert "and 25 more reasons" in to_teams(event).decode()
    assert "- and 18 more reasons" in to_mail(event, "a@example.test", ["b@example.test"]).decode()


@given(st.text(), st.sampled_from(sorted(STYLES)))
def test_any_name_makes_a_document(name: str, style: str) -> None:
    event = case_event(case(), checked(case(), RecheckVerdict.OPEN, CaseState.VERIFIED, name), name, "check", NOW)
    assert isinstance(json.loads(STYLES[style](event)), dict)
