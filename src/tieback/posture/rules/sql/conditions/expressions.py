"""Constants, columns, comparisons, ``AND``, ``OR``, ``CASE``: expressions without queries and calls."""

from dataclasses import replace
from typing import Any

from tieback.posture.rules.sql import names, parse
from tieback.posture.rules.sql.conditions import scalars
from tieback.posture.rules.sql.conditions.context import Context, Row, Scope
from tieback.posture.rules.sql.conditions.evaluator import Evaluator
from tieback.posture.rules.sql.conditions.operators import any_of, approximated, distinct, element_at, extreme, operate
from tieback.posture.rules.sql.conditions.values import (
    CHOICE,
    EITHER,
    FALSE,
    FREE,
    MAYBE,
    NOW,
    NULL,
    TRUE,
    UNKNOWN,
    Truth,
    apply,
    both,
    cast,
    compare,
    either,
    like,
    negate,
    plain,
    truth,
)
from tieback.posture.rules.sql.parse import Node, kind_of, string, strings

_COMPARISONS = {"=", "<>", "!=", "<", ">", "<=", ">="}


def _constant(evaluator: Evaluator, fields: Node, scope: Scope, context: Context) -> Any:
    del evaluator, scope, context
    return names.constant({"A_Const": fields})


def _cast(evaluator: Evaluator, fields: Node, scope: Scope, context: Context) -> Any:
    kind = names.type_name(fields["typeName"])
    value = evaluator.value(fields["arg"], scope, context)
    if kind == "boolean" and isinstance(value, Truth):
        return value
    if kind in {"jsonb", "json"}:
        return apply(lambda one: None if one is None else scalars.read_json(one), value)
    return apply(lambda one: cast(one, kind), value)


def _collated(evaluator: Evaluator, fields: Node, scope: Scope, context: Context) -> Any:
    return evaluator.value(fields["arg"], scope, context)


def _logic(evaluator: Evaluator, fields: Node, scope: Scope, context: Context) -> Truth:
    operator = fields["boolop"]
    if operator == "NOT_EXPR":
        inverse = replace(context, negated=not context.negated)
        return negate(truth(evaluator.value(fields["args"][0], scope, inverse)))
    found = TRUE if operator == "AND_EXPR" else FALSE
    if operator == "OR_EXPR":
        context = replace(context, optional=True)
    for one in fields["args"]:
        other = truth(evaluator.value(one, scope, context))
        found = both(found, other) if operator == "AND_EXPR" else either(found, other)
        if (operator == "AND_EXPR" and found.possible == FALSE.possible) or (
            operator == "OR_EXPR" and found.possible == TRUE.possible
        ):
            return found
    return found


def _null_test(evaluator: Evaluator, fields: Node, scope: Scope, context: Context) -> Any:
    value = evaluator.value(fields["arg"], scope, context)
    found = truth(apply(lambda one: truth(one is None), value))
    if value is UNKNOWN:
        found = EITHER
    return found if fields["nulltesttype"] == "IS_NULL" else negate(found)


def _truth_test(evaluator: Evaluator, fields: Node, scope: Scope, context: Context) -> Any:
    value = truth(evaluator.value(fields["arg"], scope, context))
    kind = fields["booltesttype"]
    wanted = {"TRUE": "T", "FALSE": "F", "UNKNOWN": "N"}[kind.rpartition("_")[2]]
    possible = frozenset("T" if one == wanted else "F" for one in value.possible)
    concrete = value.concrete
    if concrete == "C":
        concrete = "C" if wanted in "TF" else "F"
    elif concrete:
        concrete = "T" if concrete == wanted else "F"
    found = Truth(possible, concrete)
    return negate(found) if "NOT" in kind else found


def _operator_call(evaluator: Evaluator, fields: Node, scope: Scope, context: Context) -> Any:
    kind, operator = fields["kind"], string(fields["name"][-1])
    if kind in {"AEXPR_IN", "AEXPR_OP_ANY", "AEXPR_OP_ALL"}:
        return _membership(evaluator, kind, operator, fields, scope, context)
    if kind in {"AEXPR_BETWEEN", "AEXPR_NOT_BETWEEN"}:
        value = evaluator.value(fields["lexpr"], scope, context)
        low, high = (evaluator.value(one, scope, context) for one in kind_of(fields["rexpr"])[1]["items"])
        found = both(compared(">=", value, low), compared("<=", value, high))
        return found if kind == "AEXPR_BETWEEN" else negate(found)
    if kind == "AEXPR_OP" and "lexpr" not in fields:
        value = evaluator.value(fields["rexpr"], scope, context)
        return apply(lambda one: -one if isinstance(one, int | float) else UNKNOWN, value)
    if operator in {"->", "->>"}:
        member = _member(operator, fields, scope, context)
        if member is not None:
            return member[0]
    left = evaluator.value(fields["lexpr"], scope, context)
    right = evaluator.value(fields["rexpr"], scope, context)
    match kind:
        case "AEXPR_DISTINCT" | "AEXPR_NOT_DISTINCT":
            found = truth(apply(distinct, left, right))
            return found if kind == "AEXPR_DISTINCT" else negate(found)
        case "AEXPR_NULLIF":
            return apply(lambda one, other: None if compare("=", one, other) == TRUE else one, left, right)
        case "AEXPR_LIKE" | "AEXPR_ILIKE":
            negative, fold = operator.startswith("!"), kind == "AEXPR_ILIKE"
            found = truth(apply(lambda one, other: like(one, other, fold=fold, negative=negative), left, right))
            return approximated(found) if _reads_columns(fields) else found
        case "AEXPR_OP" if operator in _COMPARISONS:
            return compared(operator, left, right)
        case "AEXPR_OP":
            result = _operator(operator, left, right)
            return approximated(result) if _reads_columns(fields) else result
    return UNKNOWN


