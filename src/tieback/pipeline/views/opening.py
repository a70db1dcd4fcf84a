"""The workspace that the pages show."""

from pathlib import Path

from tieback.storage.ledger.write_check import WriteCheck
from tieback.storage.read_only import read_only_error
from tieback.storage.workspace import Workspace, untrusted

__all__ = ["Workspace", "WriteCheck", "open_for_pages", "require_writable"]


def open_for_pages(directory: Path) -> Workspace:
    """Open a workspace for as long as the server runs; create a missing one. Close it at the end.

    One that cannot be written is opened for reading (``storage.read_only``).

    Raises:
        WorkspaceError: it is not this user's own, or cannot be read.
    """
    if not Workspace.opens_to_read(directory):
        return Workspace.open(directory, create=True, trusted=True)
    workspace = Workspace.open(directory, create=False)
    if workspace.distrust:
        workspace.close()
        raise untrusted(directory, workspace.distrust)
    return workspace


def require_writable(workspace: Workspace) -> None:
    """Check that changes are kept. Raises ``WorkspaceError`` if the workspace can only be read."""
    if workspace.read_only:
        raise read_only_error(workspace.directory)
