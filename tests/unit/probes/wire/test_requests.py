import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.each import each
from tests.examples import examples
from tieback.probes.playback import MemoryPeer, play, recorded_answers
from tieback.probes.wire.http import HttpSession
from tieback.probes.wire.requests import Request, get_request, head_request, post_request
from tieback.scope.conversation import Conversation, Target

DATABASE = get_request("/{db}/_stats?x=1", "x")
REPOSITORY = get_request("/v2/{repository}/tags", "x", names=rb"[a-z]+(?:/[a-z]+)*", raw=True)

FILLED = [
    (DATABASE, "people", "/people/_stats?x=1"),
    (DATABASE, "größe", "/gr%C3%B6%C3%9Fe/_stats?x=1"),
    (DATABASE, "a?b&c", "/a%3Fb%26c/_stats?x=1"),
    (DATABASE, "..", None),
    (DATABASE, ".", None),
    (DATABASE, "...", "/.../_stats?x=1"),
    (DATABASE, "a/b", None),
    (DATABASE, "a\\b", None),
    (DATABASE, "a\r\nb", None),
    (DATABASE, "", None),
    (DATABASE, "x" * 800, None),
    (REPOSITORY, "hr/app", "/v2/hr/app/tags"),
    (REPOSITORY, "hr/../app", None),
    (REPOSITORY, "hr app", None),
    (REPOSITORY, "größe", None),
]


@each(("request_", "name", "path"), FILLED)
def test_names_are_filled_into_the_path(request_: Request, name: str, path: str | None) -> None:
    assert request_.fill(name) == path


def test_requests_have_a_label() -> None:
    assert DATABASE.label == "GET /<db>/_stats"
    assert head_request("/{db}", "x").label == "HEAD /<db>"
    assert post_request("/a?b", b"{}", "x").label == "POST /a"
    assert get_request("/a?b", "x", label="asks").label == "asks"


@given(st.text(min_size=1, max_size=30))
@settings(max_examples=examples(100), deadline=None)
def test_what_is_filled_is_declared(name: str) -> None:
    for request in (DATABASE, REPOSITORY):
        path = request.fill(name.encode("utf-8", "replace").decode())
        if path is None:
            continue

        def talk(request: Request = request, path: str = path) -> Conversation[int]:
            http = HttpSession(Target("127.0.0.1", 1))
            yield from http.first("/")
            return (yield from request.on(http, path, 10)).status

        sends = (get_request("/", "x").send, request.send)
        answer = b"HTTP/1.1 200 x\r\nContent-Length: 0\r\n\r\n"
        assert play(talk(), MemoryPeer(recorded_answers([answer, answer])), sends).result == 200


KEYED = get_request("/a", "x", headers=(("X-Fixed", "1"),), keyed=(("apikey", rb"[a-z]{4,8}"),))


@pytest.mark.parametrize(
    ("key", "sent"),
    [
        ("public", b"X-Fixed: 1\r\napikey: public\r\n\r\n"),
        (None, b"X-Fixed: 1\r\n\r\n"),
        # What the declaration does not allow is left out, not sent.
        ("Secret1", b"X-Fixed: 1\r\n\r\n"),
        ("a\r\nX: y", b"X-Fixed: 1\r\n\r\n"),
        ("größe", b"X-Fixed: 1\r\n\r\n"),
    ],
)
def test_a_public_key_is_sent_where_it_is_declared(key: str | None, sent: bytes) -> None:
    def talk() -> Conversation[int]:
        return (yield from KEYED.on(HttpSession(Target("127.0.0.1", 1)), "/a", 10, key)).status

    answer = b"HTTP/1.1 200 x\r\nContent-Length: 0\r\n\r\n"
    played = play(talk(), MemoryPeer(recorded_answers([answer])), (KEYED.send,))
    assert played.result == 200
    assert played.sent[0].endswith(sent)


def test_request_without_a_declared_key_has_no_key() -> None:
    assert not DATABASE.send.matches(b"GET /a/_stats?x=1 HTTP/1.1\r\napikey: public\r\n\r\n")


def test_the_resource_is_not_part_of_the_host_field() -> None:
    def talk() -> Conversation[int]:
        return (yield from HttpSession(Target("shared.test", 443, tls=False, resource="shop")).first("/")).status

    answer = b"HTTP/1.1 200 x\r\nContent-Length: 0\r\n\r\n"
    played = play(talk(), MemoryPeer(recorded_answers([answer])), (get_request("/", "x").send,))
    assert b"Host: shared.test:443\r\n" in played.sent[0]
