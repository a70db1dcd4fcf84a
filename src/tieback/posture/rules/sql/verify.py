"""Answers of a real PostgreSQL: the statements are loaded into a throw-away server, which is then queried as requester.

Rows of other users are stored in each table first. What a command reaches is counted; the attempts are rolled back.
The SQL is hostile: everything runs in the server as a role that is no superuser, and no result of it is sent to us but
numbers and short error texts.
"""

import itertools
import json
import random
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from importlib import resources
from typing import TYPE_CHECKING, Any

from tieback.model.errors import InputError
from tieback.posture.rules.interface import Permission, Requester
from tieback.posture.rules.source import RulesText
from tieback.posture.rules.sql import parse, supabase
from tieback.posture.rules.sql.conditions.candidates import Constants, candidates
from tieback.posture.rules.sql.conditions.context import new_user
from tieback.posture.rules.sql.conditions.values import NOW, UNKNOWN
from tieback.posture.rules.sql.parse import StatementError
from tieback.posture.rules.sql.schema import Database, Relation
from tieback.posture.rules.sql.server import ADMIN, ASKER, LOADER, SECONDS, Isolation, Server, isolated_server

if TYPE_CHECKING:
    import psycopg

MAX_RELATIONS = 500
MAX_STATEMENTS = 20_000
_ROWS = 6
_ATTEMPTS = 60
_SKIPPED = {
    "TransactionStmt",
    "CreateExtensionStmt",
    "CreateRoleStmt",
    "AlterRoleStmt",
    "CreatedbStmt",
    "AlterSystemStmt",
}
_PREDEFINED = re.compile(r"^(pg_|tieback|supabase_admin$|postgres$)")
_SAFE = b"set search_path = public, extensions; set statement_timeout = '5s'; set client_min_messages = error"
"""PostgreSQL's own functions come first, whatever the files set for the role."""


_EXISTS = (
    "select 1 from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace"
    " where n.nspname = %s and c.relname = %s"
)


@dataclass(slots=True)
class Verified:
    """What PostgreSQL allowed."""

    reached: dict[tuple[Requester, str, str], bool] = field(default_factory=dict)
    """By requester, ``schema.name`` and ``select``, ``insert``, ``update`` or ``delete``."""
    refused: list[tuple[int, str]] = field(default_factory=list)
    """Line and error of statements that PostgreSQL refused; at most 100."""
    note: str = ""
    """Why not everything was asked; empty if it was."""


def verify(database: Database, texts: Sequence[RulesText], isolation: Isolation, seconds: float = SECONDS) -> Verified:
    """Load files and query the server.

    Args:
        database: what was read from the same files.
        texts: the files, in their order.
        isolation: how the server is started.
        seconds: time limit; what was found until then is returned.

    Raises:
        InputError: the server did not start.
    """
    import psycopg

    found = Verified()
    with isolated_server(isolation, seconds) as server:
        try:
            prepare(server, database)
            ask(server, database, texts, found)
        except (psycopg.Error, InputError) as error:
            found.note = "the time limit was reached" if server.expired else f"PostgreSQL stopped: {str(error)[:120]}"
    return found


def ask(server: Server, database: Database, texts: Sequence[RulesText], found: Verified) -> None:
    """Load files into a prepared server, and query it."""
    _load(server, texts, found)
    _ask(server, database, found)


def confirmed(verified: Verified, who: Requester, path: str, commands: Sequence[str], answer: Permission) -> Permission:
    """An answer with PostgreSQL's: what it allowed is allowed, whatever was read from the files."""
    known = [verified.reached[who, path, command] for command in commands if (who, path, command) in verified.reached]
    if not known:
        refused = f"PostgreSQL refused {len(verified.refused)} statements" if verified.refused else ""
        note = verified.note or refused or "PostgreSQL was not queried"
        return _with(answer, f"not verified: {note}")
    if any(known):
        if answer.allowed and answer.certain:
            return _with(answer, "PostgreSQL allows it")
        return Permission(
            True, True, answer.line, answer.rule, answer.request or f"{commands[0].upper()} on {path}",
            _joined(answer.reason, "PostgreSQL allows it"), answer.own_only, answer.file,
        )  # fmt: skip
    if not answer.allowed:
        return _with(answer, "PostgreSQL denies it")
    if answer.certain:
        return _with(answer, "PostgreSQL denied our attempts")
    return _with(answer, "PostgreSQL denied our attempts, with our rows")


