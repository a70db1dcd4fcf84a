from typing import Any

import pytest

from tieback.model.probe import Access, Privileges

SCHEMA = 'POST /v1/graphql {"query":"{__schema{queryType{fields{name}}}}"}'

COUNT = 'POST /v1/graphql {"query":"{n:people_aggregate{aggregate{count,}}}"}'

NOTHING = '{"data":{"__schema":{"queryType":{"fields":[{"name":"no_queries_available"}]}}}}'
CONFIG = "GET /v1alpha1/config"

STATES: list[tuple[dict[str, int | str], Access]] = [
    # what differs, access
    ({SCHEMA: '{"errors":[{"extensions":{"code":"access-denied"}}]}'}, Access.AUTH_REQUIRED),
    ({SCHEMA: NOTHING}, Access.OPEN_EMPTY),
    ({SCHEMA: NOTHING, CONFIG: '{"is_admin_secret_set":true}'}, Access.SCHEMA_ONLY),
    # The count is a proof of its own.
    ({"GET /v1alpha1/config": 401}, Access.PARTIAL),
    ({"GET /v1alpha1/config": 404}, Access.OPEN),
    ({COUNT: '{"data":{"n":{"aggregate":{"count":0}}}}'}, Access.PARTIAL),
    ({COUNT: '{"errors":[{"message":"field not found"}]}'}, Access.PARTIAL),
]


@pytest.mark.parametrize(("change", "access"), STATES)
def test_access_state_by_server_answers(web: Any, change: dict[str, int | str], access: Access) -> None:
    assert web.ask("hasura", change).result.access is access


def test_without_scans_the_count_stops_at_a_limit(web: Any) -> None:
    some = COUNT.replace("_aggregate{", "_aggregate(limit:1000){")
    report = web.ask("hasura", {some: '{"data":{"n":{"aggregate":{"count":1000}}}}'}, scans=False).result
    figures = [container.records for container in report.containers if container.records]
    assert [(one.quality, one.value) for one in figures] == [("lower_bound", 1000)]
    assert report.access is Access.OPEN


def test_without_an_admin_secret_every_client_is_the_administrator(web: Any) -> None:
    for unset, privileges in ((False, Privileges.ADMIN), (True, Privileges.UNKNOWN)):
        said = f'{{"is_admin_secret_set":{str(unset).lower()}}}'
        assert web.ask("hasura", {CONFIG: said}).result.privileges is privileges
