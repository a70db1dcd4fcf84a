from typing import Any

import pytest

from tieback.model.probe import Access

DATABASES = "GET /api/v2/tenants/default_tenant/databases"
LIST = f"{DATABASES}/default_database/collections?limit=1000"
COUNT = f"{DATABASES}/default_database/collections/1f/count"

STATES = [
    # what differs, access
    # The heartbeat answers anyone and proves nothing.
    ({DATABASES: 401}, Access.AUTH_REQUIRED),
    ({DATABASES: "nonsense"}, Access.UNKNOWN),
    ({LIST: 403}, Access.AUTH_REQUIRED),
    # Other tenants cannot be listed.
    ({LIST: "[]"}, Access.SCHEMA_ONLY),
    ({COUNT: 403}, Access.SCHEMA_ONLY),
    ({COUNT: "0"}, Access.SCHEMA_ONLY),
    ({COUNT: "-1"}, Access.SCHEMA_ONLY),
    ({DATABASES: 404, "GET /api/v1/collections": '[{"id":"1f","name":"people"}]'}, Access.SCHEMA_ONLY),
    (
        {
            DATABASES: 404,
            "GET /api/v1/collections": '[{"id":"1f","name":"people"}]',
            "GET /api/v1/collections/1f/count": "7",
        },
        Access.OPEN,
    ),
]


@pytest.mark.parametrize(("change", "access"), STATES)
def test_access_state_by_server_answers(web: Any, change: dict[str, int | str], access: Access) -> None:
    assert web.ask("chroma", change).result.access is access
