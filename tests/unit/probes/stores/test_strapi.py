"""Strapi: what its answers show about the content types that the app names."""

from typing import Any

import pytest

from tieback.model.probe import Access, Outcome

PAGE = "GET /api/orders?pagination%5BpageSize%5D=1&fields%5B0%5D=id"
OFFSET = "GET /api/orders?pagination%5Bstart%5D=0&pagination%5Blimit%5D=1&fields%5B0%5D=id"
CUSTOMERS = "GET /api/customers?pagination%5BpageSize%5D=1&fields%5B0%5D=id"
NONE = '{"data":[],"meta":{"pagination":{"page":1,"pageSize":1,"pageCount":0,"total":0}}}'


@pytest.mark.parametrize(
    ("change", "access"),
    [
        ({}, Access.PARTIAL),
        ({CUSTOMERS: 404}, Access.OPEN),
        ({PAGE: 403}, Access.AUTH_REQUIRED),
        ({PAGE: 404, CUSTOMERS: 404}, Access.NOT_FOUND),
        ({PAGE: NONE, OFFSET: NONE, CUSTOMERS: 404}, Access.SCHEMA_ONLY),
        # One proof is not enough.
        ({OFFSET: 403, CUSTOMERS: 404}, Access.UNKNOWN),
        ({PAGE: "<html>shop</html>", CUSTOMERS: 404}, Access.UNKNOWN),
        ({PAGE: '{"data":[],"total":7}', CUSTOMERS: 404}, Access.UNKNOWN),
        ({PAGE: 500, CUSTOMERS: 404}, Access.UNKNOWN),
    ],
)
def test_access_state_by_server_answers(web: Any, change: dict[str, int | str], access: Access) -> None:
    report = web.ask("strapi", change).result
    assert report.access is access
    assert any(one.records and one.records.value for one in report.containers) is (
        access in {Access.OPEN, Access.PARTIAL}
    )
    assert "names of content types other than orders, customers, gone" in report.untested


def test_the_total_is_exact_and_no_identifier_is_kept(web: Any) -> None:
    (one,) = web.ask("strapi").result.containers
    assert (one.path, one.records.value, one.records.quality) == (("orders",), 137, "exact")
    assert "x1" not in str(one)


def test_without_a_name_nothing_is_known(web: Any) -> None:
    played = web.ask("strapi", names=[])
    assert played.result.access is Access.UNKNOWN
    assert len(played.sent) == 1


@pytest.mark.parametrize("answer", ["", "ok", 204, 404])
def test_another_server_is_another(web: Any, answer: str | int) -> None:
    assert web.ask("strapi", {"GET /_health": answer}).result.outcome is not Outcome.OK


@pytest.mark.parametrize("name", ["../users", "auth", "upload", "users-permissions", "a?b", "Orders"])
def test_a_name_that_is_no_content_type_is_not_sent(web: Any, name: str) -> None:
    assert len(web.ask("strapi", names=[name]).sent) == 1
