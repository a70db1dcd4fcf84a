"""Tables and views: rows of others, and what each command reaches."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tieback.posture.rules.sql.attempts.rows import rows_of, table_of, updates_of
from tieback.posture.rules.sql.attempts.session import SAFE, attempt, quoted, run
from tieback.posture.rules.sql.conditions.candidates import Constants
from tieback.posture.rules.sql.schema import FILES, Relation
from tieback.posture.rules.sql.server import LOADER, Server

if TYPE_CHECKING:
    import psycopg

MAX_ROWS = 6
"""Most rows of others in one table."""


@dataclass(frozen=True, slots=True)
class StoredRows:
    """Stored rows of a relation."""

    others: int
    own: int
    """Rows that sign-up created for the requester."""


def counts(server: Server, relations: Sequence[Relation]) -> dict[str, int]:
    """The rows of each relation, as the owner of the tables sees them."""
    with server.connect(LOADER) as session:
        session.execute(SAFE)
        return {one.label: max(attempt(session, [f"select 1 from {table_of(one)}"])[0], 0) for one in relations}


def drop_foreign_keys(server: Server) -> None:
    """Remove foreign keys, so that rows of each table can be stored."""
    with server.connect(LOADER) as session:
        session.execute(SAFE)
        drop = (
            "select pg_catalog.format('alter table %%I.%%I drop constraint %%I', n.nspname, c.relname, o.conname)"
            " from pg_catalog.pg_constraint o join pg_catalog.pg_class c on c.oid = o.conrelid"
            " join pg_catalog.pg_namespace n on n.oid = c.relnamespace where o.contype = 'f' limit 2000"
        )
        for (statement,) in session.execute(drop.replace("%%", "%").encode()).fetchall():
            run(session, statement)


def seed(server: Server, relations: Sequence[Relation], constants: Constants) -> dict[str, int]:
    """Store rows of others; returns their number by table."""
    stored: dict[str, int] = {}
    session = server.connect(LOADER)
    with session:
        session.execute(SAFE)
        for relation in relations:
            if relation.kind != "table":
                continue
            table = table_of(relation)
            run(session, f"alter table {table} disable trigger user")
            for row in rows_of(relation, constants, own=False)[:MAX_ROWS]:
                error = run(session, f"insert into {table} {row}")
                stored[relation.label] = stored.get(relation.label, 0) + (error == "")
            run(session, f"alter table {table} enable trigger user")
        for relation in relations:
            if relation.kind == "matview":
                run(session, f"refresh materialized view {table_of(relation)}")
    return stored


def commands(
    session: "psycopg.Connection[Any]", relation: Relation, constants: Constants, rows: StoredRows
) -> list[tuple[str, bool]]:
    """Whether each command reaches rows of others, or for ``insert`` a row; only those that the stored rows decide."""
    table = table_of(relation)
    columns = [quoted(name) for name in relation.columns]
    found: list[tuple[str, bool]] = []
    if rows.others or relation.kind != "table":
        reads = [f"select * from {table}", *(f"select {name} from {table}" for name in columns[:50])]
        read = max(attempt(session, reads)) > rows.own
        # An empty view proves nothing.
        if read or relation.kind == "table":
            found.append(("select", read))
    if relation.kind != "table":
        return found
    inserts = [f"insert into {table} {row}" for row in rows_of(relation, constants, own=True)]
    found.append(("insert", max(attempt(session, inserts), default=-1) > 0))
    if rows.others:
        # Supabase's Storage finds a file by its name, so policies for ``select`` apply to changes too.
        named = " where name is not null" if relation.name == FILES else ""
        updates = [f"{update}{named}" for update in updates_of(relation, constants)]
        found.append(("update", max(attempt(session, updates), default=-1) > rows.own))
        found.append(("delete", max(attempt(session, [f"delete from {table}{named}"])) > rows.own))
    return found
