"""Dispatch of expressions by kind, within limits; and the rows that the requester writes before its request.

Each column that an expression reads gets candidates: the constants it is compared with, other values, null. All
combinations are evaluated, so conditions that use a column twice are exact. Source of the semantics:
https://www.postgresql.org/docs/current/sql-expressions.html.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from tieback.posture.rules.sql.conditions.candidates import Constants
from tieback.posture.rules.sql.conditions.context import Choices, Context, Row, Scope, Session, UnsupportedError
from tieback.posture.rules.sql.conditions.values import FALSE, UNKNOWN, Truth
from tieback.posture.rules.sql.parse import Node, kind_of
from tieback.posture.rules.sql.schema import Database, Name, Relation

MAX_WORK = 8_000
"""Most expressions that are evaluated for one answer."""
MAX_DEPTH = 40


MAX_LEVELS = 150
"""Deepest nesting of expressions, with those of functions and policies."""
MAX_WORLDS = 24
"""Most combinations of rows that the requester writes before its request."""


type SelfMade = Callable[[Relation, str, Row, Context], Truth]
"""Whether the requester may insert or update this row."""


class _Need(NamedTuple):
    """What one query was decided to return."""

    text: str
    tables: frozenset[Name]
    columns: frozenset[str]
    writes: bool
    value: str


def _conflict(one: _Need, other: _Need) -> bool:
    if not one.tables & other.tables:
        return False
    if one.writes is not other.writes:
        # Each row that one query needs can be a row that the other forbids.
        needs, forbids = (one, other) if one.writes else (other, one)
        return forbids.columns <= needs.columns
    # One query needs a value that the condition of the other does not name.
    valued, tested = (one, other) if one.value else (other, one)
    different = bool(valued.value) and not tested.value and repr(valued.value) not in tested.text
    return one.writes and one.columns == other.columns and different


class Evaluator:
    """Evaluates expressions.

    Args:
        database: the schema.
        session: the requester.
        kinds: the evaluation of each kind of expression, by the name of PostgreSQL's node.
        constants: those of all expressions that are evaluated.
    """

    def __init__(self, database: Database, session: Session, kinds: "Kinds", constants: Constants) -> None:
        self.db = database
        self._kinds = kinds
        self.session = session
        self.work = 0
        self.constants = constants
        self.self_made: SelfMade | None = None
        self.world: Choices | None = None
        self.level = 0
        self.plans: dict[Any, Node] = {}
        self.texts: dict[int, tuple[Node, str]] = {}
        self.check_columns: dict[int, frozenset[str]] = {}
        self.decided: dict[Any, Any] = {}
        self.obtained: dict[Any, _Need] = {}
        """For each query in this round: tables and columns, and whether the requester writes its row first."""
        self.sign_up_rows: Callable[[Relation], list[dict[str, Any]] | None] = lambda _: []
        """Rows of a table that a trigger creates for a new user; ``None`` if that is not known."""

    def best(self, evaluate: Callable[[], Truth]) -> Truth:
        """The truth if the requester first writes the rows that help it most, of those that it may write."""
        world, found = Choices(), FALSE
        self.world = world
        try:
            for _ in range(MAX_WORLDS):
                self.decided = {}
                self.obtained = {}
                one = evaluate()
                if one.always or (one.holds and not found.holds):
                    found = one
                if one.always:
                    break
                unknown = "" in (found.concrete, one.concrete)
                concrete = found.concrete if found.holds else "T" if one.holds else "" if unknown else found.concrete
                found = Truth(found.possible | one.possible, concrete)
                if not world.advance():
                    break
            else:
                # Other rows were not tried, so a denial would not be certain.
                found = Truth(found.possible | {"T"}, found.concrete if found.holds else "")
        finally:
            self.world = None
        return found

    def same_text(self, query: Node) -> str:
        """The same text for queries that are the same but for their position."""
        if id(query) not in self.texts:
            text = re.sub(r"'location': \d+", "", repr(query))
            self.texts[id(query)] = (query, text)
        return self.texts[id(query)][1]

    def decide(self, key: Any, options: Sequence[Any]) -> Any:
        """What the requester decided in this round; ``None`` outside of a round."""
        if self.world is None:
            return None
        if key not in self.decided:
            self.decided[key] = self.world.pick(options)
        return self.decided[key]

    def contradicts(
        self, key: Any, tables: frozenset[Name], columns: frozenset[str], *, writes: bool, value: str = ""
    ) -> bool:
        """True if two queries may need different rows where only one can be, or one needs what another forbids.

        Args:
            key: the query, by its text, and the row around it.
            tables: the tables that it reads.
            columns: the columns that it names.
            writes: True if it needs a row.
            value: the value that it needs to return.
        """
        need = _Need(key[0], tables, columns, writes, value)
        self.obtained[key] = need
        return any(other.text != need.text and _conflict(need, other) for other in self.obtained.values())

    def bypasses(self, relation: Relation, role: str) -> bool:
        """True if row level security does not apply to this role."""
        found = self.db.roles.get(role)
        if relation.secured is None or (found is not None and (found.superuser or found.bypasses)):
            return True
        return relation.owner in self.db.member_roles(role) and not relation.forced

    def value(self, node: Any, scope: Scope, context: Context) -> Any:
        """The value of an expression: plain, ``Truth``, ``UNKNOWN``, or several alternatives."""
        self.work += 1
        if self.work > MAX_WORK or context.depth > MAX_DEPTH or self.level > MAX_LEVELS:
            return UNKNOWN
        kind, fields = kind_of(node)
        action = self._kinds.get(kind)
        if action is None:
            return UNKNOWN
        self.level += 1
        try:
            return action(self, fields, scope, context)
        except UnsupportedError:
            return UNKNOWN
        finally:
            self.level -= 1


type Kinds = Mapping[str, Callable[[Evaluator, Node, Scope, Context], Any]]
