from typing import Any

import pytest

from tieback.model.probe import Access

STATUS = "GET /solr/admin/cores?action=STATUS&indexInfo=true&wt=json"
LUKE = "GET /solr/people/admin/luke?numTerms=0&show=index&wt=json"
STATES = [
    # what differs, access
    ({STATUS: 401}, Access.UNKNOWN),
    ({STATUS: '{"status":{}}'}, Access.OPEN_EMPTY),
    ({LUKE: 403}, Access.SCHEMA_ONLY),
    ({LUKE: '{"index":{"numDocs":0}}'}, Access.OPEN_EMPTY),
]


@pytest.mark.parametrize(("change", "access"), STATES)
def test_access_state_by_server_answers(web: Any, change: dict[str, int | str], access: Access) -> None:
    assert web.ask("solr", change).result.access is access
