"""Who may read and write tables, views, functions and buckets of a schema.

Source: https://www.postgresql.org/docs/current/ddl-rowsecurity.html and
https://www.postgresql.org/docs/current/sql-createpolicy.html (table "Policies Applied by Command Type").
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from typing import Any

from tieback.posture.rules.sql import names, parse
from tieback.posture.rules.sql.candidates import Constants
from tieback.posture.rules.sql.evaluate import (
    MAX_LEAVES,
    MAX_WORK,
    BaseRow,
    Choices,
    Context,
    Evaluator,
    RefusedQueryError,
    Row,
    Scope,
    Session,
    UnsupportedError,
    combined,
    condition_of,
    new_user,
)
from tieback.posture.rules.sql.parse import Node, StatementError, kind_of, string, strings
from tieback.posture.rules.sql.schema import OWNER, Database, Function, Name, Origin, Policy, Relation
from tieback.posture.rules.sql.values import (
    CHOICE,
    EITHER,
    FALSE,
    FREE,
    FRESH_TEXTS,
    MAYBE,
    OWN_ID,
    TRUE,
    UNKNOWN,
    Truth,
    both,
)

MAX_TREES = 300
_GUARD = re.compile(
    r"\b(auth\.(uid|jwt|role|email)|current_setting|raise\s+exception|session_user|current_user|is_[a-z_]+\s*\(|"
    r"has_[a-z_]+\s*\()",
    re.IGNORECASE,
)
_READS = re.compile(r"\bfrom\s+[a-z_\"]|\breturn\s+query\b", re.IGNORECASE)
_WRITES = re.compile(
    r"\binsert\s+into\b|\bupdate\s+(?!set\b)[\"a-z_.]+\s+(as\s+\w+\s+|\w+\s+)?set\b|\bdelete\s+from\b|\btruncate\b",
    re.IGNORECASE,
)
_TIMED = {"insert": "insert", "update": "update", "delete": "delete", "take": "update"}


MAX_TABLES = 4
"""Most tables of a view or function that are evaluated together."""


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


class _AnyKey(dict[str, Any]):
    """Metadata of a user that has the same value under each key."""

    def __init__(self, value: str) -> None:
        super().__init__()
        self._value = value

    def get(self, key: object, default: Any = None) -> Any:
        del key, default
        return self._value


class Access:
    """Decisions about one schema.

    Args:
        database: the schema in its last state.
    """

    def __init__(self, database: Database) -> None:
        self.db = database
        self._sign_up: dict[Name, list[dict[str, Any]]] | None = None
        self._judging: frozenset[tuple[Name, str]] = frozenset()

    # Tables

    def table(
        self,
        relation: Relation,
        command: str,
        role: str,
        *,
        signed_in: bool,
        rights: str = "",
        fixed: dict[str, Any] | None = None,
        only: frozenset[str] | None = None,
    ) -> Decision:
        """Decide a command on a table.

        Args:
            relation: the table.
            command: ``select``, ``insert``, ``update`` or ``delete``.
            role: the role of the requester.
            signed_in: True if it has a user ID.
            rights: the role whose privileges apply, if a view changes them.
            fixed: values that the rows have in any case.
            only: the columns that the request can set; all by default.
        """
        acting = rights or role
        if not rights and not self.db.may_use(role, relation.name[0]):
            return Decision(Outcome.NO, relation.origin, f"no privilege to use the schema {relation.name[0]}")
        granted, columns = self._granted(relation, command, acting)
        if granted is None:
            return Decision(Outcome.NO, relation.origin, f"no privilege to {command} for {acting}")
        if only is not None:
            columns = only if columns is None else columns & only
        if relation.foreign:
            return Decision(Outcome.YES, granted, "a foreign table: row level security does not apply")
        trees = list(self._trees(relation, command))
        best: Decision | None = None
        work = 0
        for session in self._sessions(role, trees, signed_in=signed_in):
            evaluator = self._evaluator(session, trees)
            for values in _fixed(relation, evaluator, fixed):
                decision = self._decide(evaluator, relation, command, acting, granted, columns, values)
                if best is None or _rank(decision) > _rank(best):
                    best = decision
            if best is not None and best.outcome is Outcome.YES and not best.own:
                break
            work += evaluator.work
            if work > MAX_WORK:
                # Other metadata of the user was not tried, so a denial would not be certain.
                if best is not None and best.outcome is Outcome.NO and _left(trees):
                    best = Decision(Outcome.UNSURE, best.origin, "a condition that is not evaluated")
                break
        assert best is not None
        return self._by_default(best, relation, granted, acting)

    def _by_default(self, decision: Decision, relation: Relation, granted: Origin, role: str) -> Decision:
        """Mark what only Supabase's default privileges allow; newer projects do not have them."""
        default = not granted.line and relation.origin.line and role not in {relation.owner, OWNER}
        if not default or decision.outcome is Outcome.NO or self.db.is_superuser(role):
            return decision
        if any(one.line for one in relation.grants.values()) or any(relation.column_grants.values()):
            outcome = Outcome.UNSURE if decision.outcome is Outcome.YES else decision.outcome
            reason = "only the default privileges of projects from before 2026-05-30 allow it"
            return replace(decision, outcome=outcome, reason=reason)
        return replace(decision, by_default=True)

    def _granted(self, relation: Relation, command: str, role: str) -> tuple[Origin | None, frozenset[str] | None]:
        """The grant, and the columns that it has if it is not for all."""
        roles = self.db.member_roles(role)
        whole = self.db.granted(roles, relation.grants, command, relation.owner)
        if whole is not None:
            return whole, None
        if command == "delete":
            return None, None
        columns: dict[str, Origin] = {}
        for one in roles:
            columns |= relation.column_grants.get((one, command), {})
        return (next(iter(columns.values())), frozenset(columns)) if columns else (None, None)

    def _sessions(self, role: str, trees: Sequence[Any], *, signed_in: bool) -> Iterator[Session]:
        if not signed_in:
            yield Session(role, {"role": role})
            return
        yield new_user(role)
        if not any(_mentions_metadata(one) for one in trees):
            return
        constants = Constants()
        constants.collect(trees)
        texts = [one for values in (constants.others, *constants.direct.values()) for one in values]
        for value in [FRESH_TEXTS[0], *dict.fromkeys(one for one in texts if isinstance(one, str))][:12]:
            yield new_user(role, _AnyKey(value))

    def _evaluator(self, session: Session, trees: Sequence[Any]) -> Evaluator:
        evaluator = Evaluator(self.db, session)
        evaluator.constants.collect(trees)
        evaluator.sign_up_rows = lambda relation: self._created(relation, evaluator)

        def self_made(relation: Relation, command: str, row: Row, context: Context) -> Truth:
            return self._may_write(evaluator, relation, command, row, context)

        evaluator.self_made = self_made
        return evaluator

    def _may_write(self, evaluator: Evaluator, relation: Relation, command: str, row: Row, context: Context) -> Truth:
        """Whether the requester may write this row itself, before its request."""
        role = evaluator.session.role
        if not self.db.may_use(role, relation.name[0]):
            return FALSE
        granted, columns = self._granted(relation, "update" if command == "take" else command, role)
        if granted is None:
            return FALSE
        rights = replace(
            context, role=role, active=(), obtaining=context.obtaining | {relation.name}, depth=context.depth + 1
        )
        try:
            if command == "insert":
                self._defaults(evaluator, relation, columns, row, rights)
                found = self._new_row(evaluator, relation, command, row, rights)
            elif command == "take":
                found = self._taken(evaluator, relation, columns, row, rights)
            else:
                found = both(
                    evaluator.passes(relation, "update", row, rights),
                    self._new_row(evaluator, relation, command, row, rights),
                )
        except RefusedQueryError:
            return FALSE
        if self._may_refuse(relation, command):
            return both(found, EITHER)
        return both(found, CHOICE) if found.holds else found

    def _taken(
        self, evaluator: Evaluator, relation: Relation, columns: frozenset[str] | None, row: Row, context: Context
    ) -> Truth:
        """Whether the requester may change a row of somebody else into this one."""
        old = BaseRow(relation, evaluator.constants, context.choices)
        found = evaluator.passes(relation, "update", old, context)
        if "T" not in found.possible:
            return FALSE
        if isinstance(row, BaseRow):
            for name, column in relation.columns.items():
                if column.generated or (columns is not None and name not in columns):
                    row.values.setdefault(name, old.get(name))
        found = both(found, self._new_row(evaluator, relation, "update", row, context))
        # Nothing is known of the stored rows: if their values decide, there may be none.
        # A request without a condition changes all rows, which cannot have the same key.
        return both(found, EITHER) if old.values or relation.keys else found

    def _defaults(
        self, evaluator: Evaluator, relation: Relation, columns: frozenset[str] | None, row: Row, context: Context
    ) -> None:
        """Give the columns without a privilege their defaults."""
        if columns is None or not isinstance(row, BaseRow):
            return
        for name, column in relation.columns.items():
            if name in columns or name in row.values:
                continue
            row.values[name] = evaluator.value(column.default, Scope(), context) if column.default is not None else None

    def _new_row(self, evaluator: Evaluator, relation: Relation, command: str, row: Row, context: Context) -> Truth:
        found = evaluator.passes(relation, command, row, context, check=True)
        if "T" not in found.possible:
            return found
        if isinstance(row, BaseRow):
            found = both(found, evaluator.constraints(relation, row, context))
            for name, value in row.values.items():
                column = relation.columns.get(name)
                if value is None and column is not None and column.not_null and not column.generated:
                    return FALSE
        return found

    def _may_refuse(self, relation: Relation, command: str) -> bool:
        """True if a trigger may refuse or change the row."""
        for trigger in relation.triggers:
            if _TIMED[command] not in trigger.events:
                continue
            for function in self.db.functions.get(trigger.function, []):
                text = function.body.lower()
                if "raise exception" in text or "return null" in text:
                    return True
                if trigger.before and re.search(r"\bnew\.(?!updated_at|modified_at|created_at)\w+\s*:?=", text):
                    return True
            if trigger.before and trigger.function not in self.db.functions:
                return True
        return False

    def _decide(
        self,
        evaluator: Evaluator,
        relation: Relation,
        command: str,
        role: str,
        granted: Origin,
        columns: frozenset[str] | None,
        fixed: dict[str, Any],
    ) -> Decision:
        if evaluator.bypasses(relation, role) and command != "insert":
            reason = (
                "row level security is disabled" if relation.secured is None else f"{role} bypasses row level security"
            )
            return self._with_trigger(relation, command, Decision(Outcome.YES, granted, reason))
        try:
            self._preconditions(evaluator, relation, command, role)
            if command == "insert":
                return self._insert(evaluator, relation, role, granted, columns, fixed)
            return self._existing(evaluator, relation, command, role, granted, columns, fixed)
        except RefusedQueryError as error:
            return Decision(Outcome.NO, _origin(relation), str(error))
        except (UnsupportedError, RecursionError):
            return Decision(Outcome.UNSURE, _origin(relation), "a condition that is not evaluated")

    def _preconditions(self, evaluator: Evaluator, relation: Relation, command: str, role: str) -> None:
        if evaluator.bypasses(relation, role):
            return
        applying = evaluator.policies(relation, role, command)
        for check in (False, True):
            if (command, check) in {("insert", False), ("select", True), ("delete", True)}:
                continue
            evaluator.detect_recursion(relation, applying, role, (), check=check)
            self._privileges(evaluator, [combined(applying, check=check)], role, 0)

    def _privileges(self, evaluator: Evaluator, trees: Sequence[Any], role: str, depth: int) -> None:
        """PostgreSQL checks the privileges of all tables of a query, whether or not it reads them."""
        evaluator.require_privileges(trees, role)
        if depth > 8:
            return
        for tree in trees:
            for kind, fields in parse.walk(tree):
                if kind != "RangeVar":
                    continue
                found = self.db.relation(*names.range_name(fields))
                if found is not None and found.kind == "table" and not evaluator.bypasses(found, role):
                    inner = combined(evaluator.policies(found, role, "select"), check=False)
                    self._privileges(evaluator, [inner], role, depth + 1)

    def _insert(
        self,
        evaluator: Evaluator,
        relation: Relation,
        role: str,
        granted: Origin,
        columns: frozenset[str] | None,
        fixed: dict[str, Any],
    ) -> Decision:
        choices, leaves, possible, own = Choices(), 0, False, False
        context = Context(role, choices)
        while True:
            row = BaseRow(relation, evaluator.constants, choices)
            row.kind, row.values = "chosen", dict(fixed)
            for name, column in relation.columns.items():
                if column.generated:
                    row.values[name] = UNKNOWN
            self._defaults(evaluator, relation, columns, row, context)
            found = evaluator.best(lambda row=row: self._new_row(evaluator, relation, "insert", row, context))  # type: ignore[misc]
            if found.holds:
                if not evaluator.session.signed_in or not _has_own(row):
                    return self._with_trigger(
                        relation, "insert", self._allowed(evaluator, relation, "insert", role, granted)
                    )
                own = True
            possible |= "T" in found.possible
            leaves += 1
            if not choices.advance():
                break
            if leaves > MAX_LEAVES or evaluator.work > MAX_WORK:
                possible = True
                break
        if own:
            allowed = self._allowed(evaluator, relation, "insert", role, granted)
            return self._with_trigger(
                relation, "insert", replace(allowed, own=True, reason="only rows with its own ID")
            )
        if possible:
            return Decision(
                Outcome.UNSURE,
                self._policy_origin(evaluator, relation, "insert", role),
                "a condition that is not evaluated",
            )
        return self._denied(evaluator, relation, "insert", role)

    def _existing(
        self,
        evaluator: Evaluator,
        relation: Relation,
        command: str,
        role: str,
        granted: Origin,
        columns: frozenset[str] | None,
        fixed: dict[str, Any],
    ) -> Decision:
        choices, leaves, count = Choices(), 0, 0
        context = Context(role, choices)
        every, some, unknown = True, False, False
        while True:
            row = BaseRow(relation, evaluator.constants, choices)
            row.values = dict(fixed)
            found = evaluator.best(
                lambda row=row: self._existing_row(evaluator, relation, command, row, context, columns)  # type: ignore[misc]
            )
            if "T" in evaluator.constraints(relation, row, context).possible:
                if None not in row.values.values():
                    count += 1
                    every &= found.always
                some |= found.holds
                unknown |= "T" in found.possible
            leaves += 1
            if not choices.advance():
                break
            if leaves > MAX_LEAVES or evaluator.work > MAX_WORK:
                every, unknown = False, True
                break
        if every and count:
            return self._with_trigger(relation, command, self._allowed(evaluator, relation, command, role, granted))
        if some:
            return Decision(
                Outcome.STORED, self._policy_origin(evaluator, relation, command, role), "the stored rows decide"
            )
        if unknown:
            return Decision(
                Outcome.UNSURE,
                self._policy_origin(evaluator, relation, command, role),
                "the stored rows or a condition that is not evaluated decide",
            )
        return self._denied(evaluator, relation, command, role)

    def _existing_row(
        self,
        evaluator: Evaluator,
        relation: Relation,
        command: str,
        row: BaseRow,
        context: Context,
        columns: frozenset[str] | None,
    ) -> Truth:
        found = evaluator.passes(relation, command, row, context)
        if command == "update" and "T" in found.possible:
            return both(found, self._changed(evaluator, relation, row, context.role, columns))
        return found

    def _changed(
        self, evaluator: Evaluator, relation: Relation, old: BaseRow, role: str, columns: frozenset[str] | None
    ) -> Truth:
        """Whether the row can get values that the policies accept."""
        choices, leaves = Choices(), 0
        best = FALSE
        while True:
            new = BaseRow(relation, evaluator.constants, choices)
            new.kind = "chosen"
            new.values = {
                name: old.get(name)
                for name, column in relation.columns.items()
                if column.generated or (columns is not None and name not in columns)
            }
            found = self._new_row(evaluator, relation, "update", new, Context(role, choices))
            if found.holds:
                return CHOICE if found.possible != TRUE.possible else TRUE
            if "T" in found.possible:
                best = MAYBE
            leaves += 1
            if not choices.advance():
                return best
            if leaves > MAX_LEAVES // 10 or evaluator.work > MAX_WORK:
                return MAYBE

    def _with_trigger(self, relation: Relation, command: str, decision: Decision) -> Decision:
        if command == "select" or decision.outcome is not Outcome.YES or not self._may_refuse(relation, command):
            return decision
        return replace(decision, outcome=Outcome.UNSURE, reason="a trigger may refuse it")

    def _allowed(self, evaluator: Evaluator, relation: Relation, command: str, role: str, granted: Origin) -> Decision:
        if evaluator.bypasses(relation, role):
            return Decision(Outcome.YES, granted, "row level security is disabled")
        return Decision(
            Outcome.YES,
            self._policy_origin(evaluator, relation, command, role),
            self._steps(evaluator, relation, command, role),
        )

    def _steps(self, evaluator: Evaluator, relation: Relation, command: str, role: str) -> str:
        """What the requester writes first, if the policy reads another table that it may write."""
        permissive = [one for one in evaluator.policies(relation, role, command) if one.permissive]
        for policy in [_best(permissive)] if permissive else []:
            for kind, fields in parse.walk([policy.using, policy.check]):
                if kind == "RangeVar":
                    label = ".".join(one for one in names.range_name(fields) if one)
                    return f"the requester may first write a row of {label}"
        return ""

    @staticmethod
    def _policy_origin(evaluator: Evaluator, relation: Relation, command: str, role: str) -> Origin:
        applying = [one for one in evaluator.policies(relation, role, command) if one.permissive]
        return _best(applying).origin if applying else _origin(relation)

    def _denied(self, evaluator: Evaluator, relation: Relation, command: str, role: str) -> Decision:
        if evaluator.bypasses(relation, role):
            return Decision(Outcome.NO, relation.origin, "a constraint of the table refuses each row")
        applying = evaluator.policies(relation, role, command)
        usable = [
            one for one in applying if one.permissive and condition_of(one, check=command == "insert") is not None
        ]
        if not usable:
            return Decision(
                Outcome.NO, _origin(relation), "row level security is enabled, and no policy allows this identity"
            )
        return Decision(Outcome.NO, _best(usable).origin, "its policies allow only the user's own rows, or none")

    # Expressions that matter

    def _trees(self, relation: Relation, command: str) -> Iterator[Any]:
        """The expressions that a decision can depend on, with those of other tables and functions."""
        seen: set[Any] = set()
        queue: list[Any] = [*relation.checks, relation.query]
        queue += [
            tree
            for one in relation.policies.values()
            if one.command in {"all", command}
            for tree in (one.using, one.check)
        ]
        queue += [one.default for one in relation.columns.values()]
        count = 0
        while queue and count < MAX_TREES:
            tree = queue.pop()
            if tree is None:
                continue
            count += 1
            yield tree
            for kind, fields in parse.walk(tree):
                if kind == "RangeVar":
                    found = self.db.relation(*names.range_name(fields))
                    if found is not None and found.name not in seen:
                        seen.add(found.name)
                        queue += [*found.checks, found.query]
                        for policy in found.policies.values():
                            queue += [policy.using, policy.check]
                        queue += self._trigger_trees()
                elif kind == "FuncCall":
                    for function in self.db.functions_named(*names.dotted(strings(fields["funcname"]))):
                        if function.name not in seen and function.name[0] not in {"auth", "storage"}:
                            seen.add(function.name)
                            queue += body_trees(function)

    def _trigger_trees(self) -> list[Any]:
        users = self.db.relations.get(("auth", "users"))
        found: list[Any] = []
        for trigger in users.triggers if users is not None else ():
            for function in self.db.functions.get(trigger.function, []):
                found += [*body_trees(function), *({"InsertStmt": one} for one in _inserts(function.body))]
        return found

    # Sign-up

    def _created(self, relation: Relation, evaluator: Evaluator) -> list[dict[str, Any]]:
        """Rows that triggers on ``auth.users`` create for a new user."""
        if not evaluator.session.signed_in:
            return []
        if self._sign_up is None:
            self._sign_up = dict(self._sign_up_inserts())
        found = self._sign_up.get(relation.name, [])
        metadata = evaluator.session.claims.get("user_metadata", {})
        return [
            {
                name: (self._created_value(node, evaluator, metadata) if isinstance(node, dict) else node)
                for name, node in row.items()
            }
            for row in found
        ]

    @staticmethod
    def _created_value(node: Node, evaluator: Evaluator, metadata: dict[str, Any]) -> Any:
        user = evaluator.session.claims
        row = _UserRow({"id": user["sub"], "email": user["email"], "role": "authenticated"}, metadata)
        return evaluator.value(node, Scope({"new": row}), Context("postgres", Choices()))

    def _sign_up_inserts(self) -> Iterator[tuple[Name, list[dict[str, Any]]]]:
        users = self.db.relations.get(("auth", "users"))
        rows: dict[Name, list[dict[str, Any]]] = {}
        for trigger in users.triggers if users is not None else ():
            if "insert" not in trigger.events:
                continue
            for function in self.db.functions.get(trigger.function, []):
                for fields in _inserts(function.body):
                    relation = self.db.relation(*names.range_name(fields["relation"]))
                    row = _inserted(fields, relation) if relation is not None else None
                    if relation is not None and row is not None:
                        rows.setdefault(relation.name, []).append(row)
        yield from rows.items()

    # Views and functions

    def view(self, relation: Relation, command: str, role: str, *, signed_in: bool) -> Decision:
        """Decide a command on a view or a materialised view."""
        if not self.db.may_use(role, relation.name[0]):
            return Decision(Outcome.NO, relation.origin, f"no privilege to use the schema {relation.name[0]}")
        granted, _ = self._granted(relation, command, role)
        if granted is None:
            return Decision(Outcome.NO, relation.origin, f"no privilege to {command} for {role}")
        if relation.kind == "matview":
            if command != "select":
                return Decision(Outcome.NO, relation.origin, "a materialised view cannot be written")
            copied = Decision(Outcome.YES, relation.origin, "a materialised view has its own copy of the rows")
            return self._by_default(copied, relation, granted, role)
        query = kind_of(relation.query)[1]
        trees = [relation.query]
        for one in self._tables_of(relation, 0):
            trees += list(self._trees(one, command))
        best: Decision | None = None
        for session in self._sessions(role, trees, signed_in=signed_in):
            evaluator = self._evaluator(session, trees)
            try:
                decision = (
                    self._view_rows(evaluator, relation, query, role)
                    if command == "select"
                    else self._view_write(evaluator, relation, query, command, role)
                )
            except RefusedQueryError as error:
                decision = Decision(Outcome.NO, relation.origin, str(error))
            except (UnsupportedError, RecursionError):
                decision = self._view_unsure(relation, query)
            if best is None or _rank(decision) > _rank(best):
                best = decision
        assert best is not None
        return self._by_default(best, relation, granted, role)

    def _tables_of(self, relation: Relation, depth: int) -> list[Relation]:
        found: list[Relation] = []
        for kind, fields in parse.walk(relation.query):
            if kind == "RangeVar":
                one = self.db.relation(*names.range_name(fields))
                if one is not None:
                    found.append(one)
                    if one.kind == "view" and depth < 8:
                        found += self._tables_of(one, depth + 1)
        return found[:100]

    def _view_unsure(self, relation: Relation, query: Node) -> Decision:
        """A query that is not evaluated: without a condition on the requester, everybody gets its rows."""
        text = _names_used(query)
        cyclic = any(one.name == relation.name for one in self._tables_of(relation, 0))
        guarded = cyclic or relation.invoker or any(one.startswith(("auth.", "current_")) for one in text)
        if not guarded and not any(kind == "SubLink" for kind, _ in parse.walk(query)) and self._known_functions(text):
            return Decision(Outcome.YES, relation.origin, "the view reads with the rights of its owner")
        return Decision(Outcome.UNSURE, relation.origin, "a query that is not evaluated")

    def _known_functions(self, called: set[str]) -> bool:
        return not any(
            self.db.functions_named(*names.dotted(one.split("."))) for one in called if not one.startswith("storage.")
        )

    def _view_rows(self, evaluator: Evaluator, relation: Relation, query: Node, role: str) -> Decision:
        if query.get("op", "SETOP_NONE") != "SETOP_NONE" or not query.get("fromClause"):
            raise UnsupportedError
        rights = role if relation.invoker else relation.owner
        if query.get("havingClause") or query.get("limitOffset"):
            raise UnsupportedError
        rows = _over_stored_rows(evaluator, query, None, rights)
        reason = "" if relation.invoker else "the view reads with the rights of its owner"
        if rows.every:
            return Decision(Outcome.YES, relation.origin, reason)
        if rows.some and rows.tables > 1 and not relation.invoker and not _session_dependent(query):
            return Decision(Outcome.YES, relation.origin, reason)
        if rows.some or rows.unknown:
            return Decision(Outcome.STORED if rows.some else Outcome.UNSURE, relation.origin, "the stored rows decide")
        return Decision(Outcome.NO, relation.origin, "the view has only the user's own rows, or none")

    def _view_write(self, evaluator: Evaluator, relation: Relation, query: Node, command: str, role: str) -> Decision:
        """A simple view can be written; PostgreSQL checks its owner's rights on the table."""
        sources = query.get("fromClause", [])
        simple = (
            len(sources) == 1
            and "RangeVar" in sources[0]
            and not any(
                query.get(one) for one in ("groupClause", "distinctClause", "havingClause", "limitCount", "withClause")
            )
            and query.get("op", "SETOP_NONE") == "SETOP_NONE"
            and not any(kind == "FuncCall" for one in query["targetList"] for kind, _ in parse.walk(one))
        )
        if relation.read_only:
            return Decision(Outcome.UNSURE, relation.origin, "a rule or a trigger decides")
        if not simple:
            return Decision(Outcome.NO, relation.origin, "the view cannot be written")
        base = self.db.relation(*names.range_name(kind_of(sources[0])[1]))
        if base is None:
            raise UnsupportedError
        rights = role if relation.invoker else relation.owner
        signed_in = evaluator.session.signed_in
        if base.kind != "table":
            if base.kind == "matview":
                return Decision(Outcome.NO, relation.origin, "the view cannot be written")
            return self.view(base, command, rights, signed_in=signed_in)
        columns = _base_columns(query, base)
        decision = self.table(base, command, role, signed_in=signed_in, rights=rights, only=columns)
        if decision.outcome is Outcome.NO:
            return decision
        if command == "insert":
            missing = [
                one.name
                for one in base.columns.values()
                if one.not_null and one.default is None and not one.generated and one.name not in columns
            ]
            if missing:
                return Decision(Outcome.NO, relation.origin, f"the view has no column for {missing[0]}")
        elif "whereClause" in query:
            rows = self._view_rows(evaluator, replace(relation, invoker=False), query, role)
            if rows.outcome is not Outcome.YES:
                return rows
        return replace(decision, origin=relation.origin)

    def callable_by(self, function: Function, role: str) -> Origin | None:
        """The grant that lets a role call a function; ``None`` if it cannot."""
        if function.returns in {"trigger", "event_trigger"} or not self.db.may_use(role, function.name[0]):
            return None
        return self.db.granted(self.db.member_roles(role), function.grants, "execute", function.owner)

    def function(self, function: Function, role: str, *, signed_in: bool) -> tuple[Decision, Decision]:
        """What a call of a function reads and writes."""
        if self.callable_by(function, role) is None:
            no = Decision(Outcome.NO, function.origin, f"no privilege to call it for {role}")
            return no, no
        text = _without_strings(function.body)
        reads = bool(_READS.search(text)) or function.expression is not None
        writes = bool(_WRITES.search(text))
        nothing = Decision(Outcome.NO, function.origin, "the function does not do this")
        rights = "the rights of its owner" if function.definer else "the rights of the requester"
        reason = f"the function runs with {rights}"
        if function.language not in {"sql", "plpgsql"}:
            unsure = Decision(Outcome.UNSURE, function.origin, f"a function in {function.language} is not evaluated")
            return unsure, unsure
        dynamic = bool(re.search(r"\bexecute\b", text, re.IGNORECASE)) and function.language == "plpgsql"
        guarded = bool(_GUARD.search(text)) or dynamic or self._calls_others(function)
        if not function.definer:
            return self._invoked(function, role, nothing, reason, signed_in=signed_in)
        unsure = Decision(Outcome.UNSURE, function.origin, f"{reason}; a condition in its body decides")
        yes = Decision(Outcome.YES, function.origin, reason)
        read = (unsure if guarded else yes) if reads or dynamic else nothing
        if reads and function.language == "sql":
            read = self._query(function, role, function.owner, reason, read, signed_in=signed_in)
        if function.returns == "void" and not dynamic and read.outcome is not Outcome.NO:
            read = nothing
        write = (unsure if guarded else yes) if writes or dynamic else nothing
        return read, write

    def _calls_others(self, function: Function) -> bool:
        called = {
            one.group(1).lower() for one in re.finditer(r"([a-z_][a-z0-9_.]*)\s*\(", function.body, re.IGNORECASE)
        }
        return any(
            self.db.functions_named(*names.dotted(one.split(".")))
            for one in called
            if one.rpartition(".")[2] != function.name[1]
        )

    def _query(
        self, function: Function, role: str, rights: str, reason: str, otherwise: Decision, *, signed_in: bool
    ) -> Decision:
        """What the only query of a function returns, with some rights."""
        trees = body_trees(function)
        queries = [one for one in trees if "SelectStmt" in one]
        if len(trees) != 1 or len(queries) != 1:
            return otherwise
        everything = [*queries]
        for kind, fields in parse.walk(queries[0]):
            if kind == "RangeVar":
                found = self.db.relation(*names.range_name(fields))
                if found is not None:
                    everything += list(self._trees(found, "select"))
            if kind == "RangeVar" and not self.db.may_use(rights, names.range_name(fields)[0] or "public"):
                return Decision(Outcome.NO, function.origin, f"no privilege to use a schema for {rights}")
        best: Decision | None = None
        for session in self._sessions(role, everything, signed_in=signed_in):
            evaluator = self._evaluator(session, everything)
            try:
                decision = self._query_rows(evaluator, function, rights, kind_of(queries[0])[1], reason)
            except RefusedQueryError as error:
                decision = Decision(Outcome.NO, function.origin, str(error))
            except (UnsupportedError, RecursionError):
                decision = otherwise
            if best is None or _rank(decision) > _rank(best):
                best = decision
        return best or otherwise

    def _query_rows(self, evaluator: Evaluator, function: Function, rights: str, query: Node, reason: str) -> Decision:
        if query.get("op", "SETOP_NONE") != "SETOP_NONE" or not query.get("fromClause"):
            raise UnsupportedError
        uses_session = _session_dependent(query)
        outer = Scope(parameters={f"${at + 1}": FREE for at in range(len(function.arguments))})
        outer.parameters |= {name: FREE for name in function.parameters if name}
        rows = _over_stored_rows(evaluator, query, outer, rights)
        if rows.every and not (uses_session and function.arguments):
            return Decision(Outcome.YES, function.origin, reason)
        if rows.some and not uses_session:
            return Decision(Outcome.YES, function.origin, reason)
        if rows.some or rows.unknown:
            return Decision(Outcome.UNSURE, function.origin, f"{reason}; the stored rows decide")
        return Decision(Outcome.NO, function.origin, "the function returns only the user's own rows, or none")

    def _invoked(
        self, function: Function, role: str, nothing: Decision, reason: str, *, signed_in: bool
    ) -> tuple[Decision, Decision]:
        """A function with the rights of the requester reaches what the requester reaches."""
        found = {"select": nothing, "write": nothing}
        if function.language == "sql" and _READS.search(function.body):
            unsure = Decision(Outcome.UNSURE, function.origin, f"{reason}; its body is not evaluated")
            found["select"] = self._query(function, role, role, reason, unsure, signed_in=signed_in)
            if found["select"] != unsure:
                write = unsure if _WRITES.search(_without_strings(function.body)) else nothing
                return found["select"], write
            found["select"] = nothing
        for tree in body_trees(function):
            for kind, fields in parse.walk(tree):
                if kind == "RangeVar":
                    relation = self.db.relation(*names.range_name(fields))
                    if relation is None:
                        continue
                    one = self.relation(relation, "select", role, signed_in=signed_in)
                    if _rank(one) > _rank(found["select"]):
                        found["select"] = Decision(one.outcome, function.origin, reason)
        if not body_trees(function) and _READS.search(function.body):
            found["select"] = Decision(Outcome.UNSURE, function.origin, f"{reason}; its body is not evaluated")
        if _WRITES.search(_without_strings(function.body)):
            found["write"] = Decision(Outcome.UNSURE, function.origin, f"{reason}; its body is not evaluated")
        return found["select"], found["write"]

    def relation(self, relation: Relation, command: str, role: str, *, signed_in: bool) -> Decision:
        """Decide a command on any relation."""
        if relation.kind == "table":
            return self.table(relation, command, role, signed_in=signed_in)
        return self.view(relation, command, role, signed_in=signed_in)


