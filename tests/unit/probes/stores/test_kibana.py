from typing import Any

import pytest

from tieback.model.probe import Access

CONSOLE = "POST /api/console/proxy?method=GET&path="
CAT = (
    f"{CONSOLE}%2F_cat%2Findices%3Fformat%3Djson%26bytes%3Db%26h%3D"
    "index%2Cuuid%2Cdocs.count%2Cpri.store.size%2Ccreation.date"
)
STATS = f"{CONSOLE}%2F_cluster%2Fstats%3Ffilter_path%3Dcluster_uuid%2Cindices.count"

STATES: list[tuple[dict[str, Any], Access]] = [
    # what differs, access
    ({"GET /api/status": 401}, Access.AUTH_REQUIRED),
    ({CAT: 401}, Access.AUTH_REQUIRED),
    ({CAT: 403}, Access.AUTH_REQUIRED),
    # The console can be turned off, and was elsewhere before version 5.
    ({CAT: 404}, Access.UNKNOWN),
    ({CAT: "nonsense"}, Access.UNKNOWN),
    ({CAT: "[]"}, Access.SCHEMA_ONLY),
    ({STATS: 403}, Access.PARTIAL),
    ({STATS: 404}, Access.PARTIAL),
]


@pytest.mark.parametrize(("change", "access"), STATES)
def test_access_state_by_server_answers(web: Any, change: dict[str, Any], access: Access) -> None:
    assert web.ask("kibana", change).result.access is access


def test_a_status_that_answers_anyone_before_a_login(web: Any) -> None:
    page = type(web.pages("kibana").page["GET /"])
    played = web.ask("kibana", {CAT: page(status=302, headers={"Location": "/login?next=%2F"})})
    assert (played.result.access, played.result.containers) == (Access.AUTH_REQUIRED, ())


def test_opensearch_dashboards_are_probed_with_their_own_header(web: Any) -> None:
    page = type(web.pages("kibana").page["GET /"])
    body = '{"name":"h","uuid":"5b","version":{"number":"2.9.0"}}'
    played = web.ask("kibana", {"GET /api/status": page(body, headers={"osd-name": "h"})})
    report = played.result
    assert (report.product, report.version, report.access) == ("opensearch-dashboards", "2.9.0", Access.OPEN)
    assert all(b"osd-xsrf: tieback" in sent for sent in played.sent[1:])
