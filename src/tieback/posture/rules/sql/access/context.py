"""A schema, and what is computed once for all decisions about it."""

from dataclasses import dataclass, field
from typing import Any

from tieback.posture.rules.sql.conditions.candidates import Constants
from tieback.posture.rules.sql.schema import Database, Name


@dataclass(frozen=True, slots=True)
class Inputs:
    """Expressions that a decision can depend on, and what they contain."""

    trees: list[Any]
    constants: Constants
    metadata: tuple[str, ...]
    """Values of metadata that a user may set; empty if no expression reads metadata."""
    second_factor: bool
    """True if an expression reads how the requester proved its identity."""
    complete: bool
    """False if other metadata could decide."""


@dataclass(slots=True)
class AccessContext:
    """A schema in its last state."""

    db: Database
    sign_up: dict[Name, list[dict[str, Any]]] | None = None
    """Rows that sign-up creates, by table; ``None`` if they were not computed yet."""
    trees: dict[tuple[Name, str], list[Any]] = field(default_factory=dict)
    """Expressions that a command on a table can depend on."""
    inputs: dict[tuple[int, ...], Inputs] = field(default_factory=dict)
    """What is known of lists of expressions, by their identities."""
