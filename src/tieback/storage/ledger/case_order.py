"""The order of cases: the most urgent first."""

from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Annotated

import msgspec
import sqlalchemy as sa

from tieback.model.exposure import Severity
from tieback.storage.ledger.tables import cases

Whole = Annotated[int, msgspec.Meta(ge=-(2**62), le=2**62)]
"""A number that every database can store; a key may come from a user."""
type CaseKey = tuple[str, Whole, Whole, str]
"""Due date (``9999-99-99`` without one, which is last), rank of the severity and records negated, ID."""

DUE = sa.func.coalesce(cases.c.due, "9999-99-99")


class _Records(msgspec.Struct, frozen=True):
    value: int = 0


class _Store(msgspec.Struct, frozen=True):
    severity: Severity = Severity.INFO
    records: _Records = _Records()


class _Head(msgspec.Struct, frozen=True):
    store: _Store = _Store()


def by_urgency(rows: Iterable[tuple[str, str, str]]) -> Iterator[tuple[CaseKey, str]]:
    """The key and the document of each case, by due date, then severity, then records.

    Cases that were opened together have the same due date: only these are in memory at the same time.

    Args:
        rows: due date, ID and document, by due date.
    """
    reader = msgspec.json.Decoder(_Head)
    for _, some in groupby(rows, key=lambda row: row[0]):
        yield from sorted((_key(reader, *row), row[2]) for row in some)


def _key(reader: msgspec.json.Decoder[_Head], due: str, ident: str, document: str) -> CaseKey:
    try:
        store = reader.decode(document).store
    except (
        msgspec.MsgspecError,
        UnicodeDecodeError,
        RecursionError,
    ):  # of another release; whoever decodes all of it says so
        store = _Store()
    return due, -store.severity.rank, -min(store.records.value, 2**62), ident
