from typing import Any

import pytest

from tieback.model.probe import Access

STATES: list[tuple[dict[str, int | str], Access]] = [
    # what differs, access
    ({}, Access.UNKNOWN),
    ({"GET /api/status": 401}, Access.AUTH_REQUIRED),
]


@pytest.mark.parametrize(("change", "access"), STATES)
def test_states(web: Any, change: dict[str, int | str], access: Access) -> None:
    assert web.ask("kibana", change).result.access is access


def test_opensearch_dashboards_are_named(web: Any) -> None:
    page = type(web.pages("kibana").page["GET /"])
    body = '{"name":"h","uuid":"5b","version":{"number":"2.9.0"}}'
    report = web.ask("kibana", {"GET /api/status": page(body, headers={"osd-name": "h"})}).result
    assert (report.product, report.version) == ("opensearch-dashboards", "2.9.0")
