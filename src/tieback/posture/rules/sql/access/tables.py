"""Decisions about tables.

Source: https://www.postgresql.org/docs/current/ddl-rowsecurity.html and
https://www.postgresql.org/docs/current/sql-createpolicy.html (table "Policies Applied by Command Type").
"""

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from tieback.posture.rules.sql import names, parse
from tieback.posture.rules.sql.access.context import AccessContext
from tieback.posture.rules.sql.access.decisions import Decision, Outcome, rank
from tieback.posture.rules.sql.access.dependencies import inputs_of, trees_of
from tieback.posture.rules.sql.access.privileges import granted_columns, with_default_privileges
from tieback.posture.rules.sql.access.requesters import evaluator_with_writes, sessions_of, tried_all, with_steps
from tieback.posture.rules.sql.access.stored import over_choices
from tieback.posture.rules.sql.access.writes import may_refuse, new_row_passes, set_defaults
from tieback.posture.rules.sql.conditions.context import BaseRow, Choices, Context, RefusedQueryError, UnsupportedError
from tieback.posture.rules.sql.conditions.evaluator import MAX_WORK, Evaluator
from tieback.posture.rules.sql.conditions.policies import (
    combined,
    condition_of,
    detect_recursion,
    passes,
    policies_for,
    require_privileges,
)
from tieback.posture.rules.sql.conditions.queries import MAX_LEAVES
from tieback.posture.rules.sql.conditions.sources import constraints
from tieback.posture.rules.sql.conditions.values import CHOICE, EITHER, FALSE, MAYBE, OWN_ID, TRUE, UNKNOWN, Truth, both
from tieback.posture.rules.sql.schema import FILES, Origin, Policy, Relation


def decide_table(
    access: AccessContext,
    relation: Relation,
    command: str,
    role: str,
    *,
    signed_in: bool,
    rights: str = "",
    fixed: dict[str, Any] | None = None,
    only: frozenset[str] | None = None,
) -> Decision:
    """Decide a command on a table.

    Args:
        access: the schema.
        relation: the table.
        command: ``select``, ``insert``, ``update`` or ``delete``.
        role: the role of the requester.
        signed_in: True if it has a user ID.
        rights: the role whose privileges apply, if a view changes them.
        fixed: values that the rows have in any case.
        only: the columns that the request can set; all by default.
    """
    acting = rights or role
    if not rights and not access.db.may_use(role, relation.name[0]):
        return Decision(Outcome.NO, relation.origin, f"no privilege to use the schema {relation.name[0]}")
    granted, columns = granted_columns(access, relation, command, acting)
    if granted is None:
        return Decision(Outcome.NO, relation.origin, f"no privilege to {command} for {acting}")
    if only is not None:
        columns = only if columns is None else columns & only
    if relation.foreign:
        return Decision(Outcome.YES, granted, "a foreign table: row level security does not apply")
    inputs = inputs_of(access, trees_of(access, relation, command))
    best: Decision | None = None
    work = 0
    for session in sessions_of(role, inputs, signed_in=signed_in):
        evaluator = evaluator_with_writes(access, session, inputs)
        for values in _fixed(relation, evaluator, fixed):
            decision = _decide(access, evaluator, relation, command, acting, granted, columns, values)
            decision = with_steps(decision, session)
            if best is None or rank(decision) > rank(best):
                best = decision
        if best is not None and best.outcome is Outcome.YES and not best.own:
            break
        work += evaluator.work
        if work > MAX_WORK:
            # Other metadata of the user was not tried, so a denial would not be certain.
            if best is not None and best.outcome is Outcome.NO and (inputs.metadata or inputs.second_factor):
                best = Decision(Outcome.UNSURE, best.origin, "a condition that is not evaluated")
            break
    assert best is not None
    best = tried_all(best, inputs) if signed_in else best
    return with_default_privileges(access, best, relation, granted, acting)


def _decide(
    access: AccessContext,
    evaluator: Evaluator,
    relation: Relation,
    command: str,
    role: str,
    granted: Origin,
    columns: frozenset[str] | None,
    fixed: dict[str, Any],
) -> Decision:
    if evaluator.bypasses(relation, role) and command != "insert":
        reason = "row level security is disabled" if relation.secured is None else f"{role} bypasses row level security"
        return _with_trigger(access, relation, command, Decision(Outcome.YES, granted, reason))
    try:
        check_policies(access, evaluator, relation, command, role)
        if command == "insert":
            return _insert(access, evaluator, relation, role, granted, columns, fixed)
        return _existing(access, evaluator, relation, command, role, granted, columns, fixed)
    except RefusedQueryError as error:
        return Decision(Outcome.NO, _origin(relation), str(error))
    except (UnsupportedError, RecursionError):
        return Decision(Outcome.UNSURE, _origin(relation), "a condition that is not evaluated")