def _with(answer: Permission, note: str) -> Permission:
    return Permission(
        answer.allowed, answer.certain, answer.line, answer.rule, answer.request, _joined(answer.reason, note),
        answer.own_only, answer.file,
    )  # fmt: skip


def _joined(*parts: str) -> str:
    return "; ".join(part for part in parts if part)


def _quoted(name: str) -> str:
    doubled = name.replace('"', '""')
    return f'"{doubled}"'


def prepare(server: Server, database: Database) -> None:
    """Everything that a superuser does: no SQL of the files."""
    statements = [
        f"create role {LOADER} login nosuperuser nocreatedb nocreaterole bypassrls",
        supabase.prelude()
        .replace("login superuser bypassrls", "nologin bypassrls")
        .replace("alter default privileges in schema", f"alter default privileges for role {LOADER} in schema")
        .replace("alter role postgres bypassrls createrole createdb login;", ""),
        f"alter role {LOADER} set search_path = public, extensions",
        f"create role {ASKER} login nosuperuser",
        f"grant anon, authenticated, service_role to {LOADER}, {ASKER}",
        f"grant supabase_auth_admin to {ASKER}",
        f"grant supabase_storage_admin, supabase_auth_admin to {LOADER}",
        f"alter schema public owner to {LOADER}",
        f"grant create on database postgres to {LOADER}",
        *(f"alter table auth.{one} owner to supabase_auth_admin" for one in ("users", "identities", "sessions")),
        "grant usage on schema auth to supabase_auth_admin",
        "grant usage on schema storage to supabase_storage_admin",
        (resources.files("tieback.posture.rules.sql") / "verify.sql").read_text(encoding="utf-8"),
    ]
    for role in database.roles.values():
        if not _PREDEFINED.match(role.name) and role.name not in _PROJECT_ROLES:
            bypass = " bypassrls" if role.bypasses else ""
            statements.append(f"create role {_quoted(role.name)} nologin{bypass}")
    for role in database.roles.values():
        for parent in role.member_of:
            known = parent in database.roles and not _PREDEFINED.match(parent)
            if known and not _PREDEFINED.match(role.name) and role.name != parent:
                statements.append(f"grant {_quoted(parent)} to {_quoted(role.name)}")
    session = server.connect(ADMIN)
    with session:
        for statement in statements:
            session.execute(statement.encode())


_PROJECT_ROLES = {
    "anon", "authenticated", "service_role", "authenticator", "supabase_auth_admin", "supabase_storage_admin",
    "dashboard_user", "public",
}  # fmt: skip


def _load(server: Server, texts: Sequence[RulesText], found: Verified) -> None:
    session = server.connect(LOADER)
    with session:
        session.execute("set statement_timeout = '10s'; set client_min_messages = error")
        count = before = 0
        for text in texts:
            for statement in parse.split(text):
                count += 1
                if count > MAX_STATEMENTS:
                    found.note = f"only the first {MAX_STATEMENTS:,} statements were loaded"
                    return
                if _is_skipped(statement.text):
                    continue
                error = _one(session, "select tieback.run(%s)", statement.text)
                if error and len(found.refused) < 100:
                    found.refused.append((before + text.line(statement.at), str(error)))
            before += text.text.count("\n") + 2


def _is_skipped(statement: str) -> bool:
    try:
        return any(kind in _SKIPPED for kind, _ in parse.parse(statement))
    except StatementError:
        return False


