"""Tables, privileges and row level security of a PostgreSQL or Supabase schema, from a dump or migrations.

Sources: https://www.postgresql.org/docs/current/ddl-rowsecurity.html,
https://www.postgresql.org/docs/current/sql-grant.html and
https://supabase.com/docs/guides/database/postgres/row-level-security. At Supabase the public key of an app has the role
``anon``, and every user who signs up is ``authenticated``. Elsewhere an external requester has the privileges of
``PUBLIC``.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cached_property
from itertools import islice

import msgspec

from tieback.posture.rules import interface
from tieback.posture.rules.interface import PathPermissions, Permission, Requester, RulesReaderMeta
from tieback.posture.rules.source import RulesText
from tieback.posture.rules.sql import linter, supabase
from tieback.posture.rules.sql.access.access import Access
from tieback.posture.rules.sql.access.decisions import Decision, Outcome, rank
from tieback.posture.rules.sql.linter import DEFAULT_SCHEMAS, Lint, function_path
from tieback.posture.rules.sql.schema import FILES, Bucket, Database, Function, Origin, Relation
from tieback.posture.rules.sql.settings import ProjectSettings
from tieback.posture.rules.sql.statements import apply

_WRITES = ("insert", "update", "delete")
_HEAD = 400_000
_SQL = re.compile(
    r"row level security|\bcreate\s+policy\b"
    r"|\bcreate\s+(unlogged\s+|or\s+replace\s+)?(table|view|materialized\s+view)\b",
    re.IGNORECASE,
)
_MYSQL = re.compile(r"\bengine\s*=\s*\w+|\bauto_increment\b|^-- MySQL dump|^PRAGMA\b", re.IGNORECASE | re.MULTILINE)
_ANONYMOUS = re.compile(r"(^|_)anon(ymous)?$")
_SIGNED_IN = re.compile(r"(^|_)(authenticated|web_?user|app_?user)$")
_NOT_KNOWN = "not known here: no statement of these files creates it"
_NO_SIGN_UP = "config.toml disables sign-up: only invited users can do it"
_DEFAULTS = "Supabase's default privileges are assumed"


class SqlPolicies:
    """Reads ``pg_dump --schema-only`` and migrations."""

    meta = RulesReaderMeta(
        "sql-rls",
        "PostgreSQL and Supabase row level security",
        "https://supabase.com/docs/guides/database/postgres/row-level-security",
    )

    def recognises(self, text: RulesText) -> bool:
        """True if the file creates tables, views or policies, and not in the syntax of MySQL or SQLite."""
        head = text.text[:_HEAD]
        if not _SQL.search(head):
            return False
        return "row level security" in head.lower() or "create policy" in head.lower() or not _MYSQL.search(head)

    def read(self, text: RulesText) -> "SqlSchema":
        """Read all statements. Raises ``InputError``."""
        database = supabase.database_for(text.text)
        apply.load(database, text)
        return SqlSchema(database)


class SqlSchema:
    """The state after all statements.

    Args:
        database: the objects.
        settings: of the project.
        locate: file and line of a line of joined files.
    """

    def __init__(
        self,
        database: Database,
        settings: ProjectSettings | None = None,
        locate: Callable[[int], tuple[str, int]] | None = None,
    ) -> None:
        self.database = database
        self._settings = settings or ProjectSettings()
        self._locate = locate
        self.access = Access(database)

    @cached_property
    def _lints(self) -> list[Lint]:
        return linter.lints(self.database, self._settings.exposed or DEFAULT_SCHEMAS)

    def lints(self, path: str) -> tuple[str, ...]:
        """Names of the checks of Supabase's linter that match a path."""
        label = self.label(path)
        return tuple(dict.fromkeys(one.name for one in self._lints if one.path == label))

    def label(self, path: str) -> str:
        """The path of an object as ``paths`` has it."""
        name = _clean(path)
        kind, _, rest = name.partition("/")
        if kind == "storage" and rest:
            return f"storage/{self._bucket_name(rest)}"
        if kind == "rpc":
            return f"rpc/{rest.removeprefix('public.')}"
        relation = self._relation(name)
        return relation.label if relation is not None and not rest else name

    def paths(self) -> Iterator[str]:
        """Yield ``schema.table`` of each table and view, ``rpc/name``, ``storage/bucket`` and ``functions/name``."""
        yield from islice(self._paths(), interface.MAX_PATHS)

    def _paths(self) -> Iterator[str]:
        for one in self.database.relations.values():
            if one.origin.line or any(policy.origin.line for policy in one.policies.values()):
                yield one.label
        seen: set[str] = set()
        for functions in self.database.functions.values():
            for function in functions:
                path = function_path(function)
                listed = function.definer and function.returns not in {"trigger", "event_trigger"}
                if listed and function.origin.line and path not in seen:
                    seen.add(path)
                    yield path
        for name in self.database.buckets:
            yield f"storage/{name}"
        for name in self._settings.open_functions:
            yield f"functions/{name}"

    def ask(self, who: Requester, path: str) -> PathPermissions:
        """Evaluate a table or view (``schema.name``, or ``name`` of ``public``), ``rpc/NAME`` or ``storage/BUCKET``."""
        found = self._ask(who, path)
        if who is Requester.ANONYMOUS or self._settings.sign_up:
            return found
        anonymous = self._ask(Requester.ANONYMOUS, path)
        return PathPermissions(_invited(found.read, anonymous.read), _invited(found.write, anonymous.write))

    def _ask(self, who: Requester, path: str) -> PathPermissions:
        name = _clean(path)
        kind, _, rest = name.partition("/")
        if kind == "rpc" and rest:
            return self._function(who, rest)
        if kind == "functions" and rest:
            return self._edge_function(rest)
        if kind == "storage" and rest and (found := self._bucket_name(rest)):
            return self._bucket(who, found)
        relation = self._relation(name.replace("/", "."))
        if relation is None:
            unknown = interface.deny(_NOT_KNOWN, certain=False)
            return PathPermissions(unknown, unknown)
        role, signed_in = self._role(who), who is Requester.ANY_USER
        read = self.access.relation(relation, "select", role, signed_in=signed_in)
        writes = [(command, self.access.relation(relation, command, role, signed_in=signed_in)) for command in _WRITES]
        if relation.name == FILES:
            writes = [
                (name, decision if name == "insert" else _of_files_read(decision, read)) for name, decision in writes
            ]
        command, write = _strongest(writes)
        return PathPermissions(
            self._permission(read, relation.label, "select", role, relation),
            self._permission(write, relation.label, command, role, relation),
        )

    def _role(self, who: Requester) -> str:
        wanted = "anon" if who is Requester.ANONYMOUS else "authenticated"
        if wanted in self.database.roles:
            return wanted
        pattern = _ANONYMOUS if who is Requester.ANONYMOUS else _SIGNED_IN
        return next((one for one in self.database.roles if pattern.search(one)), "public")

    def _relation(self, name: str) -> Relation | None:
        schema, _, rest = name.rpartition(".")
        for one in (name, name.lower()):
            schema, _, rest = one.rpartition(".")
            found = self.database.relations.get((schema or "public", rest))
            if found is not None:
                return found
        return None

    def _bucket_name(self, rest: str) -> str:
        """The bucket of ``BUCKET`` or ``v1/object/public/BUCKET/name``."""
        parts = [one for one in rest.split("/") if one]
        if parts[:2] == ["v1", "object"]:
            parts = parts[3:] if parts[2:3] and parts[2] in {"public", "authenticated", "sign", "info"} else parts[2:]
        return parts[0] if parts else ""

    def _function(self, who: Requester, name: str) -> PathPermissions:
        schema, _, plain = name.rpartition(".")
        functions = self.database.functions.get((schema or "public", plain), [])
        if not functions and not schema:
            functions = [one for key, each in self.database.functions.items() if key[1] == plain for one in each]
        if not functions:
            unknown = interface.deny(_NOT_KNOWN, certain=False)
            return PathPermissions(unknown, unknown)
        role = self._role(who)
        signed_in = who is Requester.ANY_USER
        pairs = [self.access.function(one, role, signed_in=signed_in) for one in functions]
        at_read, read = _best([pair[0] for pair in pairs])
        at_write, write = _best([pair[1] for pair in pairs])
        return PathPermissions(
            self._permission(read, function_path(functions[at_read]), "call", role, functions[at_read]),
            self._permission(write, function_path(functions[at_write]), "call", role, functions[at_write]),
        )

    def _edge_function(self, name: str) -> PathPermissions:
        origin = self._settings.open_functions.get(name)
        if origin is None:
            unknown = interface.deny(
                "not known here: config.toml does not switch off its check of tokens", certain=False
            )
            return PathPermissions(unknown, unknown)
        file, line = self._place(origin.line)
        reason = "verify_jwt is false: its own code decides"
        found = Permission(True, False, line, origin.text, f"POST functions/v1/{name}", reason, file=file)
        return PathPermissions(found, found)

    def _bucket(self, who: Requester, name: str) -> PathPermissions:
        bucket = self.database.buckets.get(name)
        objects = self.database.relations[FILES]
        role, signed_in = self._role(who), who is Requester.ANY_USER
        decisions = {
            command: self.access.relation(objects, command, role, signed_in=signed_in, bucket=name)
            for command in ("select", *_WRITES)
        }
        read = decisions["select"]
        for command in ("update", "delete"):
            decisions[command] = _of_files_read(decisions[command], read)
        if bucket is None and not any(one.origin.line for one in objects.policies.values()):
            unknown = interface.deny(_NOT_KNOWN, certain=False)
            return PathPermissions(unknown, unknown)
        if bucket is not None and bucket.public:
            read = Decision(Outcome.YES, bucket.origin, "the bucket is public: policies do not apply to downloads")
        elif (bucket is None or bucket.public is None) and read.outcome is Outcome.NO:
            read = Decision(
                Outcome.UNSURE, _bucket_origin(bucket, read), "these files do not state whether it is public"
            )
        command, write = _strongest([(one, decisions[one]) for one in _WRITES])
        label = f"storage/{name}"
        return PathPermissions(
            self._permission(read, label, "read", role, objects), self._permission(write, label, command, role, objects)
        )

    def _place(self, line: int) -> tuple[str, int]:
        return self._locate(line) if self._locate is not None and line else ("", line)

    def _permission(
        self, decision: Decision, label: str, command: str, role: str, of: Relation | Function
    ) -> Permission:
        origin, reason = decision.origin, decision.reason
        if not origin.line:
            origin = of.origin
        if decision.by_default:
            reason = "; ".join(one for one in (reason, _DEFAULTS) if one)
        file, line = self._place(origin.line)
        certain = decision.outcome in {Outcome.YES, Outcome.NO}
        rule = interface.rule_excerpt(origin.text)
        if decision.outcome is Outcome.NO:
            problem = self._doubt(of)
            if problem:
                reason, certain = f"{reason}; {problem}", False
            return Permission(False, certain, line, rule, "", reason, file=file)
        unexposed = self._unexposed(of)
        if unexposed:
            reason, certain = f"{reason}; {unexposed}".strip("; "), False
        published = self.database.published_all or of.name in self.database.published
        if command == "select" and isinstance(of, Relation) and of.kind == "table" and published:
            reason = f"{reason}; Realtime sends its changes too".strip("; ")
        request = f"{command.upper()} on {label} as {role}"
        return Permission(True, certain, line, rule, request, reason, own_only=decision.own, file=file)

    def _unexposed(self, of: Relation | Function) -> str:
        """A note if the project does not expose the schema, neither as tables nor in pg_graphql."""
        schema, exposed = of.name[0], self._settings.exposed
        if not exposed or schema in {*exposed, "storage", "realtime"}:
            return ""
        graphql = "pg_graphql" in self.database.extensions and "graphql_public" in exposed
        if graphql and isinstance(of, Relation) and schema in self._settings.search_path:
            return ""
        return f"config.toml does not expose the schema {schema}"

    def _doubt(self, of: Relation | Function) -> str:
        """A statement that was not evaluated and can concern the object."""
        for problem in self.database.problems:
            if not problem.matters:
                continue
            built = re.search(r"format\s*\(|\|\||\{\{|%[IsL]|\$\{", problem.text)
            if (
                built
                or of.name[1].lower() in problem.text.lower()
                or re.search(r"\ball\b", problem.text, re.IGNORECASE)
            ):
                file, line = self._place(problem.line)
                where = f"line {line}" if not file else f"{file}:{line}"
                return f"{where} is not evaluated: {problem.what}"
        return ""


