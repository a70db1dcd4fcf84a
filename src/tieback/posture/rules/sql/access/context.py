"""A schema, and what is computed once for all decisions about it."""

from dataclasses import dataclass
from typing import Any

from tieback.posture.rules.sql.schema import Database, Name


@dataclass(slots=True)
class AccessContext:
    """A schema in its last state."""

    db: Database
    sign_up: dict[Name, list[dict[str, Any]]] | None = None
    """Rows that sign-up creates, by table; ``None`` if they were not computed yet."""
