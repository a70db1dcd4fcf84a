"""Spark: what the answers of its master show. Version 3.5.3 gave them."""

from typing import Any

import pytest

from tieback.model.probe import Access, Outcome

STATE = "GET /json/"
NONE = '{"url":"spark://a:1","aliveworkers":0,"activeapps":[],"completedapps":[],"activedrivers":[],"status":"ALIVE"}'


@pytest.mark.parametrize(
    ("change", "access"),
    [
        ({}, Access.OPEN),
        ({STATE: NONE}, Access.OPEN_EMPTY),
        # One proof, or an answer of another product, is not enough.
        ({STATE: 401}, Access.PARTIAL),
        ({STATE: '{"status":"ALIVE"}'}, Access.PARTIAL),
        ({STATE: "<html><title>Spark Master at spark://a:1</title></html>"}, Access.PARTIAL),
    ],
)
def test_access_state_by_server_answers(web: Any, change: dict[str, int | str], access: Access) -> None:
    assert web.ask("spark", change).result.access is access


def test_no_name_of_an_application_is_kept(web: Any) -> None:
    assert "churn" not in str(web.ask("spark").result)


@pytest.mark.parametrize("body", ["<html><title>Spark Worker at a:1</title></html>", '{"status":"ALIVE"}', ""])
def test_another_page_is_another_product(web: Any, body: str) -> None:
    assert web.ask("spark", {"GET /": body}).result.outcome is Outcome.PROTOCOL_MISMATCH
