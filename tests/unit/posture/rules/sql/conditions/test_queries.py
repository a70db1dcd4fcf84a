"""Rows that sign-up creates for a new user, and that the user then changes, deletes or cannot insert again."""

import pytest

from tests.unit.posture.rules.conftest import Ask
from tieback.posture.rules.sql_policies import SqlPolicies

SCHEMA = (
    "create table profiles (id uuid primary key, role text default 'member');"
    "alter table profiles enable row level security;"
    "create function on_sign_up() returns trigger language plpgsql security definer as"
    " $$ begin insert into public.profiles (id) values (new.id); return new; end $$;"
    "create trigger t after insert on auth.users for each row execute function on_sign_up();"
    "create function is_admin() returns boolean language sql security definer as"
    " $$ select exists (select 1 from public.profiles p where p.id = auth.uid() and p.role = 'admin') $$;"
    "create table notes (id bigint); alter table notes enable row level security;"
    "create policy p on notes for select using (is_admin());"
)
CLOSED = "alter table profiles enable row level security;"
OWN = "create policy {0} on profiles for {0} using (id = auth.uid());"
INSERT = "create policy i on profiles for insert with check (id = auth.uid());"
CASES = [
    ("no policy", "", "--"),
    ("insert meets the key of the created row", INSERT, "--"),
    ("insert without a key", f"{INSERT} alter table profiles drop constraint profiles_pkey;", "r-"),
    ("delete and insert", INSERT + OWN.format("delete"), "r-"),
    ("update", OWN.format("update"), "r-"),
    ("update of members only: the row is one before the change",
     "create policy u on profiles for update using (id = auth.uid() and role = 'member') with check (true);", "r-"),
    ("update of rows that are admins already",
     "create policy u on profiles for update using (id = auth.uid() and role = 'admin');", "--"),
    ("update without the column", OWN.format("update") + "revoke update on profiles from authenticated;"
     "grant update (id) on profiles to authenticated;", "--"),
]  # fmt: skip


@pytest.mark.parametrize(("sql", "access"), [one[1:] for one in CASES], ids=[one[0] for one in CASES])
def test_rows_of_sign_up(ask: Ask, sql: str, access: str) -> None:
    assert ask(SqlPolicies(), SCHEMA + sql, "any-user", "notes") == access


MEMBERS = (
    "create table members (user_id uuid not null, team integer not null, banned boolean);"
    "create function is_member(t integer) returns boolean language sql security definer as"
    " $$ select exists (select 1 from public.members m where m.team = t and m.user_id = auth.uid()) $$;"
    "create table notes (id bigint, team integer not null); alter table notes enable row level security;"
)
SAME = "exists (select 1 from members m where m.team = notes.team and m.user_id = auth.uid())"


@pytest.mark.parametrize(
    ("condition", "access"),
    [
        ("is_member(team)", "r-"),
        (SAME, "r-"),
        (f"is_member(team) and {SAME}", "r-"),
        (f"is_member(team) and not {SAME}", "r?-"),
        (f"{SAME} and not is_member(team)", "r?-"),
        (f"is_member(team) or not {SAME}", "r-"),
        ("is_member(team) and not exists (select 1 from members m where m.user_id = auth.uid() and m.banned)", "r-"),
    ],
)
def test_a_row_that_one_query_needs_can_be_one_that_another_forbids(ask: Ask, condition: str, access: str) -> None:
    sql = f"{MEMBERS} create policy p on notes for select using ({condition});"
    assert ask(SqlPolicies(), sql, "any-user", "notes") == access


@pytest.mark.parametrize(
    ("negation", "secured", "access"),
    [("", "", "r-"), ("not", "", "r-"), ("", CLOSED, "--"), ("not", CLOSED, "--")],
)
def test_bool_or_is_null_without_visible_rows(ask: Ask, negation: str, secured: str, access: str) -> None:
    sql = (
        f"create table profiles (id uuid primary key, role text); {secured}"
        "create table notes (id bigint); alter table notes enable row level security;"
        f"create policy p on notes for select using ({negation}"
        " (select bool_or(p.role = 'admin') from profiles p where p.id = auth.uid()));"
    )
    assert ask(SqlPolicies(), sql, "any-user", "notes") == access


ROLE = "(select p.role from profiles p where p.id = auth.uid())"
ADMIN = "exists (select 1 from profiles p where p.id = auth.uid() and p.role = 'admin')"
NAMED = "exists (with q as (select id from profiles) select 1 from q where id = auth.uid())"


@pytest.mark.parametrize(
    ("condition", "access"),
    [
        (f"{ROLE} = 'admin'", "r-"),
        (f"{ROLE} = 'admin' and {ADMIN}", "r-"),
        (f"{ROLE} = 'admin' and not exists (select 1 from profiles p where p.id = auth.uid())", "r?-"),
        (f"{ROLE} = 'admin' and not {NAMED}", "r?-"),
        (
            f"exists (select 1 from profiles p where p.id = auth.uid() and p.role = 'admin') and {ROLE} <> 'admin'",
            "r?-",
        ),
    ],
)
def test_a_value_of_a_row_that_another_query_forbids_or_needs_otherwise(ask: Ask, condition: str, access: str) -> None:
    sql = (
        "create table profiles (id uuid primary key, role text); create table notes (id bigint);"
        f"alter table notes enable row level security; create policy p on notes for select using ({condition});"
    )
    assert ask(SqlPolicies(), sql, "any-user", "notes") == access
