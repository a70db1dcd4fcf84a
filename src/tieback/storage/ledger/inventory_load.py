"""Load one inventory into the ledger: one transaction, one batch of rows in memory at a time.

Files imported together are one statement. Changes by each file, for the date of the inventory: listed items exist, so
``last_seen`` moves up, ``first_seen`` down, and ``removed`` is cleared. Changes at the end of the statement:

* other apps of the devices whose apps are all listed are removed;
* if it lists the whole fleet of its source, all other items of that source are removed.

Inventories with the same date count as one: an item seen on that date is not removed by another file of that date. An
inventory older than an already imported one only adds to the past.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from itertools import batched, groupby
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy import Connection

from tieback.model.device import DevicePlatform, InventoryRow, Ownership
from tieback.storage.ledger.bulk import incoming, upsert_rows
from tieback.storage.ledger.pseudonyms import Pseudonyms
from tieback.storage.ledger.tables import (
    inventory_app_facts,
    inventory_app_sources,
    inventory_apps,
    inventory_counts,
    inventory_devices,
    inventory_imports,
    inventory_installs,
)
from tieback.storage.ledger.text import storable

BATCH = 20_000
"""Rows in memory."""
ROWS_A_STATEMENT = 1_000
"""SQLite allows 32,766 parameters per statement."""
_RANGES_A_STATEMENT = 400
TEXT_FACTS = ("name", "publisher", "store_id", "signer")
"""What inventories state about an app, besides ``in_house``; an empty text states nothing."""
MOST_KNOWN = 250_000
"""Apps and devices that an import remembers, each; further ones are looked up again for each batch."""


class Snapshot(msgspec.Struct, frozen=True):
    """Scope of an inventory."""

    source: str
    taken: int
    """Date, as ``date.toordinal``."""
    whole_devices: bool = True
    """True if it lists all apps of each of its devices."""
    complete: bool = False
    """True if it lists all devices of its source."""
    keep_names: bool = False
    """True if IDs of devices and users are stored unchanged."""


class Unlisted(msgspec.Struct, frozen=True):
    """What a statement does not list, although earlier imports of its source do."""

    removed_installs: int = 0
    """Apps on devices that are marked as removed now; a new version of an app is no removal."""
    kept_installs: int = 0
    """Apps on listed devices that stay, because the imports do not list all apps of a device."""
    removed_devices: int = 0
    kept_devices: int = 0
    """Devices that stay, because the statement is not complete."""
    kept_counts: int = 0
    """Apps with a number of devices that stays, because the statement is not complete."""


class LoadResult(msgspec.Struct, frozen=True):
    """Size of an inventory."""

    rows: int
    skipped: int
    """Rows without an app."""
    several_apps: bool
    """False for a file about a single app: it covers only that app, regardless of its format."""


def load_rows(
    connection: Connection, number: int, snapshot: Snapshot, rows: Iterable[InventoryRow], names: Pseudonyms
) -> LoadResult:
    """Insert the rows of import ``number``. Errors of ``rows`` end the caller's transaction."""
    loading = _Loading(connection, number, snapshot, names)
    for batch in batched(rows, BATCH):
        loading.add(batch)
    return LoadResult(loading.rows, loading.skipped, loading.several_apps)


def remove_unlisted_apps(connection: Connection, numbers: Iterable[int]) -> int:
    """Mark apps as removed that these imports should list, on their devices, but do not; the number of such installs.

    A new version of an app replaces the old one, so it is not counted.
    """
    imports = inventory_imports.c
    removed = 0
    for some in batched(_ranges(sorted(numbers)), _RANGES_A_STATEMENT):
        listed = sa.or_(*(imports.id.between(first, last) for first, last in some)) & (imports.pending == 1)
        removed += _count_unlisted(connection, listed)
        connection.execute(
            sa.update(inventory_installs).where(_unlisted(listed)).values(removed=inventory_devices.c.last_seen)
        )
        connection.execute(sa.update(inventory_imports).where(listed).values(pending=0))
    return removed


def partial_imports(connection: Connection, numbers: Iterable[int]) -> list[int]:
    """Those of the imports that do not list all apps of their devices, or were closed before."""
    imports = inventory_imports.c
    found: list[int] = []
    for some in batched(_ranges(sorted(numbers)), _RANGES_A_STATEMENT):
        listed = sa.or_(*(imports.id.between(first, last) for first, last in some))
        found += connection.execute(sa.select(imports.id).where(listed & (imports.pending == 0))).scalars()
    return found


def count_kept_installs(connection: Connection, numbers: Iterable[int]) -> int:
    """Number of apps on the devices of these imports that the imports do not list, and that are not removed."""
    imports = inventory_imports.c
    return sum(
        _count_unlisted(connection, sa.or_(*(imports.id.between(first, last) for first, last in some)))
        for some in batched(_ranges(sorted(numbers)), _RANGES_A_STATEMENT)
    )


