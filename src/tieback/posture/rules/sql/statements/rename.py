"""Objects that get another name, schema or owner; policies and views follow them."""

from typing import Any

from tieback.posture.rules.sql import names, parse
from tieback.posture.rules.sql.parse import Node, string
from tieback.posture.rules.sql.schema import Name, Relation
from tieback.posture.rules.sql.statements.functions import named_functions
from tieback.posture.rules.sql.statements.interpreter import Interpreter, Statements


def _rename(interpreter: Interpreter, fields: Node) -> None:
    kind, new = fields.get("renameType"), fields.get("newname", "")
    relation = interpreter.db.relation(*names.range_name(fields["relation"])) if "relation" in fields else None
    if kind == "OBJECT_POLICY" and relation is not None:
        policy = relation.policies.pop(fields["subname"], None)
        if policy is not None:
            policy.name = new
            relation.policies[new] = policy
    elif kind == "OBJECT_COLUMN" and relation is not None:
        _rename_column(relation, fields["subname"], new)
    elif kind == "OBJECT_TABCONSTRAINT" and relation is not None:
        old = fields["subname"]
        relation.checks = {(new if name == old else name): one for name, one in relation.checks.items()}
        relation.keys = {(new if name == old else name): one for name, one in relation.keys.items()}
    elif kind in {"OBJECT_TABLE", "OBJECT_VIEW", "OBJECT_MATVIEW"} and relation is not None:
        _move(interpreter, relation, (relation.name[0], new))
    elif kind in {"OBJECT_FUNCTION", "OBJECT_PROCEDURE", "OBJECT_ROUTINE"}:
        for function in named_functions(interpreter, fields["object"]):
            interpreter.db.functions[function.name].remove(function)
            function.name = (function.name[0], new)
            interpreter.db.functions.setdefault(function.name, []).append(function)
    elif kind == "OBJECT_SCHEMA":
        _rename_schema(interpreter, fields["subname"], new)
    elif kind == "OBJECT_ROLE" and fields.get("subname") in interpreter.db.roles:
        raise ValueError("role renamed")


def _rename_column(relation: Relation, old: str, new: str) -> None:
    relation.columns = {(new if name == old else name): column for name, column in relation.columns.items()}
    if new in relation.columns:
        relation.columns[new].name = new
    relation.keys = {name: frozenset(new if one == old else one for one in key) for name, key in relation.keys.items()}
    for tree in [*relation.checks.values(), *([one.using, one.check] for one in relation.policies.values())]:
        for kind, one in parse.walk(tree):
            if kind == "ColumnRef" and string(one["fields"][-1]) == old:
                one["fields"][-1] = {"String": {"sval": new}}
    for key, columns in relation.column_grants.items():
        relation.column_grants[key] = {(new if one == old else one): found for one, found in columns.items()}


def _move(interpreter: Interpreter, relation: Relation, name: Name) -> None:
    interpreter.db.relations = {
        (name if key == relation.name else key): one for key, one in interpreter.db.relations.items()
    }
    _renamed(interpreter, relation.name, name)
    relation.name = name


def _renamed(interpreter: Interpreter, old: Name, new: Name) -> None:
    """Policies and views follow a renamed table: PostgreSQL saves its number, not its name."""
    trees: list[Any] = []
    for one in interpreter.db.relations.values():
        trees.append(one.query)
        trees += [part for policy in one.policies.values() for part in (policy.using, policy.check)]
    for kind, fields in parse.walk(trees):
        if kind == "RangeVar" and fields.get("relname") == old[1] and fields.get("schemaname", old[0]) == old[0]:
            fields["schemaname"], fields["relname"] = new
            fields.setdefault("alias", {"aliasname": old[1]})


def _rename_schema(interpreter: Interpreter, old: str, new: str) -> None:
    if old in interpreter.db.schemas:
        namespace = interpreter.db.schemas.pop(old)
        namespace.name = new
        interpreter.db.schemas[new] = namespace
    for relation in [one for one in interpreter.db.relations.values() if one.name[0] == old]:
        _move(interpreter, relation, (new, relation.name[1]))
    for name in [one for one in interpreter.db.functions if one[0] == old]:
        for function in interpreter.db.functions.pop(name):
            function.name = (new, name[1])
            interpreter.db.functions.setdefault(function.name, []).append(function)


def _set_schema(interpreter: Interpreter, fields: Node) -> None:
    new = fields["newschema"]
    if "relation" in fields:
        relation = interpreter.db.relation(*names.range_name(fields["relation"]))
        if relation is not None:
            _move(interpreter, relation, (new, relation.name[1]))
    elif fields.get("objectType") in {"OBJECT_FUNCTION", "OBJECT_PROCEDURE", "OBJECT_ROUTINE"}:
        for function in named_functions(interpreter, fields["object"]):
            interpreter.db.functions[function.name].remove(function)
            function.name = (new, function.name[1])
            interpreter.db.functions.setdefault(function.name, []).append(function)


def _set_owner(interpreter: Interpreter, fields: Node) -> None:
    owner = names.role_name(fields["newowner"], interpreter.db)
    kind = fields.get("objectType")
    if kind == "OBJECT_SCHEMA":
        namespace = interpreter.db.schemas.get(string(fields["object"]))
        if namespace is not None:
            namespace.owner = owner
    elif kind in {"OBJECT_FUNCTION", "OBJECT_PROCEDURE", "OBJECT_ROUTINE"}:
        for function in named_functions(interpreter, fields["object"]):
            function.owner = owner


KINDS: Statements = {
    "RenameStmt": _rename,
    "AlterObjectSchemaStmt": _set_schema,
    "AlterOwnerStmt": _set_owner,
}
"""By the name of PostgreSQL's node."""
