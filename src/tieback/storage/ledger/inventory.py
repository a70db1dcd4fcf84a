"""The fleet in the ledger: imported inventories, apps, devices, and installs with their dates.

Every method is one transaction. Database failures raise ``WorkspaceError``.
"""

import hashlib
import json
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from itertools import batched

import msgspec
import sqlalchemy as sa
from sqlalchemy import Connection, RowMapping
from sqlalchemy.sql.selectable import CTE

from tieback.model.device import CountSource, Device, DevicePlatform, FleetApp, Install, InventoryRow, Ownership
from tieback.storage.ledger.database import Database
from tieback.storage.ledger.inventory_load import (
    Snapshot,
    Unlisted,
    count_kept_devices,
    count_kept_installs,
    load_rows,
    partial_imports,
    remove_source,
    remove_unlisted_apps,
    remove_unlisted_devices,
)
from tieback.storage.ledger.inventory_remove import InventoryDay, inventory_days, remove_day
from tieback.storage.ledger.inventory_same import kept_app, same_apps, same_table
from tieback.storage.ledger.pseudonyms import Pseudonyms
from tieback.storage.ledger.tables import (
    inventory_app_sources,
    inventory_apps,
    inventory_counts,
    inventory_devices,
    inventory_imports,
    inventory_installs,
    inventory_maps,
)

_ROWS_AT_ONCE = 1_000


class InventoryFile(msgspec.Struct, frozen=True):
    """An inventory file in the ledger."""

    sha256: str
    name: str
    """Name as given by the user."""
    shape: str
    """Format of the source."""
    device: str = ""
    """Pseudonym of the device that the file name identifies; empty if the content names its devices."""


class PageMarks(msgspec.Struct, frozen=True):
    """What a file says about its place in a list of several pages."""

    follows: bool = False
    """True if another page follows the last one in the file."""
    records: int = 0
    """Number of records in the file."""
    total: int | None = None
    """Number of records in the whole list; ``None`` if the file does not say it."""


class InventoryImport(msgspec.Struct, frozen=True):
    """An imported inventory."""

    name: str
    """Name of the file."""
    source: str
    """The system that exported it."""
    shape: str
    """Form of the file, as its importer names it."""
    sha256: str
    """SHA-256 of the file."""
    taken: date
    """Day that it describes."""
    imported: datetime
    """When it was imported (UTC)."""
    rows: int
    """Number of rows that were read."""
    skipped: int
    """Number of ignored rows."""
    complete: bool
    """True if the file describes the whole fleet of its source."""
    again: bool = False
    """True if it was already imported for this day, so that no row was read now."""
    follows: bool = False
    """True if the file states that another page follows."""
    records: int = 0
    """Number of records in the file."""
    total: int | None = None
    """Number of records of the whole list, if the file states it."""
    number: int = 0
    """Number of the import, in this workspace."""
    device: str = ""
    """Pseudonym of the device that the file name identifies."""


def import_of(row: RowMapping) -> InventoryImport:
    """The import in a row of ``inventory_imports``."""
    return InventoryImport(
        name=row["name"],
        source=row["source"],
        shape=row["shape"],
        sha256=row["sha256"],
        taken=date.fromordinal(row["taken"]),
        imported=datetime.fromtimestamp(row["imported"], UTC),
        rows=row["rows"],
        skipped=row["skipped"],
        complete=bool(row["complete"]),
        follows=bool(row["follows"]),
        records=row["records"],
        total=row["total"],
        number=row["id"],
        device=row["device"],
    )