def check_policies(access: AccessContext, evaluator: Evaluator, relation: Relation, command: str, role: str) -> None:
    """Raise ``RefusedQueryError`` if PostgreSQL refuses each request because of the policies that apply to it."""
    if evaluator.bypasses(relation, role):
        return
    applying = policies_for(evaluator, relation, role, command)
    for check in (False, True):
        if (command, check) in {("insert", False), ("select", True), ("delete", True)}:
            continue
        detect_recursion(evaluator, relation, applying, role, (), check=check)
        _privileges(access, evaluator, [combined(evaluator, applying, role, check=check)], role, 0)


def _privileges(access: AccessContext, evaluator: Evaluator, trees: Sequence[Any], role: str, depth: int) -> None:
    """PostgreSQL checks the privileges of all tables of a query, whether or not it reads them."""
    require_privileges(evaluator, trees, role)
    if depth > 8:
        return
    for tree in trees:
        for kind, fields in parse.walk(tree):
            if kind != "RangeVar":
                continue
            found = access.db.relation(*names.range_name(fields))
            if found is not None and found.kind == "table" and not evaluator.bypasses(found, role):
                inner = combined(evaluator, policies_for(evaluator, found, role, "select"), role, check=False)
                _privileges(access, evaluator, [inner], role, depth + 1)


