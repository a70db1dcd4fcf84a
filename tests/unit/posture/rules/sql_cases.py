# ruff: noqa: E501, ISC004 - a statement in one piece reads better
"""Schemas with the access that PostgreSQL gives: one table of cases for the offline reader and for the real server.

``r`` and ``w`` are rows of others, or for inserts any row; ``?`` is what the stored rows or something outside the file
decides. The source of each group is the page that describes the rule.
"""

from dataclasses import dataclass

DDL = "https://www.postgresql.org/docs/current/"
SUPABASE = "https://supabase.com/docs/guides/"
NOTES = "create table notes (id bigint primary key, owner uuid, open boolean, status text, team integer);"
SECURED = f"{NOTES} alter table notes enable row level security;"
MEMBERS = "create table members (user_id uuid not null, team integer, role text);"
PROFILES = "create table profiles (id uuid primary key, role text default 'user');"
CLOSED = "alter table members enable row level security; alter table profiles enable row level security;"
OWN_PROFILE = (
    f"{PROFILES} alter table profiles enable row level security; create policy own on profiles using (id = auth.uid());"
)
VIEW = f"{SECURED} create policy own on notes using (owner = auth.uid());"


@dataclass(frozen=True, slots=True)
class SqlCase:
    """One schema, one path and what each requester reaches."""

    name: str
    sql: str
    anonymous: str
    user: str
    path: str = "notes"
    source: str = f"{DDL}ddl-rowsecurity.html"


def policy(text: str, before: str = "") -> str:
    """The table with one policy."""
    return f"{before} {SECURED} create policy p on notes {text};"


def table(name: str, sql: str, anonymous: str, user: str) -> SqlCase:
    """A case of policies."""
    return SqlCase(name, sql, anonymous, user, source=f"{DDL}sql-createpolicy.html")


def grant(name: str, sql: str, anonymous: str, user: str, path: str = "notes") -> SqlCase:
    """A case of privileges."""
    return SqlCase(name, sql, anonymous, user, path, f"{DDL}ddl-priv.html")


POLICIES = [
    table("off", NOTES, "rw", "rw"),
    table("on without a policy", SECURED, "--", "--"),
    table("on and off again", f"{SECURED} alter table notes disable row level security;", "rw", "rw"),
    table("policy without row level security", f"{NOTES} create policy p on notes using (false);", "rw", "rw"),
    table("no condition for all", policy(""), "--", "--"),
    table("no condition for select", policy("for select"), "--", "--"),
    table("no condition for insert", policy("for insert"), "--", "--"),
    table("check without using", policy("with check (true)"), "-w", "-w"),
    table("update with check only", policy("for update with check (true)"), "--", "--"),
    table("using is the check", policy("using (owner = auth.uid())"), "--", "-w"),
    table("using and another check", policy("using (true) with check (false)"), "rw", "rw"),
    table("insert refuses using", policy("for insert using (true)"), "--", "--"),
    table("select refuses check", policy("for select with check (true)"), "--", "--"),
    table("delete alone", policy("for delete using (true)"), "-w", "-w"),
    table("update of all rows", policy("for update using (true) with check (owner = auth.uid())"), "--", "-w"),
    table("restrictive alone", policy("as restrictive using (true)"), "--", "--"),
    table("restrictive without a condition", f"{policy('using (true)')} create policy q on notes as restrictive;", "rw",
          "rw"),
    table("restrictive for one role",
          f"{policy('using (true)')} create policy q on notes as restrictive to anon using (false);", "--", "rw"),
    table("policy of another role", policy("to service_role using (true)"), "--", "--"),
    table("renamed policy",
          f"{policy('using (true)')} alter policy p on notes rename to q; drop policy p on notes;", "rw", "rw"),
    table("altered policy", f"{policy('using (true)')} alter policy p on notes to authenticated;", "--", "rw"),
    table("second policy of a name", f"{policy('using (false)')} create policy p on notes using (true);", "--", "--"),
    table("forced for the owner", f"{SECURED} alter table notes force row level security;", "--", "--"),
    table("renamed table",
          f"{policy('using (true)')} alter table notes rename to old; alter table old rename to notes;", "rw", "rw"),
    table("dropped and created", f"{policy('using (true)')} drop table notes; {SECURED}", "--", "--"),
    table("null is not true", policy("using (null)"), "--", "--"),
    table("not of null", policy("using (not (auth.uid() = owner))"), "--", "rw"),
    table("null and or", policy("using (not (auth.uid() is not null and owner = auth.uid()))"), "rw", "rw"),
    table("both columns", policy("using (owner = auth.uid() and owner is null)"), "--", "--"),
    table("constant of another type", policy("using ('t'::boolean)"), "rw", "rw"),
    table("case", policy("using (case when auth.uid() is null then false else true end)"), "--", "rw"),
    table("coalesce", policy("using (coalesce(auth.uid() is not null, false))"), "--", "rw"),
    table("is distinct from", policy("using (auth.uid() is distinct from owner)"), "rw", "rw"),
    table("in a list", policy("using (auth.role() in ('anon', 'authenticated'))"), "rw", "rw"),
    table("any of an array", policy("using (auth.role() = any (array['authenticated']))"), "--", "rw"),
    table("stored flag", policy("for select using (open)"), "r?-", "r?-"),
    table("stored flag, not", policy("for select using (not open)"), "r?-", "r?-"),
    table("chosen flag", policy("for insert with check (open)"), "-w", "-w"),
    table("chosen, impossible", policy("for insert with check (status = 'a' and status = 'b')"), "--", "--"),
    table("check constraint", f"{policy('for insert with check (status = ' + chr(39) + 'a' + chr(39) + ')')}"
          " alter table notes add check (status = 'b');", "--", "--"),
    table("no rows at all", policy("for select using (1 = 2)"), "--", "--"),
    table("column that is never null", policy("for select using (id is not null)"), "r-", "r-"),
]  # fmt: skip

