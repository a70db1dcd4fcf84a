"""Rows of letters about cases."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime

import msgspec

from tieback.model.case import Letter
from tieback.pipeline.disclosure.sent_notes import SentNote, recipient_of


class LetterRow(msgspec.Struct, frozen=True, kw_only=True):
    """A letter in a list."""

    id: str
    kind: str
    language: str
    version: int
    vendor: str
    """ID."""
    vendor_name: str
    subject: str
    created: datetime
    due: date | None
    to: str
    """Its recipient, if a person named one; see ``recipient``."""
    recipient: str
    """To whom it goes, in words. Only some kinds go to the vendor."""
    cases: tuple[str, ...]
    sent: tuple[SentNote, ...]
    """Each time at which a person recorded that it was sent; empty if nobody did."""


def letter_rows(
    letters: Iterable[Letter], names: Mapping[str, str], sent: Mapping[str, Sequence[SentNote]]
) -> list[LetterRow]:
    """Letters as a list shows them, the latest first.

    Args:
        letters: the letters.
        names: names of vendors by ID.
        sent: when each was sent, by its ID.
    """
    rows = [
        LetterRow(
            id=one.id,
            kind=one.kind,
            language=one.language,
            version=one.version,
            vendor=one.vendor,
            vendor_name=names.get(one.vendor, one.vendor),
            subject=one.subject,
            created=one.created,
            due=one.due,
            to=one.to,
            recipient=recipient_of(one, names.get(one.vendor, one.vendor)),
            cases=one.cases,
            sent=tuple(sent.get(one.id, ())),
        )
        for one in letters
    ]
    return sorted(rows, key=lambda row: (row.created, row.id), reverse=True)
