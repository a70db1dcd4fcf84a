"""The log of all cases, and lines of it."""

from collections.abc import Iterable
from datetime import datetime

import msgspec

from tieback.model.case import LogLine
from tieback.pipeline.views.listing import DEFAULT_LIMIT, Listing, bounded_limit, cut, decode_cursor
from tieback.storage.ledger.case_log import CASE_DIGEST
from tieback.storage.ledger.case_order import Whole
from tieback.storage.ledger.pages import log_page
from tieback.storage.workspace import Workspace


class CaseLine(msgspec.Struct, frozen=True, kw_only=True):
    """A line of the log of cases."""

    seq: int
    time: datetime
    subject: str
    """ID of the case or vendor."""
    event: str
    by: str
    text: str
    """Its fields as text."""
    hash: str


def case_lines(lines: Iterable[LogLine]) -> tuple[CaseLine, ...]:
    """Lines of the log as pages show them."""
    return tuple(
        CaseLine(
            seq=line.seq,
            time=line.time,
            subject=line.subject,
            event=line.event,
            by=line.by,
            text="; ".join(f"{name} {value}" for name, value in line.fields.items() if name != CASE_DIGEST),
            hash=line.hash,
        )
        for line in lines
    )


class CaseLog(Listing[CaseLine], frozen=True, kw_only=True):
    """The log of all cases and vendors, the latest line first, and the result of verifying it."""

    ok: bool
    """True if the chain is intact and each case is as the log says."""
    why: str
    """The problem, if it is not."""
    lines: int
    """Lines from the start that are intact."""
    head: str
    """Hash of the last of these. Store it elsewhere: a shortened log can be detected only with it."""
    cases: int
    """Cases that match the log."""


def show_case_log(workspace: Workspace, *, after: str = "", limit: int = DEFAULT_LIMIT) -> CaseLog:
    """Verify the whole log of cases, and show its latest lines.

    Raises:
        UsageError: a wrong cursor or limit.
        WorkspaceError: the workspace cannot be read.
    """
    limit = bounded_limit(limit)
    database = workspace.ledger.database
    before = decode_cursor(after, tuple[Whole])[0] if after else None
    verdict = workspace.ledger.cases.verify()
    rows, following = cut(log_page(database, before, limit + 1), limit, lambda line: (line.seq,))
    return CaseLog(
        items=case_lines(rows),
        next=following,
        total=None,
        ok=verdict.ok,
        why=verdict.why,
        lines=verdict.lines,
        head=verdict.head,
        cases=verdict.cases,
    )
