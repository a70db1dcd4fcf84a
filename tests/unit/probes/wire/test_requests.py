import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tieback.probes.playback import Peer, play, replaying
from tieback.probes.wire.http import HttpSession
from tieback.probes.wire.requests import Request, heading, posting, reading
from tieback.scope.conversation import Conversation, Target

DATABASE = reading("/{db}/_stats?x=1", "x")
REPOSITORY = reading("/v2/{repository}/tags", "x", names=rb"[a-z]+(?:/[a-z]+)*", raw=True)

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


@pytest.mark.parametrize(("request_", "name", "path"), FILLED)
def test_filled(request_: Request, name: str, path: str | None) -> None:
    assert request_.filled(name) == path


def test_labels() -> None:
    assert DATABASE.label == "GET /<db>/_stats"
    assert heading("/{db}", "x").label == "HEAD /<db>"
    assert posting("/a?b", b"{}", "x").label == "POST /a"
    assert reading("/a?b", "x", label="asks").label == "asks"


@given(st.text(min_size=1, max_size=30))
@settings(max_examples=100, deadline=None)
def test_what_is_filled_is_declared(name: str) -> None:
    for request in (DATABASE, REPOSITORY):
        path = request.filled(name.encode("utf-8", "replace").decode())
        if path is None:
            continue

        def talk(request: Request = request, path: str = path) -> Conversation[int]:
            http = HttpSession(Target("127.0.0.1", 1))
            yield from http.first("/")
            return (yield from request.on(http, path, 10)).status

        sends = (reading("/", "x").send, request.send)
        answer = b"HTTP/1.1 200 x\r\nContent-Length: 0\r\n\r\n"
        assert play(talk(), Peer(replaying([answer, answer])), sends).result == 200
