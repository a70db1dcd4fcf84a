"""Distinguish dates of birth from other dates, by the range of years and the share before electronic records."""

import re
from collections.abc import Iterable

_YEAR = re.compile(r"(?<![0-9])(1[89][0-9]{2}|20[0-9]{2})(?![0-9])|^(1[89][0-9]{2}|20[0-9]{2})[0-9]{4}$")
BEFORE_RECORDS = 1968
"""Hardly any business record is older than this year; many people are."""


def years(values: Iterable[str]) -> list[int]:
    """Sorted years of the complete dates."""
    found = (_YEAR.search(value[:40]) for value in values)
    return sorted(int(match[1] or match[2]) for match in found if match)


def are_birth_dates(values: Iterable[str], this_year: int) -> bool:
    """True if complete dates are distributed like births: over a generation, before electronic records, none in the
    future.
    """
    dates = list(values)
    known = years(dates)
    count = len(known)
    if count < 5 or count < len(dates) * 0.95 or known[-1] > this_year or known[0] < this_year - 125:
        return False
    middle = known[count * 3 // 4] - known[count // 4]
    old = sum(year < BEFORE_RECORDS for year in known) / count
    return middle >= 10 and old >= 0.15 and known[-1] - known[0] >= 25
