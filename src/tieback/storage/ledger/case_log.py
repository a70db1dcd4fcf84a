"""The log of all cases: append-only lines in a hash chain.

``hash`` is the SHA-256 of the line's other members as a JSON array, ``prev`` the hash of the previous line (64 zeros
for the first). Edits, deletions, insertions and reordering are therefore detectable. Truncation is not: compare the
count and the last hash with those of an earlier export or ``tieback case verify``.
"""

import hashlib
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy import Connection

from tieback.model.case import LogLine, NewLogLine
from tieback.storage.ledger.tables import case_log

GENESIS = "0" * 64
MAX_TEXT = 20_000
"""Maximum characters of one field; longer text is truncated and marked."""
_MAX_FIELDS = 32


class LogVerdict(msgspec.Struct, frozen=True):
    """Result of verifying the whole log."""

    ok: bool
    lines: int
    """Number of valid lines from the start."""
    head: str
    """Hash of the last valid line."""
    why: str = ""
    """The problem with the next line."""


def append(connection: Connection, entries: Iterable[NewLogLine], now: datetime) -> None:
    """Append lines in a write transaction."""
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
    """The log lines in table rows with their column order."""
    for seq, time, subject, event, author, fields, prev, digest in rows:
        yield LogLine(
            seq, datetime.fromisoformat(time), subject, event, author, msgspec.json.decode(fields), prev, digest
        )


def verify_chain(rows: Iterable[Any]) -> LogVerdict:
    """Verify the chain over all rows, in the order of their numbers."""
    good, head = 0, GENESIS
    for seq, time, subject, event, author, fields, prev, digest in rows:
        if seq != good + 1 or prev != head:
            return LogVerdict(False, good, head, f"line {seq} does not follow line {good}: lines are missing or moved")
        if digest != _digest(seq, time, subject, event, author, fields, prev):
            return LogVerdict(False, good, head, f"line {seq} was edited: the hash does not match the content")
        good, head = seq, digest
    return LogVerdict(True, good, head)


def _digest(*members: object) -> str:
    return hashlib.sha256(msgspec.json.encode(members)).hexdigest()


def _json(fields: dict[str, str]) -> str:
    return msgspec.json.encode(fields, order="deterministic").decode()


def _bounded(text: str) -> str:
    text = text.encode("utf-8", "backslashreplace").decode()
    return text if len(text) <= MAX_TEXT else f"{text[:MAX_TEXT]}… ({len(text)} characters)"
