# ruff: noqa: E501 - a statement in one piece reads better
"""Names without a schema: policies and views keep what they mean when they are created; functions have their own path."""

import pytest

from tests.unit.posture.rules.conftest import Ask
from tieback.posture.rules.sql_policies import SqlPolicies

TWO = (
    "create schema app; grant usage on schema app to anon, authenticated;"
    "create table app.admins (id uuid); create table public.admins (id uuid);"
    "grant all on app.admins to anon, authenticated; alter table app.admins enable row level security;"
    "create table public.notes (id bigint); alter table public.notes enable row level security;"
)
READS = "exists (select 1 from admins a where a.id = auth.uid())"
"""``public.admins`` can be written, ``app.admins`` cannot."""
CASES = [
    ("policy with the path of public", f"{TWO} create policy p on notes for select using ({READS});", "r-"),
    (
        "policy with the path of app",
        f"{TWO} set search_path = app, public; create policy p on notes for select using ({READS}); reset search_path;",
        "--",
    ),
    (
        "name of a common table expression is no table",
        f"{TWO} create policy p on notes for select using (exists (with admins as (select 1 as id where false) select 1 from admins));",
        "--",
    ),
    (
        "function without a path",
        f"{TWO} create function f() returns boolean language sql security definer as $$ select {READS} $$; create policy p on notes for select using (f());",
        "r-",
    ),
    (
        "function with the path of app",
        f"{TWO} create function f() returns boolean language sql security definer set search_path = app, public as $$ select {READS} $$; create policy p on notes for select using (f());",
        "r?-",
    ),
    (
        "block with the path of app",
        f"{TWO} create function f() returns boolean language plpgsql security definer set search_path = app as $$ begin return {READS}; end $$; create policy p on notes for select using (f());",
        "r?-",
    ),
    (
        "function with an empty path and schemas",
        f"{TWO} create function f() returns boolean language sql security definer set search_path = '' as $$ select exists (select 1 from app.admins a where a.id = auth.uid()) $$; create policy p on notes for select using (f());",
        "--",
    ),
]


@pytest.mark.parametrize(("sql", "access"), [one[1:] for one in CASES], ids=[one[0] for one in CASES])
def test_names_without_a_schema(ask: Ask, sql: str, access: str) -> None:
    assert ask(SqlPolicies(), sql, "any-user", "notes") == access
