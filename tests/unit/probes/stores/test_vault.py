"""Vault and OpenBao: uninitialised, sealed or closed; nothing is initialised or unsealed."""

from typing import Any

import pytest

from tieback.model.grant import Depth
from tieback.model.probe import Access, Notice, Outcome

SEAL, INIT, NAMES = "GET /v1/sys/seal-status", "GET /v1/sys/init", "GET /v1/secret/metadata?list=true"
CLUSTER = "2cdedfbe-e4d9-a3a7-4d76-2bcdcdf5edd7"
SEALED = '{"type":"shamir","initialized":true,"sealed":true,"t":1,"n":1,"version":"2.6.2","commit_date":""}'
ACTIVE = (
    '{"type":"shamir","initialized":true,"sealed":false,"t":1,"n":1,"version":"1.19.0","build_date":"2024-11-15",'
    f'"cluster_id":"{CLUSTER}"}}'
)
YES = '{"initialized":true}'
LISTED = '{"data":{"keys":["app1","app2"]}}'
STATES: list[tuple[dict[str, int | str], Access]] = [
    # what differs, access
    ({}, Access.LOCKED),
    ({SEAL: SEALED, INIT: YES}, Access.LOCKED),
    ({SEAL: ACTIVE, INIT: YES, NAMES: 403}, Access.AUTH_REQUIRED),
    ({SEAL: ACTIVE, INIT: YES, NAMES: LISTED}, Access.PARTIAL),
    ({SEAL: ACTIVE, INIT: YES, NAMES: 404}, Access.UNKNOWN),
    ({SEAL: ACTIVE, INIT: YES, NAMES: "<html>ok</html>"}, Access.UNKNOWN),
    # One statement is not enough.
    ({INIT: 404}, Access.UNKNOWN),
    ({INIT: YES}, Access.UNKNOWN),
    ({INIT: "<html>ok</html>"}, Access.UNKNOWN),
    ({SEAL: SEALED}, Access.UNKNOWN),
]


@pytest.mark.parametrize(("change", "access"), STATES)
def test_access_state_by_server_answers(web: Any, change: dict[str, int | str], access: Access) -> None:
    report = web.ask("vault", change).result
    assert report.access is access
    # Nobody owns it: it refuses us, and is not closed.
    assert (Notice.UNINITIALISED in dict(report.traits)) is (not change)
    assert report.undecided is (not change or access is Access.UNKNOWN)


def test_old_servers_refuse_a_client_without_a_token_by_another_status(web: Any) -> None:
    refusal = type(web.pages("vault").page[INIT])('{"errors":["missing client token"]}', 400)
    report = web.ask("vault", {SEAL: ACTIVE, INIT: YES, NAMES: refusal}).result
    assert report.access is Access.AUTH_REQUIRED


def test_vault_and_its_cluster_are_named(web: Any) -> None:
    report = web.ask("vault", {SEAL: ACTIVE, INIT: YES, NAMES: 403}).result
    assert (report.product, report.version) == ("vault", "1.19.0")
    assert report.identity.key == f"vault:cluster_id:{CLUSTER}"


def test_the_state_is_known_without_listing_anything(web: Any) -> None:
    played = web.ask("vault", depth=Depth.IDENTIFY)
    assert (played.result.access, len(played.sent)) == (Access.LOCKED, 2)
    assert len(web.ask("vault", {SEAL: ACTIVE, INIT: YES}, depth=Depth.IDENTIFY).sent) == 2


@pytest.mark.parametrize("answer", ["", "ok", "{}", '{"sealed":true}', "<html>shop</html>", 401, 403, 404, 500])
def test_another_server_is_another(web: Any, answer: str | int) -> None:
    assert web.ask("vault", {SEAL: answer}, port=7).result.outcome is not Outcome.OK


def test_only_get_is_sent(web: Any) -> None:
    sent = web.ask("vault", {SEAL: ACTIVE, INIT: YES, NAMES: LISTED}).sent
    assert {one.split(b" ")[0] for one in sent} == {b"GET"}
