# ruff: noqa: E501, ISC004 - a statement in one piece reads better
"""Random schemas with row level security, for the comparison with PostgreSQL.

Each case is a text of statements as migrations have them. Its constructs are counted, so that a run shows which ones it
reached.
"""

import random
from collections import Counter
from dataclasses import dataclass, field

from bench import policies_conditions as conditions
from bench.policies_conditions import OTHERS, OWN

STATUSES = ("live", "draft")
ROLES = ("member", "admin")
_OTHER, _OWN = (f"'{one}'" for one in (OTHERS[0], OWN))
COLUMNS = {
    "owner": (_OTHER, _OWN, "null", "default"),
    "open": ("true", "false"),
    "status": ("'live'", "'draft'", "'other'", "null", f"'{OWN}/a'"),
    "team": ("1", "2", "3"),
    "editors": (f"array[{_OTHER}]::uuid[]", f"array[{_OWN}]::uuid[]", "'{}'"),
    "meta": ("'{}'", f"jsonb_build_object('owner', {_OTHER})", f"jsonb_build_object('owner', {_OWN})"),
}
"""Values of new rows, by column; of a column that no statement mentions, the first one."""
STORED = (
    (_OTHER, "true", "'live'", "1", f"array[{_OTHER}]::uuid[]", f"jsonb_build_object('owner', {_OTHER})"),
    (
        f"'{OTHERS[1]}'",
        "false",
        "'draft'",
        "2",
        f"array['{OTHERS[1]}']::uuid[]",
        f"jsonb_build_object('owner', '{OTHERS[1]}')",
    ),
    (_OTHER, "false", "'live'", "2", "'{}'", f"jsonb_build_object('owner', {_OTHER})"),
    (_OTHER, "null", "null", "null", "null", "null"),
    ("null", "true", "'draft'", "1", "null", "'{}'"),
)
"""Stored rows: three without a null, and two with."""


@dataclass(slots=True)
class Case:
    """One schema."""

    seed: int
    statements: list[str] = field(default_factory=list)
    constructs: Counter[str] = field(default_factory=Counter)
    paths: list[tuple[str, str]] = field(default_factory=list)
    """Kind (``table``, ``view``, ``matview`` or ``function``) and name of what is compared."""

    schema: str = "public"
    """Of its tables."""
    enum: bool = False
    """True if the status is an enum."""

    @property
    def text(self) -> str:
        """All statements."""
        return "".join(f"{one};\n" for one in self.statements)


class _Maker:
    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.case = Case(seed)
        self.functions: list[tuple[str, str]] = []
        """Call and construct of each helper that returns a truth."""

    def chance(self, share: float) -> bool:
        return self.random.random() < share

    def use(self, construct: str) -> None:
        self.case.constructs[construct] += 1

    def add(self, statement: str, construct: str = "") -> None:
        self.case.statements.append(statement)
        if construct:
            self.use(construct)

    def pick[T](self, *options: T) -> T:
        return self.random.choice(options)


def make(seed: int) -> Case:
    """The case of a seed."""
    maker = _Maker(seed)
    schema = maker.case.schema = "private" if maker.chance(0.12) else "public"
    if schema == "private":
        maker.add("create schema private", "schema without usage")
        if maker.chance(0.7):
            maker.add("grant usage on schema private to anon, authenticated", "grant usage")
            maker.add("grant all on all tables in schema private to anon, authenticated")
    if maker.chance(0.06):
        whom = maker.pick("anon, authenticated", "anon")
        maker.add(
            f"alter default privileges in schema public revoke all on tables from {whom}", "default privileges revoked"
        )
    if maker.chance(0.08):
        maker.add("create role staff nologin", "role membership")
        maker.add(f"grant staff to {maker.pick('authenticated', 'anon', 'service_role')}")
    _tables(maker, schema)
    if schema == "private" and maker.chance(0.8):
        maker.add("grant select, insert, update, delete on all tables in schema private to anon, authenticated",
                  "grant on all tables")  # fmt: skip
    _helpers(maker, schema)
    notes = f"{schema}.notes"
    _secure(maker, notes, main=True)
    for other in (f"{schema}.teams_members", f"{schema}.profiles"):
        _secure(maker, other, main=False)
    _grants(maker, notes)
    _changes(maker, notes)
    _trigger(maker, notes)
    _views(maker, schema)
    _calls(maker, schema)
    maker.case.paths += [("table", notes)]
    return maker.case