class _UserRow:
    """The new row of ``auth.users`` in a trigger."""

    def __init__(self, values: dict[str, Any], metadata: dict[str, Any]) -> None:
        self._values, self._metadata = values, metadata

    def has(self, name: str) -> bool:
        """True: it has every column that a trigger reads."""
        return bool(name)

    def get(self, name: str) -> Any:
        """The value of a column, or of a key of the metadata."""
        column, _, key = name.partition("\0")
        if column == "raw_user_meta_data":
            return self._metadata.get(key) if key else self._metadata
        return self._values.get(column, UNKNOWN)


def body_trees(function: Function) -> list[Node]:
    """The statements of a function's body that can be parsed."""
    if function.expression is not None:
        return [function.expression]
    if function.language == "sql":
        return [{kind: fields} for kind, fields in parse.body(function.body)]
    if function.language == "plpgsql":
        from tieback.posture.rules.sql import procedural

        program = procedural.compile_body(function.body)
        return list(_step_trees(program)) if program is not None else []
    return []


def _step_trees(steps: Sequence[Any]) -> Iterator[Node]:
    from tieback.posture.rules.sql.procedural import If, Return, Set

    for step in steps:
        match step:
            case Return(expression):
                yield expression
            case Set(_, query):
                yield {"SelectStmt": query}
            case If(branches):
                for condition, inner in branches:
                    if condition is not None:
                        yield condition
                    yield from _step_trees(inner)


