"""The workspace that the pages show."""

from pathlib import Path

from tieback.storage.ledger.write_check import WriteCheck
from tieback.storage.workspace import Workspace

__all__ = ["Workspace", "WriteCheck", "open_for_pages"]


def open_for_pages(directory: Path) -> Workspace:
    """Open a workspace for as long as the server runs; create a missing one. Close it at the end.

    Raises:
        WorkspaceError: it is not this user's own, or cannot be read or written.
    """
    return Workspace.open(directory, create=True, trusted=True)
