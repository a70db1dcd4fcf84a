"""A workspace with analysed apps, what a run concluded of them, and an inventory."""

from collections.abc import Collection, Iterable, Mapping
from datetime import date
from pathlib import Path
from types import MappingProxyType

from tieback.model.app import App, Platform, Signer
from tieback.model.backend import Backend
from tieback.model.device import DevicePlatform, InventoryRow
from tieback.model.endpoint import Endpoint, EndpointKind, Party
from tieback.model.exposure import Exposure
from tieback.model.probe import ProbeReport
from tieback.model.sighting import AppDocument, Evidence, Sighting, UnreadCode, UnreadKind
from tieback.model.unit import Unit
from tieback.storage.lake.lake import part_name
from tieback.storage.lake.tables.apps import app_tables
from tieback.storage.lake.tables.inputs import RunInput, save_inputs
from tieback.storage.lake.tables.probes import ProbeWriter, save_backends
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


def conclude(
    workspace: Workspace,
    *stores: Exposure,
    grant: str | None = None,
    hosts: Iterable[str] = (),
    probes: Iterable[ProbeReport] = (),
) -> None:
    """One more run that ended with these stores, back ends and probes."""
    units = [RunInput(f"{app.sha256}.apk", app.sha256, "1") for app in ANALYSED]
    run = workspace.ledger.start_run([], grant)
    save_inputs(workspace.lake, run, units)
    save_backends(workspace.lake, run, [Backend(end_at(host)) for host in dict.fromkeys(hosts)])
    with ProbeWriter(workspace.lake, run) as writer:
        for report in probes:
            writer.add(report)
    workspace.ledger.conclusions.save(run, stores, ())
    workspace.ledger.end_run(run)


def end_at(host: str) -> Endpoint:
    """The endpoint that an app names at a host."""
    return Endpoint(EndpointKind.URL, f"https://{host}", "https", host, 443, "")


def _document(unit: Unit, app: App, host: str, *, unread: bool) -> AppDocument:
    found = Sighting(end_at(host), 1, Party.FIRST, Evidence("classes.dex", 1, "dex-string/url", "")) if host else None
    parts = (UnreadCode(UnreadKind.ENCRYPTED, "encrypted code", "lib/a.so"),) if unread else ()
    return AppDocument(unit.source, app, sightings=(found,) if found else (), unread=parts)


def make(
    folder: Path,
    *rows: InventoryRow,
    stores: tuple[Exposure, ...] = (),
    grant: str | None = None,
    apps: tuple[App, ...] = ANALYSED,
    hosts: Mapping[str, str] = MappingProxyType({}),
    probes: Iterable[ProbeReport] = (),
    unread: Collection[str] = (),
) -> Path:
    """Make the workspace; returns its directory.

    Args:
        folder: where it is made.
        rows: the inventory.
        stores: what the run concluded.
        grant: of the run.
        apps: the analysed apps.
        hosts: the host that an app names, by bundle identifier; other apps name none.
        probes: reports of the run.
        unread: bundle identifiers of the apps of which a part was not read.
    """
    directory = folder / "ws"
    with Workspace.open(directory) as workspace:
        units = [Unit(app.sha256, "1", f"{app.sha256}.apk", 1) for app in apps]
        documents = [
            (unit, _document(unit, app, hosts.get(app.bundle_id, ""), unread=app.bundle_id in unread))
            for unit, app in zip(units, apps, strict=True)
        ]
        workspace.lake.publish(part_name(units), app_tables(documents), units)
        conclude(workspace, *stores, grant=grant, hosts=hosts.values(), probes=probes)
        enter(workspace, date(2026, 3, 1), *rows)
    return directory