def _inserts(body: str) -> Iterator[Node]:
    """The ``INSERT`` statements of a trigger's body."""
    for match in re.finditer(r"\binsert\s+into\b", body, re.IGNORECASE):
        end = body.find(";", match.start())
        text = body[match.start() : end if end > 0 else len(body)]
        try:
            trees = parse.parse(text)
        except StatementError:
            continue
        if trees and trees[0][0] == "InsertStmt":
            yield trees[0][1]


def _inserted(fields: Node, relation: Relation) -> dict[str, Any] | None:
    columns = [kind_of(one)[1].get("name", "") for one in fields.get("cols", [])] or list(relation.columns)
    query = kind_of(fields.get("selectStmt"))[1]
    rows = query.get("valuesLists", [])
    if not rows and not query.get("fromClause"):
        values = [kind_of(one)[1].get("val") for one in query.get("targetList", [])]
    elif len(rows) == 1:
        values = kind_of(rows[0])[1].get("items", [])
    else:
        return None
    found: dict[str, Any] = dict(zip(columns, values, strict=False))
    for name, column in relation.columns.items():
        if name not in found:
            found[name] = column.default
    return found


def _mentions_metadata(tree: Any) -> bool:
    return any(
        (kind == "A_Const" and "user_metadata" in str(fields.get("sval", {}).get("sval")))
        or (kind == "ColumnRef" and strings(fields["fields"])[-1:] == ["raw_user_meta_data"])
        for kind, fields in parse.walk(tree)
    )


