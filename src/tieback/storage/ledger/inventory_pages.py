"""Pages of the inventory: imports, devices and installs, each in the order of a key, so that no list is read whole.

Every function is one transaction. Database failures raise ``WorkspaceError``.
"""

from collections.abc import Collection
from datetime import UTC, date, datetime
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy import Connection

from tieback.model.device import Device, DevicePlatform, Install, Ownership
from tieback.storage.ledger.database import Database
from tieback.storage.ledger.inventory import InventoryImport, import_of
from tieback.storage.ledger.tables import (
    case_log,
    inventory_apps,
    inventory_devices,
    inventory_imports,
    inventory_installs,
    inventory_store_facts,
    runs,
)


class SourceTotal(msgspec.Struct, frozen=True):
    """What was imported from one source."""

    source: str
    imports: int
    last_taken: date
    """Day of the newest inventory."""
    last_imported: datetime
    skipped: int
    """Records of all imports that were not read."""


class FleetDevice(msgspec.Struct, frozen=True):
    """A device of the fleet, with the number of its apps."""

    device: Device
    first_seen: date
    last_seen: date
    removed: date | None
    apps: int
    """Apps that it has now."""


class DeviceInstall(msgspec.Struct, frozen=True):
    """An app on a device."""

    app: int
    """ID of its row in the ledger."""
    platform: DevicePlatform
    bundle_id: str
    name: str
    publisher: str
    install: Install


class DeviceFilter(msgspec.Struct, frozen=True):
    """Which devices to list."""

    platform: DevicePlatform | None = None
    ownership: Ownership | None = None
    removed: bool = False
    """Also devices that no inventory lists any more."""
    prefix: str = ""
    """First characters of the pseudonym."""


def fleet_version(database: Database) -> tuple[int | float | None, ...]:
    """Numbers that change if an import, a run, a look-up in app stores or a change of a vendor changes the fleet."""
    queries = (
        sa.select(sa.func.max(inventory_imports.c.imported), sa.func.count(), sa.func.sum(inventory_imports.c.pending)),
        sa.select(sa.func.max(inventory_imports.c.id), sa.func.sum(inventory_imports.c.taken)),
        sa.select(sa.func.count(inventory_devices.c.removed), sa.func.sum(inventory_devices.c.last_seen)),
        sa.select(sa.func.count(inventory_store_facts.c.seen_on), sa.func.sum(inventory_store_facts.c.seen_on)),
        sa.select(sa.func.max(case_log.c.seq)),
        sa.select(sa.func.count(runs.c.id), sa.func.max(runs.c.ended)),
    )
    return database.read(lambda connection: tuple(one for query in queries for one in connection.execute(query).one()))


def import_page(database: Database, before: int | None, limit: int) -> list[InventoryImport]:
    """Imports, latest first, with a lower number than ``before``."""
    table = inventory_imports.c
    query = sa.select(inventory_imports).order_by(table.id.desc()).limit(limit)
    if before is not None:
        query = query.where(table.id < before)
    rows = database.read(lambda connection: connection.execute(query).mappings().all())
    return [import_of(row) for row in rows]


def source_totals(database: Database) -> list[SourceTotal]:
    """One row per source, by name."""
    table = inventory_imports.c
    query = (
        sa.select(
            table.source,
            sa.func.count(),
            sa.func.max(table.taken),
            sa.func.max(table.imported),
            sa.func.sum(table.skipped),
        )
        .group_by(table.source)
        .order_by(table.source)
    )
    rows = database.read(lambda connection: connection.execute(query).all())
    return [
        SourceTotal(name, count, date.fromordinal(taken), datetime.fromtimestamp(imported, UTC), int(skipped))
        for name, count, taken, imported, skipped in rows
    ]


def device_page(database: Database, which: DeviceFilter, after: str, limit: int) -> list[FleetDevice]:
    """Devices by pseudonym, after this one."""
    table = inventory_devices.c
    query = sa.select(inventory_devices).where(table.pseudonym > after).order_by(table.pseudonym).limit(limit)
    query = query.where(*_chosen(which))

    def read(connection: Connection) -> list[FleetDevice]:
        rows = connection.execute(query).mappings().all()
        apps = _app_counts(connection, [row["id"] for row in rows])
        return [
            FleetDevice(
                _device(row),
                date.fromordinal(row["first_seen"]),
                date.fromordinal(row["last_seen"]),
                _day(row["removed"]),
                apps.get(row["id"], 0),
            )
            for row in rows
        ]

    return database.read(read)


def device_count(database: Database, which: DeviceFilter) -> int:
    """Number of devices that the filter includes."""
    query = sa.select(sa.func.count()).select_from(inventory_devices).where(*_chosen(which))
    return database.read(lambda connection: connection.scalar(query)) or 0


