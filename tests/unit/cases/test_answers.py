"""Answers of vendors, from the attestations of their cases."""

from datetime import date, timedelta

import msgspec
import pytest

from tests.unit.cases.samples import TODAY, case, vendor
from tieback.cases.answers import answer_by_case, answer_of_cases, require_past
from tieback.model.case import CaseState
from tieback.model.errors import UsageError
from tieback.model.vendor import AssuranceAnswer as A

ATTESTED, OPEN, DONE = case("a", attested=TODAY), case("b"), case("c", state=CaseState.CLOSED)


@pytest.mark.parametrize(
    ("cases", "answer"),
    [
        ((), A.NONE),
        ((OPEN,), A.NONE),
        ((DONE,), A.NONE),
        ((ATTESTED, OPEN), A.PARTLY),
        ((ATTESTED,), A.ATTESTED),
        ((ATTESTED, DONE), A.ATTESTED),
    ],
)
def test_the_answer_of_cases(cases: tuple[object, ...], answer: A) -> None:
    assert answer_of_cases(cases) is answer  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("known", "before", "after", "recorded"),
    [
        (A.NONE, A.NONE, A.PARTLY, A.PARTLY),
        (A.NONE, A.NONE, A.ATTESTED, A.ATTESTED),
        (A.PARTLY, A.PARTLY, A.ATTESTED, A.ATTESTED),
        (A.PARTLY, A.NONE, A.ATTESTED, None),  # a person recorded it, about more than the cases
        (A.ATTESTED, A.NONE, A.PARTLY, None),
        (A.ATTESTED, A.PARTLY, A.ATTESTED, None),
        (A.DECLINED, A.NONE, A.ATTESTED, A.ATTESTED),
    ],
)
def test_an_answer_that_a_person_recorded_stays(known: A, before: A, after: A, recorded: A | None) -> None:
    old = vendor(answer=known, answered=None if known is A.NONE else TODAY)
    new, lines = answer_by_case(old, before, after, TODAY, "case-a", "Ann")
    assert new.answer is (recorded or known)
    assert [line.fields for line in lines] == (
        [{"answer": recorded.value, "answered": "2026-03-01", "case": "case-a"}] if recorded else []
    )
    assert [line.by for line in lines] == (["Ann"] if recorded else [])


def test_an_attestation_before_the_request_is_no_answer_to_it() -> None:
    old = vendor(asked=TODAY)
    earlier = TODAY - timedelta(days=1)
    assert answer_by_case(old, A.NONE, A.ATTESTED, earlier, "case-a", "Ann") == (old, ())
    new, _ = answer_by_case(msgspec.structs.replace(old, asked=earlier), A.NONE, A.ATTESTED, TODAY, "case-a", "Ann")
    assert (new.answer, new.answered) == (A.ATTESTED, TODAY)


def test_an_event_is_not_in_the_future() -> None:
    require_past(TODAY, TODAY)
    require_past(date(2020, 1, 1), TODAY)
    with pytest.raises(UsageError, match="the date is in the future"):
        require_past(TODAY + timedelta(days=1), TODAY)
