"""Accept a workspace that somebody else created: a backup, a workspace of an earlier release, or of a colleague."""

from pathlib import Path
from typing import NamedTuple

from tieback.model.errors import UsageError, WorkspaceError
from tieback.storage.lake.upkeep import quarantine_damaged, seal_parts
from tieback.storage.ledger.location import MOVE_POINTER, read_location
from tieback.storage.trust import accepted_files, confirm_ledger, trust
from tieback.storage.workspace import Workspace, is_workspace


class Accepted(NamedTuple):
    """What a user accepted with a workspace."""

    parts: int
    """Number of parts of its lake that were sealed."""
    files: tuple[str, ...]
    """Names of its settings files, and of its folder with rules, as far as it has them."""


def accept_workspace(directory: Path, ledger: str | None = None) -> Accepted:
    """Trust a workspace as it is now.

    Args:
        directory: the workspace.
        ledger: PostgreSQL URL of its ledger, as its ``ledger.json`` has it; nothing is contacted before.

    Returns:
        What was accepted.

    Raises:
        UsageError: its ledger is in PostgreSQL, and the URL is missing or differs.
        WorkspaceError: it is not a workspace, comes from a checkout, or others can write to it.
    """
    if not is_workspace(directory):
        raise WorkspaceError("no workspace here", where=str(directory), advice="Pass its folder with --workspace")
    places = [place for name in ("ledger.json", MOVE_POINTER) if (place := read_location(directory, name)) is not None]
    for place in places:
        if ledger != place.url:
            raise UsageError(
                f"the ledger of this workspace is at {place.url}",
                where=str(directory),
                advice="If this address is yours, pass it with --ledger",
            )
    trust(directory)
    for place in places:
        confirm_ledger(directory, place.url, place.workspace)
    with Workspace.open(directory, create=False, trusted=True) as opened, opened.lock():
        sealed = seal_parts(opened.lake)
        quarantine_damaged(opened.lake)
    return Accepted(sealed, accepted_files(directory))
