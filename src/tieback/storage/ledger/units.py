"""Units of work in the ledger and their leases: what is to do, who does it, how it ended.

Every method is one transaction. Failures of the database come as ``WorkspaceError``. ``claim`` and ``finish`` may be
called from many processes at once. PostgreSQL takes a whole call as arrays in one statement, always in the order of the
keys, so that two callers seldom wait for each other in a circle; where they do, one of them does it again.
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
from tieback.storage.ledger.tables import State, parts, units

ROWS_A_STATEMENT = 500
"""SQLite takes 32,766 parameters in one statement."""


class UnitRow(msgspec.Struct, frozen=True):
    """A unit of work as the ledger knows it."""

    key: str
    version: str
    state: State
    attempts: int
    """Over all runs."""
    problem: str
    part: str | None
    """Part of the lake with its results."""
    size: int
    source: str
    """Where it was found last."""


class Units:
    """The units of work in an open database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def claim(self, wanted: Sequence[Unit], owner: str, lease_seconds: float) -> list[Unit]:
        """Take those units that are neither done, set aside, nor held by somebody else; each goes to one owner only.

        Args:
            wanted: units to work on; of equal ones the first counts.
            owner: who will work, such as the id of a run.
            lease_seconds: after this time others may take them, if they have not ended.

        Returns:
            The units taken, in the order of ``wanted``.
        """
        if not wanted:
            return []
        lease = units_sql.Lease(owner, time.time(), lease_seconds)
        rows = units_sql.described(reversed(wanted))  # of equal ones the last counts there
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
        """Enter the ends of units. What is done stays done, with the part that it was first entered with."""
        if not ends:
            return
        now = time.time()
        rows = units_sql.ended(ends)
        finish = units_sql.finish_postgres if self._database.is_postgres else units_sql.finish_sqlite
        self._database.write(lambda connection: finish(connection, rows, now))

    def enter_part(self, part: str, members: Sequence[Unit]) -> int:
        """Enter a part that was found in the lake: its units are done, whatever the ledger thought.

        Returns:
            How many of the units were not known to be done.
        """
        now = time.time()
        done = {"state": State.DONE, "attempts": 1, "problem": "", "part": part}
        rows = [{**row, **done} for row in units_sql.described(members)]
        finish = units_sql.finish_postgres if self._database.is_postgres else units_sql.finish_sqlite

        def enter(connection: Connection) -> int:
            entered = self._database.insert(parts).values(name=part, units=len(members), entered=now)
            connection.execute(entered.on_conflict_do_nothing(index_elements=["name"]))
            return finish(connection, rows, now, more=0) if rows else 0

        return self._database.write(enter)

    def held_elsewhere(self, part: str, members: Sequence[Unit]) -> set[tuple[str, str]]:
        """Those of a part's units, by key and version, whose results are done in another part."""
        wanted = {(unit.key, unit.version) for unit in members}
        elsewhere = (units.c.state == State.DONE) & units.c.part.is_not(None) & (units.c.part != part)

        def ask(connection: Connection) -> set[tuple[str, str]]:
            found: set[tuple[str, str]] = set()
            for chunk in batched(sorted({key for key, _ in wanted}), ROWS_A_STATEMENT):
                query = sa.select(units.c.key, units.c.version).where(units.c.key.in_(chunk) & elsewhere)
                found.update((key, version) for key, version in connection.execute(query))
            return found & wanted

        return self._database.read(ask)

    def entered_parts(self) -> set[str]:
        """Parts that ``enter_part`` has seen."""
        return self._database.read(lambda connection: set(connection.execute(sa.select(parts.c.name)).scalars()))

    def named_parts(self) -> set[str]:
        """Parts that hold the results of some unit."""
        query = sa.select(units.c.part).where(units.c.part.is_not(None)).distinct()
        return self._database.read(lambda connection: set(connection.execute(query).scalars()))

    def forget_part(self, part: str) -> int:
        """A part is gone from the lake: its units have to be done again. Returns how many they are."""
        released = (
            sa.update(units)
            .where(units.c.part == part)
            .values(state=State.RELEASED, part=None, updated=time.time())
            .returning(units.c.key)
        )

        def forget(connection: Connection) -> int:
            lost = connection.execute(released).all()
            connection.execute(sa.delete(parts).where(parts.c.name == part))
            return len(lost)

        return self._database.write(forget)

    def release(self, owner: str | None = None) -> int:
        """Give up leases: those of ``owner``, or all where no other process can hold one. Returns how many."""
        held = units.c.state == State.LEASED
        return self._set_released(held if owner is None else held & (units.c.lease_owner == owner))

    def release_expired(self) -> int:
        """Give up leases whose time is over. Returns how many."""
        return self._set_released((units.c.state == State.LEASED) & (units.c.lease_until < time.time()))

    def retry_quarantined(self) -> int:
        """Let the next run try once more what was set aside. Returns how many units that are."""
        return self._set_released(units.c.state == State.QUARANTINED)

    def _set_released(self, which: sa.ColumnElement[bool]) -> int:
        values = {"state": State.RELEASED, "lease_owner": None, "lease_until": None, "updated": time.time()}
        change = sa.update(units).where(which).values(values)
        return self._database.write(lambda connection: connection.execute(change).rowcount)

    def unit(self, key: str, version: str) -> UnitRow | None:
        """What is known of one unit."""
        which = (units.c.key == key) & (units.c.version == version)
        return next(self._unit_rows(which), None)

    def unfinished(self) -> Iterator[UnitRow]:
        """Units that failed or were set aside, by source."""
        return self._unit_rows(units.c.state.in_([State.FAILED, State.QUARANTINED]))

    def _unit_rows(self, which: sa.ColumnElement[bool]) -> Iterator[UnitRow]:
        columns = [units.c[name] for name in UnitRow.__struct_fields__]
        query = sa.select(*columns).where(which).order_by(units.c.source, units.c.key)
        with self._database.reading() as connection:
            for row in connection.execution_options(yield_per=1000).execute(query):
                key, version, state, *rest = row
                yield UnitRow(key, version, State(state), *rest)

    def counts(self) -> dict[State, int]:
        """How many units are in each state; states without any are left out."""
        query = sa.select(units.c.state, sa.func.count()).group_by(units.c.state)
        return self._database.read(
            lambda connection: {State(state): count for state, count in connection.execute(query)}
        )
