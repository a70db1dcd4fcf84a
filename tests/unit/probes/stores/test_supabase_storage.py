"""Supabase Storage: what its answers show, with and without the app's public key."""

from typing import Any

import pytest

from tieback.model.grant import Depth
from tieback.model.probe import Access, Outcome

ONE = 'POST /object/list/avatars {"prefix":"","limit":1}'
TWO = 'POST /object/list/avatars {"prefix":"","limit":2}'
BUCKETS = "GET /bucket?limit=1000"
SHOWN = '[{"id":"%s","name":"%s","owner":"","public":%s,"type":"STANDARD"}]'
ENTRY = '[{"name":"a","id":null,"updated_at":null,"created_at":null,"last_accessed_at":null,"metadata":null}]'
NOT_FOUND = '{"statusCode":"404","error":"Bucket not found","message":"Bucket not found"}'


@pytest.mark.parametrize(
    ("change", "access"),
    [
        ({}, Access.OPEN),
        ({ONE: ENTRY, TWO: ENTRY}, Access.OPEN),
        # Row-level security hides objects, and a missing bucket lists none.
        ({ONE: "[]"}, Access.UNKNOWN),
        ({ONE: 401}, Access.UNKNOWN),
        ({ONE: NOT_FOUND}, Access.UNKNOWN),
        # One proof is not enough.
        ({TWO: "[]"}, Access.UNKNOWN),
        ({TWO: 500}, Access.UNKNOWN),
        ({BUCKETS: SHOWN % ("invoices", "invoices", "false")}, Access.PARTIAL),
        ({BUCKETS: SHOWN % ("avatars", "avatars", "false"), ONE: "[]"}, Access.SCHEMA_ONLY),
        ({BUCKETS: '{"statusCode":"403","error":"Unauthorized","message":"Invalid Compact JWS"}'}, Access.UNKNOWN),
        ({BUCKETS: 401}, Access.UNKNOWN),
        ({ONE: "<html>login</html>"}, Access.UNKNOWN),
        ({ONE: '[{"name":"a"}]'}, Access.UNKNOWN),
    ],
)
def test_access_state_by_server_answers(web: Any, change: dict[str, int | str], access: Access) -> None:
    report = web.ask("supabase_storage", change).result
    assert report.access is access
    assert any(one.records for one in report.containers) is (access in {Access.OPEN, Access.PARTIAL})
    assert len(report.proofs) >= 2 or access not in {Access.OPEN, Access.PARTIAL}


def test_a_listed_entry_is_a_lower_bound_and_no_value(web: Any) -> None:
    report = web.ask("supabase_storage").result
    (one,) = report.containers
    assert (one.path, one.kind, one.records.value, one.records.quality) == (("avatars",), "bucket", 1, "lower_bound")
    assert "abcdefghijklmnopqrst" in report.identity.key
    assert "list" not in str(report.containers)


def test_a_refused_key_leaves_other_keys_untested(web: Any) -> None:
    report = web.ask("supabase_storage", {BUCKETS: 403}).result
    assert report.untested == ("other public keys of the project",)
    assert report.access is Access.UNKNOWN


def test_objects_of_a_public_bucket_are_readable_by_their_paths(web: Any) -> None:
    report = web.ask("supabase_storage", {BUCKETS: SHOWN % ("avatars", "avatars", "true"), ONE: "[]"}).result
    assert report.untested == ("objects of public buckets by their paths: avatars",)


@pytest.mark.parametrize("keys", [[], [("algolia_search_key", "ea23143b0a87f416437cb3347b773ee9")]])
def test_without_the_key_nothing_but_the_first_request_is_sent(web: Any, keys: list[tuple[str, str]]) -> None:
    played = web.ask("supabase_storage", keys=[{"kind": kind, "value": value} for kind, value in keys])
    assert played.result.access is Access.UNKNOWN
    assert [sent.split(b" ", 2)[:2] for sent in played.sent] == [[b"GET", b"/bucket"]]
    assert "public key is unknown" in played.result.problems[0]


def test_the_key_is_sent_as_the_client_library_sends_it(web: Any) -> None:
    first, *others = web.ask("supabase_storage").sent
    key = web.pages("supabase_storage").expect.keys[0][1].encode()
    assert key not in first
    assert len(others) == 3
    assert all(b"\r\napikey: %b\r\nAuthorization: Bearer %b\r\n" % (key, key) in sent for sent in others)


def test_at_the_depth_identify_no_key_is_sent(web: Any) -> None:
    played = web.ask("supabase_storage", depth=Depth.IDENTIFY)
    assert len(played.sent) == 1
    assert played.result.product == "supabase-storage"


@pytest.mark.parametrize(
    "answer",
    ["[]", "{}", "hello", '{"message":"Not found"}', 404, 400, '[{"id":"a"}]', '{"message":"ok"}'],
)
def test_another_server_is_another(web: Any, answer: str | int) -> None:
    report = web.ask("supabase_storage", {"GET /bucket": answer}).result
    assert report.outcome is Outcome.PROTOCOL_MISMATCH


def test_a_name_that_is_no_bucket_is_not_sent(web: Any) -> None:
    played = web.ask("supabase_storage", names=["../x", "a b", "avatars/../b"])
    assert len(played.sent) == 2
    assert played.result.access is Access.UNKNOWN
