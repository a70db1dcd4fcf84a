# ruff: noqa: ISC004 - a statement in one piece reads better
"""What a call of a function reads and writes: its query, the conditions before it, and functions that it calls."""

import pytest

from tests.unit.posture.rules.conftest import Ask
from tieback.posture.rules.sql_policies import SqlPolicies

NOTES = (
    "create table notes (id bigint primary key, owner uuid); alter table notes enable row level security;"
    "create table profiles (id uuid primary key, role text); alter table profiles enable row level security;"
)
ADMIN = "exists (select 1 from profiles p where p.id = auth.uid() and p.role = 'admin')"
EVERYBODY_WRITES = "create policy own on profiles for all using (id = auth.uid());"


def rows(before: str, query: str = "select * from notes", rights: str = "security definer") -> str:
    """A function in PL/pgSQL that returns rows."""
    return (
        f"{NOTES} create function f() returns setof notes language plpgsql {rights} as"
        f" $$ begin {before} return query {query}; return; end $$;"
    )


GUARD = f"if not ({ADMIN}) then raise exception 'no'; end if;"
CASES = [
    ("rows of a query", rows(""), "r-", "r-"),
    ("query without rows", rows("", "select * from notes where false"), "--", "--"),
    ("own rows", rows("", "select * from notes n where n.owner = auth.uid()"), "--", "--"),
    ("guard for users", rows("if auth.uid() is null then raise exception 'no'; end if;"), "--", "r-"),
    ("guard that returns", rows("if auth.uid() is null then return; end if;"), "--", "r-"),
    ("guard that is null does not end it", rows("if null then return; end if;"), "r-", "r-"),
    ("guard for a role that nobody can take", rows(GUARD), "--", "--"),
    ("guard for a role that the user can take", rows(GUARD) + EVERYBODY_WRITES, "--", "r-"),
    ("guard with another branch is not evaluated",
     rows("if auth.uid() is null then raise exception 'no'; else null; end if;"), "r?-", "r?-"),
    ("with the rights of the requester", rows("", rights=""), "--", "--"),
    ("reads through another function",
     f"{NOTES} create function private_count() returns bigint language sql security definer as"
     " 'select count(*) from notes'; revoke execute on function private_count() from public, anon, authenticated;"
     "create function f() returns bigint language plpgsql security definer as"
     " $$ begin return private_count(); end $$;", "r?-", "r?-"),
    ("writes through another function",
     f"{NOTES} create function private_clean() returns void language sql security definer as 'delete from notes';"
     " revoke execute on function private_clean() from public, anon, authenticated;"
     "create function f() returns void language plpgsql security definer as"
     " $$ begin perform private_clean(); end $$;", "-w?", "-w?"),
    ("reads nothing", "create function f() returns int language sql security definer as 'select 1';", "--", "--"),
]  # fmt: skip


@pytest.mark.parametrize(("sql", "anonymous", "user"), [one[1:] for one in CASES], ids=[one[0] for one in CASES])
def test_access_through_functions(ask: Ask, sql: str, anonymous: str, user: str) -> None:
    assert ask(SqlPolicies(), sql, "anonymous", "rpc/f") == anonymous
    assert ask(SqlPolicies(), sql, "any-user", "rpc/f") == user
