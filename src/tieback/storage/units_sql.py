"""How units of work are taken and ended in either database: many rows of one statement each.

In PostgreSQL a unit that somebody else is taking or ending at this moment is passed over (``FOR UPDATE SKIP LOCKED``);
rows come as one array a column, which costs a quarter of what a list of values does.
"""

from collections.abc import Iterable, Sequence
from itertools import batched
from typing import Any, Protocol

import msgspec
import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.dialects import sqlite

from tieback.storage.tables import State, units
from tieback.storage.text import storable

ROWS_A_STATEMENT = 500
"""SQLite takes 32,766 parameters in one statement."""


class Lease(msgspec.Struct, frozen=True):
    """Who takes units, when (seconds since 1970), and for how many seconds."""

    owner: str
    now: float
    seconds: float


class _Unit(Protocol):
    @property
    def key(self) -> str: ...
    @property
    def version(self) -> str: ...
    @property
    def source(self) -> str: ...
    @property
    def size(self) -> int: ...


class _End(Protocol):
    @property
    def unit(self) -> _Unit: ...
    @property
    def state(self) -> str: ...
    @property
    def part(self) -> str: ...
    @property
    def problem(self) -> str: ...
    @property
    def attempts(self) -> int: ...


type Row = dict[str, Any]


def described(wanted: Iterable[_Unit]) -> list[Row]:
    """Rows of units, in the order of their keys; of equal ones the last."""
    distinct = {(unit.key, unit.version): unit for unit in wanted}
    return [
        {"key": key, "version": version, "source": unit.source, "size": unit.size, "lease_owner": None,
         "lease_until": None}
        for (key, version), unit in sorted(distinct.items(), key=lambda item: item[0])
    ]  # fmt: skip


def ended(ends: Iterable[_End]) -> list[Row]:
    """Rows of ends, in the order of their keys; of equal units the last, with the attempts of all."""
    distinct: dict[tuple[str, str], Row] = {}
    for end in ends:
        name = (end.unit.key, end.unit.version)
        before = distinct[name]["attempts"] if name in distinct else 0
        distinct[name] = {
            "key": end.unit.key, "version": end.unit.version, "source": end.unit.source, "size": end.unit.size,
            "state": State(end.state), "attempts": before + end.attempts, "problem": end.problem,
            "part": end.part or None,
        }  # fmt: skip
    return [distinct[name] for name in sorted(distinct)]


def claim_sqlite(connection: Connection, rows: Sequence[Row], lease: Lease) -> list[tuple[str, str]]:
    """Take what is free; returns key and version of each unit taken."""
    found: list[tuple[str, str]] = []
    taken = {
        "state": State.LEASED, "attempts": 0, "problem": "", "lease_owner": lease.owner,
        "lease_until": lease.now + lease.seconds, "updated": lease.now,
    }  # fmt: skip
    for chunk in batched(rows, ROWS_A_STATEMENT):
        insert = sqlite.insert(units).values([{**row, **taken} for row in chunk])
        changed = ("state", "lease_owner", "lease_until", "source", "size", "updated")
        claim = insert.on_conflict_do_update(
            index_elements=["key", "version"],
            set_={name: insert.excluded[name] for name in changed},
            where=units.c.state.in_([State.RELEASED, State.FAILED])
            | ((units.c.state == State.LEASED) & (units.c.lease_until < lease.now)),
        ).returning(units.c.key, units.c.version)
        found += [(key, version) for key, version in connection.execute(claim)]
    return found


def finish_sqlite(connection: Connection, rows: Sequence[Row], now: float) -> None:
    """Enter ends."""
    insert = sqlite.insert(units)
    changed = ("state", "problem", "part", "lease_owner", "lease_until", "updated")
    values: dict[str, Any] = {name: insert.excluded[name] for name in changed}
    values["attempts"] = units.c.attempts + insert.excluded.attempts
    finish = insert.on_conflict_do_update(
        index_elements=["key", "version"], set_=values, where=units.c.state != State.DONE
    )
    connection.execute(finish, [{**row, "lease_owner": None, "lease_until": None, "updated": now} for row in rows])


_CLAIM = sa.text("""
WITH wanted AS (
    SELECT * FROM unnest(
        CAST(:key AS text[]), CAST(:version AS text[]), CAST(:source AS text[]), CAST(:size AS bigint[])
    ) AS w(key, version, source, size)
), free AS (
    SELECT u.key, u.version FROM units u JOIN wanted w USING (key, version)
    WHERE u.state IN ('released', 'failed') OR (u.state = 'leased' AND u.lease_until < :now)
    FOR UPDATE OF u SKIP LOCKED
), again AS (
    UPDATE units u SET state = 'leased', lease_owner = :owner, lease_until = :until, source = w.source, size = w.size,
        updated = :now
    FROM free JOIN wanted w USING (key, version) WHERE u.key = free.key AND u.version = free.version
    RETURNING u.key, u.version
), fresh AS (
    INSERT INTO units (key, version, state, attempts, lease_owner, lease_until, problem, part, size, source, updated)
    SELECT key, version, 'leased', 0, :owner, :until, '', NULL, size, source, :now FROM wanted
    ORDER BY key COLLATE "C", version COLLATE "C"
    ON CONFLICT (key, version) DO NOTHING RETURNING key, version
)
SELECT key, version FROM again UNION ALL SELECT key, version FROM fresh""")

_FINISH = sa.text("""
INSERT INTO units (key, version, state, attempts, lease_owner, lease_until, problem, part, size, source, updated)
SELECT key, version, state, attempts, NULL, NULL, problem, part, size, source, :now FROM unnest(
    CAST(:key AS text[]), CAST(:version AS text[]), CAST(:state AS text[]), CAST(:attempts AS integer[]),
    CAST(:problem AS text[]), CAST(:part AS text[]), CAST(:size AS bigint[]), CAST(:source AS text[])
) AS w(key, version, state, attempts, problem, part, size, source)
ORDER BY key COLLATE "C", version COLLATE "C"
ON CONFLICT (key, version) DO UPDATE SET state = excluded.state, attempts = units.attempts + excluded.attempts,
    problem = excluded.problem, part = excluded.part, lease_owner = NULL, lease_until = NULL, updated = excluded.updated
WHERE units.state <> 'done'""")


def claim_postgres(connection: Connection, rows: Sequence[Row], lease: Lease) -> list[tuple[str, str]]:
    """As ``claim_sqlite``."""
    columns = _columns(rows, ("key", "version", "source", "size"))
    until = lease.now + lease.seconds
    values = {**columns, "owner": storable(lease.owner), "now": lease.now, "until": until}
    return [(key, version) for key, version in connection.execute(_CLAIM, values)]


def finish_postgres(connection: Connection, rows: Sequence[Row], now: float) -> None:
    """As ``finish_sqlite``."""
    names = ("key", "version", "state", "attempts", "problem", "part", "size", "source")
    connection.execute(_FINISH, {**_columns(rows, names), "now": now})


def _columns(rows: Sequence[Row], names: Sequence[str]) -> dict[str, list[Any]]:
    return {name: [storable(v) if isinstance(v := row[name], str) else v for row in rows] for name in names}
