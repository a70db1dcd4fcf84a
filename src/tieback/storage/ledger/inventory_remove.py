"""Take back what a source stated on one day.

The fleet has periods, not the rows of each import. So the imports of one source and day go together, and only what no
other day of the source states can be deleted. Periods that began or ended on that day begin or end on the
nearest other day of the source. What was marked as removed on that day is there again, if nothing later lists its
device or the whole source. A number of devices that was stated on that day is not known any more. Apps that stay have
the names and other facts that the remaining imports state.
"""

from datetime import date
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy import Connection

from tieback.storage.ledger.inventory_load import remove_source, set_latest_facts
from tieback.storage.ledger.tables import (
    inventory_app_facts,
    inventory_app_sources,
    inventory_apps,
    inventory_counts,
    inventory_devices,
    inventory_imports,
    inventory_installs,
)

_MOST = 500
"""Values in one statement."""


class InventoryDay(msgspec.Struct, frozen=True, kw_only=True):
    """What the imports of one source and day state, and no other day of the source does."""

    source: str
    """The system that exported them."""
    taken: date
    """Day that they describe."""
    imports: int
    """Number of imported files."""
    apps: int
    """Apps that the source lists only on this day."""
    devices: int
    """Devices that the source lists only on this day."""


def inventory_days(connection: Connection) -> list[InventoryDay]:
    """One row per source and day, in this order."""
    imports = inventory_imports.c

    def only_then(table: sa.Table) -> dict[tuple[str, int], int]:
        query = sa.select(table.c.source, table.c.first_seen, sa.func.count())
        query = query.where(table.c.first_seen == table.c.last_seen).group_by(table.c.source, table.c.first_seen)
        return {(source, day): count for source, day, count in connection.execute(query)}

    own_devices, own_apps = only_then(inventory_devices), only_then(inventory_app_sources)
    query = sa.select(imports.source, imports.taken, sa.func.count()).group_by(imports.source, imports.taken)
    return [
        InventoryDay(
            source=source,
            taken=date.fromordinal(day),
            imports=count,
            apps=own_apps.get((source, day), 0),
            devices=own_devices.get((source, day), 0),
        )
        for source, day, count in connection.execute(query.order_by(imports.source, imports.taken))
    ]


def remove_day(connection: Connection, source: str, day: int) -> None:
    """Delete what only the imports of this source and day state, and these imports."""
    imports = inventory_imports.c
    of_source = imports.source == source
    before = connection.scalar(sa.select(sa.func.max(imports.taken)).where(of_source & (imports.taken < day)))
    after = connection.scalar(sa.select(sa.func.min(imports.taken)).where(of_source & (imports.taken > day)))
    if before is None and after is None:
        remove_source(connection, source)
        return
    whole_later = of_source & (imports.taken > day) & (imports.complete == 1)
    later = connection.scalar(sa.select(imports.id).where(whole_later).limit(1)) is not None
    devices, installs = inventory_devices.c, inventory_installs.c
    own = sa.select(devices.id).where(devices.source == source)
    # Marks first: they are judged by the days that devices were last listed.
    unseen = own.where(devices.last_seen <= day)
    returned = installs.device.in_(unseen) & (installs.removed == day) & (installs.last_seen < day)
    if later:
        returned &= installs.device.in_(own.where(devices.removed.is_(None)))
    connection.execute(sa.update(inventory_installs).where(returned).values(removed=None))
    if not later:
        for table in (inventory_devices, inventory_counts):
            gone = (table.c.source == source) & (table.c.removed == day) & (table.c.last_seen < day)
            connection.execute(sa.update(table).where(gone).values(removed=None))
    stated = inventory_app_facts.c
    on_day = (stated.source == source) & ((stated.first_seen == day) | (stated.last_seen == day))
    named = list(connection.execute(sa.select(stated.app).where(on_day).distinct()).scalars())
    apps = _shift(connection, source, day, (before, after))
    set_latest_facts(connection, named)
    _remove_unlisted(connection, apps)
    if before is not None:
        last = sa.select(sa.func.max(imports.id)).where(of_source & (imports.taken == before)).scalar_subquery()
        doomed = sa.select(imports.id).where(of_source & (imports.taken == day))
        connection.execute(
            sa.update(inventory_devices)
            .where((devices.source == source) & devices.import_id.in_(doomed))
            .values(import_id=last)
        )
    connection.execute(sa.delete(inventory_imports).where(of_source & (imports.taken == day)))


def _shift(connection: Connection, source: str, day: int, near: tuple[int | None, int | None]) -> list[int]:
    """Delete rows of this day alone, and shorten other periods; the apps that the source lists no more."""
    before, after = near
    devices, listed = inventory_devices.c, inventory_app_sources.c
    own = sa.select(devices.id).where(devices.source == source)
    only = (listed.source == source) & (listed.first_seen == day) & (listed.last_seen == day)
    apps = list(connection.execute(sa.select(listed.app).where(only)).scalars())
    for table, which in (
        (inventory_installs, inventory_installs.c.device.in_(own)),
        (inventory_counts, inventory_counts.c.source == source),
        (inventory_app_sources, listed.source == source),
        (inventory_app_facts, inventory_app_facts.c.source == source),
        (inventory_devices, devices.source == source),
    ):
        first, last = table.c.first_seen, table.c.last_seen
        connection.execute(sa.delete(table).where(which & (first == day) & (last == day)))
        end = first if before is None else sa.case((first > before, first), else_=before)
        ended: dict[str, Any] = {"last_seen": end}
        if table is inventory_counts:
            ended["devices"] = sa.null()
        connection.execute(sa.update(table).where(which & (last == day)).values(**ended))
        begun = last if after is None else sa.case((last < after, last), else_=after)
        connection.execute(sa.update(table).where(which & (first == day)).values(first_seen=begun))
    return apps


def _remove_unlisted(connection: Connection, apps: list[int]) -> None:
    """Delete those of the apps that no source lists."""
    listed = inventory_app_sources.c.app
    for start in range(0, len(apps), _MOST):
        some = apps[start : start + _MOST]
        kept = sa.select(listed).where(listed.in_(some))
        connection.execute(
            sa.delete(inventory_apps).where(inventory_apps.c.id.in_(some) & inventory_apps.c.id.not_in(kept))
        )
