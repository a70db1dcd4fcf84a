"""Flowise: what its answers show, after its source. Not yet verified against the real server."""

from typing import Any

import pytest

from tieback.model.grant import Depth
from tieback.model.probe import Ability, Access, Outcome

VERSION, CREDENTIALS, FLOWS = "GET /api/v1/version", "GET /api/v1/credentials", "HEAD /api/v1/chatflows"
CLAIM = "becoming its owner, if it has none: no question that only reads shows it"
REFUSED: dict[str, int | str] = {CREDENTIALS: 401, FLOWS: 401}


@pytest.mark.parametrize(
    ("change", "access", "untested"),
    [
        ({}, Access.OPEN, ()),
        ({CREDENTIALS: "[]"}, Access.OPEN, ()),
        (REFUSED, Access.AUTH_REQUIRED, ()),
        # Since version 3 the first visitor becomes the owner.
        (REFUSED | {VERSION: '{"version":"3.1.2"}'}, Access.AUTH_REQUIRED, (CLAIM,)),
        (REFUSED | {VERSION: 404}, Access.AUTH_REQUIRED, (CLAIM,)),
        # One proof, or an answer of another product, is not enough.
        ({FLOWS: 401}, Access.PARTIAL, ()),
        ({FLOWS: "[]"}, Access.PARTIAL, ()),
        ({CREDENTIALS: '[{"id":"1","name":"x"}]'}, Access.UNKNOWN, ()),
        ({CREDENTIALS: "<html><title>Flowise - x</title></html>"}, Access.UNKNOWN, ()),
        ({CREDENTIALS: 404}, Access.UNKNOWN, ()),
    ],
)
def test_access_state_by_server_answers(
    web: Any, change: dict[str, int | str], access: Access, untested: tuple[str, ...]
) -> None:
    report = web.ask("flowise", change).result
    assert (report.access, report.untested) == (access, untested)
    assert report.abilities == ((Ability.RUN_CODE,) if access is Access.OPEN else ())


def test_no_name_of_a_credential_is_kept(web: Any) -> None:
    assert "openai" not in str(web.ask("flowise").result)


@pytest.mark.parametrize("body", ["<html><title>Flow</title></html>", '{"version":"2.2.7"}', ""])
def test_another_page_is_another_product(web: Any, body: str) -> None:
    assert web.ask("flowise", {"GET /": body}).result.outcome is Outcome.PROTOCOL_MISMATCH


def test_no_flow_is_read_or_run_and_no_account_is_made(web: Any) -> None:
    sent = web.ask("flowise", REFUSED, Depth.SAMPLE).sent + web.ask("flowise", depth=Depth.SAMPLE).sent
    assert all(one.startswith((b"GET ", b"HEAD ")) for one in sent)
    assert not any(one.startswith(b"GET /api/v1/chatflows") for one in sent)
    words = (b"/prediction", b"/account", b"/apikey", b"/variables")
    assert not any(word in one for one in sent for word in words)
