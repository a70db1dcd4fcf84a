"""The log of all cases: lines that are only added, each with the hash of the one before.

``hash`` is the SHA-256 of the line's other members as a JSON array, ``prev`` the hash of the line before (64 zeros for
the first). An edit, a deletion, an insertion or another order shows. A log whose end was cut off is whole in itself:
compare its count and last hash with those that an export or ``tieback case verify`` gave earlier.
"""

import hashlib
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy import Connection

from tieback.model.case import Entry, LogLine
from tieback.storage.ledger.tables import case_log

GENESIS = "0" * 64
MAX_TEXT = 20_000
"""Characters of one field; what is longer is cut and says so."""
_MAX_FIELDS = 32


class LogVerdict(msgspec.Struct, frozen=True):
    """What a look over the whole log found."""

    ok: bool
    lines: int
    """Good lines from the start."""
    head: str
    """Hash of the last good line."""
    why: str = ""
    """What is wrong with the line after it."""


def append(connection: Connection, entries: Iterable[Entry], now: datetime) -> None:
    """Add lines inside a transaction that writes."""
    last = connection.execute(sa.select(case_log.c.seq, case_log.c.hash).order_by(case_log.c.seq.desc()).limit(1))
    row = last.one_or_none()
    seq, head = (0, GENESIS) if row is None else (row[0], row[1])
    time = now.astimezone(UTC).isoformat(timespec="microseconds")
    rows = []
    for entry in entries:
        seq += 1
        fields = _json({key: _bounded(value) for key, value in list(entry.fields.items())[:_MAX_FIELDS]})
        author = _bounded(entry.by)
        digest = _digest(seq, time, entry.subject, entry.event, author, fields, head)
        rows.append(
            {
                "seq": seq, "time": time, "subject": entry.subject, "event": entry.event, "author": author,
                "fields": fields, "prev": head, "hash": digest,
            }
        )  # fmt: skip
        head = digest
    if rows:
        connection.execute(sa.insert(case_log), rows)


def read(rows: Iterable[Any]) -> Iterator[LogLine]:
    """Lines of the table's rows, in the order of its columns."""
    for seq, time, subject, event, author, fields, prev, digest in rows:
        yield LogLine(
            seq, datetime.fromisoformat(time), subject, event, author, msgspec.json.decode(fields), prev, digest
        )


def follow(rows: Iterable[Any]) -> LogVerdict:
    """Follow the chain over all rows, in the order of their numbers."""
    good, head = 0, GENESIS
    for seq, time, subject, event, author, fields, prev, digest in rows:
        if seq != good + 1 or prev != head:
            return LogVerdict(False, good, head, f"line {seq} does not follow line {good}: lines are missing or moved")
        if digest != _digest(seq, time, subject, event, author, fields, prev):
            return LogVerdict(False, good, head, f"line {seq} was edited: its hash does not fit its content")
        good, head = seq, digest
    return LogVerdict(True, good, head)


def _digest(*members: object) -> str:
    return hashlib.sha256(msgspec.json.encode(members)).hexdigest()


def _json(fields: dict[str, str]) -> str:
    return msgspec.json.encode(fields, order="deterministic").decode()


def _bounded(text: str) -> str:
    text = text.encode("utf-8", "backslashreplace").decode()
    return text if len(text) <= MAX_TEXT else f"{text[:MAX_TEXT]}… ({len(text)} characters)"
