"""Only one process probes under a grant: two would each keep its limits, and exceed them together.

The lock of a file (flock(2)), which the kernel releases when the process dies; there is no time-out. The file is in the
user's state folder, under the digest of the grant, so no other audit log or workspace leads around it. A second file
excludes other users and machines that share a folder: in a workspace the one that ``storage.workspace`` locks,
otherwise next to the audit log.
"""

import fcntl
import hashlib
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from tieback.model.errors import BusyError, WorkspaceError
from tieback.model.grant import Grant
from tieback.user_state import open_state_folder

LEASE_FOLDER = ".tieback-leases"
"""Folder next to an audit log outside a workspace."""

_LATER_KEYS = frozenset({"exclude", "signatures"})
_LATER_TARGET_KEYS = frozenset({"mcp", "resources"})


def digest_of(grant: Grant) -> str:
    """The SHA-256 of a grant's values as canonical JSON, which identifies its lease; comments do not count.

    Empty values of keys that older releases do not know are left out: both releases get the same digest.
    """
    values = {key: value for key, value in msgspec.to_builtins(grant).items() if value or key not in _LATER_KEYS}
    values["target"] = [
        {key: value for key, value in target.items() if value or key not in _LATER_TARGET_KEYS}
        for target in values["target"]
    ]
    return hashlib.sha256(msgspec.json.encode(values, order="sorted")).hexdigest()


@contextmanager
def hold_lease(grant: Grant, folder: Path) -> Iterator[None]:
    """Hold the exclusive right to probe under a grant.

    Args:
        grant: the grant.
        folder: folder of the audit log.

    Raises:
        WorkspaceError: another process holds it (with its ID and start time), or the file cannot be created.
    """
    digest = digest_of(grant)
    shared = folder / ("leases" if (folder / "VERSION").is_file() else LEASE_FOLDER)
    with _hold(user_leases(), digest), _hold(shared, digest):
        yield


def user_leases() -> Path:
    """The folder of this user's leases.

    Raises:
        WorkspaceError: the user's state folder cannot be used.
    """
    return open_state_folder() / "leases"


@contextmanager
def _hold(leases: Path, digest: str) -> Iterator[None]:
    try:
        leases.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(leases / digest, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise WorkspaceError(
            f"cannot lock the grant ({error.strerror})",
            where=str(leases),
            advice="Make this folder writable; TIEBACK_STATE moves the user's state folder, --audit the audit log",
        ) from None
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise BusyError(
                f"another process{_holder(descriptor)} is probing under this grant ({digest[:12]}…)",
                where=str(leases),
                advice="Wait for it to end; only one process may probe under a grant",
            ) from None
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, str(os.getpid()).encode(), 0)
        yield
    finally:
        os.close(descriptor)


def _holder(descriptor: int) -> str:
    """Process ID and start time, as far as the file contains them."""
    process = os.pread(descriptor, 32, 0).decode("ascii", "replace").strip()
    if not re.fullmatch(r"\d+", process, re.ASCII):
        return ""
    since = datetime.fromtimestamp(os.fstat(descriptor).st_mtime, UTC)
    return f" ({process}, since {since:%Y-%m-%d %H:%M} UTC)"
