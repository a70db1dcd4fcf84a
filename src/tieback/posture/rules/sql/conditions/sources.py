"""``FROM``: the rows of a query, and the conditions they have to meet."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from tieback.posture.rules.sql import names, parse
from tieback.posture.rules.sql.conditions.context import BaseRow, Context, QueryRow, Row, Scope, UnsupportedError
from tieback.posture.rules.sql.conditions.evaluator import MAX_DEPTH, Evaluator
from tieback.posture.rules.sql.conditions.policies import columns_of, passes, require_select
from tieback.posture.rules.sql.conditions.values import TRUE, UNKNOWN, Truth, both, truth
from tieback.posture.rules.sql.parse import Node, kind_of, string, strings
from tieback.posture.rules.sql.schema import Relation

_AGGREGATES = {
    "count", "sum", "avg", "min", "max", "array_agg", "string_agg", "bool_or", "bool_and", "every", "json_agg",
    "jsonb_agg", "json_object_agg", "jsonb_object_agg",
}  # fmt: skip


def bind(
    evaluator: Evaluator, query: Node, outer: Scope | None, context: Context, kinds: tuple[str, ...] | None
) -> tuple[list[BaseRow], Scope, list[Callable[[], Truth]]]:
    """The rows of a query's ``FROM``, and the conditions they have to meet."""
    if query.get("op", "SETOP_NONE") != "SETOP_NONE":
        raise UnsupportedError
    bases: list[BaseRow] = []
    conditions: list[Callable[[], Truth]] = []
    scope = Scope(parent=outer)
    for one in (query.get("withClause") or {}).get("ctes", []):
        fields = kind_of(one)[1]
        scope.queries[fields["ctename"]] = kind_of(fields["ctequery"])[1]
    for one in query.get("fromClause", []):
        _source(evaluator, one, scope, context, bases, conditions, kinds, query)
    if "whereClause" in query:
        conditions.append(lambda: truth(evaluator.value(query["whereClause"], scope, context)))
    return bases, scope, conditions


def _source(
    evaluator: Evaluator,
    node: Any,
    scope: Scope,
    context: Context,
    bases: list[BaseRow],
    conditions: list[Callable[[], Truth]],
    kinds: tuple[str, ...] | None,
    whole: Node,
) -> None:
    kind, fields = kind_of(node)
    alias = fields.get("alias", {}).get("aliasname", "")
    if kind == "RangeVar":
        schema, name = names.range_name(fields)
        query = _common_query(scope, name) if not schema else None
        if query is not None:
            scope.rows[alias or name] = _inner(evaluator, query, scope, context, bases, conditions, kinds)
            return
        relation = evaluator.db.relation(schema, name)
        if relation is None:
            raise UnsupportedError
        require_select(evaluator, relation, context.role, whole)
        _relation(evaluator, relation, alias or name, scope, context, bases, conditions, kinds)
    elif kind == "JoinExpr":
        if fields.get("jointype", "JOIN_INNER") not in {"JOIN_INNER", "JOIN_LEFT"} or fields.get("usingClause"):
            raise UnsupportedError
        _source(evaluator, fields["larg"], scope, context, bases, conditions, kinds, whole)
        _source(evaluator, fields["rarg"], scope, context, bases, conditions, kinds, whole)
        if "quals" in fields and fields.get("jointype", "JOIN_INNER") == "JOIN_INNER":
            quals = fields["quals"]
            conditions.append(lambda: truth(evaluator.value(quals, scope, context)))
        elif fields.get("jointype") == "JOIN_LEFT":
            raise UnsupportedError
    elif kind == "RangeSubselect":
        query = kind_of(fields["subquery"])[1]
        scope.rows[alias] = _inner(evaluator, query, scope, context, bases, conditions, kinds)
    else:
        raise UnsupportedError


def _common_query(scope: Scope, name: str) -> Node | None:
    current: Scope | None = scope
    while current is not None:
        if name in current.queries:
            return current.queries[name]
        current = current.parent
    return None


