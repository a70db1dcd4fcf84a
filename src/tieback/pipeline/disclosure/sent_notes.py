"""Which letters people sent, from the log of cases, and what recording that changes."""

from collections.abc import Mapping

import msgspec

from tieback.model.case import Letter
from tieback.storage.ledger.cases import Cases

STAYS = "The log of its cases records it. Their states and due dates stay."
EFFECTS: Mapping[str, str] = {
    "exposure": "Cases whose state permits it become notified. The dates of the letter become theirs. The request for "
    "the written confirmation counts as sent.",
    "reminder": "The due date of the letter becomes that of its cases. Their states stay.",
    "escalation": "Cases whose state permits it become escalated. The dates of the letter become theirs.",
    "provider": "Its recipient counts as informed. With the channel CERT, the CERT takes over cases whose state "
    "permits it.",
    "owners": STAYS,
    "removed": STAYS,
    "thanks": STAYS,
    "assurance": "The request counts as sent. Its answer is due on the date of the letter.",
}
"""What recording a letter of each kind as sent changes."""
_STAFF = {"owners": "our own people who have an app of", "removed": "our own people who had an app of"}


class SentNote(msgspec.Struct, frozen=True, kw_only=True):
    """A person recorded that the letter was sent."""

    on: str
    """Day on which it was sent."""
    channel: str
    """How it was sent."""
    by: str
    """Person who recorded it."""


def sent_notes(cases: Cases) -> dict[str, list[SentNote]]:
    """Each time at which a letter was sent, by the ID of the letter, the earliest entry first."""
    found: dict[str, list[SentNote]] = {}
    for line in cases.sent_letters():
        note = SentNote(on=line.fields["sent"], channel=line.fields.get("channel", ""), by=line.by)
        found.setdefault(line.fields.get("letter", ""), []).append(note)
    return found


def recipient_of(letter: Letter, vendor: str) -> str:
    """To whom a letter goes, in words; only some kinds go to the vendor with this name."""
    if letter.to:
        return letter.to
    if letter.kind in _STAFF:
        return f"{_STAFF[letter.kind]} {vendor}"
    return f"the hosting provider of a store of {vendor}" if letter.kind == "provider" else vendor