def _tables(maker: _Maker, schema: str) -> None:
    owner = maker.pick(("uuid", ""), ("uuid not null", "not null"), ("uuid default auth.uid()", "default of a column"))
    flag = maker.pick(("boolean", ""), ("boolean not null", ""), ("boolean not null default true", ""))
    status = maker.pick(*[("text", "")] * 8, ("public.status", "enum"), ("public.words", "domain"))
    if status[0] == "public.status":
        labels = ", ".join(f"'{one}'" for one in (*STATUSES, "other"))
        maker.add(f"create type public.status as enum ({labels})")
    elif status[0] == "public.words":
        maker.add("create domain public.words as text")
    maker.case.enum = status[0] == "public.status"
    for _, construct in (owner, status):
        if construct:
            maker.use(construct)
    check = _check(maker)
    maker.add(
        f"create table {schema}.notes (id bigint primary key, owner {owner[0]}, open {flag[0]}, status {status[0]},"
        f" team integer, editors uuid[], meta jsonb{check})"
    )
    maker.add(
        f"create table {schema}.teams_members (user_id uuid not null, team integer not null,"
        " role text default 'member')"
    )
    maker.add(f"create table {schema}.profiles (id uuid primary key, role text default 'member', banned boolean)")
    if maker.chance(0.25):
        role = maker.pick("'member'", "'admin'", "new.raw_user_meta_data->>'role'")
        columns, values = maker.pick(("id", "new.id"), ("id, role", f"new.id, {role}"))
        maker.add(
            "create function public.on_sign_up() returns trigger language plpgsql security definer as"
            f" $$ begin insert into {schema}.profiles ({columns}) values ({values}); return new; end $$",
            "sign-up trigger",
        )
        maker.add(
            "create trigger on_sign_up after insert on auth.users for each row execute function public.on_sign_up()"
        )


def _check(maker: _Maker) -> str:
    if not maker.case.enum and maker.chance(0.06):
        maker.use("check constraint")
        return ", check (status in ('live', 'draft'))"
    if maker.chance(0.04):
        maker.use("check constraint of two columns")
        return ", check (team is not null or not open)"
    return ""


def _bodies(schema: str) -> dict[str, tuple[str, str, str, str]]:
    """Helpers: arguments, query, result, and the condition that calls it."""
    members, profiles = f"{schema}.teams_members", f"{schema}.profiles"
    mine = f"{profiles} p where p.id = auth.uid()"
    return {
        "is_member": (
            "t integer", f"exists (select 1 from {members} m where m.team = t and m.user_id = auth.uid())",
            "boolean", "{name}(team)",
        ),
        "has_role": (
            "wanted text", f"exists (select 1 from {mine} and p.role = wanted)", "boolean", "{name}('admin')",
        ),
        "has_role_or": (
            "wanted text default 'admin'", f"exists (select 1 from {mine} and p.role = wanted)", "boolean",
            "{name}() or {name}(wanted => 'member')",
        ),
        "is_admin": ("", f"(select p.role from {mine}) = 'admin'", "boolean", "{name}()"),
        "role_of": ("", f"(select p.role from {mine})", "text", "{name}() = 'admin'"),
        "is_signed_in": ("", "auth.uid() is not null", "boolean", "{name}()"),
        "my_teams": ("", f"select m.team from {members} m where m.user_id = auth.uid()", "setof integer",
                     "team in (select {name}())"),
    }  # fmt: skip


