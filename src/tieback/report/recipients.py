"""Texts of the table of recipients: which party received which class of personal data. Never a value."""

from collections.abc import Collection, Iterable, Iterator
from datetime import UTC, datetime

from tieback.model.count_text import count_text
from tieback.model.endpoint import Party
from tieback.model.flow import PARTLY_SEARCHED
from tieback.model.report.captures import AppMatch, Recipient
from tieback.model.report.document import Report
from tieback.report.shortened import fit_text, more_text
from tieback.report.texts.captures import class_name
from tieback.report.texts.clean import clean

COLUMNS = (
    "party", "owner", "host", "sdk", "provider", "country", "app", "bundle_id", "app_sha256", "class", "kind", "where",
    "channels", "confidence", "count", "flows", "in_clear", "first", "last", "tracker", "capture", "declared",
    "declared_by", "tracking_domain_of", "tracking_denied", "app_match",
    "encryption_stated",
)  # fmt: skip
"""Columns of the table as CSV: the fields of ``Recipient``."""
LONGEST_CELL = 2_000
"""Limit on the characters of a cell of the table."""
MOST_RECEIVED = 8
"""Number of classes that a sentence names."""
TITLE = "Recipients of personal data"
_PARTIES = {
    Party.FIRST: "app's maker",
    Party.THIRD: "third party",
    Party.PLATFORM: "platform",
    Party.UNKNOWN: "unknown",
}
_MATCHES = {
    AppMatch.PROCESS_NAME: "known by its process name",
    AppMatch.SEVERAL_APPS: "app unknown: several apps of the run have this process name",
    AppMatch.COMMON_NAME: "app unknown: many apps have this process name",
}


def recipient_cells(one: Recipient) -> tuple[str, ...]:
    """A row of the table, in the order of ``COLUMNS``."""
    return (
        one.party.value, one.owner, one.host, one.sdk, one.provider, one.country, one.app, one.bundle_id,
        one.app_sha256, one.pii_class, one.kind, _list(one.where), _list(one.channels),
        f"{one.confidence:.2f}", str(one.count), str(one.flows), str(one.in_clear), _stamp(one.first),
        _stamp(one.last), one.tracker, one.capture, one.declared.value, _list(one.declared_by),
        _list(one.tracking_domain_of), str(one.tracking_denied).lower(), one.app_match.value,
        str(one.encryption_stated).lower(),
    )  # fmt: skip


def _list(entries: Iterable[str]) -> str:
    return fit_text(entries, LONGEST_CELL)


def party_text(one: Recipient) -> str:
    """The owner of a host and its relation to the app, such as ``Adjust (third party)``."""
    name = clean(one.sdk or one.owner or one.host, 80)
    return f"{name} ({_PARTIES[one.party]})"


def match_text(one: Recipient) -> str:
    """On what the app of a row rests if the capture names only a process; empty otherwise."""
    return _MATCHES.get(one.app_match, "")


def sender_text(one: Recipient) -> str:
    """The app that sent it, such as ``Shop (by the name of the process)``."""
    name = clean(one.app or one.bundle_id, 80) or "unknown"
    how = match_text(one)
    return f"{name} ({how})" if how else name


def class_text(one: Recipient) -> str:
    """The class with its kind, such as ``device identifiers: advertising identifier``."""
    name = class_name(one.pii_class)
    return clean(f"{name}: {one.kind}" if one.kind else name, 80)


def where_text(one: Recipient) -> str:
    """The first places in the messages, and how many more there are."""
    shown = ", ".join(clean(where, 80) for where in one.where[:2])
    return f"{shown} {more_text(len(one.where) - 2)}".rstrip()


def wire_text(one: Recipient) -> str:
    """Whether others on the path could read it."""
    if not one.in_clear:
        return "encrypted"
    return (
        "in the clear"
        if one.in_clear == one.flows
        else f"in the clear in {one.in_clear:,} of {count_text(one.flows, 'flow')}"
    )


