"""The log of all cases, and the one of changes by the pages: append-only lines in a hash chain.

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

from tieback.model.case import Case, CaseState, LogLine, NewLogLine
from tieback.storage.ledger.tables import case_log

GENESIS = "0" * 64
MAX_TEXT = 20_000
"""Maximum characters of one field; longer text is truncated and marked."""
_MAX_FIELDS = 32
CASE_DIGEST = "case_sha256"
"""Field of the last log line about a case of each change: SHA-256 of the stored case after it."""


class LogVerdict(msgspec.Struct, frozen=True):
    """Result of verifying the whole log."""

    ok: bool
    """True if the log is intact and each case matches it."""
    lines: int
    """Number of valid lines from the start."""
    head: str
    """Hash of the last valid line."""
    why: str = ""
    """The problem with the next line, or with a case that does not match the log."""
    cases: int = 0
    """Number of cases that match the log."""


def append(connection: Connection, entries: Iterable[NewLogLine], now: datetime, log: sa.Table = case_log) -> None:
    """Append lines to a log in a write transaction."""
    last = connection.execute(sa.select(log.c.seq, log.c.hash).order_by(log.c.seq.desc()).limit(1))
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
        connection.execute(sa.insert(log), rows)


def with_digest(entries: Iterable[NewLogLine], key: str, document: str) -> tuple[NewLogLine, ...]:
    """Return the entries of a change of a case; the last one about it has the SHA-256 of the case after it."""
    lines = list(entries)
    at = next((at for at in range(len(lines) - 1, -1, -1) if lines[at].subject == key), None)
    if at is None:
        at = len(lines)
        lines.append(NewLogLine(key, "edited", {}))
    line = lines[at]
    # First, because only so many fields of a line are kept.
    lines[at] = NewLogLine(key, line.event, {CASE_DIGEST: digest_of(document), **line.fields}, line.by)
    return tuple(lines)


def digest_of(document: str) -> str:
    """SHA-256 of a document of the ledger."""
    return hashlib.sha256(document.encode()).hexdigest()


class CaseStates:
    """What the log says about each case, from its lines in order."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[str, str]] = {}
        """State and digest, if the log has them; both are of the last line that has any."""

    def add(self, line: LogLine) -> None:
        """Read the next line."""
        state, digest = self._known.get(line.subject, ("", ""))
        if line.event == "opened" and "store" in line.fields:
            state = CaseState.FOUND.value
        elif line.event == "state":
            state = line.fields.get("to", state)
        elif line.subject not in self._known:
            return
        self._known[line.subject] = (state, line.fields.get(CASE_DIGEST, digest))

    def problem(self, case: Case, row: tuple[str, str, str | None], document: str) -> str:
        """What differs between a case and the log; empty if nothing does.

        Args:
            case: the case.
            row: vendor, state and due date in the table.
            document: the stored text of the case.
        """
        if case.id not in self._known:
            return f"{case.id}: the log does not have it"
        state, digest = self._known.pop(case.id)
        if row != (case.vendor, case.state.value, case.due.isoformat() if case.due else None):
            return f"{case.id}: its row and its document differ"
        if state != case.state.value:
            return f"{case.id}: its state is {case.state}, but the log says {state}"
        if digest and digest != digest_of(document):
            return f"{case.id}: it was edited outside the log"
        return ""

    @property
    def missing(self) -> tuple[str, ...]:
        """Cases of the log that ``problem`` has not seen."""
        return tuple(sorted(self._known))


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
