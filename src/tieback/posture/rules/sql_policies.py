"""Tables, privileges and row level security of a PostgreSQL or Supabase schema, from a dump or migrations.

Sources: https://www.postgresql.org/docs/current/ddl-rowsecurity.html,
https://www.postgresql.org/docs/current/sql-grant.html and
https://supabase.com/docs/guides/database/postgres/row-level-security. At Supabase the public key of an app has the role
``anon``, and every user who signs up is ``authenticated``. Elsewhere an external requester has the privileges of
``PUBLIC``.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from tieback.posture.rules import interface, logic
from tieback.posture.rules.interface import PathPermissions, Permission, Requester, RulesReaderMeta
from tieback.posture.rules.logic import CHOSEN, STORED, Value
from tieback.posture.rules.source import RulesText
from tieback.posture.rules.sql_condition import Condition
from tieback.posture.rules.sql_text import SqlStatement, Token, statements

_WRITES = ("insert", "update", "delete")
_ROLES = {Requester.ANONYMOUS: ("anon", "public"), Requester.ANY_USER: ("authenticated", "public")}
_HEAD = 400_000


@dataclass(frozen=True, slots=True)
class _RowPolicy:
    name: str
    permissive: bool
    command: str
    roles: tuple[str, ...]
    using: tuple[Token, ...] | None
    check: tuple[Token, ...] | None
    line: int
    text: str


@dataclass(slots=True)
class _Table:
    name: str
    line: int
    secured: int = 0
    """The line that enables row level security; 0 if it is off."""
    policies: list[_RowPolicy] = field(default_factory=list)
    grants: dict[tuple[str, str], tuple[int, str]] = field(default_factory=dict)
    """Line and text of each grant, by role and privilege."""


class SqlPolicies:
    """Reads ``pg_dump --schema-only`` and migrations."""

    meta = RulesReaderMeta(
        "sql-rls",
        "PostgreSQL and Supabase row level security",
        "https://supabase.com/docs/guides/database/postgres/row-level-security",
    )

    def recognises(self, text: RulesText) -> bool:
        """True if the file contains policies or row level security."""
        head = text.text[:_HEAD].lower()
        return (
            "row level security" in head or "create policy" in head or ("create table" in head and " to anon" in head)
        )

    def read(self, text: RulesText) -> "SqlSchema":
        """Read all statements. Raises ``InputError``."""
        schema = SqlSchema()
        for statement in statements(text):
            _apply(schema, statement)
        return schema


class SqlSchema:
    """Tables in their state after all statements."""

    def __init__(self) -> None:
        self.tables: dict[str, _Table] = {}
        self.grants_seen = False
        self.supabase = False

    def table(self, name: str, line: int) -> _Table:
        """The table of that name; created at the first access."""
        return self.tables.setdefault(name, _Table(name, line))

    def paths(self) -> Iterator[str]:
        """Yield ``schema.table`` of each table."""
        yield from list(self.tables)[: interface.MAX_PATHS]

    def ask(self, who: Requester, path: str) -> PathPermissions:
        """Evaluate ``schema.table`` or ``table`` (of ``public``)."""
        name = path.strip("/").replace("/", ".").lower()
        table = self.tables.get(name) or self.tables.get(f"public.{name}")
        if table is None:
            nothing = interface.deny("the file contains no such table")
            return PathPermissions(nothing, nothing)
        write = [self._judge(who, table, command) for command in _WRITES]
        best = next((one for one in write if one.allowed and one.certain), None)
        best = best or next((one for one in write if one.allowed), write[0])
        return PathPermissions(self._judge(who, table, "select"), best)

    def _judge(self, who: Requester, table: _Table, command: str) -> Permission:
        granted = self._granted(who, table, command)
        if granted is None:
            return interface.deny(f"no privilege to {command} for {' or '.join(_ROLES[who])}", table.line)
        line, text = granted
        note = "" if text else "the file contains no privileges: Supabase's defaults for the schema public are assumed"
        request = f"{command.upper()} on {table.name} as {_ROLES[who][0]}"
        if not table.secured:
            reason = "row level security is disabled" + (f"; {note}" if note else "")
            return interface.allow(line or table.line, text or f"table {table.name}", request, reason=reason)
        return self._by_policies(who, table, command, request, note)

    def _by_policies(self, who: Requester, table: _Table, command: str, request: str, note: str) -> Permission:
        found: Value = False
        best: _RowPolicy | None = None
        covering = [
            one for one in table.policies if one.command in {"all", command} and set(one.roles) & set(_ROLES[who])
        ]
        for one in (one for one in covering if one.permissive):
            holds = _holds(one, command, who)
            if best is None or logic.logical_or(found, holds) is not found:
                best = one
            found = logic.logical_or(found, holds)
        for one in (one for one in covering if not one.permissive):
            found = logic.logical_and(found, _holds(one, command, who))
        if best is None:
            return interface.deny("row level security is enabled, and no policy allows this identity", table.secured)
        if found is False:
            return interface.deny("its policies show only the user's own rows", best.line, best.text)
        reason = note if found is not STORED else "the stored rows decide" + (f"; {note}" if note else "")
        return interface.allow(best.line, best.text, request, reason=reason, certain=found is not STORED)

    def _granted(self, who: Requester, table: _Table, command: str) -> tuple[int, str] | None:
        for role in _ROLES[who]:
            for privilege in (command, "all"):
                found = table.grants.get((role, privilege))
                if found is not None:
                    return found
        if not self.grants_seen and table.name.startswith("public."):
            return (0, "")
        return None


def _holds(policy: _RowPolicy, command: str, who: Requester) -> Value:
    """Whether the policy lets the command access a row of another user."""
    using, check = policy.using, policy.check
    if command == "insert":
        sent = check if check is not None else using
        return Condition(sent, who, CHOSEN).truth() if sent is not None else True
    return Condition(using, who, STORED).truth() if using is not None else True


def _apply(schema: SqlSchema, statement: SqlStatement) -> None:
    words = [token.value for token in statement.tokens]
    if statement.begins("create", "policy"):
        _policy(schema, statement)
    elif statement.begins("drop", "policy") and "on" in words:
        skip = 2 + 2 * (words[2:4] == ["if", "exists"])
        name, _ = _name(statement.tokens, words.index("on") + 1)
        table = schema.tables.get(name)
        if table is not None:
            table.policies = [one for one in table.policies if one.name != words[skip]]
    elif statement.begins("create") and "table" in words[:5]:
        at = words.index("table") + 1
        at += 3 * (words[at : at + 3] == ["if", "not", "exists"])
        name, _ = _name(statement.tokens, at)
        if name and "temp" not in words[:3] and "temporary" not in words[:3]:
            schema.table(name, statement.line).line = statement.line
    elif statement.begins("alter", "table"):
        _alter(schema, statement, words)
    elif statement.begins("grant") or statement.begins("revoke"):
        _grant(schema, statement, words)


def _alter(schema: SqlSchema, statement: SqlStatement, words: Sequence[str]) -> None:
    at = 2 + 2 * (list(words[2:4]) == ["if", "exists"])
    at += words[at : at + 1] == ["only"]
    name, behind = _name(statement.tokens, at)
    action = list(words[behind : behind + 4])
    if action[1:] == ["row", "level", "security"] and action[0] in {"enable", "disable"}:
        schema.table(name, statement.line).secured = statement.line if action[0] == "enable" else 0


def _grant(schema: SqlSchema, statement: SqlStatement, words: Sequence[str]) -> None:
    granting = words[0] == "grant"
    if "on" not in words or ("to" if granting else "from") not in words:
        return
    on, to = words.index("on"), len(words) - 1 - words[::-1].index("to" if granting else "from")
    if to <= on + 1:
        return
    privileges = {word for word in words[1:on] if word in {"select", "all", *_WRITES}}
    roles = [
        token.value for token in statement.tokens[to + 1 :] if token.is_name and token.value not in {"with", "grant"}
    ]
    for name in _objects(schema, statement.tokens, words, on + 1, to):
        table = schema.table(name, statement.line)
        for role in roles:
            schema.supabase |= role in {"anon", "authenticated"}
            for privilege in privileges:
                if granting:
                    table.grants[role, privilege] = (statement.line, statement.text)
                else:
                    for one in (privilege,) if privilege != "all" else ("all", "select", *_WRITES):
                        table.grants.pop((role, one), None)
        schema.grants_seen = True


def _objects(schema: SqlSchema, tokens: Sequence[Token], words: Sequence[str], at: int, end: int) -> Iterator[str]:
    if list(words[at : at + 2]) == ["all", "tables"]:
        for wanted in words[at + 4 : end]:
            yield from [name for name in schema.tables if name.startswith(f"{wanted}.")]
        return
    if words[at] in {"schema", "function", "sequence", "type", "database", "routine", "procedure", "all", "language"}:
        return
    at += words[at] == "table"
    while at < end:
        name, at = _name(tokens, at)
        if not name:
            return
        yield name
        if at < end and words[at] == ",":
            at += 1


def _policy(schema: SqlSchema, statement: SqlStatement) -> None:
    tokens = statement.tokens
    words = [token.value if token.kind in {"word", "sign"} else "" for token in tokens]
    if "on" not in words:
        return
    name, at = _name(tokens, words.index("on") + 1)
    permissive, command, roles = True, "all", ["public"]
    using: tuple[Token, ...] | None = None
    check: tuple[Token, ...] | None = None
    while at < len(tokens):
        word = words[at]
        if word == "as":
            permissive = words[at + 1 : at + 2] != ["restrictive"]
            at += 2
        elif word == "for":
            command = words[at + 1] if at + 1 < len(words) else "all"
            at += 2
        elif word == "to":
            at, roles = at + 1, []
            while at < len(tokens) and words[at] not in {"using", "with"}:
                roles += [tokens[at].value] if tokens[at].is_name else []
                at += 1
        elif word == "using":
            using, at = _inside(tokens, at + 1)
        elif word == "with" and words[at + 1 : at + 2] == ["check"]:
            check, at = _inside(tokens, at + 2)
        else:
            at += 1
    policy = _RowPolicy(
        tokens[2].value, permissive, command, tuple(roles), using, check, statement.line, statement.text
    )
    schema.table(name, statement.line).policies.append(policy)


def _inside(tokens: Sequence[Token], at: int) -> tuple[tuple[Token, ...], int]:
    level, begin = 0, at + 1
    while at < len(tokens):
        if tokens[at].kind == "sign":
            level += (tokens[at].value == "(") - (tokens[at].value == ")")
        at += 1
        if level == 0:
            break
    return tuple(tokens[begin : at - 1]), at


def _name(tokens: Sequence[Token], at: int) -> tuple[str, int]:
    """A name with its schema, ``public`` if there is none, and the position after it."""
    if at >= len(tokens) or not tokens[at].is_name:
        return "", at + 1
    parts = [tokens[at].value]
    at += 1
    while at + 1 < len(tokens) and tokens[at].value == "." and tokens[at + 1].is_name:
        parts.append(tokens[at + 1].value)
        at += 2
    return (".".join(parts) if len(parts) > 1 else f"public.{parts[0]}"), at