def _insert(
    access: AccessContext,
    evaluator: Evaluator,
    relation: Relation,
    role: str,
    granted: Origin,
    columns: frozenset[str] | None,
    fixed: dict[str, Any],
) -> Decision:
    possible = others = own = False
    # First rows without the requester's ID: with all values, the limit could end the search before it finds one.
    for kind, limit in (("stored", MAX_WORK // 2), ("chosen", MAX_WORK)):
        for row, found in _new_rows(evaluator, relation, role, columns, fixed, kind, limit):
            if found.holds and (not evaluator.session.signed_in or not _has_own(row)):
                return _with_trigger(access, relation, "insert", _allowed(evaluator, relation, "insert", role, granted))
            own |= found.holds
            possible |= "T" in found.possible
            # A condition that is not evaluated, such as one on time, may accept rows of others.
            others |= "T" in found.possible and not found.concrete and not _has_own(row)
    cut = evaluator.work > MAX_WORK or evaluator.constants.truncated
    if own and not others and not cut:
        allowed = _allowed(evaluator, relation, "insert", role, granted)
        return _with_trigger(access, relation, "insert", replace(allowed, own=True, reason="only rows with its own ID"))
    if possible or cut:
        origin = _policy_origin(evaluator, relation, "insert", role)
        return Decision(Outcome.UNSURE, origin, "a condition that is not evaluated", own=own)
    return _denied(evaluator, relation, "insert", role)


def _new_rows(
    evaluator: Evaluator,
    relation: Relation,
    role: str,
    columns: frozenset[str] | None,
    fixed: dict[str, Any],
    kind: str,
    limit: int,
) -> Iterator[tuple[BaseRow, Truth]]:
    """Rows of a request, with whether the table accepts them; the last one is uncertain if a limit ends the search."""
    choices = Choices()
    context = Context(role, choices)
    for count in itertools.count(1):
        row = BaseRow(relation, evaluator.constants, choices)
        row.kind, row.values = kind, dict(fixed)
        row.values |= {name: UNKNOWN for name, column in relation.columns.items() if column.generated}
        set_defaults(evaluator, relation, columns, row, context)
        yield row, evaluator.best(lambda row=row: new_row_passes(evaluator, relation, "insert", row, context))  # type: ignore[misc]
        if not choices.advance():
            return
        if count > MAX_LEAVES or evaluator.work > limit:
            yield row, EITHER
            return


def _existing(
    access: AccessContext,
    evaluator: Evaluator,
    relation: Relation,
    command: str,
    role: str,
    granted: Origin,
    columns: frozenset[str] | None,
    fixed: dict[str, Any],
) -> Decision:
    choices = Choices()
    context = Context(role, choices)

    def leaf() -> tuple[Truth, bool] | None:
        row = BaseRow(relation, evaluator.constants, choices)
        row.values = dict(fixed)
        found = evaluator.best(lambda: _existing_row(evaluator, relation, command, row, context, columns))
        if "T" not in constraints(evaluator, relation, row, context).possible:
            return None
        return found, None not in row.values.values()

    every, some, unknown = over_choices(evaluator, choices, leaf)
    if every:
        return _with_trigger(access, relation, command, _allowed(evaluator, relation, command, role, granted))
    if some:
        return Decision(Outcome.STORED, _policy_origin(evaluator, relation, command, role), "the stored rows decide")
    if unknown:
        return Decision(
            Outcome.UNSURE,
            _policy_origin(evaluator, relation, command, role),
            "the stored rows or a condition that is not evaluated decide",
        )
    return _denied(evaluator, relation, command, role)


def _existing_row(
    evaluator: Evaluator,
    relation: Relation,
    command: str,
    row: BaseRow,
    context: Context,
    columns: frozenset[str] | None,
) -> Truth:
    found = passes(evaluator, relation, command, row, context)
    if command == "update" and "T" in found.possible:
        return both(found, _changed(evaluator, relation, row, context.role, columns))
    return found


def _changed(
    evaluator: Evaluator, relation: Relation, old: BaseRow, role: str, columns: frozenset[str] | None
) -> Truth:
    """Whether the row can get values that the policies accept."""
    choices, leaves = Choices(), 0
    best = FALSE
    while True:
        new = BaseRow(relation, evaluator.constants, choices)
        new.kind = "chosen"
        new.values = {
            name: old.get(name)
            for name, column in relation.columns.items()
            if column.generated or (columns is not None and name not in columns)
        }
        found = new_row_passes(evaluator, relation, "update", new, Context(role, choices))
        if found.holds:
            return CHOICE if found.possible != TRUE.possible else TRUE
        if "T" in found.possible:
            best = MAYBE
        leaves += 1
        if not choices.advance():
            return best
        if leaves > MAX_LEAVES // 10 or evaluator.work > MAX_WORK:
            return MAYBE


def _with_trigger(access: AccessContext, relation: Relation, command: str, decision: Decision) -> Decision:
    if command == "select" or decision.outcome is not Outcome.YES or not may_refuse(access, relation, command):
        return decision
    return replace(decision, outcome=Outcome.UNSURE, reason="a trigger may refuse it")


def _allowed(evaluator: Evaluator, relation: Relation, command: str, role: str, granted: Origin) -> Decision:
    if evaluator.bypasses(relation, role):
        return Decision(Outcome.YES, granted, "row level security is disabled")
    return Decision(
        Outcome.YES,
        _policy_origin(evaluator, relation, command, role),
        _steps(evaluator, relation, command, role),
    )


def _steps(evaluator: Evaluator, relation: Relation, command: str, role: str) -> str:
    """What the requester writes first, if the policy reads another table that it may write."""
    permissive = [one for one in policies_for(evaluator, relation, role, command) if one.permissive]
    for policy in [_best(permissive)] if permissive else []:
        for kind, fields in parse.walk([policy.using, policy.check]):
            if kind == "RangeVar":
                label = ".".join(one for one in names.range_name(fields) if one)
                return f"the requester may first write a row of {label}"
    return ""


def _policy_origin(evaluator: Evaluator, relation: Relation, command: str, role: str) -> Origin:
    applying = [one for one in policies_for(evaluator, relation, role, command) if one.permissive]
    return _best(applying).origin if applying else _origin(relation)


def _denied(evaluator: Evaluator, relation: Relation, command: str, role: str) -> Decision:
    if evaluator.bypasses(relation, role):
        return Decision(Outcome.NO, relation.origin, "a constraint of the table refuses each row")
    applying = policies_for(evaluator, relation, role, command)
    usable = [one for one in applying if one.permissive and condition_of(one, check=command == "insert") is not None]
    if not usable:
        return Decision(
            Outcome.NO, _origin(relation), "row level security is enabled, and no policy allows this identity"
        )
    return Decision(Outcome.NO, _best(usable).origin, "its policies allow only the user's own rows, or none")


def _fixed(relation: Relation, evaluator: Evaluator, fixed: dict[str, Any] | None) -> list[dict[str, Any]]:
    """Values that the rows have in any case: files of Storage are decided for each bucket that a policy names."""
    if fixed is not None or relation.name != FILES:
        return [fixed or {}]
    buckets = [one for one in evaluator.constants.direct.get("bucket_id", []) if isinstance(one, str)]
    return [{}, *({"bucket_id": one} for one in buckets[:50])]


def _has_own(row: BaseRow) -> bool:
    """True if a value of the row is the requester's ID, or contains it."""
    return any(OWN_ID in value if isinstance(value, str | list) else False for value in row.values.values())


def _origin(relation: Relation) -> Origin:
    return relation.secured or relation.origin


def _best(policies: Sequence[Policy]) -> Policy:
    """The policy to name: the one with the shortest condition."""
    return min(policies, key=lambda one: len(str(one.using or one.check)))
