"""A table of a run in pages: the rows that match the filters, in the order of their places."""

from collections.abc import Mapping
from typing import Protocol

import msgspec

from tieback.pipeline.views.listing import bounded_limit, decode_cursor, encode_cursor
from tieback.pipeline.views.run_index import open_index
from tieback.pipeline.views.run_state import RunState, find_run, show_run
from tieback.storage.page_index import Condition, words_condition
from tieback.storage.workspace import Workspace

MAX_TEXT = 200
"""Length of a search, in characters; the rest is ignored."""


class TableFigures(Protocol):
    """Figures of a whole table."""

    @property
    def rows(self) -> int:
        """All rows of the run."""


class RunRows[R, F: TableFigures](msgspec.Struct, frozen=True, kw_only=True):
    """Some rows of a table of a run."""

    items: tuple[R, ...]
    next: str | None
    """Cursor of the next page, for ``after``; it keeps the run of this page."""
    total: int
    """Rows that the filters include."""
    run: RunState
    figures: F


def conditions_of(table: str, words: str, values: Mapping[str, str]) -> list[Condition]:
    """What rows must match: these words, and these values by column; empty ones do not count."""
    found = [words_condition(table, words[:MAX_TEXT])] if words.strip() else []
    return found + [Condition(f"{name} = ?", (value,)) for name, value in values.items() if value]


def rows_of_run[R, F: TableFigures](
    workspace: Workspace,
    table: str,
    types: tuple[type[R], type[F]],
    conditions: list[Condition],
    after: str,
    limit: int,
    run: str,
) -> RunRows[R, F] | None:
    """A page of a table; ``None`` if no run has finished.

    Args:
        workspace: an open workspace.
        table: table of the page index, with a column ``place``, and the name of its figures.
        types: of a row, and of the figures.
        conditions: filters.
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
        return None
    index = open_index(workspace, shown)
    figures = index.document(table, types[1])
    start = cursor[1] if cursor is not None else -1
    if any(one.scans for one in conditions):
        rows, total = index.page_and_total(table, types[0], conditions, start, limit + 1)
    else:
        behind = Condition("place > ?", (start,))
        rows = index.page(table, types[0], "place", (*conditions, behind), "place", limit + 1)
        total = index.count(table, conditions) if conditions else figures.rows
    return RunRows(
        items=tuple(one.document for one in rows[:limit]),
        # The place of the last row shown: the next page begins behind it.
        next=encode_cursor((shown.id, rows[limit - 1].key[0])) if len(rows) > limit else None,
        total=total,
        run=show_run(workspace, shown),
        figures=figures,
    )
