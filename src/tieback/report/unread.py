"""Inputs that were only partly read: apps with unread code, and captures that are cut off or not understood."""

from collections.abc import Iterable, Iterator
from itertools import chain, islice

from tieback.model.count_text import count_text
from tieback.model.errors import InputError
from tieback.model.report import AppSummary, CaptureSummary, Report
from tieback.report.document import clean, some_names, unread_text

MOST_PARTLY_READ = 20
"""Limit on the partly read apps that a report lists, and on the captures."""
MOST_DAMAGED = 20
"""Limit on the damaged inputs that are named one by one."""


def partly_read_captures(report: Report) -> Iterator[CaptureSummary]:
    """The captures with parts that were not read."""
    return (one for one in report.captures.rows() if one.unread)


def partly_read_inputs(report: Report) -> Iterator[AppSummary | CaptureSummary]:
    """The apps with parts that were not read, then the captures."""
    return chain(report.partly_read.rows(), partly_read_captures(report))


def partly_read_title(report: Report) -> str:
    """``2 apps and 1 capture only partly read``; empty if all inputs were read."""
    counts = partly_read_counts(report)
    return f"{counts} only partly read" if counts else ""


def partly_read_counts(report: Report) -> str:
    """``2 apps and 1 capture``; empty if all inputs were read."""
    apps, captures = report.partly_read.count, sum(1 for _ in partly_read_captures(report))
    counts = [count_text(apps, "app")] if apps else []
    counts += [count_text(captures, "capture")] if captures else []
    return " and ".join(counts)


def partly_read_lines(report: Report, most: int = MOST_PARTLY_READ) -> Iterator[tuple[str, str]]:
    """Yield each partly read input, and the parts with their places; then the numbers of the others."""
    for app in report.partly_read.first(most):
        yield clean(f"{app.app.label} {app.app.version_name}".strip(), 80), unread_text(app)
    if report.partly_read.count > most:
        yield f"and {report.partly_read.count - most:,} more", "see the JSON report"
    captures = partly_read_captures(report)
    for capture in islice(captures, most):
        yield clean(capture.path, 200), unread_text(capture)
    if more := sum(1 for _ in captures):
        yield f"and {count_text(more, 'more capture')}", "see the JSON report"


def unread_names(report: Report) -> str:
    """The first inputs that were only partly read, with the reason, and the number of the others."""
    names = (f"{one.path} ({unread_text(one)})" for one in partly_read_inputs(report))
    return some_names(names, report.partly_read.count + sum(1 for _ in partly_read_captures(report)))


def damaged_errors(report: Report) -> Iterator[InputError]:
    """One error for each damaged package and capture, up to a limit: what was read of them is in the report."""
    apps = (one for one in report.partly_read.rows() if one.damaged)
    yield from _errors(apps, report.headline.apps_damaged or 0, "package", "Build or download the package again")
    captures = (one for one in report.captures.rows() if one.damaged)
    count = report.headline.captures_damaged or 0
    yield from _errors(captures, count, "capture", "Record or export the capture again")


def _errors(inputs: Iterable[AppSummary | CaptureSummary], count: int, noun: str, advice: str) -> Iterator[InputError]:
    for one in islice(inputs, MOST_DAMAGED) if count else ():
        yield InputError(unread_text(one), where=one.path, advice=advice)
    if (rest := count - MOST_DAMAGED) > 0:
        yield InputError("cut off or damaged", where=count_text(rest, f"more {noun}"), advice="The report lists them")