def _invited(user: Permission, anonymous: Permission) -> Permission:
    """The permission of a user whom somebody has to invite: not certain for others, unless they need no account."""
    if not user.allowed or (anonymous.allowed and anonymous.certain >= user.certain):
        return user
    reason = "; ".join(one for one in (user.reason, _NO_SIGN_UP) if one)
    return msgspec.structs.replace(user, certain=False, reason=reason)


def _clean(path: str) -> str:
    """A path without the prefixes of Supabase's API."""
    name = path.strip("/").removeprefix("rest/v1/").removeprefix("graphql/v1/")
    return name.split("?", 1)[0].replace('"', "").removesuffix("()")


def _bucket_origin(bucket: Bucket | None, read: Decision) -> Origin:
    return bucket.origin if bucket is not None else read.origin


def _of_files_read(change: Decision, read: Decision) -> Decision:
    """What remains of a change of files: Storage finds them by name, so policies for ``select`` apply too.

    Source: ``deleteObject`` of https://github.com/supabase/storage and the table "Policies Applied by Command Type" of
    https://www.postgresql.org/docs/current/sql-createpolicy.html.
    """
    if rank(read)[0] >= rank(change)[0]:
        return change
    return replace(change, outcome=read.outcome, reason="policies for select decide which files it finds")


def _strongest(decisions: list[tuple[str, Decision]]) -> tuple[str, Decision]:
    return max(decisions, key=lambda one: rank(one[1]))


def _best(decisions: list[Decision]) -> tuple[int, Decision]:
    at = max(range(len(decisions)), key=lambda one: rank(decisions[one])[0])
    return at, decisions[at]
