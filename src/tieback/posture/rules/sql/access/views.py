"""Decisions about views and materialised views."""

from dataclasses import replace

from tieback.posture.rules.sql import names, parse
from tieback.posture.rules.sql.access.context import AccessContext
from tieback.posture.rules.sql.access.decisions import Decision, Outcome, rank
from tieback.posture.rules.sql.access.dependencies import is_session_dependent, names_used, trees_of
from tieback.posture.rules.sql.access.privileges import granted_columns, with_default_privileges
from tieback.posture.rules.sql.access.requesters import evaluator_with_writes, sessions_of
from tieback.posture.rules.sql.access.stored import over_stored_rows
from tieback.posture.rules.sql.access.tables import decide_table
from tieback.posture.rules.sql.conditions.context import RefusedQueryError, UnsupportedError
from tieback.posture.rules.sql.conditions.evaluator import Evaluator
from tieback.posture.rules.sql.parse import Node, kind_of, string
from tieback.posture.rules.sql.schema import Relation


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
        trees += list(trees_of(access, one, command))
    best: Decision | None = None
    for session in sessions_of(role, trees, signed_in=signed_in):
        evaluator = evaluator_with_writes(access, session, trees)
        try:
            decision = (
                _view_rows(evaluator, relation, query, role)
                if command == "select"
                else _view_write(access, evaluator, relation, query, command, role)
            )
        except RefusedQueryError as error:
            decision = Decision(Outcome.NO, relation.origin, str(error))
        except (UnsupportedError, RecursionError):
            decision = _view_unsure(access, relation, query)
        if best is None or rank(decision) > rank(best):
            best = decision
    assert best is not None
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


def _view_write(
    access: AccessContext, evaluator: Evaluator, relation: Relation, query: Node, command: str, role: str
) -> Decision:
    """A simple view can be written; PostgreSQL checks its owner's rights on the table."""
    sources = query.get("fromClause", [])
    simple = (
        len(sources) == 1
        and "RangeVar" in sources[0]
        and not any(
            query.get(one) for one in ("groupClause", "distinctClause", "havingClause", "limitCount", "withClause")
        )
        and query.get("op", "SETOP_NONE") == "SETOP_NONE"
        and not any(kind == "FuncCall" for one in query["targetList"] for kind, _ in parse.walk(one))
    )
    if relation.read_only:
        return Decision(Outcome.UNSURE, relation.origin, "a rule or a trigger decides")
    if not simple:
        return Decision(Outcome.NO, relation.origin, "the view cannot be written")
    base = access.db.relation(*names.range_name(kind_of(sources[0])[1]))
    if base is None:
        raise UnsupportedError
    rights = role if relation.invoker else relation.owner
    signed_in = evaluator.session.signed_in
    if base.kind != "table":
        if base.kind == "matview":
            return Decision(Outcome.NO, relation.origin, "the view cannot be written")
        return decide_view(access, base, command, rights, signed_in=signed_in)
    columns = _base_columns(query, base)
    decision = decide_table(access, base, command, role, signed_in=signed_in, rights=rights, only=columns)
    if decision.outcome is Outcome.NO:
        return decision
    if command == "insert":
        missing = [
            one.name
            for one in base.columns.values()
            if one.not_null and one.default is None and not one.generated and one.name not in columns
        ]
        if missing:
            return Decision(Outcome.NO, relation.origin, f"the view has no column for {missing[0]}")
    elif "whereClause" in query:
        rows = _view_rows(evaluator, replace(relation, invoker=False), query, role)
        if rows.outcome is not Outcome.YES:
            return rows
    return replace(decision, origin=relation.origin)


def decide_relation(access: AccessContext, relation: Relation, command: str, role: str, *, signed_in: bool) -> Decision:
    """Decide a command on any relation."""
    if relation.kind == "table":
        return decide_table(access, relation, command, role, signed_in=signed_in)
    return decide_view(access, relation, command, role, signed_in=signed_in)


def _base_columns(query: Node, base: Relation) -> frozenset[str]:
    """The columns of a table that a simple view on it has."""
    found: set[str] = set()
    for target in query.get("targetList", []):
        kind, fields = kind_of(kind_of(target)[1].get("val"))
        if kind == "ColumnRef":
            found |= set(base.columns) if "A_Star" in fields["fields"][-1] else {string(fields["fields"][-1])}
    return frozenset(found)