def compared(operator: str, left: Any, right: Any) -> Truth:
    """A comparison; a value that the requester passes freely makes it a choice."""
    if plain(left) is None or plain(right) is None:
        return NULL
    if plain(left) is FREE or plain(right) is FREE:
        return MAYBE if UNKNOWN in (plain(left), plain(right)) else CHOICE
    return truth(apply(lambda one, other: compare(operator, one, other), left, right))


def _operator(operator: str, left: Any, right: Any) -> Any:
    if plain(left) is None or plain(right) is None:
        return None
    return apply(lambda one, other: operate(operator, one, other), left, right)


def _membership(evaluator: Evaluator, kind: str, operator: str, fields: Node, scope: Scope, context: Context) -> Truth:
    left = evaluator.value(fields["lexpr"], scope, context)
    name, inner = kind_of(fields["rexpr"])
    if name == "List":
        values = [evaluator.value(one, scope, context) for one in inner.get("items", [])]
    elif name == "A_ArrayExpr":
        values = [evaluator.value(one, scope, context) for one in inner.get("elements", [])]
    elif inner.get("subLinkType") == "ARRAY_SUBLINK" and (kind, operator) == ("AEXPR_OP_ANY", "="):
        rows = {"subLinkType": "ANY_SUBLINK", "testexpr": fields["lexpr"], "subselect": inner["subselect"]}
        return truth(evaluator.value({"SubLink": rows}, scope, context))
    else:
        array = evaluator.value(fields["rexpr"], scope, context)
        if plain(array) is None:
            return NULL
        return truth(apply(lambda one, many: any_of(kind, operator, one, many), left, array))
    found = FALSE
    positive = kind == "AEXPR_OP_ANY" or (kind == "AEXPR_IN" and operator == "=")
    if kind == "AEXPR_OP_ALL" and operator == "=":
        found = TRUE
        for one in values:
            found = both(found, compared("=", left, one))
        return found
    if kind == "AEXPR_OP_ANY" and operator != "=":
        return MAYBE
    for one in values:
        found = either(found, compared("=", left, one))
    return found if positive else negate(found)


def _member(operator: str, fields: Node, scope: Scope, context: Context) -> tuple[Any] | None:
    """``column -> 'key'`` as a column of its own; ``None`` for members of other values."""
    keys: list[str] = []
    node: Any = {"A_Expr": fields}
    while True:
        kind, one = kind_of(node)
        if kind == "TypeCast":
            node = one["arg"]
            continue
        if kind != "A_Expr" or string(one["name"][-1]) not in {"->", "->>"}:
            break
        try:
            keys.append(str(names.constant(one["rexpr"])))
        except ValueError:
            return None
        node = one["lexpr"]
    if kind_of(node)[0] != "ColumnRef":
        return None
    row, column = _resolve(strings(kind_of(node)[1]["fields"]), scope)
    if row is None:
        return None
    del context
    return (row.get("\0".join([column, *reversed(keys)])),) if operator == "->>" else (UNKNOWN,)


def _column(evaluator: Evaluator, fields: Node, scope: Scope, context: Context) -> Any:
    del evaluator, context
    if any("A_Star" in one for one in fields["fields"]):
        return UNKNOWN
    parts = strings(fields["fields"])
    row, column = _resolve(parts, scope)
    if row is not None:
        return row.get(column)
    current: Scope | None = scope
    while current is not None:
        if parts[-1] in current.parameters:
            return current.parameters[parts[-1]]
        current = current.parent
    return UNKNOWN


def _resolve(parts: list[str], scope: Scope) -> tuple[Row | None, str]:
    current: Scope | None = scope
    while current is not None:
        if len(parts) == 1:
            for row in current.rows.values():
                if row.has(parts[0]):
                    return row, parts[0]
            if parts[0] in current.parameters:
                return None, parts[0]
        elif parts[-2] in current.rows:
            return current.rows[parts[-2]], parts[-1]
        current = current.parent
    return None, parts[-1]