def _inner(
    evaluator: Evaluator,
    query: Node,
    scope: Scope | None,
    context: Context,
    bases: list[BaseRow],
    conditions: list[Callable[[], Truth]],
    kinds: tuple[str, ...] | None,
    labels: Sequence[str] = (),
) -> QueryRow:
    """The row of a query inside ``FROM``."""
    if context.depth > MAX_DEPTH or query.get("havingClause") or query.get("limitOffset"):
        raise UnsupportedError
    deeper = replace(context, depth=context.depth + 1)
    more, inner, needed = bind(evaluator, query, scope, deeper, kinds)
    bases += more
    conditions += needed
    aggregated = bool(aggregates_of(query))
    if aggregated and not query.get("groupClause"):
        raise UnsupportedError
    columns: dict[str, Callable[[], Any]] = {}
    star = False
    for at, target in enumerate(query.get("targetList", [])):
        fields = kind_of(target)[1]
        kind, value = kind_of(fields.get("val"))
        if kind == "ColumnRef" and "A_Star" in value["fields"][-1]:
            star = True
            continue
        label = fields.get("name") or (string(value["fields"][-1]) if kind == "ColumnRef" else "?")
        label = labels[at] if at < len(labels) and not star else label
        columns[label] = _deferred(evaluator, fields["val"], inner, deeper, aggregated=aggregated)
    return QueryRow(columns, inner, star)


def _deferred(
    evaluator: Evaluator, node: Any, scope: Scope, context: Context, *, aggregated: bool
) -> Callable[[], Any]:
    if aggregated and any(
        kind == "FuncCall" and strings(one.get("funcname"))[-1] in _AGGREGATES for kind, one in parse.walk(node)
    ):
        return lambda: UNKNOWN
    return lambda: evaluator.value(node, scope, context)


def _relation(
    evaluator: Evaluator,
    relation: Relation,
    alias: str,
    scope: Scope,
    context: Context,
    bases: list[BaseRow],
    conditions: list[Callable[[], Truth]],
    kinds: tuple[str, ...] | None,
) -> None:
    if relation.kind == "table":
        row = BaseRow(relation, evaluator.constants, context.choices)
        bases.append(row)
        scope.rows[alias] = row
        if kinds is None or not evaluator.bypasses(relation, context.role):
            conditions.append(lambda: passes(evaluator, relation, "select", row, context))
        conditions.append(lambda: constraints(evaluator, relation, row, context))
        return
    rights = context.role if relation.kind == "view" and relation.invoker else relation.owner
    query = kind_of(relation.query)[1] if relation.query else {}
    if not query or kind_of(relation.query)[0] != "SelectStmt":
        raise UnsupportedError
    scope.rows[alias] = _inner(
        evaluator, query, None, replace(context, role=rights), bases, conditions, kinds, tuple(relation.columns)
    )


def constraints(evaluator: Evaluator, relation: Relation, row: BaseRow, context: Context) -> Truth:
    """Whether a row meets the ``CHECK`` constraints of the columns that were read; others cannot matter."""
    found = TRUE
    for check in relation.checks.values():
        if id(check) not in evaluator.check_columns:
            evaluator.check_columns[id(check)] = columns_of(check)
        if evaluator.check_columns[id(check)] <= row.values.keys():
            found = both(found, meets(evaluator, check, relation, row, context))
    return found


def meets(evaluator: Evaluator, check: Any, relation: Relation, row: Row, context: Context) -> Truth:
    """Whether a row meets a ``CHECK`` constraint: null passes."""
    found = truth(evaluator.value(check, Scope({relation.name[1]: row}), context))
    possible = frozenset("T" if one == "N" else one for one in found.possible)
    return Truth(possible, "T" if found.concrete == "N" else found.concrete)


def aggregates_of(query: Node) -> list[str]:
    """The aggregate functions of a query's result."""
    found: list[str] = []
    for target in query.get("targetList", []):
        stack = [target]
        while stack:
            kind, fields = kind_of(stack.pop())
            if kind in {"SubLink", ""}:
                continue
            if kind == "FuncCall" and strings(fields.get("funcname"))[-1] in _AGGREGATES:
                found.append(strings(fields["funcname"])[-1])
            for one in fields.values():
                stack += one if isinstance(one, list) else [one]
    return found
