"""The security checks of Supabase's own linter, from the schema instead of a running database.

Source: https://supabase.com/docs/guides/database/database-advisors and https://github.com/supabase/splinter. Each check
names the object as ``--path`` does.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tieback.posture.rules.sql import names, parse
from tieback.posture.rules.sql.parse import kind_of, string, strings
from tieback.posture.rules.sql.schema import FILES, PUBLIC, Database, Function, Policy, Relation

_SYSTEM = {
    "auth", "cron", "extensions", "graphql", "graphql_public", "information_schema", "net", "pgmq", "pgsodium",
    "pgsodium_masks", "pgtle", "pgbouncer", "pg_catalog", "realtime", "storage", "supabase_functions",
    "supabase_migrations", "tiger", "topology", "vault",
}  # fmt: skip
_REQUESTERS = ("anon", "authenticated")
DEFAULT_SCHEMAS = ("public", "graphql_public")
"""Schemas that a project exposes by default."""


@dataclass(frozen=True, slots=True)
class Lint:
    """A match of one check."""

    name: str
    """Number and name of the check, as in Supabase's documentation."""
    path: str
    """The object, as in ``--path``."""
    line: int


def lints(database: Database, exposed: tuple[str, ...] = DEFAULT_SCHEMAS) -> list[Lint]:
    """All matches, in the order of the checks.

    Args:
        database: the schema.
        exposed: schemas of the project's API.
    """
    found = [*_relations(database, exposed), *_policies(database), *_buckets(database), *_functions(database, exposed)]
    return sorted(found, key=lambda one: (one.name, one.line))


def may_select(database: Database, relation: Relation, role: str, *, columns: bool = False) -> bool:
    """Whether a role has the privilege to read a relation; with ``columns`` any column of it."""
    roles = database.member_roles(role)
    if database.granted(roles, relation.grants, "select", relation.owner) is not None:
        return True
    return columns and any(relation.column_grants.get((one, "select")) for one in roles)


def _relations(database: Database, exposed: tuple[str, ...]) -> Iterator[Lint]:
    for one in database.relations.values():
        schema, line = one.name[0], one.origin.line
        readable = [role for role in _REQUESTERS if may_select(database, one, role)]
        published = bool(readable) and schema in exposed
        if one.kind != "table" and published and _uses_auth_users(one, database, 0):
            yield Lint("0002_auth_users_exposed", one.label, line)
        if schema in _SYSTEM:
            continue
        if one.kind == "table" and not one.foreign and not one.partitioned:
            if one.policies and one.secured is None:
                yield Lint("0007_policy_exists_rls_disabled", one.label, line)
            if not one.policies and one.secured is not None:
                yield Lint("0008_rls_enabled_no_policy", one.label, line)
            if one.secured is None and published:
                yield Lint("0013_rls_disabled_in_public", one.label, line)
        if one.kind == "view" and published and not one.invoker:
            yield Lint("0010_security_definer_view", one.label, line)
        if one.kind == "matview" and published:
            yield Lint("0016_materialized_view_in_api", one.label, line)
        if "pg_graphql" in database.extensions and not one.partitioned:
            for number, role in (("0026_pg_graphql_anon", "anon"), ("0027_pg_graphql_authenticated", "authenticated")):
                if may_select(database, one, role, columns=True):
                    yield Lint(f"{number}_table_exposed", one.label, line)


def _uses_auth_users(relation: Relation, database: Database, depth: int) -> bool:
    for kind, fields in parse.walk(relation.query):
        if kind != "RangeVar":
            continue
        found = database.relation(*names.range_name(fields))
        if found is None:
            continue
        if found.name == ("auth", "users"):
            return depth > 0 or relation.kind == "matview" or not relation.invoker or found.secured is None
        if depth < 8 and found.kind == "view" and _uses_auth_users(found, database, depth + 1):
            return False
    return False


def _policies(database: Database) -> Iterator[Lint]:
    for one in database.relations.values():
        if one.name[0] in _SYSTEM:
            continue
        for policy in one.policies.values():
            if any(_reads_metadata(tree) for tree in (policy.using, policy.check)):
                yield Lint("0015_rls_references_user_metadata", one.label, policy.origin.line)
            if one.secured is not None and one.kind == "table" and _always_true(policy):
                yield Lint("0024_permissive_rls_policy", one.label, policy.origin.line)


def _reads_metadata(tree: Any) -> bool:
    reads_token = key = False
    for kind, fields in parse.walk(tree):
        if kind == "FuncCall":
            called = strings(fields["funcname"])
            reads_token |= called[-2:] == ["auth", "jwt"] or called[-1:] == ["current_setting"]
        key |= kind == "A_Const" and "user_metadata" in str(fields.get("sval", {}).get("sval", ""))
    return reads_token and key


def _is_true(tree: Any) -> bool:
    kind, fields = kind_of(tree)
    if kind == "A_Const":
        return bool(fields.get("boolval", {}).get("boolval"))
    if kind == "A_Expr" and string(fields["name"][-1]) == "=":
        try:
            return bool(names.constant(fields["lexpr"]) == 1 == names.constant(fields["rexpr"]))
        except ValueError:
            return False
    return False


def _always_true(policy: Policy) -> bool:
    if not policy.permissive or not (set(policy.roles) & {PUBLIC, *_REQUESTERS}):
        return False
    using = policy.command in {"update", "delete", "all"} and (policy.using is None or _is_true(policy.using))
    check = (
        _is_true(policy.check)
        or (policy.check is None and policy.command == "insert")
        or (policy.check is None and policy.command in {"update", "all"} and _is_true(policy.using))
    )
    return using or check


def _buckets(database: Database) -> Iterator[Lint]:
    objects = database.relations.get(FILES)
    for bucket in database.buckets.values():
        if not bucket.public or objects is None:
            continue
        for policy in objects.policies.values():
            if policy.command not in {"select", "all"} or not policy.permissive:
                continue
            if not set(policy.roles) & {PUBLIC, *_REQUESTERS}:
                continue
            if policy.using is None or _is_true(policy.using) or _is_bucket(policy.using, bucket.name):
                yield Lint("0025_public_bucket_allows_listing", f"storage/{bucket.name}", policy.origin.line)
                break


def _is_bucket(tree: Any, name: str) -> bool:
    kind, fields = kind_of(tree)
    if kind != "A_Expr" or string(fields["name"][-1]) != "=" or kind_of(fields.get("lexpr"))[0] != "ColumnRef":
        return False
    try:
        value = names.constant(fields["rexpr"])
    except ValueError:
        return False
    return string(kind_of(fields["lexpr"])[1]["fields"][-1]) == "bucket_id" and value == name


def _functions(database: Database, exposed: tuple[str, ...]) -> Iterator[Lint]:
    for functions in database.functions.values():
        for one in functions:
            if not one.definer or one.name[0] in _SYSTEM or one.name[0] not in exposed:
                continue
            for number, role in (("0028_anon", "anon"), ("0029_authenticated", "authenticated")):
                if database.granted(database.member_roles(role), one.grants, "execute", one.owner) is not None:
                    yield Lint(f"{number}_security_definer_function_executable", function_path(one), one.origin.line)


def function_path(function: Function) -> str:
    """The path of a function: ``rpc/name``, with its schema unless that is ``public``."""
    schema, name = function.name
    return f"rpc/{name}" if schema == "public" else f"rpc/{schema}.{name}"


SUPABASE_WORDS = re.compile(
    r"\b(anon|authenticated|service_role|supabase\w*)\b|\b(auth|storage|realtime|extensions)\.", re.IGNORECASE
)
"""Words of a Supabase project."""
