from typing import Any

import pytest

from tieback.model.probe import Access

STATES = [
    # what differs, access
    ({"GET /_all_dbs": 401}, Access.AUTH_REQUIRED),
    ({"GET /_all_dbs": "[]"}, Access.OPEN_EMPTY),
    ({"GET /_all_dbs": '["_users","_replicator"]'}, Access.OPEN_EMPTY),
    ({"GET /_all_dbs": "nonsense"}, Access.UNKNOWN),
    # Names answer anyone and documents do not.
    ({"GET /people": 401, "GET /a%2Fb": 401, "GET /_membership": 401}, Access.SCHEMA_ONLY),
    ({"GET /people": 403, "GET /a%2Fb": 401}, Access.SCHEMA_ONLY),
    ({"GET /a%2Fb": 401}, Access.PARTIAL),
    # An administrator's view that is closed does not close the databases.
    ({"GET /_membership": 401}, Access.OPEN),
    ({"GET /people": '{"doc_count":0}'}, Access.OPEN_EMPTY),
]


@pytest.mark.parametrize(("change", "access"), STATES)
def test_access_state_by_server_answers(web: Any, change: dict[str, int | str], access: Access) -> None:
    assert web.ask("couchdb", change).result.access is access


def test_pouchdb_is_named_one(web: Any) -> None:
    root = '{"express-pouchdb":"Welcome!","version":"4.2.0","uuid":"09057d55"}'
    report = web.ask("couchdb", {"GET /": root}).result
    assert (report.product, report.version) == ("pouchdb", "4.2.0")


def test_invalid_database_names_are_skipped(web: Any) -> None:
    played = web.ask("couchdb", {"GET /_all_dbs": '["../x","a?b","A","people/_all_docs"]'})
    assert [sent.split(b" ")[1] for sent in played.sent] == [
        b"/",
        b"/_all_dbs",
        b"/people%2F_all_docs",
        b"/_membership",
    ]
    assert sum("not safe to send" in problem for problem in played.result.problems) == 3
