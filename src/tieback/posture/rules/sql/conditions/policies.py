"""Policies of a table as one condition, and the privileges that PostgreSQL checks before it evaluates them."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from tieback.posture.rules.sql import names, parse
from tieback.posture.rules.sql.conditions.context import (
    Choices,
    Context,
    RefusedQueryError,
    Row,
    Scope,
    UnsupportedError,
)
from tieback.posture.rules.sql.conditions.evaluator import MAX_DEPTH, Evaluator
from tieback.posture.rules.sql.conditions.functions import find_function, require_schemas
from tieback.posture.rules.sql.conditions.values import FALSE, TRUE, Truth, truth
from tieback.posture.rules.sql.parse import Node, kind_of, string, strings
from tieback.posture.rules.sql.schema import PUBLIC, Name, Policy, Relation

_IMMUTABLE = {
    "abs", "array_length", "btrim", "cardinality", "char_length", "left", "length", "lower", "position", "replace",
    "right", "split_part", "starts_with", "string_to_array", "strpos", "substring", "upper",
}  # fmt: skip
_PLAIN_TYPES = {"bigint", "boolean", "integer", "numeric", "smallint", "text", "uuid"}
_CONSTANTS: dict[bool, Node] = {one: {"A_Const": {"boolval": {"boolval": one}}} for one in (True, False)}


def policies_for(evaluator: Evaluator, relation: Relation, role: str, command: str) -> list[Policy]:
    """The policies of a command that apply to a role."""
    roles = evaluator.db.member_roles(role)
    return [
        one
        for one in relation.policies.values()
        if one.command in {"all", command} and any(each == PUBLIC or each in roles for each in one.roles)
    ]


def passes(
    evaluator: Evaluator, relation: Relation, command: str, row: Row, context: Context, *, check: bool = False
) -> Truth:
    """Whether row level security lets a command use a row.

    Args:
        evaluator: of the requester.
        relation: the table.
        command: ``select``, ``insert``, ``update`` or ``delete``.
        row: the existing row, or with ``check`` the new one.
        context: the rights.
        check: True for the condition of new rows.
    """
    if evaluator.bypasses(relation, context.role):
        return TRUE
    tree = _plan(evaluator, relation, command, context, check=check)
    inner = replace(context, active=(*context.active, relation.name), depth=context.depth + 1)
    scope = Scope({relation.name[1]: row})
    return truth(evaluator.value(tree, scope, inner))


def _plan(evaluator: Evaluator, relation: Relation, command: str, context: Context, *, check: bool) -> Node:
    """The condition of a command, computed once."""
    key = (relation.name, command, context.role, context.active, check)
    found = evaluator.plans.get(key)
    if found is None:
        applying = policies_for(evaluator, relation, context.role, command)
        detect_recursion(evaluator, relation, applying, context.role, context.active, check=check)
        found = combined(evaluator, applying, context.role, check=check)
        evaluator.plans[key] = found
    return found


def detect_recursion(
    evaluator: Evaluator,
    relation: Relation,
    applying: Sequence[Policy],
    role: str,
    active: tuple[Name, ...],
    *,
    check: bool = False,
) -> None:
    """Raise ``RefusedQueryError`` if policies refer to each other without end, as PostgreSQL's rewriter does."""
    used = [one for one in applying if condition_of(one, check=check) is not None]
    if not any(has_query(one.using) or has_query(one.check) for one in used):
        return
    if relation.name in active:
        raise RefusedQueryError(f"infinite recursion in the policies of {relation.label}")
    if len(active) > MAX_DEPTH:
        raise UnsupportedError
    for other in [table for one in used for table in _queried(evaluator, condition_of(one, check=check))]:
        if other.kind == "table" and not evaluator.bypasses(other, role):
            detect_recursion(
                evaluator, other, policies_for(evaluator, other, role, "select"), role, (*active, relation.name)
            )


def _queried(evaluator: Evaluator, tree: Node | None) -> Iterator[Relation]:
    """The tables that sub-queries of an expression read."""
    for kind, fields in parse.walk(tree):
        if kind == "RangeVar":
            found = evaluator.db.relation(*names.range_name(fields))
            if found is not None:
                yield found


def require_privileges(evaluator: Evaluator, trees: Sequence[Any], role: str) -> None:
    """Raise ``RefusedQueryError`` if a table that an expression reads has no privilege for the role."""
    for tree in trees:
        for relation in _queried(evaluator, tree):
            require_select(evaluator, relation, role, tree)
        for kind, fields in parse.walk(tree):
            if kind == "FuncCall":
                require_execute(evaluator, fields, role)


def require_execute(evaluator: Evaluator, fields: Node, role: str) -> None:
    """Raise ``RefusedQueryError`` if the role may not call a function: PostgreSQL checks it before it begins."""
    called = find_function(evaluator, fields)
    roles = evaluator.db.member_roles(role)
    if called is not None and evaluator.db.granted(roles, called.grants, "execute", called.owner) is None:
        raise RefusedQueryError(f"a policy calls {called.label}, without a privilege of {role}")


def require_select(evaluator: Evaluator, relation: Relation, role: str, tree: Any) -> None:
    """Raise ``RefusedQueryError`` if the role may not read the columns of a relation that an expression names."""
    roles = evaluator.db.member_roles(role)
    if evaluator.db.granted(roles, relation.grants, "select", relation.owner) is not None:
        return
    readable = {name for each in roles for name in relation.column_grants.get((each, "select"), {})}
    used = columns_of(tree)
    needed = set(relation.columns) if "*" in used else used & relation.columns.keys()
    if readable and needed <= readable:
        return
    raise RefusedQueryError(f"a policy reads {relation.label}, without a privilege of {role}")


