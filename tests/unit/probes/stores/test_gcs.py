from typing import Any

import pytest

from tieback.model.probe import Access

TEST = "GET /storage/v1/b/people/iam/testPermissions?permissions=storage.objects.list&permissions=storage.objects.get"
LIST = "GET /storage/v1/b/people/o?maxResults=1000&fields=items(name,size),nextPageToken"

STATES = [
    # what differs, access
    ({TEST: 404}, Access.UNKNOWN),
    ({TEST: "{}", LIST: 401}, Access.AUTH_REQUIRED),
    ({TEST: "{}"}, Access.PARTIAL),
    ({LIST: "{}"}, Access.OPEN_EMPTY),
    # Neither a listing nor a refusal.
    ({LIST: "[]"}, Access.UNKNOWN),
    ({LIST: 500}, Access.UNKNOWN),
    ({LIST: '{"nextPageToken":"x"}'}, Access.SCHEMA_ONLY),
]


@pytest.mark.parametrize(("change", "access"), STATES)
def test_access_state_by_server_answers(web: Any, change: dict[str, int | str], access: Access) -> None:
    assert web.ask("gcs", change).result.access is access
