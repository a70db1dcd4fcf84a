"""The inventory: what was imported from where and when, what is stale, and the devices under their pseudonyms."""

from datetime import UTC, date, datetime
from pathlib import PurePath

import msgspec

from tieback.model.count_text import count_text
from tieback.model.device import DevicePlatform, Ownership
from tieback.pipeline.views.fleet import FleetCounts, fleet_counts, review_row
from tieback.pipeline.views.listing import Listing, bounded_limit, decode_cursor, encode_cursor
from tieback.pipeline.views.prepared_fleet import prepared_fleet
from tieback.storage.ledger.inventory_pages import (
    DeviceFilter,
    FleetDevice,
    device_count,
    device_installs,
    device_page,
    find_device,
    import_page,
    source_totals,
)
from tieback.storage.uploads import UploadFolder
from tieback.storage.workspace import Workspace

DeviceQuery = DeviceFilter
"""Which devices to list."""
STALE_DAYS = 30
"""An inventory older than this may miss apps and devices of today."""


class SourceRow(msgspec.Struct, frozen=True, kw_only=True):
    """One source of inventories."""

    source: str
    imports: int
    last_taken: date
    """Day of its newest inventory."""
    last_imported: datetime
    age_days: int
    stale: bool
    """True if the newest inventory is older than 30 days."""
    skipped: int
    """Records that were not read."""


class InventoryImportRow(msgspec.Struct, frozen=True, kw_only=True):
    """One imported file."""

    number: int
    name: str
    """Name of the file, without folders."""
    source: str
    shape: str
    taken: date
    imported: datetime
    rows: int
    skipped: int
    complete: bool
    """True if it lists all devices of its source, so that missing ones count as removed."""
    incomplete: str
    """What is missing, as one clause; empty if nothing is known to be missing."""
    day_imports: int
    """Imports of this source for this day, with this one. They can only be removed together."""
    day_apps: int
    """Apps that the source lists on this day and on no other."""
    day_devices: int
    """Devices that the source lists on this day and on no other."""
    sha256: str


class InventoryPage(msgspec.Struct, frozen=True, kw_only=True):
    """The start page of the inventory."""

    devices: int
    """Devices that inventories list now."""
    fleet: FleetCounts
    sources: tuple[SourceRow, ...]
    imports: Listing[InventoryImportRow]


class DeviceRow(msgspec.Struct, frozen=True, kw_only=True):
    """A device under its pseudonym."""

    id: str
    label: str
    """The inventory's own ID, if the import kept names; otherwise the pseudonym."""
    platform: DevicePlatform
    ownership: Ownership
    source: str
    user: str
    first_seen: date
    last_seen: date
    removed: date | None
    apps: int


class DeviceAppRow(msgspec.Struct, frozen=True, kw_only=True):
    """An app on a device."""

    app: int | None
    """ID in the review; ``None`` if the review does not include it, such as a desktop app."""
    name: str
    platform: DevicePlatform
    bundle_id: str
    version: str
    first_seen: date
    last_seen: date
    removed: date | None
    state: str
    """As in the review; empty if the review does not include the app."""
    reason: str


class DevicePage(msgspec.Struct, frozen=True, kw_only=True):
    """One device with its apps."""

    device: DeviceRow
    not_probed: str
    """Why the run shows nothing about open stores, as one sentence; empty if it probed."""
    apps: Listing[DeviceAppRow]


