"""What can be started: uploads, grants, cases, the inputs of the last run, and formats of reports."""

import secrets
from datetime import date, datetime
from itertools import islice
from pathlib import Path

import msgspec

from tieback.intake.places.content import is_url
from tieback.pipeline.views.grants import GrantRow, list_grants
from tieback.pipeline.views.times import at
from tieback.pipeline.views.uploads import uploads_closed
from tieback.report import renderers
from tieback.storage.uploads import UploadFolder
from tieback.storage.workspace import Workspace

MAX_UPLOADS = 100
MAX_CASES = 200


class UploadChoice(msgspec.Struct, frozen=True, kw_only=True):
    """An upload that a run can read."""

    sha256: str
    name: str
    size: int
    received: float
    """As ``received_at``, in seconds since 1970."""
    received_at: datetime


class CaseChoice(msgspec.Struct, frozen=True, kw_only=True):
    """A case that can be checked again."""

    id: str
    vendor_name: str
    product: str
    place: str
    """The first location of the store, which tells cases of one product apart; empty if it has none."""
    state: str
    due: date | None


class StartPage(msgspec.Struct, frozen=True, kw_only=True):
    """The choices for a new run."""

    uploads: tuple[UploadChoice, ...]
    """The latest 100."""
    uploads_total: int
    closed: str
    """Why the server reads no files; empty if it does."""
    grants: tuple[GrantRow, ...]
    """The usable ones."""
    grants_unusable: int
    run: str | None
    """The last finished run; its inputs can be read again."""
    run_inputs: int
    run_closed: str
    """Why its inputs cannot be read here; empty if they can."""
    cases: tuple[CaseChoice, ...]
    """Open cases, at most 200, the most urgent first."""
    formats: tuple[str, ...]
    key: str
    """Idempotency key for a form: sending it twice starts one run."""


def start_page(workspace: Workspace, folder: Path | None) -> StartPage:
    """The choices for a new run.

    Args:
        workspace: an open workspace.
        folder: of ``--grants``.

    Raises:
        WorkspaceError: the workspace or a folder cannot be read.
    """
    uploads = sorted(UploadFolder(workspace.directory).all(), key=lambda one: (-one.received, one.sha256))
    grants = list_grants(workspace, folder).items
    last = workspace.ledger.latest_run()
    args = last.args if last is not None else ()
    remote = any(is_url(word) or word.startswith("manifest:") for word in args)
    cases = list(islice((case for case in workspace.ledger.cases.cases() if case.active), MAX_CASES))
    names = {vendor.id: vendor.name for vendor in workspace.ledger.cases.vendors()} if cases else {}
    return StartPage(
        uploads=tuple(
            UploadChoice(
                sha256=one.sha256,
                name=one.name,
                size=one.size,
                received=one.received,
                received_at=at(one.received),
            )
            for one in uploads[:MAX_UPLOADS]
        ),
        uploads_total=len(uploads),
        closed=uploads_closed(),
        grants=tuple(one for one in grants if one.usable),
        grants_unusable=sum(not one.usable for one in grants),
        run=None if last is None else last.id,
        run_inputs=len(args),
        run_closed="some are URLs or lists, which only the command line reads" if remote else "",
        cases=tuple(
            CaseChoice(
                id=case.id,
                vendor_name=names.get(case.vendor, case.vendor),
                product=case.store.product,
                place=case.store.targets[0] if case.store.targets else "",
                state=case.state.value,
                due=case.due,
            )
            for case in cases
        ),
        formats=tuple(one.meta.name for one in renderers() if one.meta.name != "terminal"),
        key=secrets.token_hex(16),
    )
