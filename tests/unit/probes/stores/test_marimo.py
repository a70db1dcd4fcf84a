"""marimo: what its answers show. Version 0.25.2 gave the open ones."""

from typing import Any

import pytest

from tieback.model.probe import Ability, Access, Outcome, Privileges

STATUS, PAGE = "GET /api/status", "GET /"
APP = '{"status":"healthy","filenames":[],"mode":"run","sessions":0,"version":"0.25.2"}'
EMPTY = '{"status":"healthy","filenames":[],"mode":"edit","sessions":0,"version":"0.25.2"}'


@pytest.mark.parametrize(
    ("change", "access", "may"),
    [
        ({}, Access.OPEN, True),
        # Anybody may run code there, even without notebooks.
        ({STATUS: EMPTY}, Access.OPEN, True),
        ({STATUS: APP}, Access.OPEN_EMPTY, False),
        # One proof is not enough.
        ({PAGE: 401}, Access.PARTIAL, False),
        ({PAGE: 303}, Access.PARTIAL, False),
        ({PAGE: "<html><title>Login</title></html>"}, Access.PARTIAL, False),
    ],
)
def test_access_state_by_server_answers(web: Any, change: dict[str, int | str], access: Access, may: bool) -> None:
    report = web.ask("marimo", change).result
    assert report.access is access
    assert (report.privileges is Privileges.ADMIN, report.abilities == (Ability.RUN_CODE,)) == (may, may)


def test_no_name_of_a_notebook_is_kept(web: Any) -> None:
    assert "churn" not in str(web.ask("marimo").result)


@pytest.mark.parametrize("body", ['{"status":"healthy"}', '{"connections":0,"kernels":0,"started":"x"}', ""])
def test_another_api_is_another_product(web: Any, body: str) -> None:
    assert web.ask("marimo", {STATUS: body}).result.outcome is Outcome.PROTOCOL_MISMATCH
