"""Folders of the server in a workspace.

exports/   files that jobs wrote, to download; their names begin with the ID of the job
jobs/      what the processes of running jobs report; ``lock`` is locked by the server that runs the queue
"""

import re
from pathlib import Path

from tieback.model.errors import InputError
from tieback.storage.failures import storage_errors
from tieback.storage.uploads import UploadFolder
from tieback.storage.workspace import Workspace

_SHA256 = re.compile(r"[0-9a-f]{64}", re.ASCII)
_EXPORT = re.compile(r"\d{8}T\d{6}Z-j[0-9a-f]{10}(\.[a-z]{1,12}){1,3}", re.ASCII)


def exports(directory: Path) -> Path:
    """The folder of exports."""
    return directory / "exports"


def jobs(directory: Path) -> Path:
    """The folder of running jobs."""
    return directory / "jobs"


def export_file(directory: Path, name: str) -> Path | None:
    """A file that a job wrote; ``None`` if there is none with this name."""
    path = exports(directory) / name
    return path if _EXPORT.fullmatch(name) and path.is_file() and not path.is_symlink() else None


def trim_exports(directory: Path, keep: int) -> None:
    """Remove all files of exports but the latest; drafts of killed processes are removed, too.

    Raises:
        WorkspaceError: they cannot be listed or removed.
    """
    folder = exports(directory)
    with storage_errors(folder):
        if not folder.is_dir():
            return
        names = sorted(path.name for path in folder.iterdir() if path.is_file())
        whole = [name for name in names if _EXPORT.fullmatch(name)]
        for name in (*whole[:-keep], *(name for name in names if name.endswith(".part"))):
            (folder / name).unlink(missing_ok=True)


def input_file(workspace: Workspace, sha256: str) -> Path:
    """The file of an upload, or of an input that the workspace has read before.

    Raises:
        InputError: there is none, or it has gone.
    """
    uploads = UploadFolder(workspace.directory)
    if uploads.find(sha256) is not None:
        return uploads.path_of(sha256)
    if _SHA256.fullmatch(sha256):
        for source in workspace.ledger.sources_of(sha256):
            if (found := Path(source)).is_absolute() and found.is_file():
                return found
    raise InputError(
        "no upload and no readable input with this SHA-256", where=sha256[:80], advice="Upload the file again"
    )
