"""Due dates as a calendar file (iCalendar, RFC 5545): a to-do for each case, stable over exports."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime

from tieback.model.case import Case

_MAX_OCTETS = 75


def ics(cases: Iterable[Case], names: Mapping[str, str], now: datetime) -> bytes:
    """One calendar of all cases that have a due date.

    Args:
        cases: any; closed ones are left out.
        names: vendors' names by id.
        now: the time stamp of the export.
    """
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//tieback//cases//EN", "CALSCALE:GREGORIAN"]
    for case in cases:
        if case.due is not None and case.active:
            lines += _todo(case, names.get(case.vendor, case.vendor), now)
    lines.append("END:VCALENDAR")
    return b"".join(folded for line in lines for folded in _fold(line))


def _todo(case: Case, vendor: str, now: datetime) -> Iterator[str]:
    assert case.due is not None
    stamp = now.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
    store = case.store
    what = f"{vendor}: {case.state.value.replace('_', ' ')}, {store.product} at {', '.join(store.targets[:2])}"
    yield "BEGIN:VTODO"
    yield f"UID:{case.id}@tieback"
    yield f"DTSTAMP:{stamp}"
    yield f"DTSTART;VALUE=DATE:{case.due:%Y%m%d}"
    yield f"DUE;VALUE=DATE:{case.due.fromordinal(case.due.toordinal() + 1):%Y%m%d}"
    yield f"SUMMARY:{_text(what)}"
    yield f"DESCRIPTION:{_text(f'Case {case.id}, since {case.since.date()} in this state.')}"
    yield "STATUS:NEEDS-ACTION"
    yield "BEGIN:VALARM"
    yield "ACTION:DISPLAY"
    yield f"DESCRIPTION:{_text(what)}"
    yield "TRIGGER:-P1D"
    yield "END:VALARM"
    yield "END:VTODO"


def _text(text: str) -> str:
    """A TEXT value (3.3.11): escaped, on one line, without control characters."""
    escaped = text.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    escaped = escaped.replace("\r\n", "\\n").replace("\n", "\\n")
    return "".join(sign if sign >= " " and sign != "\x7f" else " " for sign in escaped)


def _fold(line: str) -> Iterator[bytes]:
    """Lines of at most 75 octets (3.1), never cut inside a character."""
    part, size = "", 0
    for sign in line:
        octets = len(sign.encode("utf-8", "replace"))
        if size + octets > _MAX_OCTETS:
            yield part.encode("utf-8", "replace") + b"\r\n"
            part, size = " ", 1
        part += sign
        size += octets
    yield part.encode("utf-8", "replace") + b"\r\n"
