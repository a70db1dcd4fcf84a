# ruff: noqa: E501, ISC004 - a statement in one piece reads better
"""Writing through views, as PostgreSQL does it: the rights of each view's owner, its columns and its condition."""

import pytest

from tests.unit.posture.rules.conftest import Ask
from tieback.posture.rules.sql_policies import SqlPolicies

NOTES = "create table notes (id bigint primary key, owner uuid, title text not null);"
CLOSED = f"{NOTES} alter table notes enable row level security;"
ALL = "id, owner, title"
CASES = [
    ("view of a view", f"{CLOSED} create view w as select * from notes; create view v as select {ALL} from w;", "rw"),
    ("invoker of a view with its owner's rights",
     f"{CLOSED} create view w as select * from notes; create view v with (security_invoker = on) as select {ALL} from w;",
     "rw"),
    ("view of an invoker, whose rights are the owner's",
     f"{CLOSED} create view w with (security_invoker = on) as select * from notes; create view v as select {ALL} from w;",
     "rw"),
    ("two invokers",
     f"{CLOSED} create view w with (security_invoker = on) as select * from notes;"
     f" create view v with (security_invoker = on) as select {ALL} from w;", "--"),
    ("condition of the outer view",
     f"{CLOSED} create view w as select * from notes; create view v as select {ALL} from w where owner = auth.uid();"
     " revoke insert on v from anon, authenticated;", "--"),
    ("column that the outer view leaves out",
     f"{CLOSED} create view w as select * from notes; create view v as select id, owner from w;"
     " revoke update, delete, select on v from anon, authenticated;", "--"),
    ("no privilege on the view below",
     f"{CLOSED} create view w as select * from notes; revoke all on w from anon, authenticated;"
     f" create view v with (security_invoker = on) as select {ALL} from w;", "--"),
    ("a computed column does not stop writes to the others",
     f"{CLOSED} create view v as select {ALL}, lower(title) as small from notes;", "rw"),
    ("policy that reads without a privilege",
     f"{NOTES} alter table notes enable row level security; create policy p on notes for select"
     " using (auth.role() = 'anon' or exists (select 1 from auth.users u where u.id = auth.uid()));"
     f" create view v with (security_invoker = on) as select {ALL} from notes;", "--"),
    ("renamed columns", f"{CLOSED} create view v (a, b, c) as select {ALL} from notes;", "rw"),
    ("aggregate", f"{CLOSED} create view v as select count(*) from notes;", "r-"),
    ("limit", f"{CLOSED} create view v as select {ALL} from notes limit 5;", "r-"),
    ("offset", f"{CLOSED} create view v as select {ALL} from notes offset 5;", "r-"),
    ("window", f"{CLOSED} create view v as select {ALL}, row_number() over () as n from notes;", "r-"),
    ("check option",
     f"{CLOSED} create view v as select {ALL} from notes where owner = auth.uid() with check option;"
     " revoke update, delete, select on v from anon, authenticated;", "-w?"),
    ("member of a column that the view leaves out",
     f"{NOTES} alter table notes add column meta jsonb; alter table notes enable row level security;"
     " create policy p on notes for insert with check (meta ->> 'a' = 'b');"
     f" create view v with (security_invoker = on) as select {ALL} from notes;", "--"),
]  # fmt: skip


@pytest.mark.parametrize(("sql", "access"), [one[1:] for one in CASES], ids=[one[0] for one in CASES])
def test_access_through_views(ask: Ask, sql: str, access: str) -> None:
    assert ask(SqlPolicies(), sql, "anonymous", "v") == access
