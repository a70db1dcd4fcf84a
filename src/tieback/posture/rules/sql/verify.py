"""Answers of a real PostgreSQL: the statements are loaded into a throw-away server, which is then queried as requester.

Rows of other users are stored in each table first. What a command reaches is counted; the attempts are rolled back.
The SQL is hostile: everything runs in the server as a role that is no superuser, and no result of it is sent to us but
numbers and short error texts.
"""

import json
import re
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from importlib import resources
from typing import TYPE_CHECKING, Any

from tieback.model.count_text import count_text
from tieback.model.errors import InputError
from tieback.posture.rules.interface import Permission, Requester
from tieback.posture.rules.source import RulesText
from tieback.posture.rules.sql import parse, supabase
from tieback.posture.rules.sql.access.dependencies import body_trees
from tieback.posture.rules.sql.attempts import buckets, calls
from tieback.posture.rules.sql.attempts.relations import StoredRows, commands, counts, drop_foreign_keys, seed
from tieback.posture.rules.sql.attempts.session import SAFE, one, quoted, run
from tieback.posture.rules.sql.conditions.candidates import Constants
from tieback.posture.rules.sql.conditions.context import new_user
from tieback.posture.rules.sql.conditions.values import UNKNOWN
from tieback.posture.rules.sql.parse import StatementError
from tieback.posture.rules.sql.schema import FILES, Database
from tieback.posture.rules.sql.server import ADMIN, ASKER, LOADER, SECONDS, Isolation, Server, isolated_server

if TYPE_CHECKING:
    import psycopg

MAX_RELATIONS = 500
MAX_STATEMENTS = 20_000
_SKIPPED = {
    "TransactionStmt",
    "CreateExtensionStmt",
    "CreateRoleStmt",
    "AlterRoleStmt",
    "CreatedbStmt",
    "AlterSystemStmt",
}
_PREDEFINED = re.compile(r"^(pg_|tieback|supabase_admin$|postgres$)")
_EXISTS = (
    "select 1 from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace"
    " where n.nspname = %s and c.relname = %s"
)


@dataclass(slots=True)
class Verified:
    """What PostgreSQL allowed."""

    reached: dict[tuple[Requester, str, str], bool] = field(default_factory=dict)
    """By requester, path and command: ``select``, ``insert``, ``update`` or ``delete``; for ``rpc/name`` ``call`` (it
    returns what depends on rows of others) and ``change`` (it writes)."""
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
        refused = f"PostgreSQL refused {count_text(len(verified.refused), 'statement')}" if verified.refused else ""
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
            statements.append(f"create role {quoted(role.name)} nologin{bypass}")
    for role in database.roles.values():
        for parent in role.member_of:
            known = parent in database.roles and not _PREDEFINED.match(parent)
            if known and not _PREDEFINED.match(role.name) and role.name != parent:
                statements.append(f"grant {quoted(parent)} to {quoted(role.name)}")
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
                error = run(session, statement.text)
                if error and len(found.refused) < 100:
                    found.refused.append((before + text.line(statement.at), error))
            before += text.text.count("\n") + 2


def _is_skipped(statement: str) -> bool:
    try:
        return any(kind in _SKIPPED for kind, _ in parse.parse(statement))
    except StatementError:
        return False


def _ask(server: Server, database: Database, found: Verified) -> None:
    relations = [one for one in database.relations.values() if one.origin.line][:MAX_RELATIONS]
    objects = database.relations.get(FILES)
    if objects is not None and any(one.origin.line for one in objects.policies.values()):
        relations.append(objects)
    constants = _constants(database)
    called = calls.functions_of(database)
    named = buckets.buckets_of(database, constants) if objects is not None else []
    drop_foreign_keys(server)
    with ExitStack() as stack:
        sessions = {who: stack.enter_context(_session(server, who)) for who in Requester}
        # Rows that a trigger created for the new user are its own.
        own = counts(server, relations)
        before = {who: calls.results_of(session, called, constants) for who, session in sessions.items()}
        stored = seed(server, relations, constants)
        files = buckets.Files(server, objects, named, constants) if objects is not None and named else None
        for who, session in sessions.items():
            for relation in relations:
                if one(session, _EXISTS, *relation.name) is None:
                    continue
                mine = own[relation.label] if who is Requester.ANY_USER else 0
                rows = StoredRows(stored.get(relation.label, 0), mine)
                for command, reached in commands(session, relation, constants, rows):
                    found.reached[who, relation.label, command] = reached
            for (path, command), reached in files.commands(session).items() if files is not None else ():
                found.reached[who, path, command] = reached
            after = calls.results_of(session, called, constants, before[who])
            for (path, command), reached in calls.reached(before[who], after).items():
                found.reached[who, path, command] = reached


def _constants(database: Database) -> Constants:
    """Constants of all conditions and of the bodies of functions."""
    constants = Constants()
    for relation in database.relations.values():
        trees = [tree for each in relation.policies.values() for tree in (each.using, each.check)]
        constants.collect([*relation.checks.values(), *trees])
    for each in database.functions.values():
        for function in each:
            if function.origin.line:
                constants.collect(body_trees(function))
    return constants


def _session(server: Server, who: Requester) -> "psycopg.Connection[Any]":
    """A connection of a requester; a user signs up first."""
    session = server.connect(ASKER)
    session.execute(SAFE)
    claims: dict[str, Any] = {"role": "anon"}
    role = "anon"
    if who is Requester.ANY_USER:
        claims = {key: value for key, value in new_user().claims.items() if value is not UNKNOWN}
        role = "authenticated"
        session.execute("set role supabase_auth_admin")
        run(session, f"insert into auth.users (id, email) values ('{claims['sub']}', '{claims['email']}')")
        session.execute("reset role")
    session.execute(f"set role {role}".encode())
    session.execute(b"select pg_catalog.set_config('request.jwt.claims', %s, false)", (json.dumps(claims),))
    return session
