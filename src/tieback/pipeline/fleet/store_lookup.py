"""Stages of ``tieback inventory store``: facts of app stores from files, or from a command of the user.

The command gets an app in its environment (``user_command``) and prints one JSON object with the members that
``intake.inventory.store_facts`` reads, such as ``{"state": "removed", "storefront": "de"}``. No output, or an exit code
other than 0, means that nothing is known.
"""

import tempfile
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from tieback.intake.inventory.records import fold
from tieback.intake.inventory.source import InventorySource
from tieback.intake.inventory.store_facts import parse_store_fact, read_store_facts
from tieback.model.device import AppStoreFact, AppStoreState, FleetApp
from tieback.model.errors import InputError
from tieback.pipeline.fleet.user_command import app_environment, run_command
from tieback.storage.workspace import Workspace

SECONDS = 60.0


class StoreImport(msgspec.Struct, frozen=True):
    """The facts of a file."""

    path: str
    facts: int
    ignored: int
    first_ignored: str
    notes: tuple[str, ...] = ()
    """Facts about the file that the user should know, one sentence each."""


class StoreLookup(msgspec.Struct, frozen=True):
    """The result of a look-up."""

    app: FleetApp
    fact: AppStoreFact | None
    """``None`` if nothing is known."""
    reason: str = ""


def import_store_facts(workspace: Path, files: Iterable[Path]) -> Iterator[StoreImport | InputError]:
    """Add the facts of files; an unreadable file yields an error in its position.

    Raises:
        WorkspaceError: the workspace does not exist or cannot be written.
    """
    today = datetime.now(UTC).date()
    with Workspace.open(workspace, create=False, trusted=True) as space:
        for path in files:
            source = InventorySource(path)
            try:
                count = space.ledger.store_facts.save(read_store_facts(source, today))
            except InputError as error:
                yield error
                continue
            yield StoreImport(str(path), count, source.skipped, source.first_skipped, tuple(source.notes))


def look_up_store_facts(workspace: Path, command: tuple[str, ...], seconds: float = SECONDS) -> Iterator[StoreLookup]:
    """Run the command for each mobile app with an identifier, and keep what it prints.

    Raises:
        UsageError: the command cannot be started.
        WorkspaceError: the workspace does not exist or cannot be written.
    """
    today = datetime.now(UTC).date()
    with (
        Workspace.open(workspace, create=False, trusted=True) as space,
        tempfile.TemporaryDirectory(prefix="tieback-") as folder,
    ):
        for app in [one for one in space.ledger.inventory.apps() if one.platform.mobile]:
            ident = app.bundle_id or app.store_id
            if not ident:
                continue
            version = app.versions[0][0] if app.versions else ""
            end = run_command(command, app_environment(app, version), Path(folder), seconds)
            if end.problem or not end.output.strip():
                yield StoreLookup(app, None, end.problem or "no output")
                continue
            fact = _fact(end.output, AppStoreFact(app.platform, ident), command[0])
            if isinstance(fact, str):
                yield StoreLookup(app, None, fact)
                continue
            if fact.state is not AppStoreState.UNKNOWN or fact.category or fact.downloads is not None:
                space.ledger.store_facts.save([msgspec.structs.replace(fact, seen_on=min(fact.seen_on, today))])
            yield StoreLookup(app, fact)


def _fact(output: bytes, default: AppStoreFact, source: str) -> AppStoreFact | str:
    try:
        record = msgspec.json.decode(output)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return "the output is not JSON"
    if not isinstance(record, dict):
        return "the output is not a JSON object"
    cells = {fold(name): value for name, value in record.items()}
    fact = parse_store_fact(cells, datetime.now(UTC).date(), Path(source).name, default)
    # The command was called for this app, whatever it prints.
    return (
        fact if isinstance(fact, str) else msgspec.structs.replace(fact, platform=default.platform, ident=default.ident)
    )
