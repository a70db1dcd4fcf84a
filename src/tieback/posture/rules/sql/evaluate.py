"""Expressions of policies, views and functions, evaluated for one session and candidate rows.

Each column that an expression reads gets candidates: the constants it is compared with, other values, null. All
combinations are evaluated, so conditions that use a column twice are exact. Source of the semantics:
https://www.postgresql.org/docs/current/sql-expressions.html and, for the functions of ``auth`` and ``storage``,
https://supabase.com/docs/guides/database/postgres/row-level-security.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from tieback.posture.rules.sql import names, parse
from tieback.posture.rules.sql.candidates import Constants, candidates
from tieback.posture.rules.sql.parse import Node, kind_of, string, strings
from tieback.posture.rules.sql.schema import PUBLIC, Column, Database, Function, Name, Policy, Relation
from tieback.posture.rules.sql.values import (
    CHOICE,
    EITHER,
    FALSE,
    FREE,
    MAYBE,
    NOW,
    NULL,
    OWN_EMAIL,
    OWN_ID,
    TRUE,
    UNKNOWN,
    Approximate,
    OneOf,
    Truth,
    apply,
    both,
    cast,
    compare,
    either,
    like,
    negate,
    plain,
    truth,
)

MAX_LEAVES = 3_000
"""Most combinations of values of one condition."""
MAX_WORK = 8_000
"""Most expressions that are evaluated for one answer."""
MAX_DEPTH = 40
MAX_LEVELS = 150
"""Deepest nesting of expressions, with those of functions and policies."""
MAX_WORLDS = 24
"""Most combinations of rows that the requester writes before its request."""
MAX_BASES = 5
"""Most tables of one query."""


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
            column = self.relation.columns.get(name.split("\0", 1)[0], Column(name, ""))
            key = (self.relation.name, name, self.kind == "chosen")
            options = self._constants.known.get(key)
            if options is None:
                options = candidates(column, name, self._constants, own=self.kind == "chosen")
                self._constants.known[key] = options
            self.values[name] = self._choices.pick(options)
        return self.values[name]


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


type SelfMade = Callable[[Relation, str, Row, Context], Truth]
"""Whether the requester may insert or update this row."""

_AGGREGATES = {
    "count", "sum", "avg", "min", "max", "array_agg", "string_agg", "bool_or", "bool_and", "every", "json_agg",
    "jsonb_agg", "json_object_agg", "jsonb_object_agg",
}  # fmt: skip


_NOTHING = object()


class Evaluator:
    """Evaluates expressions.

    Args:
        database: the schema.
        session: the requester.
    """

    def __init__(self, database: Database, session: Session) -> None:
        self.db = database
        self.session = session
        self.work = 0
        self.constants = Constants()
        self.self_made: SelfMade | None = None
        self._world: Choices | None = None
        self._level = 0
        self._plans: dict[Any, Node] = {}
        self._texts: dict[int, tuple[Node, str]] = {}
        self._columns: dict[int, frozenset[str]] = {}
        self._decided: dict[Any, Any] = {}
        self.sign_up_rows: Callable[[Relation], list[dict[str, Any]] | None] = lambda _: []
        """Rows of a table that a trigger creates for a new user; ``None`` if that is not known."""

    def best(self, evaluate: Callable[[], Truth]) -> Truth:
        """The truth if the requester first writes the rows that help it most, of those that it may write."""
        world, found = Choices(), FALSE
        self._world = world
        try:
            for _ in range(MAX_WORLDS):
                self._decided = {}
                one = evaluate()
                if one.always or (one.holds and not found.holds):
                    found = one
                if one.always:
                    break
                found = Truth(found.possible | one.possible, found.concrete if found.holds or not one.holds else "T")
                if not world.advance():
                    break
        finally:
            self._world = None
        return found

    def _same(self, query: Node) -> str:
        """The same text for queries that are the same but for their position."""
        if id(query) not in self._texts:
            text = re.sub(r"'location': \d+", "", repr(query))
            self._texts[id(query)] = (query, text)
        return self._texts[id(query)][1]

    def _decide(self, key: Any, options: Sequence[Any]) -> Any:
        """What the requester decided in this round; ``None`` outside of a round."""
        if self._world is None:
            return None
        if key not in self._decided:
            self._decided[key] = self._world.pick(options)
        return self._decided[key]

    # Policies

    def bypasses(self, relation: Relation, role: str) -> bool:
        """True if row level security does not apply to this role."""
        found = self.db.roles.get(role)
        if relation.secured is None or (found is not None and (found.superuser or found.bypasses)):
            return True
        return relation.owner in self.db.member_roles(role) and not relation.forced

    def policies(self, relation: Relation, role: str, command: str) -> list[Policy]:
        """The policies of a command that apply to a role."""
        roles = self.db.member_roles(role)
        return [
            one
            for one in relation.policies.values()
            if one.command in {"all", command} and any(each == PUBLIC or each in roles for each in one.roles)
        ]

    def passes(self, relation: Relation, command: str, row: Row, context: Context, *, check: bool = False) -> Truth:
        """Whether row level security lets a command use a row.

        Args:
            relation: the table.
            command: ``select``, ``insert``, ``update`` or ``delete``.
            row: the existing row, or with ``check`` the new one.
            context: the rights.
            check: True for the condition of new rows.
        """
        if self.bypasses(relation, context.role):
            return TRUE
        tree = self._plan(relation, command, context, check=check)
        inner = replace(context, active=(*context.active, relation.name), depth=context.depth + 1)
        scope = Scope({relation.name[1]: row})
        return truth(self.value(tree, scope, inner))

    def _plan(self, relation: Relation, command: str, context: Context, *, check: bool) -> Node:
        """The condition of a command, computed once."""
        key = (relation.name, command, context.role, context.active, check)
        found = self._plans.get(key)
        if found is None:
            applying = self.policies(relation, context.role, command)
            self.detect_recursion(relation, applying, context.role, context.active, check=check)
            found = combined(applying, check=check)
            self._plans[key] = found
        return found

    def detect_recursion(
        self,
        relation: Relation,
        applying: Sequence[Policy],
        role: str,
        active: tuple[Name, ...],
        *,
        check: bool = False,
    ) -> None:
        """Raise ``RefusedQueryError`` if policies refer to each other without end, as PostgreSQL's rewriter does."""
        used = [one for one in applying if condition_of(one, check=check) is not None]
        if not any(_has_query(one.using) or _has_query(one.check) for one in used):
            return
        if relation.name in active:
            raise RefusedQueryError(f"infinite recursion in the policies of {relation.label}")
        if len(active) > MAX_DEPTH:
            raise UnsupportedError
        for other in [table for one in used for table in self._queried(condition_of(one, check=check))]:
            if other.kind == "table" and not self.bypasses(other, role):
                self.detect_recursion(other, self.policies(other, role, "select"), role, (*active, relation.name))

    def _queried(self, tree: Node | None) -> Iterator[Relation]:
        """The tables that sub-queries of an expression read."""
        for kind, fields in parse.walk(tree):
            if kind == "RangeVar":
                found = self.db.relation(*names.range_name(fields))
                if found is not None:
                    yield found

    def require_privileges(self, trees: Sequence[Any], role: str) -> None:
        """Raise ``RefusedQueryError`` if a table that an expression reads has no privilege for the role."""
        for tree in trees:
            for relation in self._queried(tree):
                self.require_select(relation, role, tree)
            for kind, fields in parse.walk(tree):
                if kind == "FuncCall":
                    self.require_execute(fields, role)

    def require_execute(self, fields: Node, role: str) -> None:
        """Raise ``RefusedQueryError`` if the role may not call a function: PostgreSQL checks it before it begins."""
        called = self._called(fields)
        roles = self.db.member_roles(role)
        if called is not None and self.db.granted(roles, called.grants, "execute", called.owner) is None:
            raise RefusedQueryError(f"a policy calls {called.label}, without a privilege of {role}")

    def require_select(self, relation: Relation, role: str, tree: Any) -> None:
        """Raise ``RefusedQueryError`` if the role may not read the columns of a relation that an expression names."""
        roles = self.db.member_roles(role)
        if self.db.granted(roles, relation.grants, "select", relation.owner) is not None:
            return
        readable = {name for each in roles for name in relation.column_grants.get((each, "select"), {})}
        used = _columns_of(tree)
        needed = set(relation.columns) if "*" in used else used & relation.columns.keys()
        if readable and needed <= readable:
            return
        raise RefusedQueryError(f"a policy reads {relation.label}, without a privilege of {role}")

    # Expressions

    def value(self, node: Any, scope: Scope, context: Context) -> Any:
        """The value of an expression: plain, ``Truth``, ``UNKNOWN``, or several alternatives."""
        self.work += 1
        if self.work > MAX_WORK or context.depth > MAX_DEPTH or self._level > MAX_LEVELS:
            return UNKNOWN
        kind, fields = kind_of(node)
        action = getattr(self, f"_{kind}", None)
        if action is None:
            return UNKNOWN
        self._level += 1
        try:
            return action(fields, scope, context)
        except UnsupportedError:
            return UNKNOWN
        finally:
            self._level -= 1

    def _A_Const(self, fields: Node, scope: Scope, context: Context) -> Any:
        del scope, context
        return names.constant({"A_Const": fields})

    def _TypeCast(self, fields: Node, scope: Scope, context: Context) -> Any:
        kind = names.type_name(fields["typeName"])
        value = self.value(fields["arg"], scope, context)
        if kind == "boolean" and isinstance(value, Truth):
            return value
        return apply(lambda one: cast(one, kind), value)

    def _CollateClause(self, fields: Node, scope: Scope, context: Context) -> Any:
        return self.value(fields["arg"], scope, context)

    def _BoolExpr(self, fields: Node, scope: Scope, context: Context) -> Truth:
        operator = fields["boolop"]
        if operator == "NOT_EXPR":
            inverse = replace(context, negated=not context.negated)
            return negate(truth(self.value(fields["args"][0], scope, inverse)))
        found = TRUE if operator == "AND_EXPR" else FALSE
        if operator == "OR_EXPR":
            context = replace(context, optional=True)
        for one in fields["args"]:
            other = truth(self.value(one, scope, context))
            found = both(found, other) if operator == "AND_EXPR" else either(found, other)
            if (operator == "AND_EXPR" and found.possible == FALSE.possible) or (
                operator == "OR_EXPR" and found.possible == TRUE.possible
            ):
                return found
        return found

    def _NullTest(self, fields: Node, scope: Scope, context: Context) -> Any:
        value = self.value(fields["arg"], scope, context)
        found = truth(apply(lambda one: truth(one is None), value))
        if value is UNKNOWN:
            found = EITHER
        return found if fields["nulltesttype"] == "IS_NULL" else negate(found)

    def _BooleanTest(self, fields: Node, scope: Scope, context: Context) -> Any:
        value = truth(self.value(fields["arg"], scope, context))
        kind = fields["booltesttype"]
        wanted = {"TRUE": "T", "FALSE": "F", "UNKNOWN": "N"}[kind.rpartition("_")[2]]
        possible = frozenset("T" if one == wanted else "F" for one in value.possible)
        concrete = value.concrete
        if concrete == "C":
            concrete = "C" if wanted in "TF" else "F"
        elif concrete:
            concrete = "T" if concrete == wanted else "F"
        found = Truth(possible, concrete)
        return negate(found) if "NOT" in kind else found

    def _A_Expr(self, fields: Node, scope: Scope, context: Context) -> Any:
        kind, operator = fields["kind"], string(fields["name"][-1])
        if kind in {"AEXPR_IN", "AEXPR_OP_ANY", "AEXPR_OP_ALL"}:
            return self._membership(kind, operator, fields, scope, context)
        if kind in {"AEXPR_BETWEEN", "AEXPR_NOT_BETWEEN"}:
            value = self.value(fields["lexpr"], scope, context)
            low, high = (self.value(one, scope, context) for one in kind_of(fields["rexpr"])[1]["items"])
            found = both(self._compared(">=", value, low), self._compared("<=", value, high))
            return found if kind == "AEXPR_BETWEEN" else negate(found)
        if kind == "AEXPR_OP" and "lexpr" not in fields:
            value = self.value(fields["rexpr"], scope, context)
            return apply(lambda one: -one if isinstance(one, int | float) else UNKNOWN, value)
        if operator in {"->", "->>"}:
            member = self._member(operator, fields, scope, context)
            if member is not None:
                return member[0]
        left = self.value(fields["lexpr"], scope, context)
        right = self.value(fields["rexpr"], scope, context)
        match kind:
            case "AEXPR_DISTINCT" | "AEXPR_NOT_DISTINCT":
                found = truth(apply(_distinct, left, right))
                return found if kind == "AEXPR_DISTINCT" else negate(found)
            case "AEXPR_NULLIF":
                return apply(lambda one, other: None if compare("=", one, other) == TRUE else one, left, right)
            case "AEXPR_LIKE" | "AEXPR_ILIKE":
                negative, fold = operator.startswith("!"), kind == "AEXPR_ILIKE"
                found = truth(apply(lambda one, other: like(one, other, fold=fold, negative=negative), left, right))
                return _approximated(found) if _reads_columns(fields) else found
            case "AEXPR_OP" if operator in _COMPARISONS:
                return self._compared(operator, left, right)
            case "AEXPR_OP":
                result = self._operator(operator, left, right)
                return _approximated(result) if _reads_columns(fields) else result
        return UNKNOWN

    @staticmethod
    def _compared(operator: str, left: Any, right: Any) -> Truth:
        if plain(left) is None or plain(right) is None:
            return NULL
        if plain(left) is FREE or plain(right) is FREE:
            return MAYBE if UNKNOWN in (plain(left), plain(right)) else CHOICE
        return truth(apply(lambda one, other: compare(operator, one, other), left, right))

    @staticmethod
    def _operator(operator: str, left: Any, right: Any) -> Any:
        if plain(left) is None or plain(right) is None:
            return None
        return apply(lambda one, other: _operation(operator, one, other), left, right)

    def _membership(self, kind: str, operator: str, fields: Node, scope: Scope, context: Context) -> Truth:
        left = self.value(fields["lexpr"], scope, context)
        name, inner = kind_of(fields["rexpr"])
        if name == "List":
            values = [self.value(one, scope, context) for one in inner.get("items", [])]
        elif name == "A_ArrayExpr":
            values = [self.value(one, scope, context) for one in inner.get("elements", [])]
        else:
            array = self.value(fields["rexpr"], scope, context)
            if plain(array) is None:
                return NULL
            return truth(apply(lambda one, many: _any_of(kind, operator, one, many), left, array))
        found = FALSE
        positive = kind == "AEXPR_OP_ANY" or (kind == "AEXPR_IN" and operator == "=")
        if kind == "AEXPR_OP_ALL" and operator == "=":
            found = TRUE
            for one in values:
                found = both(found, self._compared("=", left, one))
            return found
        if kind == "AEXPR_OP_ANY" and operator != "=":
            return MAYBE
        for one in values:
            found = either(found, self._compared("=", left, one))
        return found if positive else negate(found)

    def _member(self, operator: str, fields: Node, scope: Scope, context: Context) -> tuple[Any] | None:
        """``column -> 'key'`` as a column of its own; ``None`` for members of other values."""
        keys: list[str] = []
        node: Any = {"A_Expr": fields}
        while True:
            kind, one = kind_of(node)
            if kind == "TypeCast":
                node = one["arg"]
                continue
            if kind != "A_Expr" or string(one["name"][-1]) not in {"->", "->>"}:
                break
            try:
                keys.append(str(names.constant(one["rexpr"])))
            except ValueError:
                return None
            node = one["lexpr"]
        if kind_of(node)[0] != "ColumnRef":
            return None
        row, column = self._resolve(strings(kind_of(node)[1]["fields"]), scope)
        if row is None:
            return None
        del context
        return (row.get("\0".join([column, *reversed(keys)])),) if operator == "->>" else (UNKNOWN,)

    def _ColumnRef(self, fields: Node, scope: Scope, context: Context) -> Any:
        del context
        if any("A_Star" in one for one in fields["fields"]):
            return UNKNOWN
        parts = strings(fields["fields"])
        row, column = self._resolve(parts, scope)
        if row is not None:
            return row.get(column)
        current: Scope | None = scope
        while current is not None:
            if parts[-1] in current.parameters:
                return current.parameters[parts[-1]]
            current = current.parent
        return UNKNOWN

    @staticmethod
    def _resolve(parts: list[str], scope: Scope) -> tuple[Row | None, str]:
        current: Scope | None = scope
        while current is not None:
            if len(parts) == 1:
                for row in current.rows.values():
                    if row.has(parts[0]):
                        return row, parts[0]
                if parts[0] in current.parameters:
                    return None, parts[0]
            elif parts[-2] in current.rows:
                return current.rows[parts[-2]], parts[-1]
            current = current.parent
        return None, parts[-1]

    def _ParamRef(self, fields: Node, scope: Scope, context: Context) -> Any:
        del context
        current: Scope | None = scope
        while current is not None:
            if f"${fields.get('number', 0)}" in current.parameters:
                return current.parameters[f"${fields.get('number', 0)}"]
            current = current.parent
        return UNKNOWN

    def _A_ArrayExpr(self, fields: Node, scope: Scope, context: Context) -> Any:
        values = [self.value(one, scope, context) for one in fields.get("elements", [])]
        return apply(lambda *each: list(each), *values) if values else []

    def _A_Indirection(self, fields: Node, scope: Scope, context: Context) -> Any:
        value = self.value(fields["arg"], scope, context)
        for one in fields["indirection"]:
            kind, index = kind_of(one)
            if kind != "A_Indices" or index.get("is_slice"):
                return UNKNOWN
            at = self.value(index["uidx"], scope, context)
            value = apply(_element, value, at)
        return value

    def _CoalesceExpr(self, fields: Node, scope: Scope, context: Context) -> Any:
        context = replace(context, optional=True)
        values = [self.value(one, scope, context) for one in fields["args"]]
        for value in values:
            if plain(value) is None:
                continue
            if isinstance(value, Truth) and "N" not in value.possible:
                return value
            if isinstance(value, Truth):
                others = truth(self._coalesced(values[values.index(value) + 1 :]))
                possible = (value.possible - {"N"}) | others.possible
                concrete = others.concrete if value.concrete == "N" else value.concrete
                return Truth(frozenset(possible), concrete)
            return self._coalesced(values)
        return None

    @staticmethod
    def _coalesced(values: list[Any]) -> Any:
        if not values:
            return None
        return apply(lambda *each: next((one for one in each if one is not None), None), *values)

    def _CaseExpr(self, fields: Node, scope: Scope, context: Context) -> Any:
        context = replace(context, optional=True)
        subject = self.value(fields["arg"], scope, context) if "arg" in fields else None
        alternatives: list[tuple[Truth, Any]] = []
        for one in fields.get("args", []):
            when = kind_of(one)[1]
            condition = self.value(when["expr"], scope, context)
            met = self._compared("=", subject, condition) if "arg" in fields else truth(condition)
            alternatives.append((met, when["result"]))
        return self._cases(alternatives, fields.get("defresult"), scope, context)

    def _cases(self, alternatives: list[tuple[Truth, Any]], last: Any, scope: Scope, context: Context) -> Any:
        if not alternatives:
            return None if last is None else self.value(last, scope, context)
        (met, result), rest = alternatives[0], alternatives[1:]
        if met.possible == TRUE.possible:
            return self.value(result, scope, context)
        if "T" not in met.possible:
            return self._cases(rest, last, scope, context)
        first, second = truth(self.value(result, scope, context)), truth(self._cases(rest, last, scope, context))
        concrete = ""
        if met.concrete == "T":
            concrete = first.concrete
        elif met.concrete in {"F", "N"}:
            concrete = second.concrete
        elif met.concrete == "C" and (first.holds or second.holds):
            concrete = "C"
        return Truth(first.possible | second.possible, concrete)

    def _SQLValueFunction(self, fields: Node, scope: Scope, context: Context) -> Any:
        del scope
        match fields["op"]:
            case "SVFOP_CURRENT_USER" | "SVFOP_CURRENT_ROLE" | "SVFOP_USER":
                return context.role
            case "SVFOP_SESSION_USER":
                return "authenticator"
            case "SVFOP_CURRENT_TIMESTAMP" | "SVFOP_LOCALTIMESTAMP" | "SVFOP_CURRENT_DATE":
                return NOW
        return UNKNOWN

    def _RowExpr(self, fields: Node, scope: Scope, context: Context) -> Any:
        del fields, scope, context
        return UNKNOWN

    # Sub-queries

    def _SubLink(self, fields: Node, scope: Scope, context: Context) -> Any:
        query = kind_of(fields["subselect"])[1]
        match fields["subLinkType"]:
            case "EXISTS_SUBLINK":
                return self.exists(query, scope, context)
            case "EXPR_SUBLINK":
                return self.scalar(query, scope, context)
            case "ANY_SUBLINK":
                if fields.get("operName") and string(fields["operName"][0]) != "=":
                    return MAYBE
                left = self.value(fields["testexpr"], scope, context)
                if plain(left) is None:
                    found = self.exists(query, scope, context)
                    return Truth(frozenset("N" if one == "T" else one for one in found.possible), "")
                return self.exists(query, scope, context, left=left)
        return MAYBE

    def exists(self, query: Node, scope: Scope, context: Context, left: Any = _NOTHING) -> Truth:
        """Whether a query has rows; with ``left``, a row whose first column equals it."""
        if query.get("op", "SETOP_NONE") != "SETOP_NONE":
            if query["op"] != "SETOP_UNION":
                return MAYBE
            return either(
                self.exists(query["larg"], scope, context, left), self.exists(query["rarg"], scope, context, left)
            )
        if query.get("valuesLists"):
            return MAYBE
        targets = [kind_of(one)[1].get("val") for one in query.get("targetList", [])]
        if left is _NOTHING and _aggregates(query) and not query.get("groupClause"):
            return TRUE
        if query.get("havingClause") or query.get("limitOffset"):
            return MAYBE
        if not query.get("fromClause"):
            inner = Scope(parent=scope)
            found = truth(self.value(query["whereClause"], inner, context)) if "whereClause" in query else TRUE
            if left is _NOTHING:
                return found
            rows = self._returned(targets[0], inner, context, left)
            return both(
                found, rows if rows is not None else self._compared("=", left, self.value(targets[0], inner, context))
            )

        def condition(inner: Scope, choices: Context) -> Truth:
            if left is _NOTHING:
                return TRUE
            return self._compared("=", left, self.value(targets[0], inner, choices))

        return self._rows(query, scope, context, condition)[0]

    def _returned(self, target: Any, scope: Scope, context: Context, left: Any) -> Truth | None:
        """``left IN (SELECT f())`` for a function that returns a set."""
        kind, fields = kind_of(target)
        if kind != "FuncCall":
            return None
        called = self._called(fields)
        if called is None or not called.returns_set:
            return None
        arguments = [self.value(one, scope, context) for one in fields.get("args", [])]
        prepared = self._body(called, arguments, context)
        if prepared is None:
            return MAYBE
        query, inner, rights = prepared
        return self.exists(query, inner, rights, left=left)

    def scalar(self, query: Node, scope: Scope, context: Context) -> Any:
        """The value of a query with at most one row."""
        if query.get("op", "SETOP_NONE") != "SETOP_NONE" or query.get("valuesLists"):
            return UNKNOWN
        if query.get("havingClause") or query.get("limitOffset") or query.get("groupClause"):
            return UNKNOWN
        target = kind_of(query["targetList"][0])[1].get("val") if query.get("targetList") else None
        if target is None:
            return UNKNOWN
        if not query.get("fromClause"):
            inner = Scope(parent=scope)
            if "whereClause" in query:
                met = truth(self.value(query["whereClause"], inner, context))
                if met.possible != TRUE.possible:
                    return UNKNOWN if "T" in met.possible else None
            return self.value(target, inner, context)
        aggregates = _aggregates(query)
        if aggregates:
            return self._aggregate(aggregates, target, query, scope, context)
        values: list[tuple[str, Any]] = []

        def collect(inner: Scope, rights: Context) -> Truth:
            values.append(("", plain(self.value(target, inner, rights))))
            return TRUE

        world, self._world = self._world, None
        try:
            found, outcomes = self._rows(query, scope, context, collect, values)
        finally:
            self._world = world
        if "T" not in found.possible:
            return None
        result = _alternatives(found, outcomes)
        if isinstance(result, OneOf) and result.chosen and self._world is not None:
            return self._decide((self._same(query), _state(scope)), result.values)
        return result

    def _aggregate(self, found: list[str], target: Any, query: Node, scope: Scope, context: Context) -> Any:
        kind, fields = kind_of(target)
        name = strings(fields.get("funcname"))[-1:] if kind == "FuncCall" else []
        if name not in (["count"], ["bool_or"]) or len(found) != 1 or fields.get("agg_filter"):
            return UNKNOWN
        if name == ["bool_or"]:
            inner = fields["args"][0]
            return self._rows(query, scope, context, lambda one, rights: truth(self.value(inner, one, rights)))[0]
        exists = self._rows(query, scope, context, lambda _one, _rights: TRUE)[0]
        if "T" not in exists.possible:
            return 0
        if exists.possible == TRUE.possible:
            return OneOf((1, 2, 1000), chosen=False)
        return OneOf((0, 1), chosen=True) if exists.concrete == "C" else OneOf((0, 1, 2, 1000), chosen=False)

    def _rows(  # noqa: PLR0912 - how a row can exist
        self,
        query: Node,
        outer: Scope,
        context: Context,
        condition: Callable[[Scope, Context], Truth],
        values: list[tuple[str, Any]] | None = None,
    ) -> tuple[Truth, list[tuple[str, Any]]]:
        """Whether a query has rows that meet a condition.

        Returns the truth, and with ``values`` (to which the condition appends) the values of rows that may exist, each
        with ``fixed``, ``made`` or ``stored``.
        """
        if context.depth > MAX_DEPTH or self.work > MAX_WORK:
            raise UnsupportedError
        certain = made = maybe = False
        outcomes: list[tuple[str, Any]] = []
        for kinds in self._combinations(query, outer, context):
            source = "stored" if "stored" in kinds else ("made" if {"made", "updated", "taken"} & {*kinds} else "fixed")
            if values is None and ((source == "stored" and maybe) or (source == "made" and made)):
                continue
            for holds, possible in self._leaves(query, outer, context, condition, kinds):
                if not possible:
                    continue
                sure = holds in {"T", "always"} or (holds == "C" and source == "made")
                if source == "fixed" and holds == "always":
                    certain = True
                elif source in {"fixed", "made"} and sure:
                    made = True
                else:
                    maybe = True
                if values is None:
                    break
                if values:
                    outcomes.append((source if sure else "stored", values[-1][1]))
            if certain and values is None:
                return TRUE, outcomes
        if certain:
            return TRUE, outcomes
        if made:
            decision = self._decide((self._same(query), _state(outer)), (True, False))
            if decision is None and not (context.negated and maybe):
                return CHOICE, outcomes
            if decision:
                return TRUE, outcomes
            return (EITHER if maybe or decision is None else FALSE), outcomes
        return (EITHER if maybe else FALSE), outcomes

    def _combinations(self, query: Node, outer: Scope, context: Context) -> Iterator[tuple[str, ...]]:
        """The kinds of rows of each table of a query."""
        bases, _, _ = self.bind(query, outer, replace(context, choices=Choices()), None)
        if len(bases) > MAX_BASES:
            raise UnsupportedError
        found: list[tuple[str, ...]] = [()]
        for base in bases:
            kinds = ["stored"]
            fixed = self.sign_up_rows(base.relation)
            if self.session.signed_in and fixed:
                kinds = ["fixed", "updated", *kinds]
            if self._may_obtain(base.relation, context):
                kinds = ["made", "taken", *kinds]
            found = [(*before, kind) for before in found for kind in kinds]
        yield from found[:64]

    def _may_obtain(self, relation: Relation, context: Context) -> bool:
        return (
            self.self_made is not None
            and relation.kind == "table"
            and relation.name not in context.obtaining
            and relation.name[0] not in {"auth", "vault"}
            and len(context.obtaining) < 4
        )

    def _leaves(
        self,
        query: Node,
        outer: Scope,
        context: Context,
        condition: Callable[[Scope, Context], Truth],
        kinds: tuple[str, ...],
    ) -> Iterator[tuple[str, bool]]:
        choices, leaves = Choices(), 0
        rights = replace(context, choices=choices)
        while True:
            leaves += 1
            if leaves > MAX_LEAVES or self.work > MAX_WORK:
                raise UnsupportedError
            found = self._leaf(query, outer, rights, condition, kinds)
            if "T" in found.possible:
                yield ("always" if found.possible == TRUE.possible else found.concrete), True
            if not choices.advance():
                return

    def _leaf(
        self,
        query: Node,
        outer: Scope,
        context: Context,
        condition: Callable[[Scope, Context], Truth],
        kinds: tuple[str, ...],
    ) -> Truth:
        bases, scope, conditions = self.bind(query, outer, context, kinds)
        found = TRUE
        for base, kind in zip(bases, kinds, strict=True):
            found = both(found, self._kind(base, kind, context))
            if "T" not in found.possible:
                return found
        for one in conditions:
            found = both(found, one())
            if "T" not in found.possible:
                return found
        return both(found, condition(scope, context))

    def _kind(self, base: BaseRow, kind: str, context: Context) -> Truth:
        """Whether a row of this kind can exist."""
        base.kind = "chosen" if kind in {"made", "updated", "taken"} else kind
        if kind in {"fixed", "updated"}:
            fixed = context.choices.pick(self.sign_up_rows(base.relation) or [])
            if kind == "fixed" or self.self_made is None:
                base.values = dict(fixed)
                return TRUE
            settable = self._settable(base.relation, "update")
            base.values = {name: value for name, value in fixed.items() if name not in settable}
            return both(CHOICE, self.self_made(base.relation, "update", base, context))
        if kind == "made":
            assert self.self_made is not None
            return self.self_made(base.relation, "insert", base, context)
        if kind == "taken":
            assert self.self_made is not None
            return self.self_made(base.relation, "take", base, context)
        return TRUE

    def _settable(self, relation: Relation, command: str) -> frozenset[str]:
        roles = self.db.member_roles(self.session.role)
        if self.db.granted(roles, relation.grants, command, relation.owner) is not None:
            return frozenset(name for name, one in relation.columns.items() if not one.generated)
        return frozenset(name for role in roles for name in relation.column_grants.get((role, command), {}))

    def bind(
        self, query: Node, outer: Scope | None, context: Context, kinds: tuple[str, ...] | None
    ) -> tuple[list[BaseRow], Scope, list[Callable[[], Truth]]]:
        """The rows of a query's ``FROM``, and the conditions they have to meet."""
        if query.get("op", "SETOP_NONE") != "SETOP_NONE":
            raise UnsupportedError
        bases: list[BaseRow] = []
        conditions: list[Callable[[], Truth]] = []
        scope = Scope(parent=outer)
        for one in (query.get("withClause") or {}).get("ctes", []):
            fields = kind_of(one)[1]
            scope.queries[fields["ctename"]] = kind_of(fields["ctequery"])[1]
        for one in query.get("fromClause", []):
            self._source(one, scope, context, bases, conditions, kinds, query)
        if "whereClause" in query:
            conditions.append(lambda: truth(self.value(query["whereClause"], scope, context)))
        return bases, scope, conditions

    def _source(
        self,
        node: Any,
        scope: Scope,
        context: Context,
        bases: list[BaseRow],
        conditions: list[Callable[[], Truth]],
        kinds: tuple[str, ...] | None,
        whole: Node,
    ) -> None:
        kind, fields = kind_of(node)
        alias = fields.get("alias", {}).get("aliasname", "")
        if kind == "RangeVar":
            schema, name = names.range_name(fields)
            query = self._common_query(scope, name) if not schema else None
            if query is not None:
                scope.rows[alias or name] = self._inner(query, scope, context, bases, conditions, kinds)
                return
            relation = self.db.relation(schema, name)
            if relation is None:
                raise UnsupportedError
            self.require_select(relation, context.role, whole)
            self._relation(relation, alias or name, scope, context, bases, conditions, kinds)
        elif kind == "JoinExpr":
            if fields.get("jointype", "JOIN_INNER") not in {"JOIN_INNER", "JOIN_LEFT"} or fields.get("usingClause"):
                raise UnsupportedError
            self._source(fields["larg"], scope, context, bases, conditions, kinds, whole)
            self._source(fields["rarg"], scope, context, bases, conditions, kinds, whole)
            if "quals" in fields and fields.get("jointype", "JOIN_INNER") == "JOIN_INNER":
                quals = fields["quals"]
                conditions.append(lambda: truth(self.value(quals, scope, context)))
            elif fields.get("jointype") == "JOIN_LEFT":
                raise UnsupportedError
        elif kind == "RangeSubselect":
            query = kind_of(fields["subquery"])[1]
            scope.rows[alias] = self._inner(query, scope, context, bases, conditions, kinds)
        else:
            raise UnsupportedError

    @staticmethod
    def _common_query(scope: Scope, name: str) -> Node | None:
        current: Scope | None = scope
        while current is not None:
            if name in current.queries:
                return current.queries[name]
            current = current.parent
        return None

    def _inner(
        self,
        query: Node,
        scope: Scope | None,
        context: Context,
        bases: list[BaseRow],
        conditions: list[Callable[[], Truth]],
        kinds: tuple[str, ...] | None,
        labels: Sequence[str] = (),
    ) -> QueryRow:
        """The row of a query inside ``FROM``."""
        if context.depth > MAX_DEPTH or query.get("havingClause") or query.get("limitOffset"):
            raise UnsupportedError
        deeper = replace(context, depth=context.depth + 1)
        more, inner, needed = self.bind(query, scope, deeper, kinds)
        bases += more
        conditions += needed
        aggregated = bool(_aggregates(query))
        if aggregated and not query.get("groupClause"):
            raise UnsupportedError
        columns: dict[str, Callable[[], Any]] = {}
        star = False
        for at, target in enumerate(query.get("targetList", [])):
            fields = kind_of(target)[1]
            kind, value = kind_of(fields.get("val"))
            if kind == "ColumnRef" and "A_Star" in value["fields"][-1]:
                star = True
                continue
            label = fields.get("name") or (string(value["fields"][-1]) if kind == "ColumnRef" else "?")
            label = labels[at] if at < len(labels) and not star else label
            columns[label] = self._deferred(fields["val"], inner, deeper, aggregated=aggregated)
        return QueryRow(columns, inner, star)

    def _deferred(self, node: Any, scope: Scope, context: Context, *, aggregated: bool) -> Callable[[], Any]:
        if aggregated and any(
            kind == "FuncCall" and strings(one.get("funcname"))[-1] in _AGGREGATES for kind, one in parse.walk(node)
        ):
            return lambda: UNKNOWN
        return lambda: self.value(node, scope, context)

    def _relation(
        self,
        relation: Relation,
        alias: str,
        scope: Scope,
        context: Context,
        bases: list[BaseRow],
        conditions: list[Callable[[], Truth]],
        kinds: tuple[str, ...] | None,
    ) -> None:
        if relation.kind == "table":
            row = BaseRow(relation, self.constants, context.choices)
            bases.append(row)
            scope.rows[alias] = row
            if kinds is None or not self.bypasses(relation, context.role):
                conditions.append(lambda: self.passes(relation, "select", row, context))
            conditions.append(lambda: self.constraints(relation, row, context))
            return
        rights = context.role if relation.kind == "view" and relation.invoker else relation.owner
        query = kind_of(relation.query)[1] if relation.query else {}
        if not query or kind_of(relation.query)[0] != "SelectStmt":
            raise UnsupportedError
        scope.rows[alias] = self._inner(
            query, None, replace(context, role=rights), bases, conditions, kinds, tuple(relation.columns)
        )

    def constraints(self, relation: Relation, row: BaseRow, context: Context) -> Truth:
        """Whether a row meets the ``CHECK`` constraints of the columns that were read; others cannot matter."""
        found = TRUE
        for check in relation.checks:
            if id(check) not in self._columns:
                self._columns[id(check)] = _columns_of(check)
            if self._columns[id(check)] <= row.values.keys():
                found = both(found, self.meets(check, relation, row, context))
        return found

    def meets(self, check: Any, relation: Relation, row: Row, context: Context) -> Truth:
        """Whether a row meets a ``CHECK`` constraint: null passes."""
        found = truth(self.value(check, Scope({relation.name[1]: row}), context))
        possible = frozenset("T" if one == "N" else one for one in found.possible)
        return Truth(possible, "T" if found.concrete == "N" else found.concrete)

    # Functions

    def _FuncCall(self, fields: Node, scope: Scope, context: Context) -> Any:
        path = strings(fields["funcname"])
        name = ".".join(path).removeprefix("pg_catalog.")
        arguments = [
            self.value(kind_of(one)[1]["arg"] if "NamedArgExpr" in one else one, scope, context)
            for one in fields.get("args", [])
        ]
        known = self._session_function(name, arguments, context)
        if known is not None:
            return known[0]
        called = self._called(fields)
        if called is not None:
            return self._call(called, self._by_position(called, fields, arguments), context)
        inexact = any(kind == "ColumnRef" for kind, _ in parse.walk(fields.get("args")))
        return _builtin(name, arguments, inexact=inexact)

    @staticmethod
    def _by_position(function: Function, fields: Node, values: list[Any]) -> list[Any]:
        found: list[Any] = [UNKNOWN] * len(function.arguments)
        for at, (node, value) in enumerate(zip(fields.get("args", []), values, strict=True)):
            label = kind_of(node)[1].get("name") if "NamedArgExpr" in node else None
            place = function.parameters.index(label) if label in function.parameters else at
            if place < len(found):
                found[place] = value
        return found

    def _session_function(self, name: str, arguments: list[Any], context: Context) -> tuple[Any] | None:
        claims = self.session.claims
        match name:
            case "auth.uid":
                return (claims.get("sub"),)
            case "auth.email":
                return (claims.get("email"),)
            case "auth.role":
                return (claims.get("role"),)
            case "auth.jwt":
                return (claims,)
            case "current_setting" if arguments and isinstance(arguments[0], str):
                return (self._setting(arguments[0]),)
            case "now" | "statement_timestamp" | "clock_timestamp" | "transaction_timestamp":
                return (NOW,)
            case "realtime.topic":
                return (UNKNOWN,)
            case "pg_has_role" if len(arguments) >= 2 and isinstance(arguments[-2], str):
                return (arguments[-2] in self.db.member_roles(context.role),)
        return None

    def _setting(self, name: str) -> Any:
        if name in {"request.jwt.claims", "request.jwt"}:
            return self.session.claims
        if name.startswith("request.jwt.claim."):
            return self.session.claims.get(name.rpartition(".")[2])
        if name == "role":
            return self.session.role
        return UNKNOWN

    def _called(self, fields: Node) -> Function | None:
        found = self.db.functions_named(*names.dotted(strings(fields["funcname"])))
        count = len(fields.get("args", []))
        fitting = [one for one in found if len(one.arguments) - one.defaults <= count <= len(one.arguments)]
        return fitting[0] if len(fitting) == 1 else None

    def _call(self, function: Function, arguments: list[Any], context: Context) -> Any:
        roles = self.db.member_roles(context.role)
        if self.db.granted(roles, function.grants, "execute", function.owner) is None:
            if context.optional:
                return UNKNOWN
            raise RefusedQueryError(f"a policy calls {function.label}, without a privilege of {context.role}")
        if function.strict and any(plain(one) is None for one in arguments):
            return None
        if function.returns_set or function.name[0] == "storage":
            return _storage(function.name[1], arguments) if function.name[0] == "storage" else UNKNOWN
        if function.language == "plpgsql":
            return self._procedural(function, arguments, context)
        prepared = self._body(function, arguments, context)
        if prepared is None:
            return UNKNOWN
        query, scope, rights = prepared
        try:
            if "ReturnStmt" in query:
                return self.value(query["ReturnStmt"]["returnval"], scope, rights)
            found = self.scalar(query, scope, rights)
            return apply(lambda one: cast(one, function.returns), found) if function.returns == "boolean" else found
        except RefusedQueryError:
            if context.optional:
                return UNKNOWN
            raise

    def _arguments(self, function: Function, values: list[Any]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for at, value in enumerate(values):
            changed = value
            if not isinstance(value, Truth):
                changed = apply(lambda one, at=at: cast(one, function.arguments[at]), value)
                changed = value if changed is UNKNOWN else changed
            found[f"${at + 1}"] = changed
            if function.parameters[at]:
                found[function.parameters[at]] = changed
        if function.parameters:
            found |= {f"{function.name[1]}.{name}": found[name] for name in function.parameters if name}
        return found

    def _body(self, function: Function, arguments: list[Any], context: Context) -> tuple[Node, Scope, Context] | None:
        """The last query of a function in SQL, with its scope and rights."""
        if context.depth > MAX_DEPTH:
            return None
        rights = replace(
            context,
            role=function.owner if function.definer else context.role,
            active=(),
            depth=context.depth + 1,
        )
        scope = Scope(parameters=self._arguments(function, arguments))
        if function.expression is not None:
            kind, fields = kind_of(function.expression)
            if kind == "ReturnStmt":
                return {"ReturnStmt": fields}, scope, rights
            return None
        if function.language != "sql":
            return None
        trees = parse.body(function.body)
        if len(trees) != 1 or trees[0][0] != "SelectStmt":
            return None
        for kind, fields in parse.walk(trees[0][1]):
            schema = names.range_name(fields)[0] if kind == "RangeVar" else ""
            if schema and not self.db.may_use(rights.role, schema):
                if context.optional:
                    return None
                raise RefusedQueryError(f"no privilege to use the schema {schema} for {rights.role}")
        return trees[0][1], scope, rights

    def _procedural(self, function: Function, arguments: list[Any], context: Context) -> Any:
        from tieback.posture.rules.sql import procedural

        program = procedural.compile_body(function.body)
        if program is None or context.depth > MAX_DEPTH:
            return UNKNOWN
        rights = replace(
            context, role=function.owner if function.definer else context.role, active=(), depth=context.depth + 1
        )
        scope = Scope(parameters=self._arguments(function, arguments))
        try:
            return procedural.run(program, self, scope, replace(rights, optional=True))
        except RefusedQueryError:
            return UNKNOWN


_CONSTANTS: dict[bool, Node] = {one: {"A_Const": {"boolval": {"boolval": one}}} for one in (True, False)}


def combined(policies: Sequence[Policy], *, check: bool) -> Node:
    """The condition that policies make together, without what constants decide, as PostgreSQL plans it."""
    trees = [(one.permissive, condition_of(one, check=check)) for one in policies]
    allowed = [tree for permissive, tree in trees if permissive and tree is not None]
    needed = [tree for permissive, tree in trees if not permissive and tree is not None]
    either_of = {"BoolExpr": {"boolop": "OR_EXPR", "args": allowed}}
    return folded({"BoolExpr": {"boolop": "AND_EXPR", "args": [either_of, *needed]}})


def folded(tree: Node) -> Node:
    """A condition without the parts that ``true`` and ``false`` make irrelevant."""
    kind, fields = kind_of(tree)
    if kind != "BoolExpr":
        return tree
    parts = [folded(one) for one in fields["args"]]
    if fields["boolop"] == "NOT_EXPR":
        known = _constant_truth(parts[0])
        return {kind: {**fields, "args": parts}} if known is None else _CONSTANTS[not known]
    decisive = fields["boolop"] == "OR_EXPR"
    if any(_constant_truth(one) is decisive for one in parts):
        return _CONSTANTS[decisive]
    rest = [one for one in parts if _constant_truth(one) is None]
    if not rest:
        return _CONSTANTS[not decisive]
    return rest[0] if len(rest) == 1 else {kind: {**fields, "args": rest}}


def _constant_truth(tree: Node) -> bool | None:
    kind, fields = kind_of(tree)
    return bool(fields["boolval"].get("boolval")) if kind == "A_Const" and "boolval" in fields else None


def _columns_of(tree: Any) -> frozenset[str]:
    return frozenset(string(fields["fields"][-1]) or "*" for kind, fields in parse.walk(tree) if kind == "ColumnRef")


def _has_query(tree: Any) -> bool:
    return any(kind == "SubLink" for kind, _ in parse.walk(tree))


def condition_of(policy: Policy, *, check: bool) -> Node | None:
    """The condition of existing rows, or with ``check`` of new ones. A policy without it allows nothing."""
    if check and policy.check is not None:
        return policy.check
    return policy.using


def new_user(role: str = "authenticated", metadata: dict[str, Any] | None = None) -> Session:
    """A session of somebody who signed up today."""
    claims = {
        "sub": OWN_ID, "email": OWN_EMAIL, "role": role, "aud": "authenticated", "phone": "", "aal": "aal1",
        "is_anonymous": False, "app_metadata": {"provider": "email", "providers": ["email"]},
        "user_metadata": {} if metadata is None else metadata,
    }  # fmt: skip
    return Session(role, claims)


def _state(scope: Scope | None) -> str:
    """The parameters of a scope, as text."""
    return repr(sorted(scope.parameters.items())) if scope is not None and scope.parameters else ""


def _alternatives(found: Truth, outcomes: list[tuple[str, Any]]) -> Any:
    if any(value is UNKNOWN or isinstance(value, Truth) for _, value in outcomes):
        return UNKNOWN
    groups: dict[str, list[Any]] = {"fixed": [], "made": [], "stored": []}
    for source, value in outcomes:
        for one in value.values if isinstance(value, OneOf) else (value,):
            bare = one.value if isinstance(one, Approximate) else one
            if bare not in groups[source]:
                groups[source].append(bare)
    if groups["made"]:
        return OneOf((*groups["made"], *groups["fixed"], *(() if groups["fixed"] else (None,))), chosen=True)
    values = [*groups["fixed"], *groups["stored"]]
    if found.possible == TRUE.possible and groups["fixed"] and not groups["stored"]:
        return values[0] if len(values) == 1 else OneOf(tuple(values), chosen=False)
    return OneOf((*values, None), chosen=False)


def _aggregates(query: Node) -> list[str]:
    found: list[str] = []
    for target in query.get("targetList", []):
        stack = [target]
        while stack:
            kind, fields = kind_of(stack.pop())
            if kind in {"SubLink", ""}:
                continue
            if kind == "FuncCall" and strings(fields.get("funcname"))[-1] in _AGGREGATES:
                found.append(strings(fields["funcname"])[-1])
            for one in fields.values():
                stack += one if isinstance(one, list) else [one]
    return found


def _distinct(left: Any, right: Any) -> Truth:
    if left is None or right is None:
        return truth(left is not right)
    return compare("<>", left, right)


_COMPARISONS = {"=", "<>", "!=", "<", ">", "<=", ">="}


def _reads_columns(fields: Node) -> bool:
    return any(kind == "ColumnRef" for kind, _ in parse.walk([fields.get("lexpr"), fields.get("rexpr")]))


def _approximated(value: Any) -> Any:
    """The value as one that other candidates could change."""
    if isinstance(value, Truth):
        return Truth(MAYBE.possible, value.concrete)
    if value is UNKNOWN or isinstance(value, Approximate | OneOf) or value is FREE:
        return value
    return truth(Approximate(value)) if isinstance(value, bool) else Approximate(value)


def _any_of(kind: str, operator: str, one: Any, many: Any) -> Truth:
    if many is None:
        return NULL
    if not isinstance(many, list):
        return MAYBE
    if kind == "AEXPR_OP_ANY" and operator == "=":
        found = FALSE
        for each in many:
            found = either(found, compare("=", one, each))
        return found
    if kind == "AEXPR_OP_ALL" and operator in {"<>", "!="}:
        found = TRUE
        for each in many:
            found = both(found, compare("<>", one, each))
        return found
    return MAYBE


def _element(value: Any, at: Any) -> Any:
    if value is None or at is None:
        return None
    if not isinstance(value, list) or not isinstance(at, int):
        return UNKNOWN
    return value[at - 1] if 1 <= at <= len(value) else None


def _operation(operator: str, left: Any, right: Any) -> Any:  # noqa: PLR0912 - an operator each
    if left is None or right is None:
        return None
    match operator:
        case "->" | "->>" if isinstance(left, dict) and isinstance(right, str):
            found = left.get(right)
            if operator == "->>" and isinstance(found, bool):
                return "true" if found else "false"
            if operator == "->>" and isinstance(found, int | float):
                return str(found)
            return found
        case "#>>" | "#>" if isinstance(left, dict) and isinstance(right, str):
            for key in right.strip("{}").split(","):
                left = left.get(key.strip()) if isinstance(left, dict) else None
            return left
        case "?" if isinstance(left, dict):
            return right in left
        case "||" if isinstance(left, str) and isinstance(right, str):
            return (left + right)[:10_000]
        case "||" if isinstance(left, list) and isinstance(right, list):
            return (left + right)[:1_000]
        case "@>" if isinstance(left, list) and isinstance(right, list):
            return all(one in left for one in right)
        case "<@" if isinstance(left, list) and isinstance(right, list):
            return all(one in right for one in left)
        case "&&" if isinstance(left, list) and isinstance(right, list):
            return any(one in right for one in left)
        case "+" | "-" | "*" if _numeric(left) and _numeric(right) and abs(left) < 1e15 and abs(right) < 1e15:
            return {"+": left + right, "-": left - right, "*": left * right}[operator]
    return UNKNOWN


def _numeric(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _builtin(name: str, arguments: list[Any], *, inexact: bool) -> Any:
    result: Any = UNKNOWN
    match name:
        case "lower" | "upper" | "btrim" | "trim" | "length" | "char_length":
            result = apply(lambda one, *_: _text_function(name, one), *arguments)
        case "split_part":
            result = apply(_split_part, *arguments)
        case "string_to_array":
            result = apply(lambda one, mark: one.split(mark) if isinstance(one, str) and mark else None, *arguments)
        case "concat":
            result = apply(lambda *each: "".join("" if one is None else str(one) for one in each), *arguments)
        case "starts_with":
            result = apply(lambda one, other: truth(one.startswith(other)) if one and other else None, *arguments)
        case "array_length" | "cardinality":
            result = apply(lambda one, *_: (len(one) or None) if isinstance(one, list) else UNKNOWN, *arguments)
        case "jsonb_extract_path_text" | "json_extract_path_text":
            result = apply(_path, *arguments)
    if inexact and result is not UNKNOWN and not isinstance(result, Truth | Approximate | OneOf):
        return Approximate(result)
    if inexact and isinstance(result, Truth):
        return Truth(MAYBE.possible, result.concrete)
    return result


def _text_function(name: str, value: Any) -> Any:
    if value is None:
        return None
    if not isinstance(value, str):
        return UNKNOWN
    match name:
        case "lower":
            return value.lower()
        case "upper":
            return value.upper()
        case "length" | "char_length":
            return len(value)
    return value.strip(" ")


def _split_part(value: Any, mark: Any, at: Any) -> Any:
    if value is None or mark is None or at is None:
        return None
    if not isinstance(value, str) or not isinstance(at, int) or at < 1 or not mark:
        return UNKNOWN
    parts = value.split(mark)
    return parts[at - 1] if at <= len(parts) else ""


def _path(value: Any, *keys: Any) -> Any:
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value


def _storage(name: str, arguments: list[Any]) -> Any:
    def part(value: Any) -> Any:
        if value is None:
            return None
        if not isinstance(value, str):
            return UNKNOWN
        match name:
            case "foldername":
                return value.split("/")[:-1]
            case "filename":
                return value.rpartition("/")[2]
            case "extension":
                return value.rpartition(".")[2]
        return UNKNOWN

    found = apply(part, arguments[0]) if arguments else UNKNOWN
    return Approximate(found) if isinstance(found, str | list) or found is None else found
