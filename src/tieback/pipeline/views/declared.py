"""What the apps of a run declare about personal data, beside their traffic. Nothing here is a breach."""

import msgspec

from tieback.model.declaration import DeclaredItem, DeclaredState
from tieback.pipeline.views.index_figures import DeclaredFigures
from tieback.pipeline.views.records import DeclaredRow
from tieback.pipeline.views.run_rows import conditions_of, rows_of_run
from tieback.pipeline.views.run_state import RunState
from tieback.storage.page_index import Condition, PageIndex
from tieback.storage.workspace import Workspace


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
    found = rows_of_run(workspace, "declared", (DeclaredRow, DeclaredFigures), _conditions(which), after, limit, run)
    if found is None:
        return EMPTY
    return DeclaredPage(
        items=found.items,
        next=found.next,
        total=found.total,
        run=found.run,
        declared=found.figures.rows,
        figures=found.figures,
    )


def declared_of_app(index: PageIndex, app: str, most: int) -> tuple[tuple[DeclaredItem, ...], int]:
    """The first declarations of an app, and the number of all."""
    which = [Condition("app = ?", (app,))]
    rows = index.page("declared", DeclaredRow, "place", which, "place", most)
    return tuple(one.document.item for one in rows), index.count("declared", which)


def _conditions(which: DeclaredFilter) -> list[Condition]:
    state = which.state.value if which.state is not None else ""
    return conditions_of("declared", which.q, {"state": state, "kind": which.kind, "app": which.app})
