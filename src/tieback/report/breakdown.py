"""Counts for charts, in one pass over the exposed stores: records by store and class, apps by severity, years."""

from collections.abc import Sequence

from tieback.model.exposure import Exposure, Severity
from tieback.model.figure import Figure, total
from tieback.model.report.document import Report
from tieback.model.report.groups import Breakdown

SUM = "sum over stores"

_DIGITS = 16
"""Hexadecimal digits used to distinguish apps: 64 bits, so that a million apps need no list of hashes."""


class BreakdownCounts:
    """Counts with the number of stores per cell; a public report omits cells with too few stores."""

    def __init__(self, report: Report) -> None:
        self.cells: dict[tuple[str, str], Figure] = {}
        self.stores: dict[tuple[str, str], int] = {}
        self.classes: dict[str, int] = {}
        """Number of stores that contain a class of personal data."""
        self.apps = dict.fromkeys(reversed(Severity), 0)
        self.years: dict[str, int] = {}
        self.undated = 0
        seen: set[int] = set()
        for store in report.exposed.rows():
            self._add(store, seen)

    def _add(self, store: Exposure, seen: set[int]) -> None:
        for line in store.pii:
            cell = store.product, line.pii_class
            self.cells[cell] = total((self.cells.get(cell, total((), SUM)), line.records), SUM)
            self.stores[cell] = self.stores.get(cell, 0) + 1
            self.classes[line.pii_class] = self.classes.get(line.pii_class, 0) + 1
        # The worst stores come first, so an app counts with its worst store.
        for app in {route.app_sha256 for route in store.routes}:
            short = int(app[:_DIGITS], 16) if _is_hexadecimal(app) else hash(app)
            if short not in seen:
                seen.add(short)
                self.apps[store.severity] += 1
        if year := earliest_year(store):
            self.years[year] = self.years.get(year, 0) + 1
        else:
            self.undated += 1


def count_breakdown(report: Report) -> Breakdown:
    """Return the report's own counts if it has them, otherwise counts of its tables."""
    if report.breakdown is not None:
        return report.breakdown
    counts = BreakdownCounts(report)
    return Breakdown(
        cells=tuple((*cell, figure) for cell, figure in sorted(counts.cells.items())),
        apps=tuple((severity.value, number) for severity, number in counts.apps.items() if number),
        created=whole_years(counts.years),
        undated=counts.undated,
    )


def earliest_year(store: Exposure) -> str:
    """Return the year of the oldest container that is not the product's own; empty if no date is known."""
    years = [container.created[:4] for container in store.containers if container.created and not container.system]
    return min((year for year in years if len(year) == 4 and year.isdecimal() and year.isascii()), default="")


def whole_years(years: dict[str, int]) -> tuple[tuple[str, int], ...]:
    """Return every year from first to last, including years without a store; spans over 40 years are not filled."""
    if not years:
        return ()
    first, last = int(min(years)), int(max(years))
    if last - first > 40:
        return tuple(sorted(years.items()))
    return tuple((str(year), years.get(str(year), 0)) for year in range(first, last + 1))


def merge_neighbours(cells: Sequence[tuple[str, int]], least: int, joint: str) -> tuple[tuple[str, int], ...]:
    """Join neighbours until each group is empty or has ``least`` members; empty if all together have fewer.

    Args:
        cells: name and number of members, ordered so that neighbours belong together.
        least: minimum size of a group.
        joint: text between the first and the last name of a group.
    """
    groups: list[tuple[str, str, int]] = []
    for name, number in cells:
        if groups and 0 < groups[-1][2] < least:
            first, _, before = groups.pop()
            groups.append((first, name, before + number))
        else:
            groups.append((name, name, number))
    while len(groups) > 1 and 0 < groups[-1][2] < least:
        _, last, number = groups.pop()
        first, _, before = groups.pop()
        groups.append((first, last, before + number))
    if any(0 < number < least for _, _, number in groups):
        return ()
    return tuple((first if first == last else f"{first}{joint}{last}", number) for first, last, number in groups)


def _is_hexadecimal(text: str) -> bool:
    return len(text) >= _DIGITS and not set(text[:_DIGITS]) - set("0123456789abcdef")
