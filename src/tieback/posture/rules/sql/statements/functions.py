"""``CREATE FUNCTION``, triggers and rules."""

from typing import Any

from tieback.posture.rules.sql import names
from tieback.posture.rules.sql.parse import Node, kind_of, string, strings
from tieback.posture.rules.sql.schema import Function, Trigger
from tieback.posture.rules.sql.statements.interpreter import Interpreter, RefusedError, Statements

_EVENTS = ((4, "insert"), (8, "delete"), (16, "update"))


def _create_function(interpreter: Interpreter, fields: Node) -> None:
    schema, name = names.dotted(strings(fields["funcname"]))
    full = interpreter.db.new_name(schema, name)
    chosen = names.options(fields.get("options"))
    inputs = [
        one
        for one in (kind_of(node)[1] for node in fields.get("parameters", []))
        if one.get("mode", "FUNC_PARAM_DEFAULT")
        in {"FUNC_PARAM_DEFAULT", "FUNC_PARAM_IN", "FUNC_PARAM_INOUT", "FUNC_PARAM_VARIADIC"}
    ]
    table = any(kind_of(one)[1].get("mode") == "FUNC_PARAM_TABLE" for one in fields.get("parameters", []))
    body = strings(kind_of(chosen.get("as"))[1].get("items"))
    path: tuple[str, ...] | None = None
    for option in fields.get("options", []):
        setting = kind_of(kind_of(option)[1].get("arg"))
        if setting[0] == "VariableSetStmt" and setting[1].get("name") == "search_path":
            path = tuple(one for one in (string(part) for part in setting[1].get("args", [])) if one)
    function = Function(
        full,
        tuple(names.type_name(one.get("argType")) for one in inputs),
        tuple(str(one.get("name", "")) for one in inputs),
        sum("defexpr" in one for one in inputs),
        string(chosen.get("language")).lower() or "sql",
        body[0] if body else "",
        fields.get("sql_body"),
        "security" in chosen and names.is_on(chosen["security"]),
        "strict" in chosen and names.is_on(chosen["strict"]),
        names.type_name(fields.get("returnType")) or "record",
        bool((fields.get("returnType") or {}).get("setof")) or table,
        path,
        interpreter.origin,
        interpreter.db.current,
        interpreter.db.default_grants_for(interpreter.db.current, full[0], "function"),
        procedure=bool(fields.get("is_procedure")),
        default_values=tuple(one.get("defexpr") for one in inputs),
    )
    others = interpreter.db.functions.setdefault(full, [])
    for at, one in enumerate(others):
        if one.arguments == function.arguments:
            if not fields.get("replace"):
                raise RefusedError(f"{one.label} exists")
            function.grants, function.owner = one.grants, one.owner
            others[at] = function
            return
    others.append(function)


def named_functions(interpreter: Interpreter, node: Any) -> list[Function]:
    """The functions of an ``ObjectWithArgs``."""
    fields = kind_of(node)[1] if isinstance(node, dict) and "ObjectWithArgs" in node else node
    found = interpreter.db.functions_named(*names.dotted(strings(fields.get("objname"))))
    if fields.get("args_unspecified"):
        return list(found)
    arguments = tuple(names.type_name(one) for one in fields.get("objargs", []))
    return [one for one in found if one.arguments == arguments]


def _alter_function(interpreter: Interpreter, fields: Node) -> None:
    for function in named_functions(interpreter, fields["func"]):
        for key, value in names.options(fields.get("actions")).items():
            if key == "security":
                function.definer = names.is_on(value)
            elif key == "strict":
                function.strict = names.is_on(value)


def _create_trigger(interpreter: Interpreter, fields: Node) -> None:
    relation = interpreter.db.relation(*names.range_name(fields["relation"]))
    if relation is None:
        return
    events = int(fields.get("events", 0))
    schema, name = names.dotted(strings(fields["funcname"]))
    found = interpreter.db.functions_named(schema, name)
    timing = int(fields.get("timing", 0))
    trigger = Trigger(
        fields["trigname"],
        found[0].name if found else interpreter.db.new_name(schema, name),
        before=bool(timing & 2),
        events=frozenset(word for bit, word in _EVENTS if events & bit),
    )
    if timing & 64:
        relation.read_only = True
    relation.triggers = [one for one in relation.triggers if one.name != trigger.name] + [trigger]


def _create_rule(interpreter: Interpreter, fields: Node) -> None:
    relation = interpreter.db.relation(*names.range_name(fields["relation"]))
    if relation is not None:
        relation.read_only = True


KINDS: Statements = {
    "CreateFunctionStmt": _create_function,
    "AlterFunctionStmt": _alter_function,
    "CreateTrigStmt": _create_trigger,
    "RuleStmt": _create_rule,
}
"""By the name of PostgreSQL's node."""
