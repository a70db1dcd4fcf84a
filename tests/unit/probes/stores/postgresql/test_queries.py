"""Queries that name containers: only names that are safe to send, and only so many columns."""

import pytest

from tieback.probes.stores.postgresql.queries import MAX_SAMPLED_COLUMNS, note_query, sample_query

BAD = ['a"b', "a b", "a;b", "a'b", "", "ä", "x" * 65, "a\n"]


@pytest.mark.parametrize("name", BAD)
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
    assert note_query("public", "readme") == 'SELECT left(t::text, 1000) FROM "public"."readme" AS t LIMIT 1'
    assert note_query("public", 'a"b') is None