def _names_used(tree: Any) -> set[str]:
    found: set[str] = set()
    for kind, fields in parse.walk(tree):
        if kind == "FuncCall":
            found.add(".".join(strings(fields["funcname"])))
        elif kind == "SQLValueFunction":
            found.add("current_role")
    return found


def _session_dependent(tree: Any) -> bool:
    return any(one.startswith(("auth.", "current_")) for one in _names_used(tree))


def _without_strings(text: str) -> str:
    return re.sub(r"'(?:[^']|'')*+'|--[^\n]*", "''", text)


def _fixed(relation: Relation, evaluator: Evaluator, fixed: dict[str, Any] | None) -> list[dict[str, Any]]:
    """Values that the rows have in any case: files of Storage are decided for each bucket that a policy names."""
    if fixed is not None or relation.name != ("storage", "objects"):
        return [fixed or {}]
    buckets = [one for one in evaluator.constants.direct.get("bucket_id", []) if isinstance(one, str)]
    return [{}, *({"bucket_id": one} for one in buckets[:50])]


@dataclass(frozen=True, slots=True)
class _StoredRows:
    """Whether a query returns rows that others stored."""

    every: bool
    """True if it returns all of them, whatever they contain."""
    some: bool
    """True if it returns rows of some contents."""
    unknown: bool
    """True if that is not known for some contents."""
    tables: int