TOKENS = [
    SqlCase(name, policy(f"for select using ({text})"), anonymous, user, source=f"{SUPABASE}database/postgres/row-level-security")
    for name, text, anonymous, user in [
        ("uid in a query", "(select auth.uid()) is not null", "--", "r-"),
        ("role", "auth.role() = 'authenticated'", "--", "r-"),
        ("role of the token", "(auth.jwt() ->> 'role') = 'anon'", "r-", "--"),
        ("service role", "auth.role() = 'service_role'", "--", "--"),
        ("metadata of the user", "(auth.jwt() -> 'user_metadata' ->> 'admin') = 'yes'", "--", "r-"),
        ("metadata of the user, path", "(auth.jwt() #>> '{user_metadata,admin}') = 'yes'", "--", "r-"),
        ("metadata of the app", "(auth.jwt() -> 'app_metadata' ->> 'admin') = 'yes'", "--", "--"),
        ("second factor", "(auth.jwt() ->> 'aal') = 'aal2'", "--", "r-"),
        ("anonymous sign-in", "((auth.jwt() ->> 'is_anonymous')::boolean) is false", "--", "r-"),
        ("setting", "current_setting('request.jwt.claims', true)::json ->> 'role' = 'authenticated'", "--", "r-"),
        ("domain of the address", "auth.email() like '%@example.org'", "--", "--"),
    ]
]  # fmt: skip

QUERIES = [
    SqlCase(name, sql, anonymous, user)
    for name, sql, anonymous, user in [
        ("membership that nobody can write", policy(
            "for select using (exists (select 1 from members m where m.team = notes.team and m.user_id = auth.uid()))",
            f"{MEMBERS} {PROFILES} {CLOSED}"), "--", "--"),
        ("membership that everybody can write", policy(
            "for select using (exists (select 1 from members m where m.team = notes.team and m.user_id = auth.uid()))",
            MEMBERS), "--", "r-"),
        ("membership that only others see", policy(
            "for select using (team in (select team from members where user_id = auth.uid()))",
            f"{MEMBERS} alter table members enable row level security;"
            " create policy w on members for insert with check (true);"), "--", "--"),
        ("role that the user sets", policy(
            "for select using ((select role from profiles where id = auth.uid()) = 'admin')", OWN_PROFILE), "--", "r-"),
        ("role that the user reads", policy(
            "for select using ((select role from profiles where id = auth.uid()) = 'admin')",
            f"{PROFILES} alter table profiles enable row level security;"
            " create policy own on profiles for select using (id = auth.uid());"), "--", "--"),
        ("role in a column without a privilege", policy(
            "for select using ((select role from profiles where id = auth.uid()) = 'admin')",
            f"{OWN_PROFILE} revoke all on profiles from anon, authenticated;"
            " grant select, insert (id) on profiles to authenticated;"), "--", "--"),
        ("table without a privilege, not needed", policy(
            "for select using (true or exists (select 1 from members))",
            f"{MEMBERS} revoke all on members from anon, authenticated;"), "r-", "r-"),
        ("table without a privilege, needed", policy(
            "for select using (open or exists (select 1 from members))",
            f"{MEMBERS} revoke all on members from anon, authenticated;"), "--", "--"),
        ("table without a privilege, other policy", policy(
            "for select using (exists (select 1 from members))",
            f"{MEMBERS} revoke all on members from anon, authenticated;") + "create policy q on notes using (true);",
         "rw", "rw"),
        ("users of the project", policy(
            "for select using (exists (select 1 from auth.users u where u.id = auth.uid()))"), "--", "--"),
        ("policies in a circle", policy("for select using (exists (select 1 from notes n where n.id = notes.id))"),
         "--", "--"),
        ("contradiction", policy(
            "for select using (exists (select 1 from members where user_id = auth.uid())"
            " and not exists (select 1 from members where user_id = auth.uid()))", MEMBERS), "--", "--"),
        ("count", policy(
            "for select using ((select count(*) from members where user_id = auth.uid()) > 0)", MEMBERS), "--", "r-"),
        ("nobody is banned", policy(
            "for select using (not exists (select 1 from members m where m.user_id = auth.uid()))",
            f"{MEMBERS} alter table members enable row level security;"), "r-", "r-"),
    ]
]  # fmt: skip

