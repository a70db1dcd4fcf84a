from typing import Any

import pytest

from tieback.model.probe import Access

STATES: list[tuple[dict[str, int | str], Access]] = [
    # what differs, access
    ({"GET /api/v1/status/tsdb": 403}, Access.AUTH_REQUIRED),
    ({"GET /api/v1/status/tsdb": '{"data":{"headStats":{"numSeries":0}}}'}, Access.OPEN_EMPTY),
    ({"GET /api/v1/labels": 403}, Access.PARTIAL),
]


@pytest.mark.parametrize(("change", "access"), STATES)
def test_states(web: Any, change: dict[str, int | str], access: Access) -> None:
    assert web.ask("prometheus", change).result.access is access
