"""Conditions and loops of PL/pgSQL blocks: which statements are executed."""

from tests.each import each
from tieback.posture.rules.source import RulesText
from tieback.posture.rules.sql.statements.blocks import statements
from tieback.posture.rules.sql_policies import SqlPolicies

SCHEMA = SqlPolicies().read(
    RulesText("s.sql", "create table t (id int); alter table t enable row level security; create policy p on t;")
)
IF_POLICY = "if exists (select 1 from pg_policies where tablename = 't' and policyname = '{}') then {} end if;"


@each(
    ("body", "expected"),
    [
        ("if true then drop table a; else drop table b; end if;", ["drop table a"]),
        ("if 1 = 2 then drop table a; else drop table b; end if;", ["drop table b"]),
        ("if false then drop table a; elsif true then drop table b; else drop table c; end if;", ["drop table b"]),
        ("if false then if true then drop table a; end if; end if; drop table b;", ["drop table b"]),
        ("if true then drop table if exists a; end if;", ["drop table if exists a"]),
        (IF_POLICY.format("p", "drop table a;"), ["drop table a"]),
        (IF_POLICY.format("q", "drop table a;"), []),
        ("for i in 1..2 loop execute format('drop table t%s', i); end loop;", ["drop table t1", "drop table t2"]),
        ("begin drop table a; raise exception 'x'; exception when others then null; end; drop table b;",
         ["drop table b"]),
        ("begin drop table a; exception when others then raise exception 'x'; end;", ["drop table a"]),
        ("begin if c then raise exception 'x'; end if; drop table a; exception when others then null; end;",
         ["drop table a"]),
    ],
)  # fmt: skip
def test_executed_statements(body: str, expected: list[str]) -> None:
    found = statements(f"begin {body} end", SCHEMA.database)
    assert [one.text for one in found if one.text is not None] == expected


def test_a_condition_on_other_values_is_not_decided() -> None:
    found = list(statements("begin if current_user = 'x' then drop table a; end if; end", SCHEMA.database))
    assert [one.text for one in found] == ["drop table a", None]
