"""Functions of the files: which one is called, and its body with arguments and rights."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from tieback.posture.rules.sql import names, parse
from tieback.posture.rules.sql.conditions.context import Context, RefusedQueryError, Scope
from tieback.posture.rules.sql.conditions.evaluator import MAX_DEPTH, Evaluator
from tieback.posture.rules.sql.conditions.values import UNKNOWN, Truth, apply, cast
from tieback.posture.rules.sql.parse import Node, kind_of, strings
from tieback.posture.rules.sql.schema import Database, Function


def find_function(evaluator: Evaluator, fields: Node) -> Function | None:
    """The function of the files that a call means; ``None`` if that is not certain."""
    found = evaluator.db.functions_named(*names.dotted(strings(fields["funcname"])))
    count = len(fields.get("args", []))
    fitting = [one for one in found if len(one.arguments) - one.defaults <= count <= len(one.arguments)]
    return fitting[0] if len(fitting) == 1 else None


def bound_arguments(function: Function, values: list[Any]) -> dict[str, Any]:
    """The values of parameters, by name and by number."""
    found: dict[str, Any] = {}
    for at, value in enumerate(values):
        changed = value
        if not isinstance(value, Truth):
            changed = apply(lambda one, at=at: cast(one, function.arguments[at]), value)
            changed = value if changed is UNKNOWN else changed
        found[f"${at + 1}"] = changed
        if function.parameters[at]:
            found[function.parameters[at]] = changed
    if function.parameters:
        found |= {f"{function.name[1]}.{name}": found[name] for name in function.parameters if name}
    return found


def body(
    evaluator: Evaluator, function: Function, arguments: list[Any], context: Context
) -> tuple[Node, Scope, Context] | None:
    """The last query of a function in SQL, with its scope and rights."""
    if context.depth > MAX_DEPTH:
        return None
    rights = replace(
        context,
        role=function.owner if function.definer else context.role,
        active=(),
        depth=context.depth + 1,
    )
    scope = Scope(parameters=bound_arguments(function, arguments))
    if function.expression is not None:
        kind, fields = kind_of(function.expression)
        if kind == "ReturnStmt":
            return {"ReturnStmt": fields}, scope, rights
        return None
    if function.language != "sql":
        return None
    trees = parse.body(function.body)
    if not means_same_tables(evaluator.db, function, [tree for _, tree in trees]):
        return None
    if len(trees) != 1 or trees[0][0] != "SelectStmt":
        return None
    missing = _schema_without_usage(evaluator, function, rights.role)
    if missing and context.optional:
        return None
    if missing:
        raise RefusedQueryError(f"no privilege to use the schema {missing} for {rights.role}")
    return trees[0][1], scope, rights


def means_same_tables(database: Database, function: Function, trees: Sequence[Node]) -> bool:
    """False if the function's own search path gives a name without a schema another meaning than ours."""
    if function.search_path is None:
        return True
    for kind, fields in parse.walk(list(trees)):
        schema, name = names.range_name(fields) if kind == "RangeVar" else ("-", "")
        if schema:
            continue
        own = next((one for one in function.search_path if (one, name) in database.relations), None)
        known = database.relation("", name)
        if known is not None and known.name[0] != own:
            return False
    return True


def require_schemas(evaluator: Evaluator, trees: Sequence[Any], role: str) -> None:
    """Raise ``RefusedQueryError`` if PostgreSQL cannot put the body of a called function into a condition.

    It does so with functions in SQL that have the rights of the requester, before it knows whether they are called.
    """
    for kind, fields in parse.walk(list(trees)):
        function = find_function(evaluator, fields) if kind == "FuncCall" else None
        if function is not None and function.language == "sql" and not function.definer:
            missing = _schema_without_usage(evaluator, function, role)
            if missing:
                raise RefusedQueryError(f"no privilege to use the schema {missing} for {role}")


def _schema_without_usage(evaluator: Evaluator, function: Function, role: str) -> str:
    """The first schema in the body of a function that a role may not use; empty if there is none."""
    for _, tree in parse.body(function.body):
        for kind, fields in parse.walk(tree):
            schema = names.range_name(fields)[0] if kind == "RangeVar" else ""
            if schema and not evaluator.db.may_use(role, schema):
                return schema
    return ""
