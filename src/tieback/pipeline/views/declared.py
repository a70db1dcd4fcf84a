"""What the apps of a run declare about personal data, beside their traffic. Nothing here is a breach."""

import msgspec

from tieback.model.declaration import DeclaredItem, DeclaredState
from tieback.pipeline.views.index_builder import DeclaredFigures
from tieback.pipeline.views.listing import bounded_limit, decode_cursor, encode_cursor
from tieback.pipeline.views.records import DeclaredRow
from tieback.pipeline.views.run_index import open_index
from tieback.pipeline.views.run_state import RunState, find_run, show_run
from tieback.storage.page_index import Condition, PageIndex, words_condition
from tieback.storage.workspace import Workspace

MAX_TEXT = 200
"""Length of a search, in characters; the rest is ignored."""


class DeclaredFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which declarations of a run; each field that is set must match."""

    q: str = ""
    """Words of the type, domain, app or part."""
    state: DeclaredState | None = None
    kind: str = ""
    """``data`` or ``domain``."""
    app: str = ""
    """Key of the app."""


class DeclaredPage(msgspec.Struct, frozen=True, kw_only=True):
    """A page of what the apps of a run declare."""

    items: tuple[DeclaredRow, ...]
    next: str | None
    """Cursor of the next page, for ``after``; it keeps the run of this page."""
    total: int
    """Rows that the filters include."""
    run: RunState | None
    """``None`` if no run has finished."""
    declared: int
    """All rows of the run."""
    figures: DeclaredFigures


EMPTY = DeclaredPage(items=(), next=None, total=0, run=None, declared=0, figures=DeclaredFigures())


def list_declared(
    workspace: Workspace, which: DeclaredFilter, after: str = "", limit: int = 50, run: str = ""
) -> DeclaredPage:
    """A page of what the apps in captures of a run declare, by app, what was not seen first.

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
    figures = index.document("declared", DeclaredFigures)
    conditions = _conditions(which)
    start = [Condition("place > ?", (cursor[1],))] if cursor is not None else []
    rows = index.page("declared", DeclaredRow, "place", (*conditions, *start), "place", limit + 1)
    return DeclaredPage(
        items=tuple(one.document for one in rows[:limit]),
        # The place of the last row shown: the next page begins behind it.
        next=encode_cursor((shown.id, rows[limit - 1].key[0])) if len(rows) > limit else None,
        total=index.count("declared", conditions) if conditions else figures.rows,
        run=show_run(workspace, shown),
        declared=figures.rows,
        figures=figures,
    )


def declared_of_app(index: PageIndex, app: str, most: int) -> tuple[tuple[DeclaredItem, ...], int]:
    """The first declarations of an app, and the number of all."""
    which = [Condition("app = ?", (app,))]
    rows = index.page("declared", DeclaredRow, "place", which, "place", most)
    return tuple(one.document.item for one in rows), index.count("declared", which)


def _conditions(which: DeclaredFilter) -> list[Condition]:
    found = [words_condition("declared", which.q[:MAX_TEXT])] if which.q.strip() else []
    for name, value in (
        ("state", which.state.value if which.state is not None else ""),
        ("kind", which.kind),
        ("app", which.app),
    ):
        if value:
            found.append(Condition(f"{name} = ?", (value,)))
    return found
