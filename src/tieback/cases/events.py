"""Case events: one JSON document per event, mail, and webhook bodies in generic, Slack and Microsoft Teams format.

Slack: https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks/ (``text``, with ``& < >`` escaped).
Teams: https://learn.microsoft.com/en-us/connectors/teams/ (a message with one Adaptive Card). Both follow the
documentation; neither was tested against the service.
"""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from email.message import EmailMessage
from email.policy import SMTP
from typing import Any

import msgspec

from tieback.cases.comparison import comparison_lines
from tieback.model.case import Case, CaseState, RecheckVerdict
from tieback.model.count_text import form_for
from tieback.model.document import encode
from tieback.model.figure import Quality
from tieback.report.shortened import cut, cut_text
from tieback.report.texts.clean import clean
from tieback.report.texts.stores import store_name

MOST_PLACES = 20
"""Limit on the locations in an event."""
MOST_REASONS = 12


class CaseEvent(msgspec.Struct, frozen=True):
    """An event of one case."""

    id: str
    """Stable id: the same event has the same id, so that it is delivered once."""
    time: datetime
    """When it happened (UTC)."""
    kind: str
    """``check``, ``state``, or ``late`` if its due day has passed."""
    case: str
    """ID of the case."""
    vendor: str
    """Name of the vendor."""
    state: CaseState
    """State of the case now."""
    before: CaseState
    """State before the event."""
    store: str
    """Product and version."""
    places: tuple[str, ...]
    """Locations of the store: ``address:port``."""
    severity: str
    """Severity of the store when the case was opened."""
    news: bool
    """True if something changed since the previous event; webhooks receive only such events."""
    verdict: RecheckVerdict | None = None
    """Result of the re-check; ``None`` for other events."""
    records: int | None = None
    """Number of records readable without authentication now; ``None`` if not measured."""
    records_quality: Quality | None = None
    """How good this number is; ``None`` if not measured."""
    records_change: int | None = None
    """Change since the case was opened; ``None`` if either number was not measured."""
    reasons: tuple[str, ...] = ()
    """Signs that led to the verdict."""
    due: date | None = None
    """Due day of the next action, if the case is late."""
    compared: tuple[str, ...] = ()
    """Personal data and credentials, compared with those when the case was opened."""

    places_left_out: int = 0
    """Number of places above the limit of ``places``."""
    reasons_left_out: int = 0
    """Number of reasons above the limit of ``reasons``."""

    def first_reasons(self, most: int) -> list[str]:
        """The first reasons, and the number of the others."""
        return cut(self.reasons, most, count=len(self.reasons) + self.reasons_left_out, one="reason")

    @property
    def summary(self) -> str:
        """The event as one line of text."""
        where = cut_text(self.places, 2, count=len(self.places) + self.places_left_out)
        verdict = "" if self.verdict is None else f" {self.verdict.value.replace('_', ' ')}"
        grown = (
            ""
            if not self.records_change
            else f" ({self.records_change:+,} {form_for(abs(self.records_change), 'record', 'records')})"
        )
        state = self.state.value.replace("_", " ")
        if self.due is not None:
            state = f"{state}, late: due on {self.due}"
        moved = f"{self.before.value.replace('_', ' ')} → {state}" if self.before is not self.state else state
        return clean(f"{self.vendor}: {self.store} at {where}:{verdict}{grown}; {self.case}: {moved}", 500)


def case_event(before: Case, after: Case, vendor: str, kind: str, time: datetime) -> CaseEvent:
    """Create the event of a change of a case.

    Args:
        before: the case before the change.
        after: the case after the change.
        vendor: name of the vendor.
        kind: ``check`` for a re-check, ``late`` for a due day that has passed, otherwise ``state``.
        time: time of the change.
    """
    check = after.check if kind == "check" else None
    places = (after.open_places if check else ()) or after.all_places
    reasons = check.reasons if check else ()
    old = before.check.verdict if before.check is not None else RecheckVerdict.OPEN
    late = kind == "late"
    news = late or before.state is not after.state or (check is not None and check.verdict is not old)
    key = f"{after.id}\0{kind}\0{time.isoformat()}\0{after.state}\0{check.verdict if check else ''}"
    return CaseEvent(
        id=f"event-{hashlib.sha256(key.encode()).hexdigest()[:24]}",
        time=time,
        kind=kind,
        case=after.id,
        vendor=clean(vendor, 200),
        state=after.state,
        before=before.state,
        store=store_name(after.store),
        places=places[:MOST_PLACES],
        places_left_out=max(len(places) - MOST_PLACES, 0),
        severity=after.store.severity.value,
        news=news,
        verdict=check.verdict if check else None,
        records=check.records.value if check and check.records else None,
        records_quality=check.records.quality if check and check.records else None,
        records_change=check.records_change if check else None,
        due=after.due if late else None,
        reasons=tuple(clean(reason, 300) for reason in reasons[:MOST_REASONS]),
        reasons_left_out=max(len(reasons) - MOST_REASONS, 0),
        compared=tuple(clean(line, 300) for line in comparison_lines(check.compared))
        if check and check.compared
        else (),
    )


def to_generic(event: CaseEvent) -> bytes:
    """Encode the event as a JSON document."""
    return encode("case-event", event)


def to_slack(event: CaseEvent) -> bytes:
    """Encode the event as the body of a Slack incoming webhook."""
    lines = [event.summary, *(f"• {reason}" for reason in event.first_reasons(5))]
    text = "\n".join(line.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;") for line in lines)
    return msgspec.json.encode({"text": text})


def to_teams(event: CaseEvent) -> bytes:
    """Encode the event as a Teams message with one card."""
    facts = [{"title": "State", "value": event.state.value}, {"title": "Severity", "value": event.severity}]
    if event.verdict is not None:
        facts.append({"title": "Re-check", "value": event.verdict.value})
    blocks: list[dict[str, Any]] = [
        {"type": "TextBlock", "text": _plain(event.summary), "wrap": True, "weight": "Bolder"},
        {"type": "FactSet", "facts": facts},
    ]
    blocks += [{"type": "TextBlock", "text": _plain(reason), "wrap": True} for reason in event.first_reasons(5)]
    card = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "body": blocks,
    }
    attachment = {"contentType": "application/vnd.microsoft.card.adaptive", "content": card}
    return msgspec.json.encode({"type": "message", "attachments": [attachment]})


def _plain(text: str) -> str:
    """Text without Markdown links: cards interpret some Markdown, and the text may come from others."""
    return text.replace("[", "(").replace("]", ")").replace("*", "·").replace("_", "\\_")


def to_mail(event: CaseEvent, sender: str, recipients: Sequence[str]) -> bytes:
    """Encode the event as a message (RFC 5322) with CRLF; its Message-ID is that of the event."""
    message = EmailMessage(policy=SMTP)
    message["From"] = sender
    message["To"] = ", ".join(recipients)
    message["Subject"] = clean(event.summary, 200)
    message["Date"] = event.time
    message["Message-ID"] = f"<{event.id}@tieback.invalid>"
    message["Auto-Submitted"] = "auto-generated"
    lines = [event.summary, "", *(f"- {line}" for line in (*event.first_reasons(MOST_REASONS), *event.compared))]
    message.set_content("\n".join((*lines, "", f"Case {event.case}, severity {event.severity}.")) + "\n")
    return message.as_bytes()


STYLES: Mapping[str, Callable[[CaseEvent], bytes]] = {"generic": to_generic, "slack": to_slack, "teams": to_teams}
"""Encoders by the ``style`` of a webhook."""
