"""Where the ledger of a workspace is: in its file ``ledger.db``, or in the PostgreSQL that ``ledger.json`` names.

``ledger.json`` holds the address, without a password, and the name by which the ledger knows its workspace: two
workspaces with one ledger would each take the other's results for lost.
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

POINTER = "ledger.json"
LEDGER_FILE = "ledger.db"
MOVING = "ledger.moving.json"
"""Names a PostgreSQL that a move is copying to."""
DRAFT = "ledger.db.moving"
"""What a move to SQLite makes."""
IN_WORKSPACE = "the file ledger.db of its workspace"
"""What a ledger in PostgreSQL says that was moved to SQLite."""
_SCHEMA = 1
_MOST_BYTES = 65_536


class Place(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What ``ledger.json`` holds."""

    schema: int
    url: str
    workspace: str
    """Random; stands in the ledger too."""


def new_place(url: str) -> Place:
    """A place for a ledger that is to be made. Raises ``UsageError`` as ``check_address``."""
    return Place(_SCHEMA, check_address(url), secrets.token_hex(16))


def read_place(directory: Path, name: str = POINTER) -> Place | None:
    """Where a workspace has its ledger; ``None`` where that is its own file.

    Raises:
        WorkspaceError: the file is damaged, or of a newer release.
    """
    path = directory / name
    try:
        with path.open("rb") as file:
            content = file.read(_MOST_BYTES)
    except (FileNotFoundError, NotADirectoryError):
        return None
    try:
        place = msgspec.json.decode(content, type=Place)
    except msgspec.DecodeError as error:
        raise WorkspaceError(
            f"does not say where the ledger is ({error})", where=str(path), advice="Restore it from a copy"
        ) from None
    if place.schema != _SCHEMA:
        raise WorkspaceError("made by a newer tieback", where=str(path), advice="Upgrade tieback")
    check_address(place.url)
    return place


def write_place(directory: Path, place: Place | None, name: str = POINTER) -> None:
    """Write or remove the file, in one step and on the disk before that."""
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


def open_place(directory: Path, place: Place | None, *, known: bool = True) -> Ledger:
    """Open the ledger, and see that it is the one of this workspace.

    Args:
        directory: the workspace.
        place: what ``read_place`` gave.
        known: whether the workspace says so; else it is only seen whether it could be its ledger.

    Raises:
        WorkspaceError: it cannot be opened, its content has moved, or it belongs to another workspace.
    """
    ledger = Ledger.open(directory / LEDGER_FILE) if place is None else Ledger.open_url(place.url)
    try:
        moved = ledger.database.read(lambda connection: connection.execute(sa.select(ledger_state.c.moved_to)).scalar())
        if moved is not None:
            ledger.close()
            return open_place(directory, follow(directory, place, moved))
        if place is not None:
            claim(ledger.database, place.workspace, only_look=not known)
    except BaseException:
        ledger.close()
        raise
    return ledger


def follow(directory: Path, place: Place | None, moved: str) -> Place | None:
    """End a move whose content has arrived: make the workspace point where its old ledger says.

    Args:
        directory: the workspace.
        place: where its old ledger is.
        moved: what that says.

    Returns:
        Where the ledger is now.

    Raises:
        WorkspaceError: what was moved is not there.
    """
    if place is None:
        begun = read_place(directory, MOVING)
        if begun is not None and begun.url == moved:
            write_place(directory, begun)
            write_place(directory, None, MOVING)
            return begun
        if (now := read_place(directory)) is not None:
            return now  # another process was first
    elif moved == IN_WORKSPACE:
        file = directory / LEDGER_FILE
        with storage_errors(file):
            try:
                (directory / DRAFT).replace(file)
            except FileNotFoundError:
                if not file.exists():
                    raise
            write_place(directory, None)
        return None
    raise WorkspaceError(
        f"this ledger was moved to {moved}",
        where=str(directory / LEDGER_FILE) if place is None else place.url,
        advice=f"Restore {POINTER} in the workspace from a copy, or choose another directory",
    )


def claim(database: Database, workspace: str, *, only_look: bool = False) -> None:
    """Make an empty ledger the one of a workspace; nothing where it is that already, or if ``only_look``.

    Raises:
        WorkspaceError: it is another's.
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
                advice="Choose an empty database, or a schema of its own with ?options=-csearch_path%3DNAME",
            )
        if not only_look:
            connection.execute(sa.update(ledger_state).values(workspace=workspace))

    database.write(change, alone="state")


def is_empty(connection: Connection) -> bool:
    """Whether a ledger holds nothing yet."""
    held = (sa.exists().select_from(table) for table in metadata.sorted_tables if table is not ledger_state)
    return not connection.execute(sa.select(sa.or_(*held))).scalar()


def require_place(directory: Path, known: Place | None, wanted: str) -> None:
    """Whether a workspace that is there already has its ledger where the command says. Raises ``UsageError``."""
    if known is None or known.url != wanted:
        where = str(directory / LEDGER_FILE) if known is None else known.url
        raise UsageError(
            f"this workspace has its ledger elsewhere ({where})",
            where=str(directory),
            advice="Leave --ledger out, or move it with `tieback workspace move --to`",
        )
