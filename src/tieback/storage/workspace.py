"""A workspace: the directory with all data of tieback, and nothing else.

VERSION       "tieback workspace", then "schema N"
identity      random token; the user's state folder has it, too (``storage.trust``)
ledger.db     state that changes (SQLite); with its -wal and -shm files
ledger.json   location of a ledger in PostgreSQL; ledger.moving.json and ledger.db.moving during a move
lake/         append-only facts (Parquet)
audit.jsonl   every conversation with a target
grants/       the grants of runs
domains.toml  e-mail domains of the organisation, if it named them
inventory.key key of the pseudonyms, once an inventory was imported
attachments/  files of cases, by SHA-256
letters/      files of letters that the pages wrote, one folder per letter
uploads/      files that users of the pages uploaded, by SHA-256
graph/        indices of runs for queries and pages; they are rebuilt if they are missing
backups/      copies of the ledger before each migration (SQLite only)
events.jsonl  events of `tieback watch`
stop          probing stops if this file exists
lock          locked by the run that writes; released by the kernel when it dies
leases/       locked by processes that probe under a grant, by its SHA-256
uploads/      files that users of the server sent, by SHA-256
exports/      reports that the server wrote, to download
jobs/         what the processes of running jobs report to the server; its lock is held by the server
"""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Self

from tieback.model.errors import BusyError, WorkspaceError
from tieback.storage.failures import storage_errors
from tieback.storage.lake.lake import Lake
from tieback.storage.ledger.database import HEAD, back_up_sqlite
from tieback.storage.ledger.ledger import Ledger
from tieback.storage.ledger.location import (
    LEDGER_FILE,
    claim_file,
    new_location,
    open_location,
    read_location,
    require_location,
    write_location,
)
from tieback.storage.ledger.locks import Lock, lock_file, lock_run, lock_session
from tieback.storage.ledger.write_ahead import guarded
from tieback.storage.permissions import make_private
from tieback.storage.trust import IDENTITY_FILE, confirm_ledger, distrust, key_of, trust
from tieback.user_state import OTHERS_WRITE, open_state_folder

SCHEMA = int(HEAD)
"""Version of the layout and of the ledger: the number of the newest migration."""

_WRITING = "another run is writing to this workspace"
_MARKER = "tieback workspace\nschema {}\n"


