"""Uploaded files: which there are, who sent them, and which runs used them."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

import msgspec

from tieback.engine.sandbox import Sandbox, sandbox_state
from tieback.model.errors import WorkspaceError
from tieback.pipeline.views.listing import Listing, bounded_limit, decode_cursor, encode_cursor
from tieback.pipeline.views.times import at
from tieback.storage.uploads import (
    Upload,
    UploadBusyError,
    UploadFolder,
    UploadLimits,
    UploadTooLargeError,
    UploadWriter,
)
from tieback.storage.workspace import Workspace

__all__ = ["UploadBusyError", "UploadLimits", "UploadTooLargeError", "UploadWriter"]

_JOBS = 1_000
"""Latest jobs in which uses of an upload are looked for."""


class UploadUse(msgspec.Struct, frozen=True, kw_only=True):
    """A job that read an upload."""

    job: str
    kind: str
    state: str
    run: str | None


class UploadRow(msgspec.Struct, frozen=True, kw_only=True):
    """An uploaded file. Its content is never sent back."""

    sha256: str
    name: str
    """Name at the user's end; the server does not use it."""
    size: int
    received: float
    """As ``received_at``, in seconds since 1970."""
    received_at: datetime
    author: str
    uses: tuple[UploadUse, ...]


class UploadList(msgspec.Struct, frozen=True, kw_only=True):
    """The uploads, with the limits for new ones."""

    uploads: Listing[UploadRow]
    bytes: int
    """Size of all uploads."""
    limit_file: int
    limit_total: int
    closed: str
    """Why no upload is accepted; empty if they are."""

    @property
    def next(self) -> str | None:
        """Cursor of the next items."""
        return self.uploads.next


def list_uploads(workspace: Workspace, limits: UploadLimits, *, after: str = "", limit: int = 50) -> UploadList:
    """Uploads, latest first.

    Raises:
        UsageError: the cursor or the limit is not valid.
        WorkspaceError: the workspace cannot be read.
    """
    limit = bounded_limit(limit)
    everything = UploadFolder(workspace.directory, limits).all()
    key = decode_cursor(after, tuple[float, str]) if after else None
    later = [one for one in everything if key is None or (-one.received, one.sha256) > (-key[0], key[1])]
    some, uses = later[:limit], _Uses(workspace)
    following = encode_cursor((some[-1].received, some[-1].sha256)) if len(later) > limit else None
    rows = tuple(_row(one, uses) for one in some)
    return UploadList(
        uploads=Listing(items=rows, next=following, total=len(everything)),
        bytes=sum(one.size for one in everything),
        limit_file=limits.file,
        limit_total=limits.total,
        closed=uploads_closed(),
    )


def find_upload(workspace: Workspace, sha256: str) -> UploadRow | None:
    """One upload; ``None`` if there is none. Raises ``WorkspaceError``."""
    found = UploadFolder(workspace.directory).find(sha256)
    return None if found is None else _row(found, _Uses(workspace))


def delete_upload(workspace: Workspace, sha256: str) -> bool:
    """Remove an upload, except while a job waits for it or reads it. Returns false if there is none.

    Raises:
        UploadBusyError: a job that has not ended uses it.
        WorkspaceError: it cannot be removed.
    """
    waiting = [one for one in _Uses(workspace).of(sha256) if one.state not in _ENDED]
    if waiting:
        raise UploadBusyError("a job uses it", where=waiting[0].job, advice="Wait for the job to end, or cancel it")
    return UploadFolder(workspace.directory).delete(sha256)


def uploads_closed() -> str:
    """Why no upload is accepted, as one clause; empty if they are."""
    if sandbox_state() is Sandbox.NONE:
        return "this system cannot take the network from the process that would read them"
    return ""


@contextmanager
def receive_upload(
    workspace: Workspace, limits: UploadLimits, sha256: str, *, length: int | None, author: str, name: str
) -> Iterator[UploadWriter]:
    """Receive a file; arguments and errors as of ``UploadFolder.receive``.

    Raises:
        WorkspaceError: no upload is accepted.
    """
    if why := uploads_closed():
        raise WorkspaceError(f"no uploads: {why}", where="uploads", advice="Use `tieback scan` on the server instead")
    folder = UploadFolder(workspace.directory, limits)
    with folder.receive(sha256, length=length, author=author, name=name) as writer:
        yield writer


def upload_row(workspace: Workspace, upload: Upload) -> UploadRow:
    """The row of an upload that has just arrived."""
    return _row(upload, _Uses(workspace))


_ENDED = ("done", "failed", "cancelled")


class _Uses:
    """The latest jobs, by the uploads in their arguments."""

    def __init__(self, workspace: Workspace) -> None:
        self._jobs = workspace.ledger.jobs.latest(_JOBS)

    def of(self, sha256: str) -> tuple[UploadUse, ...]:
        return tuple(
            UploadUse(job=one.id, kind=one.kind, state=one.state.value, run=one.run)
            for one in self._jobs
            if sha256 in one.arguments
        )


def _row(one: Upload, uses: _Uses) -> UploadRow:
    return UploadRow(
        sha256=one.sha256,
        name=one.name,
        size=one.size,
        received=one.received,
        received_at=at(one.received),
        author=one.author,
        uses=uses.of(one.sha256),
    )
