"""Figures add up without claiming more than their parts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.each import each
from tieback.model.figure import Figure, Quality, estimate, exact, lower_bound, total


@each(
    ("parts", "value", "quality"),
    [
        ([], 0, Quality.EXACT),
        ([exact(1, "a"), exact(2, "a")], 3, Quality.EXACT),
        ([exact(1, "a"), estimate(2, "b")], 3, Quality.ESTIMATE),
        ([exact(1, "a"), lower_bound(2, "b")], 3, Quality.LOWER_BOUND),
        ([lower_bound(1, "a"), estimate(2, "b")], 3, Quality.ESTIMATE),
        ([estimate(2, "b"), lower_bound(1, "a")], 3, Quality.ESTIMATE),
        ([estimate(2, "b"), None], 2, Quality.ESTIMATE),
        ([estimate(0, "b"), None], 0, Quality.LOWER_BOUND),
        ([exact(5, "a"), None], 5, Quality.LOWER_BOUND),
        ([None], 0, Quality.LOWER_BOUND),
    ],
)
def test_total_keeps_the_weakest_quality(parts: list[Figure | None], value: int, quality: Quality) -> None:
    result = total(parts)
    assert (result.value, result.quality) == (value, quality)


def test_methods_are_named_once() -> None:
    assert total([exact(1, "_count"), exact(2, "_count"), estimate(3, "dbStats")]).method == "_count + dbStats"
    assert (exact(1, "a") + estimate(1, "b")) == estimate(2, "a + b")


def test_a_negative_figure_is_a_programming_error() -> None:
    with pytest.raises(ValueError, match="negative"):
        exact(-1, "a")


@pytest.mark.parametrize("value", [True, False])
def test_a_boolean_is_no_figure(value: bool) -> None:
    with pytest.raises(TypeError, match="cannot be"):
        exact(value, "a")


@given(st.lists(st.builds(Figure, st.integers(1, 2**63), st.sampled_from(Quality), st.just("m")), min_size=1))
def test_a_sum_with_an_estimate_is_never_at_least(parts: list[Figure]) -> None:
    assert (total(parts).quality is Quality.ESTIMATE) == any(one.quality is Quality.ESTIMATE for one in parts)


@given(st.lists(st.builds(Figure, st.integers(0, 2**63), st.sampled_from(Quality), st.just("m"))))
def test_order_does_not_matter(parts: list[Figure]) -> None:
    forward, backward = total(parts), total(reversed(parts))
    assert (forward.value, forward.quality) == (backward.value, backward.quality)
