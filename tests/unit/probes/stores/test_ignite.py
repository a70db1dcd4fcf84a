"""Ignite: caches and entries by its REST API."""

from typing import Any

import pytest

from tieback.model.probe import Access, Outcome

ASK, TOP, SIZE = "GET /ignite?cmd=version", "GET /ignite?cmd=top", "GET /ignite?cmd=size&cacheName="
ORDERS, CUSTOMERS = f"{SIZE}orders", f"{SIZE}customers"
DENIED = '{"successStatus":2,"sessionToken":null,"error":"Authentication failed","response":null}'
CHECKED = '{"successStatus":3,"sessionToken":null,"error":"Security check failed","response":null}'
ZERO = '{"successStatus":0,"sessionToken":null,"error":null,"response":0}'
NONE = '{"successStatus":0,"sessionToken":null,"error":null,"response":[{"caches":[]}]}'
STATES: list[tuple[dict[str, int | str], Access]] = [
    # what differs, access
    ({}, Access.OPEN),
    ({TOP: DENIED}, Access.AUTH_REQUIRED),
    ({TOP: CHECKED}, Access.AUTH_REQUIRED),
    ({TOP: 401}, Access.AUTH_REQUIRED),
    ({ORDERS: CHECKED}, Access.PARTIAL),
    ({ORDERS: CHECKED, CUSTOMERS: CHECKED}, Access.SCHEMA_ONLY),
    ({ORDERS: ZERO, CUSTOMERS: ZERO}, Access.OPEN_EMPTY),
    ({TOP: NONE}, Access.OPEN_EMPTY),
    ({TOP: "<html>ok</html>"}, Access.UNKNOWN),
    ({ORDERS: "<html>ok</html>", CUSTOMERS: 500}, Access.SCHEMA_ONLY),
]


@pytest.mark.parametrize(("change", "access"), STATES)
def test_access_state_by_server_answers(web: Any, change: dict[str, int | str], access: Access) -> None:
    assert web.ask("ignite", change).result.access is access


@pytest.mark.parametrize("answer", ["", "ok", "{}", "[]", "<html><title>Shop</title></html>", 401, 403, 404, 500])
def test_another_server_is_another(web: Any, answer: str | int) -> None:
    report = web.ask("ignite", {ASK: answer}, port=7).result
    assert report.outcome is not Outcome.OK
    assert not report.access.exposed


@pytest.mark.parametrize("name", ["a b", "a&cmd=x", "../x", ""])
def test_a_name_that_could_change_the_command_is_not_sent(web: Any, name: str) -> None:
    listed = f'{{"successStatus":0,"sessionToken":null,"response":[{{"caches":[{{"name":"{name}"}}]}}]}}'
    sent = web.ask("ignite", {TOP: listed}).sent
    assert not any(b"cmd=size" in one for one in sent)


def test_a_session_of_the_server_is_of_no_use(web: Any) -> None:
    """A token in an answer is never sent back."""
    change = {ASK: '{"successStatus":0,"sessionToken":"SECRET","response":"2.16.0"}'}
    assert not any(b"SECRET" in one for one in web.ask("ignite", change).sent)