def count_kept_devices(connection: Connection, source: str, taken: int) -> tuple[int, int]:
    """Numbers of the devices, and of the apps with a count, that the source did not list on that day or later."""
    devices, counts = inventory_devices.c, inventory_counts.c
    old = sa.select(sa.func.count()).select_from(inventory_devices)
    kept = connection.scalar(
        old.where((devices.source == source) & (devices.last_seen < taken) & devices.removed.is_(None))
    )
    counted = sa.select(sa.func.count(sa.distinct(counts.app)))
    return kept or 0, connection.scalar(
        counted.where((counts.source == source) & (counts.last_seen < taken) & counts.removed.is_(None))
    ) or 0


def _unlisted(listed: sa.ColumnElement[bool]) -> sa.ColumnElement[bool]:
    """Installs on the devices of the imports ``listed`` that these imports do not name."""
    installs, devices = inventory_installs.c, inventory_devices.c
    return (
        (installs.device == devices.id)
        & devices.import_id.in_(sa.select(inventory_imports.c.id).where(listed))
        & (installs.last_seen < devices.last_seen)
        & installs.removed.is_(None)
    )


def _count_unlisted(connection: Connection, listed: sa.ColumnElement[bool]) -> int:
    """Number of apps on devices that ``_unlisted`` selects, without those that the device has in another version."""
    installs, devices, others = inventory_installs.c, inventory_devices.c, inventory_installs.alias("others")
    other = (
        sa.exists()
        .where(
            (others.c.app == installs.app)
            & (others.c.device == installs.device)
            & (others.c.last_seen >= devices.last_seen)
            & others.c.removed.is_(None)
        )
        .correlate(inventory_installs, inventory_devices)
    )
    pairs = (
        sa.select(installs.app, installs.device)
        .select_from(inventory_installs.join(inventory_devices, installs.device == devices.id))
        .where(_unlisted(listed) & ~other)
        .distinct()
        .subquery()
    )
    return connection.scalar(sa.select(sa.func.count()).select_from(pairs)) or 0


def remove_unlisted_devices(connection: Connection, source: str, taken: int) -> int:
    """Mark the devices and counts of a source as removed that were not seen since that day; the number of devices."""
    installs, devices, counts = inventory_installs.c, inventory_devices.c, inventory_counts.c
    gone = (devices.source == source) & (devices.last_seen < taken) & devices.removed.is_(None)
    left = sa.select(devices.id).where(gone).scalar_subquery()
    connection.execute(
        sa.update(inventory_installs)
        .where(installs.device.in_(left) & installs.removed.is_(None))
        .values(removed=taken)
    )
    removed = connection.execute(sa.update(inventory_devices).where(gone).values(removed=taken)).rowcount
    connection.execute(
        sa.update(inventory_counts)
        .where((counts.source == source) & (counts.last_seen < taken) & counts.removed.is_(None))
        .values(removed=taken)
    )
    return removed


def remove_source(connection: Connection, source: str) -> None:
    """Delete everything that a source states, with its imports. Apps that another source lists stay."""
    devices, listed = inventory_devices.c, inventory_app_sources.c
    own = sa.select(listed.app).where(listed.source == source)
    others = sa.select(listed.app).where(listed.source != source)
    apps = inventory_apps.c.id
    connection.execute(sa.delete(inventory_apps).where(apps.in_(own) & apps.not_in(others)))
    of_source = sa.select(devices.id).where(devices.source == source)
    connection.execute(sa.delete(inventory_installs).where(inventory_installs.c.device.in_(of_source)))
    shared = sa.select(listed.app).where((listed.source == source) & listed.app.in_(others))
    left = list(connection.execute(shared).scalars())
    for table in (inventory_devices, inventory_counts, inventory_app_sources, inventory_app_facts, inventory_imports):
        connection.execute(sa.delete(table).where(table.c.source == source))
    set_latest_facts(connection, left)


def _ranges(numbers: list[int]) -> Iterator[tuple[int, int]]:
    """Runs of consecutive numbers: the imports of one command are adjacent."""
    for _, run in groupby(enumerate(numbers), lambda item: item[1] - item[0]):
        found = [number for _, number in run]
        yield found[0], found[-1]


def _facts_of(app: int, row: Mapping[str, Any]) -> dict[str, Any]:
    """What a row states about an app, as ``inventory_app_facts`` has it."""
    facts = {name: storable(row[name]) for name in TEXT_FACTS} | {"in_house": row["in_house"]}
    digest = hashlib.sha256(json.dumps(list(facts.values())).encode()).hexdigest()
    return {"app": app, "facts": digest, **facts}


