"""No confidence is above what the labelled cases support, and the arithmetic of what they support."""

import pytest

from bench import calibration
from bench.calibration import Case, bins, cases, kinds, supported
from tests import samples
from tests.each import each


@pytest.fixture(scope="module")
def every() -> list[Case]:
    return list(cases())


def test_nothing_is_stated_that_the_cases_do_not_support(every: list[Case]) -> None:
    if not samples.have("apps"):
        pytest.skip(samples.why_not("apps"))
    assert len(every) > 1000
    assert [one for one in kinds(every) if one.stated > one.supported] == []


def test_each_calibration_bin_is_at_least_as_accurate_as_its_confidence(every: list[Case]) -> None:
    assert [low for low, _, _, mean, share in bins(every) if share < mean] == []


@each(
    ("right", "total", "most"),
    [(0, 0, 0.5), (1, 1, 0.66), (2, 2, 0.75), (20, 20, 0.95), (999, 999, 0.99), (9, 10, 0.83)],
)
def test_few_cases_support_little(right: int, total: int, most: float) -> None:
    assert supported(right, total) == most


def test_a_stronger_kind_with_few_cases_has_the_share_of_both(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calibration, "ORDERS", (("weak", "strong"),))
    cases = [Case("weak", 0.5, True)] * 18 + [Case("strong", 0.6, True)] * 2 + [Case("other", 0.5, False)]
    assert {one.name: one.supported for one in kinds(cases)} == {"other": 0.33, "strong": 0.95, "weak": 0.95}
    # One that has cases of its own keeps its share.
    cases = [Case("weak", 0.5, False)] * 2 + [Case("strong", 0.6, True)] * 8
    assert {one.name: one.supported for one in kinds(cases)} == {"strong": 0.9, "weak": 0.25}