def inventory_page(
    workspace: Workspace, *, after: str = "", limit: int = 50, today: date | None = None, run: str = ""
) -> InventoryPage:
    """Totals, sources and imports, the latest import first.

    Raises:
        UsageError: the cursor or the limit is not valid.
        WorkspaceError: the workspace cannot be read.
    """
    limit = bounded_limit(limit)
    before = decode_cursor(after, tuple[int])[0] if after else None
    database = workspace.ledger.database
    rows = import_page(database, before, limit + 1)
    day = today or datetime.now(UTC).date()
    sources = tuple(
        SourceRow(
            source=one.source,
            imports=one.imports,
            last_taken=one.last_taken,
            last_imported=one.last_imported,
            age_days=max((day - one.last_taken).days, 0),
            stale=(day - one.last_taken).days > STALE_DAYS,
            skipped=one.skipped,
        )
        for one in source_totals(database)
    )
    uploads = UploadFolder(workspace.directory)
    days = {(one.source, one.taken): one for one in workspace.ledger.inventory.days()}
    only = [days.get((one.source, one.taken)) for one in rows[:limit]]
    imports = tuple(
        InventoryImportRow(
            number=one.number,
            name=PurePath(uploads.name_of(one.name)).name,
            source=one.source,
            shape=one.shape,
            taken=one.taken,
            imported=one.imported,
            rows=one.rows,
            skipped=one.skipped,
            complete=one.complete,
            incomplete=_incomplete(one.follows, one.records, one.total),
            day_imports=day_of.imports if day_of is not None else 1,
            day_apps=day_of.apps if day_of is not None else 0,
            day_devices=day_of.devices if day_of is not None else 0,
            sha256=one.sha256,
        )
        for one, day_of in zip(rows[:limit], only, strict=True)
    )
    fleet = fleet_counts(workspace, run)
    return InventoryPage(
        devices=device_count(database, DeviceFilter()),
        fleet=fleet,
        sources=sources,
        imports=Listing(
            items=imports,
            next=encode_cursor((imports[-1].number,)) if len(rows) > limit else None,
            total=sum(one.imports for one in sources),
            run=fleet.run,
        ),
    )


def list_devices(workspace: Workspace, which: DeviceFilter, *, after: str = "", limit: int = 50) -> Listing[DeviceRow]:
    """Devices by pseudonym.

    Raises:
        UsageError: the cursor or the limit is not valid.
        WorkspaceError: the workspace cannot be read.
    """
    limit = bounded_limit(limit)
    start = decode_cursor(after, tuple[str])[0] if after else ""
    database = workspace.ledger.database
    rows = device_page(database, which, start, limit + 1)
    items = tuple(_device_row(one) for one in rows[:limit])
    following = encode_cursor((items[-1].id,)) if len(rows) > limit else None
    return Listing(items=items, next=following, total=device_count(database, which))


def device_of(
    workspace: Workspace, device: str, *, after: str = "", limit: int = 50, run: str = ""
) -> DevicePage | None:
    """One device with its apps; ``None`` if there is no such pseudonym.

    Raises:
        UsageError: the cursor or the limit is not valid.
        WorkspaceError: the workspace cannot be read.
    """
    limit = bounded_limit(limit)
    database = workspace.ledger.database
    found = find_device(database, device)
    if found is None:
        return None
    key = decode_cursor(after, tuple[int, str]) if after else None
    rows = device_installs(database, device, key, limit + 1)
    fleet = prepared_fleet(workspace, run)
    items = []
    for one in rows[:limit]:
        line = fleet.find(one.app)
        row = None if line is None else review_row(line)
        items.append(
            DeviceAppRow(
                app=None if row is None else row.id,
                name=one.name or one.bundle_id,
                platform=one.platform,
                bundle_id=one.bundle_id,
                version=one.install.version,
                first_seen=one.install.first_seen,
                last_seen=one.install.last_seen,
                removed=one.install.removed,
                state="" if row is None else row.state.value,
                reason="" if row is None else row.reason,
            )
        )
    last = rows[limit - 1] if len(rows) > limit else None
    following = None if last is None else encode_cursor((last.app, last.install.version))
    return DevicePage(
        device=_device_row(found),
        not_probed=fleet.not_probed,
        apps=Listing(items=tuple(items), next=following, run=fleet.run),
    )


def _device_row(one: FleetDevice) -> DeviceRow:
    device = one.device
    return DeviceRow(
        id=device.id,
        label=device.label or device.id,
        platform=device.platform,
        ownership=device.ownership,
        source=device.source,
        user=device.user,
        first_seen=one.first_seen,
        last_seen=one.last_seen,
        removed=one.removed,
        apps=one.apps,
    )


def _incomplete(follows: bool, records: int, total: int | None) -> str:
    if total is not None and records < total:
        return f"the file has {records:,} of {count_text(total, 'record')}; import all its pages together"
    return "another page follows; import all its pages together" if follows else ""