HELPER = "create function {head} returns boolean language {language} stable {rights} as $$ {body} $$;"


def helper(head: str, body: str, rights: str = "", language: str = "sql") -> str:
    """A function that returns a truth."""
    return HELPER.format(head=head, body=body, rights=rights, language=language)


ADMIN = "select exists (select 1 from profiles where id = auth.uid() and role = 'admin')"
FUNCTIONS = [
    SqlCase(name, sql, anonymous, user, path, f"{DDL}sql-createfunction.html")
    for name, sql, anonymous, user, path in [
        ("helper with the owner's rights", policy(
            "for select using (is_admin())",
            f"{PROFILES} {MEMBERS} {CLOSED} {helper('is_admin()', ADMIN, 'security definer')}"), "--", "--", "notes"),
        ("helper, profile can be written", policy(
            "for select using (is_admin())",
            f"{OWN_PROFILE} {helper('is_admin()', ADMIN, 'security definer')}"), "--", "r-", "notes"),
        ("helper with an argument", policy(
            "for select using (has_role('admin'))",
            OWN_PROFILE + helper("has_role(wanted text)",
            "select exists (select 1 from profiles p where p.id = auth.uid() and p.role = wanted)")), "--", "r-", "notes"),
        ("helper in plpgsql", policy(
            "for select using (is_admin())",
            f"{PROFILES} {MEMBERS} {CLOSED} "
            + helper("is_admin()", f"begin return ({ADMIN}); end", "security definer", "plpgsql")), "--", "--", "notes"),
        ("helper in plpgsql with if", policy(
            "for select using (known())",
            helper("known()", "begin if auth.uid() is null then return false; end if; return true; end", "", "plpgsql")),
         "--", "r-", "notes"),
        ("helper with a variable", policy(
            "for select using (is_admin())",
            OWN_PROFILE + helper("is_admin()", "declare r text; begin select role into r from profiles where id ="
            " auth.uid(); return r = 'admin'; end", "security definer", "plpgsql")), "--", "r-", "notes"),
        ("helper that always agrees", policy("for select using (yes())", helper("yes()", "select true")), "r-", "r-",
         "notes"),
        ("helper without a privilege", policy(
            "for select using (yes())",
            f"{helper('yes()', 'select true')} revoke execute on function yes() from public, anon;"), "--", "r-", "notes"),
        ("revoked from anon only", policy(
            "for select using (yes())",
            f"{helper('yes()', 'select true')} revoke execute on function yes() from anon;"), "r-", "r-", "notes"),
        ("definer returns all", f"{SECURED} create function all_notes() returns setof notes language sql security"
         " definer as $$ select * from notes $$;", "r-", "r-", "rpc/all_notes"),
        ("definer returns own rows", f"{SECURED} create function mine() returns setof notes language sql security"
         " definer as $$ select * from notes where owner = auth.uid() $$;", "--", "--", "rpc/mine"),
        ("definer for the signed-in", f"{SECURED} create function known() returns setof notes language sql security"
         " definer as $$ select * from notes where auth.uid() is not null $$;", "--", "r-", "rpc/known"),
        ("invoker returns what it may", f"{SECURED} create function all_notes() returns setof notes language sql as"
         " $$ select * from notes $$;", "--", "--", "rpc/all_notes"),
        ("definer, revoked from all", f"{SECURED} create function all_notes() returns setof notes language sql security"
         " definer as $$ select * from notes $$; revoke execute on function all_notes() from public, anon,"
         " authenticated;", "--", "--", "rpc/all_notes"),
        ("definer, revoked from PUBLIC alone", f"{SECURED} create function all_notes() returns setof notes language sql"
         " security definer as $$ select * from notes $$; revoke execute on function all_notes() from public;",
         "r-", "r-", "rpc/all_notes"),
        ("trigger function", "create function t() returns trigger language plpgsql security definer as"
         " $$ begin return new; end $$;", "--", "--", "rpc/t"),
        ("definer that deletes", f"{SECURED} create function purge() returns void language sql security definer as"
         " $$ delete from notes $$;", "-w", "-w", "rpc/purge"),
    ]
]  # fmt: skip

