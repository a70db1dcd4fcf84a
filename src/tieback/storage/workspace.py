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

import logging
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Self

from tieback.model.errors import BusyError, WorkspaceError
from tieback.storage.failures import storage_errors
from tieback.storage.lake.lake import Lake
from tieback.storage.ledger.accounts import Accounts
from tieback.storage.ledger.database import HEAD, back_up_sqlite
from tieback.storage.ledger.ledger import Ledger
from tieback.storage.ledger.location import (
    LEDGER_FILE,
    LedgerLocation,
    claim_file,
    has_mark,
    new_location,
    open_location,
    read_location,
    require_location,
    write_location,
)
from tieback.storage.ledger.locks import Lock, lock_file, lock_run, lock_session
from tieback.storage.ledger.write_ahead import guarded
from tieback.storage.permissions import make_private
from tieback.storage.read_only import is_read_only, open_read_only, read_only_error
from tieback.storage.trust import IDENTITY_FILE, confirm_ledger, distrust, key_of, ledger_mark, trust
from tieback.user_state import OTHERS_WRITE, open_state_folder

_LOG = logging.getLogger(__name__)
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
        self.indices_directory = directory / "graph"
        """Indices of runs, which are rebuilt if they are missing; temporary if the workspace can only be read."""
        self._ledger: Ledger | None = None
        self._scratch: TemporaryDirectory[str] | None = None
        self._sessions: Ledger | None = None
        """The copy of the ledger again, in which only accounts are written."""
        self._indices: TemporaryDirectory[str] | None = None

    @classmethod
    def open(
        cls, directory: Path, *, create: bool = True, ledger: str | None = None, trusted: bool | None = None
    ) -> Self:
        """Open a workspace; migrate an older one, and create a missing one if ``create`` is true.

        If ``create`` is false, one that cannot be written is opened for reading (``storage.read_only``).

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
            if schema is not None and not create and not trusted and is_read_only(directory):
                workspace._open_to_read(schema)
                return workspace
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
            if schema is not None and schema < SCHEMA and (place is not None or workspace.ledger_file.exists()):
                workspace._prepare_upgrade(schema, place)
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

    def _prepare_upgrade(self, schema: int, place: LedgerLocation | None) -> None:
        """Make the backup, and announce the upgrade: an older release cannot open the ledger afterwards."""
        upgrade = f"tieback: {self.directory}: upgrading its ledger from schema {schema} to {SCHEMA}"
        if place is not None:
            _LOG.warning("%s in PostgreSQL (%s). tieback makes no backup there", upgrade, place.url)
            return
        copy = self.directory / "backups" / f"ledger.schema-{schema}.db"
        with guarded(self.ledger_file):
            back_up_sqlite(self.ledger_file, copy)
        _LOG.warning("%s. The backup is %s", upgrade, copy)

    def _open_to_read(self, schema: int) -> None:
        if schema < SCHEMA:
            text = "tieback: %s: its ledger has schema %d and is upgraded to %d in a temporary copy only"
            _LOG.warning(text, self.directory, schema, SCHEMA)
        self._scratch = TemporaryDirectory(prefix="tieback-")
        try:
            folder = Path(self._scratch.name)
            self.indices_directory = folder / "graph"
            self._ledger = open_read_only(self.directory, folder)
            if not self.distrust:
                self.lake = Lake(self.lake_directory, key=key_of(self.directory))
                known = ledger_mark(self.directory) if read_location(self.directory) is None else ""
                if known and not has_mark(self.ledger.database, known):
                    raise untrusted(self.directory, f"your tieback did not write {self.ledger_file}")
        except BaseException:
            self.close()
            raise

    def use_temporary_indices(self) -> None:
        """From now on, indices of runs are built in a temporary folder, because the disk became read-only or full."""
        if self._indices is None:
            self._indices = TemporaryDirectory(prefix="tieback-")
            self.indices_directory = Path(self._indices.name)

    @classmethod
    def opens_to_read(cls, directory: Path) -> bool:
        """True for an existing workspace that this user can read and not write."""
        return is_workspace(directory) and is_read_only(directory)

    @property
    def accounts(self) -> Accounts:
        """The users of the pages, with their sessions.

        If the workspace can only be read, sessions are in the temporary copy of the ledger, until it is closed.
        """
        if self._scratch is None:
            return self.ledger.accounts
        if self._sessions is None:
            self._sessions = Ledger.open(Path(self._scratch.name) / LEDGER_FILE)
        return self._sessions.accounts

    @property
    def read_only(self) -> bool:
        """True if nothing can be changed, because the folder cannot be written."""
        return self._scratch is not None

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
        if self.read_only:
            raise read_only_error(self.directory)
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
        for ledger in (self._sessions, self._ledger):
            if ledger is not None:
                ledger.close()
        self._sessions = self._ledger = None
        for folder in (self._scratch, self._indices):
            if folder is not None:
                folder.cleanup()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def is_workspace(directory: Path) -> bool:
    """True if there is a workspace. Raises ``WorkspaceError`` if its ``VERSION`` is damaged."""
    with storage_errors(directory):
        return _read_schema(directory) is not None


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
    schema = _read_schema(directory)
    if schema is None:
        try:
            _check_free(directory, create=create)
        except WorkspaceError:
            schema = _read_schema(directory)
            if schema is None:  # otherwise another process created it just now
                raise
    if schema is not None and schema > SCHEMA:
        raise WorkspaceError(
            f"created by a newer release: schema {schema}, this release supports up to {SCHEMA}",
            where=str(directory),
            advice="Upgrade tieback or choose another directory",
        )
    return schema


def _read_schema(directory: Path) -> int | None:
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
