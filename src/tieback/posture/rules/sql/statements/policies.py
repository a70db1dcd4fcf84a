"""``CREATE POLICY`` and ``ALTER POLICY``."""

from tieback.posture.rules.sql import names
from tieback.posture.rules.sql.parse import Node
from tieback.posture.rules.sql.schema import PUBLIC, Policy
from tieback.posture.rules.sql.statements.interpreter import Interpreter, RefusedError, Statements
from tieback.posture.rules.sql.statements.tables import add_unknown


def _create_policy(interpreter: Interpreter, fields: Node) -> None:
    schema, table = names.range_name(fields["table"])
    relation = interpreter.db.relation(schema, table)
    if relation is None:
        add_unknown(interpreter, schema, table)
        relation = interpreter.db.relation(schema, table)
        assert relation is not None
    if fields["policy_name"] in relation.policies:
        raise RefusedError(f"policy {fields['policy_name']} exists")
    command = fields.get("cmd_name", "all").lower()
    using, check = fields.get("qual"), fields.get("with_check")
    if check is not None and command in {"select", "delete"}:
        raise RefusedError(f"WITH CHECK for {command.upper()}")
    if using is not None and command == "insert":
        raise RefusedError("USING for INSERT")
    roles = tuple(names.role_name(one, interpreter.db) for one in fields.get("roles", [])) or (PUBLIC,)
    names.qualify(interpreter.db, [using, check])
    relation.policies[fields["policy_name"]] = Policy(
        fields["policy_name"], bool(fields.get("permissive")), command, roles, using, check, interpreter.origin
    )


def _alter_policy(interpreter: Interpreter, fields: Node) -> None:
    relation = interpreter.db.relation(*names.range_name(fields["table"]))
    policy = relation.policies.get(fields["policy_name"]) if relation is not None else None
    if policy is None:
        raise RefusedError("no such policy")
    if "with_check" in fields and policy.command in {"select", "delete"}:
        raise RefusedError(f"WITH CHECK for {policy.command.upper()}")
    if "qual" in fields and policy.command == "insert":
        raise RefusedError("USING for INSERT")
    names.qualify(interpreter.db, [fields.get("qual"), fields.get("with_check")])
    if "roles" in fields:
        policy.roles = tuple(names.role_name(one, interpreter.db) for one in fields["roles"])
    if "qual" in fields:
        policy.using = fields["qual"]
    if "with_check" in fields:
        policy.check = fields["with_check"]
    policy.origin = interpreter.origin


KINDS: Statements = {
    "CreatePolicyStmt": _create_policy,
    "AlterPolicyStmt": _alter_policy,
}
"""By the name of PostgreSQL's node."""
