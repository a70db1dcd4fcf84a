"""Grants for use by jobs: files in the workspace's folder ``grants``, and in the folder of ``--grants``.

The server only reads them. No request can create, change or choose a file: a job names a grant by the SHA-256 of its
file, and the files are read again at each use. So a removed or edited grant takes effect at once.
"""

from collections.abc import Iterator
from pathlib import Path

from tieback.model.errors import GrantError, WorkspaceError
from tieback.pipeline.progress import today_utc
from tieback.scope.grant import check_valid, grant_sha256, load_grant_text
from tieback.scope.policy.approval import ApprovedGrant, load_approved_grant

MAX_FILES = 200
"""Maximum grant files that are read in one folder."""


def grant_files(own: Path, folder: Path | None) -> Iterator[tuple[Path, str]]:
    """The grant files of the workspace and of the server's folder, each with ``workspace`` or ``server``, by name.

    Links that leave their folder are left out.

    Raises:
        WorkspaceError: a folder cannot be read.
    """
    places = [(own, "workspace"), *([(folder, "server")] if folder is not None else [])]
    for directory, place in places:
        try:
            inside = directory.resolve(strict=True)
            names = sorted(path for path in directory.iterdir() if path.suffix == ".toml" and path.is_file())
        except OSError as error:
            raise WorkspaceError(
                f"cannot be read ({error.strerror})", where=str(directory), advice="Check the folder of the grants"
            ) from None
        for path in names[:MAX_FILES]:
            if path.resolve().is_relative_to(inside):
                yield path, place


def load_grant_file(workspace: Path, folder: Path | None, sha256: str) -> ApprovedGrant:
    """The grant with this SHA-256 for use, with its approval: read and checked as on the command line.

    Raises:
        GrantError: no file has it now, it is not valid today, a signature is missing, or a site policy is damaged.
        WorkspaceError: a folder cannot be read.
    """
    problem: GrantError | None = None
    for path, _ in grant_files(workspace / "grants", folder):
        try:
            if grant_sha256(load_grant_text(path)) != sha256:
                continue
        except GrantError:
            continue  # the page of the grants shows why
        try:
            approved = load_approved_grant(path, None, today_utc())
            check_valid(approved.grant, today_utc())
        except GrantError as error:
            problem = error
            continue
        if grant_sha256(approved.approval.text) == sha256:  # it was not edited in between
            return approved
    raise problem or GrantError(
        "no grant on the server has this SHA-256",
        where=sha256[:80],
        advice="Choose one of the page of grants, or put the file into the folder of grants on the server",
    )
