"""Functions that the throw-away PostgreSQL calls: which ones, with which arguments, and what the results mean."""

import pytest

from tests.each import each
from tieback.posture.rules.source import RulesText
from tieback.posture.rules.sql.attempts.calls import functions_of, reached, statements_of
from tieback.posture.rules.sql.conditions.candidates import Constants
from tieback.posture.rules.sql.conditions.values import OWN_ID
from tieback.posture.rules.sql.schema import Database
from tieback.posture.rules.sql_policies import SqlPolicies


def database(sql: str) -> Database:
    """The schema of a text."""
    return SqlPolicies().read(RulesText("m.sql", sql)).database


def test_functions_that_the_api_can_call() -> None:
    found = functions_of(database(
        "create function a() returns int language sql as 'select 1';"
        "create procedure b() language sql as 'select 1';"
        "create function c() returns trigger language plpgsql as $$ begin return new; end $$;"
    ))  # fmt: skip
    assert [one.name[1] for one in found] == ["a"]


@pytest.mark.parametrize(
    ("arguments", "calls"),
    [
        ("", ['select * from "public"."f"()']),
        ("a int default 1", ['select * from "public"."f"()', 'select * from "public"."f"(9000)']),
        (
            "a boolean, b boolean",
            ['select * from "public"."f"(true, true)', 'select * from "public"."f"(false, false)'],
        ),
        ("a uuid", [f'select * from "public"."f"(\'{OWN_ID}\')']),
        ("a bytea", ['select * from "public"."f"(null)']),
    ],
)
def test_arguments_of_calls(arguments: str, calls: list[str]) -> None:
    (function,) = functions_of(database(f"create function f({arguments}) returns int language sql as 'select 1';"))
    found = statements_of(function, Constants())
    assert set(calls) <= set(found)
    assert len(found) <= 12


@each(
    ("before", "after", "meaning"),
    [
        ([(1, 0)], [(1, 0)], {("rpc/f", "call"): False, ("rpc/f", "change"): False}),
        ([(1, 0)], [(2, 0)], {("rpc/f", "call"): True, ("rpc/f", "change"): False}),
        ([(1, 0), (1, 0)], [(1, 0), (2, 0)], {("rpc/f", "call"): True, ("rpc/f", "change"): False}),
        ([(1, 0)], [(1, 3)], {("rpc/f", "call"): False, ("rpc/f", "change"): True}),
        ([(0, -1)], [(0, -1)], {("rpc/f", "call"): False, ("rpc/f", "change"): False}),
        ([None], [None], {}),
        ([None], [(1, 0)], {}),
        ([], [(1, 0)], {}),
    ],
)
def test_meaning_of_results(
    before: list[tuple[int, int] | None],
    after: list[tuple[int, int] | None],
    meaning: dict[tuple[str, str], bool],
) -> None:
    assert reached({"rpc/f": before}, {"rpc/f": after}) == meaning