class Inventory:
    """The fleet in an open ledger."""

    def __init__(self, database: Database) -> None:
        self._database = database

    # Imports

    def imported(self, file: InventoryFile, snapshot: Snapshot) -> InventoryImport | None:
        """The import of this content, from this source and for this day."""
        table = inventory_imports.c
        which = (table.sha256 == file.sha256) & (table.source == snapshot.source) & (table.taken == snapshot.taken)
        return next(self._imports(which & (table.device == file.device)), None)

    def imports(self) -> list[InventoryImport]:
        """All imports, in order."""
        return list(self._imports(sa.true()))

    def enter(
        self,
        file: InventoryFile,
        snapshot: Snapshot,
        rows: Callable[[], Iterable[InventoryRow]],
        names: Pseudonyms,
        marks: Callable[[], PageMarks] = PageMarks,
        *,
        replace: bool = False,
        columns: Mapping[str, str] | None = None,
    ) -> InventoryImport:
        """Import an inventory: completely or, if ``rows`` raises, not at all; a known one is not imported again.

        With ``replace``, it replaces a known one, if that is the only import of its source. What several imports
        state about a device is not stored separately, so nothing of one of them can be taken back.

        ``close`` then marks what is missing as removed.

        Args:
            file: its name, and the digest of its content.
            snapshot: its source and date.
            rows: opens its rows; not called for a known import, and called again after a lost connection.
            names: pseudonyms of the workspace.
            marks: the page marks of the file; called after all rows were read.
            replace: the rows of a known import mean something else now.
            columns: the column mapping of a plain table.

        Raises:
            WorkspaceError: the ledger cannot be written. Errors of ``rows`` are passed on.
        """
        known = self.imported(file, snapshot)
        if known is not None and not (replace and self._is_only_import(snapshot.source)):
            return msgspec.structs.replace(known, again=True)

        def enter(connection: Connection) -> int:
            if known is not None:
                remove_source(connection, snapshot.source)
            entered = connection.execute(
                sa.insert(inventory_imports)
                .values(
                    sha256=file.sha256,
                    source=snapshot.source,
                    shape=file.shape,
                    name=file.name,
                    taken=snapshot.taken,
                    imported=time.time(),
                    rows=0,
                    skipped=0,
                    complete=int(snapshot.complete),
                    device=file.device,
                )
                .returning(inventory_imports.c.id)
            )
            number = entered.scalar_one()
            if columns is not None:
                _keep_map(connection, _import_key(file, snapshot), columns)
            loaded = load_rows(connection, number, snapshot, rows(), names)
            page = marks()
            connection.execute(
                sa.update(inventory_imports)
                .where(inventory_imports.c.id == number)
                .values(
                    rows=loaded.rows,
                    skipped=loaded.skipped,
                    follows=int(page.follows),
                    records=page.records,
                    total=page.total,
                    pending=int(snapshot.whole_devices and loaded.several_apps),
                )
            )
            return int(number)

        number = self._database.write(enter, alone="inventory")
        return next(self._imports(inventory_imports.c.id == number))

    def close(self, source: str, imports: Collection[int], day: int, *, complete: bool = False) -> Unlisted:
        """End a statement: mark what its imports should list but do not as removed.

        Args:
            source: the source of the imports.
            imports: numbers of the imports; those already closed change nothing.
            day: the day of the statement.
            complete: True if it lists all devices of its source.

        Returns:
            What the imports do not list: removed now, or still there.
        """

        def close(connection: Connection) -> Unlisted:
            rest = partial_imports(connection, imports)
            removed = remove_unlisted_apps(connection, imports)
            kept = count_kept_installs(connection, rest)
            if complete:
                return Unlisted(removed, kept, remove_unlisted_devices(connection, source, day))
            devices, counts = count_kept_devices(connection, source, day)
            return Unlisted(removed, kept, kept_devices=devices, kept_counts=counts)

        return self._database.write(close, alone="inventory")

    def days(self) -> list[InventoryDay]:
        """What each source states on each day and on no other, by source and day."""
        return self._database.read(inventory_days)

    def remove_day(self, source: str, day: date) -> InventoryDay | None:
        """Remove the imports of a source for one day, and what only they state; ``None`` if there is none."""

        def remove(connection: Connection) -> InventoryDay | None:
            which = (one for one in inventory_days(connection) if (one.source, one.taken) == (source, day))
            found = next(which, None)
            if found is None:
                return None
            imports = inventory_imports.c
            query = sa.select(inventory_imports).where((imports.source == source) & (imports.taken == day.toordinal()))
            keys = [_key_of_import(import_of(row)) for row in connection.execute(query).mappings()]
            for some in batched(keys, _ROWS_AT_ONCE):
                connection.execute(sa.delete(inventory_maps).where(inventory_maps.c.header.in_(some)))
            remove_day(connection, source, day.toordinal())
            return found

        return self._database.write(remove, alone="inventory")

    def _is_only_import(self, source: str) -> bool:
        with self._database.reading() as connection:
            which = inventory_imports.c.source == source
            return connection.scalar(sa.select(sa.func.count()).select_from(inventory_imports).where(which)) == 1

    def _imports(self, which: sa.ColumnElement[bool]) -> Iterator[InventoryImport]:
        table = inventory_imports.c
        with self._database.reading() as connection:
            for row in connection.execute(sa.select(inventory_imports).where(which).order_by(table.id)).mappings():
                yield import_of(row)

    # Apps and devices

    def apps(self, *, versions: bool = True) -> Iterator[FleetApp]:
        """Every app that an inventory ever listed; those on the most devices first, removed ones last, then by key.

        Args:
            versions: include the versions, which needs a second query over all installs.
        """
        with self._database.reading() as connection:
            table = inventory_apps.c
            rows = connection.execute(sa.select(inventory_apps).order_by(table.key)).mappings().all()
            kept = same_apps(rows)
            same = same_table(kept)
            merged: dict[int, list[int]] = {}
            for number, one in kept.items():
                merged.setdefault(one, []).append(number)
            counted = _device_counts(connection, same)
            gone = _last_removals(connection, same)
            by_version = _versions(connection, same) if versions else {}
            owned = _ownership(connection, same)
            sources = _sources(connection, same)
            by_number = {row["id"]: row for row in rows}
            found = []
            for row in rows:
                if row["id"] in kept:
                    continue
                same_app = [row, *(by_number[number] for number in merged.get(row["id"], ()))]
                devices, how = counted.get(row["id"], (0, None))
                names, first, last = sources[row["id"]]
                found.append(
                    FleetApp(
                        id=row["id"],
                        platform=DevicePlatform(row["platform"]),
                        bundle_id=row["bundle_id"],
                        name=_first_fact(same_app, "name"),
                        publisher=_first_fact(same_app, "publisher"),
                        store_id=_first_fact(same_app, "store_id"),
                        signer=_first_fact(same_app, "signer"),
                        in_house=any(one["in_house"] for one in same_app),
                        devices=devices,
                        counted=how or CountSource.LISTED,
                        sources=names,
                        first_seen=first,
                        last_seen=last,
                        removed=gone.get(row["id"], last) if how is None else None,
                        versions=by_version.get(row["id"], ()),
                        ownership=owned.get(row["id"], {}),
                        merged=tuple(merged.get(row["id"], ())),
                    )
                )
        found.sort(key=lambda app: (app.removed is not None, -app.devices))
        yield from found

    def app_devices(self, app: FleetApp) -> Iterator[Install]:
        """Installs of an app: present ones first, by device and version."""
        installs, devices = inventory_installs.c, inventory_devices.c
        query = (
            sa.select(
                devices.pseudonym,
                devices.platform,
                devices.ownership,
                devices.source,
                devices.user,
                devices.label,
                installs.version,
                installs.first_seen,
                installs.last_seen,
                installs.removed,
            )
            .join_from(inventory_installs, inventory_devices, installs.device == devices.id)
            .where(installs.app.in_(app.rows))
            .order_by(installs.removed.is_not(None), devices.pseudonym, installs.version)
        )
        with self._database.reading() as connection:
            for row in connection.execution_options(yield_per=_ROWS_AT_ONCE).execute(query):
                name, platform, ownership, source, user, label, version, first, last, removed = row
                device = Device(name, DevicePlatform(platform), Ownership(ownership), source, user, label)
                yield Install(
                    device,
                    version,
                    date.fromordinal(first),
                    date.fromordinal(last),
                    None if removed is None else date.fromordinal(removed),
                )

    def devices(self) -> int:
        """Number of devices in the fleet now, as far as inventories list them."""
        with self._database.reading() as connection:
            listed = sa.select(sa.func.count()).select_from(inventory_devices)
            return connection.scalar(listed.where(inventory_devices.c.removed.is_(None))) or 0

    def devices_with(self, apps: Collection[int]) -> int:
        """Number of devices that have at least one of these apps now, as far as inventories list them."""
        installs = inventory_installs.c
        seen: set[int] = set()
        with self._database.reading() as connection:
            for some in batched(apps, _ROWS_AT_ONCE):
                query = sa.select(installs.device).where(installs.app.in_(some) & installs.removed.is_(None)).distinct()
                seen.update(connection.execute(query).scalars())
        return len(seen)

    def known(self) -> bool:
        """True if an inventory was imported."""
        with self._database.reading() as connection:
            return connection.scalar(sa.select(inventory_imports.c.id).limit(1)) is not None

    # Column maps

    def column_map(self, header: Sequence[str]) -> dict[str, str] | None:
        """The mapping that the user confirmed for a table with these columns: our field to its column."""
        return self._map(_header_key(header))

    def import_map(self, file: InventoryFile, snapshot: Snapshot) -> dict[str, str] | None:
        """The mapping that a known import of a plain table has; ``None`` if it is not known."""
        return self._map(_import_key(file, snapshot))

    def _map(self, key: str) -> dict[str, str] | None:
        with self._database.reading() as connection:
            text = connection.scalar(sa.select(inventory_maps.c.columns).where(inventory_maps.c.header == key))
        return None if text is None else dict(json.loads(text))

    def remember_map(self, header: Sequence[str], columns: Mapping[str, str]) -> None:
        """Store a confirmed mapping, replacing an earlier one for the same columns."""
        key = _header_key(header)
        self._database.write(lambda connection: _keep_map(connection, key, columns), alone="inventory")


