"""One service alone probes under a grant: two would each keep its limits, and together break them.

The lock of a file (flock(2)), which the kernel gives up when the process dies, however it dies; no clock runs out. In a
workspace it is the file that ``storage.workspace`` holds for a run, so that `tieback probe` and `tieback scan` know of
each other; without one it stands beside the audit log.
"""

import fcntl
import hashlib
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from tieback.model.errors import WorkspaceError
from tieback.model.grant import Grant
from tieback.scope.grant import render_grant

BESIDE = ".tieback-leases"
"""Folder beside an audit log that is in no workspace."""


def digest_of(grant: Grant) -> str:
    """The SHA-256 of a grant's text in its usual form, by which its lease is known."""
    return hashlib.sha256(render_grant(grant).encode()).hexdigest()


@contextmanager
def leased(grant: Grant, folder: Path) -> Iterator[None]:
    """Hold the right to probe under a grant with the audit log in this folder.

    Raises:
        WorkspaceError: another process holds it, with its id and since when; or the file cannot be made.
    """
    digest = digest_of(grant)
    leases = folder / ("leases" if (folder / "VERSION").is_file() else BESIDE)
    try:
        leases.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(leases / digest, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise WorkspaceError(
            f"the lease of the grant cannot be taken ({error.strerror})",
            where=str(leases),
            advice="Free space, or name another audit log with --audit",
        ) from None
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise WorkspaceError(
                f"another process{_holder(descriptor)} is probing under this grant ({digest[:12]}…)",
                where=str(folder),
                advice="Wait for it to end; one service alone keeps the limits of a grant",
            ) from None
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, str(os.getpid()).encode(), 0)
        yield
    finally:
        os.close(descriptor)


def _holder(descriptor: int) -> str:
    """Its id and since when, as far as the file tells."""
    process = os.pread(descriptor, 32, 0).decode("ascii", "replace").strip()
    if not re.fullmatch(r"\d+", process, re.ASCII):
        return ""
    since = datetime.fromtimestamp(os.fstat(descriptor).st_mtime, UTC)
    return f" ({process}, since {since:%Y-%m-%d %H:%M} UTC)"