def set_latest_facts(connection: Connection, apps: Iterable[int]) -> None:
    """Give apps the latest facts that are still stated: of each the one of the latest period that has it."""
    facts, known = inventory_app_facts.c, inventory_apps.c
    for some in batched(apps, ROWS_A_STATEMENT):
        query = sa.select(inventory_app_facts).where(facts.app.in_(some))
        query = query.order_by(facts.app, facts.last_seen.desc(), facts.first_seen.desc(), facts.source, facts.facts)
        changes = []
        for app, rows in groupby(connection.execute(query).mappings(), key=lambda row: row["app"]):
            stated = list(rows)
            change = {f"new_{name}": next((row[name] for row in stated if row[name]), "") for name in TEXT_FACTS}
            changes.append({"new_key": app, "new_house": max(row["in_house"] for row in stated), **change})
        if changes:
            values: dict[str, Any] = {name: sa.bindparam(f"new_{name}") for name in TEXT_FACTS}
            update = sa.update(inventory_apps).where(known.id == sa.bindparam("new_key"))
            update = update.values(**values, in_house=sa.bindparam("new_house"))
            connection.execute(update, changes)


def _app_facts(row: InventoryRow) -> int:
    """Stands for everything that a row states about its app."""
    return hash((row.key, row.name, row.publisher, row.store_id, row.signer, row.in_house))


def _device_facts(row: InventoryRow) -> int:
    """Stands for everything that a row states about its device."""
    return hash((row.device, row.device_name, row.user, row.ownership, row.platform))


def _remember(known: dict[int, int], more: Iterable[tuple[int, int]]) -> None:
    if len(known) < MOST_KNOWN:
        known.update(more)