def _helpers(maker: _Maker, schema: str) -> None:
    for name, (arguments, query, result, call) in _bodies(schema).items():
        if not maker.chance(0.22):
            continue
        definer = maker.chance(0.6)
        rights = " security definer" if definer else ""
        maker.use("helper, definer" if definer else "helper, invoker")
        many = result.startswith("setof")
        language, body = maker.pick(
            ("sql", query if many else f"select {query}"),
            *([] if many else _procedures(query, result)),
        )
        construct = "in sql" if language == "sql" else language.partition(":")[2]
        maker.use("helper that returns rows" if many else f"helper {construct}")
        head = f"create function {schema}.{name}({arguments}) returns {result}"
        if construct == "as an expression":
            maker.add(f"{head} language sql stable{rights} return {body}")
        else:
            maker.add(f"{head} language {language.partition(':')[0]} stable{rights} as $$ {body} $$")
        if maker.chance(0.1):
            maker.add(
                f"revoke execute on function {schema}.{name} from public, {maker.pick('anon', 'authenticated')}",
                "helper without execute",
            )
        if not definer and maker.chance(0.15):
            types = "integer" if arguments == "t integer" else ("text" if arguments else "")
            maker.add(f"alter function {schema}.{name}({types}) security definer", "alter function")
        maker.functions.append((f"({call.format(name=f'{schema}.{name}')})", "call of a helper"))


def _procedures(query: str, result: str) -> list[tuple[str, str]]:
    """Bodies in PL/pgSQL, and as an expression of standard SQL."""
    empty = "false" if result == "boolean" else "null"
    return [
        ("plpgsql:in plpgsql", f"begin return ({query}); end"),
        ("plpgsql:with a variable", f"declare found {result}; begin found := ({query}); return found; end"),
        ("plpgsql:with select into", f"declare found {result}; begin select {query} into found; return found; end"),
        (
            "plpgsql:with if",
            f"begin if auth.uid() is null then return {empty}; elsif auth.role() = 'anon' then return {empty};"
            f" end if; return {query}; end",
        ),
        ("sql:as an expression", f"({query})"),
    ]


def _secure(maker: _Maker, table: str, *, main: bool) -> None:
    share = 0.75 if main else 0.7
    if maker.chance(share):
        style = maker.random.random()
        if style < 0.1:
            maker.add(f"do $$ begin execute 'alter table {table} enable row level security'; end $$", "do with execute")
        elif style < 0.15:
            maker.add(
                f"do $$ declare t text; begin foreach t in array array['{table}'] loop"
                " execute 'alter table ' || t || ' enable row level security'; end loop; end $$",
                "do with a loop",
            )
        elif style < 0.2:
            schema, name = table.split(".")
            maker.add(
                f"do $$ declare t text; begin for t in select tablename from pg_tables where schemaname = '{schema}'"
                f" and tablename = '{name}' loop execute format('alter table {schema}.%I enable row level security', t);"
                " end loop; end $$",
                "do with format",
            )
        else:
            maker.add(f"alter table {table} enable row level security", "row level security on")
        if maker.chance(0.08):
            maker.add(f"alter table {table} force row level security", "forced")
    else:
        maker.use("row level security off")
    count = maker.pick(0, 1, 2, 2, 2, 3, 3, 4) if main else maker.pick(0, 1, 1, 2)
    for number in range(count):
        _policy(maker, table, f"p{number}", main=main)


