"""Decisions about views and materialised views."""

from dataclasses import replace

from tieback.posture.rules.sql import names, parse
from tieback.posture.rules.sql.access.context import AccessContext
from tieback.posture.rules.sql.access.decisions import Decision, Outcome, rank
from tieback.posture.rules.sql.access.dependencies import inputs_of, is_session_dependent, names_used, trees_of
from tieback.posture.rules.sql.access.privileges import granted_columns, with_default_privileges
from tieback.posture.rules.sql.access.requesters import evaluator_with_writes, sessions_of, tried_all, with_steps
from tieback.posture.rules.sql.access.stored import over_stored_rows
from tieback.posture.rules.sql.access.tables import check_policies, decide_table
from tieback.posture.rules.sql.conditions.context import RefusedQueryError, UnsupportedError
from tieback.posture.rules.sql.conditions.evaluator import Evaluator
from tieback.posture.rules.sql.conditions.sources import aggregates_of
from tieback.posture.rules.sql.parse import Node, kind_of, string
from tieback.posture.rules.sql.schema import Relation

MAX_VIEWS = 8
"""Most views on one another that are followed."""


def decide_view(access: AccessContext, relation: Relation, command: str, role: str, *, signed_in: bool) -> Decision:
    """Decide a command on a view or a materialised view."""
    if not access.db.may_use(role, relation.name[0]):
        return Decision(Outcome.NO, relation.origin, f"no privilege to use the schema {relation.name[0]}")
    granted, _ = granted_columns(access, relation, command, role)
    if granted is None:
        return Decision(Outcome.NO, relation.origin, f"no privilege to {command} for {role}")
    if relation.kind == "matview":
        if command != "select":
            return Decision(Outcome.NO, relation.origin, "a materialised view cannot be written")
        copied = Decision(Outcome.YES, relation.origin, "a materialised view has its own copy of the rows")
        return with_default_privileges(access, copied, relation, granted, role)
    query = kind_of(relation.query)[1]
    trees = [relation.query]
    for one in _tables_of(access, relation, 0):
        trees += trees_of(access, one, command)
    inputs = inputs_of(access, trees)
    best: Decision | None = None
    for session in sessions_of(role, inputs, signed_in=signed_in):
        evaluator = evaluator_with_writes(access, session, inputs)
        try:
            decision = (
                _readable_rows(access, evaluator, relation, query, role)
                if command == "select"
                else _view_write(access, evaluator, relation, query, command, role)
            )
        except RefusedQueryError as error:
            decision = Decision(Outcome.NO, relation.origin, str(error))
        except (UnsupportedError, RecursionError):
            decision = _view_unsure(access, relation, query)
        decision = with_steps(decision, session)
        if best is None or rank(decision) > rank(best):
            best = decision
    assert best is not None
    best = tried_all(best, inputs) if signed_in else best
    return with_default_privileges(access, best, relation, granted, role)


def _tables_of(access: AccessContext, relation: Relation, depth: int) -> list[Relation]:
    found: list[Relation] = []
    for kind, fields in parse.walk(relation.query):
        if kind == "RangeVar":
            one = access.db.relation(*names.range_name(fields))
            if one is not None:
                found.append(one)
                if one.kind == "view" and depth < 8:
                    found += _tables_of(access, one, depth + 1)
    return found[:100]


def _view_unsure(access: AccessContext, relation: Relation, query: Node) -> Decision:
    """A query that is not evaluated: without a condition on the requester, everybody gets its rows."""
    text = names_used(query)
    cyclic = any(one.name == relation.name for one in _tables_of(access, relation, 0))
    guarded = cyclic or relation.invoker or any(one.startswith(("auth.", "current_")) for one in text)
    if not guarded and not any(kind == "SubLink" for kind, _ in parse.walk(query)) and _known_functions(access, text):
        return Decision(Outcome.YES, relation.origin, "the view reads with the rights of its owner")
    return Decision(Outcome.UNSURE, relation.origin, "a query that is not evaluated")


def _known_functions(access: AccessContext, called: set[str]) -> bool:
    return not any(
        access.db.functions_named(*names.dotted(one.split("."))) for one in called if not one.startswith("storage.")
    )


def _readable_rows(access: AccessContext, evaluator: Evaluator, relation: Relation, query: Node, role: str) -> Decision:
    if relation.invoker:
        for one in _tables_of(access, relation, MAX_VIEWS):
            if one.kind == "table":
                check_policies(access, evaluator, one, "select", role)
    return _view_rows(evaluator, relation, query, role)


