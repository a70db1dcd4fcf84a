"""Dates of birth against other dates: how far the years reach, and how many lie before computers kept records."""

import re
from collections.abc import Iterable

_YEAR = re.compile(r"(?<![0-9])(1[89][0-9]{2}|20[0-9]{2})(?![0-9])|^(1[89][0-9]{2}|20[0-9]{2})[0-9]{4}$")
BEFORE_RECORDS = 1968
"""Hardly any business record is older; people are."""


def years(values: Iterable[str]) -> list[int]:
    """The year of each date that names one in full, sorted."""
    found = (_YEAR.search(value[:40]) for value in values)
    return sorted(int(match[1] or match[2]) for match in found if match)


def look_like_births(values: Iterable[str], this_year: int) -> bool:
    """Whether whole dates spread as births do: over a generation, into the time before records, none to come."""
    dates = list(values)
    known = years(dates)
    count = len(known)
    if count < 5 or count < len(dates) * 0.95 or known[-1] > this_year or known[0] < this_year - 125:
        return False
    middle = known[count * 3 // 4] - known[count // 4]
    old = sum(year < BEFORE_RECORDS for year in known) / count
    return middle >= 10 and old >= 0.15 and known[-1] - known[0] >= 25