def combined(evaluator: Evaluator, policies: Sequence[Policy], role: str, *, check: bool) -> Node:
    """The condition that policies make together, without what constants decide, as PostgreSQL plans it."""
    in_order = sorted(policies, key=lambda one: one.name, reverse=True)
    trees = [(one.permissive, condition_of(one, check=check)) for one in in_order]
    allowed = [tree for permissive, tree in trees if permissive and tree is not None]
    needed = [tree for permissive, tree in trees if not permissive and tree is not None]
    either_of = {"BoolExpr": {"boolop": "OR_EXPR", "args": allowed}}
    return without_repeats(folded(evaluator, {"BoolExpr": {"boolop": "AND_EXPR", "args": [either_of, *needed]}}, role))


def folded(evaluator: Evaluator, tree: Node, role: str) -> Node:
    """A condition without what constants make irrelevant: PostgreSQL drops it before it checks privileges."""
    kind, fields = kind_of(tree)
    if kind != "BoolExpr":
        return _constant(evaluator, tree)
    parts = [folded(evaluator, one, role) for one in fields["args"]]
    if fields["boolop"] == "NOT_EXPR":
        known = _constant_truth(parts[0])
        return {kind: {**fields, "args": parts}} if known is None else _CONSTANTS[not known]
    decisive = fields["boolop"] == "OR_EXPR"
    for at, one in enumerate(parts):
        if _constant_truth(one) == decisive:
            require_schemas(evaluator, parts[:at], role)
            return _CONSTANTS[decisive]
    rest = [one for one in parts if _constant_truth(one) is None]
    if not rest:
        return _CONSTANTS[not decisive]
    return rest[0] if len(rest) == 1 else {kind: {**fields, "args": rest}}


def without_repeats(tree: Node) -> Node:
    """A condition without the alternatives that another one makes irrelevant, as in ``(A AND B) OR A``.

    PostgreSQL drops them before it checks privileges (``process_duplicate_ors`` in ``prepqual.c``).
    """
    kind, fields = kind_of(tree)
    if kind != "BoolExpr":
        return tree
    operator = fields["boolop"]
    if operator == "NOT_EXPR":
        inner, of = kind_of(fields["args"][0])
        if inner != "BoolExpr":
            return tree
        if of["boolop"] == "NOT_EXPR":
            return without_repeats(of["args"][0])
        opposite = "OR_EXPR" if of["boolop"] == "AND_EXPR" else "AND_EXPR"
        negated = [{"BoolExpr": {"boolop": "NOT_EXPR", "args": [one]}} for one in of["args"]]
        return without_repeats({"BoolExpr": {"boolop": opposite, "args": negated}})
    parts = [part for one in fields["args"] for part in _parts(without_repeats(one), operator)]
    if operator == "OR_EXPR":
        alternatives = [frozenset(map(_content, _parts(one, "AND_EXPR"))) for one in parts]
        for part, own in zip(parts, alternatives, strict=True):
            if all(own <= other for other in alternatives):
                return part
    return {kind: {**fields, "args": parts}}


def _parts(tree: Node, operator: str) -> list[Node]:
    """The operands of a condition with this operator; else the condition itself."""
    kind, fields = kind_of(tree)
    return fields["args"] if kind == "BoolExpr" and fields["boolop"] == operator else [tree]


def _content(tree: Node) -> str:
    """A text that equal expressions have in common, wherever they are written."""

    def plain(node: Any) -> Any:
        if isinstance(node, dict):
            return {name: plain(value) for name, value in node.items() if name != "location"}
        return [plain(one) for one in node] if isinstance(node, list) else node

    return json.dumps(plain(tree), sort_keys=True)


def _constant(evaluator: Evaluator, tree: Node) -> Node:
    """``true`` or ``false`` for an expression of constants and immutable functions; else the expression."""
    if _constant_truth(tree) is not None or not _is_immutable(tree):
        return tree
    value = truth(evaluator.value(tree, Scope(), Context("", Choices())))
    return _CONSTANTS[value == TRUE] if value in (TRUE, FALSE) else tree


def _is_immutable(tree: Node) -> bool:
    for kind, fields in parse.walk(tree):
        if kind in {"ColumnRef", "ParamRef", "SubLink", "SQLValueFunction"}:
            return False
        if kind == "FuncCall" and strings(fields.get("funcname"))[-1] not in _IMMUTABLE:
            return False
        if kind == "TypeCast" and names.type_name(fields["typeName"]).removesuffix("[]") not in _PLAIN_TYPES:
            return False
    return True


def _constant_truth(tree: Node) -> bool | None:
    kind, fields = kind_of(tree)
    return bool(fields["boolval"].get("boolval")) if kind == "A_Const" and "boolval" in fields else None


def columns_of(tree: Any) -> frozenset[str]:
    """The names of the columns that an expression reads; ``*`` for all."""
    return frozenset(string(fields["fields"][-1]) or "*" for kind, fields in parse.walk(tree) if kind == "ColumnRef")


def has_query(tree: Any) -> bool:
    """True if an expression has a sub-query."""
    return any(kind == "SubLink" for kind, _ in parse.walk(tree))


def condition_of(policy: Policy, *, check: bool) -> Node | None:
    """The condition of existing rows, or with ``check`` of new ones. A policy without it allows nothing."""
    if check and policy.check is not None:
        return policy.check
    return policy.using