class _Loading:
    def __init__(self, connection: Connection, number: int, snapshot: Snapshot, names: Pseudonyms) -> None:
        self._connection = connection
        self._number = number
        self._snapshot = snapshot
        self._names = names
        # IDs by the facts that this import already stored; rows of a device need not be adjacent.
        self._known_apps: dict[int, int] = {}
        self._known_devices: dict[int, int] = {}
        self._apps_seen: set[int] = set()
        """At most two: only one or more than one matters."""
        self.rows = 0
        self.skipped = 0

    @property
    def several_apps(self) -> bool:
        return len(self._apps_seen) > 1

    def add(self, batch: tuple[InventoryRow, ...]) -> None:
        named = [row for row in batch if row.bundle_id or row.store_id or row.name]
        self.rows += len(named)
        self.skipped += len(batch) - len(named)
        apps = self._apps(named)
        devices = self._devices(named)
        if len(self._apps_seen) < 2:
            self._apps_seen.update(list(dict.fromkeys(apps.values()))[:2])
        taken = self._snapshot.taken
        installs: dict[tuple[int, int, str], None] = {}
        counts: dict[tuple[int, str], int | None] = {}
        for row in named:
            app, version = apps[storable(row.key)], storable(row.version[:255])
            if row.device:
                installs[app, devices[row.device], version] = None
            else:
                # The larger number if two rows of one inventory conflict.
                known = counts.get((app, version))
                counts[app, version] = row.count if known is None else max(known, row.count or 0)
        if installs:
            rows = [
                {"app": app, "device": device, "version": version, "first_seen": taken, "last_seen": taken}
                for app, device, version in installs
            ]
            self._see(inventory_installs, ("app", "device", "version"), rows)
        if counts:
            source = self._snapshot.source
            self._see(
                inventory_counts,
                ("app", "version", "source"),
                [
                    {
                        "app": app,
                        "version": version,
                        "source": source,
                        "devices": count,
                        "first_seen": taken,
                        "last_seen": taken,
                    }
                    for (app, version), count in counts.items()
                ],
                counted=True,
            )

    def _apps(self, rows: Iterable[InventoryRow]) -> dict[str, int]:
        """IDs of the apps by key; new apps are inserted, and missing data of known apps is added."""
        distinct: dict[str, InventoryRow] = {}
        stored: dict[str, int] = {}
        for row in rows:
            key = storable(row.key)
            number = self._known_apps.get(_app_facts(row))
            if number is not None:
                stored[key] = number
                continue
            known = distinct.setdefault(key, row)
            if known is not row and not known.name and row.name:
                distinct[key] = row
        coming, table = incoming(self._connection, inventory_apps), inventory_apps.c
        changed: dict[str, Any] = {
            name: sa.case((coming[name] != "", coming[name]), else_=table[name]) for name in TEXT_FACTS
        }
        changed["in_house"] = sa.case((coming.in_house > table.in_house, 1), else_=table.in_house)
        values = [
            {
                "key": key,
                "platform": row.platform,
                "bundle_id": row.bundle_id,
                "name": row.name,
                "publisher": row.publisher,
                "store_id": row.store_id,
                "signer": row.signer,
                "in_house": int(row.in_house),
            }
            for key, row in distinct.items()
        ]
        found = self._entered(inventory_apps, table.key, changed, values)
        taken, source = self._snapshot.taken, self._snapshot.source
        if found:
            rows_of = [{"app": n, "source": source, "first_seen": taken, "last_seen": taken} for n in found.values()]
            self._see(inventory_app_sources, ("app", "source"), rows_of, removable=False)
            stated = [_facts_of(found[str(row["key"])], row) for row in values]
            period = {"source": source, "first_seen": taken, "last_seen": taken}
            self._see(
                inventory_app_facts,
                ("app", "source", "facts"),
                [one | period for one in stated],
                removable=False,
            )
        _remember(self._known_apps, ((_app_facts(row), found[key]) for key, row in distinct.items()))
        return {**stored, **found}

    def _devices(self, rows: Iterable[InventoryRow]) -> dict[str, int]:
        """IDs of the devices by the inventory's own IDs."""
        distinct: dict[str, InventoryRow] = {}
        stored: dict[str, int] = {}
        for row in rows:
            if not row.device or row.device in distinct or row.device in stored:
                continue
            number = self._known_devices.get(_device_facts(row))
            if number is None:
                distinct[row.device] = row
            else:
                stored[row.device] = number
        coming, table = incoming(self._connection, inventory_devices), inventory_devices.c
        newer = coming.last_seen >= table.last_seen
        told = {
            "platform": (coming.platform != DevicePlatform.UNKNOWN) & newer,
            "ownership": (coming.ownership != Ownership.UNKNOWN) & newer,
            "user": (coming.user != "") & newer,
            "label": coming.label != "",
        }
        changed: dict[str, Any] = {
            name: sa.case((better, coming[name]), else_=table[name]) for name, better in told.items()
        }
        changed["import_id"] = sa.case((newer, coming.import_id), else_=table.import_id)
        changed["first_seen"] = sa.case((newer, table.first_seen), else_=coming.first_seen)
        changed["last_seen"] = sa.case((newer, coming.last_seen), else_=table.last_seen)
        changed["removed"] = sa.case((newer, None), else_=table.removed)
        snapshot, names = self._snapshot, self._names
        plain = snapshot.keep_names
        pseudonyms = {names.device(snapshot.source, name): name for name in distinct}
        values = [
            {
                "pseudonym": pseudonym,
                "source": snapshot.source,
                "platform": distinct[name].platform,
                "ownership": distinct[name].ownership,
                "user": distinct[name].user if plain else names.user(distinct[name].user),
                "label": (distinct[name].device_name or name) if plain else "",
                "import_id": self._number,
                "first_seen": snapshot.taken,
                "last_seen": snapshot.taken,
            }
            for pseudonym, name in pseudonyms.items()
        ]
        found = self._entered(inventory_devices, table.pseudonym, changed, values)
        stored |= {pseudonyms[pseudonym]: number for pseudonym, number in found.items()}
        _remember(self._known_devices, ((_device_facts(row), stored[name]) for name, row in distinct.items()))
        return stored

    def _entered(
        self, table: sa.Table, key: sa.Column[str], changed: dict[str, Any], values: list[dict[str, Any]]
    ) -> dict[str, int]:
        """Insert rows and return their IDs by key."""
        upsert_rows(self._connection, table, (key.name,), changed, values)
        found: dict[str, int] = {}
        for some in batched((row[key.name] for row in values), ROWS_A_STATEMENT):
            rows = self._connection.execute(sa.select(key, table.c.id).where(key.in_(some)))
            found.update({name: one for name, one in rows})  # noqa: C416 - a Row is no tuple to type checkers
        return found

    def _see(
        self,
        table: sa.Table,
        names: tuple[str, ...],
        rows: list[dict[str, Any]],
        *,
        counted: bool = False,
        removable: bool = True,
    ) -> None:
        """Insert the rows of one date; known installs get a longer period, and exist again on the latest date."""
        coming = incoming(self._connection, table)
        newer = coming.last_seen >= table.c.last_seen
        older = coming.first_seen < table.c.first_seen
        changed: dict[str, Any] = {
            "first_seen": sa.case((older, coming.first_seen), else_=table.c.first_seen),
            "last_seen": sa.case((newer, coming.last_seen), else_=table.c.last_seen),
        }
        if removable:
            changed["removed"] = sa.case((newer, None), else_=table.c.removed)
        if counted:
            later = coming.last_seen > table.c.last_seen
            more = newer & (coming.devices > sa.func.coalesce(table.c.devices, -1))
            changed["devices"] = sa.case((later | more, coming.devices), else_=table.c.devices)
        upsert_rows(self._connection, table, names, changed, rows)
