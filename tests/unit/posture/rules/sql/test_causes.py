# ruff: noqa: E501, ISC004 - a statement in one piece reads better
"""Causes of certain denials that were wrong: unknown objects, default privileges, ``REVOKE``, several files.

Source of the privileges: https://www.postgresql.org/docs/current/sql-alterdefaultprivileges.html and
https://www.postgresql.org/docs/current/sql-revoke.html.
"""

from pathlib import Path

import pytest

from tests.unit.posture.rules.conftest import Ask
from tieback.posture.rules.audit import audit_rules
from tieback.posture.rules.interface import Requester
from tieback.posture.rules.sql_policies import SqlPolicies

NOTES = "create table notes (id bigint primary key, owner uuid);"
CLOSED = f"{NOTES} alter table notes enable row level security;"

OBJECTS = [
    ("view", f"{CLOSED} create view v as select * from notes;", "v", "rw"),
    ("view that only GRANT names", f"{NOTES} grant select on v to anon;", "v", "rw?"),
    ("view of another file", NOTES, "v", "-?-?"),
    ("materialised view", f"{CLOSED} create materialized view v as select * from notes;", "v", "r-"),
    (
        "materialised view in another schema",
        f"{CLOSED} create schema s; grant usage on schema s to anon; create materialized view s.v as select * from notes;"
        " grant select on s.v to anon;",
        "s.v",
        "r-",
    ),
    (
        "function",
        f"{CLOSED} create function f() returns setof notes language sql security definer as 'select * from notes';",
        "rpc/f",
        "r-",
    ),
    ("function of another file", NOTES, "rpc/f", "-?-?"),
    (
        "function in another schema",
        f"{CLOSED} create schema s; grant usage on schema s to anon;"
        " create function s.f() returns setof public.notes language sql security definer as 'select * from public.notes';",
        "rpc/s.f",
        "r-",
    ),
    ("public bucket", "insert into storage.buckets (id, name, public) values ('b', 'b', true);", "storage/b", "r-"),
    (
        "bucket that becomes public",
        "insert into storage.buckets (id, name) values ('b', 'b');"
        " update storage.buckets set public = true where id = 'b';",
        "storage/b",
        "r-",
    ),
    (
        "bucket that only a policy names",
        "create policy p on storage.objects for insert with check (bucket_id = 'b');",
        "storage/b",
        "r?w",
    ),
    ("bucket of another file", NOTES, "storage/b", "-?-?"),
    (
        "table that only a policy names",
        "alter table t enable row level security; create policy p on t for select using (true);",
        "t",
        "r-",
    ),
    ("table of another file", NOTES, "t", "-?-?"),
]
DEFAULTS = [
    ("storage.objects", "create policy p on storage.objects for select using (true);", "storage.objects", "r-"),
    (
        "storage.objects, insert",
        "create policy p on storage.objects for insert with check (true);",
        "storage.objects",
        "-w",
    ),
    (
        "own schema without a default",
        "create schema s; grant usage on schema s to anon; create table s.t (a int);",
        "s.t",
        "--",
    ),
    (
        "own schema with a default",
        "create schema s; grant usage on schema s to anon; alter default privileges in schema"
        " s grant select on tables to anon; create table s.t (a int);",
        "s.t",
        "r-",
    ),
    (
        "default after the table",
        "create schema s; grant usage on schema s to anon; create table s.t (a int);"
        " alter default privileges in schema s grant select on tables to anon;",
        "s.t",
        "--",
    ),
    (
        "default for all schemas",
        "create schema s; grant usage on schema s to anon; alter default privileges grant all on"
        " tables to anon; create table s.t (a int);",
        "s.t",
        "rw",
    ),
    (
        "default of another role",
        "create schema s; grant usage on schema s to anon; create role r; alter default"
        " privileges for role r in schema s grant all on tables to anon; create table s.t (a int);",
        "s.t",
        "--",
    ),
    (
        "default of functions",
        "create schema s; grant usage on schema s to anon; create table s.t (a int);"
        " create function s.f() returns setof s.t language sql security definer as 'select * from s.t';",
        "rpc/s.f",
        "r-",
    ),
    (
        "default of functions, revoked",
        "create schema s; grant usage on schema s to anon; create table s.t (a int);"
        " alter default privileges revoke execute on functions from public;"
        " create function s.f() returns setof s.t language sql security definer as 'select * from s.t';",
        "rpc/s.f",
        "--",
    ),
]
REVOKES = [
    ("on another table", f"{NOTES} create table other (a int); revoke all on other from anon, authenticated;", "rw"),
    ("on another schema", f"{NOTES} create schema s; revoke all on all tables in schema s from anon;", "rw"),
    ("on functions", f"{NOTES} revoke execute on all functions in schema public from anon;", "rw"),
    ("from PUBLIC only", f"{NOTES} revoke all on notes from public;", "rw"),
    ("from another role", f"{NOTES} revoke all on notes from service_role;", "rw"),
    ("before the table", f"revoke all on all tables in schema public from anon; {NOTES}", "rw"),
    ("of writing", f"{NOTES} revoke insert, update, delete on notes from anon;", "r-"),
    ("of one command", f"{NOTES} revoke insert on notes from anon;", "rw"),
    ("and granted again", f"{NOTES} revoke all on notes from anon; grant select on notes to anon;", "r-"),
    ("of a column, of a privilege on all", f"{NOTES} revoke select (owner) on notes from anon;", "rw"),
    ("of the option to grant", f"{NOTES} revoke grant option for select on notes from anon;", "rw"),
    ("on the table", f"{NOTES} revoke all on notes from anon;", "--"),
    ("of default privileges, later", f"{NOTES} alter default privileges in schema public revoke all on tables from anon;",
     "rw"),
]  # fmt: skip


