from typing import Any

import pytest

from tieback.model.probe import Access

PEOPLE = "GET /api/collections/people/records?perPage=1&fields=id"
USERS = "GET /api/collections/users/records?perPage=1&fields=id"

STATES = [
    # what differs, access
    # A rule that hides each record and an empty collection look alike.
    ({PEOPLE: '{"items":[],"totalItems":0}'}, Access.UNKNOWN),
    ({PEOPLE: 403, USERS: 403}, Access.AUTH_REQUIRED),
    ({PEOPLE: 404, USERS: 404}, Access.NOT_FOUND),
    ({USERS: 403}, Access.PARTIAL),
    ({"GET /api/collections": '{"items":[{"name":"people"}]}', USERS: 404}, Access.OPEN),
]


@pytest.mark.parametrize(("change", "access"), STATES)
def test_access_state_by_server_answers(web: Any, change: dict[str, int | str], access: Access) -> None:
    assert web.ask("pocketbase", change).result.access is access


def test_no_record_is_kept(web: Any) -> None:
    assert "abc" not in repr(web.ask("pocketbase").result)


def test_without_scans_one_record_is_the_proof_and_nothing_is_counted(web: Any) -> None:
    one = '{"items":[{"id":"abc"}],"totalItems":-1,"totalPages":-1}'
    change = {f"{PEOPLE}&skipTotal=1": one, f"{USERS}&skipTotal=1": '{"items":[],"totalItems":-1}'}
    played = web.ask("pocketbase", change, scans=False)
    (people,) = [container for container in played.result.containers if container.name == "people"]
    assert (people.records.quality, people.records.value) == ("lower_bound", 1)
    assert played.result.access.exposed
    assert not any(sent.split()[1].endswith(b"fields=id") for sent in played.sent)