def _first_fact(rows: Iterable[RowMapping], name: str) -> str:
    """A fact of the rows of one app: each inventory may lack some."""
    return next((str(row[name]) for row in rows if row[name]), "")


def _device_counts(connection: Connection, same: CTE | None) -> dict[int, tuple[int, CountSource]]:
    """Number of devices that have an app now, with the source of the number; apps without devices are left out."""
    installs, devices, counts = inventory_installs.c, inventory_devices.c, inventory_counts.c
    installed, install_table = kept_app(inventory_installs, same)
    reporting, count_table = kept_app(inventory_counts, same)
    present = sa.select(installed.label("app"), installs.device).select_from(install_table)
    here = present.where(installs.removed.is_(None)).distinct().subquery()
    listed = {
        app: (count, CountSource.LISTED)
        for app, count in connection.execute(sa.select(here.c.app, sa.func.count()).group_by(here.c.app))
    }
    reported: dict[int, dict[str, int | None]] = {}
    query = sa.select(reporting, counts.source, sa.func.sum(counts.devices)).select_from(count_table)
    for app, source, count in connection.execute(
        query.where(counts.removed.is_(None)).group_by(reporting, counts.source)
    ):
        reported.setdefault(app, {})[source] = None if count is None else int(count)
    if not reported:
        return listed
    by_source: dict[int, dict[str, int]] = {}
    both = sa.select(reporting).select_from(count_table).where(counts.removed.is_(None)).scalar_subquery()
    joined = (
        sa.select(installed, devices.source, sa.func.count(sa.distinct(installs.device)))
        .select_from(install_table.join(inventory_devices, installs.device == devices.id))
        .where(installs.removed.is_(None) & installed.in_(both))
        .group_by(installed, devices.source)
    )
    for app, source, count in connection.execute(joined):
        by_source.setdefault(app, {})[source] = count
    for app, told in reported.items():
        known = by_source.get(app, {})
        # If a source both lists and counts, it refers to the same devices.
        total = sum(max(known.get(source, 0), told.get(source) or 0) for source in {*known, *told})
        if total == sum(known.values()) > 0:
            continue
        listed[app] = (total, CountSource.UNKNOWN if total == 0 and None in told.values() else CountSource.REPORTED)
    return listed


