"""How long vendors take, checked by hand."""

from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

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
