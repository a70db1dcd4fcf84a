"""Gradio: what its answers show. Version 6.31.0 gave the open ones; the others are those of its source."""

from typing import Any

import pytest

from tieback.model.probe import Access, Outcome

CONFIG, INFO, OLD_INFO = "GET /config", "GET /gradio_api/info", "GET /info"
OLD = '{"version":"4.44.1","mode":"blocks","app_id":7,"components":[],"dependencies":[]}'
NONE = '{"named_endpoints":{},"unnamed_endpoints":{}}'
CLOSED_PAGE = (
    '<html><script>window.gradio_config = {"auth_required":true,"auth_message":null,"root":"x"};</script></html>'
)


@pytest.mark.parametrize(
    ("change", "access"),
    [
        ({}, Access.OPEN),
        ({CONFIG: OLD, OLD_INFO: '{"named_endpoints":{"/predict":{}}}', INFO: 404}, Access.OPEN),
        ({"GET /": CLOSED_PAGE, CONFIG: 401, INFO: 401}, Access.AUTH_REQUIRED),
        # One proof, or an answer of another product, is not enough.
        ({INFO: 401}, Access.PARTIAL),
        ({INFO: 404}, Access.PARTIAL),
        ({CONFIG: '{"flink-version":"1.20.0","features":{}}'}, Access.UNKNOWN),
        ({CONFIG: "<html>x</html>"}, Access.UNKNOWN),
        ({CONFIG: 500}, Access.UNKNOWN),
    ],
)
def test_access_state_by_server_answers(web: Any, change: dict[str, int | str], access: Access) -> None:
    assert web.ask("gradio", change).result.access is access


def test_no_parameter_of_an_endpoint_is_kept(web: Any) -> None:
    report = web.ask("gradio").result
    assert "/ask_documents" in str(report)
    assert "question" not in str(report)


@pytest.mark.parametrize("body", ["<html><title>Gradio</title></html>", '{"version":"6.31.0"}', ""])
def test_another_page_is_another_product(web: Any, body: str) -> None:
    assert web.ask("gradio", {"GET /": body}).result.outcome is Outcome.PROTOCOL_MISMATCH


def test_no_function_is_called(web: Any) -> None:
    sent = web.ask("gradio").sent
    assert all(one.startswith(b"GET ") for one in sent)
    assert not any(word in one for one in sent for word in (b"/call", b"/queue", b"/run", b"/api/predict", b"/upload"))
