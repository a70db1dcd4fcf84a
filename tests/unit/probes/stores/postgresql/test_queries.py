"""Queries that name containers: only names that are safe to send, and only so many columns."""

import re

import pytest

from tests.each import each
from tieback.probes.stores.postgresql import queries
from tieback.probes.stores.postgresql.queries import (
    MAX_SAMPLED_COLUMNS,
    note_query,
    plain_columns_query,
    sample_query,
)

BAD = ['a"b', "a b", "a;b", "a'b", "", "ä", "x" * 65, "a\n"]


@each("name", BAD)
def test_a_name_that_could_be_more_is_not_sent(name: str) -> None:
    assert sample_query(name, "people", ["mail"]) is None
    assert sample_query("hr", name, ["mail"]) is None
    assert sample_query("hr", "people", [name]) is None
    found = sample_query("hr", "people", [name, "mail"])
    assert found is not None
    assert found[1] == ["mail"]


def test_a_sample_is_bounded() -> None:
    found = sample_query("hr", "people", [f"c{n}" for n in range(200)])
    assert found is not None
    sql, columns = found
    assert len(columns) == sql.count(",256)") == MAX_SAMPLED_COLUMNS
    assert sql.endswith(" LIMIT 50")


def test_a_note_is_one_record() -> None:
    assert note_query("public", "readme", ["id", "a b", "text"]) == (
        "SELECT pg_catalog.left(pg_catalog.concat_ws(' '::pg_catalog.text, \"id\"::pg_catalog.text,"
        ' "text"::pg_catalog.text), 1000) FROM ONLY "public"."readme" LIMIT 1'
    )
    assert note_query("public", 'a"b', ["id"]) is None
    assert note_query("public", "readme", []) is None


@each("name", BAD)
def test_the_columns_of_a_table_with_such_a_name_are_not_asked(name: str) -> None:
    assert plain_columns_query(name, "people") is None
    assert plain_columns_query("hr", name) is None


def statements() -> list[str]:
    fixed = [*queries.WHY]
    named = [plain_columns_query("hr", "people"), note_query("hr", "people", ["mail"])]
    named += [query.sql("hr", "people") for query in queries.COUNTS]
    sample = sample_query("hr", "people", ["mail", "id"])
    assert sample is not None
    return [*fixed, *(sql for sql in named if sql is not None), sample[0]]


KEYWORDS = {"OPERATOR", "EXISTS", "AND", "OR", "WHERE", "FROM"}


@pytest.mark.parametrize("sql", statements())
def test_every_name_and_operator_is_of_the_system(sql: str) -> None:
    """No name in a statement can resolve to an object that a user of the server defined."""
    if sql in (*queries.GUARDS, queries.ROLLBACK):
        assert re.fullmatch(r"(?:BEGIN TRANSACTION [A-Z, ]+(?:; SET LOCAL [^;()]+)+|ROLLBACK)", sql)
        return
    bare = re.sub(r"'[^']*'", "''", sql)
    bare = re.sub(r"OPERATOR\(pg_catalog\.[=<>!~]+\)|(?<=pg_catalog\.count)\(\*\)", "", bare)
    assert not re.search(r"[=<>!~+*/|%&#^-]", bare), bare
    assert all(found in KEYWORDS for found in re.findall(r"(?<!pg_catalog\.)\b(\w+) ?\(", bare))
    assert not re.search(r"::(?!pg_catalog\.\w)|\bCAST\b|\b(?:LIKE|SIMILAR|BETWEEN|IN|DISTINCT|USING)\b", bare)
    assert not re.search(r'\b(?:FROM|JOIN) (?!pg_catalog\.\w|ONLY "hr"\."people"(?: LIMIT|$)|\(SELECT 1 FROM)', bare)


@pytest.mark.parametrize(
    "sql", ["SELECT 1 FROM pg_class", "SELECT left('a', 1)", "SELECT a::text FROM pg_catalog.b", "SELECT 'a' = 'b'"]
)
def test_a_bare_name_is_found(sql: str) -> None:
    with pytest.raises(AssertionError):
        test_every_name_and_operator_is_of_the_system(sql)
