"""Estimates with 95 % intervals, resampled by group. Imports numpy and nothing of tieback."""

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

RESAMPLES = 2000
SEED = 28
_TAILS = (2.5, 97.5)

type Floats = npt.NDArray[np.float64]


class Estimate(NamedTuple):
    """A figure with its interval."""

    value: float | None
    """``None`` if there is nothing to measure."""
    low: float | None
    high: float | None
    n: int
    """Number of claims or cases below the line."""
    groups: int
    """Number of groups among them; they are what is resampled."""

    def as_json(self) -> dict[str, Any]:
        """For the JSON document."""
        return dict(self._asdict())


NOTHING = Estimate(None, None, None, 0, 0)


def weights(groups: int) -> Floats:
    """How often each group is drawn in each resample: an array of ``RESAMPLES`` by ``groups``."""
    source = np.random.default_rng([SEED, groups])
    return source.multinomial(groups, np.full(groups, 1 / groups), size=RESAMPLES).astype(np.float64)


def by_group(values: Floats, group: npt.NDArray[np.int64], groups: int) -> Floats:
    """The sum of values per group."""
    return np.bincount(group, weights=values, minlength=groups).astype(np.float64)


def ratio(above: Floats, below: Floats, drawn: Floats, *, share: bool = True) -> Estimate:
    """A ratio of sums over groups.

    Args:
        above: sum of the numerator per group.
        below: sum of the denominator per group.
        drawn: from ``weights``.
        share: the numerator counts some of the denominator. Then the rule of three is used for 0 and 1: with ``m``
            groups and no event, at most ``3 / m``.
    """
    total = float(below.sum())
    groups = int((below > 0).sum())
    if not total:
        return NOTHING
    value = float(above.sum()) / total
    low, high = _interval(_ratios(above, below, drawn), value, groups)
    if share and value == 0:
        low, high = 0.0, min(1.0, 3 / groups)
    elif share and value == 1:
        low, high = max(0.0, 1 - 3 / groups), 1.0
    if share and groups == 1:
        low, high = 0.0, 1.0
    return Estimate(value, low, high, round(total), groups)


def difference(
    first: tuple[Floats, Floats], second: tuple[Floats, Floats], drawn: Floats
) -> tuple[float, float, float] | None:
    """The difference of two ratios over the same groups, with its interval; ``None`` with fewer than two groups."""
    if min(int((below > 0).sum()) for _, below in (first, second)) < 2:
        return None
    value = float(first[0].sum() / first[1].sum() - second[0].sum() / second[1].sum())
    many = _ratios(*first, drawn) - _ratios(*second, drawn)
    low, high = _interval(many, value, 2)
    return value, low, high


def median(values: Floats, group: npt.NDArray[np.int64], drawn: Floats) -> Estimate:
    """The median of values, each in a group; resampled by group."""
    if not values.size:
        return NOTHING
    order = np.argsort(values, kind="stable")
    values, group = values[order], group[order]
    groups = np.unique(group).size
    value = float(np.median(values))
    heights = np.cumsum(drawn[:, group], axis=1)
    reached = heights[:, -1] > 0
    places = (heights[reached] >= heights[reached, -1:] / 2).argmax(axis=1)
    low, high = _interval(values[places], value, groups)
    return Estimate(value, low, high, values.size, groups)


def _ratios(above: Floats, below: Floats, drawn: Floats) -> Floats:
    bottom = drawn @ below
    top = drawn @ above
    return np.divide(top, bottom, out=np.full_like(top, np.nan), where=bottom > 0)


def _interval(many: Floats, value: float, groups: int) -> tuple[float, float]:
    """The percentiles, widened to contain the estimate; with one group there is no spread to see."""
    many = many[np.isfinite(many)]
    if groups < 2 or not many.size:
        return value, value
    low, high = (float(one) for one in np.percentile(many, _TAILS))
    return min(low, value), max(high, value)
