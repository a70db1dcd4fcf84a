"""Zipkin: what its answers show. Version 3.4.2 gave the open ones."""

from typing import Any

import pytest

from tieback.model.probe import Access, Outcome

SERVICES = "GET /api/v2/services"


@pytest.mark.parametrize(
    ("change", "access"),
    [
        ({}, Access.PARTIAL),
        ({SERVICES: "[]"}, Access.OPEN_EMPTY),
        ({SERVICES: 401}, Access.AUTH_REQUIRED),
        ({SERVICES: '[{"name":"billing"}]'}, Access.UNKNOWN),
        ({SERVICES: "<html><title>Zipkin</title></html>"}, Access.UNKNOWN),
        ({SERVICES: 404}, Access.UNKNOWN),
    ],
)
def test_access_state_by_server_answers(web: Any, change: dict[str, int | str], access: Access) -> None:
    assert web.ask("zipkin", change).result.access is access


@pytest.mark.parametrize("body", ['{"version":"3.4.2"}', '{"zipkin":"3.4.2"}', "<title>Zipkin</title>", ""])
def test_another_api_is_another_product(web: Any, body: str) -> None:
    assert web.ask("zipkin", {"GET /info": body}).result.outcome is Outcome.PROTOCOL_MISMATCH


def test_no_trace_is_read(web: Any) -> None:
    assert [one.split(b" ")[1] for one in web.ask("zipkin").sent] == [b"/info", b"/api/v2/services"]
