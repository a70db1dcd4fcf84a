"""``GRANT``, ``REVOKE`` and ``ALTER DEFAULT PRIVILEGES``."""

from collections.abc import Iterable
from typing import Any

from tieback.posture.rules.sql import names
from tieback.posture.rules.sql.parse import Node, kind_of, strings
from tieback.posture.rules.sql.schema import ALL_PRIVILEGES, DefaultGrant, Function, Grants, Namespace, Relation
from tieback.posture.rules.sql.statements.functions import named_functions
from tieback.posture.rules.sql.statements.interpreter import Interpreter, Statements
from tieback.posture.rules.sql.statements.tables import add_unknown


def _grant(interpreter: Interpreter, fields: Node) -> None:
    roles = [names.role_name(one, interpreter.db) for one in fields.get("grantees", [])]
    kind = fields.get("objtype", "").removeprefix("OBJECT_").lower()
    granting = bool(fields.get("is_grant"))
    if fields.get("grant_option") and not granting:
        return
    everything = fields.get("targtype") == "ACL_TARGET_ALL_IN_SCHEMA"
    if kind in {"function", "procedure", "routine"}:
        functions = (
            [one for each in strings(fields["objects"]) for one in _functions_in(interpreter, each)]
            if everything
            else [one for node in fields["objects"] for one in named_functions(interpreter, node)]
        )
        for function in functions:
            _change(interpreter, function.grants, roles, fields.get("privileges"), "function", granting=granting)
    elif kind == "schema":
        for name in strings(fields["objects"]):
            namespace = interpreter.db.schemas.setdefault(name, Namespace(name))
            _change(interpreter, namespace.grants, roles, fields.get("privileges"), "schema", granting=granting)
    elif kind == "table":
        if everything:
            schemas = set(strings(fields["objects"]))
            relations: Iterable[Relation] = [one for one in interpreter.db.relations.values() if one.name[0] in schemas]
        else:
            relations = [_named(interpreter, node) for node in fields["objects"]]
        for relation in relations:
            _change_relation(interpreter, relation, roles, fields.get("privileges"), granting=granting)


def _named(interpreter: Interpreter, node: Any) -> Relation:
    schema, name = names.range_name(node)
    relation = interpreter.db.relation(schema, name)
    if relation is None:
        add_unknown(interpreter, schema, name)
        relation = interpreter.db.relation(schema, name)
        assert relation is not None
    return relation


def _functions_in(interpreter: Interpreter, schema: str) -> list[Function]:
    return [one for name, each in interpreter.db.functions.items() if name[0] == schema for one in each]


def _change_relation(
    interpreter: Interpreter, relation: Relation, roles: list[str], privileges: Any, *, granting: bool
) -> None:
    whole = [one for one in privileges or [{}] if not kind_of(one)[1].get("cols")]
    if whole or privileges is None:
        _change(interpreter, relation.grants, roles, whole if privileges else None, "table", granting=granting)
        if not granting:
            for role in roles:
                for one in _listed(whole if privileges else None, "table"):
                    relation.column_grants.pop((role, one), None)
    for node in privileges or []:
        fields = kind_of(node)[1]
        columns = strings(fields.get("cols"))
        if not columns:
            continue
        listed = [fields["priv_name"].lower()] if fields.get("priv_name") else ["select", "insert", "update"]
        for role in roles:
            for one in listed:
                known = relation.column_grants.setdefault((role, one), {})
                for column in columns:
                    if granting:
                        known[column] = interpreter.origin
                    else:
                        known.pop(column, None)


def _listed(privileges: Any, kind: str) -> list[str]:
    if not privileges:
        return list(ALL_PRIVILEGES.get(kind, ()))
    found = [str(kind_of(one)[1].get("priv_name", "")).lower() for one in privileges]
    return list(ALL_PRIVILEGES.get(kind, ())) if "" in found or "all" in found else found


def _change(
    interpreter: Interpreter, grants: Grants, roles: list[str], privileges: Any, kind: str, *, granting: bool
) -> None:
    for role in roles:
        for one in _listed(privileges, kind):
            if granting:
                grants[role, one] = interpreter.origin
            else:
                grants.pop((role, one), None)


def _alter_default_privileges(interpreter: Interpreter, fields: Node) -> None:
    chosen = names.options(fields.get("options"))
    owners = [names.role_name(one, interpreter.db) for one in kind_of(chosen.get("roles"))[1].get("items", [])]
    schemas = strings(kind_of(chosen.get("schemas"))[1].get("items")) or [""]
    action = fields["action"]
    kind = action.get("objtype", "").removeprefix("OBJECT_").lower()
    kind = "function" if kind in {"routine", "procedure"} else kind
    roles = [names.role_name(one, interpreter.db) for one in action.get("grantees", [])]
    for owner in owners or [interpreter.db.current]:
        for schema in schemas:
            for role in roles:
                for one in _listed(action.get("privileges"), kind):
                    interpreter.db.default_grants.append(
                        DefaultGrant(owner, schema, kind, role, one, bool(action.get("is_grant")), interpreter.origin)
                    )


KINDS: Statements = {
    "GrantStmt": _grant,
    "AlterDefaultPrivilegesStmt": _alter_default_privileges,
}
"""By the name of PostgreSQL's node."""
