"""Rows of letters about cases."""

from collections.abc import Iterable
from datetime import date, datetime

import msgspec

from tieback.model.case import Letter


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
    cases: tuple[str, ...]


def letter_rows(letters: Iterable[Letter], names: dict[str, str]) -> list[LetterRow]:
    """Letters as a list shows them, the latest first."""
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
            cases=one.cases,
        )
        for one in letters
    ]
    return sorted(rows, key=lambda row: (row.created, row.id), reverse=True)
