"""Dask: what the answers of its dashboard show. Version 2026.8.0 gave them."""

from typing import Any

import pytest

from tieback.model.probe import Access, Outcome

IDENTITY, COUNTS = "GET /json/identity.json", "GET /json/counts.json"


@pytest.mark.parametrize(
    ("change", "access"),
    [
        ({}, Access.OPEN),
        ({COUNTS: '{"clients":1,"tasks":0,"workers":0}'}, Access.OPEN_EMPTY),
        # One proof, or an answer of another product, is not enough.
        ({COUNTS: 401}, Access.PARTIAL),
        ({COUNTS: '{"tasks":-1,"workers":0,"clients":0}'}, Access.PARTIAL),
        ({COUNTS: "<html>x</html>"}, Access.PARTIAL),
    ],
)
def test_access_state_by_server_answers(web: Any, change: dict[str, int | str], access: Access) -> None:
    assert web.ask("dask", change).result.access is access


@pytest.mark.parametrize(
    ("headers", "body", "found"),
    [
        ({"Server": "TornadoServer/6.6.1", "Location": "/status"}, "", True),
        # Without Bokeh.
        ({"Server": "TornadoServer/6.6.1", "Location": "status"}, "", True),
        ({}, "<html><title>Dask Diagnostic UI</title></html>", True),
        ({"Server": "nginx", "Location": "/status"}, "", False),
        ({"Server": "TornadoServer/6.6.1", "Location": "/lab"}, "", False),
    ],
)
def test_it_is_found_by_its_root(web: Any, headers: dict[str, str], body: str, found: bool) -> None:
    page = type(web.pages("dask").page["GET /"])
    report = web.ask_with("web", "dask", {"GET /": page(body, 301 if headers else 200, headers)}, port=7).result
    assert (report.probe == "dask") is found


@pytest.mark.parametrize("body", ['{"type":"Worker","id":"a","started":1.0}', '{"id":"a"}', "<html>x</html>", ""])
def test_another_api_is_another_product(web: Any, body: str) -> None:
    assert web.ask("dask", {IDENTITY: body}).result.outcome is Outcome.PROTOCOL_MISMATCH
