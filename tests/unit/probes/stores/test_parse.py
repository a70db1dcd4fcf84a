"""Answers as Parse Server 9.10.0 gave them; a real one is asked in tests/servers."""

from typing import Any

import pytest

from tieback.model.probe import Access, Outcome
from tieback.model.public_key import PublicKey

COUNT = "GET /parse/classes/Order?count=1&limit=0"
ONE = "GET /parse/classes/Order?limit=1&keys=objectId"


@pytest.mark.parametrize(
    ("change", "names", "access"),
    [
        ({}, ["Order"], Access.OPEN),
        ({}, ["Order", "Secret"], Access.PARTIAL),
        ({}, ["Secret"], Access.AUTH_REQUIRED),
        ({COUNT: '{"results":[],"count":0}'}, ["Order"], Access.UNKNOWN),
        ({COUNT: 500}, ["Order"], Access.UNKNOWN),
        ({COUNT: '{"count":-1}'}, ["Order"], Access.UNKNOWN),
        ({ONE: '{"results":[]}'}, ["Order"], Access.PARTIAL),
        ({}, [], Access.UNKNOWN),
    ],
)
def test_access_state_by_server_answers(
    web: Any, change: dict[str, int | str], names: list[str], access: Access
) -> None:
    report = web.ask("parse", change, names=names).result
    assert (report.outcome, report.access) == (Outcome.OK, access)


def test_nothing_more_is_requested_without_an_application_id(web: Any) -> None:
    played = web.ask("parse", keys=[])
    assert len(played.sent) == 1
    assert played.result.access is Access.AUTH_REQUIRED


@pytest.mark.parametrize("kind", ["parse_master_key", "parse_client_key"])
def test_no_other_key_is_sent(web: Any, kind: str) -> None:
    played = web.ask("parse", keys=[PublicKey(kind, "1eHkgcdh5iOqwGkyetxGyhNvWbFZJ8mB3e5H5UPO")])
    assert len(played.sent) == 1


def test_server_mounted_at_the_root_is_probed_there(web: Any) -> None:
    pages = web.pages("parse").page
    change = {key.replace("/parse/classes", "/classes"): page for key, page in pages.items()}
    gone = {key: 404 for key in pages if "/parse/classes" in key}
    report = web.ask("parse", {**gone, **change}, names=["Order"]).result
    assert report.access is Access.OPEN
    assert [container.name for container in report.containers] == ["Order", "_User"]


def test_application_id_is_not_in_the_report(web: Any) -> None:
    assert "kZ8rQ2mVx7Lw0pTn5Yb3" not in repr(web.ask("parse").result)


def test_without_scans_one_object_is_the_proof_and_nothing_is_counted(web: Any) -> None:
    played = web.ask("parse", names=["Order"], scans=False)
    report = played.result
    assert not any(b"count=1" in sent for sent in played.sent)
    assert report.access is Access.PARTIAL  # one proof
    (order,) = [container for container in report.containers if container.name == "Order"]
    assert (order.records.quality, order.records.value) == ("lower_bound", 1)
    assert any("does not allow scans" in problem for problem in report.problems)
