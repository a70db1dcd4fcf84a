"""Imported inventories: which there are, what each day of a source brought, and how to take a day back."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import msgspec

from tieback.model.count_text import count_text
from tieback.model.errors import UsageError
from tieback.storage.ledger.inventory import InventoryImport
from tieback.storage.ledger.inventory_remove import InventoryDay
from tieback.storage.workspace import Workspace


class ImportedInventory(msgspec.Struct, frozen=True):
    """An import, and what its source states on this day and on no other."""

    entered: InventoryImport
    """What was imported."""
    only: InventoryDay
    """All imports of its source for its day."""


def list_imports(workspace: Path) -> Iterator[ImportedInventory]:
    """Imports, latest first.

    Raises:
        WorkspaceError: the workspace cannot be read.
    """
    with Workspace.open(workspace, create=False) as space:
        inventory = space.ledger.inventory
        days = {(one.source, one.taken): one for one in inventory.days()}
        for one in reversed(inventory.imports()):
            # An import may have arrived since the first query.
            if (only := days.get((one.source, one.taken))) is not None:
                yield ImportedInventory(one, only)


def find_day(workspace: Workspace, source: str, taken: date) -> InventoryDay:
    """The imports of a source for one day.

    Raises:
        UsageError: there are none.
        WorkspaceError: the workspace cannot be read.
    """
    for one in workspace.ledger.inventory.days():
        if (one.source, one.taken) == (source, taken):
            return one
    raise _no_such_day(source, taken)


def remove_day(workspace: Workspace, source: str, taken: date) -> InventoryDay:
    """Remove the imports of a source for one day, with the apps and devices that only they list.

    Raises:
        UsageError: there are none.
        WorkspaceError: the workspace cannot be written.
    """
    removed = workspace.ledger.inventory.remove_day(source, taken)
    if removed is None:
        raise _no_such_day(source, taken)
    return removed


def day_text(one: InventoryDay) -> str:
    """What only this day states: ``3 imports; 12 apps and 2 devices that only they list``."""
    apps, devices = count_text(one.apps, "app"), count_text(one.devices, "device")
    only = "it lists" if one.imports == 1 else "they list"
    return f"{count_text(one.imports, 'import')}; {apps} and {devices} that only {only}"


def _no_such_day(source: str, taken: date) -> UsageError:
    return UsageError(
        "no inventory of this source and day",
        where=f"{source[:64]}, {taken}",
        advice="See `tieback inventory imports`",
        page="Reload the page Inventory",
    )
