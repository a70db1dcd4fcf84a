"""Queries that name containers: only names that are safe to send, and only so many columns."""

import re

from tests.each import each
from tieback.probes.stores.mysql.queries import (
    COUNTS,
    MAX_NAMED,
    MAX_SAMPLED_COLUMNS,
    NAMED,
    SIZES_PARTS,
    WHY,
    note_query,
    sample_query,
    tables_query,
)

BAD = ["a`b", "a b", "a;b", "a'b", "", "ä", "x" * 65, "a\n"]


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
    assert (len(columns), sql.count(",256)"), sql.endswith(" LIMIT 50")) == (
        MAX_SAMPLED_COLUMNS,
        MAX_SAMPLED_COLUMNS,
        True,
    )


def test_a_note_names_its_columns() -> None:
    assert note_query("hr", "WARNING", ["id", "text"]) == (
        "SELECT LEFT(CONCAT_WS(' ',`id`,`text`),1000) FROM `hr`.`WARNING` LIMIT 1"
    )
    assert note_query("hr", "WARNING", ["a`b"]) is None


@each("name", BAD)
def test_nothing_is_asked_about_a_table_with_such_a_name(name: str) -> None:
    assert tables_query(SIZES_PARTS, name, ["people"]) is None
    assert tables_query(SIZES_PARTS, "hr", [name]) is None
    assert tables_query(SIZES_PARTS, "hr", ["people", name]) == tables_query(SIZES_PARTS, "hr", ["people"])


def test_few_tables_are_named_at_once() -> None:
    sql = tables_query(SIZES_PARTS, "hr", [f"t{n}" for n in range(200)])
    assert sql is not None
    assert f"'t{MAX_NAMED - 1}') LIMIT 2000" in sql


def statements() -> list[str]:
    sample = sample_query("hr", "people", ["mail", "id"])
    assert sample is not None
    named = [tables_query(parts, "hr", ["people"]) for _, parts, _, _, _ in NAMED]
    counts = [query.sql("hr", "people") for query in COUNTS]
    return [
        *WHY,
        *(sql for sql in (*named, *counts, note_query("hr", "people", ["mail"]), sample[0]) if sql is not None),
    ]


BUILT_IN = {
    "COUNT",
    "LEFT",
    "CONCAT_WS",
    "CONCAT",
    "CHAR",
    "REPLACE",
    "CURRENT_USER",
    "NOW",
    "UNIX_TIMESTAMP",
    "dolt_version",
    "FROM",
}


@each("sql", statements())
def test_every_name_is_built_in_or_has_its_schema(sql: str) -> None:
    bare = re.sub(r"'[^']*'", "''", sql)
    functions = set(re.findall(r"(\w+)\(", bare))
    assert functions <= BUILT_IN, functions
    tables = re.findall(r"\b(?:FROM|JOIN) ([^\s(]\S*)", bare)
    assert all(re.fullmatch(r"information_schema\.[A-Z_]+|`hr`\.`people`", table) for table in tables), tables
