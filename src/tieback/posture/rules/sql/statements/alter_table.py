"""``ALTER TABLE`` and ``ALTER VIEW``: row level security, columns, options."""

from tieback.posture.rules.sql import names
from tieback.posture.rules.sql.parse import Node, kind_of
from tieback.posture.rules.sql.schema import Relation
from tieback.posture.rules.sql.statements.interpreter import Interpreter, RefusedError, Statements
from tieback.posture.rules.sql.statements.tables import add_element, add_unknown, columns_used, drop_constraints_of
from tieback.posture.rules.sql.statements.types import column_of_type


def _alter_table(interpreter: Interpreter, fields: Node) -> None:  # noqa: PLR0912 - a kind of change each
    relation = interpreter.db.relation(*names.range_name(fields["relation"]))
    if relation is None:
        if not fields.get("missing_ok"):
            add_unknown(interpreter, *names.range_name(fields["relation"]))
            relation = interpreter.db.relation(*names.range_name(fields["relation"]))
        if relation is None:
            return
    for command in fields.get("cmds", []):
        one = kind_of(command)[1]
        kind, name = one.get("subtype"), one.get("name", "")
        match kind:
            case "AT_EnableRowSecurity":
                relation.secured = interpreter.origin
            case "AT_DisableRowSecurity":
                relation.secured = None
            case "AT_ForceRowSecurity" | "AT_NoForceRowSecurity":
                relation.forced = kind == "AT_ForceRowSecurity"
            case "AT_AddColumn":
                if kind_of(one["def"])[1]["colname"] not in relation.columns:
                    add_element(interpreter, relation, one["def"])
            case "AT_DropColumn":
                _drop_policies_of_column(relation, name, cascade=one.get("behavior") == "DROP_CASCADE")
                relation.columns.pop(name, None)
                drop_constraints_of(relation, name)
            case "AT_DropConstraint":
                relation.checks.pop(name, None)
                relation.keys.pop(name, None)
                relation.references = {}  # their names are not kept
            case "AT_SetNotNull" | "AT_DropNotNull" if name in relation.columns:
                relation.columns[name].not_null = kind == "AT_SetNotNull"
            case "AT_ColumnDefault" if name in relation.columns:
                relation.columns[name].default = one.get("def")
            case "AT_AlterColumnType" if name in relation.columns:
                changed = column_of_type(interpreter, name, kind_of(one["def"])[1].get("typeName"))
                known = relation.columns[name]
                known.type, known.array, known.values = changed.type, changed.array, changed.values
            case "AT_AddConstraint":
                add_element(interpreter, relation, one["def"])
            case "AT_ChangeOwner":
                relation.owner = names.role_name(one["newowner"], interpreter.db)
            case "AT_SetRelOptions":
                chosen = names.options(kind_of(one["def"])[1].get("items"))
                if "security_invoker" in chosen:
                    relation.invoker = names.is_on(chosen["security_invoker"])
            case "AT_ResetRelOptions":
                if "security_invoker" in names.options(kind_of(one["def"])[1].get("items")):
                    relation.invoker = False
            case "AT_AddInherit" | "AT_AttachPartition":
                pass
            case "AT_DisableTrig" | "AT_DisableTrigAll" | "AT_DisableTrigUser":
                relation.triggers = [each for each in relation.triggers if name and each.name != name]


def _drop_policies_of_column(relation: Relation, name: str, *, cascade: bool) -> None:
    for policy in list(relation.policies.values()):
        if name in columns_used([policy.using, policy.check]):
            if not cascade:
                raise RefusedError(f"the policy {policy.name} depends on the column {name}")
            del relation.policies[policy.name]


KINDS: Statements = {
    "AlterTableStmt": _alter_table,
}
"""By the name of PostgreSQL's node."""
