"""Inputs that were only partly read: apps with unread code, and captures that are cut off or not understood."""

from collections.abc import Iterable, Iterator
from itertools import chain, islice

from tieback.model.count_text import count_text, its_or_their
from tieback.model.errors import InputError
from tieback.model.report.apps import AppSummary
from tieback.model.report.captures import CaptureSummary
from tieback.model.report.document import Report
from tieback.model.report.headline import Headline
from tieback.model.sighting import UnreadCode, UnreadKind, is_only_unfollowed, main_reasons
from tieback.report.shortened import cut, cut_text, more_text
from tieback.report.texts.app_files import AppFiles, name_with_file
from tieback.report.texts.clean import clean
from tieback.report.texts.unprobed import some_names

MOST_PARTLY_READ = 20
"""Limit on the partly read apps that a report lists, and on the captures."""
MOST_DAMAGED = 20
"""Limit on the damaged inputs that are named one by one."""
_MOST_PLACES = 5
"""Limit on the places that are named for one reason."""
MOST_SEARCHED = 20_000
"""Partly read apps among which those with an error of tieback are searched."""


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
    return _counts(report.partly_read.count, sum(1 for _ in partly_read_captures(report)))


def _counts(apps: int, captures: int) -> str:
    counts = [count_text(apps, "app")] if apps else []
    counts += [count_text(captures, "capture")] if captures else []
    return " and ".join(counts)


def partly_read_lines(
    report: Report, most: int = MOST_PARTLY_READ, files: AppFiles | None = None
) -> Iterator[tuple[str, str]]:
    """Yield each partly read input, and the parts with their places; then the numbers of the others.

    Args:
        report: the report.
        most: limit on the apps, and on the captures.
        files: of its apps, if other parts of the output name them too.
    """
    apps = report.partly_read.first(most)
    same = (files or AppFiles(report)).of(apps)
    for app in apps:
        file = same.get(app.app.sha256, "")
        name = clean(f"{app.app.label} {app.app.version_name}".strip(), 80)
        yield name_with_file(name, file), unread_text(app)
    if more := more_text(report.partly_read.count - most, "app"):
        yield more, "see the JSON report"
    captures = partly_read_captures(report)
    for capture in islice(captures, most):
        yield clean(capture.path, 200), unread_text(capture)
    if more := more_text(sum(1 for _ in captures), "capture"):
        yield more, "see the JSON report"


def unread_text(summary: AppSummary | CaptureSummary) -> str:
    """The parts of an app or a capture that were not read, with their places."""
    parts = (
        clean(f"{one.what} ({places})" if (places := _places_in(one, summary.path)) else one.what, 300)
        for one in main_reasons(summary.unread, summary.path)
    )
    text = "; ".join(cut(parts, 3))
    return f"cut off or damaged: {text}" if summary.damaged else text


def _places_in(part: UnreadCode, path: str) -> str:
    """The places without the path of their capture, which the reader sees beside them."""
    names = [one.removeprefix(f"{path}: ") for one in part.places if one != path]
    return cut_text(names, _MOST_PLACES, count=len(names) + part.more)


NO_BACK_END = "no back end found"
"""Instead of the hosts of an app that was read, if it names none: that is no statement about its stores."""


def unread_words(summary: AppSummary, named: bool) -> str:
    """Short mark of a partly read app before the hosts that it names, or of one without any; empty for others."""
    if not summary.unread:
        return "" if named or summary.endpoints else NO_BACK_END
    mark = "damaged, partly read" if summary.damaged else "partly read"
    return f"{mark}; " if named else mark if summary.damaged else f"{mark}, see its traffic"


def unread_lists_text(head: Headline) -> str:
    """What it means that inputs were only partly read."""
    apps, captures = head.apps_partly_read or 0, head.captures_partly_read or 0
    if captures:
        return f"What {'it shows' if apps + captures == 1 else 'they show'} is not complete"
    return "Its list of back ends is not complete" if apps == 1 else "Their lists of back ends are not complete"


