"""Roles: ``CREATE ROLE``, ``ALTER ROLE``, ``GRANT role TO role``."""

from typing import Any

from tieback.posture.rules.sql import names
from tieback.posture.rules.sql.parse import Node, kind_of
from tieback.posture.rules.sql.schema import Role
from tieback.posture.rules.sql.statements.interpreter import Interpreter, RefusedError, Statements


def _create_role(interpreter: Interpreter, fields: Node) -> None:
    name = fields["role"]
    if name in interpreter.db.roles:
        raise RefusedError(f"role {name} exists")
    interpreter.db.roles[name] = Role(name)
    _role_options(interpreter, name, fields.get("options"))


def _alter_role(interpreter: Interpreter, fields: Node) -> None:
    name = names.role_name(fields["role"], interpreter.db)
    interpreter.db.roles.setdefault(name, Role(name))
    _role_options(interpreter, name, fields.get("options"))


def _role_options(interpreter: Interpreter, name: str, nodes: Any) -> None:
    role = interpreter.db.roles[name]
    for key, value in names.options(nodes).items():
        if key == "bypassrls":
            role.bypasses = names.is_on(value)
        elif key == "superuser":
            role.superuser = names.is_on(value)
        elif key == "addroleto":
            role.member_of |= {names.role_name(one, interpreter.db) for one in kind_of(value)[1].get("items", [])}
        elif key in {"rolemembers", "adminmembers"}:
            for one in kind_of(value)[1].get("items", []):
                _member(interpreter, names.role_name(one, interpreter.db)).add(name)
        elif key == "inherit" and not names.is_on(value) and name not in {"anon", "authenticated"}:
            role.member_of = set()


def _member(interpreter: Interpreter, name: str) -> set[str]:
    return interpreter.db.roles.setdefault(name, Role(name)).member_of


def _drop_role(interpreter: Interpreter, fields: Node) -> None:
    for one in fields.get("roles", []):
        interpreter.db.roles.pop(names.role_name(one, interpreter.db), None)


def _grant_role(interpreter: Interpreter, fields: Node) -> None:
    for granted in fields.get("granted_roles", []):
        name = kind_of(granted)[1]["priv_name"]
        for grantee in fields.get("grantee_roles", []):
            roles = _member(interpreter, names.role_name(grantee, interpreter.db))
            if fields.get("is_grant"):
                roles.add(name)
            else:
                roles.discard(name)


KINDS: Statements = {
    "CreateRoleStmt": _create_role,
    "AlterRoleStmt": _alter_role,
    "DropRoleStmt": _drop_role,
    "GrantRoleStmt": _grant_role,
}
"""By the name of PostgreSQL's node."""