def _over_stored_rows(evaluator: Evaluator, query: Node, outer: Scope | None, rights: str) -> _StoredRows:
    """Evaluate a query's conditions for each combination of what the stored rows may contain."""
    choices, leaves, count = Choices(), 0, 0
    every, some, unknown = True, False, False
    context = Context(rights, choices)
    while True:
        bases, _, conditions = evaluator.bind(query, outer, context, ("stored",) * 8)
        if len(bases) > MAX_TABLES:
            raise UnsupportedError
        found = evaluator.best(lambda conditions=conditions: _all(conditions))  # type: ignore[misc]
        if not any(None in base.values.values() for base in bases):
            count += 1
            every &= found.always
        some |= found.holds
        unknown |= "T" in found.possible
        leaves += 1
        if not choices.advance():
            break
        if leaves > MAX_LEAVES or evaluator.work > MAX_WORK:
            every, unknown = False, True
            break
    return _StoredRows(every and count > 0, some, unknown, len(bases))


def _all(conditions: Sequence[Callable[[], Truth]]) -> Truth:
    found = TRUE
    for one in conditions:
        found = both(found, one())
        if "T" not in found.possible:
            break
    return found


def _left(trees: Sequence[Any]) -> bool:
    """True if sessions with other metadata are left."""
    return any(_mentions_metadata(one) for one in trees)


def _base_columns(query: Node, base: Relation) -> frozenset[str]:
    """The columns of a table that a simple view on it has."""
    found: set[str] = set()
    for target in query.get("targetList", []):
        kind, fields = kind_of(kind_of(target)[1].get("val"))
        if kind == "ColumnRef":
            found |= set(base.columns) if "A_Star" in fields["fields"][-1] else {string(fields["fields"][-1])}
    return frozenset(found)


def _has_own(row: BaseRow) -> bool:
    """True if a value of the row is the requester's ID, or contains it."""
    return any(OWN_ID in value if isinstance(value, str | list) else False for value in row.values.values())


def _origin(relation: Relation) -> Origin:
    return relation.secured or relation.origin


def _best(policies: Sequence[Policy]) -> Policy:
    """The policy to name: the one with the shortest condition."""
    return min(policies, key=lambda one: len(str(one.using or one.check)))


def _rank(decision: Decision) -> tuple[int, bool]:
    order = (Outcome.NO, Outcome.UNSURE, Outcome.STORED, Outcome.YES)
    return order.index(decision.outcome), not decision.own
