"""The requesters of a decision: sessions with different metadata, each with its evaluator."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from tieback.posture.rules.sql.access.context import AccessContext, Inputs
from tieback.posture.rules.sql.access.decisions import Decision, Outcome
from tieback.posture.rules.sql.access.sign_up import created_rows
from tieback.posture.rules.sql.access.writes import may_write
from tieback.posture.rules.sql.conditions.context import UNKNOWN_CLAIMS, Context, Row, Session, new_user
from tieback.posture.rules.sql.conditions.evaluate import evaluator_for
from tieback.posture.rules.sql.conditions.evaluator import Evaluator
from tieback.posture.rules.sql.conditions.values import AnyText, Truth
from tieback.posture.rules.sql.schema import Relation

_SECOND_FACTOR = "after the user enrols a second factor"


class _AnyKey(dict[str, Any]):
    """Metadata of a user that has the same value under each key."""

    def __init__(self, value: str) -> None:
        super().__init__()
        self._value = AnyText(value)

    def get(self, key: object, default: Any = None) -> Any:
        del key, default
        return self._value

    def __contains__(self, key: object) -> bool:
        return True


def sessions_of(role: str, inputs: Inputs, *, signed_in: bool) -> Iterator[Session]:
    """The sessions of a requester: with the metadata that the expressions name, which a user sets itself.

    Each user can enrol a second factor: https://supabase.com/docs/guides/auth/auth-mfa.
    """
    if not signed_in:
        yield Session(role, {"role": role, "iss": "supabase"})
        return
    for aal in ("aal1", "aal2") if inputs.second_factor else ("aal1",):
        for metadata in ({}, *map(_AnyKey, inputs.metadata)):
            yield Session(role, new_user(role, metadata, aal=aal).claims | UNKNOWN_CLAIMS)


def evaluator_with_writes(access: AccessContext, session: Session, inputs: Inputs) -> Evaluator:
    """An evaluator for a session, which knows the rows that it may write first."""
    evaluator = evaluator_for(access.db, session, inputs.constants)
    evaluator.sign_up_rows = lambda relation: created_rows(access, relation, evaluator)

    def self_made(relation: Relation, command: str, row: Row, context: Context) -> Truth:
        return may_write(access, evaluator, relation, command, row, context)

    evaluator.self_made = self_made
    return evaluator


def with_steps(decision: Decision, session: Session) -> Decision:
    """The decision, with what the user does before its request."""
    if decision.outcome is Outcome.NO or session.claims.get("aal") != "aal2":
        return decision
    return replace(decision, reason="; ".join(one for one in (decision.reason, _SECOND_FACTOR) if one))


def tried_all(decision: Decision, inputs: Inputs) -> Decision:
    """The decision; a denial is not certain if other metadata was not tried."""
    if decision.outcome is not Outcome.NO or inputs.complete:
        return decision
    return Decision(Outcome.UNSURE, decision.origin, "other metadata of the user may decide")
