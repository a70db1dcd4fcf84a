"""Random samples: estimates the share of affected apps in the population, with a confidence interval.

Wilson's score interval at 95 %, with the correction for a finite population (the standard error shrinks with the
sampled share). Source: E. B. Wilson, JASA 22 (1927); W. G. Cochran, Sampling Techniques (1977), 2.6. Only the
number of affected apps is extrapolated: stores are shared, and records are distributed too unevenly.
"""

from math import ceil, floor, sqrt

from msgspec.structs import replace

from tieback.model.count_text import count_text
from tieback.model.errors import UsageError
from tieback.model.figure import estimate
from tieback.model.report.document import Report
from tieback.model.report.headline import PopulationEstimate

Z = 1.959964
"""Quantile of the normal distribution for a 95 % interval."""


def with_population_estimate(report: Report, population: int | None) -> Report:
    """Return the report with an estimate for the population; unchanged if the inputs are not a sample.

    Args:
        report: report of the sample.
        population: number of apps from which the analysed ones were drawn at random, as stated by the user.

    Raises:
        UsageError: the population is smaller than the sample, nothing was analysed, or nothing was probed.
    """
    if population is None:
        return report
    head = report.headline
    where = f"--sample-of {population}"
    if population < head.apps_analysed or not head.apps_analysed:
        analysed = count_text(head.apps_analysed, "analysed app")
        raise UsageError(f"the population must be at least the {analysed}", where=where)
    if report.scope is None:
        raise UsageError("nothing was probed, so nothing can be extrapolated", where=where, advice="Add --grant")
    low, high = interval(head.apps_affected, head.apps_analysed, population)
    share = head.apps_affected / head.apps_analysed
    # The bounds must agree with the apps already analysed.
    least = max(floor(low * population), head.apps_affected)
    most = min(ceil(high * population), population - (head.apps_analysed - head.apps_affected))
    method = f"{head.apps_affected:,} of a random sample of {head.apps_analysed:,}"
    affected = estimate(round(share * population), method)
    return replace(report, sample=PopulationEstimate(population, share, low, high, affected, least, most))


def interval(hits: int, size: int, population: int) -> tuple[float, float]:
    """Return the bounds of the interval of a share, 0 to 1.

    Args:
        hits: affected apps in the sample.
        size: size of the sample, at least 1.
        population: size of the population, at least ``size``; if equal, the interval is a point.
    """
    share = hits / size
    if population <= size:
        return share, share
    # Effective sample size after the finite population correction.
    worth = size * (population - 1) / (population - size)
    middle = (share + Z * Z / (2 * worth)) / (1 + Z * Z / worth)
    half = Z / (1 + Z * Z / worth) * sqrt(share * (1 - share) / worth + Z * Z / (4 * worth * worth))
    return max(middle - half, 0.0), min(middle + half, 1.0)
