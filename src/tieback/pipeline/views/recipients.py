"""Recipients of a run: which party received which class of personal data from which app."""

import msgspec

from tieback.model.declaration import Declared
from tieback.model.endpoint import Party
from tieback.model.report import Recipient
from tieback.pipeline.views.index_builder import RecipientFigures
from tieback.pipeline.views.listing import bounded_limit, decode_cursor, encode_cursor
from tieback.pipeline.views.records import RecipientRow
from tieback.pipeline.views.run_index import open_index
from tieback.pipeline.views.run_state import RunState, find_run, show_run
from tieback.storage.page_index import Condition, PageIndex, words_condition
from tieback.storage.workspace import Workspace

MAX_TEXT = 200
"""Length of a search, in characters; the rest is ignored."""


class RecipientFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which recipients of a run; each field that is set must match."""

    q: str = ""
    """Words of the host, owner, app or class."""
    party: Party | None = None
    pii_class: str = ""
    owner: str = ""
    app: str = ""
    """Key of the app."""
    in_clear: bool | None = None
    declared: Declared | None = None


class RecipientsPage(msgspec.Struct, frozen=True, kw_only=True):
    """A page of the recipients of a run."""

    items: tuple[RecipientRow, ...]
    next: str | None
    """Cursor of the next page, for ``after``; it keeps the run of this page."""
    total: int
    """Recipients that the filters include."""
    run: RunState | None
    """``None`` if no run has finished."""
    recipients: int
    """All rows of the run."""
    figures: RecipientFigures
    """What was readable in all captures of the run, and the values of the filters."""


EMPTY = RecipientsPage(items=(), next=None, total=0, run=None, recipients=0, figures=RecipientFigures())


def list_recipients(
    workspace: Workspace, which: RecipientFilter, after: str = "", limit: int = 50, run: str = ""
) -> RecipientsPage:
    """A page of the recipients of a run, third parties first.

    Args:
        workspace: an open workspace.
        which: filters.
        after: cursor of an earlier page.
        limit: maximum number of rows.
        run: ID of the run; default: the run of the cursor, or the last finished one.

    Raises:
        UsageError: the limit, the cursor or the run is invalid.
        WorkspaceError: the workspace cannot be read.
    """
    limit = bounded_limit(limit)
    cursor = decode_cursor(after, tuple[str, int]) if after else None
    if cursor is not None:
        run = run or cursor[0]
    shown = find_run(workspace, run)
    if shown is None:
        return EMPTY
    index = open_index(workspace, shown)
    figures = index.document("recipients", RecipientFigures)
    conditions = _conditions(which)
    start = [Condition("place > ?", (cursor[1],))] if cursor is not None else []
    rows = index.page("recipients", RecipientRow, "place", (*conditions, *start), "place", limit + 1)
    more = len(rows) > limit
    return RecipientsPage(
        items=tuple(one.document for one in rows[:limit]),
        next=encode_cursor((shown.id, rows[limit - 1].key[0])) if more else None,
        total=index.count("recipients", conditions) if conditions else figures.rows,
        run=show_run(workspace, shown),
        recipients=figures.rows,
        figures=figures,
    )


def recipients_of_app(index: PageIndex, app: str, most: int) -> tuple[tuple[Recipient, ...], int]:
    """The first recipients of an app, and the number of all."""
    which = [Condition("app = ?", (app,))]
    rows = index.page("recipients", RecipientRow, "place", which, "place", most)
    return tuple(one.document.recipient for one in rows), index.count("recipients", which)


def _conditions(which: RecipientFilter) -> list[Condition]:
    found = [words_condition("recipients", which.q[:MAX_TEXT])] if which.q.strip() else []
    for name, value in (
        ("party", which.party.value if which.party is not None else ""),
        ("class", which.pii_class),
        ("owner", which.owner),
        ("app", which.app),
        ("declared", which.declared.value if which.declared is not None else ""),
    ):
        if value:
            found.append(Condition(f"{name} = ?", (value,)))
    if which.in_clear is not None:
        found.append(Condition("in_clear > 0" if which.in_clear else "in_clear = 0"))
    return found
