"""State of a PostgreSQL database as far as access depends on it: objects, privileges, policies and roles.

Sources: https://www.postgresql.org/docs/current/ddl-priv.html, https://www.postgresql.org/docs/current/ddl-rowsecurity.html
and https://www.postgresql.org/docs/current/sql-alterdefaultprivileges.html.
"""

from copy import deepcopy
from dataclasses import dataclass, field, replace

from tieback.posture.rules.sql.parse import Node

PUBLIC = "public"
"""The pseudo-role of everyone. A role cannot have this name."""
FILES = ("storage", "objects")
"""The table of the files of Supabase's Storage."""
TABLE_PRIVILEGES = ("select", "insert", "update", "delete", "truncate", "references", "trigger", "maintain")
ALL_PRIVILEGES = {
    "table": TABLE_PRIVILEGES,
    "function": ("execute",),
    "schema": ("usage", "create"),
    "sequence": ("select", "update", "usage"),
}
OWNER = "postgres"
"""The role that runs migrations. At Supabase it bypasses row level security."""

type Name = tuple[str, str]
"""Schema and name."""


@dataclass(frozen=True, slots=True)
class Origin:
    """The statement that decides."""

    line: int = 0
    text: str = ""


type Grants = dict[tuple[str, str], Origin]
"""Origin of each privilege, by role and privilege."""


@dataclass(slots=True)
class Role:
    """A role; ``member_of`` are the roles whose privileges it inherits."""

    name: str
    bypasses: bool = False
    superuser: bool = False
    member_of: set[str] = field(default_factory=set)


@dataclass(slots=True)
class Column:
    """A column of a table."""

    name: str
    type: str
    array: bool = False
    not_null: bool = False
    default: Node | None = None
    generated: bool = False
    """True if a request cannot set its value."""
    values: tuple[str, ...] = ()
    """Labels of its enum type."""


@dataclass(slots=True)
class Policy:
    """A policy of row level security."""

    name: str
    permissive: bool
    command: str
    """``all``, ``select``, ``insert``, ``update`` or ``delete``."""
    roles: tuple[str, ...]
    using: Node | None
    check: Node | None
    origin: Origin


@dataclass(slots=True)
class Trigger:
    """A trigger before or after a change of a row."""

    name: str
    function: Name
    before: bool
    events: frozenset[str]


@dataclass(slots=True)
class Relation:
    """A table, a view or a materialised view."""

    name: Name
    kind: str
    """``table``, ``view`` or ``matview``."""
    origin: Origin
    owner: str = OWNER
    columns: dict[str, Column] = field(default_factory=dict)
    grants: Grants = field(default_factory=dict)
    column_grants: dict[tuple[str, str], dict[str, Origin]] = field(default_factory=dict)
    """By role and privilege: the columns."""
    secured: Origin | None = None
    """The statement that enables row level security."""
    forced: bool = False
    policies: dict[str, Policy] = field(default_factory=dict)
    checks: dict[str, Node] = field(default_factory=dict)
    """``CHECK`` constraints by name."""
    keys: dict[str, frozenset[str]] = field(default_factory=dict)
    """Columns of the primary key and of each unique constraint, by name."""
    references: dict[str, tuple[Name, str]] = field(default_factory=dict)
    """By column: the table and column that its foreign key refers to; only those of one column."""
    triggers: list[Trigger] = field(default_factory=list)
    query: Node | None = None
    invoker: bool = False
    """True if a view reads with the privileges of the requester."""
    checked: bool = False
    """True if a view has ``WITH CHECK OPTION``."""
    read_only: bool = False
    """True for a view with a rule or a trigger instead of writing, and for a foreign table."""
    parents: list[Name] = field(default_factory=list)
    foreign: bool = False
    partitioned: bool = False

    @property
    def label(self) -> str:
        """``schema.name``."""
        return f"{self.name[0]}.{self.name[1]}"


@dataclass(slots=True)
class Function:
    """A function or procedure."""

    name: Name
    arguments: tuple[str, ...]
    """Types of the input arguments."""
    parameters: tuple[str, ...]
    """Names of the input arguments; empty if unnamed."""
    defaults: int
    language: str
    body: str
    expression: Node | None
    """Body in standard SQL (``RETURN …`` or ``BEGIN ATOMIC``)."""
    definer: bool
    strict: bool
    returns: str
    returns_set: bool
    search_path: tuple[str, ...] | None
    origin: Origin
    owner: str = OWNER
    grants: Grants = field(default_factory=dict)
    procedure: bool = False
    default_values: tuple[Node | None, ...] = ()
    """Defaults of the input arguments."""

    @property
    def label(self) -> str:
        """``schema.name(types)``."""
        return f"{self.name[0]}.{self.name[1]}({', '.join(self.arguments)})"


@dataclass(slots=True)
class Namespace:
    """A schema."""

    name: str
    owner: str = OWNER
    grants: Grants = field(default_factory=dict)


@dataclass(slots=True)
class Bucket:
    """A bucket of Supabase Storage."""

    name: str
    public: bool | None
    """``None`` if an expression decides."""
    origin: Origin


@dataclass(slots=True)
class Problem:
    """A statement that could not be evaluated."""

    line: int
    what: str
    text: str
    matters: bool
    """True if it can change who may do what."""


