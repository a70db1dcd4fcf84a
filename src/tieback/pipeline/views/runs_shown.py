"""Which run a page shows: the one that its address names, or the last finished one."""

from datetime import datetime

import msgspec

from tieback.storage.workspace import Workspace


class ShownRun(msgspec.Struct, frozen=True, kw_only=True):
    """The run that a page shows."""

    id: str
    started: datetime
    ended: datetime
    grant_sha256: str = ""
    """SHA-256 of its grant; empty if it had none, so that it probed nothing."""


def find_shown_run(workspace: Workspace, run: str = "") -> ShownRun | None:
    """The finished run with this ID, or the last one; ``None`` if there is none.

    Raises:
        WorkspaceError: the ledger cannot be read.
    """
    ledger = workspace.ledger
    found = ledger.find_run(run) if run else ledger.latest_run()
    if found is None or found.ended is None:
        return None
    return ShownRun(id=found.id, started=found.started, ended=found.ended, grant_sha256=found.grant_sha256 or "")
