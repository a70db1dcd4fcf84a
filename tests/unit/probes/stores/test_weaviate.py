from typing import Any

import pytest

from tieback.model.probe import Access

STATES = [
    # what differs, access
    # That it is ready, or tells its version, proves nothing.
    ({"GET /v1/schema": 401}, Access.AUTH_REQUIRED),
    ({"GET /v1/schema": '{"classes":[]}'}, Access.OPEN_EMPTY),
    ({"GET /v1/nodes?output=verbose": 403}, Access.SCHEMA_ONLY),
]


@pytest.mark.parametrize(("change", "access"), STATES)
def test_access_state_by_server_answers(web: Any, change: dict[str, int | str], access: Access) -> None:
    assert web.ask("weaviate", change).result.access is access
