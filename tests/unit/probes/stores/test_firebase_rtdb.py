from typing import Any

import pytest

from tieback.model.probe import Access

ROOT = "GET /.json?shallow=true"


@pytest.mark.parametrize(
    ("status", "body", "access"),
    [
        # null lets strangers in and holds nothing: never open.
        (200, "null", Access.OPEN_EMPTY),
        (401, '{"error":"Permission denied"}', Access.AUTH_REQUIRED),
        (404, '{"error":"404 Not Found"}', Access.NOT_FOUND),
        (423, '{"error":"The Firebase database has been deactivated."}', Access.LOCKED),
        (402, '{"error":"quota"}', Access.LOCKED),
    ],
)
def test_access_state_by_server_answers(web: Any, status: int, body: str, access: Access) -> None:
    page = type(web.pages("firebase_rtdb").page[ROOT])(body, status)
    report = web.ask("firebase_rtdb", {ROOT: page}).result
    assert (report.access, report.product) == (access, "firebase-rtdb")


def test_only_shallow_requests_are_sent_and_no_value_is_kept(web: Any) -> None:
    played = web.ask("firebase_rtdb", host="hr-1.firebaseio.com", port=443)
    assert all(b".json?shallow=true HTTP/1.1" in sent for sent in played.sent)
    assert "secret" not in repr(played.result)
    assert played.result.identity.key == "firebase_rtdb:database:hr-1.firebaseio.com"


def test_children_that_are_refused_are_not_open(web: Any) -> None:
    report = web.ask("firebase_rtdb", {"GET /people.json?shallow=true": 401, ROOT: '{"people":true}'}).result
    assert report.access is Access.SCHEMA_ONLY
