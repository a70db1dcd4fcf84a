"""Celery Flower: what its answers show. Version 2.2.0 gave them, open and with a closed API."""

from typing import Any

import pytest

from tieback.model.probe import Ability, Access, Outcome

WORKERS = "GET /api/workers?status=true"
NEEDS = "FLOWER_UNAUTHENTICATED_API environment variable is required to enable API without authentication"


@pytest.mark.parametrize(
    ("change", "access"),
    [
        ({}, Access.OPEN),
        ({WORKERS: "{}"}, Access.OPEN),
        # The page alone is one proof.
        ({WORKERS: 401}, Access.PARTIAL),
        ({WORKERS: 404}, Access.PARTIAL),
        ({WORKERS: '{"celery@vm":{"registered":["a"]}}'}, Access.PARTIAL),
        ({WORKERS: "<html><title>Flower</title></html>"}, Access.PARTIAL),
    ],
)
def test_access_state_by_server_answers(web: Any, change: dict[str, int | str], access: Access) -> None:
    report = web.ask("flower", change).result
    assert report.access is access
    assert report.abilities == ((Ability.RUN_CODE,) if access is Access.OPEN else ())


def test_a_closed_api_behind_an_open_page_is_named(web: Any) -> None:
    page = type(web.pages("flower").page["GET /"])
    report = web.ask("flower", {WORKERS: page(NEEDS, 401)}).result
    assert (report.access, [one.supports for one in report.proofs]) == (
        Access.PARTIAL,
        [Access.OPEN, Access.AUTH_REQUIRED],
    )


@pytest.mark.parametrize("body", ["<html><title>Flowers</title></html>", '{"celery@vm":true}', ""])
def test_another_page_is_another_product(web: Any, body: str) -> None:
    assert web.ask("flower", {"GET /": body}).result.outcome is Outcome.PROTOCOL_MISMATCH


def test_no_task_is_read(web: Any) -> None:
    assert not any(b"task" in one for one in web.ask("flower").sent)
