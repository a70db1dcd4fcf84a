"""Due dates as a calendar file (iCalendar, RFC 5545): one to-do and one event per case and per pending vendor answer.

``DUE`` of a to-do is the due day itself: only ``DTEND`` of an event is exclusive (3.6.1, 3.8.2.3). A to-do has no
``DTSTART``, because it would have to be before ``DUE``. Calendars without to-dos (Google, Outlook) show the event.
Identifiers are stable across exports.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime

from tieback.model.case import Case
from tieback.model.vendor import AssuranceAnswer, Vendor
from tieback.report.shortened import cut_text

_MAX_OCTETS = 75


def to_ics(cases: Iterable[Case], names: Mapping[str, str], now: datetime, vendors: Iterable[Vendor] = ()) -> bytes:
    """Return a calendar of all cases with a due date and all vendors with a pending assurance request.

    Args:
        cases: all cases; closed ones are left out.
        names: vendor names by id.
        now: time stamp of the export.
        vendors: all vendors; those that answered or received no request are left out.
    """
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//tieback//cases//EN", "CALSCALE:GREGORIAN"]
    for case in cases:
        if case.due is not None and case.active:
            store = case.store
            where = f"{store.product} at {cut_text(store.targets, 2)}"
            what = f"{names.get(case.vendor, case.vendor)}: {case.state.value.replace('_', ' ')}, {where}"
            lines += _entries(case.id, case.due, what, f"Case {case.id}, in this state since {case.since.date()}.", now)
        for number, party in enumerate(case.parties if case.active else ()):
            if party.due is not None:
                what = f"{party.name}: {party.state.value.replace('_', ' ')}, case {case.id}"
                more = f"{party.role.value.title()} of case {case.id}, in this state since {party.since.date()}."
                lines += _entries(f"{case.id}-party-{number}", party.due, what, more, now)
    for vendor in vendors:
        if vendor.due is not None and vendor.asked is not None and vendor.answer is AssuranceAnswer.NONE:
            what = f"{vendor.name}: answer to the assurance request is due"
            lines += _entries(
                vendor.id, vendor.due, what, f"Vendor {vendor.id}, assurance requested on {vendor.asked}.", now
            )
    lines.append("END:VCALENDAR")
    return b"".join(folded for line in lines for folded in _fold(line))


def _entries(key: str, due: date, what: str, more: str, now: datetime) -> Iterator[str]:
    stamp = now.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
    common = (f"DTSTAMP:{stamp}", f"SUMMARY:{_text(what)}", f"DESCRIPTION:{_text(more)}")
    alarm = ("BEGIN:VALARM", "ACTION:DISPLAY", f"DESCRIPTION:{_text(what)}")
    yield "BEGIN:VTODO"
    yield f"UID:{key}@tieback"
    yield from common
    yield f"DUE;VALUE=DATE:{due:%Y%m%d}"
    yield "STATUS:NEEDS-ACTION"
    yield from alarm
    yield "TRIGGER;RELATED=END:-P1D"
    yield "END:VALARM"
    yield "END:VTODO"
    yield "BEGIN:VEVENT"
    yield f"UID:{key}-event@tieback"
    yield from common
    yield f"DTSTART;VALUE=DATE:{due:%Y%m%d}"
    yield f"DTEND;VALUE=DATE:{due.fromordinal(due.toordinal() + 1):%Y%m%d}"
    yield "TRANSP:TRANSPARENT"
    yield from alarm
    yield "TRIGGER:-P1D"
    yield "END:VALARM"
    yield "END:VEVENT"


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
