from typing import Any

import pytest

from tieback.model.probe import Access

STATES = [
    # what differs, access
    ({"GET /collections": 403}, Access.AUTH_REQUIRED),
    ({"GET /collections": '{"result":{"collections":[]}}'}, Access.OPEN_EMPTY),
    # The title and one listing are not two proofs.
    ({"GET /telemetry": 403}, Access.PARTIAL),
    ({"GET /collections/people": 403}, Access.SCHEMA_ONLY),
]


@pytest.mark.parametrize(("change", "access"), STATES)
def test_access_state_by_server_answers(web: Any, change: dict[str, int | str], access: Access) -> None:
    assert web.ask("qdrant", change).result.access is access