def _policy(maker: _Maker, table: str, name: str, *, main: bool) -> None:
    command = maker.pick("all", "all", "select", "select", "insert", "update", "delete")
    roles = maker.pick("", "", "", " to authenticated", " to authenticated", " to anon", " to anon, authenticated",
                       " to anon, authenticated", " to service_role", " to public")  # fmt: skip
    kind = " as restrictive" if maker.chance(0.06) else ""
    maker.use("restrictive" if kind else "permissive")
    maker.use(f"policy for {command}")
    maker.use(f"policy{roles or ' without roles'}")
    using = check = ""
    if command != "insert" and not maker.chance(0.04):
        using = f" using ({_condition(maker, table, main=main)})"
    checked = command == "insert" or (command in {"update", "all"} and maker.chance(0.4))
    if checked and maker.chance(0.96):
        check = f" with check ({_condition(maker, table, main=main)})"
    if not using and not check:
        maker.use("policy without a condition")
    statement = f"create policy {name} on {table}{kind} for {command}{roles}{using}{check}"
    if maker.chance(0.06):
        maker.add(f"do $$ begin {statement}; exception when duplicate_object then null; end $$", "do with an exception")
    elif maker.chance(0.05):
        looks = f"select 1 from pg_policies where policyname = '{name}' and tablename = '{table.split('.')[1]}'"
        maker.add(f"do $$ begin if not exists ({looks}) then {statement}; end if; end $$", "do with if not exists")
    else:
        maker.add(statement)


def _condition(maker: _Maker, table: str, *, main: bool, depth: int = 0) -> str:
    if depth < 2 and maker.chance(0.2):
        operator = maker.pick("and", "or", "or", "and not", "or not")
        maker.use(f"operator {operator}")
        left = _condition(maker, table, main=main, depth=depth + 1)
        right = _condition(maker, table, main=main, depth=depth + 1)
        return f"({left}) {operator} ({right})"
    session = conditions.CONSTANTS if maker.chance(0.55) else conditions.SESSION
    if not main:
        chosen = session if maker.chance(0.6) else conditions.OTHER_ROWS
        text, construct = maker.random.choice(chosen)
        maker.use(construct)
        return text.format(owner="user_id" if table.endswith("members") else "id") if "{owner}" in text else text
    share = maker.random.random()
    if share < 0.50:
        chosen = session
    elif share < 0.68:
        chosen = conditions.ROWS
    elif share < 0.84:
        chosen = conditions.queries(table.partition(".")[0])
    elif share < 0.96 and maker.functions:
        chosen = maker.functions
    elif share < 0.98:
        chosen = conditions.STORED
    else:
        chosen = session
    text, construct = maker.random.choice(chosen)
    maker.use(construct)
    return text


def _grants(maker: _Maker, table: str) -> None:
    if not maker.chance(0.3):
        return
    role = maker.pick("anon", "authenticated", "anon, authenticated", "public")
    match maker.random.randrange(8):
        case 0:
            maker.add(f"revoke all on {table} from {role}", "revoke all")
        case 1:
            maker.add(f"revoke insert, update, delete on {table} from {role}", "revoke some")
        case 2:
            maker.add(f"revoke all on {table} from anon, authenticated, public")
            maker.add(f"grant select (id, status) on {table} to {role}", "grant columns")
        case 3:
            maker.add(f"revoke all on {table} from anon, authenticated")
            maker.add(f"grant select, insert on {table} to {role}", "grant some")
        case 4:
            maker.add(f"revoke update on {table} from anon, authenticated")
            maker.add(f"grant update (status) on {table} to {role}", "grant update of columns")
        case 5:
            columns = "id, status, open, editors, team, meta"
            maker.add(f"revoke all on {table} from anon, authenticated")
            maker.add(f"grant insert ({columns}) on {table} to {role}", "grant insert of columns")
        case 6:
            maker.add(
                f"revoke all on all tables in schema {table.partition('.')[0]} from {role}", "revoke on all tables"
            )
        case 7:
            maker.add(f"revoke select on {table} from {role}")
            maker.add(f"grant all on {table} to {role}", "grant after revoke")


