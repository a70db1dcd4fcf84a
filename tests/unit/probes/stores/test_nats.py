from typing import Any

import pytest

from tieback.model.probe import Access

VARZ = '{"server_id":"N","version":"2.10.0","max_payload":1048576,"auth_required":true}'
NONE = '{"account_details":[{"name":"$G"}]}'

STATES = [
    # what differs, access
    ({"GET /jsz?streams=true": NONE}, Access.OPEN_EMPTY),
    # The monitoring port answers anyone while clients need a password.
    ({"GET /varz": VARZ}, Access.SCHEMA_ONLY),
    ({"GET /varz": VARZ, "GET /jsz?streams=true": NONE}, Access.AUTH_REQUIRED),
    ({"GET /jsz?streams=true": 401}, Access.UNKNOWN),
]


@pytest.mark.parametrize(("change", "access"), STATES)
def test_access_state_by_server_answers(web: Any, change: dict[str, int | str], access: Access) -> None:
    assert web.ask("nats", change).result.access is access