@dataclass(slots=True)
class DefaultGrant:
    """An ``ALTER DEFAULT PRIVILEGES``."""

    owner: str
    schema: str
    """Empty for all schemas."""
    kind: str
    role: str
    privilege: str
    granted: bool
    origin: Origin


class Database:
    """All objects in their state after all statements."""

    def __init__(self) -> None:
        self.roles: dict[str, Role] = {}
        self.schemas: dict[str, Namespace] = {}
        self.relations: dict[Name, Relation] = {}
        self.functions: dict[Name, list[Function]] = {}
        self.enums: dict[Name, tuple[str, ...]] = {}
        self.domains: dict[Name, Column] = {}
        self.composites: set[Name] = set()
        self.default_grants: list[DefaultGrant] = []
        self.buckets: dict[str, Bucket] = {}
        self.published: set[Name] = set()
        self.published_all = False
        self.extensions: set[str] = set()
        self.problems: list[Problem] = []
        self.search_path: tuple[str, ...] = ("public",)
        self.current: str = OWNER
        """The role that executes statements."""

    def copy(self) -> "Database":
        """Another database in the same state. Syntax trees are shared: only those of policies and views are changed."""
        new = Database()
        new.roles = {name: replace(one, member_of=set(one.member_of)) for name, one in self.roles.items()}
        new.schemas = {name: replace(one, grants=dict(one.grants)) for name, one in self.schemas.items()}
        new.relations = {name: _copy(one) for name, one in self.relations.items()}
        new.functions = {
            name: [replace(one, grants=dict(one.grants)) for one in each] for name, each in self.functions.items()
        }
        new.enums, new.domains, new.composites = dict(self.enums), dict(self.domains), set(self.composites)
        new.default_grants = list(self.default_grants)
        new.buckets = {name: replace(one) for name, one in self.buckets.items()}
        new.published, new.published_all = set(self.published), self.published_all
        new.extensions, new.problems = set(self.extensions), list(self.problems)
        new.search_path, new.current = self.search_path, self.current
        return new

    def relation(self, schema: str, name: str) -> Relation | None:
        """The relation of a name in a statement."""
        if schema:
            return self.relations.get((schema, name))
        for one in (*self.search_path, "public"):
            found = self.relations.get((one, name))
            if found is not None:
                return found
        return None

    def new_name(self, schema: str, name: str) -> Name:
        """The name of a new object."""
        if schema:
            return (schema, name)
        return (next((one for one in self.search_path if one in self.schemas), "public"), name)

    def functions_named(self, schema: str, name: str) -> list[Function]:
        """All functions of a name in a statement."""
        if schema:
            return self.functions.get((schema, name), [])
        for one in (*self.search_path, "public"):
            found = self.functions.get((one, name))
            if found:
                return found
        return []

    def member_roles(self, role: str) -> frozenset[str]:
        """The role, the roles whose privileges it inherits, and ``PUBLIC``."""
        found, stack = {role}, [role]
        while stack:
            one = self.roles.get(stack.pop())
            for parent in one.member_of if one is not None else ():
                if parent not in found:
                    found.add(parent)
                    stack.append(parent)
        return frozenset({*found, PUBLIC})

    def is_superuser(self, role: str) -> bool:
        """True if no privilege is checked."""
        found = self.roles.get(role)
        return found is not None and found.superuser

    def default_grants_for(self, owner: str, schema: str, kind: str) -> Grants:
        """Privileges of a new object, without those of its owner."""
        world: dict[tuple[str, str], Origin] = {(PUBLIC, "execute"): Origin()} if kind == "function" else {}
        for one in self.default_grants:
            if one.owner == owner and one.kind == kind and not one.schema:
                _change(world, one)
        local: dict[tuple[str, str], Origin] = {}
        for one in self.default_grants:
            if one.owner == owner and one.kind == kind and one.schema == schema:
                _change(local, one)
        return {**world, **local}

    def granted(self, roles: frozenset[str], grants: Grants, privilege: str, owner: str) -> Origin | None:
        """The grant of a privilege to one of the roles; ``None`` if there is none."""
        if owner in roles:
            return Origin()
        for role in sorted(roles, key=lambda one: one == PUBLIC):
            if self.is_superuser(role):
                return Origin()
            found = grants.get((role, privilege))
            if found is not None:
                return found
        return None

    def may_use(self, role: str, schema: str) -> bool:
        """True if the role has ``USAGE`` on a schema. A schema that is not known here counts as usable."""
        found = self.schemas.get(schema)
        if found is None:
            return True
        return self.granted(self.member_roles(role), found.grants, "usage", found.owner) is not None


def _copy(relation: Relation) -> Relation:
    return replace(
        relation,
        columns={name: replace(one) for name, one in relation.columns.items()},
        grants=dict(relation.grants),
        column_grants={key: dict(one) for key, one in relation.column_grants.items()},
        policies={name: deepcopy(one) for name, one in relation.policies.items()},
        checks=dict(relation.checks),
        keys=dict(relation.keys),
        triggers=list(relation.triggers),
        query=deepcopy(relation.query),
        parents=list(relation.parents),
    )


def _change(grants: Grants, change: DefaultGrant) -> None:
    if change.granted:
        grants[change.role, change.privilege] = change.origin
    else:
        grants.pop((change.role, change.privilege), None)
