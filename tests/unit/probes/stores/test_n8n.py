"""n8n: what its answers show, after its source. Not yet verified against the real server."""

from typing import Any

import pytest

from tieback.model.grant import Depth
from tieback.model.probe import Ability, Access, Outcome

SETTINGS, FLOWS, CREDENTIALS = "GET /rest/settings", "GET /rest/workflows", "GET /rest/credentials"
# Since n8n 2 the settings have fewer keys before the login.
NEW = '{"data":{"settingsMode":"public","userManagement":{"showSetupOnFirstLoad":%s,"authenticationMethod":"email"}}}'
NONE = '{"data":[]}'
CLAIM = "becoming the administrator, which the server offers to any client"


@pytest.mark.parametrize(
    ("change", "access", "untested"),
    [
        ({}, Access.OPEN, ()),
        # Anybody may run code there, even without workflows.
        ({FLOWS: NONE, CREDENTIALS: NONE}, Access.OPEN, ()),
        ({SETTINGS: NEW % "false", FLOWS: 401, CREDENTIALS: 401}, Access.AUTH_REQUIRED, ()),
        ({SETTINGS: NEW % "true", FLOWS: 401, CREDENTIALS: 401}, Access.AUTH_REQUIRED, (CLAIM,)),
        # One proof, or an answer of another product, is not enough.
        ({CREDENTIALS: 401}, Access.PARTIAL, ()),
        ({CREDENTIALS: "<html>x</html>", FLOWS: NONE}, Access.OPEN_EMPTY, ()),
        ({FLOWS: '{"data":[{"collection":"people"}]}'}, Access.UNKNOWN, ()),
        ({FLOWS: "<html><title>n8n.io - Workflow Automation</title></html>"}, Access.UNKNOWN, ()),
        ({FLOWS: 404}, Access.UNKNOWN, ()),
    ],
)
def test_access_state_by_server_answers(
    web: Any, change: dict[str, int | str], access: Access, untested: tuple[str, ...]
) -> None:
    report = web.ask("n8n", change).result
    assert (report.access, report.untested) == (access, untested)
    assert ("uninitialised-server" in dict(report.traits)) is bool(untested)
    assert report.abilities == ((Ability.RUN_CODE,) if access is Access.OPEN else ())


@pytest.mark.parametrize("depth", Depth)
def test_an_instance_without_an_owner_is_not_closed(web: Any, depth: Depth) -> None:
    report = web.ask("n8n", {SETTINGS: NEW % "true", FLOWS: 401, CREDENTIALS: 401}, depth).result
    assert report.undecided
    assert dict(report.traits)["uninitialised-server"] == "GET /rest/settings: showSetupOnFirstLoad is true"


@pytest.mark.parametrize("body", ["<html><title>Workflows</title></html>", '{"data":{}}', ""])
def test_another_page_is_another_product(web: Any, body: str) -> None:
    assert web.ask("n8n", {"GET /": body}).result.outcome is Outcome.PROTOCOL_MISMATCH


def test_no_owner_is_set_up_and_nothing_runs(web: Any) -> None:
    sent = web.ask("n8n", {SETTINGS: NEW % "true"}, Depth.SAMPLE).sent
    assert all(one.startswith(b"GET ") for one in sent)
    assert not any(word in one for one in sent for word in (b"/owner", b"/webhook", b"/run", b"/login"))
