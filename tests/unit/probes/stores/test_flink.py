"""Flink: what its answers show. Version 1.20.0 gave the open ones."""

from typing import Any

import pytest

from tieback.model.probe import Ability, Access, Outcome, Privileges

OVERVIEW, CONFIG = "GET /overview", "GET /config"
CONFIG_PAGE = '{"flink-version":"1.20.0","features":{"web-submit":%s}}'
NONE = (
    '{"taskmanagers":0,"jobs-running":0,"jobs-finished":0,"jobs-cancelled":0,"jobs-failed":0,"flink-version":"1.20.0"}'
)


@pytest.mark.parametrize(
    ("change", "access"),
    [
        ({}, Access.OPEN),
        # Anybody may run programs there, even without jobs.
        ({OVERVIEW: NONE}, Access.OPEN),
        ({OVERVIEW: NONE, CONFIG: CONFIG_PAGE % "false"}, Access.OPEN_EMPTY),
        ({OVERVIEW: 401, CONFIG: 401}, Access.AUTH_REQUIRED),
        # One proof, or an answer of another product, is not enough.
        ({CONFIG: 401}, Access.PARTIAL),
        ({CONFIG: '{"version":"6.31.0","dependencies":[]}'}, Access.PARTIAL),
        ({OVERVIEW: '{"jobs":[]}'}, Access.UNKNOWN),
        ({OVERVIEW: "<html><title>Apache Flink Web Dashboard</title></html>"}, Access.UNKNOWN),
        ({OVERVIEW: 500}, Access.UNKNOWN),
    ],
)
def test_access_state_by_server_answers(web: Any, change: dict[str, int | str], access: Access) -> None:
    assert web.ask("flink", change).result.access is access


@pytest.mark.parametrize(("submit", "may"), [("true", True), ("false", False)])
def test_the_server_says_whether_clients_may_submit_programs(web: Any, submit: str, may: bool) -> None:
    report = web.ask("flink", {CONFIG: CONFIG_PAGE % submit}).result
    assert (report.privileges is Privileges.ADMIN, report.abilities == (Ability.RUN_CODE,)) == (may, may)


@pytest.mark.parametrize("body", ["<html><title>Flink</title></html>", '{"jobs-running":0}', ""])
def test_another_page_is_another_product(web: Any, body: str) -> None:
    assert web.ask("flink", {"GET /": body}).result.outcome is Outcome.PROTOCOL_MISMATCH


def test_no_job_is_read_or_submitted(web: Any) -> None:
    sent = web.ask("flink").sent
    assert {one.split(b" ")[1] for one in sent} == {b"/", b"/overview", b"/config"}
