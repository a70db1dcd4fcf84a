from typing import Any

import pytest

from tieback.model.probe import Access

STATES = [
    # what differs, access
    ({"GET /stats.json": 401}, Access.PARTIAL),
]


@pytest.mark.parametrize(("change", "access"), STATES)
def test_access_state_by_server_answers(web: Any, change: dict[str, int | str], access: Access) -> None:
    assert web.ask("typesense", change).result.access is access
