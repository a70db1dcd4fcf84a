from typing import Any

import pytest

from tieback.model.probe import Access

V = "GET /?query=SELECT+version()+FORMAT+JSONCompact"
TABLES = "GET /?query=SELECT+database,name,engine+FROM+system.tables+LIMIT+5000+FORMAT+JSONCompact"
PARTS = (
    "GET /?query=SELECT+database,table,sum(rows),sum(bytes_on_disk)+FROM+system.parts+WHERE+active+GROUP+BY+1,2"
    "+LIMIT+5000+FORMAT+JSONCompact"
)
STATES = [
    # what differs, access
    ({V: "Code: 516. DB::Exception: default: Authentication failed"}, Access.AUTH_REQUIRED),
    ({V: "Code: 194. DB::Exception: Password required for user default."}, Access.AUTH_REQUIRED),
    ({TABLES: 403}, Access.AUTH_REQUIRED),
    ({TABLES: '{"data":[["system","parts","x"]]}'}, Access.OPEN_EMPTY),
    ({PARTS: 403}, Access.SCHEMA_ONLY),
    ({PARTS: '{"data":[["hr","people","0","0"]]}'}, Access.OPEN_EMPTY),
]


@pytest.mark.parametrize(("change", "access"), STATES)
def test_access_state_by_server_answers(web: Any, change: dict[str, int | str], access: Access) -> None:
    assert web.ask("clickhouse", change).result.access is access
