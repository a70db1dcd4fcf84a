from typing import Any

import pytest

from tieback.model.probe import Access

STATES = [
    # what differs, access
    ({"GET /v1/vector/collections": '{"code":1800,"message":"user hasn\'t authenticated"}'}, Access.AUTH_REQUIRED),
    ({"GET /v1/vector/collections": '{"code":200,"data":[]}'}, Access.OPEN_EMPTY),
    ({"POST /v2/vectordb/collections/list {}": '{"code":1800}'}, Access.PARTIAL),
    ({"POST /v2/vectordb/collections/get_stats": '{"code":0,"data":{"rowCount":0}}'}, Access.PARTIAL),
    ({"POST /v2/vectordb/collections/get_stats": '{"code":100,"message":"no"}'}, Access.PARTIAL),
    ({"POST /v2/vectordb/collections/get_stats": 403}, Access.PARTIAL),
]


@pytest.mark.parametrize(("change", "access"), STATES)
def test_access_state_by_server_answers(web: Any, change: dict[str, int | str], access: Access) -> None:
    assert web.ask("milvus", change).result.access is access
