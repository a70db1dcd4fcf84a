"""Inputs that are a random sample: what share of the whole is affected, with its interval.

Wilson's score interval at 95 %, with the correction for a finite population (the standard error shrinks by the share
that was looked at). Source: E. B. Wilson, JASA 22 (1927); W. G. Cochran, Sampling Techniques (1977), 2.6. Only the
number of affected apps is extrapolated: stores are shared, and records are spread too unevenly for a sample to tell.
"""

from math import ceil, floor, sqrt

from msgspec.structs import replace

from tieback.model.errors import UsageError
from tieback.model.figure import estimate
from tieback.model.report import Report, Sample

Z = 1.959964
"""Of the normal distribution, for 95 %."""


def as_sample(report: Report, population: int | None) -> Report:
    """The report with what its sample says of the whole; unchanged where the inputs are no sample.

    Args:
        report: of the sample.
        population: how many apps the analysed ones were drawn from at random, by the user's word.

    Raises:
        UsageError: the whole is smaller than its sample; nothing was analysed, or nothing was asked.
    """
    if population is None:
        return report
    head = report.headline
    where = f"--sample-of {population}"
    if population < head.apps_analysed or not head.apps_analysed:
        raise UsageError(f"{head.apps_analysed:,} apps were analysed: the whole cannot be smaller", where=where)
    if report.scope is None:
        raise UsageError("nothing was asked, so nothing can be extrapolated", where=where, advice="Add --grant")
    low, high = interval(head.apps_affected, head.apps_analysed, population)
    share = head.apps_affected / head.apps_analysed
    # What was seen is there, and what was seen not to be is not.
    least = max(floor(low * population), head.apps_affected)
    most = min(ceil(high * population), population - (head.apps_analysed - head.apps_affected))
    method = f"{head.apps_affected:,} of a random sample of {head.apps_analysed:,}"
    affected = estimate(round(share * population), method)
    return replace(report, sample=Sample(population, share, low, high, affected, least, most))


def interval(hits: int, size: int, population: int) -> tuple[float, float]:
    """The ends of the interval of a share, 0 to 1.

    Args:
        hits: of the sample.
        size: of the sample, at least 1.
        population: at least ``size``; the interval is a point where everything was looked at.
    """
    share = hits / size
    if population <= size:
        return share, share
    # The correction makes the sample worth more draws than it has.
    worth = size * (population - 1) / (population - size)
    middle = (share + Z * Z / (2 * worth)) / (1 + Z * Z / worth)
    half = Z / (1 + Z * Z / worth) * sqrt(share * (1 - share) / worth + Z * Z / (4 * worth * worth))
    return max(middle - half, 0.0), min(middle + half, 1.0)
