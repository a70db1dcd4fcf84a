from typing import Any

import pytest

from tieback.model.probe import Access

STATES = [
    # what differs, access
    ({"GET /webhdfs/v1/?op=LISTSTATUS": 401}, Access.AUTH_REQUIRED),
    ({"GET /webhdfs/v1/?op=LISTSTATUS": '{"FileStatuses":{"FileStatus":[]}}'}, Access.OPEN_EMPTY),
    ({"GET /webhdfs/v1/hr?op=GETCONTENTSUMMARY": 403}, Access.SCHEMA_ONLY),
]


@pytest.mark.parametrize(("change", "access"), STATES)
def test_access_state_by_server_answers(web: Any, change: dict[str, int | str], access: Access) -> None:
    assert web.ask("hdfs", change).result.access is access