def _one(session: "psycopg.Connection[Any]", query: str, *values: Any) -> Any:
    row = session.execute(query.encode(), values).fetchone()
    return row[0] if row is not None else None


def _ask(server: Server, database: Database, found: Verified) -> None:
    relations = [one for one in database.relations.values() if one.origin.line][:MAX_RELATIONS]
    objects = database.relations.get(("storage", "objects"))
    if objects is not None and any(one.origin.line for one in objects.policies.values()):
        relations.append(objects)
    constants = Constants()
    for one in database.relations.values():
        constants.collect(
            [*one.checks.values(), *(tree for each in one.policies.values() for tree in (each.using, each.check))]
        )
    seeded = _seed(server, relations, constants)
    before = _counts(server, relations)
    for who in Requester:
        session = server.connect(ASKER)
        with session:
            session.execute(_SAFE)
            claims: dict[str, Any] = {"role": "anon"}
            role = "anon"
            own: dict[str, int] = {}
            if who is Requester.ANY_USER:
                claims, role = new_user().claims, "authenticated"
                session.execute("set role supabase_auth_admin")
                _one(
                    session, "select tieback.run(%s)",
                    f"insert into auth.users (id, email) values ('{claims['sub']}', '{claims['email']}')",
                )  # fmt: skip
                session.execute("reset role")
                # Rows that a trigger created for the new user are its own.
                own = {name: count - before.get(name, 0) for name, count in _counts(server, relations).items()}
            session.execute(f"set role {role}".encode())
            session.execute(b"select pg_catalog.set_config('request.jwt.claims', %s, false)", (json.dumps(claims),))
            for relation in relations:
                if _one(session, _EXISTS, *relation.name) is None:
                    continue
                rows = _Rows(seeded.get(relation.label, 0), max(own.get(relation.label, 0), 0))
                for command, reached in _commands(session, relation, constants, rows):
                    found.reached[who, relation.label, command] = reached


@dataclass(frozen=True, slots=True)
class _Rows:
    """Stored rows of a relation."""

    others: int
    own: int
    """Rows that sign-up created for the requester."""


def _counts(server: Server, relations: Sequence[Relation]) -> dict[str, int]:
    """The rows of each relation, as the owner of the tables sees them."""
    with server.connect(LOADER) as session:
        session.execute(_SAFE)
        return {one.label: max(_attempt(session, [f"select 1 from {_table(one)}"])[0], 0) for one in relations}


def _seed(server: Server, relations: Sequence[Relation], constants: Constants) -> dict[str, int]:
    """Store rows of others; returns their number by table."""
    counts: dict[str, int] = {}
    session = server.connect(LOADER)
    with session:
        session.execute(_SAFE)
        drop = (
            "select pg_catalog.format('alter table %%I.%%I drop constraint %%I', n.nspname, c.relname, o.conname)"
            " from pg_catalog.pg_constraint o join pg_catalog.pg_class c on c.oid = o.conrelid"
            " join pg_catalog.pg_namespace n on n.oid = c.relnamespace where o.contype = 'f' limit 2000"
        )
        for (statement,) in session.execute(drop.replace("%%", "%").encode()).fetchall():
            _one(session, "select tieback.run(%s)", statement)
        for relation in relations:
            if relation.kind != "table":
                continue
            table = _table(relation)
            _one(session, "select tieback.run(%s)", f"alter table {table} disable trigger user")
            for row in _rows(relation, constants, own=False)[:_ROWS]:
                error = _one(session, "select tieback.run(%s)", f"insert into {table} {row}")
                counts[relation.label] = counts.get(relation.label, 0) + (error == "")
            _one(session, "select tieback.run(%s)", f"alter table {table} enable trigger user")
        for relation in relations:
            if relation.kind == "matview":
                _one(session, "select tieback.run(%s)", f"refresh materialized view {_table(relation)}")
    return counts


def _table(relation: Relation) -> str:
    return ".".join(_quoted(part) for part in relation.name)


