"""Location of a workspace's ledger: its own file ``ledger.db``, or the PostgreSQL database named in ``ledger.json``.

``ledger.json`` contains the URL without a password, and the name of the workspace in that ledger: with a shared ledger,
each of two workspaces would treat the other's results as lost.
"""

import os
import secrets
from pathlib import Path

import msgspec
import sqlalchemy as sa
from sqlalchemy import Connection

from tieback.model.errors import UsageError, WorkspaceError
from tieback.storage.failures import storage_errors
from tieback.storage.ledger.database import Database
from tieback.storage.ledger.ledger import Ledger
from tieback.storage.ledger.postgres import check_address
from tieback.storage.ledger.tables import ledger_state, metadata
from tieback.storage.ledger.write_ahead import LogGuard
from tieback.storage.trust import ledger_mark, remember_ledger, require_confirmed

POINTER = "ledger.json"
LEDGER_FILE = "ledger.db"
MOVE_POINTER = "ledger.moving.json"
"""Names the PostgreSQL database that a move is copying to."""
MOVE_FILE = "ledger.db.moving"
"""File that a move to SQLite creates."""
IN_WORKSPACE = "the file ledger.db of its workspace"
"""New location that a PostgreSQL ledger records after a move to SQLite."""
_SCHEMA = 1
_MOST_BYTES = 65_536


