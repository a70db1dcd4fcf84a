"""sqlite-web: tables of its first page, and the login instead of it."""

from typing import Any

import pytest

from tieback.model.probe import Access, Outcome

TABLE = "GET /customers/"
NO_TABLES = "<title>SQLite Web: shop.db</title>"
STATES: list[tuple[dict[str, int | str], Access]] = [
    # what differs, access
    ({}, Access.OPEN),
    # One proof is not enough.
    ({TABLE: 500}, Access.SCHEMA_ONLY),
    ({TABLE: 401}, Access.SCHEMA_ONLY),
    ({TABLE: "<html>ok</html>"}, Access.SCHEMA_ONLY),
    ({"GET /": NO_TABLES}, Access.OPEN_EMPTY),
]


@pytest.mark.parametrize(("change", "access"), STATES)
def test_access_state_by_server_answers(web: Any, change: dict[str, int | str], access: Access) -> None:
    assert web.ask("sqlite_web", change).result.access is access


def test_names_are_listed_and_no_figure_is_claimed(web: Any) -> None:
    report = web.ask("sqlite_web").result
    assert [(one.name, one.records) for one in report.containers] == [("customers", None), ("logs", None)]


@pytest.mark.parametrize(("location", "access"), [("/login/", Access.AUTH_REQUIRED), ("/other/", Access.UNKNOWN)])
def test_a_redirect_to_the_login_is_closed(web: Any, location: str, access: Access) -> None:
    headers = {"Location": location, "Set-Cookie": "sqlite_web_session=x; HttpOnly; Path=/"}
    page = type(web.pages("sqlite_web").page["GET /"])("", 302, headers)
    report = web.ask("sqlite_web", {"GET /": page}).result
    assert (report.product, report.access) == ("sqlite-web", access)


@pytest.mark.parametrize("name", ["download", "query", "login", "logout", "create-table", "a/b", "../x"])
def test_a_page_that_is_no_table_is_not_requested(web: Any, name: str) -> None:
    root = f'<title>SQLite Web: x</title><a class="nav-link" href="/x/" title="{name}">'
    assert len(web.ask("sqlite_web", {"GET /": root}).sent) == 1


@pytest.mark.parametrize("answer", ["", "ok", "{}", "[]", "<html><title>Shop</title></html>", 401, 403, 404, 500])
def test_another_server_is_another(web: Any, answer: str | int) -> None:
    report = web.ask("sqlite_web", {"GET /": answer}, port=7).result
    assert report.outcome is not Outcome.OK
    assert not report.access.exposed
