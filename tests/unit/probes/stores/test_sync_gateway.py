"""Sync Gateway: what GUEST may read, and what an open admin API shows."""

from typing import Any

import pytest

from tieback.model.probe import Access, Outcome, Privileges
from tieback.probes.stores.sync_gateway import SyncGatewayProbe

DB, CHANGES = "GET /orders/", "GET /orders/_changes?limit=2"
NONE = '{"results":[],"last_seq":"0"}'
ONLY = ["orders"]


@pytest.mark.parametrize(
    ("change", "names", "access"),
    [
        ({}, ONLY, Access.OPEN),
        ({}, ["orders", "customers"], Access.PARTIAL),
        ({DB: 401}, ONLY, Access.AUTH_REQUIRED),
        ({DB: 403}, ONLY, Access.AUTH_REQUIRED),
        ({DB: 404}, ONLY, Access.NOT_FOUND),
        # GUEST is on, and sees nothing.
        ({CHANGES: NONE}, ONLY, Access.UNKNOWN),
        ({CHANGES: NONE}, ["orders", "customers"], Access.UNKNOWN),
        ({CHANGES: '{"results":[{"seq":1,"id":"_user/","changes":[]}]}'}, ONLY, Access.UNKNOWN),
        ({CHANGES: 403}, ONLY, Access.UNKNOWN),
        ({CHANGES: "<html>200</html>"}, ONLY, Access.UNKNOWN),
        ({}, [], Access.UNKNOWN),
        ({}, ["../x", "_all_dbs", "a/b"], Access.UNKNOWN),
    ],
)
def test_access_of_the_public_port(web: Any, change: dict[str, int | str], names: list[str], access: Access) -> None:
    report = web.ask("sync_gateway", change, names=names).result
    assert report.access is access
    assert any(text.startswith("names of databases") for text in report.untested)
    assert report.privileges is not Privileges.ADMIN


def test_figures_are_lower_bounds(web: Any) -> None:
    found = web.ask("sync_gateway").result.containers
    assert {(one.name, one.records.value, one.records.quality) for one in found} == {
        ("orders", 2, "lower_bound"),
        ("orders.sales.items", 1, "lower_bound"),
    }


ROOT = '{"ADMIN":true,"couchdb":"Welcome","vendor":{"name":"Couchbase Sync Gateway","version":"2.8"},"version":"x"}'
ALL = "GET /_all_dbs"


@pytest.mark.parametrize(
    ("change", "access"),
    [
        ({ALL: '["orders"]'}, Access.OPEN),
        ({ALL: '["orders","customers"]'}, Access.PARTIAL),
        ({ALL: "[]"}, Access.OPEN_EMPTY),
        ({ALL: '["orders"]', CHANGES: NONE}, Access.OPEN),
        ({ALL: 401}, Access.AUTH_REQUIRED),
        ({ALL: "<html></html>"}, Access.UNKNOWN),
    ],
)
def test_access_of_the_admin_api(web: Any, change: dict[str, int | str], access: Access) -> None:
    report = web.ask("sync_gateway", {"GET /": ROOT, **change}, names=[]).result
    assert (report.outcome, report.access, report.version) == (Outcome.OK, access, "2.8")
    assert (report.privileges is Privileges.ADMIN) is (access in (Access.OPEN, Access.PARTIAL, Access.OPEN_EMPTY))


def test_it_is_no_couchdb(web: Any) -> None:
    assert web.ask_with("couchdb", "sync_gateway").result.outcome is Outcome.PROTOCOL_MISMATCH
    assert web.ask_with("sync_gateway", "couchdb").result.outcome is Outcome.PROTOCOL_MISMATCH


def test_no_identifier_is_kept(web: Any) -> None:
    send = next(send for send in SyncGatewayProbe.meta.sends if "_changes" in send.name)
    body = web.pages("sync_gateway").page[CHANGES].wire()
    assert send.redact is not None
    kept = send.redact(body)
    assert kept is not None
    assert len(kept) == len(body)
    assert b"anna" not in kept
    assert b"order::2" not in kept
    assert "anna" not in str(web.ask("sync_gateway").result)
