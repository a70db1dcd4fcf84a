"""The helper that checks for linear cost fails where the cost is not linear.

The clock is made here, and each work says how long it takes: no load of the machine can change these answers.
"""

import re
from collections.abc import Callable, Iterator

import pytest

import tests.linear
from tests.linear import LIMIT, assert_linear, growth


class Clock:
    """Stands in for ``time``, and goes on only when it is told to."""

    def __init__(self) -> None:
        self.now = 0.0

    def thread_time(self) -> float:
        return self.now

    def work(self, seconds: Callable[[int], float]) -> Callable[[str], None]:
        """Work that takes so many seconds on a text of that length."""

        def step(given: str) -> None:
            self.now += seconds(len(given))

        return step


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Iterator[Clock]:
    made = Clock()
    monkeypatch.setattr(tests.linear, "time", made)
    yield made
    assert made.now > 0


def text(size: int) -> str:
    return "a" * size


def linear(size: int) -> float:
    return size * 1e-6


def quadratic(size: int) -> float:
    return size * size * 1e-6


def between(size: int) -> float:
    """Grows by 11 where linear cost grows by 4."""
    return float(size**1.75) * 1e-6


def has_a_step(size: int) -> float:
    """Linear, with a cost that each text from a size on has, as that of large allocations."""
    return linear(size) + (linear(12_500) if size >= 10_000 else 0)


@pytest.mark.parametrize("size", [1_000, 4_000, 400_000])
def test_linear_cost_passes(size: int, clock: Clock) -> None:
    assert_linear(text, clock.work(linear), size)


@pytest.mark.parametrize("cost", [quadratic, between])
@pytest.mark.parametrize("size", [400, 4_000])
def test_cost_that_grows_too_fast_at_each_size_fails(cost: Callable[[int], float], size: int, clock: Clock) -> None:
    assert growth(text, clock.work(cost), size) > LIMIT
    with pytest.raises(AssertionError, match="4 times the input costs"):
        assert_linear(text, clock.work(cost), size)


def test_a_step_at_one_size_passes(clock: Clock) -> None:
    assert growth(text, clock.work(has_a_step), 10_000) > LIMIT
    assert_linear(text, clock.work(has_a_step), 10_000)


@pytest.mark.parametrize("slow", [1, 2])
def test_linear_cost_passes_on_a_processor_that_was_slow_for_a_while(slow: int, clock: Clock) -> None:
    factors = iter([*[10.0] * slow, 1.0, 1.0])
    now = [1.0]

    def make(size: int) -> str:
        if size >= 4_000:  # the larger text of each measurement is made last
            now[0] = next(factors)
        return text(size)

    assert_linear(make, clock.work(lambda size: linear(size) * (now[0] if size >= 4_000 else 1)), 4_000)


def test_work_without_notable_cost_passes(clock: Clock) -> None:
    assert growth(text, clock.work(lambda size: size * size * 1e-12), 4_000) == 1


def test_the_clock_of_the_machine_shows_quadratic_cost() -> None:
    """Each start of the expression is followed to the end of the text."""
    assert any(growth(text, re.compile("a+b").findall, 4_000) > LIMIT for _ in range(8))
