"""SQL to claim and finish units of work in both databases: many rows per statement.

In PostgreSQL, a unit that another transaction is claiming or finishing is skipped (``FOR UPDATE SKIP LOCKED``). Rows
are passed as one array per column, or to SQLite as one JSON text: the statement does not depend on their number.
"""

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy import Connection

from tieback.model.unit import Unit, UnitEnd
from tieback.storage.ledger.tables import LedgerState
from tieback.storage.ledger.text import storable

_DESCRIBED = ("key", "version", "source", "size")
_ENDED = (*_DESCRIBED, "state", "attempts", "problem", "part")


class UnitLease(msgspec.Struct, frozen=True):
    """The owner of a lease, its start (seconds since 1970), and its duration in seconds."""

    owner: str
    now: float
    seconds: float


type Row = dict[str, Any]


def unit_rows(wanted: Iterable[Unit]) -> list[Row]:
    """Rows of units, ordered by key; of equal ones, the last."""
    distinct = {(unit.key, unit.version): unit for unit in wanted}
    return [
        {"key": key, "version": version, "source": unit.source, "size": unit.size}
        for (key, version), unit in sorted(distinct.items(), key=lambda item: item[0])
    ]  # fmt: skip


def end_rows(ends: Iterable[UnitEnd]) -> list[Row]:
    """Rows of ends, ordered by key; of equal units the last, with the attempts of all."""
    distinct: dict[tuple[str, str], Row] = {}
    for end in ends:
        name = (end.unit.key, end.unit.version)
        before = distinct[name]["attempts"] if name in distinct else 0
        distinct[name] = {
            "key": end.unit.key, "version": end.unit.version, "source": end.unit.source, "size": end.unit.size,
            "state": LedgerState(end.state), "attempts": before + end.attempts, "problem": end.problem,
            "part": end.part or None,
        }  # fmt: skip
    return [distinct[name] for name in sorted(distinct)]


_CLAIM_SQLITE = sa.text("""
INSERT INTO units (key, version, source, size, state, attempts, problem, lease_owner, lease_until, updated)
SELECT json_extract(value, '$[0]'), json_extract(value, '$[1]'), json_extract(value, '$[2]'),
    json_extract(value, '$[3]'), 'leased', 0, '', :owner, :until, :now
FROM json_each(:rows) WHERE true
ON CONFLICT (key, version) DO UPDATE SET state = excluded.state, lease_owner = excluded.lease_owner,
    lease_until = excluded.lease_until, source = excluded.source, size = excluded.size, updated = excluded.updated
WHERE units.state IN ('released', 'failed') OR (units.state = 'leased' AND units.lease_until < :now)
RETURNING key, version""")

_FINISH_SQLITE = sa.text("""
INSERT INTO units (key, version, source, size, state, attempts, problem, part, lease_owner, lease_until, updated)
SELECT json_extract(value, '$[0]'), json_extract(value, '$[1]'), json_extract(value, '$[2]'),
    json_extract(value, '$[3]'), json_extract(value, '$[4]'), json_extract(value, '$[5]'), json_extract(value, '$[6]'),
    json_extract(value, '$[7]'), NULL, NULL, :now
FROM json_each(:rows) WHERE true
ON CONFLICT (key, version) DO UPDATE SET state = excluded.state, attempts = units.attempts + :more * excluded.attempts,
    problem = excluded.problem, part = excluded.part, lease_owner = NULL, lease_until = NULL, updated = excluded.updated
WHERE units.state <> 'done' RETURNING key""")


def claim_sqlite(connection: Connection, rows: Sequence[Row], lease: UnitLease) -> list[tuple[str, str]]:
    """Claim free units; returns key and version of each."""
    values = {"owner": storable(lease.owner), "until": lease.now + lease.seconds, "now": lease.now}
    values["rows"] = _json(rows, _DESCRIBED)
    return [(key, version) for key, version in connection.execute(_CLAIM_SQLITE, values)]


def finish_sqlite(connection: Connection, rows: Sequence[Row], now: float, more: int = 1) -> int:
    """Record ends; returns the number of units that were not done before. Without ``more``, attempts are not added."""
    values = {"rows": _json(rows, _ENDED), "now": now, "more": more}
    return len(connection.execute(_FINISH_SQLITE, values).all())


def _json(rows: Sequence[Row], names: Sequence[str]) -> str:
    columns = _columns(rows, names)
    return msgspec.json.encode(list(zip(*(columns[name] for name in names), strict=True))).decode()


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
ON CONFLICT (key, version) DO UPDATE SET state = excluded.state, attempts = units.attempts + :more * excluded.attempts,
    problem = excluded.problem, part = excluded.part, lease_owner = NULL, lease_until = NULL, updated = excluded.updated
WHERE units.state <> 'done' RETURNING key""")


def claim_postgres(connection: Connection, rows: Sequence[Row], lease: UnitLease) -> list[tuple[str, str]]:
    """As ``claim_sqlite``."""
    columns = _columns(rows, _DESCRIBED)
    until = lease.now + lease.seconds
    values = {**columns, "owner": storable(lease.owner), "now": lease.now, "until": until}
    return [(key, version) for key, version in connection.execute(_CLAIM, values)]


def finish_postgres(connection: Connection, rows: Sequence[Row], now: float, more: int = 1) -> int:
    """As ``finish_sqlite``."""
    return len(connection.execute(_FINISH, {**_columns(rows, _ENDED), "now": now, "more": more}).all())


def _columns(rows: Sequence[Row], names: Sequence[str]) -> dict[str, list[Any]]:
    return {name: [storable(v) if isinstance(v := row[name], str) else v for row in rows] for name in names}
