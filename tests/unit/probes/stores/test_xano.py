"""Xano: what the descriptions of API groups show. No endpoint is called."""

import json
from typing import Any

import pytest

from tieback.model.probe import Access, Outcome

SHOP, PRIVATE = "GET /apispec:kb1tIE3q?type=json", "GET /apispec:private1?type=json"
DENIED = '{"code":"ERROR_CODE_ACCESS_DENIED","message":"Access denied."}'


def refusal(web: Any, status: int) -> Any:
    return type(web.pages("xano").page[PRIVATE])(DENIED, status)


def test_endpoints_and_their_logins(web: Any) -> None:
    played = web.ask("xano")
    report = played.result
    assert [one.path for one in report.containers] == [
        ("kb1tIE3q", "GET /order"),
        ("kb1tIE3q", "POST /order"),
        ("kb1tIE3q", "GET /order/{order_id}"),
    ]
    assert {one.kind for one in report.containers} == {"endpoint"}
    assert "1 of 3 endpoints demands no login by its description; none was called" in report.problems
    assert any("GET /order" in proof.answer for proof in report.proofs)
    assert report.untested == ("the endpoints: calling one may change something",)
    assert not any(b"/api:" in sent for sent in played.sent)


@pytest.mark.parametrize(
    ("top", "own", "public"),
    [
        ([], None, 1),
        ([], [], 1),
        ([{"jwt": []}], None, 0),
        ([{"jwt": []}], [], 1),
        ([], [{"jwt": []}], 0),
        ([], [{"jwt": []}, {}], 1),
    ],
)
def test_a_login_by_the_description(web: Any, top: list[Any], own: list[Any] | None, public: int) -> None:
    operation: dict[str, Any] = {} if own is None else {"security": own}
    server = {"url": "https://h.test/api:kb1tIE3q"}
    spec = {"openapi": "3.0.0", "servers": [server], "security": top, "paths": {"/a": {"get": operation}}}
    report = web.ask("xano", {SHOP: json.dumps(spec)}, names=["kb1tIE3q"]).result
    assert report.access is Access.SCHEMA_ONLY
    assert sum(text.startswith("1 of 1 endpoint demands no login") for text in report.problems) == public


def test_a_private_description_shows_nothing_about_the_endpoints(web: Any) -> None:
    for status in (401, 403, 404):
        report = web.ask("xano", {PRIVATE: refusal(web, status)}, names=["private1"]).result
        assert (report.outcome, report.access, report.undecided) == (Outcome.OK, Access.UNKNOWN, True)
    # A refusal that names no product does not close the endpoints either.
    assert web.ask("xano", {PRIVATE: 401}, names=["private1"]).result.undecided


@pytest.mark.parametrize("names", [[], ["../x"], ["a/b"], ["a?b=c"]])
def test_nothing_is_sent_without_a_group(web: Any, names: list[str]) -> None:
    played = web.ask("xano", names=names)
    assert played.result.outcome is Outcome.PROTOCOL_MISMATCH
    assert list(played.sent) == []


@pytest.mark.parametrize("body", ['{"openapi":"3.0.0","paths":{}}', '{"code":"not_found"}', "{}"])
def test_another_description_is_another_server(web: Any, body: str) -> None:
    assert web.ask("xano", {SHOP: body}, names=["kb1tIE3q"]).result.outcome is Outcome.PROTOCOL_MISMATCH
