"""How long vendors take, checked by hand."""

from datetime import date, timedelta
from itertools import pairwise

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.each import each
from tests.unit.cases.samples import NOW, case
from tieback.cases.statistics import compute_statistics, statistics_by_group, survival_curve
from tieback.model.case import Case, CaseState

S = CaseState


def told(key: str, now_in: CaseState, **days: float) -> Case:
    """A case whose vendor was told at NOW; each state is reached so many days after."""
    reached = {state: NOW + timedelta(days=after) for state, after in days.items()}
    since = reached.get(now_in, NOW)
    return case(key, state=now_in, since=since, reached={"found": NOW, "notified": NOW, **reached})


CASES = [
    told("a", S.FIXED, acknowledged=1, fixed=10),
    told("b", S.FIXED, acknowledged=3, fixed=20),
    told("c", S.ACKNOWLEDGED, acknowledged=5),
    told("d", S.NO_RESPONSE, no_response=7),
    case("e"),
]


def test_the_figures_of_five_cases() -> None:
    found = compute_statistics("all", CASES, NOW + timedelta(days=40))
    assert (found.cases, found.told, found.answered, found.fixed, found.contradicted) == (5, 4, 3, 2, 0)
    assert found.days_to_acknowledge == 3
    assert found.no_response_share == 0.25
    # 4 at risk, one fixed after 10 days: 3/4 open; 3 at risk, one fixed after 20: 1/2 open, which is the median.
    assert [(point.days, point.at_risk, point.open_share) for point in found.curve] == [(10, 4, 0.75), (20, 3, 0.5)]
    assert found.days_to_fix == 20


@each(
    ("one", "counts"),
    [
        (told("a", S.NOTIFIED), (0, 0, 1, None)),
        (msgspec.structs.replace(told("a", S.NOTIFIED), due=date(2026, 2, 28)), (0, 1, 0, 1.0)),
        (msgspec.structs.replace(told("a", S.NOTIFIED), due=None), (0, 0, 1, None)),
        (told("a", S.NO_RESPONSE, no_response=7), (0, 1, 0, 1.0)),
        (told("a", S.ESCALATED, escalated=1), (0, 1, 0, 1.0)),
        (told("a", S.FIXED, fixed=1), (0, 0, 0, 0.0)),
        (msgspec.structs.replace(told("a", S.NOTIFIED), attested=date(2026, 3, 3)), (1, 0, 0, 0.0)),
        (msgspec.structs.replace(told("a", S.CONTRADICTED), attested=date(2026, 3, 1)), (1, 0, 0, 0.0)),
        (msgspec.structs.replace(told("a", S.NOTIFIED), attested=date(2026, 2, 1)), (0, 0, 1, None)),
    ],
)
def test_an_attestation_is_an_answer_and_silence_starts_at_the_deadline(
    one: Case, counts: tuple[int, int, int, float | None]
) -> None:
    found = compute_statistics("all", [one], NOW)
    assert (found.answered, found.silent, found.waiting, found.no_response_share) == counts


def test_no_median_without_a_fix() -> None:
    found = compute_statistics("all", [told("c", S.ACKNOWLEDGED, acknowledged=5)], NOW + timedelta(days=40))
    assert (found.days_to_fix, found.curve) == (None, ())
    empty = compute_statistics("none", [], NOW)
    assert (empty.days_to_acknowledge, empty.no_response_share) == (None, None)


def test_reopened_case_counts_by_its_last_fix() -> None:
    again = told("f", S.FIXED, fixed=5, still_open=9)
    again = case("f", state=S.FIXED, since=NOW + timedelta(days=15), reached=again.reached)
    assert compute_statistics("f", [again], NOW + timedelta(days=40)).days_to_fix == 15


def test_groups_the_largest_first() -> None:
    found = statistics_by_group(CASES, lambda one: "a" if one.id in ("case-a", "case-b", "case-c") else "b", NOW)
    assert [(group.group, group.cases) for group in found] == [("a", 3), ("b", 2)]


@pytest.mark.parametrize(
    ("ends", "curve"),
    [
        ([], []),
        ([(5, False)], []),
        ([(5, True)], [(5, 0.0)]),
        ([(5, True), (5, True), (9, False), (12, True)], [(5, 0.5), (12, 0.0)]),
        ([(5, False), (9, True)], [(9, 0.0)]),
    ],
)
def test_the_curve(ends: list[tuple[float, bool]], curve: list[tuple[float, float]]) -> None:
    assert [(point.days, point.open_share) for point in survival_curve(ends)] == curve


@given(st.lists(st.tuples(st.floats(0, 1000), st.booleans()), max_size=60))
def test_a_curve_only_falls(ends: list[tuple[float, bool]]) -> None:
    shares = [1.0, *(point.open_share for point in survival_curve(ends))]
    assert all(0 <= after <= before for before, after in pairwise(shares))
