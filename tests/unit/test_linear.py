"""The helper that checks for linear cost fails where the cost is not linear."""

import re

import pytest

from tests.linear import LIMIT, assert_linear, growth


def text(size: int) -> str:
    return "a" * size


def linear(given: str) -> int:
    return sum(1 for _ in given)


def quadratic(given: str) -> int:
    return sum(1 for _ in given for _ in given)


def has_a_step(given: str) -> int:
    """Linear, with a cost that each text from a size on has, as that of large allocations."""
    return linear(given) + (linear("a" * 12_500) if len(given) >= 10_000 else 0)


def between(given: str) -> int:
    """Grows with n^1.75, and so by 11 where linear cost grows by 4."""
    return sum(1 for _ in range(int(len(given) ** 1.75)))


def runs_away(given: str) -> object:
    """Each start is followed to the end of the text."""
    return re.findall(r"a+b", given)


@pytest.mark.parametrize("size", [400, 4_000, 400_000])
def test_linear_cost_passes(size: int) -> None:
    assert_linear(text, linear, size)


@pytest.mark.parametrize(
    ("work", "size"), [(quadratic, 200), pytest.param(quadratic, 2_000, marks=pytest.mark.more), (runs_away, 4_000)]
)
def test_quadratic_cost_fails(work: object, size: int) -> None:
    assert callable(work)
    assert growth(text, work, size) > LIMIT
    with pytest.raises(AssertionError, match="4 times the input costs"):
        assert_linear(text, work, size)


def test_a_step_at_one_size_passes() -> None:
    assert growth(text, has_a_step, 10_000) > LIMIT
    assert_linear(text, has_a_step, 10_000)


def test_cost_that_grows_too_fast_at_each_size_fails() -> None:
    with pytest.raises(AssertionError, match="4 times the input costs"):
        assert_linear(text, between, 4_000)


def test_constant_cost_passes() -> None:
    assert growth(text, len, 4_000) < 2
