"""The database before the first statement of a file: a Supabase project, or plain PostgreSQL."""

import re
from functools import cache
from importlib import resources

from tieback.posture.rules.source import RulesText
from tieback.posture.rules.sql import parse
from tieback.posture.rules.sql.linter import SUPABASE_WORDS
from tieback.posture.rules.sql.schema import OWNER, Database, DefaultGrant, Namespace, Origin, Role
from tieback.posture.rules.sql.statements.apply import interpreter_for

_DUMP = re.compile(r"^-- PostgreSQL database dump", re.MULTILINE)
_GRANT = re.compile(r"^\s*grant\b[^;]{0,400}\b(anon|authenticated|service_role)\b", re.IGNORECASE | re.MULTILINE)
_ROLES = re.compile(r"^\s*create\s+(?:role|user)\s+\"?(\w+)", re.IGNORECASE | re.MULTILINE)
_GRANTS = re.compile(
    r"^\s*(grant|create\s+(role|user)|revoke|alter\s+default\s+privileges)\b", re.IGNORECASE | re.MULTILINE
)
_BLOCK = re.compile(r"\bdo\s+\$(\w*)\$.*?\$\1\$", re.IGNORECASE | re.DOTALL)


def prelude() -> str:
    """The SQL of what a Supabase project contains before its first migration."""
    return (resources.files("tieback.posture.rules.sql") / "supabase.sql").read_text(encoding="utf-8")


@cache
def _project() -> Database:
    database = Database()
    database.roles[OWNER] = Role(OWNER, bypasses=True)
    database.schemas["public"] = Namespace("public", OWNER, {("public", "usage"): Origin()})
    database.default_grants.append(DefaultGrant(OWNER, "", "schema", "", "", granted=False, origin=Origin()))
    interpreter = interpreter_for(database)
    for statement in parse.split(RulesText("supabase.sql", prelude())):
        interpreter.run(statement.text, 0)
    assert not [one for one in database.problems if "exists" not in one.what], database.problems
    database.problems.clear()
    for relations in database.relations.values():
        relations.origin = Origin()
    return database


def database_for(text: str) -> Database:
    """The database that a file of migrations begins with.

    Supabase's default privileges hold, except for two kinds of files: a dump that contains its grants, which is the
    whole state; and a schema of plain PostgreSQL, which creates its own roles or grants and names nothing of Supabase.
    """
    database = _project().copy()
    outside = _BLOCK.sub("", text)
    created = {one.group(1).lower() for one in _ROLES.finditer(outside)}
    own = bool(created & {"anon", "authenticated"})
    plain = bool(_GRANTS.search(outside)) and not SUPABASE_WORDS.search(outside)
    if own or plain or (_DUMP.search(text[:4000]) and _GRANT.search(text)):
        database.default_grants.clear()
    if own or plain:
        for name in created | ({"anon", "authenticated", "service_role"} if plain else set()):
            database.roles.pop(name, None)
            for namespace in database.schemas.values():
                namespace.grants = {key: one for key, one in namespace.grants.items() if key[0] != name}
    return database