def _parameter(evaluator: Evaluator, fields: Node, scope: Scope, context: Context) -> Any:
    del evaluator, context
    current: Scope | None = scope
    while current is not None:
        if f"${fields.get('number', 0)}" in current.parameters:
            return current.parameters[f"${fields.get('number', 0)}"]
        current = current.parent
    return UNKNOWN


def _array(evaluator: Evaluator, fields: Node, scope: Scope, context: Context) -> Any:
    values = [evaluator.value(one, scope, context) for one in fields.get("elements", [])]
    return apply(lambda *each: list(each), *values) if values else []


def _indexed(evaluator: Evaluator, fields: Node, scope: Scope, context: Context) -> Any:
    value = evaluator.value(fields["arg"], scope, context)
    for one in fields["indirection"]:
        kind, index = kind_of(one)
        if kind != "A_Indices" or index.get("is_slice"):
            return UNKNOWN
        at = evaluator.value(index["uidx"], scope, context)
        value = apply(element_at, value, at)
    return value


def _coalesce(evaluator: Evaluator, fields: Node, scope: Scope, context: Context) -> Any:
    context = replace(context, optional=True)
    values = [evaluator.value(one, scope, context) for one in fields["args"]]
    for value in values:
        if plain(value) is None:
            continue
        if isinstance(value, Truth) and "N" not in value.possible:
            return value
        if isinstance(value, Truth):
            others = truth(_coalesced(values[values.index(value) + 1 :]))
            possible = (value.possible - {"N"}) | others.possible
            concrete = others.concrete if value.concrete == "N" else value.concrete
            return Truth(frozenset(possible), concrete)
        return _coalesced(values)
    return None


def _coalesced(values: list[Any]) -> Any:
    if not values:
        return None
    return apply(lambda *each: next((one for one in each if one is not None), None), *values)


def _extreme(evaluator: Evaluator, fields: Node, scope: Scope, context: Context) -> Any:
    values = [evaluator.value(one, scope, context) for one in fields["args"]]
    return apply(lambda *each: extreme(each, greatest=fields["op"] == "IS_GREATEST"), *values)


def _case(evaluator: Evaluator, fields: Node, scope: Scope, context: Context) -> Any:
    context = replace(context, optional=True)
    subject = evaluator.value(fields["arg"], scope, context) if "arg" in fields else None
    alternatives: list[tuple[Truth, Any]] = []
    for one in fields.get("args", []):
        when = kind_of(one)[1]
        condition = evaluator.value(when["expr"], scope, context)
        met = compared("=", subject, condition) if "arg" in fields else truth(condition)
        alternatives.append((met, when["result"]))
    return _cases(evaluator, alternatives, fields.get("defresult"), scope, context)


def _cases(
    evaluator: Evaluator, alternatives: list[tuple[Truth, Any]], last: Any, scope: Scope, context: Context
) -> Any:
    if not alternatives:
        return None if last is None else evaluator.value(last, scope, context)
    (met, result), rest = alternatives[0], alternatives[1:]
    if met.possible == TRUE.possible:
        return evaluator.value(result, scope, context)
    if "T" not in met.possible:
        return _cases(evaluator, rest, last, scope, context)
    first, second = truth(evaluator.value(result, scope, context)), truth(_cases(evaluator, rest, last, scope, context))
    concrete = ""
    if met.concrete == "T":
        concrete = first.concrete
    elif met.concrete in {"F", "N"}:
        concrete = second.concrete
    elif met.concrete == "C" and (first.holds or second.holds):
        concrete = "C"
    return Truth(first.possible | second.possible, concrete)


def _session_value(evaluator: Evaluator, fields: Node, scope: Scope, context: Context) -> Any:
    del evaluator, scope
    match fields["op"]:
        case "SVFOP_CURRENT_USER" | "SVFOP_CURRENT_ROLE" | "SVFOP_USER":
            return context.role
        case "SVFOP_SESSION_USER":
            return "authenticator"
        case "SVFOP_CURRENT_TIMESTAMP" | "SVFOP_LOCALTIMESTAMP" | "SVFOP_CURRENT_DATE":
            return NOW
    return UNKNOWN


def _row(evaluator: Evaluator, fields: Node, scope: Scope, context: Context) -> Any:
    del evaluator, fields, scope, context
    return UNKNOWN


def _reads_columns(fields: Node) -> bool:
    return any(kind == "ColumnRef" for kind, _ in parse.walk([fields.get("lexpr"), fields.get("rexpr")]))


KINDS = {
    "A_Const": _constant,
    "TypeCast": _cast,
    "CollateClause": _collated,
    "BoolExpr": _logic,
    "NullTest": _null_test,
    "BooleanTest": _truth_test,
    "A_Expr": _operator_call,
    "ColumnRef": _column,
    "ParamRef": _parameter,
    "A_ArrayExpr": _array,
    "A_Indirection": _indexed,
    "CoalesceExpr": _coalesce,
    "MinMaxExpr": _extreme,
    "CaseExpr": _case,
    "SQLValueFunction": _session_value,
    "RowExpr": _row,
}
"""By the name of PostgreSQL's node."""
