from typing import Any

import pytest

from tieback.model.probe import Access

STATES = [
    # what differs, access
    ({"GET /_all_dbs": 401}, Access.UNKNOWN),
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
    played = web.ask("couchdb", {"GET /_all_dbs": '["../x","a?b","A","people/_all_docs","people/a"]'})
    assert [sent.split(b" ")[1] for sent in played.sent] == [
        b"/",
        b"/_all_dbs",
        b"/people%2Fa",
        b"/_membership",
    ]
    assert sum("not safe to send" in problem for problem in played.result.problems) == 4


@pytest.mark.parametrize(
    ("names", "access", "untested"),
    [
        ((), Access.UNKNOWN, "names of databases"),
        (("_users", "../x"), Access.UNKNOWN, "names of databases"),
        (("people",), Access.PARTIAL, "names of databases other than people"),
        (("people", "hr"), Access.PARTIAL, "names of databases other than people, hr"),
        (("hr",), Access.AUTH_REQUIRED, "names of databases other than hr"),
        (("gone",), Access.NOT_FOUND, "names of databases other than gone"),
        (("a/b",), Access.SCHEMA_ONLY, "names of databases other than a/b"),
    ],
)
def test_a_refused_list_does_not_close_the_databases_that_the_app_names(
    web: Any, names: tuple[str, ...], access: Access, untested: str
) -> None:
    report = web.ask("couchdb", {"GET /_all_dbs": 401, "GET /hr": 401}, names=names).result
    assert (report.access, report.untested) == (access, (untested,))
    if access is Access.PARTIAL:
        (people,) = report.containers
        assert (people.name, people.records.value) == ("people", 137)
