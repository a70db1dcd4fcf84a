# ruff: noqa: ISC004 - a statement in one piece reads better
"""Constraints that later statements drop or rename: a row that an old one refuses is accepted then."""

import pytest

from tests.unit.posture.rules.conftest import Ask
from tieback.posture.rules.sql_policies import SqlPolicies

SECURED = (
    "alter table notes enable row level security; create policy p on notes for insert with check (status = 'open');"
)
NOTES = "create table notes (id bigint primary key, status text check (status in ('live')));"
CASES = [
    ("check refuses", "", "--"),
    ("dropped by its default name", "alter table notes drop constraint notes_status_check;", "-w"),
    ("dropped by another name", "alter table notes drop constraint other;", "--"),
    ("replaced", "alter table notes drop constraint notes_status_check, add check (status in ('live', 'open'));", "-w"),
    ("replaced by a named one that refuses",
     "alter table notes drop constraint notes_status_check, add constraint c check (status = 'live');", "--"),
    ("named one dropped", "alter table notes drop constraint notes_status_check, add constraint c"
     " check (status = 'live'); alter table notes drop constraint c;", "-w"),
    ("renamed and dropped", "alter table notes rename constraint notes_status_check to c;"
     " alter table notes drop constraint c;", "-w"),
    ("a second one of the same column",
     "alter table notes add check (status <> 'open'); alter table notes drop constraint notes_status_check;", "--"),
    ("both dropped", "alter table notes add check (status <> 'open'); alter table notes drop constraint"
     " notes_status_check; alter table notes drop constraint notes_status_check1;", "-w"),
    ("of the renamed column", "alter table notes rename column status to state;", "--"),
]  # fmt: skip


@pytest.mark.parametrize(("sql", "access"), [one[1:] for one in CASES], ids=[one[0] for one in CASES])
def test_constraints_that_change(ask: Ask, sql: str, access: str) -> None:
    assert ask(SqlPolicies(), NOTES + SECURED + sql, "anonymous", "notes") == access


def test_a_column_that_a_policy_names_is_dropped_only_with_its_policy(ask: Ask) -> None:
    text = f"{NOTES}{SECURED} alter table notes drop constraint notes_status_check;"
    assert ask(SqlPolicies(), f"{text} alter table notes drop column status;", "anonymous", "notes") == "-w"
    assert ask(SqlPolicies(), f"{text} alter table notes drop column status cascade;", "anonymous", "notes") == "--"
