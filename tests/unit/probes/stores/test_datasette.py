"""Datasette: tables and rows that it shows without a login; no row is requested."""

from typing import Any

import pytest

from tieback.model.probe import Access, Outcome

DATABASES, TABLES = "GET /-/databases.json", "GET /shop.json"
FOOT = 'Powered by <a href="https://datasette.io/">Datasette</a>'
EMPTY = '{"database":"shop","tables":[]}'
ZERO = '{"database":"shop","tables":[{"name":"a","count":0}]}'
UNCOUNTED = '{"database":"shop","tables":[{"name":"a","count":null}]}'
STATES: list[tuple[dict[str, int | str], Access]] = [
    # what differs, access
    ({}, Access.OPEN),
    ({DATABASES: 403}, Access.AUTH_REQUIRED),
    ({TABLES: 403}, Access.SCHEMA_ONLY),
    ({TABLES: EMPTY}, Access.OPEN_EMPTY),
    ({TABLES: UNCOUNTED}, Access.SCHEMA_ONLY),
    ({DATABASES: "[]"}, Access.OPEN_EMPTY),
    # One page for every path.
    ({DATABASES: FOOT, TABLES: FOOT}, Access.UNKNOWN),
]


@pytest.mark.parametrize(("change", "access"), STATES)
def test_access_state_by_server_answers(web: Any, change: dict[str, int | str], access: Access) -> None:
    assert web.ask("datasette", change).result.access is access


@pytest.mark.parametrize(
    ("table", "value", "quality"),
    [
        ('{"name":"a","count":10000}', 10_000, "exact"),
        ('{"name":"a","count":10001}', 10_000, "lower_bound"),
        ('{"name":"a","count":500,"count_truncated":true}', 500, "lower_bound"),
    ],
)
def test_a_count_at_the_limit_is_a_lower_bound(web: Any, table: str, value: int, quality: str) -> None:
    report = web.ask("datasette", {TABLES: f'{{"database":"shop","tables":[{table}]}}'}).result
    (found,) = (one.records for one in report.containers if one.path == ("shop", "a"))
    assert (found.value, found.quality) == (value, quality)


def test_hidden_tables_are_in_no_total(web: Any) -> None:
    assert {one.name for one in web.ask("datasette").result.containers if one.system} == {"shop.hidden_fts"}


@pytest.mark.parametrize("name", ["../x", "-/x", "a/b", "a?b=1", "", ".x", "a b"])
def test_other_names_of_databases_are_not_sent(web: Any, name: str) -> None:
    played = web.ask("datasette", {DATABASES: f'[{{"name":"{name}"}}]'})
    assert len(played.sent) == 2


def test_a_refused_root_is_closed(web: Any) -> None:
    page = type(web.pages("datasette").page["GET /"])(FOOT, 403)
    assert web.ask("datasette", {"GET /": page}).result.access is Access.AUTH_REQUIRED


@pytest.mark.parametrize("answer", ["", "ok", "{}", "[]", "<html><title>Shop</title></html>", 401, 403, 404, 500])
def test_another_server_is_another(web: Any, answer: str | int) -> None:
    report = web.ask("datasette", {"GET /": answer}, port=7).result
    assert report.outcome is not Outcome.OK
    assert not report.access.exposed
