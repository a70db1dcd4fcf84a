# ruff: noqa: E501 - a condition in one piece reads better
"""Operators and built-in functions of constants, and defaults of arguments."""

import pytest

from tests.unit.posture.rules.conftest import Ask
from tieback.posture.rules.sql_policies import SqlPolicies

CASES = [
    ("cardinality(array[]::text[]) = 0", "r-"), ("array_length(array[]::text[], 1) is null", "r-"),
    ("starts_with('', 'a')", "--"), ("starts_with('a', '')", "r-"), ("starts_with(null, 'a') is null", "r-"),
    ("'a' = any (string_to_array('', ','))", "--"), ("left('abc', 0) = ''", "r-"), ("right('abc', 2) = 'bc'", "r-"),
    ("substring('abc' from 2) = 'bc'", "r-"), ("replace('aaa', 'a', 'bb') = 'bbbbbb'", "r-"), ("strpos('abc', 'x') = 0", "r-"),
    ("abs(-2) = 2", "r-"), ("-7 / 2 = -3", "r-"), ("-7 % 3 = -1", "r-"), ("7 % -3 = 1", "r-"), ("1 / 0 = 1", "-?-"),
    ("greatest(1, null, 3) = 3", "r-"), ("least(1, null) = 1", "r-"), ("greatest(null, null) is null", "r-"),
    ("'abc' ~ 'b'", "r-"), ("'abc' ~ '^b'", "--"), ("'abc' ~ 'c$'", "r-"), ("'ABC' ~* 'bc'", "r-"), ("'abc' !~ 'b'", "--"),
    ("'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab' ~ '^(a+)+$'", "-?-"),
    ("('{\"a\": [\"b\"]}'::jsonb -> 'a') ? 'b'", "r-"), ("'{\"a\": null}'::jsonb -> 'a' is null", "-?-"),
    ("'[1, 2]'::jsonb -> 5 is null", "r-"), ("'{'::jsonb ? 'a'", "-?-"),
]  # fmt: skip


@pytest.mark.parametrize(("condition", "access"), CASES)
def test_conditions_of_constants(ask: Ask, condition: str, access: str) -> None:
    sql = f"create table t (id bigint); alter table t enable row level security; create policy p on t for select using ({condition});"
    assert ask(SqlPolicies(), sql, "anonymous", "t").replace("r?", "-?") == access


PROFILES = "create table profiles (id uuid primary key, role text); create table t (id bigint); alter table t enable row level security;"


@pytest.mark.parametrize(
    ("call", "access"),
    [
        ("has_role()", "r-"),
        ("has_role('member')", "r-"),
        ("has_role(wanted => 'member')", "r-"),
        ("not has_role()", "r-"),
    ],
)
def test_defaults_of_arguments_are_candidates(ask: Ask, call: str, access: str) -> None:
    sql = (
        f"{PROFILES} create function has_role(wanted text default 'admin') returns boolean language sql security definer as"
        " $$ select exists (select 1 from profiles p where p.id = auth.uid() and p.role = wanted) $$;"
        f"create policy p on t for select using ({call});"
    )
    assert ask(SqlPolicies(), sql, "any-user", "t") == access