def unread_advice(head: Headline) -> str:
    """What to do about apps and captures that were only partly read; empty if there are none."""
    partly, damaged = head.apps_partly_read or 0, head.apps_damaged or 0
    advice = []
    if damaged:
        packages = "Its package is" if partly == 1 else count_text(damaged, "package is", "packages are")
        it = "it" if damaged == 1 else "them"
        advice.append(f"{packages} cut off or damaged: build or download {it} again.")
    if partly > damaged:
        advice.append(f"Capture {its_or_their(partly)} traffic to see the other back ends (tieback capture).")
    if cut_off := head.captures_damaged or 0:
        it = "it" if cut_off == 1 else "them"
        advice.append(f"{count_text(cut_off, 'capture is', 'captures are')} cut off or damaged: record {it} again.")
    return " ".join(advice)


def unread_reason(report: Report) -> str:
    """``2 apps and 1 capture only partly read``, and the first of them with the reason; empty if there are none.

    Inputs of which every part was searched are none of them: see ``unfollowed_reason``.
    """
    inputs = (one for one in partly_read_inputs(report) if not is_only_unfollowed(one.unread))
    names = (f"{one.path} ({unread_text(one)})" for one in inputs)
    apps = report.partly_read.count - sum(is_only_unfollowed(one.unread) for one in report.partly_read.rows())
    captures = sum(1 for _ in partly_read_captures(report))
    counts = _counts(apps, captures)
    return f"{counts} only partly read: {some_names(names, apps + captures)}" if counts else ""


def unfollowed_reason(report: Report) -> str:
    """``2 apps with code that was not followed to its end``, and the first of them; empty if there are none."""
    apps = (one for one in report.partly_read.rows() if any(map(_is_unfollowed, one.unread)))
    count = sum(any(map(_is_unfollowed, one.unread)) for one in report.partly_read.rows())
    names = some_names((f"{one.path} ({unread_text(one)})" for one in apps), count)
    return f"{count_text(count, 'app')} with code that was not followed to its end: {names}" if count else ""


def unfollowed_note(report: Report) -> str:
    """What ``--fail-on unread`` does not count; empty if it counts every partly read input."""
    count = sum(is_only_unfollowed(one.unread) for one in report.partly_read.rows())
    if not count:
        return ""
    apps = f"{count_text(count, 'app has', 'apps have')} code that was not followed to its end (a limit of tieback)"
    return f"{apps}. --fail-on unread does not count {'it' if count == 1 else 'them'}, --fail-on unfollowed does"


def _is_unfollowed(one: UnreadCode) -> bool:
    return one.kind is UnreadKind.UNFOLLOWED


def unread_errors(report: Report) -> Iterator[InputError]:
    """One error for each package and capture that is damaged or that tieback failed to read, up to a limit: what was
    read of them is in the report.
    """
    apps = (one for one in report.partly_read.rows() if one.damaged)
    yield from _errors(apps, report.headline.apps_damaged or 0, "package", "Build or download the package again")
    captures = (one for one in report.captures.rows() if one.damaged)
    count = report.headline.captures_damaged or 0
    yield from _errors(captures, count, "capture", "Record or export the capture again")
    partly = islice(report.partly_read.rows(), MOST_SEARCHED) if report.headline.apps_partly_read else ()
    for app in islice((one for one in partly if one.failed and not one.damaged), MOST_DAMAGED):
        yield InputError(unread_text(app), where=app.path)


def _errors(inputs: Iterable[AppSummary | CaptureSummary], count: int, noun: str, advice: str) -> Iterator[InputError]:
    for one in islice(inputs, MOST_DAMAGED) if count else ():
        yield InputError(unread_text(one), where=one.path, advice=advice)
    if (rest := count - MOST_DAMAGED) > 0:
        yield InputError("cut off or damaged", where=count_text(rest, f"more {noun}"), advice="The report lists them")
