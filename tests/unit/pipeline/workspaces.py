"""A workspace with analysed apps, what a run concluded of them, and an inventory."""

from datetime import date
from pathlib import Path

from tieback.model.app import App, Platform, Signer
from tieback.model.device import DevicePlatform, InventoryRow
from tieback.model.exposure import Exposure
from tieback.model.sighting import AppDocument
from tieback.model.unit import Unit
from tieback.storage.lake.lake import part_name
from tieback.storage.lake.tables.apps import app_tables
from tieback.storage.lake.tables.inputs import RunInput, save_inputs
from tieback.storage.ledger.inventory import InventoryFile
from tieback.storage.ledger.inventory_load import Snapshot
from tieback.storage.ledger.pseudonyms import Pseudonyms
from tieback.storage.workspace import Workspace

P = DevicePlatform
GRANT = """
authorised_by = "Security office"
contact = "security@example.org"
not_after = 2030-01-01
[[target]]
match = "127.0.0.0/8"
ports = "any"
depth = "describe"
"""
SIGNER = "6c" * 32
ACME = Signer(SIGNER)
ANALYSED = (
    App(Platform.ANDROID, "org.fieldhand.app", "a" * 64, "Fieldhand", "4.0.7", signer=ACME, vendor="Fieldhand Ltd"),
    App(Platform.ANDROID, "org.fieldhand.app", "b" * 64, "Fieldhand", "4.0.6", signer=ACME, vendor="Fieldhand Ltd"),
    App(Platform.IOS, "com.Acme.Mail", "c" * 64, "Acme Mail", "1"),
    App(Platform.ANDROID, "com.never", "d" * 64, "Never installed", "1"),
)  # fmt: skip


def enter(workspace: Workspace, day: date, *rows: InventoryRow, complete: bool = False) -> None:
    snapshot = Snapshot("intune", day.toordinal(), complete=complete)
    file = InventoryFile(f"{day}{len(rows)}".rjust(64, "0"), "f", "s")
    entered = workspace.ledger.inventory.enter(file, snapshot, lambda: rows, Pseudonyms(b"k" * 32))
    workspace.ledger.inventory.close("intune", [entered.number], day.toordinal(), complete=complete)


def conclude(workspace: Workspace, *stores: Exposure, grant: str | None = None) -> None:
    """One more run that ended with these stores."""
    units = [RunInput(f"{app.sha256}.apk", app.sha256, "1") for app in ANALYSED]
    run = workspace.ledger.start_run([], grant)
    save_inputs(workspace.lake, run, units)
    workspace.ledger.conclusions.save(run, stores, ())
    workspace.ledger.end_run(run)


def make(
    folder: Path,
    *rows: InventoryRow,
    stores: tuple[Exposure, ...] = (),
    grant: str | None = None,
    apps: tuple[App, ...] = ANALYSED,
) -> Path:
    directory = folder / "ws"
    with Workspace.open(directory) as workspace:
        units = [Unit(app.sha256, "1", f"{app.sha256}.apk", 1) for app in apps]
        documents = [(unit, AppDocument(unit.source, app)) for unit, app in zip(units, apps, strict=True)]
        workspace.lake.publish(part_name(units), app_tables(documents), units)
        conclude(workspace, *stores, grant=grant)
        enter(workspace, date(2026, 3, 1), *rows)
    return directory
