from typing import Any

import pytest

from tieback.model.probe import Access

NODES = 'POST /db/neo4j/query/v2 {"statement":"MATCH (n) RETURN count(n) AS n","accessMode":"READ"}'
EDGES = 'POST /db/neo4j/query/v2 {"statement":"MATCH ()-[r]->() RETURN count(r) AS n","accessMode":"READ"}'

STATES: list[tuple[dict[str, int | str], Access]] = [
    # what differs, access
    ({NODES: 401}, Access.AUTH_REQUIRED),
    ({NODES: 404}, Access.UNKNOWN),
    ({EDGES: 403}, Access.PARTIAL),
]


@pytest.mark.parametrize(("change", "access"), STATES)
def test_access_state_by_server_answers(web: Any, change: dict[str, int | str], access: Access) -> None:
    assert web.ask("neo4j", change).result.access is access


def transaction(statement: str) -> str:
    return f'POST /db/neo4j/tx/commit {{"statements":[{{"statement":"{statement}"}}]}}'


# As the HTTP API reference shows them; not yet verified against the real server.
OLD = {
    "GET /": '{"bolt_direct":"bolt://h:7687","transaction":"http://h/db/{databaseName}/tx","neo4j_version":"4.4.30"}',
    transaction(
        "MATCH (n) RETURN count(n) AS n"
    ): '{"results":[{"columns":["n"],"data":[{"row":[137],"meta":[null]}]}]}',
    transaction("MATCH ()-[r]->() RETURN count(r) AS n"): '{"results":[{"columns":["n"],"data":[{"row":[12]}]}]}',
    transaction("CALL db.info() YIELD id RETURN id"): '{"results":[{"columns":["id"],"data":[{"row":["A1"]}]}]}',
    transaction("CALL db.propertyKeys()"): '{"results":[{"columns":["propertyKey"],"data":[{"row":["email"]}]}]}',
}


def test_versions_4_and_5_before_the_query_api(web: Any) -> None:
    played = web.ask("neo4j", OLD)
    nodes, edges = played.result.containers
    assert (played.result.version, played.result.access) == ("4.4.30", Access.OPEN)
    assert (nodes.records.value, edges.records.value) == (137, 12)
    assert [field.name for field in nodes.fields] == ["email"]
    assert all(b"access-mode: READ" in sent for sent in played.sent[1:])


OLD_STATES: list[tuple[dict[str, int | str], Access]] = [
    ({transaction("MATCH (n) RETURN count(n) AS n"): 401}, Access.AUTH_REQUIRED),
    ({transaction("MATCH (n) RETURN count(n) AS n"): '{"results":[],"errors":[{"code":"x"}]}'}, Access.UNKNOWN),
    ({"GET /": '{"data":"http://h:7474/db/data/","management":"http://h:7474/db/manage/"}'}, Access.UNKNOWN),
]


@pytest.mark.parametrize(("change", "access"), OLD_STATES)
def test_states_of_old_ones(web: Any, change: dict[str, int | str], access: Access) -> None:
    report = web.ask("neo4j", {**OLD, **change}).result
    assert (report.product, report.access, report.containers) == ("neo4j", access, ())
