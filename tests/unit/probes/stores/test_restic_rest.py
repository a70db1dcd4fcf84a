"""REST API of restic: a repository is readable, or none is at the root."""

from typing import Any

import pytest

from tieback.model.probe import Access, Outcome

CONFIG = "HEAD /config"
STATES: list[tuple[dict[str, int | str], Access]] = [
    # what differs, access
    ({}, Access.OPEN),
    ({CONFIG: 404}, Access.OPEN_EMPTY),
    ({CONFIG: 401}, Access.AUTH_REQUIRED),
    ({CONFIG: 403}, Access.AUTH_REQUIRED),
    ({CONFIG: 500}, Access.UNKNOWN),
    ({CONFIG: "ok"}, Access.UNKNOWN),
    ({CONFIG: "x" * 5000}, Access.UNKNOWN),
]


@pytest.mark.parametrize(("change", "access"), STATES)
def test_access_state_by_server_answers(web: Any, change: dict[str, int | str], access: Access) -> None:
    assert web.ask("restic_rest", change).result.access is access


def test_no_figure_is_claimed_and_no_content_requested(web: Any) -> None:
    played = web.ask("restic_rest")
    assert [(one.name, one.records, one.bytes) for one in played.result.containers] == [("/", None, None)]
    assert [one.split(b" ")[0] for one in played.sent] == [b"GET", b"HEAD"]


@pytest.mark.parametrize("answer", ["", "ok", "{}", "[]", "<html><title>Shop</title></html>", 401, 403, 404, 500])
def test_another_server_is_another(web: Any, answer: str | int) -> None:
    report = web.ask("restic_rest", {"GET /": answer}, port=7).result
    assert report.outcome is not Outcome.OK
    assert not report.access.exposed
