"""Statements applied to a database, in their order, as PostgreSQL executes them.

A statement that PostgreSQL refuses (a policy that exists, a policy for ``INSERT`` with ``USING``) changes nothing and
is a problem of the file. So is a statement that cannot be evaluated offline.
"""

from collections.abc import Callable, Mapping

from tieback.posture.rules.interface import rule_excerpt
from tieback.posture.rules.sql import parse
from tieback.posture.rules.sql.parse import Node, StatementError
from tieback.posture.rules.sql.schema import Database, Origin, Problem

_MATTERS = {"create", "alter", "grant", "revoke", "drop", "do", "set", "reset", "with", "call"}
_HARMLESS = {
    "index", "comment", "extension", "sequence", "type", "domain", "aggregate", "operator", "cast", "collation",
    "statistics", "text", "server", "subscription", "publication", "rule", "event", "conversion", "language", "unique",
}  # fmt: skip
MAX_PROBLEMS = 200


class RefusedError(Exception):
    """PostgreSQL refuses the statement."""


class Interpreter:
    """Applies statements.

    Args:
        database: changed in place.
        kinds: the effect of each kind of statement.
    """

    def __init__(self, database: Database, kinds: "Statements") -> None:
        self.db = database
        self._kinds = kinds
        self.origin = Origin()
        self.depth = 0
        """Of blocks and functions that are running."""

    def run(self, text: str, line: int, steps: int = 0) -> None:
        """Apply one statement."""
        try:
            trees = parse.parse(text, steps)
        except StatementError as error:
            words = [one.lower() for one in text[:120].split()]
            matters = bool(words) and words[0] in _MATTERS and not (set(words[1:4]) & _HARMLESS)
            self.problem(line, str(error), text, matters=matters)
            return
        for kind, fields in trees:
            self.apply(kind, fields, Origin(line, text[:2000]))

    def apply(self, kind: str, fields: Node, origin: Origin) -> None:
        """Apply one parsed statement."""
        self.origin = origin
        action = self._kinds.get(kind)
        if action is None:
            return
        try:
            action(self, fields)
        except RefusedError as error:
            self.problem(origin.line, f"PostgreSQL refuses it: {error}", origin.text, matters=False)
        except (KeyError, IndexError, TypeError, ValueError, AttributeError):
            self.problem(origin.line, "not evaluated", origin.text, matters=True)

    def problem(self, line: int, what: str, text: str, *, matters: bool) -> None:
        """Record a statement that was not applied."""
        if len(self.db.problems) < MAX_PROBLEMS or matters:
            self.db.problems.append(Problem(line, what, rule_excerpt(text), matters))


type Statements = Mapping[str, Callable[[Interpreter, Node], None]]
"""Effects of statements by the name of PostgreSQL's node."""
