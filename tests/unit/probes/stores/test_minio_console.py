"""MinIO's console: a login page, never open."""

from typing import Any

import pytest

from tieback.model.probe import Access, Outcome

ASK, LOGIN = "GET /", "GET /api/v1/login"
STATES: list[tuple[dict[str, int | str], Access]] = [
    # what differs, access
    ({}, Access.AUTH_REQUIRED),
    ({LOGIN: 404}, Access.UNKNOWN),
    ({LOGIN: "<html>ok</html>"}, Access.UNKNOWN),
    ({LOGIN: "{}"}, Access.UNKNOWN),
]


@pytest.mark.parametrize(("change", "access"), STATES)
def test_access_state_by_server_answers(web: Any, change: dict[str, int | str], access: Access) -> None:
    assert web.ask("minio_console", change).result.access is access


@pytest.mark.parametrize("answer", ["", "ok", "{}", "[]", "<html><title>Shop</title></html>", 401, 403, 404, 500])
def test_another_server_is_another(web: Any, answer: str | int) -> None:
    report = web.ask("minio_console", {ASK: answer}, port=7).result
    assert report.outcome is not Outcome.OK
    assert not report.access.exposed
