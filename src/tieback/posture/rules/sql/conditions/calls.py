"""Calls: functions of the session, functions of the files, and built-in ones.

Source of the functions of ``auth`` and ``storage``:
https://supabase.com/docs/guides/database/postgres/row-level-security.
"""

from dataclasses import replace
from typing import Any

from tieback.posture.rules.sql import names, parse
from tieback.posture.rules.sql.conditions import procedural
from tieback.posture.rules.sql.conditions.context import Context, RefusedQueryError, Scope
from tieback.posture.rules.sql.conditions.evaluator import MAX_DEPTH, Evaluator
from tieback.posture.rules.sql.conditions.functions import body, bound_arguments, find_function, means_same_tables
from tieback.posture.rules.sql.conditions.operators import builtin, storage
from tieback.posture.rules.sql.conditions.queries import scalar
from tieback.posture.rules.sql.conditions.values import NOW, UNKNOWN, RequestHeaders, apply, cast, plain
from tieback.posture.rules.sql.parse import Node, kind_of, strings
from tieback.posture.rules.sql.schema import Function


def _call(evaluator: Evaluator, fields: Node, scope: Scope, context: Context) -> Any:
    path = strings(fields["funcname"])
    name = ".".join(path).removeprefix("pg_catalog.")
    arguments = [
        evaluator.value(kind_of(one)[1]["arg"] if "NamedArgExpr" in one else one, scope, context)
        for one in fields.get("args", [])
    ]
    known = _session_function(evaluator, name, arguments, context)
    if known is not None:
        return known[0]
    called = find_function(evaluator, fields)
    if called is not None:
        return _called_value(evaluator, called, _by_position(called, fields, arguments), context)
    inexact = any(kind == "ColumnRef" for kind, _ in parse.walk(fields.get("args")))
    return builtin(name, arguments, inexact=inexact)


def _by_position(function: Function, fields: Node, values: list[Any]) -> list[Any]:
    found: list[Any] = [_default(one) for one in function.default_values] or [UNKNOWN] * len(function.arguments)
    for at, (node, value) in enumerate(zip(fields.get("args", []), values, strict=True)):
        label = kind_of(node)[1].get("name") if "NamedArgExpr" in node else None
        place = function.parameters.index(label) if label in function.parameters else at
        if place < len(found):
            found[place] = value
    return found


def _default(node: Any) -> Any:
    """The default of an argument, if it is a constant."""
    try:
        return names.constant(node)
    except ValueError:
        return UNKNOWN


def _session_function(evaluator: Evaluator, name: str, arguments: list[Any], context: Context) -> tuple[Any] | None:
    claims = evaluator.session.claims
    match name:
        case "auth.uid":
            return (claims.get("sub"),)
        case "auth.email":
            return (claims.get("email"),)
        case "auth.role":
            return (claims.get("role"),)
        case "auth.jwt":
            return (claims,)
        case "current_setting" if arguments and isinstance(arguments[0], str):
            return (_setting(evaluator, arguments[0]),)
        case "now" | "statement_timestamp" | "clock_timestamp" | "transaction_timestamp":
            return (NOW,)
        case "realtime.topic":
            return (UNKNOWN,)
        case "pg_has_role" if len(arguments) >= 2 and isinstance(arguments[-2], str):
            return (arguments[-2] in evaluator.db.member_roles(context.role),)
    return None


def _setting(evaluator: Evaluator, name: str) -> Any:
    if name in {"request.jwt.claims", "request.jwt"}:
        return evaluator.session.claims
    if name.startswith("request.jwt.claim."):
        return evaluator.session.claims.get(name.rpartition(".")[2])
    if name == "role":
        return evaluator.session.role
    if name == "request.headers":
        return RequestHeaders()
    return UNKNOWN


def _called_value(evaluator: Evaluator, function: Function, arguments: list[Any], context: Context) -> Any:
    roles = evaluator.db.member_roles(context.role)
    if evaluator.db.granted(roles, function.grants, "execute", function.owner) is None:
        if context.optional:
            return UNKNOWN
        raise RefusedQueryError(f"a policy calls {function.label}, without a privilege of {context.role}")
    if function.strict and any(plain(one) is None for one in arguments):
        return None
    if function.returns_set or function.name[0] == "storage":
        return storage(function.name[1], arguments) if function.name[0] == "storage" else UNKNOWN
    if function.language == "plpgsql":
        return _procedural(evaluator, function, arguments, context)
    prepared = body(evaluator, function, arguments, context)
    if prepared is None:
        return UNKNOWN
    query, scope, rights = prepared
    try:
        if "ReturnStmt" in query:
            return evaluator.value(query["ReturnStmt"]["returnval"], scope, rights)
        found = scalar(evaluator, query, scope, rights)
        return apply(lambda one: cast(one, function.returns), found) if function.returns == "boolean" else found
    except RefusedQueryError:
        if context.optional:
            return UNKNOWN
        raise


def _procedural(evaluator: Evaluator, function: Function, arguments: list[Any], context: Context) -> Any:
    program = procedural.compile_body(function.body)
    if program is None or context.depth > MAX_DEPTH:
        return UNKNOWN
    if not means_same_tables(evaluator.db, function, list(procedural.trees_of(program))):
        return UNKNOWN
    rights = replace(
        context, role=function.owner if function.definer else context.role, active=(), depth=context.depth + 1
    )
    scope = Scope(parameters=bound_arguments(function, arguments))
    try:
        return procedural.run(program, evaluator, scope, replace(rights, optional=True))
    except RefusedQueryError:
        return UNKNOWN


KINDS = {
    "FuncCall": _call,
}
"""By the name of PostgreSQL's node."""