def first_text(one: Recipient) -> str:
    """When it was first seen, in UTC; empty if the capture has no times."""
    return _stamp(one.first)[:16].replace("T", " ")


def content_text(
    read: int,
    with_data: int,
    unreadable: int,
    flows: int,
    not_examined: int = 0,
    received: Collection[str] = (),
    others: int = 0,
    longer: int = 0,
    not_sent: int = 0,
    quic: int = 0,
) -> str:
    """How much content was readable: "nothing found" and "nothing readable" are different answers.

    Args:
        read: flows in which content of the app was read.
        with_data: those in which the app sent personal data or credentials.
        unreadable: flows that are encrypted without keys.
        flows: all flows with servers.
        not_examined: flows that an earlier release read.
        received: classes that the app received in cleartext.
        longer: flows that were read and of which only a part was searched.
        not_sent: flows of which nothing was sent to the server.
        quic: those of the encrypted ones that are QUIC: no keys decrypt them here.
        others: further flows that are not in ``flows``, because no app chose their servers.
    """
    parts = []
    if read:
        parts.append(f"{count_text(read, 'flow')} read: {sent_text(read, with_data)}")
    if longer:
        parts.append(f"{count_text(longer, 'of them was', 'of them were')} searched only in part: {PARTLY_SEARCHED}")
    if received:
        parts.append(received_text(received))
    if unreadable > quic:
        count = count_text(unreadable - quic, "flow")
        parts.append(f"{count} encrypted without keys: nothing readable, contents unknown")
    if quic:
        parts.append(f"{count_text(quic, 'flow')} of QUIC, which is not decrypted: contents unknown")
    if not_examined:
        parts.append(f"{count_text(not_examined, 'flow')} not examined for personal data: read them again")
    if not_sent:
        parts.append(f"{count_text(not_sent, 'flow')} refused or without a connection: nothing was sent")
    rest = flows - read - unreadable - not_examined - not_sent
    if rest > 0:
        parts.append(f"{count_text(rest, 'flow')} without content that tieback reads")
    if others:
        parts.append(f"{count_text(others, 'flow')} of name resolution, discovery or time not counted")
    return "; ".join(parts)


def sent_text(read: int, with_data: int) -> str:
    """In how many of the flows that were read the app sent something: ``received_text`` is the other direction."""
    what = "personal data or credentials"
    if not with_data:
        return f"no {what} found in what the app sent"
    if with_data == read:
        return f"{what} sent in {'it' if read == 1 else 'all of them'}"
    return f"{what} sent in {with_data:,}, none found in {read - with_data:,}"


def received_text(received: Collection[str]) -> str:
    """``2 classes received in cleartext: email, phone``, at most ``MOST_RECEIVED`` of them by name."""
    names = [class_name(one) for one in sorted(received)]
    more = f" and {len(names) - MOST_RECEIVED:,} more" if len(names) > MOST_RECEIVED else ""
    classes = count_text(len(names), "class", "classes")
    return f"{classes} received in cleartext: {'; '.join(names[:MOST_RECEIVED])}{more}"


def coverage_lines(report: Report) -> Iterator[str]:
    """One sentence on what was read in all captures."""
    read = with_data = unreadable = flows = not_examined = others = longer = not_sent = quic = 0
    received: set[str] = set()
    for one in report.captures.rows():
        read += one.read
        with_data += one.with_data
        unreadable += one.unreadable
        flows += one.flows - one.others
        others += one.others
        longer += one.longer
        not_examined += one.not_examined
        not_sent += one.not_sent
        quic += one.quic
        received.update(one.received)
    text = content_text(read, with_data, unreadable, flows, not_examined, received, others, longer, not_sent, quic)
    if text:
        yield f"{text}."
    if partly := sum(bool(one.unread) for one in report.captures.rows()):
        yield f"{count_text(partly, 'capture')} only partly read: what was sent in the other parts is not known."


def _stamp(seconds: float) -> str:
    if seconds <= 0:
        return ""
    try:
        return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds")
    except (OverflowError, OSError, ValueError):
        return ""
