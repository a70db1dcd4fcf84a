from typing import Any

import pytest

from tieback.model.probe import Access

STATES: list[tuple[dict[str, int | str], Access]] = [
    # what differs, access
    ({}, Access.PARTIAL),
]


@pytest.mark.parametrize(("change", "access"), STATES)
def test_access_state_by_server_answers(web: Any, change: dict[str, int | str], access: Access) -> None:
    assert web.ask("jenkins", change).result.access is access


def test_a_refusal_names_it(web: Any) -> None:
    page = type(web.pages("jenkins").page["GET /"])
    report = web.ask("jenkins", {"GET /": page(status=403, headers={"X-Jenkins": "2.4"})}, port=7).result
    assert (report.product, report.version, report.access) == ("jenkins", "2.4", Access.AUTH_REQUIRED)
