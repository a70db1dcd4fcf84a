"""Recipients of a run: which party received which class of personal data from which app."""

from collections.abc import Iterable

import msgspec

from tieback.model.declaration import Declared
from tieback.model.endpoint import Party
from tieback.model.report.captures import Recipient
from tieback.pipeline.views.index_figures import PartlyReadCapture, RecipientFigures
from tieback.pipeline.views.records import RecipientRow
from tieback.pipeline.views.run_rows import conditions_of, rows_of_run
from tieback.pipeline.views.run_state import RunState
from tieback.storage.page_index import Condition, PageIndex
from tieback.storage.uploads import UploadFolder
from tieback.storage.workspace import Workspace


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
    found = rows_of_run(
        workspace, "recipients", (RecipientRow, RecipientFigures), _conditions(which), after, limit, run
    )
    if found is None:
        return EMPTY
    uploads = UploadFolder(workspace.directory)
    return RecipientsPage(
        items=tuple(
            msgspec.structs.replace(
                row, recipient=msgspec.structs.replace(row.recipient, capture=uploads.name_of(row.recipient.capture))
            )
            for row in found.items
        ),
        next=found.next,
        total=found.total,
        run=found.run,
        recipients=found.figures.rows,
        figures=msgspec.structs.replace(found.figures, partly_read=named_captures(found.figures.partly_read, uploads)),
    )


def named_captures(captures: Iterable[PartlyReadCapture], uploads: UploadFolder) -> tuple[PartlyReadCapture, ...]:
    """The captures with the names of uploads instead of their paths."""
    return tuple(msgspec.structs.replace(one, path=uploads.name_of(one.path)) for one in captures)


def recipients_of_app(index: PageIndex, app: str, most: int) -> tuple[tuple[Recipient, ...], int]:
    """The first recipients of an app, and the number of all."""
    which = [Condition("app = ?", (app,))]
    rows = index.page("recipients", RecipientRow, "place", which, "place", most)
    return tuple(one.document.recipient for one in rows), index.count("recipients", which)


def _conditions(which: RecipientFilter) -> list[Condition]:
    values = {
        "party": which.party.value if which.party is not None else "",
        "class": which.pii_class,
        "owner": which.owner,
        "app": which.app,
        "declared": which.declared.value if which.declared is not None else "",
    }
    found = conditions_of("recipients", which.q, values)
    if which.in_clear is not None:
        found.append(Condition("in_clear > 0" if which.in_clear else "in_clear = 0"))
    return found