def _ownership(connection: Connection, same: CTE | None) -> dict[int, dict[Ownership, int]]:
    """Number of listed devices that have an app now, by ownership."""
    installs, devices = inventory_installs.c, inventory_devices.c
    app, table = kept_app(inventory_installs, same)
    present = sa.select(app.label("app"), installs.device).select_from(table).where(installs.removed.is_(None))
    here = present.distinct().subquery()
    query = (
        sa.select(here.c.app, devices.ownership, sa.func.count())
        .join_from(here, inventory_devices, here.c.device == devices.id)
        .group_by(here.c.app, devices.ownership)
        .order_by(here.c.app, devices.ownership)
    )
    found: dict[int, dict[Ownership, int]] = {}
    for number, whose, count in connection.execute(query):
        found.setdefault(number, {})[Ownership(whose)] = count
    return found


def _last_removals(connection: Connection, same: CTE | None) -> dict[int, date]:
    found: dict[int, int] = {}
    for table in (inventory_installs, inventory_counts):
        kept, joined = kept_app(table, same)
        query = sa.select(kept, sa.func.max(table.c.removed)).select_from(joined).where(table.c.removed.is_not(None))
        for app, day in connection.execute(query.group_by(kept)):
            found[app] = max(found.get(app, 0), day)
    return {app: date.fromordinal(day) for app, day in found.items()}