class LedgerLocation(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The content of ``ledger.json``."""

    schema: int
    url: str
    workspace: str
    """Random; also stored in the ledger."""


def new_location(url: str) -> LedgerLocation:
    """A location for a new ledger. Raises ``UsageError`` as ``check_address``."""
    return LedgerLocation(_SCHEMA, check_address(url), secrets.token_hex(16))


def read_location(directory: Path, name: str = POINTER) -> LedgerLocation | None:
    """The location of a workspace's ledger; ``None`` for its own file.

    Raises:
        WorkspaceError: the file is damaged, or from a newer release.
    """
    path = directory / name
    try:
        with path.open("rb") as file:
            content = file.read(_MOST_BYTES)
    except (FileNotFoundError, NotADirectoryError):
        return None
    try:
        place = msgspec.json.decode(content, type=LedgerLocation)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise WorkspaceError(
            f"invalid ledger location ({error})", where=str(path), advice="Restore it from a backup"
        ) from None
    if place.schema != _SCHEMA:
        raise WorkspaceError("created by a newer release of tieback", where=str(path), advice="Upgrade tieback")
    check_address(place.url)
    return place


def write_location(directory: Path, place: LedgerLocation | None, name: str = POINTER) -> None:
    """Write or remove the file, in one step and durably."""
    path = directory / name
    if place is None:
        path.unlink(missing_ok=True)
        return
    draft = directory / f".{name}.{os.getpid()}"
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(msgspec.json.encode(place) + b"\n")
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)


def open_location(directory: Path, place: LedgerLocation | None, *, known: bool = True) -> Ledger:
    """Open the ledger, and check that it belongs to this workspace.

    Args:
        directory: the workspace.
        place: result of ``read_location``.
        known: the workspace already uses it; otherwise only check that it could.

    Raises:
        WorkspaceError: the user did not confirm the address; it cannot be opened, has moved, or belongs to another
            workspace; a file is beside it that SQLite would replay, and that this user's tieback did not write.
    """
    if place is not None and known:
        require_confirmed(directory, place.url, place.workspace)
    ledger = _open_file(directory / LEDGER_FILE) if place is None else Ledger.open_url(place.url)
    try:
        moved = ledger.database.read(lambda connection: connection.execute(sa.select(ledger_state.c.moved_to)).scalar())
        if moved is not None:
            ledger.close()
            return open_location(directory, finish_move(directory, place, moved))
        if place is not None:
            claim_ledger(ledger.database, place.workspace, only_look=not known)
    except BaseException:
        ledger.close()
        raise
    return ledger


def _open_file(file: Path) -> Ledger:
    return Ledger.open(file, LogGuard.enter(file))


def finish_move(directory: Path, place: LedgerLocation | None, moved: str) -> LedgerLocation | None:
    """Complete an interrupted move: let the workspace point to the location recorded in its old ledger.

    Args:
        directory: the workspace.
        place: location of the old ledger.
        moved: new location recorded there.

    Returns:
        The current location.

    Raises:
        WorkspaceError: the moved ledger is not there.
    """
    if place is None:
        begun = read_location(directory, MOVE_POINTER)
        if begun is not None and begun.url == moved:
            require_confirmed(directory, begun.url, begun.workspace)
            write_location(directory, begun)
            write_location(directory, None, MOVE_POINTER)
            return begun
        if (now := read_location(directory)) is not None:
            return now  # another process was first
    elif moved == IN_WORKSPACE:
        file = directory / LEDGER_FILE
        with storage_errors(file):
            try:
                (directory / MOVE_FILE).replace(file)
            except FileNotFoundError:
                if not file.exists():
                    raise
            write_location(directory, None)
        return None
    raise WorkspaceError(
        f"this ledger was moved to {moved}",
        where=str(directory / LEDGER_FILE) if place is None else place.url,
        advice=f"Restore {POINTER} in the workspace from a backup, or choose another directory",
    )


def claim_ledger(database: Database, workspace: str, *, only_look: bool = False) -> None:
    """Claim an empty ledger for a workspace; does nothing if it already belongs to it, or if ``only_look``.

    Raises:
        WorkspaceError: it belongs to another workspace.
    """
    whose = sa.select(ledger_state.c.workspace)
    if database.read(lambda connection: connection.execute(whose).scalar()) == workspace:
        return

    def change(connection: Connection) -> None:
        known = connection.execute(whose.with_for_update()).scalar()
        if known == workspace:
            return
        if known is not None or not is_empty(connection):
            raise WorkspaceError(
                "this ledger belongs to another workspace",
                where=database.where,
                advice="Choose an empty database, or a separate schema with ?options=-csearch_path%3DNAME",
            )
        if not only_look:
            connection.execute(sa.update(ledger_state).values(workspace=workspace))

    database.write(change, alone="state")


def claim_file(directory: Path, database: Database, *, new: bool) -> bool:
    """True if the ledger file of a trusted workspace is the one that this user's tieback wrote.

    An archive that is unpacked over a workspace can bring a file with cases and contacts of its own. It does not know
    the random word that the file and the user's state folder have.

    Args:
        directory: the workspace.
        database: its open ledger file.
        new: the file was created just now, and gets the word. So does a file of an earlier release at its first use.

    Raises:
        WorkspaceError: it cannot be read or written, or the word cannot be remembered.
    """
    known, whose = ledger_mark(directory), sa.select(ledger_state.c.workspace)
    if known and not new:
        return has_mark(database, known)
    found = database.read(lambda connection: connection.execute(whose).scalar())

    def mark(connection: Connection) -> str:
        word = connection.execute(whose).scalar() or known or secrets.token_hex(16)
        connection.execute(sa.update(ledger_state).values(workspace=word))
        return word

    remember_ledger(directory, found or database.write(mark))
    return True


def has_mark(database: Database, mark: str) -> bool:
    """True if a ledger file has this random word."""
    whose = sa.select(ledger_state.c.workspace)
    found: str | None = database.read(lambda connection: connection.execute(whose).scalar())
    return found == mark


def is_empty(connection: Connection) -> bool:
    """True if a ledger is empty."""
    held = (sa.exists().select_from(table) for table in metadata.sorted_tables if table is not ledger_state)
    return not connection.execute(sa.select(sa.or_(*held))).scalar()


def require_location(directory: Path, known: LedgerLocation | None, wanted: str) -> None:
    """Check that an existing workspace has its ledger where the command expects it. Raises ``UsageError``."""
    if known is None or known.url != wanted:
        where = str(directory / LEDGER_FILE) if known is None else known.url
        raise UsageError(
            f"the ledger of this workspace is at another location ({where})",
            where=str(directory),
            advice="Omit --ledger, or move the ledger with `tieback workspace move --to`",
        )
