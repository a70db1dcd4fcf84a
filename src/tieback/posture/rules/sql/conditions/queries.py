"""Sub-queries: whether rows exist, and the value of a query with one row."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from tieback.posture.rules.sql import names, parse
from tieback.posture.rules.sql.conditions.context import BaseRow, Choices, Context, Scope, UnsupportedError
from tieback.posture.rules.sql.conditions.evaluator import MAX_DEPTH, MAX_WORK, Evaluator
from tieback.posture.rules.sql.conditions.expressions import compared
from tieback.posture.rules.sql.conditions.functions import body, find_function
from tieback.posture.rules.sql.conditions.keys import is_free
from tieback.posture.rules.sql.conditions.policies import columns_of
from tieback.posture.rules.sql.conditions.sources import aggregates_of, bind
from tieback.posture.rules.sql.conditions.values import (
    CHOICE,
    EITHER,
    FALSE,
    MAYBE,
    TRUE,
    UNKNOWN,
    Approximate,
    OneOf,
    Truth,
    both,
    either,
    plain,
    truth,
)
from tieback.posture.rules.sql.parse import Node, kind_of, string, strings
from tieback.posture.rules.sql.schema import Name, Relation

_NOTHING = object()
MAX_LEAVES = 3_000
"""Most combinations of values of one condition."""


MAX_BASES = 5
"""Most tables of one query."""


def _subquery(evaluator: Evaluator, fields: Node, scope: Scope, context: Context) -> Any:
    query = kind_of(fields["subselect"])[1]
    match fields["subLinkType"]:
        case "EXISTS_SUBLINK":
            return exists(evaluator, query, scope, context)
        case "EXPR_SUBLINK":
            return scalar(evaluator, query, scope, context)
        case "ANY_SUBLINK":
            if fields.get("operName") and string(fields["operName"][0]) != "=":
                return MAYBE
            left = evaluator.value(fields["testexpr"], scope, context)
            if plain(left) is None:
                found = exists(evaluator, query, scope, context)
                return Truth(frozenset("N" if one == "T" else one for one in found.possible), "")
            return exists(evaluator, query, scope, context, left=left)
    return MAYBE


def exists(evaluator: Evaluator, query: Node, scope: Scope, context: Context, left: Any = _NOTHING) -> Truth:
    """Whether a query has rows; with ``left``, a row whose first column equals it."""
    if query.get("op", "SETOP_NONE") != "SETOP_NONE":
        if query["op"] != "SETOP_UNION":
            return MAYBE
        return either(
            exists(evaluator, query["larg"], scope, context, left),
            exists(evaluator, query["rarg"], scope, context, left),
        )
    if query.get("valuesLists"):
        return MAYBE
    targets = [kind_of(one)[1].get("val") for one in query.get("targetList", [])]
    if left is _NOTHING and aggregates_of(query) and not query.get("groupClause"):
        return TRUE
    if query.get("havingClause") or query.get("limitOffset"):
        return MAYBE
    if not query.get("fromClause"):
        inner = Scope(parent=scope)
        found = truth(evaluator.value(query["whereClause"], inner, context)) if "whereClause" in query else TRUE
        if left is _NOTHING:
            return found
        rows = _returned(evaluator, targets[0], inner, context, left)
        return both(
            found, rows if rows is not None else compared("=", left, evaluator.value(targets[0], inner, context))
        )

    outcomes: set[str] = set()

    def condition(inner: Scope, choices: Context) -> Truth:
        if left is _NOTHING:
            return TRUE
        met = compared("=", left, evaluator.value(targets[0], inner, choices))
        outcomes.update(met.possible)
        return met

    found = _rows(evaluator, query, scope, context, condition)[0]
    # A null among the rows: without an equal row the result is null, and NOT IN is not true.
    return Truth(found.possible | {"N"}, found.concrete) if "N" in outcomes and "F" in found.possible else found


def _returned(evaluator: Evaluator, target: Any, scope: Scope, context: Context, left: Any) -> Truth | None:
    """``left IN (SELECT f())`` for a function that returns a set."""
    kind, fields = kind_of(target)
    if kind != "FuncCall":
        return None
    called = find_function(evaluator, fields)
    if called is None or not called.returns_set:
        return None
    arguments = [evaluator.value(one, scope, context) for one in fields.get("args", [])]
    prepared = body(evaluator, called, arguments, context)
    if prepared is None:
        return MAYBE
    query, inner, rights = prepared
    return exists(evaluator, query, inner, rights, left=left)


def scalar(evaluator: Evaluator, query: Node, scope: Scope, context: Context) -> Any:
    """The value of a query with at most one row."""
    if query.get("op", "SETOP_NONE") != "SETOP_NONE" or query.get("valuesLists"):
        return UNKNOWN
    if query.get("havingClause") or query.get("limitOffset") or query.get("groupClause"):
        return UNKNOWN
    target = kind_of(query["targetList"][0])[1].get("val") if query.get("targetList") else None
    if target is None:
        return UNKNOWN
    if not query.get("fromClause"):
        inner = Scope(parent=scope)
        if "whereClause" in query:
            met = truth(evaluator.value(query["whereClause"], inner, context))
            if met.possible != TRUE.possible:
                return UNKNOWN if "T" in met.possible else None
        return evaluator.value(target, inner, context)
    aggregates = aggregates_of(query)
    if aggregates:
        return _aggregate(evaluator, aggregates, target, query, scope, context)
    values: list[tuple[str, Any]] = []

    def collect(inner: Scope, rights: Context) -> Truth:
        values.append(("", plain(evaluator.value(target, inner, rights))))
        return TRUE

    world, evaluator.world = evaluator.world, None
    try:
        found, outcomes = _rows(evaluator, query, scope, context, collect, values)
    finally:
        evaluator.world = world
    if "T" not in found.possible:
        return None
    result = _alternatives(found, outcomes)
    if isinstance(result, OneOf) and result.chosen and evaluator.world is not None:
        key = (evaluator.same_text(query), _state(scope))
        value = evaluator.decide(key, result.values)
        needed = value if isinstance(value, str) else ""
        reads = _reads(evaluator, query)
        refuted = value is not None and evaluator.contradicts(key, *reads, writes=True, value=needed)
        return UNKNOWN if refuted else value
    return result


def _aggregate(evaluator: Evaluator, found: list[str], target: Any, query: Node, scope: Scope, context: Context) -> Any:
    kind, fields = kind_of(target)
    name = strings(fields.get("funcname"))[-1:] if kind == "FuncCall" else []
    if name not in (["count"], ["bool_or"]) or len(found) != 1 or fields.get("agg_filter"):
        return UNKNOWN
    if name == ["bool_or"]:
        inner = fields["args"][0]
        met = _rows(evaluator, query, scope, context, lambda one, rights: truth(evaluator.value(inner, one, rights)))[0]
        world, evaluator.world = evaluator.world, None
        try:
            exists = _rows(evaluator, query, scope, context, lambda _one, _rights: TRUE)[0]
        finally:
            evaluator.world = world
        return _any_row(met, exists)
    exists = _rows(evaluator, query, scope, context, lambda _one, _rights: TRUE)[0]
    if "T" not in exists.possible:
        return 0
    if exists.possible == TRUE.possible:
        return OneOf((1, 2, 1000), chosen=False)
    return OneOf((0, 1), chosen=True) if exists.concrete == "C" else OneOf((0, 1, 2, 1000), chosen=False)


def _any_row(met: Truth, exists: Truth) -> Truth:
    """``bool_or``: null without rows, which is not the same as false inside ``NOT``."""
    if met.possible == TRUE.possible:
        return TRUE
    possible = {"T"} & met.possible
    possible |= {"F"} if "T" in exists.possible else set()
    # The requester writes a row if false helps it more than null.
    possible |= {"N"} if "F" in exists.possible and exists.concrete != "C" else set()
    if met.holds:
        return Truth(frozenset(possible), met.concrete)
    if "T" not in exists.possible:
        return Truth(frozenset(possible), "N")
    return Truth(frozenset(possible), "F" if exists.holds else "")


def _rows(  # noqa: PLR0912 - how a row can exist
    evaluator: Evaluator,
    query: Node,
    outer: Scope,
    context: Context,
    condition: Callable[[Scope, Context], Truth],
    values: list[tuple[str, Any]] | None = None,
) -> tuple[Truth, list[tuple[str, Any]]]:
    """Whether a query has rows that meet a condition.

    Returns the truth, and with ``values`` (to which the condition appends) the values of rows that may exist, each
    with ``fixed``, ``made`` or ``stored``.
    """
    if context.depth > MAX_DEPTH or evaluator.work > MAX_WORK:
        raise UnsupportedError
    certain = made = maybe = False
    outcomes: list[tuple[str, Any]] = []
    for kinds in _combinations(evaluator, query, outer, context):
        source = "stored" if "stored" in kinds else ("made" if {"made", "updated", "taken"} & {*kinds} else "fixed")
        if values is None and ((source == "stored" and maybe) or (source == "made" and made)):
            continue
        for holds, possible in _leaves(evaluator, query, outer, context, condition, kinds):
            if not possible:
                continue
            sure = holds in {"T", "always"} or (holds == "C" and source == "made")
            if source == "fixed" and holds == "always":
                if _may_remove(evaluator, query, outer, context, kinds):
                    made = True
                else:
                    certain = True
            elif source in {"fixed", "made"} and sure:
                made = True
            else:
                maybe = True
            if values is None:
                break
            if values:
                outcomes.append((source if sure else "stored", values[-1][1]))
        if certain and values is None:
            return TRUE, outcomes
    if certain:
        return TRUE, outcomes
    if made:
        key = (evaluator.same_text(query), _state(outer))
        decision = evaluator.decide(key, (True, False))
        if decision is not None and evaluator.contradicts(key, *_reads(evaluator, query), writes=decision):
            return EITHER, outcomes
        if decision is None and not (context.negated and maybe):
            return CHOICE, outcomes
        if decision:
            return TRUE, outcomes
        return (EITHER if maybe or decision is None else FALSE), outcomes
    return (EITHER if maybe else FALSE), outcomes


def _reads(evaluator: Evaluator, query: Node) -> tuple[frozenset[Name], frozenset[str]]:
    """The tables of a query, and those of their columns that it names."""
    tables = [
        one
        for kind, fields in parse.walk(query)
        if kind == "RangeVar" and (one := evaluator.db.relation(*names.range_name(fields))) is not None
    ]
    columns = frozenset(name for one in tables for name in one.columns)
    return frozenset(one.name for one in tables), columns_of(query) & columns


def _combinations(evaluator: Evaluator, query: Node, outer: Scope, context: Context) -> Iterator[tuple[str, ...]]:
    """The kinds of rows of each table of a query."""
    bases, _, _ = bind(evaluator, query, outer, replace(context, choices=Choices()), None)
    if len(bases) > MAX_BASES:
        raise UnsupportedError
    found: list[tuple[str, ...]] = [()]
    for base in bases:
        kinds = ["stored"]
        fixed = evaluator.sign_up_rows(base.relation)
        if evaluator.session.signed_in and fixed:
            kinds = ["fixed", "updated", *kinds]
        if _may_obtain(evaluator, base.relation, context):
            kinds = ["made", "taken", *kinds]
        found = [(*before, kind) for before in found for kind in kinds]
    yield from found[:64]


def _may_remove(evaluator: Evaluator, query: Node, outer: Scope, context: Context, kinds: tuple[str, ...]) -> bool:
    """Whether the requester may first delete or change one of the rows that its sign-up created."""
    rights = replace(context, choices=Choices())
    bases, _, _ = bind(evaluator, query, outer, rights, None)
    for base, kind in zip(bases, kinds, strict=True):
        if kind != "fixed" or evaluator.self_made is None or not _may_obtain(evaluator, base.relation, context):
            continue
        key = {name for one in base.relation.keys.values() for name in one}
        whole = _settable(evaluator, base.relation, "update") >= base.relation.columns.keys()
        for fixed in evaluator.sign_up_rows(base.relation) or []:
            for command, values in (("delete", fixed), ("overwrite", {name: fixed.get(name) for name in key})):
                row = BaseRow(base.relation, evaluator.constants, rights.choices)
                row.values = dict(values)
                if (command == "delete" or (whole and key)) and evaluator.self_made(
                    base.relation, command, row, rights
                ).holds:
                    return True
    return False


def _may_obtain(evaluator: Evaluator, relation: Relation, context: Context) -> bool:
    return (
        evaluator.self_made is not None
        and relation.kind == "table"
        and relation.name not in context.obtaining
        and relation.name[0] not in {"auth", "vault"}
        and len(context.obtaining) < 4
    )


def _leaves(
    evaluator: Evaluator,
    query: Node,
    outer: Scope,
    context: Context,
    condition: Callable[[Scope, Context], Truth],
    kinds: tuple[str, ...],
) -> Iterator[tuple[str, bool]]:
    choices, leaves = Choices(), 0
    rights = replace(context, choices=choices)
    while True:
        leaves += 1
        if leaves > MAX_LEAVES or evaluator.work > MAX_WORK:
            raise UnsupportedError
        found = _leaf(evaluator, query, outer, rights, condition, kinds)
        if "T" in found.possible:
            yield ("always" if found.possible == TRUE.possible else found.concrete), True
        if not choices.advance():
            return


def _leaf(
    evaluator: Evaluator,
    query: Node,
    outer: Scope,
    context: Context,
    condition: Callable[[Scope, Context], Truth],
    kinds: tuple[str, ...],
) -> Truth:
    bases, scope, conditions = bind(evaluator, query, outer, context, kinds)
    found = TRUE
    for base, kind in zip(bases, kinds, strict=True):
        found = both(found, _kind(evaluator, base, kind, context))
        if "T" not in found.possible:
            return found
    for one in conditions:
        found = both(found, one())
        if "T" not in found.possible:
            return found
    found = both(found, condition(scope, context))
    for base, kind in zip(bases, kinds, strict=True):
        if kind == "made" and "T" in found.possible:
            free = is_free(base, bases, outer)
            if not free.always and evaluator.self_made is not None:
                # The row is there already: the requester changes it instead, if it may.
                free = either(free, evaluator.self_made(base.relation, "overwrite", base, context))
            found = both(found, free)
    return found


def _kind(evaluator: Evaluator, base: BaseRow, kind: str, context: Context) -> Truth:
    """Whether a row of this kind can exist."""
    base.kind = "chosen" if kind in {"made", "updated", "taken"} else kind
    if kind in {"fixed", "updated"}:
        fixed = context.choices.pick(evaluator.sign_up_rows(base.relation) or [])
        if kind == "fixed" or evaluator.self_made is None:
            base.values = dict(fixed)
            return TRUE
        settable = _settable(evaluator, base.relation, "update")
        base.values = {name: value for name, value in fixed.items() if name not in settable}
        base.before = dict(fixed)
        return both(CHOICE, evaluator.self_made(base.relation, "update", base, context))
    if kind == "made":
        assert evaluator.self_made is not None
        found = evaluator.self_made(base.relation, "insert", base, context)
        for fixed in evaluator.sign_up_rows(base.relation) or [] if "T" in found.possible else []:
            if any(
                all(base.get(one) == fixed.get(one) is not None for one in key) for key in base.relation.keys.values()
            ):
                # It has to delete the row with the same key that sign-up created.
                created = BaseRow(base.relation, evaluator.constants, context.choices)
                created.values = dict(fixed)
                found = both(found, evaluator.self_made(base.relation, "delete", created, context))
        return found
    if kind == "taken":
        assert evaluator.self_made is not None
        return evaluator.self_made(base.relation, "take", base, context)
    return TRUE


def _settable(evaluator: Evaluator, relation: Relation, command: str) -> frozenset[str]:
    roles = evaluator.db.member_roles(evaluator.session.role)
    if evaluator.db.granted(roles, relation.grants, command, relation.owner) is not None:
        return frozenset(name for name, one in relation.columns.items() if not one.generated)
    return frozenset(name for role in roles for name in relation.column_grants.get((role, command), {}))


def _state(scope: Scope | None) -> str:
    """The parameters of a scope, as text."""
    return repr(sorted(scope.parameters.items())) if scope is not None and scope.parameters else ""


def _alternatives(found: Truth, outcomes: list[tuple[str, Any]]) -> Any:
    if any(value is UNKNOWN or isinstance(value, Truth) for _, value in outcomes):
        return UNKNOWN
    groups: dict[str, list[Any]] = {"fixed": [], "made": [], "stored": []}
    for source, value in outcomes:
        for one in value.values if isinstance(value, OneOf) else (value,):
            bare = one.value if isinstance(one, Approximate) else one
            if bare not in groups[source]:
                groups[source].append(bare)
    if groups["made"]:
        return OneOf((*groups["made"], *groups["fixed"], *(() if groups["fixed"] else (None,))), chosen=True)
    values = [*groups["fixed"], *groups["stored"]]
    if found.possible == TRUE.possible and groups["fixed"] and not groups["stored"]:
        return values[0] if len(values) == 1 else OneOf(tuple(values), chosen=False)
    return OneOf((*values, None), chosen=False)


KINDS = {
    "SubLink": _subquery,
}
"""By the name of PostgreSQL's node."""
