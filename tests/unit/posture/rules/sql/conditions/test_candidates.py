"""Values that columns get: the constants of conditions, and what happens if there are too many."""

import pytest

from tests.unit.posture.rules.conftest import Ask
from tieback.posture.rules.sql.conditions.candidates import MAX_TEXTS
from tieback.posture.rules.sql_policies import SqlPolicies

ROLE = (
    "create table profiles (id uuid primary key, role text);"
    "create function has_role(wanted text) returns boolean language plpgsql stable security definer as"
    " $$ begin return exists (select 1 from profiles p where p.id = auth.uid() and p.role = wanted); end $$;"
    "create table notes (id bigint); alter table notes enable row level security;"
)
NOISE = " and ".join(f"lower(trim(' C{number} ')) = 'c{number}'" for number in range(2 * MAX_TEXTS))


def test_constants_of_expressions_without_a_row_do_not_displace_others(ask: Ask) -> None:
    sql = f"{ROLE} create policy p on notes for select using ({NOISE} and has_role('admin'));"
    assert ask(SqlPolicies(), sql, "any-user", "notes") == "r-"


@pytest.mark.parametrize("number", [2, MAX_TEXTS, 3 * MAX_TEXTS])
def test_a_role_behind_many_others_is_never_denied_for_certain(ask: Ask, number: int) -> None:
    roles = " and ".join(f"not has_role('r{one}')" for one in range(number))
    sql = f"{ROLE} create policy p on notes for select using ({roles} and has_role('admin'));"
    assert ask(SqlPolicies(), sql, "any-user", "notes") in ({"r-"} if number == 2 else {"r-", "r?-"})


def test_access_to_all_rows_is_not_certain_if_constants_were_left_out(ask: Ask) -> None:
    names = " and ".join(f"status <> 's{one}'" for one in range(3 * MAX_TEXTS))
    sql = (
        "create table notes (id bigint, status text not null); alter table notes enable row level security;"
        f"create policy p on notes for select using ({names});"
    )
    assert ask(SqlPolicies(), sql, "anonymous", "notes") == "r?-"
