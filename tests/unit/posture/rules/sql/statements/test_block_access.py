# ruff: noqa: E501 - a statement in one piece reads better
"""Blocks: branches whose condition is known, loops over numbers, errors, and functions that a query runs."""

import pytest

from tests.unit.posture.rules.conftest import Ask
from tieback.posture.rules.sql_policies import SqlPolicies

NOTES = "create table notes (id bigint);"
CLOSED = f"{NOTES} alter table notes enable row level security;"
READ = "create policy p on notes for select using (true);"
LOCK = "alter table notes enable row level security;"
NONE = "select 1 from pg_policies where tablename = 'notes' and policyname = 'p'"
CASES = [
    ("if false", f"{CLOSED} do $$ begin if false then {READ} end if; end $$;", "--"),
    ("if true", f"{CLOSED} do $$ begin if true then {READ} end if; end $$;", "r-"),
    ("else of false", f"{CLOSED} do $$ begin if 1 = 2 then null; else {READ} end if; end $$;", "r-"),
    ("else of true", f"{CLOSED} do $$ begin if 1 = 1 then null; else {READ} end if; end $$;", "--"),
    (
        "elsif of false",
        f"{CLOSED} do $$ begin if false then null; elsif true then {READ} else drop policy p on notes; end if; end $$;",
        "r-",
    ),
    ("elsif of true", f"{CLOSED} do $$ begin if true then null; elsif true then {READ} end if; end $$;", "--"),
    (
        "inner if of a skipped one",
        f"{CLOSED} do $$ begin if false then if true then {READ} end if; {READ} end if; end $$;",
        "--",
    ),
    (
        "statement after a skipped branch with if exists",
        f"{CLOSED} do $$ begin if false then drop table if exists x; create table if not exists y (a int); end if; {READ} end $$;",
        "r-",
    ),
    (
        "case inside a skipped branch",
        f"{CLOSED} do $$ declare a int; begin if false then a := case when true then 1 else 2 end; {READ} end if; end $$;",
        "--",
    ),
    ("policy that is missing", f"{CLOSED} do $$ begin if not exists ({NONE}) then {READ} end if; end $$;", "r-"),
    (
        "policy that exists",
        f"{CLOSED} {READ} do $$ begin if not exists ({NONE}) then create policy q on notes using (true); end if; end $$;",
        "r-",
    ),
    (
        "policy that exists is dropped",
        f"{CLOSED} {READ} do $$ begin if exists ({NONE}) then drop policy p on notes; end if; end $$;",
        "--",
    ),
    (
        "table that exists",
        f"{NOTES} do $$ begin if exists (select 1 from pg_tables where tablename = 'notes') then {LOCK} end if; end $$;",
        "--",
    ),
    (
        "unknown condition that closes",
        f"{NOTES} do $$ begin if current_setting('a.b') = 'c' then {LOCK} end if; end $$;",
        "-?-?",
    ),
    (
        "loop over numbers",
        f"{NOTES} do $$ begin for i in 1..1 loop execute 'alter table notes enable row level security'; end loop; end $$;",
        "--",
    ),
    (
        "loop over no numbers",
        f"{NOTES} do $$ begin for i in 2..1 loop execute 'alter table notes enable row level security'; end loop; end $$;",
        "rw",
    ),
    (
        "names with numbers",
        f"create table n2 (a int); alter table n2 rename to notes2; {NOTES} do $$ begin for i in 1..2 loop execute format('alter table notes%s enable row level security', i); end loop; end $$;",
        "rw",
    ),
    (
        "error that undoes the block",
        f"{NOTES} do $$ begin {LOCK} raise exception 'x'; exception when others then null; end $$;",
        "rw",
    ),
    ("notice", f"{NOTES} do $$ begin {LOCK} raise notice 'x'; end $$;", "--"),
    (
        "error behind a condition",
        f"{NOTES} do $$ begin {LOCK} if 1 = 2 then raise exception 'x'; end if; end $$;",
        "--",
    ),
    (
        "function that a query runs",
        f"{NOTES} create function lock() returns void language plpgsql as $$ begin execute 'revoke all on notes from anon'; end $$; select lock();",
        "--",
    ),
    (
        "function that nothing runs",
        f"{NOTES} create function lock() returns void language plpgsql as $$ begin execute 'revoke all on notes from anon'; end $$;",
        "rw",
    ),
    (
        "function with arguments",
        f"{CLOSED} create function open(t text) returns void language plpgsql as $$ begin execute format('alter table %I disable row level security', t); end $$; select open('notes');",
        "-?-?",
    ),
    (
        "function that runs itself",
        f"{NOTES} create function lock() returns void language plpgsql as $$ begin perform 1; execute 'select lock()'; end $$; {LOCK} select lock();",
        "-?-?",
    ),
]


@pytest.mark.parametrize(("sql", "access"), [one[1:] for one in CASES], ids=[one[0] for one in CASES])
def test_statements_of_blocks(ask: Ask, sql: str, access: str) -> None:
    assert ask(SqlPolicies(), f"-- supabase\n{sql}", "anonymous", "notes") == access