def _commands(
    session: "psycopg.Connection[Any]", relation: Relation, constants: Constants, rows: _Rows
) -> list[tuple[str, bool]]:
    table = _table(relation)
    columns = [_quoted(name) for name in relation.columns]
    found: list[tuple[str, bool]] = []
    if rows.others or relation.kind != "table":
        reads = [f"select * from {table}", *(f"select {name} from {table}" for name in columns[:50])]
        read = max(_attempt(session, reads)) > rows.own
        # An empty view proves nothing.
        if read or relation.kind == "table":
            found.append(("select", read))
    if relation.kind != "table":
        return found
    inserts = [f"insert into {table} {row}" for row in _rows(relation, constants, own=True)]
    found.append(("insert", max(_attempt(session, inserts), default=-1) > 0))
    if rows.others:
        found.append(("update", max(_attempt(session, _updates(relation, constants)), default=-1) > rows.own))
        found.append(("delete", max(_attempt(session, [f"delete from {table}"])) > rows.own))
    return found


def _attempt(session: "psycopg.Connection[Any]", statements: list[str]) -> list[int]:
    return list(_one(session, "select tieback.attempt(%s)", statements)) if statements else []


def _rows(relation: Relation, constants: Constants, *, own: bool) -> list[str]:
    """Rows as the text after ``INSERT INTO table``: all combinations if they are few, else a sample."""
    settable = [one for one in relation.columns.values() if not one.generated]
    options: list[list[str]] = []
    for column in settable:
        values = [_literal(one, column.type) for one in candidates(column, column.name, constants, own=own)]
        shown = [one for one in values if one] or ["default"]
        if column.default is not None:
            shown.append("default")
        options.append(list(dict.fromkeys(shown)))
    if not settable:
        return ["default values"]
    names = ", ".join(_quoted(one.name) for one in settable)
    chosen = random.Random(relation.label)
    number = 1
    for one in options:
        number = min(number * len(one), 1_000_000)
    if number <= _ATTEMPTS:
        rows = list(itertools.product(*options))
    else:
        rows = [tuple(chosen.choice(one) for one in options) for _ in range(_ATTEMPTS)]
    full = sorted(rows, key=lambda row: sum(one in {"null", "default"} for one in row))
    found = []
    for at, row in enumerate(full):
        cells = [
            _unique(one, column.type, at) if column.not_null else one for one, column in zip(row, settable, strict=True)
        ]
        found.append(f"({names}) values ({', '.join(cells)})")
        if column_is_key(relation) and own:
            found.append(f"({names}) values ({', '.join(row)})")
    return found


def column_is_key(relation: Relation) -> bool:
    """True if a column has no null: it may be a key, which needs different values."""
    return any(one.not_null for one in relation.columns.values())


def _unique(literal: str, kind: str, at: int) -> str:
    if kind in {"integer", "bigint", "smallint"} and literal in {"7001", "7002"}:
        return str(9000 + at)
    return literal


def _updates(relation: Relation, constants: Constants) -> list[str]:
    table = _table(relation)
    found: list[str] = []
    for column in relation.columns.values():
        if column.generated:
            continue
        values = [_literal(one, column.type) for one in candidates(column, column.name, constants, own=True)]
        found += [f"update {table} set {_quoted(column.name)} = {one}" for one in values[:4] if one]
    return found[:_ATTEMPTS]


def _literal(value: Any, kind: str) -> str:
    """A value in SQL; empty if it has none."""
    if value is UNKNOWN:
        return "'{}'" if kind in {"json", "jsonb"} else ""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and kind in {"timestamptz", "time"}:
        return "now()" if kind == "time" else f"now() + interval '{int(value - NOW)} day'"
    if isinstance(value, int | float):
        return str(value)
    if isinstance(value, list):
        inner = ", ".join(_literal(one, kind) for one in value)
        return f"array[{inner}]" if inner else "'{}'"
    text = str(value).replace("'", "''")
    return f"'{text}'"
