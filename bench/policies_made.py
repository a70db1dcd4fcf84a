"""Random schemas with row level security, for the comparison with PostgreSQL.

Each case is a text of statements as migrations have them. Its constructs are counted, so that a run shows which ones it
reached.
"""

import random
from collections import Counter
from dataclasses import dataclass, field

OTHERS = ("5eed0000-0000-4000-8000-0000000000b1", "5eed0000-0000-4000-8000-0000000000b2")
"""IDs of the users who own the stored rows."""
OWN = "5eed0000-0000-4000-8000-00000000a001"
STATUSES = ("live", "draft")
ROLES = ("member", "admin")
TABLES = ("notes", "teams_members", "profiles")


@dataclass(slots=True)
class Case:
    """One schema."""

    seed: int
    statements: list[str] = field(default_factory=list)
    constructs: Counter[str] = field(default_factory=Counter)
    paths: list[tuple[str, str]] = field(default_factory=list)
    """Kind (``table``, ``view``, ``matview`` or ``function``) and name of what is compared."""

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
    schema = "private" if maker.chance(0.16) else "public"
    if schema == "private":
        maker.add("create schema private", "schema without usage")
        if maker.chance(0.5):
            maker.add("grant usage on schema private to anon, authenticated", "grant usage")
            maker.add("grant all on all tables in schema private to anon, authenticated")
    if maker.chance(0.12):
        maker.add(
            "alter default privileges in schema public revoke all on tables from anon, authenticated",
            "default privileges revoked",
        )
    if maker.chance(0.08):
        maker.add("create role staff nologin", "role membership")
        maker.add(f"grant staff to {maker.pick('authenticated', 'anon', 'service_role')}")
    _tables(maker, schema)
    if schema == "private" and maker.chance(0.5):
        maker.add("grant select, insert, update, delete on all tables in schema private to anon, authenticated",
                  "grant on all tables")  # fmt: skip
    _helpers(maker, schema)
    notes = f"{schema}.notes"
    _secure(maker, notes, main=True)
    for other in (f"{schema}.teams_members", f"{schema}.profiles"):
        _secure(maker, other, main=False)
    _grants(maker, notes)
    _changes(maker, notes)
    _views(maker, schema)
    _calls(maker, schema)
    maker.case.paths += [("table", notes)]
    return maker.case