def find_device(database: Database, pseudonym: str) -> FleetDevice | None:
    """The device with this pseudonym."""
    query = sa.select(inventory_devices).where(inventory_devices.c.pseudonym == pseudonym)

    def read(connection: Connection) -> FleetDevice | None:
        row = connection.execute(query).mappings().one_or_none()
        if row is None:
            return None
        first, last = date.fromordinal(row["first_seen"]), date.fromordinal(row["last_seen"])
        apps = _app_counts(connection, [row["id"]])
        return FleetDevice(_device(row), first, last, _day(row["removed"]), apps.get(row["id"], 0))

    return database.read(read)


def device_installs(
    database: Database, pseudonym: str, after: tuple[int, str] | None, limit: int
) -> list[DeviceInstall]:
    """Apps on a device, now and earlier, by the key of the app row and the version."""
    installs, apps = inventory_installs.c, inventory_apps.c
    this = sa.select(inventory_devices.c.id).where(inventory_devices.c.pseudonym == pseudonym).scalar_subquery()
    columns = (installs.app, installs.version, installs.first_seen, installs.last_seen, installs.removed)
    query = (
        sa.select(*columns, apps.platform, apps.bundle_id, apps.name, apps.publisher)
        .join_from(inventory_installs, inventory_apps, installs.app == apps.id)
        .where(installs.device == this)
        .order_by(installs.app, installs.version)
        .limit(limit)
    )
    if after is not None:
        query = query.where(_later((installs.app, installs.version), after))

    def read(connection: Connection) -> list[DeviceInstall]:
        which = sa.select(inventory_devices).where(inventory_devices.c.pseudonym == pseudonym)
        found = connection.execute(which).mappings().one_or_none()
        if found is None:
            return []
        device = _device(found)
        return [
            DeviceInstall(
                app,
                DevicePlatform(platform),
                bundle,
                name,
                publisher,
                Install(device, version, date.fromordinal(first), date.fromordinal(last), _day(removed)),
            )
            for app, version, first, last, removed, platform, bundle, name, publisher in connection.execute(query)
        ]

    return database.read(read)


def app_installs(
    database: Database, rows: Collection[int], after: tuple[int, str, str] | None, limit: int
) -> list[Install]:
    """Installs of an app, present ones first, then by device and version.

    Args:
        database: the ledger.
        rows: rows of the ledger that describe the app (``FleetApp.rows``).
        after: 0 for a present or 1 for a removed one, pseudonym and version of the last install.
        limit: number of installs.
    """
    installs, devices = inventory_installs.c, inventory_devices.c
    gone = sa.case((installs.removed.is_(None), 0), else_=1)
    columns = (devices.pseudonym, devices.platform, devices.ownership, devices.source, devices.user, devices.label)
    query = (
        sa.select(*columns, installs.version, installs.first_seen, installs.last_seen, installs.removed)
        .join_from(inventory_installs, inventory_devices, installs.device == devices.id)
        .where(installs.app.in_(rows))
        .order_by(gone, devices.pseudonym, installs.version)
        .limit(limit)
    )
    if after is not None:
        query = query.where(_later((gone, devices.pseudonym, installs.version), after))
    found = database.read(lambda connection: connection.execute(query).mappings().all())
    return [
        Install(
            _device(row),
            row["version"],
            date.fromordinal(row["first_seen"]),
            date.fromordinal(row["last_seen"]),
            _day(row["removed"]),
        )
        for row in found
    ]


def _later(columns: tuple[Any, ...], key: tuple[Any, ...]) -> sa.ColumnElement[bool]:
    """True for rows after this key, in the order of the columns."""
    first, *others = columns
    value, *rest = key
    if not others:
        return first > value  # type: ignore[no-any-return]
    return sa.or_(first > value, sa.and_(first == value, _later(tuple(others), tuple(rest))))


def _chosen(which: DeviceFilter) -> list[sa.ColumnElement[bool]]:
    table = inventory_devices.c
    found: list[sa.ColumnElement[bool]] = []
    if which.platform is not None:
        found.append(table.platform == which.platform.value)
    if which.ownership is not None:
        found.append(table.ownership == which.ownership.value)
    if not which.removed:
        found.append(table.removed.is_(None))
    if which.prefix:
        found.append(table.pseudonym.startswith(which.prefix, autoescape=True))
    return found


def _app_counts(connection: Connection, devices: Collection[int]) -> dict[int, int]:
    """Number of apps that each of these devices has now."""
    installs = inventory_installs.c
    query = (
        sa.select(installs.device, sa.func.count(sa.distinct(installs.app)))
        .where(installs.device.in_(devices) & installs.removed.is_(None))
        .group_by(installs.device)
    )
    return {int(device): int(count) for device, count in connection.execute(query)}


def _device(row: Any) -> Device:
    return Device(
        row["pseudonym"],
        DevicePlatform(row["platform"]),
        Ownership(row["ownership"]),
        row["source"],
        row["user"],
        row["label"],
    )


def _day(day: int | None) -> date | None:
    return None if day is None else date.fromordinal(day)
