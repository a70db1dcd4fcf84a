"""The apps of a run: worst first or by name, with search and filters."""

from enum import StrEnum

import msgspec

from tieback.pipeline.views.index_figures import RunFigures
from tieback.pipeline.views.listing import bounded_limit, decode_cursor, encode_cursor
from tieback.pipeline.views.records import AppRow, AppRowOnly, AppState
from tieback.pipeline.views.run_index import open_index
from tieback.pipeline.views.run_rows import conditions_of
from tieback.pipeline.views.run_state import RunState, find_run, show_run
from tieback.storage.page_index import Condition, PageIndex
from tieback.storage.workspace import Workspace


class AppSort(StrEnum):
    """Order of a list of apps."""

    WORST = "worst"
    NAME = "name"


class AppFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which apps of a run; each field that is set must match."""

    q: str = ""
    """Words of the name, identifier, vendor, hash or path."""
    platform: str = ""
    vendor: str = ""
    state: AppState | None = None


class AppsPage(msgspec.Struct, frozen=True, kw_only=True):
    """A page of the apps of a run."""

    items: tuple[AppRow, ...]
    next: str | None
    """Cursor of the next page, for ``after``; it keeps the run of this page."""
    total: int
    """Apps that the filters include."""
    run: RunState | None
    """``None`` if no run has finished."""
    apps: int
    """All apps of the run."""
    partly_read: int
    """Apps of the run with parts that were not read: their back ends may be missing."""
    platforms: tuple[tuple[str, int], ...]
    """Each platform with its number of apps."""
    vendors: tuple[tuple[str, int], ...]
    """Each vendor with its number of apps, the most first; at most 200."""


EMPTY = AppsPage(items=(), next=None, total=0, run=None, apps=0, partly_read=0, platforms=(), vendors=())


def list_apps(
    workspace: Workspace,
    which: AppFilter,
    sort: AppSort = AppSort.WORST,
    after: str = "",
    limit: int = 50,
    run: str = "",
) -> AppsPage:
    """A page of the apps of a run.

    Args:
        workspace: an open workspace.
        which: filters.
        sort: order.
        after: cursor of an earlier page.
        limit: maximum number of apps.
        run: ID of the run; default: the run of the cursor, or the last finished one.

    Raises:
        UsageError: the limit, the cursor or the run is invalid.
        WorkspaceError: the workspace cannot be read.
    """
    limit = bounded_limit(limit)
    cursor = decode_cursor(after, tuple[str, AppSort, int, str]) if after else None
    if cursor is not None:
        run, sort = run or cursor[0], cursor[1]
    shown = find_run(workspace, run)
    if shown is None:
        return EMPTY
    index = open_index(workspace, shown)
    figures = index.document("figures", RunFigures)
    conditions = _conditions(which)
    start, order = _start(cursor, sort)
    rows = index.page("apps", AppRowOnly, "place, label", (*conditions, *start), order, limit + 1)
    more = len(rows) > limit
    last = rows[limit - 1] if more else None
    return AppsPage(
        items=tuple(one.document.row for one in rows[:limit]),
        next=encode_cursor((shown.id, sort.value, last.key[0], last.key[1])) if last is not None else None,
        total=index.count("apps", conditions) if conditions else figures.apps,
        run=show_run(workspace, shown),
        apps=figures.apps,
        partly_read=figures.headline.apps_partly_read or 0,
        platforms=figures.platforms,
        vendors=figures.vendors,
    )


def find_app_rows(index: PageIndex, places: list[int]) -> list[AppRow]:
    """The apps at these places, in the same order."""
    which = Condition(f"place IN ({', '.join('?' * len(places))})", tuple(places))
    return [one.document.row for one in index.page("apps", AppRowOnly, "place", (which,), "place", len(places))]


def _conditions(which: AppFilter) -> list[Condition]:
    values = {"platform": which.platform, "state": which.state}
    found = conditions_of("apps", which.q, {name: str(value) for name, value in values.items() if value})
    if which.vendor:  # the name in the certificate, too: the rows show it
        found.append(Condition("(maker = ? OR vendor = ?)", (which.vendor, which.vendor)))
    return found


def _start(cursor: tuple[str, AppSort, int, str] | None, sort: AppSort) -> tuple[list[Condition], str]:
    """The condition for rows after a cursor, and the order."""
    if sort is AppSort.WORST:
        return [Condition("place > ?", (cursor[2],))] if cursor is not None else [], "place"
    if cursor is None:
        return [], "label, place"
    return [Condition("(label, place) > (?, ?)", (cursor[3], cursor[2]))], "label, place"
