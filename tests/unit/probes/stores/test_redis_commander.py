"""Redis Commander: keys of the servers behind it, or its login."""

from typing import Any

import pytest

from tieback.model.probe import Access, Outcome

CONNECTIONS, INFO = "GET /connections", "GET /apiv2/server/info"
EMPTY = '{"data":[{"label":"local","info":[{"key":"Redis version","value":"8.0.2"}]}]}'
STATES: list[tuple[dict[str, int | str], Access]] = [
    # what differs, access
    ({}, Access.OPEN),
    ({CONNECTIONS: 401}, Access.AUTH_REQUIRED),
    ({INFO: 401}, Access.SCHEMA_ONLY),
    ({INFO: 404}, Access.SCHEMA_ONLY),
    ({INFO: EMPTY}, Access.OPEN_EMPTY),
    ({CONNECTIONS: "<html>ok</html>"}, Access.UNKNOWN),
    ({CONNECTIONS: '{"ok":true}'}, Access.UNKNOWN),
]


@pytest.mark.parametrize(("change", "access"), STATES)
def test_access_state_by_server_answers(web: Any, change: dict[str, int | str], access: Access) -> None:
    assert web.ask("redis_commander", change).result.access is access


def test_each_server_is_listed_with_its_databases(web: Any) -> None:
    info = '{"key":"%s","value":"keys=%d,expires=0"}'
    two = ",".join(f'{{"label":"a","info":[{info % ("Db0", 3)},{info % ("db12", 4)}]}}' for _ in range(2))
    report = web.ask("redis_commander", {INFO: f'{{"data":[{two}]}}'}).result
    found = {one.path: one.records.value for one in report.containers}
    assert found == {("a 1", "db0"): 3, ("a 1", "db12"): 4, ("a 2", "db0"): 3, ("a 2", "db12"): 4}


@pytest.mark.parametrize("answer", ["", "ok", "{}", "[]", "<html><title>Shop</title></html>", 401, 403, 404, 500])
def test_another_server_is_another(web: Any, answer: str | int) -> None:
    report = web.ask("redis_commander", {"GET /": answer}, port=7).result
    assert report.outcome is not Outcome.OK
    assert not report.access.exposed
