from typing import Any

import pytest

from tieback.model.probe import Access, Outcome

LIST = "GET /v0/b/shop-1.appspot.com/o?maxResults=1000"
ONE = "GET /v0/b/shop-1.appspot.com/o?maxResults=1"
DENIED = 403

STATES = [
    # what differs, access
    ({LIST: DENIED}, Access.AUTH_REQUIRED),
    ({LIST: 404}, Access.UNKNOWN),
    ({LIST: '{"prefixes":[],"items":[]}'}, Access.OPEN_EMPTY),
    ({ONE: DENIED}, Access.PARTIAL),
    # Neither a listing nor a refusal.
    ({LIST: "{}"}, Access.UNKNOWN),
    ({LIST: 500}, Access.UNKNOWN),
]


@pytest.mark.parametrize(("change", "access"), STATES)
def test_access_state_by_server_answers(web: Any, change: dict[str, int | str], access: Access) -> None:
    assert web.ask("firebase_storage", change, service="firebase-storage").result.access is access


def test_a_longer_listing_is_a_lower_bound(web: Any) -> None:
    page = '{"items":[{"name":"a.jpg"}],"nextPageToken":"x"}'
    (one,) = web.ask("firebase_storage", {LIST: page}, service="firebase-storage").result.containers
    assert (one.records.value, one.records.quality) == (1, "lower_bound")


def test_another_server_is_another(web: Any) -> None:
    report = web.ask("firebase_storage", {"GET /v0/b": "hello"}).result
    assert report.outcome is Outcome.PROTOCOL_MISMATCH


def test_without_a_name_nothing_is_known(web: Any) -> None:
    report = web.ask("firebase_storage", names=[], service="firebase-storage").result
    assert report.access is Access.UNKNOWN
    assert report.problems == ("buckets can only be probed by name, and no name of one is known",)
