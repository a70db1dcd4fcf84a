"""Deadlines from a file that people edit."""

import contextlib
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.each import each
from tieback.cases.policy import CasePolicy, LetterDeadlines, default_policy, load_policy
from tieback.model.case import CaseState, LetterDates
from tieback.model.errors import InputError, UsageError

TODAY = date(2026, 3, 1)


@pytest.mark.parametrize(
    ("state", "day"),
    [
        (CaseState.FOUND, date(2026, 3, 8)),
        (CaseState.NOTIFIED, date(2026, 3, 8)),
        (CaseState.ACKNOWLEDGED, date(2026, 3, 31)),
        (CaseState.HANDED_TO_CERT, date(2026, 5, 30)),
        (CaseState.CLOSED, None),
    ],
)
def test_the_days_that_come_with_the_program(state: CaseState, day: date | None) -> None:
    assert default_policy().due(state, TODAY) == day


def test_a_file_changes_what_it_names(tmp_path: Path) -> None:
    path = tmp_path / "policy.toml"
    path.write_text("[days]\nfound = 1\n[notice]\nanswer = 14\n[watch]\nno_response = false\n")
    policy = load_policy(path)
    assert policy.due(CaseState.FOUND, TODAY) == date(2026, 3, 2)
    assert policy.due(CaseState.NOTIFIED, TODAY) == date(2026, 3, 8)
    assert (policy.notice.answer, policy.notice.urgent, policy.watch.no_response) == (14, 3, False)
    assert load_policy(None) == default_policy()


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[days]\nfund = 1\n", "fund"),
        ("[days]\nfound = -1\n", "must be 0 to 3660"),
        ("[days]\nfound = 99999\n", "must be 0 to 3660"),
        ("[recheck]\nhours = -1\n", "must be 0 to 3660"),
        ("[days]\nfound = 'soon'\n", "int"),
        ("[day]\n", "day"),
        ("[", "not a policy"),
        ("#" + "x" * 70_000, "longer than 64 KiB"),
        ("x=" + "[" * 5000, "not a policy"),
    ],
)
def test_invalid_policy_is_one_error_line(tmp_path: Path, text: str, says: str) -> None:
    path = tmp_path / "policy.toml"
    path.write_text(text)
    with pytest.raises(InputError, match=says) as caught:
        load_policy(path)
    assert "\n" not in caught.value.diagnostics()


@given(st.binary(max_size=200))
def test_reading_any_bytes_never_raises_another_error(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "any"
    path.write_bytes(data)
    with contextlib.suppress(InputError):
        load_policy(path)


DAYS = st.integers(0, 400)


@given(
    st.builds(LetterDeadlines, *[DAYS] * 7),
    st.booleans(),
    st.none() | st.integers(2, 400),
    st.none() | st.tuples(DAYS, DAYS),
)
def test_dates_of_a_letter_are_in_order_and_keep_earlier_promises(
    notice: LetterDeadlines, urgent: bool, close: int | None, before: tuple[int, int] | None
) -> None:
    policy = CasePolicy({}, notice)
    earlier = None
    if before is not None:
        share = TODAY + timedelta(days=before[0])
        earlier = LetterDates(TODAY, TODAY, share, share + timedelta(days=before[1]))
    wanted = None if close is None else TODAY + timedelta(days=close)
    dates = policy.letter_dates(TODAY, urgent=urgent, close=wanted, before=earlier)
    assert TODAY < dates.acknowledge < dates.close <= dates.share <= dates.publish
    assert wanted in (None, dates.close)
    assert earlier is None or (dates.share >= earlier.share and dates.publish >= earlier.publish)


@each("start", [date(2026, 12, 18) + timedelta(days=number) for number in range(21)], ids=str)
def test_weekends_and_holidays_count(start: date) -> None:
    """As the how-to pages say: each date is as many days after the letter, whatever day that is."""
    policy = default_policy()
    dates = policy.letter_dates(start, urgent=False)
    found = (dates.acknowledge, dates.close, dates.share, dates.publish, policy.due(CaseState.FIX_CLAIMED, start))
    assert [(one - start).days for one in found if one is not None] == [7, 30, 45, 90, 2]


def test_dates_of_the_policy_that_comes_with_the_program() -> None:
    days = default_policy()
    assert days.letter_dates(TODAY, urgent=False) == LetterDates(
        date(2026, 3, 8), date(2026, 3, 31), date(2026, 4, 15), date(2026, 5, 30)
    )
    assert days.letter_dates(TODAY, urgent=True) == LetterDates(
        date(2026, 3, 2), date(2026, 3, 4), date(2026, 3, 8), date(2026, 5, 30)
    )
    with pytest.raises(UsageError, match="too early"):
        days.letter_dates(TODAY, urgent=False, close=date(2026, 3, 2))
