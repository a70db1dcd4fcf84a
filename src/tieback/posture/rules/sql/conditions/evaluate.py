"""The evaluator with all kinds of expressions."""

from tieback.posture.rules.sql.conditions.calls import KINDS as CALLS
from tieback.posture.rules.sql.conditions.candidates import Constants
from tieback.posture.rules.sql.conditions.context import Session
from tieback.posture.rules.sql.conditions.evaluator import Evaluator
from tieback.posture.rules.sql.conditions.expressions import KINDS as EXPRESSIONS
from tieback.posture.rules.sql.conditions.queries import KINDS as QUERIES
from tieback.posture.rules.sql.schema import Database

_KINDS = {**EXPRESSIONS, **QUERIES, **CALLS}


def evaluator_for(database: Database, session: Session, constants: Constants) -> Evaluator:
    """An evaluator of conditions for one requester."""
    return Evaluator(database, session, _KINDS, constants)
