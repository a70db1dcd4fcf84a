"""Privileges of tables that a condition reads: PostgreSQL does not check those of parts that constants decide."""

import pytest

from tests.unit.posture.rules.conftest import Ask
from tieback.posture.rules.sql_policies import SqlPolicies

NOTES = "create table notes (id bigint); alter table notes enable row level security;"
USERS = "exists (select 1 from auth.users u where u.id = auth.uid())"
CASES = [
    ("no privilege", USERS, "--"),
    ("constant", f"true or {USERS}", "r-"),
    ("comparison of constants", f"1 = 1 or {USERS}", "r-"),
    ("immutable function", f"lower('A') = 'a' or {USERS}", "r-"),
    ("immutable operator", f"array['a', 'b'] @> array['a'] or {USERS}", "r-"),
    ("arithmetic", f"2 * 3 - 1 between 5 and 6 or {USERS}", "r-"),
    ("negated constant", f"not (1 = 2) or {USERS}", "r-"),
    ("stable function", f"concat('a', 'b') = 'ab' or {USERS}", "--"),
    ("function of the session", f"auth.role() = 'anon' or {USERS}", "--"),
    ("false constant and the query", f"1 = 2 and {USERS}", "--"),
    ("repeated alternative", f"(auth.role() = 'anon' and {USERS}) or auth.role() = 'anon'", "r-"),
    ("repeated in another order", f"({USERS} and auth.role() = 'anon') or (auth.role() = 'anon')", "r-"),
    ("repeated within alternatives", f"auth.role() = 'anon' or (id > 0 or (auth.role() = 'anon' and {USERS}))", "--"),
    ("other alternative", f"(auth.role() = 'anon' and {USERS}) or auth.role() = 'none'", "--"),
    ("repeated below NOT", f"not ((auth.role() <> 'anon' or {USERS}) and auth.role() <> 'anon')", "r-"),
]


@pytest.mark.parametrize(("condition", "access"), [one[1:] for one in CASES], ids=[one[0] for one in CASES])
def test_queries_that_constants_make_irrelevant(ask: Ask, condition: str, access: str) -> None:
    sql = f"{NOTES} create policy p on notes for select using ({condition});"
    assert ask(SqlPolicies(), sql, "anonymous", "notes") == access


@pytest.mark.parametrize(("name", "access"), [("a", "rw"), ("z", "-w")])
def test_a_function_is_put_into_the_condition_before_a_later_constant_decides(ask: Ask, name: str, access: str) -> None:
    sql = (
        f"create schema private; create table private.admins (id uuid); {NOTES}"
        "create function is_admin() returns boolean language sql stable as"
        " $$ select exists (select 1 from private.admins a where a.id = auth.uid()) $$;"
        f"create policy m on notes using (true); create policy {name} on notes for select using (is_admin());"
    )
    assert ask(SqlPolicies(), sql, "anonymous", "notes") == access


def test_two_policies_with_a_condition_in_common(ask: Ask) -> None:
    sql = (
        f"{NOTES} create policy a on notes for select using (auth.role() = 'anon' and {USERS});"
        "create policy b on notes for select using (auth.role() = 'anon');"
    )
    assert ask(SqlPolicies(), sql, "anonymous", "notes") == "r-"


def test_rows_of_others_are_not_excluded_by_a_condition_that_is_not_evaluated(ask: Ask) -> None:
    own = (
        "create table notes (id bigint, owner uuid); alter table notes enable row level security;"
        "create policy a on notes for insert with check (owner = auth.uid());"
    )
    timed = "create policy b on notes for insert with check (now() < current_timestamp + interval '1 day');"
    assert ask(SqlPolicies(), own, "any-user", "notes") == "-w"
    assert ask(SqlPolicies(), own + timed, "any-user", "notes") == "-w?"