@pytest.mark.parametrize(("sql", "path", "access"), [one[1:] for one in OBJECTS], ids=[one[0] for one in OBJECTS])
def test_objects_of_all_kinds_are_known(ask: Ask, sql: str, path: str, access: str) -> None:
    assert ask(SqlPolicies(), sql, "anonymous", path) == access


@pytest.mark.parametrize(("sql", "path", "access"), [one[1:] for one in DEFAULTS], ids=[one[0] for one in DEFAULTS])
def test_default_privileges_of_each_schema(ask: Ask, sql: str, path: str, access: str) -> None:
    assert ask(SqlPolicies(), f"-- supabase\n{sql}", "anonymous", path) == access


@pytest.mark.parametrize(("sql", "access"), [one[1:] for one in REVOKES], ids=[one[0] for one in REVOKES])
def test_a_revoke_changes_only_what_it_names(ask: Ask, sql: str, access: str) -> None:
    found = ask(SqlPolicies(), f"-- supabase\n{sql}", "anonymous", "notes")
    assert found.replace("?", "") == access


FILES = [
    ("the policy", [CLOSED, "create policy p on notes for select using (true);"], "r-"),
    ("row level security", [NOTES, "alter table notes enable row level security;"], "--"),
    ("the end of row level security", [CLOSED, "alter table notes disable row level security;"], "rw"),
    ("the helper", [CLOSED, "create function yes() returns boolean language sql as 'select true';",
                    "create policy p on notes for select using (yes());"], "r-"),
    ("the end of a policy", [CLOSED, "create policy p on notes using (true);", "drop policy p on notes;"], "--"),
    ("a rename", [CLOSED, "alter table notes rename to old;", "create policy p on old for select using (true);",
                  "alter table old rename to notes;"], "r-"),
    ("a revoke", [NOTES, "revoke insert, update, delete on notes from anon, authenticated;"], "r-"),
]  # fmt: skip


@pytest.mark.parametrize(("texts", "access"), [one[1:] for one in FILES], ids=[one[0] for one in FILES])
def test_a_later_migration_decides(tmp_path: Path, texts: list[str], access: str) -> None:
    place = tmp_path / "migrations"
    place.mkdir()
    for number, text in enumerate(texts):
        (place / f"{number:03}_step.sql").write_text(text)
    files = tuple(sorted(place.iterdir()))
    answers = [next(audit_rules(one, [Requester.ANONYMOUS], ["notes"])) for one in (place, files)]
    assert [("r" if one.read else "-") + ("w" if one.write else "-") for one in answers] == [access, access]