class Workspace:
    """An open workspace. Use ``Workspace.open``; close it, or use it in a ``with`` statement."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.ledger_file = directory / LEDGER_FILE
        self.lake_directory = directory / "lake"
        self.audit_file = directory / "audit.jsonl"
        self.grants_directory = directory / "grants"
        self.stop_file = directory / "stop"
        self.lake = Lake(self.lake_directory)
        self.distrust = ""
        """Why the results may not be this user's own (``storage.trust``), as one clause; empty for a trusted one."""
        self._ledger: Ledger | None = None

    @classmethod
    def open(
        cls, directory: Path, *, create: bool = True, ledger: str | None = None, trusted: bool | None = None
    ) -> Self:
        """Open a workspace; migrate an older one, and create a missing one if ``create`` is true.

        Args:
            directory: directory of the workspace.
            create: whether it may be created.
            ledger: PostgreSQL URL for the ledger of a new workspace, or the expected one of this workspace.
            trusted: whether it must be a workspace that this user created or accepted; by default, as ``create``.

        Raises:
            UsageError: the ledger is at another location, or the URL is invalid.
            WorkspaceError: it is missing and ``create`` is false; the directory contains something else; it was created
                by a newer release; it must be trusted and is not; or it cannot be read or written.
        """
        workspace = cls(directory)
        with storage_errors(directory):
            schema = _schema_to_open(directory, create=create)
            if schema is not None:
                workspace.distrust = (
                    require_trust(directory) if trusted or (trusted is None and create) else distrust(directory)
                )
            place = read_location(directory)
            opened = None
            if ledger is not None and place is None and not workspace.ledger_file.exists():
                # Opened before anything is created, so that a wrong URL leaves nothing behind.
                place = new_location(ledger)
                opened = open_location(directory, place, known=False)
            elif ledger is not None:
                require_location(directory, place, ledger)
            directory.mkdir(mode=0o700, parents=True, exist_ok=True)
            if schema is None:
                directory.chmod(directory.stat().st_mode & ~OTHERS_WRITE)
                # First of all, so that an interruption leaves a directory that is recognised as a workspace.
                trust(directory, new=True)
                _write_schema(directory)
            if not workspace.distrust:
                make_private(directory)
                workspace.lake = Lake(workspace.lake_directory, key=key_of(directory))
            workspace.lake_directory.mkdir(mode=0o700, exist_ok=True)
            workspace.grants_directory.mkdir(mode=0o700, exist_ok=True)
            if not os.access(directory, os.W_OK):
                raise PermissionError(13, "Permission denied")
            if opened is not None and place is not None:
                confirm_ledger(directory, place.url, place.workspace)
                write_location(directory, place)
                opened.close()
            if schema is not None and schema < SCHEMA and place is None and workspace.ledger_file.exists():
                with guarded(workspace.ledger_file):
                    back_up_sqlite(workspace.ledger_file, directory / "backups" / f"ledger.schema-{schema}.db")
            new = place is None and not workspace.ledger_file.exists()
            if new:
                # SQLite would follow the umask; its other files take the mode of this one. An existing file is not
                # opened here: closing it would release the locks that SQLite holds for other connections of this
                # process, and another process would then remove the write-ahead log that they use.
                os.close(os.open(workspace.ledger_file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
            workspace._ledger = open_location(directory, place)
            if not workspace.distrust and not workspace._ledger.database.is_postgres:
                workspace._claim_file(new=new)
            if schema is not None and schema < SCHEMA:
                _write_schema(directory)
        return workspace

    def _claim_file(self, *, new: bool) -> None:
        """Check the ledger file of a trusted workspace: no command uses another one, with other cases and contacts."""
        try:
            known = claim_file(self.directory, self.ledger.database, new=new)
        except BaseException:
            self.close()
            raise
        if not known:
            self.close()
            raise untrusted(self.directory, f"your tieback did not write {self.ledger_file}")

    @property
    def ledger(self) -> Ledger:
        """The ledger of an open workspace."""
        if self._ledger is None:
            raise WorkspaceError("the workspace is closed", where=str(self.directory))
        return self._ledger

    @contextmanager
    def lock(self) -> Iterator[Lock]:
        """Lock the workspace for a run that writes. The lock ends with the process.

        Raises:
            WorkspaceError: another process holds it.
        """
        what, advice = _WRITING, "Wait for it to end, or choose another directory with --workspace"
        with lock_file(self.directory / "lock", what, self.directory, advice) as hold:
            if not self.ledger.database.is_postgres:
                yield hold
                return
            with lock_run(self.ledger.database, what, advice) as session:
                yield session

    def writer(self) -> str:
        """Why the workspace cannot be locked now, such as "another run is writing to this workspace (process 12)".

        Empty if it can. A ledger in PostgreSQL may be locked from another machine; only ``lock`` finds that.

        Raises:
            WorkspaceError: the lock cannot be read.
        """
        try:
            with lock_file(self.directory / "lock", _WRITING, self.directory, "", note=False):
                return ""
        except BusyError as error:
            return error.what

    @contextmanager
    def queue_lock(self) -> Iterator[Lock]:
        """Hold the right to run the queue of this workspace's server.

        Raises:
            BusyError: another server holds it.
        """
        what, advice = "another server runs the queue of this workspace", "Stop one of the two"
        with lock_file(self.directory / "jobs" / "lock", what, self.directory, advice) as hold:
            if not self.ledger.database.is_postgres:
                yield hold
                return
            with lock_session(self.ledger.database, "queue", what, advice) as session:
                yield session

    @contextmanager
    def grant_lease(self, sha256: str) -> Iterator[Lock]:
        """Hold the exclusive right to probe under a grant, by the SHA-256 of its values; call ``check`` while probing.

        It holds for all workspaces and audit logs of this user, and for all users of this workspace.

        This is separate from ``lock``: a run that has locked the workspace takes this one, too, when it probes.

        Raises:
            WorkspaceError: another process probes under this grant.
        """
        if not re.fullmatch(r"[0-9a-f]{64}", sha256):
            raise ValueError(f"not a SHA-256: {sha256!r}")
        what = f"another process is probing under this grant ({sha256[:12]}…)"
        advice = "Wait for it to end; only one process may probe under a grant"
        folders = (open_state_folder() / "leases", self.directory / "leases")
        for folder in folders:
            with storage_errors(folder):
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        ours, shared = (folder / sha256 for folder in folders)
        with lock_file(ours, what, ours.parent, advice), lock_file(shared, what, self.directory, advice) as hold:
            if not self.ledger.database.is_postgres:
                yield hold
                return
            with lock_session(self.ledger.database, f"grant {sha256}", what, advice) as session:
                yield session

    def close(self) -> None:
        """Release the ledger; the lake keeps nothing open."""
        if self._ledger is not None:
            self._ledger.close()
            self._ledger = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def is_workspace(directory: Path) -> bool:
    """True if there is a workspace. Raises ``WorkspaceError`` if its ``VERSION`` is damaged."""
    with storage_errors(directory):
        return read_schema(directory) is not None


def require_trust(directory: Path) -> str:
    """Check that this user created or accepted a workspace. Returns an empty text, or raises ``WorkspaceError``."""
    if why := distrust(directory):
        raise untrusted(directory, why)
    return ""


def untrusted(directory: Path, why: str) -> WorkspaceError:
    """The error for a workspace that this user did not create or accept."""
    return WorkspaceError(
        f"this workspace is not trusted: {why}",
        where=str(directory),
        advice=f"Choose another folder with --workspace. To accept what it contains, run "
        f"`tieback workspace trust -w {directory}`",
    )


def _schema_to_open(directory: Path, *, create: bool) -> int | None:
    """The schema of a workspace that this release can open; ``None`` if a new one can be created."""
    schema = read_schema(directory)
    if schema is None:
        try:
            _check_free(directory, create=create)
        except WorkspaceError:
            schema = read_schema(directory)
            if schema is None:  # otherwise another process created it just now
                raise
    if schema is not None and schema > SCHEMA:
        raise WorkspaceError(
            f"created by a newer release: schema {schema}, this release supports up to {SCHEMA}",
            where=str(directory),
            advice="Upgrade tieback or choose another directory",
        )
    return schema


def read_schema(directory: Path) -> int | None:
    """The schema in ``VERSION``; ``None`` if the file is missing."""
    path = directory / "VERSION"
    try:
        with path.open("rb") as file:
            text = file.read(256).decode("ascii", "replace")
    except (FileNotFoundError, NotADirectoryError):
        return None
    match = re.fullmatch(r"tieback workspace\nschema (\d{1,9})\n", text)
    if match is None:
        raise WorkspaceError(
            "not the VERSION file of a workspace", where=str(path), advice="Choose another directory with --workspace"
        )
    return int(match[1])


def _write_schema(directory: Path) -> None:
    """Write ``VERSION`` in one step, durable before it gets its name."""
    draft = directory / f".VERSION.{os.getpid()}"
    with draft.open("w", encoding="ascii") as file:
        file.write(_MARKER.format(SCHEMA))
        file.flush()
        os.fsync(file.fileno())
    draft.replace(directory / "VERSION")


def _check_free(directory: Path, *, create: bool) -> None:
    """Check that a new workspace may be created there."""
    if directory.exists() and not directory.is_dir():
        raise WorkspaceError("not a directory", where=str(directory), advice="Choose a directory with --workspace")
    if not create:
        raise WorkspaceError(
            "no workspace here", where=str(directory), advice="Run `tieback scan` first, or pass --workspace"
        )
    interrupted = (".VERSION.", f".{IDENTITY_FILE}.", IDENTITY_FILE)
    if directory.exists() and any(not path.name.startswith(interrupted) for path in directory.iterdir()):
        raise WorkspaceError(
            "not a workspace, and not empty",
            where=str(directory),
            advice="Choose an empty or new directory with --workspace",
        )
