from typing import Any

import pytest

from tieback.model.probe import Access

STATES: list[tuple[dict[str, int | str], Access]] = [
    # what differs, access
    ({"GET /v1/kv/?keys&separator=/": 403}, Access.AUTH_REQUIRED),
    ({"GET /v1/kv/?keys&separator=/": 404}, Access.OPEN_EMPTY),
    ({"GET /v1/catalog/services": 403}, Access.PARTIAL),
]


@pytest.mark.parametrize(("change", "access"), STATES)
def test_access_state_by_server_answers(web: Any, change: dict[str, int | str], access: Access) -> None:
    assert web.ask("consul", change).result.access is access


def test_a_refusal_names_it(web: Any) -> None:
    page = type(web.pages("consul").page["GET /"])
    refusal = page("Permission denied", 403, {"X-Consul-Default-Acl-Policy": "deny"})
    report = web.ask("consul", {"GET /v1/agent/self": refusal}, port=7).result
    assert (report.product, report.access) == ("consul", Access.AUTH_REQUIRED)
