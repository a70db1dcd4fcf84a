"""``DROP``, with what depends on the object."""

from typing import Any

from tieback.posture.rules.sql import names, parse
from tieback.posture.rules.sql.parse import Node, strings
from tieback.posture.rules.sql.schema import Name, Relation
from tieback.posture.rules.sql.statements.functions import named_functions
from tieback.posture.rules.sql.statements.interpreter import Interpreter, RefusedError, Statements


def _drop(interpreter: Interpreter, fields: Node) -> None:  # noqa: PLR0912 - a kind of object each
    kind = fields.get("removeType")
    for node in fields.get("objects", []):
        parts = names.object_parts(node)
        schema, name = names.dotted(parts)
        match kind:
            case "OBJECT_POLICY":
                schema, name = names.dotted(parts[:-1])
                relation = interpreter.db.relation(schema, name)
                if relation is not None:
                    relation.policies.pop(parts[-1], None)
            case "OBJECT_TABLE" | "OBJECT_VIEW" | "OBJECT_MATVIEW" | "OBJECT_FOREIGN_TABLE":
                relation = interpreter.db.relation(schema, name)
                if relation is not None:
                    _drop_relation(interpreter, relation, cascade=fields.get("behavior") == "DROP_CASCADE")
            case "OBJECT_FUNCTION" | "OBJECT_PROCEDURE" | "OBJECT_ROUTINE":
                for function in named_functions(interpreter, node):
                    interpreter.db.functions[function.name].remove(function)
                    if fields.get("behavior") == "DROP_CASCADE":
                        _drop_policies_that_call(interpreter, function.name[1])
            case "OBJECT_SCHEMA":
                _drop_schema(interpreter, name, cascade=fields.get("behavior") == "DROP_CASCADE")
            case "OBJECT_TRIGGER":
                relation = interpreter.db.relation(*names.dotted(parts[:-1]))
                if relation is not None:
                    relation.triggers = [one for one in relation.triggers if one.name != parts[-1]]
            case "OBJECT_EXTENSION":
                interpreter.db.extensions.discard(name)
            case "OBJECT_PUBLICATION" if name == "supabase_realtime":
                interpreter.db.published.clear()
                interpreter.db.published_all = False


def _drop_relation(interpreter: Interpreter, relation: Relation, *, cascade: bool) -> None:
    interpreter.db.relations.pop(relation.name, None)
    interpreter.db.published.discard(relation.name)
    if not cascade:
        return
    for one in list(interpreter.db.relations.values()):
        view = one.query is not None and _uses(one.query, relation.name)
        if view or (relation.name in one.parents and relation.partitioned):
            _drop_relation(interpreter, one, cascade=True)
        for policy in list(one.policies.values()):
            if _uses([policy.using, policy.check], relation.name):
                del one.policies[policy.name]


def _uses(tree: Any, name: Name) -> bool:
    return any(
        kind == "RangeVar" and one.get("relname") == name[1] and one.get("schemaname", name[0]) == name[0]
        for kind, one in parse.walk(tree)
    )


def _drop_policies_that_call(interpreter: Interpreter, name: str) -> None:
    for relation in interpreter.db.relations.values():
        for policy in list(relation.policies.values()):
            called = {
                strings(one.get("funcname"))[-1]
                for kind, one in parse.walk([policy.using, policy.check])
                if kind == "FuncCall"
            }
            if name in called:
                del relation.policies[policy.name]


def _drop_schema(interpreter: Interpreter, name: str, *, cascade: bool) -> None:
    if not cascade and any(one[0] == name for one in interpreter.db.relations):
        raise RefusedError(f"schema {name} is not empty")
    interpreter.db.schemas.pop(name, None)
    for relation in [one for one in interpreter.db.relations.values() if one.name[0] == name]:
        _drop_relation(interpreter, relation, cascade=True)
    for one in [key for key in interpreter.db.functions if key[0] == name]:
        del interpreter.db.functions[one]


KINDS: Statements = {
    "DropStmt": _drop,
}
"""By the name of PostgreSQL's node."""
