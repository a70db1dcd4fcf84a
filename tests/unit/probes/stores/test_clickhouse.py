from typing import Any

import pytest

from tieback.model.probe import Access

V = "GET /?query=SELECT+version()+FORMAT+JSONCompact"
DATABASES = "GET /?query=SELECT+name,engine+FROM+system.databases+LIMIT+5000+FORMAT+JSONCompact"
TABLES = (
    "GET /?query=SELECT+database,name,engine+FROM+system.tables+WHERE+database+IN+('hr')+LIMIT+5000+FORMAT+JSONCompact"
)
PARTS = (
    "GET /?query=SELECT+database,table,sum(rows),sum(bytes_on_disk)+FROM+system.parts+WHERE+active"
    "+AND+database+IN+('hr')+GROUP+BY+database,table+LIMIT+5000+FORMAT+JSONCompact"
)
STATES = [
    # what differs, access
    ({V: "Code: 516. DB::Exception: default: Authentication failed"}, Access.AUTH_REQUIRED),
    ({V: "Code: 194. DB::Exception: Password required for user default."}, Access.AUTH_REQUIRED),
    ({TABLES: 403}, Access.AUTH_REQUIRED),
    ({DATABASES: 403}, Access.AUTH_REQUIRED),
    ({DATABASES: '{"data":[["system","Atomic"]]}'}, Access.OPEN_EMPTY),
    ({DATABASES: '{"data":[["system","Atomic"],["shop","PostgreSQL"]]}'}, Access.SCHEMA_ONLY),
    ({DATABASES: '{"data":[["hr\') or (1","Atomic"]]}'}, Access.SCHEMA_ONLY),
    ({PARTS: 403}, Access.SCHEMA_ONLY),
    # The page's server has a database of MySQL too, which is not listed.
    ({PARTS: '{"data":[["hr","people","0","0"]]}'}, Access.SCHEMA_ONLY),
]


@pytest.mark.parametrize(("change", "access"), STATES)
def test_access_state_by_server_answers(web: Any, change: dict[str, int | str], access: Access) -> None:
    assert web.ask("clickhouse", change).result.access is access


FOREIGN = ("MySQL", "PostgreSQL", "MaterializedMySQL", "S3", "HDFS", "DataLakeCatalog", "Backup", "Anything")


@pytest.mark.parametrize("engine", FOREIGN)
def test_no_database_that_may_contact_another_server_is_listed(web: Any, engine: str) -> None:
    played = web.ask("clickhouse", {DATABASES: f'{{"data":[["hr","Atomic"],["shop","{engine}"]]}}'})
    assert (played.result.access, [one.name for one in played.result.containers]) == (Access.OPEN, ["hr.people"])
    assert not any(b"shop" in sent for sent in played.sent)
    assert not any(b"system.tables" in sent and b"IN+(" not in sent for sent in played.sent)
    assert any("shop" in problem and engine in problem for problem in played.result.problems)