GRANTS = [
    grant("revoke of one table", f"{NOTES} {MEMBERS} revoke all on members from anon, authenticated;", "rw", "rw"),
    grant("revoked table", f"{NOTES} revoke all on notes from anon, authenticated;", "--", "--"),
    grant("revoke from PUBLIC changes nothing", f"{NOTES} revoke all on notes from public;", "rw", "rw"),
    grant("columns", f"{NOTES} revoke all on notes from anon, authenticated; grant select (id) on notes to anon;", "r-",
          "--"),
    grant("all tables later", f"revoke all on all tables in schema public from anon; {NOTES}", "rw", "rw"),
    grant("default privileges revoked", "alter default privileges in schema public revoke all on tables from anon;"
          f" {NOTES}", "--", "rw"),
    grant("default privileges of another role", "alter default privileges for role supabase_admin in schema public"
          f" revoke all on tables from anon; {NOTES}", "rw", "rw"),
    grant("schema without usage", "create schema hidden; create table hidden.t (id int);", "--", "--", "hidden.t"),
    grant("schema with usage and no grant", "create schema hidden; create table hidden.t (id int);"
          " grant usage on schema hidden to anon;", "--", "--", "hidden.t"),
    grant("schema with usage and grants", "create schema hidden; create table hidden.t (id int);"
          " grant usage on schema hidden to anon; grant all on hidden.t to anon;", "rw", "--", "hidden.t"),
    grant("role of a role", f"{SECURED} create role staff; grant staff to authenticated;"
          " create policy p on notes for select to staff using (true);", "--", "r-"),
    grant("usage of public revoked", f"{NOTES} revoke usage on schema public from anon, public;", "--", "rw"),
    grant("table of the project's users", "create table t (id int);", "--", "--", "auth.users"),
]  # fmt: skip

VIEWS = [
    SqlCase(name, sql, anonymous, user, path, f"{DDL}sql-createview.html")
    for name, sql, anonymous, user, path in [
        ("owner's rights", f"{VIEW} create view v as select * from notes;", "rw", "rw", "v"),
        ("requester's rights", f"{VIEW} create view v with (security_invoker = true) as select * from notes;", "--", "-w",
         "v"),
        ("requester's rights later", f"{VIEW} create view v as select * from notes;"
         " alter view v set (security_invoker = on);", "--", "-w", "v"),
        ("replaced without the option", f"{VIEW} create view v with (security_invoker = on) as select * from notes;"
         " create or replace view v as select * from notes;", "rw", "rw", "v"),
        ("own rows in the view", f"{VIEW} create view v as select * from notes where owner = auth.uid();", "-w", "-w",
         "v"),
        ("view of a view", f"{VIEW} create view a as select * from notes; create view v with (security_invoker = on) as"
         " select * from a;", "rw", "rw", "v"),
        ("grouped view", f"{VIEW} create view v as select status, count(*) as n from notes group by status;", "r-", "r-",
         "v"),
        ("revoked view", f"{VIEW} create view v as select * from notes; revoke all on v from anon;", "--", "rw", "v"),
        ("view of the project's users", "create view v as select id, email from auth.users;", "rw", "rw", "v"),
        ("materialised view", f"{VIEW} create materialized view v as select * from notes;", "r-", "r-", "v"),
    ]
]  # fmt: skip

