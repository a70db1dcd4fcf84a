"""Decisions about functions that the API calls (RPC)."""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from tieback.posture.rules.sql import names, parse
from tieback.posture.rules.sql.access.context import AccessContext
from tieback.posture.rules.sql.access.decisions import Decision, Outcome, rank
from tieback.posture.rules.sql.access.dependencies import (
    body_trees,
    inputs_of,
    is_session_dependent,
    row_query,
    trees_of,
)
from tieback.posture.rules.sql.access.requesters import evaluator_with_writes, sessions_of, tried_all, with_steps
from tieback.posture.rules.sql.access.stored import over_stored_rows
from tieback.posture.rules.sql.access.views import decide_relation
from tieback.posture.rules.sql.conditions.context import Choices, Context, RefusedQueryError, Scope, UnsupportedError
from tieback.posture.rules.sql.conditions.evaluator import Evaluator
from tieback.posture.rules.sql.conditions.functions import means_same_tables
from tieback.posture.rules.sql.conditions.values import FREE, TRUE, Truth, both, negate, truth
from tieback.posture.rules.sql.parse import Node
from tieback.posture.rules.sql.schema import Function, Origin

_GUARD = re.compile(
    r"\b(auth\.(uid|jwt|role|email)|current_setting|raise\s+exception|session_user|current_user|is_[a-z_]+\s*\(|"
    r"has_[a-z_]+\s*\()",
    re.IGNORECASE,
)


_READS = re.compile(r"\bfrom\s+[a-z_\"]|\breturn\s+query\b", re.IGNORECASE)
_WRITES = re.compile(
    r"\binsert\s+into\b|\bupdate\s+(?!set\b)[\"a-z_.]+\s+(as\s+\w+\s+|\w+\s+)?set\b|\bdelete\s+from\b|\btruncate\b",
    re.IGNORECASE,
)


MAX_CALLED = 50
"""Most functions that a function calls, whose bodies are searched."""


def callable_by(access: AccessContext, function: Function, role: str) -> Origin | None:
    """The grant that lets a role call a function; ``None`` if it cannot."""
    if function.returns in {"trigger", "event_trigger"} or not access.db.may_use(role, function.name[0]):
        return None
    return access.db.granted(access.db.member_roles(role), function.grants, "execute", function.owner)


def decide_function(
    access: AccessContext, function: Function, role: str, *, signed_in: bool
) -> tuple[Decision, Decision]:
    """What a call of a function reads and writes."""
    if callable_by(access, function, role) is None:
        no = Decision(Outcome.NO, function.origin, f"no privilege to call it for {role}")
        return no, no
    text = _without_strings(function.body)
    reads = bool(_READS.search(text)) or function.expression is not None
    writes = bool(_WRITES.search(text))
    nothing = Decision(Outcome.NO, function.origin, "the function does not do this")
    rights = "the rights of its owner" if function.definer else "the rights of the requester"
    reason = f"the function runs with {rights}"
    if function.language not in {"sql", "plpgsql"}:
        unsure = Decision(Outcome.UNSURE, function.origin, f"a function in {function.language} is not evaluated")
        return unsure, unsure
    dynamic = bool(re.search(r"\bexecute\b", text, re.IGNORECASE)) and function.language == "plpgsql"
    called = _called_texts(access, function)
    guarded = bool(_GUARD.search(text)) or dynamic or bool(called)
    if not function.definer:
        return _invoked(access, function, role, nothing, reason, signed_in=signed_in)
    unsure = Decision(Outcome.UNSURE, function.origin, f"{reason}; a condition in its body decides")
    yes = Decision(Outcome.YES, function.origin, reason)
    read = (unsure if guarded else yes) if reads or dynamic else nothing
    if reads:
        read = _query(access, function, role, function.owner, reason, read, signed_in=signed_in)
    elif any(_READS.search(one) for one in called):
        read = unsure
    if function.returns == "void" and not dynamic and read.outcome is not Outcome.NO:
        read = nothing
    write = (unsure if guarded else yes) if writes or dynamic else nothing
    if not writes and any(_WRITES.search(one) for one in called):
        write = unsure
    return read, write


def _called_texts(access: AccessContext, function: Function) -> list[str]:
    """Bodies of the functions that a function calls, and of those that these call."""
    found: list[str] = []
    seen = {function.name}
    queue = [function.body]
    while queue and len(found) < MAX_CALLED:
        for match in re.finditer(r"([a-z_][a-z0-9_.]*)\s*\(", queue.pop(), re.IGNORECASE):
            for one in access.db.functions_named(*names.dotted(match.group(1).lower().split("."))):
                if one.name not in seen:
                    seen.add(one.name)
                    queue.append(one.body)
                    found.append(_without_strings(one.body))
    return found