def _versions(connection: Connection, same: CTE | None) -> dict[int, tuple[tuple[str, int], ...]]:
    """Current versions of each app, most devices first."""
    found: dict[int, dict[str, int]] = {}
    installs, counts = inventory_installs.c, inventory_counts.c
    installed, install_table = kept_app(inventory_installs, same)
    reporting, count_table = kept_app(inventory_counts, same)
    # One app row has one row for each device and version; rows that are merged may share a device.
    devices = sa.func.count() if same is None else sa.func.count(sa.distinct(installs.device))
    listed = sa.select(installed, installs.version, devices).select_from(install_table)
    for app, version, count in connection.execute(
        listed.where(installs.removed.is_(None)).group_by(installed, installs.version)
    ):
        found.setdefault(app, {})[version] = count
    reported = sa.select(reporting, counts.version, sa.func.max(counts.devices)).select_from(count_table)
    for app, version, count in connection.execute(
        reported.where(counts.removed.is_(None)).group_by(reporting, counts.version)
    ):
        known = found.setdefault(app, {})
        known[version] = max(known.get(version, 0), count or 0)
    return {
        app: tuple(sorted(versions.items(), key=lambda item: (-item[1], item[0]))) for app, versions in found.items()
    }


def _sources(connection: Connection, same: CTE | None) -> dict[int, tuple[tuple[str, ...], date, date]]:
    found: dict[int, tuple[list[str], int, int]] = {}
    table = inventory_app_sources.c
    kept, joined = kept_app(inventory_app_sources, same)
    query = sa.select(kept, table.source, sa.func.min(table.first_seen), sa.func.max(table.last_seen))
    for app, source, first, last in connection.execute(
        query.select_from(joined).group_by(kept, table.source).order_by(kept, table.source)
    ):
        names, earliest, latest = found.get(app, ([], first, last))
        found[app] = ([*names, source], min(earliest, first), max(latest, last))
    return {
        app: (tuple(names), date.fromordinal(first), date.fromordinal(last))
        for app, (names, first, last) in found.items()
    }


def _keep_map(connection: Connection, key: str, columns: Mapping[str, str]) -> None:
    connection.execute(sa.delete(inventory_maps).where(inventory_maps.c.header == key))
    connection.execute(
        sa.insert(inventory_maps).values(header=key, columns=json.dumps(dict(columns)), confirmed=time.time())
    )


def _header_key(header: Sequence[str]) -> str:
    return hashlib.sha256(json.dumps(sorted(set(header))).encode()).hexdigest()


def _import_key(file: InventoryFile, snapshot: Snapshot) -> str:
    what = {"import": [file.sha256, snapshot.source, snapshot.taken, file.device]}
    return hashlib.sha256(json.dumps(what).encode()).hexdigest()


def _key_of_import(known: InventoryImport) -> str:
    file = InventoryFile(known.sha256, known.name, known.shape, known.device)
    return _import_key(file, Snapshot(known.source, known.taken.toordinal()))
