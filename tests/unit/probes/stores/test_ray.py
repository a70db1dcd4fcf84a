"""Ray: what its answers show. Versions 2.50.0 and 2.60.0 gave the open ones."""

from typing import Any

import pytest

from tieback.model.grant import Depth
from tieback.model.probe import Access, Outcome

JOBS, NODES = "GET /api/v0/jobs?limit=0", "GET /api/v0/nodes?limit=0"
ERROR = '{"result": false, "msg": "Failed to get all jobs info.", "data": {}}'


@pytest.mark.parametrize(
    ("change", "access"),
    [
        ({}, Access.OPEN),
        ({JOBS: 401, NODES: 401}, Access.AUTH_REQUIRED),
        ({JOBS: 403, NODES: 403}, Access.AUTH_REQUIRED),
        # One proof, or an answer of another product, is not enough.
        ({NODES: 401}, Access.PARTIAL),
        ({NODES: ERROR}, Access.PARTIAL),
        ({JOBS: ERROR}, Access.UNKNOWN),
        ({JOBS: '{"jobs":[]}'}, Access.UNKNOWN),
        ({JOBS: "<html><title>Ray Dashboard</title></html>"}, Access.UNKNOWN),
        # Ray 1 has no such list.
        ({JOBS: 404, NODES: 404}, Access.UNKNOWN),
    ],
)
def test_access_state_by_server_answers(web: Any, change: dict[str, int | str], access: Access) -> None:
    assert web.ask("ray", change).result.access is access


@pytest.mark.parametrize("body", ["<html><title>Dashboard</title></html>", '{"ray_version":"2.60.0"}', ""])
def test_another_page_is_another_product(web: Any, body: str) -> None:
    assert web.ask("ray", {"GET /": body}).result.outcome is Outcome.PROTOCOL_MISMATCH


def test_no_job_is_read_or_submitted(web: Any) -> None:
    sent = web.ask("ray", depth=Depth.SAMPLE).sent
    assert all(one.startswith(b"GET ") for one in sent)
    assert not any(b"/api/jobs" in one or b"/logs" in one for one in sent)
