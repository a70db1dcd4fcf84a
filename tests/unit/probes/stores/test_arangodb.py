from typing import Any

import pytest

from tieback.model.probe import Access

STATES = [
    # what differs, access
    ({"GET /_api/database/user": 401}, Access.AUTH_REQUIRED),
    ({"GET /_db/hr/_api/collection?excludeSystem=true": 401}, Access.SCHEMA_ONLY),
    ({"GET /_db/hr/_api/collection?excludeSystem=true": '{"result":[]}'}, Access.OPEN_EMPTY),
    ({"GET /_db/hr/_api/collection/people/count": 403}, Access.SCHEMA_ONLY),
]


@pytest.mark.parametrize(("change", "access"), STATES)
def test_access_state_by_server_answers(web: Any, change: dict[str, int | str], access: Access) -> None:
    assert web.ask("arangodb", change).result.access is access
