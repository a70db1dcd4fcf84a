"""What a requester reaches with one command, and why."""

from dataclasses import dataclass
from enum import Enum

from tieback.posture.rules.sql.schema import Origin


class Outcome(Enum):
    """What a requester reaches with one command."""

    YES = "yes"
    """All rows of others that have a value in each column, or for ``INSERT`` a row of its choice."""
    STORED = "stored"
    """The stored rows decide."""
    UNSURE = "unsure"
    """Something that is not evaluated decides."""
    NO = "no"


@dataclass(frozen=True, slots=True)
class Decision:
    """An outcome and what decides it."""

    outcome: Outcome
    origin: Origin
    reason: str = ""
    own: bool = False
    """True if only rows with the requester's own ID can be written."""
    by_default: bool = False
    """True if a default privilege of Supabase allows it, and no statement of the files."""


def rank(decision: Decision) -> tuple[int, bool]:
    """For the strongest of several decisions."""
    order = (Outcome.NO, Outcome.UNSURE, Outcome.STORED, Outcome.YES)
    return order.index(decision.outcome), not decision.own