def _tables(maker: _Maker, schema: str) -> None:
    null = " not null" if maker.chance(0.5) else ""
    flag = " not null" if maker.chance(0.5) else ""
    maker.add(
        f"create table {schema}.notes (id bigint primary key, owner uuid{null}, open boolean{flag}, status text,"
        f" team integer, editors uuid[]{_check(maker)})"
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
    if maker.chance(0.06):
        maker.use("check constraint")
        return ", check (status in ('live', 'draft'))"
    return ""


def _helpers(maker: _Maker, schema: str) -> None:
    for name in ("is_member", "has_role", "is_admin"):
        if not maker.chance(0.3):
            continue
        definer = maker.chance(0.6)
        rights = " security definer" if definer else ""
        maker.use("helper, definer" if definer else "helper, invoker")
        language = maker.pick("sql", "plpgsql")
        maker.use(f"helper in {language}")
        if name == "is_member":
            head, query = (
                f"{schema}.is_member(t integer)",
                f"select exists (select 1 from {schema}.teams_members m where m.team = t and m.user_id = auth.uid())",
            )
            call = "team"
        elif name == "has_role":
            head, query = (
                f"{schema}.has_role(wanted text)",
                f"select exists (select 1 from {schema}.profiles p where p.id = auth.uid() and p.role = wanted)",
            )
            call = "'admin'"
        else:
            head, query = (
                f"{schema}.is_admin()",
                f"select (select p.role from {schema}.profiles p where p.id = auth.uid()) = 'admin'",
            )
            call = ""
        body = f"{query}" if language == "sql" else f"begin return ({query}); end"
        maker.add(f"create function {head} returns boolean language {language} stable{rights} as $$ {body} $$")
        if maker.chance(0.15):
            maker.add(
                f"revoke execute on function {schema}.{name} from public, {maker.pick('anon', 'authenticated')}",
                "helper without execute",
            )
        maker.functions.append((f"{schema}.{name}({call})", "call of a helper"))


def _secure(maker: _Maker, table: str, *, main: bool) -> None:
    share = 0.8 if main else 0.7
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
        else:
            maker.add(f"alter table {table} enable row level security", "row level security on")
        if maker.chance(0.08):
            maker.add(f"alter table {table} force row level security", "forced")
    else:
        maker.use("row level security off")
    count = maker.pick(0, 1, 1, 2, 2, 2, 3, 3) if main else maker.pick(0, 1, 1, 2)
    for number in range(count):
        _policy(maker, table, f"p{number}", main=main)


def _policy(maker: _Maker, table: str, name: str, *, main: bool) -> None:
    command = maker.pick("all", "all", "select", "select", "insert", "update", "delete")
    roles = maker.pick("", "", "", " to authenticated", " to authenticated", " to anon", " to anon, authenticated",
                       " to anon, authenticated", " to service_role", " to public")  # fmt: skip
    kind = " as restrictive" if maker.chance(0.09) else ""
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
    else:
        maker.add(statement)


def _condition(maker: _Maker, table: str, *, main: bool, depth: int = 0) -> str:
    if depth < 2 and maker.chance(0.22):
        operator = maker.pick("and", "or", "and not", "or not")
        maker.use(f"operator {operator}")
        left = _condition(maker, table, main=main, depth=depth + 1)
        right = _condition(maker, table, main=main, depth=depth + 1)
        return f"({left}) {operator} ({right})"
    schema = table.partition(".")[0]
    session = [
        *[("true", "constant true")] * 3,
        *[("true", "constant true")] * 3,
        ("false", "constant false"),
        ("auth.uid() is not null", "uid is not null"),
        ("(select auth.uid()) is not null", "uid as a query"),
        ("auth.role() = 'authenticated'", "role of the session"),
        ("auth.jwt() ->> 'role' = 'authenticated'", "claim of the token"),
        ("(auth.jwt() -> 'user_metadata' ->> 'role') = 'admin'", "metadata that users set"),
        ("(auth.jwt() -> 'app_metadata' ->> 'role') = 'admin'", "metadata that admins set"),
        ("current_setting('request.jwt.claims', true)::json ->> 'sub' is not null", "setting of the request"),
        ("coalesce(auth.role(), '') <> 'anon'", "coalesce"),
        ("case when auth.uid() is null then false else true end", "case"),
        ("auth.uid() is distinct from null", "is distinct from"),
        ("current_user in ('anon', 'authenticated')", "current user"),
    ]
    if not main:
        owner = "user_id" if table.endswith("members") else "id"
        rows = [
            (f"{owner} = auth.uid()", "own rows"),
            (f"auth.uid() = {owner} and role = 'member'", "own rows, one role"),
        ]
        text, construct = maker.pick(*(session if maker.chance(0.6) else rows))
        maker.use(construct)
        return text
    rows = [
        ("owner = auth.uid()", "own rows"),
        ("(select auth.uid()) = owner", "own rows"),
        ("owner::text = auth.uid()::text", "own rows, cast"),
        ("auth.uid() = any (editors)", "any of an array"),
        ("auth.uid() in (owner)", "in a list"),
        ("owner is not null and owner = auth.uid()", "own rows, twice"),
        ("owner = auth.uid() and status = 'live'", "own rows and a constant"),
        ("id is not null", "column that is never null"),
        ("owner <> auth.uid()", "rows of others"),
    ]
    members, profiles = f"{schema}.teams_members", f"{schema}.profiles"
    queries = [
        (f"exists (select 1 from {schema}.teams_members m where m.team = notes.team and m.user_id = auth.uid())",
         "exists, correlated"),
        (f"auth.uid() in (select user_id from {schema}.teams_members where role = 'admin')", "in a query"),
        (f"team in (select m.team from {members} m where m.user_id = auth.uid())", "in a query, correlated"),
        (f"(select p.role from {schema}.profiles p where p.id = auth.uid()) = 'admin'", "scalar query"),
        (f"exists (select 1 from {schema}.profiles p where p.id = auth.uid() and p.role = 'admin')", "exists"),
        (f"exists (select 1 from {profiles} p join {members} m on m.user_id = p.id where p.id = auth.uid())",
         "exists, join"),
        (f"not exists (select 1 from {schema}.profiles p where p.id = auth.uid() and p.banned)", "not exists"),
        ("exists (select 1 from auth.users u where u.id = auth.uid())", "query without a privilege"),
        (f"exists (select 1 from {schema}.notes n where n.owner = auth.uid())", "recursion"),
    ]  # fmt: skip
    stored = [("open", "stored flag"), ("status = 'live'", "stored text"), ("open is true", "is true"),
              ("status in ('live', 'draft')", "stored text in a list")]  # fmt: skip
    share = maker.random.random()
    if share < 0.40:
        chosen = session
    elif share < 0.58:
        chosen = rows
    elif share < 0.82:
        chosen = queries
    elif share < 0.95 and maker.functions:
        chosen = maker.functions
    elif share < 0.975:
        chosen = stored
    else:
        chosen = session
    text, construct = maker.random.choice(chosen)
    maker.use(construct)
    return text


def _grants(maker: _Maker, table: str) -> None:
    if not maker.chance(0.5):
        return
    role = maker.pick("anon", "authenticated", "anon, authenticated", "public")
    choice = maker.random.randrange(7)
    match choice:
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
            maker.add(f"revoke all on {table} from anon, authenticated")
            maker.add(f"grant insert (id, status, open, editors, team) on {table} to {role}", "grant insert of columns")
        case 6:
            maker.add(
                f"revoke all on all tables in schema {table.partition('.')[0]} from {role}", "revoke on all tables"
            )


def _changes(maker: _Maker, table: str) -> None:
    if maker.chance(0.08):
        maker.add(f"drop policy if exists p0 on {table}", "drop policy")
    if maker.chance(0.06):
        maker.add(f"drop policy if exists p1 on {table}")
        maker.add(f"create policy p1 on {table} for select using ({_condition(maker, table, main=True)})")
        maker.add(f"alter policy p1 on {table} using ({_condition(maker, table, main=True)})", "alter policy")
    if maker.chance(0.08):
        maker.add(f"alter table {table} disable row level security", "row level security off again")
    if maker.chance(0.08):
        maker.add(f"alter table {table} rename to notes_old", "rename")
        maker.add(f"alter table {table.partition('.')[0]}.notes_old rename to notes")


def _views(maker: _Maker, schema: str) -> None:
    if maker.chance(0.25):
        option, construct = maker.pick(
            ("", "view, owner's rights"),
            ("", "view, owner's rights"),
            (" with (security_invoker = on)", "view, invoker"),
        )
        where = maker.pick(
            "", "", " where true", " where owner = auth.uid()", " where auth.uid() is not null", " where false"
        )
        maker.add(f"create view public.v{option} as select id, owner, status from {schema}.notes{where}", construct)
        if maker.chance(0.2):
            maker.add("revoke all on public.v from anon, authenticated", "view, revoked")
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
    maker.add(
        f"create function public.list_notes(who uuid default null) returns setof {schema}.notes language sql"
        f" stable{rights} as $$ select * from {schema}.notes n{where} $$"
    )
    if maker.chance(0.35):
        whom = maker.pick("public", "anon", "public, anon", "public, anon, authenticated")
        maker.add(f"revoke execute on function public.list_notes from {whom}", "revoke execute")
    maker.case.paths.append(("function", "public.list_notes"))
