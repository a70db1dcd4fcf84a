"""Units of work in the ledger and their leases: pending, in progress, and ended.

Every method is one transaction. Database failures raise ``WorkspaceError``. Many processes may call ``claim`` and
``finish`` concurrently. PostgreSQL processes a whole call as arrays in one statement, ordered by key to avoid
deadlocks; a deadlocked transaction is retried.
"""

import time
from collections.abc import Iterator, Sequence
from itertools import batched

import msgspec
import sqlalchemy as sa
from sqlalchemy import Connection

from tieback.model.unit import Unit, UnitEnd
from tieback.storage.ledger import units_sql
from tieback.storage.ledger.database import Database
from tieback.storage.ledger.tables import LedgerState, parts, units

ROWS_A_STATEMENT = 500
"""SQLite allows 32,766 parameters per statement."""


class UnitRow(msgspec.Struct, frozen=True):
    """A unit of work in the ledger."""

    key: str
    version: str
    state: LedgerState
    attempts: int
    """Over all runs."""
    problem: str
    part: str | None
    """Part of the lake with its results."""
    size: int
    source: str
    """Where it was last found."""


class Units:
    """The units of work in an open database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def claim(self, wanted: Sequence[Unit], owner: str, lease_seconds: float) -> list[Unit]:
        """Claim the units that are not done, quarantined, or leased by others; each goes to only one owner.

        Args:
            wanted: units to work on; of equal ones, the first counts.
            owner: owner of the lease, such as the ID of a run.
            lease_seconds: after this time, others may claim them if they have not ended.

        Returns:
            The claimed units, in the order of ``wanted``.
        """
        if not wanted:
            return []
        lease = units_sql.UnitLease(owner, time.time(), lease_seconds)
        rows = units_sql.unit_rows(reversed(wanted))  # there, the last of equal ones counts
        claim = units_sql.claim_postgres if self._database.is_postgres else units_sql.claim_sqlite
        taken = self._database.write(lambda connection: set(claim(connection, rows, lease)))
        claimed = []
        for unit in wanted:
            name = (unit.key, unit.version)
            if name in taken:
                taken.remove(name)
                claimed.append(unit)
        return claimed

    def finish(self, ends: Sequence[UnitEnd]) -> None:
        """Record the ends of units. A unit that is done stays done, with its first part."""
        if not ends:
            return
        now = time.time()
        rows = units_sql.end_rows(ends)
        finish = units_sql.finish_postgres if self._database.is_postgres else units_sql.finish_sqlite
        self._database.write(lambda connection: finish(connection, rows, now))

    def enter_part(self, part: str, members: Sequence[Unit]) -> int:
        """Record a part that was found in the lake: its units are done, regardless of their state in the ledger.

        Returns:
            Number of units that were not known as done.
        """
        now = time.time()
        done = {"state": LedgerState.DONE, "attempts": 1, "problem": "", "part": part}
        rows = [{**row, **done} for row in units_sql.unit_rows(members)]
        finish = units_sql.finish_postgres if self._database.is_postgres else units_sql.finish_sqlite

        def enter(connection: Connection) -> int:
            entered = self._database.insert(parts).values(name=part, units=len(members), entered=now)
            connection.execute(entered.on_conflict_do_nothing(index_elements=["name"]))
            return finish(connection, rows, now, more=0) if rows else 0

        return self._database.write(enter)

    def done_elsewhere(self, part: str, members: Sequence[Unit]) -> set[tuple[str, str]]:
        """The units of a part, by key and version, that are done in another part."""
        wanted = {(unit.key, unit.version) for unit in members}
        elsewhere = (units.c.state == LedgerState.DONE) & units.c.part.is_not(None) & (units.c.part != part)

        def ask(connection: Connection) -> set[tuple[str, str]]:
            found: set[tuple[str, str]] = set()
            for chunk in batched(sorted({key for key, _ in wanted}), ROWS_A_STATEMENT):
                query = sa.select(units.c.key, units.c.version).where(units.c.key.in_(chunk) & elsewhere)
                found.update((key, version) for key, version in connection.execute(query))
            return found & wanted

        return self._database.read(ask)

    def entered_parts(self) -> set[str]:
        """Parts recorded by ``enter_part``."""
        return self._database.read(lambda connection: set(connection.execute(sa.select(parts.c.name)).scalars()))

    def named_parts(self) -> set[str]:
        """Parts with the results of some unit."""
        query = sa.select(units.c.part).where(units.c.part.is_not(None)).distinct()
        return self._database.read(lambda connection: set(connection.execute(query).scalars()))

    def forget_part(self, part: str) -> int:
        """Record that a part is gone from the lake: its units must be done again. Returns their number."""
        released = (
            sa.update(units)
            .where(units.c.part == part)
            .values(state=LedgerState.RELEASED, part=None, updated=time.time())
            .returning(units.c.key)
        )

        def forget(connection: Connection) -> int:
            lost = connection.execute(released).all()
            connection.execute(sa.delete(parts).where(parts.c.name == part))
            return len(lost)

        return self._database.write(forget)

    def forget_units(self, names: Sequence[tuple[str, str]]) -> int:
        """Record that the results of units, by key and version, are gone: they are done again. Returns their number."""
        values = {"state": LedgerState.RELEASED, "part": None, "updated": time.time()}

        def forget(connection: Connection) -> int:
            count = 0
            for some in batched(names, ROWS_A_STATEMENT // 2):
                which = sa.tuple_(units.c.key, units.c.version).in_(some)
                count += connection.execute(sa.update(units).where(which).values(values)).rowcount
            return count

        return self._database.write(forget)

    def release(self, owner: str | None = None) -> int:
        """Release leases: of ``owner``, or all if no other process can have one. Returns their number."""
        held = units.c.state == LedgerState.LEASED
        return self._set_released(held if owner is None else held & (units.c.lease_owner == owner))

    def retry_quarantined(self) -> int:
        """Allow the next run to retry quarantined units. Returns their number."""
        return self._set_released(units.c.state == LedgerState.QUARANTINED)

    def _set_released(self, which: sa.ColumnElement[bool]) -> int:
        values = {"state": LedgerState.RELEASED, "lease_owner": None, "lease_until": None, "updated": time.time()}
        change = sa.update(units).where(which).values(values)
        return self._database.write(lambda connection: connection.execute(change).rowcount)

    def unit(self, key: str, version: str) -> UnitRow | None:
        """One unit."""
        which = (units.c.key == key) & (units.c.version == version)
        return next(self._unit_rows(which), None)

    def sources_of(self, key: str) -> list[str]:
        """Where the units with a content hash were last found, in any version of the analysis."""
        query = sa.select(units.c.source).where(units.c.key == key).distinct().order_by(units.c.source).limit(10)
        return self._database.read(lambda connection: [str(source) for source in connection.execute(query).scalars()])

    def unfinished(self) -> Iterator[UnitRow]:
        """Units that failed or were quarantined, by source."""
        return self._unit_rows(units.c.state.in_([LedgerState.FAILED, LedgerState.QUARANTINED]))

    def _unit_rows(self, which: sa.ColumnElement[bool]) -> Iterator[UnitRow]:
        columns = [units.c[name] for name in UnitRow.__struct_fields__]
        query = sa.select(*columns).where(which).order_by(units.c.source, units.c.key)
        with self._database.reading() as connection:
            for row in connection.execution_options(yield_per=1000).execute(query):
                key, version, state, *rest = row
                yield UnitRow(key, version, LedgerState(state), *rest)

    def counts(self) -> dict[LedgerState, int]:
        """Number of units per state; states without units are left out."""
        query = sa.select(units.c.state, sa.func.count()).group_by(units.c.state)
        return self._database.read(
            lambda connection: {LedgerState(state): count for state, count in connection.execute(query)}
        )
