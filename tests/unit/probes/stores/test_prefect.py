"""Prefect: what its answers show. Version 3.9.1 gave the open ones."""

from typing import Any

import pytest

from tieback.model.probe import Ability, Access, Outcome

FLOWS, DEPLOYMENTS, RUNS = "POST /api/flows/count", "POST /api/deployments/count", "POST /api/flow_runs/count"
CLOSED = dict.fromkeys(("GET /api/admin/version", FLOWS, DEPLOYMENTS, RUNS), 401)


@pytest.mark.parametrize(
    ("change", "access"),
    [
        ({}, Access.OPEN),
        # Anybody may create flows there, even if there are none.
        ({FLOWS: "0", DEPLOYMENTS: "0", RUNS: "0"}, Access.OPEN),
        (CLOSED, Access.AUTH_REQUIRED),
        # One proof, or an answer of another product, is not enough.
        ({DEPLOYMENTS: 401}, Access.PARTIAL),
        ({DEPLOYMENTS: "true"}, Access.PARTIAL),
        ({FLOWS: '{"count":2}'}, Access.UNKNOWN),
        ({FLOWS: "<html><title>Prefect Server</title></html>"}, Access.UNKNOWN),
        ({FLOWS: 404}, Access.UNKNOWN),
    ],
)
def test_access_state_by_server_answers(web: Any, change: dict[str, int | str], access: Access) -> None:
    report = web.ask("prefect", change).result
    assert report.access is access
    assert report.abilities == ((Ability.RUN_CODE,) if access is Access.OPEN else ())


def test_runs_are_counted_only_if_the_grant_allows_scans(web: Any) -> None:
    report = web.ask("prefect", scans=False)
    assert not any(b"/api/flow_runs" in one for one in report.sent)
    assert report.result.access is Access.OPEN


def test_a_negative_number_is_none(web: Any) -> None:
    (flows, *_) = web.ask("prefect", {FLOWS: "-5"}).result.containers
    assert flows.records.value == 0


@pytest.mark.parametrize("body", ["<html><title>Prefect</title></html>", '"3.9.1"', ""])
def test_another_page_is_another_product(web: Any, body: str) -> None:
    assert web.ask("prefect", {"GET /": body}).result.outcome is Outcome.PROTOCOL_MISMATCH


def test_nothing_is_created_or_started(web: Any) -> None:
    posted = {one.split(b" ")[1] for one in web.ask("prefect").sent if one.startswith(b"POST ")}
    assert posted == {b"/api/flows/count", b"/api/deployments/count", b"/api/flow_runs/count"}