BUCKET = "insert into storage.buckets (id, name, public) values ('scans', 'scans', {public});"
STORAGE = [
    SqlCase(name, sql, anonymous, user, path, f"{SUPABASE}storage/security/access-control")
    for name, sql, anonymous, user, path in [
        ("public bucket", BUCKET.format(public="true"), "r-", "r-", "storage/scans"),
        ("private bucket", BUCKET.format(public="false"), "--", "--", "storage/scans"),
        ("bucket made private", f"{BUCKET.format(public='true')} update storage.buckets set public = false where"
         " id = 'scans';", "--", "--", "storage/scans"),
        ("everybody uploads", f"{BUCKET.format(public='false')} create policy p on storage.objects for insert with"
         " check (bucket_id = 'scans');", "-w", "-w", "storage/scans"),
        ("everybody uploads, table", "create policy p on storage.objects for insert with check (bucket_id = 'scans');",
         "-w", "-w", "storage.objects"),
        ("signed-in users read", f"{BUCKET.format(public='false')} create policy p on storage.objects for select to"
         " authenticated using (bucket_id = 'scans');", "--", "r-", "storage/scans"),
        ("another bucket", f"{BUCKET.format(public='false')} create policy p on storage.objects for select using"
         " (bucket_id = 'other');", "--", "--", "storage/scans"),
        ("own folder", f"{BUCKET.format(public='false')} create policy p on storage.objects for insert to authenticated"
         " with check (bucket_id = 'scans' and (storage.foldername(name))[1] = auth.uid()::text);", "--", "-w",
         "storage/scans"),
    ]
]  # fmt: skip

BLOCKS = [
    SqlCase(name, sql, anonymous, user, source=f"{DDL}sql-do.html")
    for name, sql, anonymous, user in [
        ("policy in a block", f"{SECURED} do $$ begin create policy p on notes using (true); exception when"
         " duplicate_object then null; end $$;", "rw", "rw"),
        ("policy in a condition", f"{SECURED} do $$ begin if not exists (select from pg_policies where policyname = 'p')"
         " then create policy p on notes for select using (true); end if; end $$;", "r-", "r-"),
        ("built text", f"{SECURED} do $$ begin execute 'create policy p on notes for select using (true)'; end $$;",
         "r-", "r-"),
        ("format", f"{SECURED} do $$ begin execute format('create policy %I on %I for select using (true)', 'p',"
         " 'notes'); end $$;", "r-", "r-"),
        ("loop over names", f"{NOTES} do $$ declare t text; begin foreach t in array array['notes'] loop execute"
         " format('alter table %I enable row level security', t); end loop; end $$;", "--", "--"),
        ("loop over tables", f"{NOTES} do $$ declare r record; begin for r in select tablename from pg_tables where"
         " schemaname = 'public' loop execute 'alter table ' || quote_ident(r.tablename) || ' enable row level"
         " security'; end loop; end $$;", "--", "--"),
    ]
]  # fmt: skip

TRIGGER = (
    "create function on_user() returns trigger language plpgsql security definer set search_path = public as"
    " $$ begin insert into profiles ({columns}) values ({values}); return new; end $$;"
    " create trigger on_user after insert on auth.users for each row execute function on_user();"
)
SIGN_UP = [
    SqlCase(name, policy(f"for select using ({condition})", before), anonymous, user,
            source=f"{SUPABASE}auth/managing-user-data")
    for name, condition, before, anonymous, user in [
        ("profile of each user", "exists (select 1 from profiles where id = auth.uid())",
         f"{PROFILES} {MEMBERS} {CLOSED} create policy own on profiles for select using (id = auth.uid()); "
         + TRIGGER.format(columns="id", values="new.id"), "--", "r-"),
        ("role by default", "exists (select 1 from profiles where id = auth.uid() and role = 'admin')",
         f"{PROFILES} {MEMBERS} {CLOSED} create policy own on profiles for select using (id = auth.uid()); "
         + TRIGGER.format(columns="id", values="new.id"), "--", "--"),
        ("role that the user sends", "exists (select 1 from profiles where id = auth.uid() and role = 'admin')",
         f"{PROFILES} {MEMBERS} {CLOSED} create policy own on profiles for select using (id = auth.uid()); "
         + TRIGGER.format(columns="id, role", values="new.id, new.raw_user_meta_data ->> 'role'"), "--", "r-"),
        ("role that the user changes", "exists (select 1 from profiles where id = auth.uid() and role = 'admin')",
         f"{PROFILES} {MEMBERS} {CLOSED} create policy own on profiles for select using (id = auth.uid());"
         " create policy change on profiles for update using (id = auth.uid()); "
         + TRIGGER.format(columns="id", values="new.id"), "--", "r-"),
    ]
]  # fmt: skip

CASES = [*POLICIES, *TOKENS, *QUERIES, *FUNCTIONS, *GRANTS, *VIEWS, *STORAGE, *BLOCKS, *SIGN_UP]
