"""Apps that were only partly read: what was not read, and what to do about it."""

from collections.abc import Iterator

from tieback.model.count_text import count_text, its_or_their
from tieback.model.report.apps import AppSummary
from tieback.model.report.document import Report
from tieback.model.report.headline import Headline
from tieback.report.shortened import cut
from tieback.report.texts.clean import clean

MOST_PARTLY_READ = 20
"""Limit on the partly read apps that a report lists."""


def partly_read_lines(report: Report, most: int = MOST_PARTLY_READ) -> Iterator[tuple[str, str]]:
    """Yield each app with parts that were not read, and the parts with their places; then the number of the others."""
    for summary in report.partly_read.first(most):
        yield clean(f"{summary.app.label} {summary.app.version_name}".strip(), 80), unread_text(summary)
    if report.partly_read.count > most:
        yield f"and {report.partly_read.count - most:,} more", "see the JSON report"


def unread_text(summary: AppSummary) -> str:
    """The parts of an app that were not read, with their places."""
    parts = (clean(f"{one.what} ({one.where})" if one.where else one.what, 300) for one in summary.unread)
    text = "; ".join(cut(parts, 3))
    return f"cut off or damaged: {text}" if summary.damaged else text


def unread_words(summary: AppSummary, named: bool) -> str:
    """Short mark of a partly read app before the hosts that it names; empty if all of it was read."""
    if not summary.unread:
        return ""
    mark = "damaged, partly read" if summary.damaged else "partly read"
    return f"{mark}; " if named else mark if summary.damaged else f"{mark}, see its traffic"


def unread_lists_text(head: Headline) -> str:
    """What it means that apps were only partly read."""
    one = head.apps_partly_read == 1
    return "Its list of back ends is not complete" if one else "Their lists of back ends are not complete"


def unread_advice(head: Headline) -> str:
    """What to do about apps that were only partly read; empty if there are none."""
    partly, damaged = head.apps_partly_read or 0, head.apps_damaged or 0
    advice = []
    if damaged:
        packages = "Its package is" if partly == 1 else count_text(damaged, "package is", "packages are")
        it = "it" if damaged == 1 else "them"
        advice.append(f"{packages} cut off or damaged: build or download {it} again.")
    if partly > damaged:
        advice.append(f"Capture {its_or_their(partly)} traffic to see the other back ends (tieback capture).")
    return " ".join(advice)
