"""Privileges of a role on a relation, and those that only Supabase's defaults give."""

from dataclasses import replace

from tieback.posture.rules.sql.access.context import AccessContext
from tieback.posture.rules.sql.access.decisions import Decision, Outcome
from tieback.posture.rules.sql.schema import OWNER, Origin, Relation


def with_default_privileges(
    access: AccessContext, decision: Decision, relation: Relation, granted: Origin, role: str
) -> Decision:
    """Mark what only Supabase's default privileges allow; newer projects do not have them."""
    default = not granted.line and relation.origin.line and role not in {relation.owner, OWNER}
    if not default or decision.outcome is Outcome.NO or access.db.is_superuser(role):
        return decision
    if any(one.line for one in relation.grants.values()) or any(relation.column_grants.values()):
        outcome = Outcome.UNSURE if decision.outcome is Outcome.YES else decision.outcome
        reason = "only the default privileges of projects from before 2026-05-30 allow it"
        return replace(decision, outcome=outcome, reason=reason)
    return replace(decision, by_default=True)


def granted_columns(
    access: AccessContext, relation: Relation, command: str, role: str
) -> tuple[Origin | None, frozenset[str] | None]:
    """The grant, and the columns that it has if it is not for all."""
    roles = access.db.member_roles(role)
    whole = access.db.granted(roles, relation.grants, command, relation.owner)
    if whole is not None:
        return whole, None
    if command == "delete":
        return None, None
    columns: dict[str, Origin] = {}
    for one in roles:
        columns |= relation.column_grants.get((one, command), {})
    return (next(iter(columns.values())), frozenset(columns)) if columns else (None, None)
