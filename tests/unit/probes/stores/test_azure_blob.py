from typing import Any

import pytest

from tieback.model.probe import Access

LIST = "GET /devstoreaccount1/people?restype=container&comp=list&maxresults=5000"

STATES = [
    # what differs, access
    # A private container and none look alike.
    ({LIST: 403}, Access.UNKNOWN),
    ({LIST: 404}, Access.UNKNOWN),
    ({LIST: "<EnumerationResults><Blobs/></EnumerationResults>"}, Access.SCHEMA_ONLY),
    ({"GET /devstoreaccount1/people?restype=container": 403}, Access.PARTIAL),
]


@pytest.mark.parametrize(("change", "access"), STATES)
def test_access_state_by_server_answers(web: Any, change: dict[str, int | str], access: Access) -> None:
    assert web.ask("azure_blob", change).result.access is access


def test_invalid_container_names_are_skipped(web: Any) -> None:
    sent = [sent.split(b" ")[1] for sent in web.ask("azure_blob", names=("A", "a/b/c", "x?y", "..")).sent]
    assert sent == [b"/", b"/$root?restype=container&comp=list&maxresults=5000"]
