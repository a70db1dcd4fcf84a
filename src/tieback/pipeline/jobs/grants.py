"""Grants for use by jobs: files in the workspace's folder ``grants``, and in the folder of ``--grants``.

The server only reads them. No request can create, change or choose a file: a job names a grant by the SHA-256 of its
file, and the files are read again at each use. So a removed or edited grant takes effect at once.
"""

from collections.abc import Container, Iterator
from itertools import islice
from pathlib import Path

from tieback.model.errors import GrantError, WorkspaceError
from tieback.model.skipped import NOT_REGULAR, TOO_MANY, UNREADABLE, OnSkipped, SkippedCount
from tieback.model.unit import path_text
from tieback.pipeline.progress import today_utc
from tieback.scope.grant import check_valid, grant_sha256, load_grant_text
from tieback.scope.policy.approval import ApprovedGrant, load_approved_grant

MAX_FILES = 200
"""Maximum grant files that are read in one folder."""


NOT_GRANTS = "names that do not end in .toml"
OUTSIDE = "links to files outside the folder"
NO_GRANT_SIGNED = "signatures of grants that are not in the folder"
_MAX_NAMES = 10_000
"""Entries of a folder that are looked at."""


def grant_files(own: Path, folder: Path | None, skipped: OnSkipped | None = None) -> Iterator[tuple[Path, str]]:
    """The grant files of the workspace and of the server's folder, each with ``workspace`` or ``server``, by name.

    ``skipped`` is called with the other files, except signatures of these grants; ``where`` is as for the grants.

    Raises:
        WorkspaceError: a folder cannot be read.
    """
    places = [(own, "workspace"), *([(folder, "server")] if folder is not None else [])]
    for directory, place in places:
        try:
            inside = directory.resolve(strict=True)
            every = sorted(islice(directory.iterdir(), _MAX_NAMES))
        except OSError as error:
            raise WorkspaceError(
                f"cannot be read ({error.strerror})", where=str(directory), advice="Check the folder of the grants"
            ) from None
        passed = SkippedCount()
        grants: list[Path] = []
        names = {path.name for path in every}
        for path in every:
            why = _why_no_grant(path, inside, names)
            if why is None and len(grants) < MAX_FILES:
                grants.append(path)
            elif why != "":
                passed.add(why or TOO_MANY, path_text(Path(path.name)))
        passed.report(place, skipped)
        yield from ((path, place) for path in grants)


def _why_no_grant(path: Path, inside: Path, names: Container[str]) -> str | None:
    """Why a file is not read as a grant: empty for a signature of one; ``None`` for a grant."""
    try:
        if path.suffix == ".sig":
            # GRANT.toml.KEY.sig, or GRANT.toml.sig
            signed = path.name.partition(".toml.")[0] + ".toml"
            return "" if signed in names else NO_GRANT_SIGNED
        if path.suffix != ".toml":
            return NOT_GRANTS
        if not path.is_file():
            return NOT_REGULAR
        return None if path.resolve().is_relative_to(inside) else OUTSIDE
    except OSError:
        return UNREADABLE


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
