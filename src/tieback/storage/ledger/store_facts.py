"""What app stores said about apps, and attempts to fetch packages, in the ledger. Every function is one transaction."""

import time
from collections.abc import Iterable, Iterator
from datetime import date

import msgspec
import sqlalchemy as sa
from sqlalchemy import Connection

from tieback.model.device import AppStoreFact, AppStoreState, DevicePlatform
from tieback.storage.ledger.bulk import incoming, upsert_rows
from tieback.storage.ledger.database import Database
from tieback.storage.ledger.tables import inventory_fetches, inventory_store_facts


class FetchAttempt(msgspec.Struct, frozen=True):
    """The last attempt to fetch the package of a version of an app."""

    platform: DevicePlatform
    ident: str
    version: str
    outcome: str
    """``fetched``, or why it is missing."""
    reason: str = ""


class AppStoreFacts:
    """The facts of app stores and the attempts, in an open ledger."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def save(self, facts: Iterable[AppStoreFact]) -> int:
        """Add facts; a later day replaces an earlier one of the same storefront. Returns their number."""
        distinct: dict[tuple[str, str, str], AppStoreFact] = {}
        for fact in facts:
            key = (fact.platform.value, fact.ident, fact.storefront)
            known = distinct.get(key)
            if known is None or known.seen_on <= fact.seen_on:
                distinct[key] = fact
        rows = [_row(fact) for fact in distinct.values()]

        def save(connection: Connection) -> None:
            table = inventory_store_facts
            coming = incoming(connection, table)
            newer = coming.seen_on >= table.c.seen_on
            later = sa.func.coalesce(coming.last_available, 0) > sa.func.coalesce(table.c.last_available, 0)
            names = ("state", "version", "downloads", "category", "seen_on", "source")
            changed = {name: sa.case((newer, coming[name]), else_=table.c[name]) for name in names}
            changed["last_available"] = sa.case((later, coming.last_available), else_=table.c.last_available)
            upsert_rows(connection, table, ("platform", "ident", "storefront"), changed, rows)

        self._database.write(save, alone="inventory")
        return len(rows)

    def facts(self) -> Iterator[AppStoreFact]:
        """All facts, by app and storefront."""
        table = inventory_store_facts.c
        query = sa.select(inventory_store_facts).order_by(table.platform, table.ident, table.storefront)
        with self._database.reading() as connection:
            for row in connection.execute(query).mappings():
                last = row["last_available"]
                yield AppStoreFact(
                    platform=DevicePlatform(row["platform"]),
                    ident=row["ident"],
                    storefront=row["storefront"],
                    state=AppStoreState(row["state"]),
                    version=row["version"],
                    downloads=row["downloads"],
                    category=row["category"],
                    seen_on=date.fromordinal(row["seen_on"]),
                    last_available=None if last is None else date.fromordinal(last),
                    source=row["source"],
                )

    def note_attempt(self, attempt: FetchAttempt) -> None:
        """Keep the outcome of an attempt, in place of an earlier one."""
        row = {**msgspec.structs.asdict(attempt), "platform": attempt.platform.value, "tried": time.time()}

        def note(connection: Connection) -> None:
            coming = incoming(connection, inventory_fetches)
            changed = {name: coming[name] for name in ("outcome", "reason", "tried")}
            upsert_rows(connection, inventory_fetches, ("platform", "ident", "version"), changed, [row])

        self._database.write(note, alone="inventory")

    def attempts(self) -> Iterator[FetchAttempt]:
        """All attempts, by app and version."""
        table = inventory_fetches.c
        query = sa.select(table.platform, table.ident, table.version, table.outcome, table.reason)
        with self._database.reading() as connection:
            for platform, *rest in connection.execute(query.order_by(table.platform, table.ident, table.version)):
                yield FetchAttempt(DevicePlatform(platform), *rest)


def _row(fact: AppStoreFact) -> dict[str, object]:
    available = fact.seen_on if fact.state is AppStoreState.AVAILABLE else fact.last_available
    return {
        "platform": fact.platform.value,
        "ident": fact.ident[:255],
        "storefront": fact.storefront[:64],
        "state": fact.state.value,
        "version": fact.version,
        "downloads": fact.downloads,
        "category": fact.category,
        "seen_on": fact.seen_on.toordinal(),
        "last_available": None if available is None else available.toordinal(),
        "source": fact.source,
    }
