from typing import Any

import pytest

from tieback.model.probe import Access
from tieback.probes.stores.prometheus import PrometheusProbe
from tieback.probes.wire.http import Response

STATES: list[tuple[dict[str, int | str], Access]] = [
    # what differs, access
    ({"GET /api/v1/status/tsdb": 403}, Access.AUTH_REQUIRED),
    # The head has only the last hours: there may be older samples.
    ({"GET /api/v1/status/tsdb": '{"data":{"headStats":{"numSeries":0}}}'}, Access.SCHEMA_ONLY),
    ({"GET /api/v1/labels": 403}, Access.PARTIAL),
]


@pytest.mark.parametrize(("change", "access"), STATES)
def test_access_state_by_server_answers(web: Any, change: dict[str, int | str], access: Access) -> None:
    assert web.ask("prometheus", change).result.access is access


@pytest.mark.parametrize(
    ("location", "likely"), [("/graph", True), ("/query", True), ("/classic/graph", True), ("/login", False)]
)
def test_where_its_root_leads(location: str, likely: bool) -> None:
    assert PrometheusProbe().is_likely(Response(302, {"location": location}, b"")) is likely
