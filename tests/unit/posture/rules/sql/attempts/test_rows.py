"""Rows and values as SQL: hostile names and constants stay inside their quotations."""

import pgparse

from tests.each import each
from tieback.posture.rules.source import RulesText
from tieback.posture.rules.sql.attempts.rows import MAX_ATTEMPTS, rows_of, table_of, updates_of
from tieback.posture.rules.sql.attempts.values import literal
from tieback.posture.rules.sql.conditions.candidates import Constants
from tieback.posture.rules.sql.conditions.values import NOW, UNKNOWN
from tieback.posture.rules.sql.schema import Relation
from tieback.posture.rules.sql_policies import SqlPolicies

HOSTILE = """create table "t""; drop table x; --" ("a'b" text, "c""d" text, id int generated always as identity);
alter table "t""; drop table x; --" enable row level security;
create policy p on "t""; drop table x; --" using ("a'b" = 'x''; drop table y; --');"""


@each(
    ("value", "kind", "sql"),
    [
        (None, "text", "null"), (True, "boolean", "true"), (3, "integer", "3"), ("a'b", "text", "'a''b'"),
        ([1, 2], "integer", "array[1, 2]"), ([], "text", "'{}'"), (UNKNOWN, "jsonb", "'{}'"), (UNKNOWN, "bytea", ""),
        (NOW + 1, "timestamptz", "now() + interval '1 day'"),
    ],
)  # fmt: skip
def test_values_in_sql(value: object, kind: str, sql: str) -> None:
    assert literal(value, kind) == sql


def hostile() -> tuple[Relation, Constants]:
    """A table with hostile names, and the constants of its policy."""
    database = SqlPolicies().read(RulesText("m.sql", HOSTILE)).database
    (relation,) = [one for one in database.relations.values() if one.origin.line]
    constants = Constants()
    constants.collect([one.using for one in relation.policies.values()])
    return relation, constants


def test_statements_with_hostile_names_are_one_statement_each() -> None:
    relation, constants = hostile()
    statements = [f"insert into {table_of(relation)} {row}" for row in rows_of(relation, constants, own=True)]
    statements += updates_of(relation, constants)
    assert statements
    assert {len(pgparse.parse(one)) for one in statements} == {1}


def test_rows_are_few_and_leave_out_generated_columns() -> None:
    relation, constants = hostile()
    rows = rows_of(relation, constants, own=True)
    assert 0 < len(rows) <= 2 * MAX_ATTEMPTS
    assert not [row for row in rows if '"id"' in row.split(" values ")[0]]


def test_fixed_values_are_in_each_row() -> None:
    relation, constants = hostile()
    assert all("'fixed'" in row for row in rows_of(relation, constants, own=False, fixed={"a'b": "'fixed'"}))
