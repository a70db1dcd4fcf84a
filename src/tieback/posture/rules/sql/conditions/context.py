"""What a condition is evaluated with: the requester, rows, names in scope and rights."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from tieback.posture.rules.sql.conditions.candidates import Constants, candidates
from tieback.posture.rules.sql.conditions.values import OWN_EMAIL, OWN_ID, UNKNOWN
from tieback.posture.rules.sql.parse import Node
from tieback.posture.rules.sql.schema import Column, Name, Relation


class UnsupportedError(Exception):
    """A construct that is not evaluated."""


class RefusedQueryError(Exception):
    """PostgreSQL refuses the whole request: a privilege is missing, or policies refer to each other without end."""


@dataclass(frozen=True, slots=True)
class Session:
    """A requester: the role of its requests and the claims of its token."""

    role: str
    claims: dict[str, Any]

    @property
    def signed_in(self) -> bool:
        """True if it has a user ID."""
        return "sub" in self.claims


UNKNOWN_CLAIMS = dict.fromkeys(("iss", "iat", "exp", "amr", "session_id"), UNKNOWN)
"""Claims of a user's token that only the project knows."""


def new_user(role: str = "authenticated", metadata: dict[str, Any] | None = None, *, aal: str = "aal1") -> Session:
    """A session of somebody who signed up today; ``aal2`` after it enrolled a second factor."""
    claims = {
        "sub": OWN_ID, "email": OWN_EMAIL, "role": role, "aud": "authenticated", "phone": "", "aal": aal,
        "is_anonymous": False, "app_metadata": {"provider": "email", "providers": ["email"]},
        "user_metadata": {} if metadata is None else metadata,
    }  # fmt: skip
    return Session(role, claims)


class Choices:
    """Decisions of one combination; ``advance`` goes to the next one."""

    def __init__(self) -> None:
        self._path: list[list[int]] = []
        self._at = 0

    def pick(self, options: Sequence[Any]) -> Any:
        """The option of this combination."""
        if not options:
            return UNKNOWN
        if self._at == len(self._path):
            self._path.append([0, len(options)])
        place = self._path[self._at][0]
        if place >= len(options):
            raise UnsupportedError  # a limit ended an earlier combination, and this one has other options
        self._at += 1
        return options[place]

    def advance(self) -> bool:
        """Go to the next combination; False after the last one."""
        self._at = 0
        while self._path and self._path[-1][0] + 1 >= self._path[-1][1]:
            self._path.pop()
        if not self._path:
            return False
        self._path[-1][0] += 1
        return True


class Row(Protocol):
    """A row of a query: the values of its columns."""

    def has(self, name: str) -> bool:
        """True if it has this column, or may have it."""
        ...

    def get(self, name: str) -> Any:
        """The value of a column."""
        ...


class BaseRow:
    """A row of a table. Its columns get their values when they are read."""

    def __init__(self, relation: Relation, constants: Constants, choices: Choices) -> None:
        self.relation = relation
        self.kind = "stored"
        """``stored`` (of others), ``chosen`` (the requester sets it) or ``fixed`` (created at sign-up)."""
        self.values: dict[str, Any] = {}
        self.before: dict[str, Any] = {}
        """Values before the requester changed them, of a row that was created at sign-up."""
        self._constants = constants
        self._choices = choices
        self.settable: frozenset[str] | None = None
        """Columns that the requester can set; ``None`` for all."""

    def has(self, name: str) -> bool:
        """True if it has this column, or its columns are not known."""
        return name in self.relation.columns or (not self.relation.columns and name != self.relation.name[1])

    def get(self, name: str) -> Any:
        """The value of a column, or of a member of it (``column->key``)."""
        if name not in self.values:
            whole, *keys = name.split("\0")
            known = self.values.get(whole, UNKNOWN)
            if keys and (known is None or isinstance(known, dict)):
                return _member(known, keys)
            column = self.relation.columns.get(whole, Column(name, ""))
            key = (self.relation.name, name, self.kind == "chosen")
            options = self._constants.known.get(key)
            if options is None:
                options = candidates(column, name, self._constants, own=self.kind == "chosen")
                self._constants.known[key] = options
            self.values[name] = self._choices.pick(options)
        return self.values[name]


def _member(value: Any, keys: Sequence[str]) -> Any:
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value


class QueryRow:
    """A row of a view or of a query in ``FROM``."""

    def __init__(self, columns: dict[str, Callable[[], Any]], inner: "Scope", star: bool) -> None:
        self._columns = columns
        self._inner = inner
        self._star = star

    def has(self, name: str) -> bool:
        """True if the query selects this column."""
        return name in self._columns or (self._star and any(row.has(name) for row in self._inner.rows.values()))

    def get(self, name: str) -> Any:
        """The value of a column."""
        plain_name, _, rest = name.partition("\0")
        if plain_name in self._columns:
            return UNKNOWN if rest else self._columns[plain_name]()
        for row in self._inner.rows.values():
            if row.has(plain_name):
                return row.get(name)
        return UNKNOWN


@dataclass(slots=True)
class Scope:
    """What names mean in an expression."""

    rows: dict[str, Row] = field(default_factory=dict)
    parent: "Scope | None" = None
    parameters: dict[str, Any] = field(default_factory=dict)
    queries: dict[str, Node] = field(default_factory=dict)
    """Queries of ``WITH``."""


@dataclass(frozen=True, slots=True)
class Context:
    """Rights of an expression."""

    role: str
    """The role whose privileges apply: the requester's, or the owner's of a view or function."""
    choices: Choices
    active: tuple[Name, ...] = ()
    """Tables whose policies are being evaluated."""
    obtaining: frozenset[Name] = frozenset()
    depth: int = 0
    negated: bool = False
    """True inside an odd number of ``NOT``."""
    optional: bool = False
    """True inside ``OR`` and ``CASE``: PostgreSQL may not evaluate it."""
