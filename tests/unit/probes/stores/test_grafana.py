from typing import Any

import pytest

from tieback.model.probe import Access

STATES: list[tuple[dict[str, int | str], Access]] = [
    # what differs, access
    # That it is healthy proves nothing.
    ({"GET /api/search?limit=100&type=dash-db": 401}, Access.AUTH_REQUIRED),
    ({"GET /api/search?limit=100&type=dash-db": "[]"}, Access.OPEN_EMPTY),
    ({"GET /api/org": 401}, Access.PARTIAL),
]


@pytest.mark.parametrize(("change", "access"), STATES)
def test_access_state_by_server_answers(web: Any, change: dict[str, int | str], access: Access) -> None:
    assert web.ask("grafana", change).result.access is access
