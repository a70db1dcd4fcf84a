from typing import Any

import pytest

from tieback.model.probe import Access

NODES = 'POST /db/neo4j/query/v2 {"statement":"MATCH (n) RETURN count(n) AS n","accessMode":"READ"}'
EDGES = 'POST /db/neo4j/query/v2 {"statement":"MATCH ()-[r]->() RETURN count(r) AS n","accessMode":"READ"}'

STATES: list[tuple[dict[str, int | str], Access]] = [
    # what differs, access
    ({NODES: 401}, Access.AUTH_REQUIRED),
    # Servers before 5.19 have no such endpoint.
    ({NODES: 404}, Access.UNKNOWN),
    ({EDGES: 403}, Access.PARTIAL),
]


@pytest.mark.parametrize(("change", "access"), STATES)
def test_states(web: Any, change: dict[str, int | str], access: Access) -> None:
    assert web.ask("neo4j", change).result.access is access