def _view_rows(evaluator: Evaluator, relation: Relation, query: Node, role: str) -> Decision:
    if query.get("op", "SETOP_NONE") != "SETOP_NONE" or not query.get("fromClause"):
        raise UnsupportedError
    rights = role if relation.invoker else relation.owner
    if query.get("havingClause") or query.get("limitOffset"):
        raise UnsupportedError
    rows = over_stored_rows(evaluator, query, None, rights)
    reason = "" if relation.invoker else "the view reads with the rights of its owner"
    if rows.every:
        return Decision(Outcome.YES, relation.origin, reason)
    if rows.some and rows.tables > 1 and not relation.invoker and not is_session_dependent(query):
        return Decision(Outcome.YES, relation.origin, reason)
    if rows.some or rows.unknown:
        return Decision(Outcome.STORED if rows.some else Outcome.UNSURE, relation.origin, "the stored rows decide")
    return Decision(Outcome.NO, relation.origin, "the view has only the user's own rows, or none")


def _view_write(  # noqa: PLR0912 - a reason each
    access: AccessContext, evaluator: Evaluator, relation: Relation, query: Node, command: str, role: str
) -> Decision:
    """A simple view can be written; PostgreSQL checks its owner's rights on the table, or the view below it."""
    base, rights = relation, role
    columns: dict[str, str] | None = None
    filtered = checked = False
    for _ in range(MAX_VIEWS):
        if base.kind == "table":
            break
        if base is not relation and granted_columns(access, base, command, rights)[0] is None:
            return Decision(Outcome.NO, relation.origin, f"no privilege to {command} on {base.label} for {rights}")
        if base.read_only:
            return Decision(Outcome.UNSURE, relation.origin, "a rule or a trigger decides")
        below = kind_of(base.query)[1]
        if base.kind == "matview" or not _is_simple(below):
            return Decision(Outcome.NO, relation.origin, "the view cannot be written")
        source = access.db.relation(*names.range_name(kind_of(below["fromClause"][0])[1]))
        if source is None:
            raise UnsupportedError
        shown = _base_columns(below, base, source)
        columns = (
            shown if columns is None else {name: shown[inner] for name, inner in columns.items() if inner in shown}
        )
        filtered |= "whereClause" in below
        checked |= base.checked
        rights = rights if base.invoker else base.owner
        base = source
    else:
        raise UnsupportedError
    settable = frozenset((columns or {}).values())
    signed_in = evaluator.session.signed_in
    decision = decide_table(access, base, command, role, signed_in=signed_in, rights=rights, only=settable)
    if decision.outcome is Outcome.NO:
        return decision
    if command == "insert":
        missing = [
            one.name
            for one in base.columns.values()
            if one.not_null and one.default is None and not one.generated and one.name not in settable
        ]
        if missing:
            return Decision(Outcome.NO, relation.origin, f"the view has no column for {missing[0]}")
    elif filtered:
        rows = _view_rows(evaluator, replace(relation, invoker=False), query, role)
        if rows.outcome is not Outcome.YES:
            return rows
    if checked and filtered and command in {"insert", "update"}:
        return Decision(Outcome.UNSURE, relation.origin, "the condition of the view decides (WITH CHECK OPTION)")
    return replace(decision, origin=relation.origin)


def _is_simple(query: Node) -> bool:
    """True if PostgreSQL can write to a view of this query.

    Source: https://www.postgresql.org/docs/current/sql-createview.html, "Updatable Views".
    """
    sources = query.get("fromClause", [])
    clauses = ("groupClause", "distinctClause", "havingClause", "limitCount", "limitOffset", "withClause")
    return (
        len(sources) == 1
        and "RangeVar" in sources[0]
        and not any(query.get(one) for one in clauses)
        and query.get("op", "SETOP_NONE") == "SETOP_NONE"
        and not aggregates_of(query)
        and not any("over" in fields for _, fields in parse.walk(query["targetList"]))
    )


def decide_relation(access: AccessContext, relation: Relation, command: str, role: str, *, signed_in: bool) -> Decision:
    """Decide a command on any relation."""
    if relation.kind == "table":
        return decide_table(access, relation, command, role, signed_in=signed_in)
    return decide_view(access, relation, command, role, signed_in=signed_in)


def _base_columns(query: Node, view: Relation, source: Relation) -> dict[str, str]:
    """The columns of a simple view that are columns of its source, by name in the view."""
    found: list[str] = []
    for target in query.get("targetList", []):
        kind, fields = kind_of(kind_of(target)[1].get("val"))
        if kind == "ColumnRef" and "A_Star" in fields["fields"][-1]:
            found += source.columns
        else:
            found.append(string(fields["fields"][-1]) if kind == "ColumnRef" else "")
    return {name: inner for name, inner in zip(view.columns, found, strict=False) if inner in source.columns}