def _changes(maker: _Maker, table: str) -> None:
    schema = table.partition(".")[0]
    if maker.chance(0.06):
        maker.add(f"drop policy if exists p0 on {table}", "drop policy")
    if maker.chance(0.06):
        maker.add(f"drop policy if exists p1 on {table}")
        maker.add(f"create policy p1 on {table} for select using ({_condition(maker, table, main=True)})")
        maker.add(f"alter policy p1 on {table} using ({_condition(maker, table, main=True)})", "alter policy")
        if maker.chance(0.5):
            maker.add(f"alter policy p1 on {table} to {maker.pick('anon', 'public', 'authenticated')}", "alter roles")
            maker.add(f"alter policy p1 on {table} rename to renamed", "rename policy")
    if maker.chance(0.08):
        maker.add(f"alter table {table} disable row level security", "row level security off again")
    if maker.chance(0.06):
        maker.add(f"alter table {table} rename to notes_old", "rename")
        maker.add(f"alter table {schema}.notes_old rename to notes")
    if maker.chance(0.05):
        maker.add(f"alter table {table} rename column owner to author", "rename column")
        maker.add(f"alter table {table} rename column author to owner")
    if maker.chance(0.05):
        maker.add("create schema other", "set schema")
        maker.add(f"alter table {table} set schema other")
        maker.add(f"alter table other.notes set schema {schema}")
    if maker.chance(0.04):
        maker.add(f"alter table {schema}.profiles add column extra text", "drop column")
        maker.add(f"create policy extra on {schema}.profiles using (extra = 'a')")
        maker.add(f"alter table {schema}.profiles drop column extra cascade")


def _trigger(maker: _Maker, table: str) -> None:
    if not maker.chance(0.05):
        return
    event, refuses = maker.pick(("insert", True), ("update", True), ("delete", False), ("insert", False))
    body = "raise exception 'no'" if refuses else "raise notice 'a row'"
    result = "old" if event == "delete" else "new"
    maker.add(
        f"create function public.on_note() returns trigger language plpgsql as $$ begin {body}; return {result}; end $$",
        "trigger that refuses" if refuses else "trigger",
    )
    maker.add(f"create trigger on_note before {event} on {table} for each row execute function public.on_note()")


def _views(maker: _Maker, schema: str) -> None:
    if maker.chance(0.3):
        option, construct = maker.pick(
            ("", "view, owner's rights"),
            ("", "view, owner's rights"),
            (" with (security_invoker = on)", "view, invoker"),
        )
        where = maker.pick(
            "", "", " where true", " where owner = auth.uid()", " where auth.uid() is not null", " where false"
        )
        source = f"{schema}.notes"
        if maker.chance(0.15):
            maker.add(f"create view public.w as select * from {source}", "view of a view")
            source = "public.w"
        maker.add(f"create view public.v{option} as select id, owner, status from {source}{where}", construct)
        if not option and maker.chance(0.15):
            maker.add("alter view public.v set (security_invoker = true)", "alter view")
        if maker.chance(0.15):
            maker.add("revoke all on public.v from anon, authenticated", "view, revoked")
        if maker.chance(0.1):
            maker.add(
                f"create or replace view public.v{option} as select id, owner, status from {source} where true",
                "replace view",
            )
        maker.case.paths.append(("view", "public.v"))
    if maker.chance(0.08):
        maker.add(f"create materialized view public.mv as select id, status from {schema}.notes", "materialised view")
        if maker.chance(0.3):
            maker.add("revoke select on public.mv from anon")
        maker.case.paths.append(("matview", "public.mv"))


def _calls(maker: _Maker, schema: str) -> None:
    if not maker.chance(0.25):
        return
    definer = maker.chance(0.7)
    maker.use("function, definer" if definer else "function, invoker")
    rights = " security definer" if definer else ""
    where = maker.pick(
        "", "", " where owner = auth.uid()", " where auth.uid() is not null", " where owner = who", " where false"
    )
    query = f"select * from {schema}.notes n{where}"
    language, body = maker.pick(("sql", query), ("sql", query), ("plpgsql", f"begin return query {query}; end"))
    maker.use(f"function in {language}")
    maker.add(
        f"create function public.list_notes(who uuid default null) returns setof {schema}.notes language {language}"
        f" stable{rights} as $$ {body} $$"
    )
    if maker.chance(0.3):
        whom = maker.pick("public", "anon", "public, anon", "public, anon, authenticated")
        maker.add(f"revoke execute on function public.list_notes from {whom}", "revoke execute")
    maker.case.paths.append(("function", "public.list_notes"))
