"""Decisions about one schema, by kind of object."""

from tieback.posture.rules.sql.access import routines, tables, views
from tieback.posture.rules.sql.access.context import AccessContext
from tieback.posture.rules.sql.access.decisions import Decision
from tieback.posture.rules.sql.schema import Database, Function, Relation


class Access:
    """Decisions about one schema.

    Args:
        database: the schema in its last state.
    """

    def __init__(self, database: Database) -> None:
        self._context = AccessContext(database)

    def relation(self, relation: Relation, command: str, role: str, *, signed_in: bool, bucket: str = "") -> Decision:
        """Decide a command on a table or view; ``bucket`` restricts the files of Storage."""
        if relation.kind == "table":
            fixed = {"bucket_id": bucket} if bucket else None
            return tables.decide_table(self._context, relation, command, role, signed_in=signed_in, fixed=fixed)
        return views.decide_view(self._context, relation, command, role, signed_in=signed_in)

    def function(self, function: Function, role: str, *, signed_in: bool) -> tuple[Decision, Decision]:
        """What a call of a function reads and writes."""
        return routines.decide_function(self._context, function, role, signed_in=signed_in)