def _query(
    access: AccessContext,
    function: Function,
    role: str,
    rights: str,
    reason: str,
    otherwise: Decision,
    *,
    signed_in: bool,
) -> Decision:
    """What the only query of a function returns, with some rights."""
    rows = row_query(function)
    if rows is None:
        return otherwise
    ends, query = rows
    everything: list[Any] = [*ends, {"SelectStmt": query}]
    if not means_same_tables(access.db, function, everything):
        return otherwise
    for kind, fields in parse.walk(everything):
        if kind == "RangeVar":
            found = access.db.relation(*names.range_name(fields))
            if found is not None:
                everything += trees_of(access, found, "select")
        if kind == "RangeVar" and not access.db.may_use(rights, names.range_name(fields)[0] or "public"):
            return Decision(Outcome.NO, function.origin, f"no privilege to use a schema for {rights}")
    inputs = inputs_of(access, everything)
    best: Decision | None = None
    for session in sessions_of(role, inputs, signed_in=signed_in):
        evaluator = evaluator_with_writes(access, session, inputs)
        try:
            decision = _query_rows(evaluator, function, rights, ends, query, reason)
        except RefusedQueryError as error:
            decision = Decision(Outcome.NO, function.origin, str(error))
        except (UnsupportedError, RecursionError):
            decision = otherwise
        decision = with_steps(decision, session)
        if best is None or rank(decision) > rank(best):
            best = decision
    if best is None:
        return otherwise
    return tried_all(best, inputs) if signed_in else best


def _query_rows(
    evaluator: Evaluator, function: Function, rights: str, ends: Sequence[Node], query: Node, reason: str
) -> Decision:
    if query.get("op", "SETOP_NONE") != "SETOP_NONE" or not query.get("fromClause"):
        raise UnsupportedError
    uses_session = is_session_dependent(query)
    outer = Scope(parameters={f"${at + 1}": FREE for at in range(len(function.arguments))})
    outer.parameters |= {name: FREE for name in function.parameters if name}

    def reached() -> Truth:
        """Whether the function gets to its query."""
        found = TRUE
        for one in ends:
            met = truth(evaluator.value(one, outer, Context(rights, Choices())))
            # A condition that is null does not end the function.
            goes_on = Truth(frozenset("T" if each == "N" else each for each in negate(met).possible), "")
            if met.concrete:
                goes_on = replace(goes_on, concrete={"T": "F", "C": "C"}.get(met.concrete, "T"))
            found = both(found, goes_on)
        return found

    first = evaluator.best(reached) if ends else TRUE
    if "T" not in first.possible:
        return Decision(Outcome.NO, function.origin, "the function ends before its query")
    rows = over_stored_rows(evaluator, query, outer, rights)
    if ends and not first.always:
        unsure = Decision(Outcome.UNSURE, function.origin, f"{reason}; a condition in its body decides")
        no = Decision(Outcome.NO, function.origin, "the function returns only the user's own rows, or none")
        return unsure if rows.some or rows.unknown else no
    if rows.every and not (uses_session and function.arguments):
        return Decision(Outcome.YES, function.origin, reason)
    if rows.some and not uses_session:
        return Decision(Outcome.YES, function.origin, reason)
    if rows.some or rows.unknown:
        return Decision(Outcome.UNSURE, function.origin, f"{reason}; the stored rows decide")
    return Decision(Outcome.NO, function.origin, "the function returns only the user's own rows, or none")


def _invoked(
    access: AccessContext, function: Function, role: str, nothing: Decision, reason: str, *, signed_in: bool
) -> tuple[Decision, Decision]:
    """A function with the rights of the requester reaches what the requester reaches."""
    found = {"select": nothing, "write": nothing}
    if row_query(function) is not None and _READS.search(function.body):
        unsure = Decision(Outcome.UNSURE, function.origin, f"{reason}; its body is not evaluated")
        found["select"] = _query(access, function, role, role, reason, unsure, signed_in=signed_in)
        if found["select"] != unsure:
            write = unsure if _WRITES.search(_without_strings(function.body)) else nothing
            return found["select"], write
        found["select"] = nothing
    for tree in body_trees(function):
        for kind, fields in parse.walk(tree):
            if kind == "RangeVar":
                relation = access.db.relation(*names.range_name(fields))
                if relation is None:
                    continue
                one = decide_relation(access, relation, "select", role, signed_in=signed_in)
                if rank(one) > rank(found["select"]):
                    found["select"] = Decision(one.outcome, function.origin, reason)
    through = [function.body, *_called_texts(access, function)]
    if found["select"].outcome is Outcome.NO and any(_READS.search(one) for one in through):
        found["select"] = Decision(Outcome.UNSURE, function.origin, f"{reason}; its body is not evaluated")
    if any(_WRITES.search(_without_strings(one)) for one in through):
        found["write"] = Decision(Outcome.UNSURE, function.origin, f"{reason}; its body is not evaluated")
    return found["select"], found["write"]


def _without_strings(text: str) -> str:
    return re.sub(r"'(?:[^']|'')*+'|--[^\n]*", "''", text)
