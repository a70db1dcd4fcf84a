"""Node-RED: what its answers show. Version 4.1.15 gave the open ones."""

from typing import Any

import pytest

from tieback.model.probe import Ability, Access, Outcome

SETTINGS, FLOWS = "GET /settings", "HEAD /flows"


@pytest.mark.parametrize(
    ("change", "access"),
    [
        ({}, Access.OPEN),
        ({SETTINGS: 401, FLOWS: 401}, Access.AUTH_REQUIRED),
        # One proof, or an answer of another product, is not enough.
        ({FLOWS: 401}, Access.PARTIAL),
        ({FLOWS: "<html>x</html>"}, Access.PARTIAL),
        ({SETTINGS: '{"version":"4.1.15"}'}, Access.UNKNOWN),
        ({SETTINGS: "<html><title>Node-RED</title></html>"}, Access.UNKNOWN),
        ({SETTINGS: 404}, Access.UNKNOWN),
    ],
)
def test_access_state_by_server_answers(web: Any, change: dict[str, int | str], access: Access) -> None:
    report = web.ask("node_red", change).result
    assert report.access is access
    assert report.abilities == ((Ability.RUN_CODE,) if access is Access.OPEN else ())


@pytest.mark.parametrize("body", ["<html><title>Red</title></html>", '{"version":"4.1.15"}', ""])
def test_another_page_is_another_product(web: Any, body: str) -> None:
    assert web.ask("node_red", {"GET /": body}).result.outcome is Outcome.PROTOCOL_MISMATCH


def test_no_flow_is_read(web: Any) -> None:
    sent = web.ask("node_red").sent
    assert [one.partition(b" HTTP")[0] for one in sent] == [b"GET /", b"GET /settings", b"HEAD /flows"]
