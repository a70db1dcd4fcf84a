import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.examples import examples
from tieback.model.errors import UsageError
from tieback.model.figure import estimate
from tieback.model.report.document import Report
from tieback.report.sampling import interval, with_population_estimate


@pytest.mark.parametrize(
    ("hits", "size", "population", "ends"),
    [
        # Without a bound of the population these are Wilson's own: 10 of 100 is 5.52 % to 17.44 %.
        (10, 100, 10**12, (0.0552, 0.1744)),
        (0, 50, 10**12, (0.0, 0.0713)),
        (50, 50, 10**12, (0.9287, 1.0)),
        (10, 100, 100, (0.1, 0.1)),
        (10, 100, 200, (0.0656, 0.1495)),
    ],
)
def test_intervals(hits: int, size: int, population: int, ends: tuple[float, float]) -> None:
    assert interval(hits, size, population) == pytest.approx(ends, abs=0.0005)


@settings(deadline=None, max_examples=examples(200))
@given(st.integers(1, 10**6), st.data())
def test_interval_contains_its_share_and_narrows_with_the_sample(size: int, data: st.DataObject) -> None:
    hits = data.draw(st.integers(0, size))
    low, high = interval(hits, size, size * 10)
    assert 0 <= low <= hits / size + 1e-12
    assert hits / size - 1e-12 <= high <= 1
    wide_low, wide_high = interval(hits, size, size * 1000)
    assert high - low <= wide_high - wide_low + 1e-12


def test_population_estimate_from_a_sample(report: Report) -> None:
    sample = with_population_estimate(report, 5_000).sample
    assert sample is not None
    assert sample.affected == estimate(3000, "3 of a random sample of 5")
    assert sample.affected_low < 3000 < sample.affected_high <= 4998
    assert with_population_estimate(report, None) is report


def test_everything_was_looked_at(report: Report) -> None:
    sample = with_population_estimate(report, 5).sample
    assert sample is not None
    assert (sample.affected.value, sample.affected_low, sample.affected_high) == (3, 3, 3)


@pytest.mark.parametrize(
    ("population", "says"), [(4, "population must be at least"), (1, "population must be at least")]
)
def test_a_whole_that_is_smaller_is_refused(report: Report, population: int, says: str) -> None:
    with pytest.raises(UsageError, match=says):
        with_population_estimate(report, population)


def test_without_a_grant_there_is_nothing_to_extrapolate(report: Report) -> None:
    with pytest.raises(UsageError, match="nothing was probed"):
        with_population_estimate(replace(report, scope=None), 100)
