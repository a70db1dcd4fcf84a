from typing import Any

import pytest

from tieback.model.probe import Access

STATES: list[tuple[dict[str, int | str], Access]] = [
    # what differs, access
    # The list of pools answers anyone and proves nothing.
    ({"GET /pools/default/buckets": 401}, Access.AUTH_REQUIRED),
    ({"GET /pools/default/buckets": "[]"}, Access.OPEN_EMPTY),
    ({"GET /pools/default": 401}, Access.PARTIAL),
]


@pytest.mark.parametrize(("change", "access"), STATES)
def test_access_state_by_server_answers(web: Any, change: dict[str, int | str], access: Access) -> None:
    assert web.ask("couchbase", change).result.access is access
