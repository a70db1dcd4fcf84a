from typing import Any

import pytest

from tieback.model.probe import Access

STATES: list[tuple[dict[str, int | str], Access]] = [
    # what differs, access
    ({"GET /": '{"paths":["/api","/apis"]}'}, Access.PARTIAL),
]


@pytest.mark.parametrize(("change", "access"), STATES)
def test_access_state_by_server_answers(web: Any, change: dict[str, int | str], access: Access) -> None:
    assert web.ask("kubernetes", change).result.access is access


@pytest.mark.parametrize("status", [401, 403])
def test_a_refusal_names_it(web: Any, status: int) -> None:
    page = type(web.pages("kubernetes").page["GET /"])
    body = f'{{"kind":"Status","apiVersion":"v1","status":"Failure","code":{status}}}'
    report = web.ask("kubernetes", {"GET /": page(body, status)}, port=7).result
    assert (report.product, report.access) == ("kubernetes", Access.AUTH_REQUIRED)
