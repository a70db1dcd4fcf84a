"""``CREATE TABLE``: columns and constraints."""

from typing import Any

from tieback.posture.rules.sql import names, parse
from tieback.posture.rules.sql.parse import Node, kind_of, string, strings
from tieback.posture.rules.sql.schema import Column, Namespace, Relation
from tieback.posture.rules.sql.statements.interpreter import Interpreter, RefusedError, Statements
from tieback.posture.rules.sql.statements.types import column_of_type


def _create_table(interpreter: Interpreter, fields: Node) -> None:
    relation = new_relation(interpreter, fields["relation"], "table", if_not_exists=bool(fields.get("if_not_exists")))
    if relation is None:
        return
    relation.partitioned = "partspec" in fields
    for parent in fields.get("inhRelations", []):
        known = interpreter.db.relation(*names.range_name(parent))
        if known is not None:
            relation.parents.append(known.name)
            relation.columns.update({name: copy_of(column) for name, column in known.columns.items()})
            relation.checks.update(known.checks)
    for element in fields.get("tableElts", []):
        add_element(interpreter, relation, element)


def _create_foreign_table(interpreter: Interpreter, fields: Node) -> None:
    _create_table(interpreter, fields.get("base", fields))
    relation = interpreter.db.relation(*names.range_name((fields.get("base") or fields)["relation"]))
    if relation is not None:
        relation.foreign = True


def new_relation(
    interpreter: Interpreter, node: Node, kind: str, *, if_not_exists: bool = False, replace: bool = False
) -> Relation | None:
    """A new relation with its default privileges; ``None`` if it exists or is temporary."""
    if node.get("relpersistence") == "t" or node.get("schemaname") == "pg_temp":
        return None
    name = interpreter.db.new_name(*names.range_name(node))
    known = interpreter.db.relations.get(name)
    if known is not None:
        if if_not_exists:
            return None
        if replace and known.kind == kind:
            known.origin = interpreter.origin
            return known
        raise RefusedError(f"{known.label} exists")
    relation = Relation(name, kind, interpreter.origin, interpreter.db.current)
    relation.grants = interpreter.db.default_grants_for(interpreter.db.current, name[0], "table")
    interpreter.db.relations[name] = relation
    return relation


def add_element(interpreter: Interpreter, relation: Relation, element: Any) -> None:
    """Add a column, a constraint, or the columns of another table."""
    kind, fields = kind_of(element)
    if kind == "ColumnDef":
        column = column_of_type(interpreter, fields["colname"], fields.get("typeName"))
        relation.columns[column.name] = column
        for one in fields.get("constraints", []):
            _constraint(relation, column, kind_of(one)[1])
            _foreign_key(interpreter, relation, column, kind_of(one)[1])
    elif kind == "Constraint":
        _constraint(relation, None, fields)
        _foreign_key(interpreter, relation, None, fields)
    elif kind == "TableLikeClause":
        known = interpreter.db.relation(*names.range_name(fields["relation"]))
        if known is not None:
            relation.columns.update({name: copy_of(column) for name, column in known.columns.items()})


def _constraint(relation: Relation, column: Column | None, fields: Node) -> None:
    kind = fields.get("contype")
    if kind == "CONSTR_CHECK":
        used = {column.name} if column is not None else columns_used(fields["raw_expr"])
        name = _constraint_name(relation, fields, "_".join([*(used if len(used) == 1 else ()), "check"]))
        relation.checks[name] = fields["raw_expr"]
    elif kind in {"CONSTR_PRIMARY", "CONSTR_UNIQUE"}:
        keys = [*strings(fields.get("keys")), *([column.name] if column is not None else [])]
        default = "pkey" if kind == "CONSTR_PRIMARY" else "_".join([*keys, "key"])
        relation.keys[_constraint_name(relation, fields, default)] = frozenset(keys)
        if kind == "CONSTR_UNIQUE":
            return
        for name in strings(fields.get("keys")):
            if name in relation.columns:
                relation.columns[name].not_null = True
        if column is not None:
            column.not_null = True
    elif column is None:
        return
    elif kind == "CONSTR_NOTNULL":
        column.not_null = True
    elif kind == "CONSTR_DEFAULT":
        column.default = fields["raw_expr"]
    elif kind == "CONSTR_GENERATED" or (kind == "CONSTR_IDENTITY" and fields.get("generated_when") == "a"):
        column.generated = True
        column.not_null |= kind == "CONSTR_IDENTITY"
    elif kind == "CONSTR_IDENTITY":
        column.not_null = True
        column.default = {"FuncCall": {"funcname": [{"String": {"sval": "nextval"}}]}}


def _foreign_key(interpreter: Interpreter, relation: Relation, column: Column | None, fields: Node) -> None:
    if fields.get("contype") != "CONSTR_FOREIGN":
        return
    own = [column.name] if column is not None else strings(fields.get("fk_attrs"))
    target = interpreter.db.relation(*names.range_name(fields["pktable"]))
    if target is None or len(own) != 1 or fields.get("skip_validation"):
        return
    columns = strings(fields.get("pk_attrs")) or list(target.keys.get(f"{target.name[1]}_pkey", ()))
    if len(columns) == 1:
        relation.references[own[0]] = (target.name, columns[0])


def _constraint_name(relation: Relation, fields: Node, default: str) -> str:
    """The name in the statement, or the one that PostgreSQL makes of the table, the column and the kind."""
    name = base = str(fields.get("conname") or f"{relation.name[1]}_{default}")
    number = 0
    while name in relation.checks or name in relation.keys:
        number += 1
        name = f"{base}{number}"
    return name


def columns_used(tree: Any) -> set[str]:
    """The columns that an expression on one table names."""
    return {string(one["fields"][-1]) for kind, one in parse.walk(tree) if kind == "ColumnRef"}


def drop_constraints_of(relation: Relation, column: str) -> None:
    """Remove the constraints that a dropped column is part of."""
    relation.checks = {name: one for name, one in relation.checks.items() if column not in columns_used(one)}
    relation.keys = {name: one for name, one in relation.keys.items() if column not in one}
    relation.references.pop(column, None)


def add_unknown(interpreter: Interpreter, schema: str, name: str) -> None:
    """A relation that no statement of the file creates, but that one changes."""
    full = interpreter.db.new_name(schema, name)
    relation = Relation(full, "table", interpreter.origin)
    relation.grants = interpreter.db.default_grants_for("postgres", full[0], "table")
    interpreter.db.relations[full] = relation
    if full[0] not in interpreter.db.schemas:
        interpreter.db.schemas[full[0]] = Namespace(full[0])


def copy_of(column: Column) -> Column:
    """The same column for another table."""
    return Column(
        column.name, column.type, column.array, column.not_null, column.default, column.generated, column.values
    )


KINDS: Statements = {
    "CreateStmt": _create_table,
    "CreateForeignTableStmt": _create_foreign_table,
}
"""By the name of PostgreSQL's node."""
