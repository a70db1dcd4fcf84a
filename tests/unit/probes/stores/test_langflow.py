"""Langflow: what its answers show, after its source and the answers of Langflow 1.13.0."""

from typing import Any

import pytest

from tieback.model.grant import Depth
from tieback.model.probe import Ability, Access, Outcome

VERSION, PROJECTS, FOLDERS = "GET /api/v1/version", "GET /api/v1/projects/", "GET /api/v1/folders/"
PAGE = "GET /api/v1/flows/?get_all=false&size=1&page=1000000&folder_id="
SUPPORT, STARTERS = PAGE + "5f0c1d2e-3b4a-4968-8778-6950a1b2c3d4", PAGE + "0a1b2c3d-4e5f-4061-8293-a4b5c6d7e8f9"
ROOT = "<html><head><title>Langflow</title></head></html>"
LIST = '[{"name":"Support","id":"5f0c1d2e-3b4a-4968-8778-6950a1b2c3d4"}]'
EMPTY = '{"items":[],"total":0,"page":1000000,"size":1,"pages":0}'
CLAIM = "becoming the administrator, which the server offers to any client"
UNTESTED = (
    "automatic login as the superuser: a request would create a session, and no other answer shows whether it is on"
)
MCP = "GET /api/v1/mcp/streamable"
NONE = '{"detail":"No authentication credentials provided"}'
KEY = '{"detail":"An API key must be passed as query or header"}'
AUTO_LOGIN = (
    '{"detail":"Since v1.5, LANGFLOW_AUTO_LOGIN requires a valid API key. Set LANGFLOW_SKIP_AUTH_AUTO_LOGIN=true"}'
)


def version(text: str) -> str:
    return f'{{"version":"{text}","main_version":"{text}","package":"Langflow"}}'


@pytest.mark.parametrize(
    ("change", "access"),
    [
        ({}, Access.OPEN),
        # Anybody may run code there, even if only the examples of the product exist.
        ({SUPPORT: EMPTY}, Access.OPEN),
        ({VERSION: version("1.2.0"), PROJECTS: ROOT, FOLDERS: LIST}, Access.OPEN),
        # The list of flows of old versions would contain them.
        ({VERSION: version("1.0.19"), PROJECTS: ROOT, FOLDERS: LIST}, Access.PARTIAL),
        ({VERSION: 404}, Access.PARTIAL),
        # One proof, or an answer of another product, is not enough.
        ({SUPPORT: 403, STARTERS: 403}, Access.SCHEMA_ONLY),
        ({PROJECTS: '[{"id":7}]'}, Access.UNKNOWN),
        ({PROJECTS: ROOT, FOLDERS: ROOT}, Access.UNKNOWN),
        ({PROJECTS: 500}, Access.UNKNOWN),
    ],
)
def test_access_state_by_server_answers(web: Any, change: dict[str, int | str], access: Access) -> None:
    report = web.ask("langflow", change).result
    assert (report.access, report.untested) == (access, ())
    assert report.abilities == ((Ability.RUN_CODE,) if access is Access.OPEN else ())


@pytest.mark.parametrize(
    ("projects", "mcp", "untested"),
    [
        (KEY, (KEY, 403), ()),
        (AUTO_LOGIN, (AUTO_LOGIN, 403), (CLAIM,)),
        # As Langflow 1.13.0 answers: only the second refusal differs.
        (NONE, (KEY, 403), ()),
        (NONE, (AUTO_LOGIN, 403), (CLAIM,)),
        (NONE, (NONE, 403), (UNTESTED,)),
        (NONE, ("", 404), (UNTESTED,)),
        (NONE, (ROOT, 200), (UNTESTED,)),
    ],
)
def test_automatic_login_is_no_login(web: Any, projects: str, mcp: tuple[str, int], untested: tuple[str, ...]) -> None:
    page = type(web.pages("langflow").page["GET /"])
    change = {VERSION: version("1.12.0"), PROJECTS: page(projects, 403), MCP: page(*mcp)}
    report = web.ask("langflow", change).result
    assert (report.access, report.untested, report.undecided) == (Access.AUTH_REQUIRED, untested, bool(untested))
    assert ("uninitialised-server" in dict(report.traits)) is (untested == (CLAIM,))


def test_a_refusal_of_the_older_list_decides_nothing_alone(web: Any) -> None:
    report = web.ask("langflow", {VERSION: version("1.2.0"), PROJECTS: 404, FOLDERS: 403, MCP: 404}).result
    assert (report.access, report.untested) == (Access.AUTH_REQUIRED, (UNTESTED,))


def test_the_examples_of_the_product_are_in_no_total(web: Any) -> None:
    report = web.ask("langflow").result
    assert {one.name: (one.system, one.records.value) for one in report.containers} == {
        "Support": (False, 3),
        "Starter Projects": (True, 30),
    }


@pytest.mark.parametrize("name", ["../x", "5f0c1d2e", "5f0c1d2e-3b4a-4968-8778-6950a1b2c3d4&page=1"])
def test_an_identifier_that_is_none_is_not_sent(web: Any, name: str) -> None:
    sent = web.ask("langflow", {PROJECTS: f'[{{"name":"a","id":"{name}"}}]'}).sent
    assert len(sent) == 3


@pytest.mark.parametrize("body", ["<html><title>Lang</title></html>", version("1.4.2"), ""])
def test_another_page_is_another_product(web: Any, body: str) -> None:
    assert web.ask("langflow", {"GET /": body}).result.outcome is Outcome.PROTOCOL_MISMATCH


def test_no_session_is_requested_and_no_flow_runs(web: Any) -> None:
    sent = web.ask("langflow", depth=Depth.SAMPLE).sent
    assert all(one.startswith(b"GET ") for one in sent)
    assert not any(word in one for one in sent for word in (b"auto_login", b"/run", b"/variables", b"get_all=true"))
