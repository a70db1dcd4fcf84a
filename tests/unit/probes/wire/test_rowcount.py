"""Counts of the rows of one table: only names that are safe to send, and no exact figure beyond the limit."""

import re

import pytest

from tieback.model.figure import Quality
from tieback.probes.stores.mysql import queries as mysql
from tieback.probes.stores.postgresql import queries as postgresql
from tieback.probes.wire.rowcount import COUNTED, CountQuery
from tieback.scope.conversation import SendCost

BAD = ["a`b", 'a"b', "a b", "a;b", "a'b", "a.b", "", "ä", "x" * 65, "a\n"]
QUERIES = [*mysql.COUNTS, *postgresql.COUNTS]


@pytest.mark.parametrize("name", BAD)
@pytest.mark.parametrize("query", QUERIES, ids=lambda query: query.name)
def test_no_count_of_a_table_with_such_a_name(query: CountQuery, name: str) -> None:
    assert query.sql(name, "people") is None
    assert query.sql("hr", name) is None
    quoted = f"hr{query.quote}.{query.quote}people"
    sent = query.sql("hr", "people") or ""
    assert not re.fullmatch(query.pattern(), sent.replace(quoted, f"{name}{query.quote}.{query.quote}people").encode())


@pytest.mark.parametrize("query", QUERIES, ids=lambda query: query.name)
def test_the_pattern_covers_the_statement_and_nothing_after_it(query: CountQuery) -> None:
    sent = query.sql("hr", "people")
    assert sent is not None
    assert re.fullmatch(query.pattern(), sent.encode())
    assert not re.fullmatch(query.pattern(), f"{sent}; DROP TABLE people".encode())


@pytest.mark.parametrize(("few", "every"), [mysql.COUNTS, postgresql.COUNTS])
def test_a_count_that_the_limit_may_have_ended_is_a_lower_bound(few: CountQuery, every: CountQuery) -> None:
    assert (few.cost, every.cost) == (SendCost.BOUNDED, SendCost.SCAN)
    assert few.figure(COUNTED - 1).quality is Quality.EXACT
    assert few.figure(COUNTED).quality is Quality.LOWER_BOUND
    assert every.figure(COUNTED).quality is Quality.EXACT
