import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.each import each
from tests.examples import examples
from tieback import __version__
from tieback.model.probe import Outcome
from tieback.probes.playback import MemoryPeer, PlaybackResult, play, recorded_answers
from tieback.probes.wire.http import (
    HttpSession,
    Response,
    declared_get,
    declared_head,
    declared_post,
    segment,
    user_agent,
)
from tieback.probes.wire.verdicts import HostileAnswer, NotThisProtocol
from tieback.scope.conversation import Conversation, Fault, Target

SENDS = (declared_get("GET /", rb"/", "x"), declared_get("GET /a", rb"/a", "x"))
TARGET = Target("db.example.test", 9200, contact="sec@example.test\r\nX: y")
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"


def first(answer: bytes | None, cap: int = 1024) -> Response:
    played: PlaybackResult[Response] = play(
        HttpSession(TARGET).first("/", cap=cap), MemoryPeer(recorded_answers([answer])), SENDS
    )
    return played.result


BODIES = [
    # answer, body, truncated
    (OK, b"hi", False),
    (b"HTTP/1.1 100 Continue\r\n\r\n" + OK, b"hi", False),
    (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2;x=y\r\nhi\r\n1\r\n!\r\n0\r\nT: v\r\n\r\n", b"hi!", False),
    (b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n" + b"x" * 2000, b"x" * 1024, True),
    (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nfff\r\n" + b"x" * 4095, b"x" * 1024, True),
    (b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 3000, b"x" * 1024, True),
    (b"HTTP/1.0 204 No Content\r\n\r\n", b"", False),
    (b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 2\r\n\r\nhi", b"", False),
]


@each(("answer", "body", "truncated"), BODIES)
def test_bodies(answer: bytes, body: bytes, truncated: bool) -> None:
    response = first(answer)
    assert (response.body, response.truncated) == (body, truncated)


REFUSED = [
    (b"SSH-2.0-OpenSSH_9\r\n", NotThisProtocol),
    (b"HTTP/9.9 what\r\n\r\n", NotThisProtocol),
    (b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n", HostileAnswer),
    (b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", HostileAnswer),
    (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n", HostileAnswer),
    (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n", HostileAnswer),
    (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nabc\r\n", HostileAnswer),
    (b"HTTP/1.1 200 OK\r\n folded: x\r\n\r\n", HostileAnswer),
    (b"HTTP/1.1 200 OK\r\n" + b"a: b\r\n" * 101 + b"\r\n", HostileAnswer),
    (b"HTTP/1.1 200 OK\r\n" + b"a: b\r\n" * 10000, Fault),
    (b"HTTP/1.1 100 Continue\r\n\r\n" * 9, HostileAnswer),
    (None, NotThisProtocol),
]


@each(("answer", "error"), REFUSED)
def test_malformed_answers_are_hostile(answer: bytes | None, error: type[Exception]) -> None:
    with pytest.raises(error):
        first(answer)


def two(session: HttpSession) -> Conversation[tuple[Response, Response]]:
    return (yield from session.first("/")), (yield from session.get("/a"))


CONNECTIONS = [
    # first answer, connections for two requests
    (OK, 1),
    (OK.replace(b"OK\r\n", b"OK\r\nConnection: close\r\n"), 2),
    (OK.replace(b"1.1", b"1.0"), 2),
]


@pytest.mark.parametrize(("answer", "connections"), CONNECTIONS)
def test_a_connection_is_kept_where_it_may_be(answer: bytes, connections: int) -> None:
    played = play(two(HttpSession(TARGET)), MemoryPeer(recorded_answers([answer, OK])), SENDS)
    assert played.connections == connections
    assert played.result[1].body == b"hi"


def test_a_connection_that_the_server_closed_meanwhile_is_opened_again() -> None:
    played = play(two(HttpSession(TARGET)), MemoryPeer(recorded_answers([OK, None, OK])), SENDS)
    assert (played.connections, played.result[1].body) == (2, b"hi")


def test_tls_is_tried_where_plain_bytes_meet_an_alert() -> None:
    assert (
        play(HttpSession(TARGET).first("/"), MemoryPeer(recorded_answers([OK]), tls=True), SENDS).result.body == b"hi"
    )
    told = b"HTTP/1.1 400 Bad Request\r\nContent-Length: 45\r\n\r\nThe plain HTTP request was sent to HTTPS port"
    with pytest.raises(NotThisProtocol, match="no answer over TLS either"):
        first(told)


def test_a_silent_server_is_another_protocol_only_where_none_was_expected() -> None:
    peer = MemoryPeer(lambda _: b"")
    with pytest.raises(NotThisProtocol):
        play(HttpSession(TARGET).first("/", seconds=1.0), peer, SENDS)
    with pytest.raises(Fault) as fault:
        play(HttpSession(TARGET).first("/"), peer, SENDS)
    assert fault.value.outcome is Outcome.TIMEOUT


def test_what_is_sent() -> None:
    played = play(HttpSession(TARGET).first("/"), MemoryPeer(recorded_answers([OK])), SENDS)
    assert played.sent == (
        b"GET / HTTP/1.1\r\nHost: db.example.test:9200\r\n"
        b"User-Agent: tieback/%b (+sec@example.testX:y)\r\n"
        b"Accept: application/json\r\nAccept-Encoding: identity\r\n\r\n" % __version__.encode(),
    )


@given(st.text(max_size=200), st.text(min_size=1, max_size=60))
@settings(max_examples=examples(100), deadline=None)
def test_no_contact_or_name_breaks_out_of_its_place(contact: str, name: str) -> None:
    assert b"\r" not in user_agent(contact)
    assert b"\n" not in user_agent(contact)
    assert set(segment(name.encode("utf-8", "replace").decode())).isdisjoint("/?#&= \r\n")


@given(st.binary(max_size=400))
@settings(max_examples=examples(100), deadline=None)
def test_any_bytes_never_raises_another_fault(data: bytes) -> None:
    for answer in (
        data,
        b"HTTP/1.1 200 OK\r\n" + data,
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + data,
    ):
        try:
            first(answer)
        except (NotThisProtocol, HostileAnswer, Fault):
            continue


READ = b'{"count_only":true}'
RANGE = (("Range", "0-0"),)
READING = (
    declared_get("GET /", rb"/", "x"),
    declared_head("HEAD /t", rb"/t", "x", RANGE),
    declared_post("POST /count", "/count", READ, "x"),
)


def test_head_answer_has_no_body_whatever_its_length() -> None:
    def talk() -> Conversation[tuple[Response, Response]]:
        http = HttpSession(TARGET)
        yield from http.first("/")
        head = yield from http.head("/t", RANGE)
        return head, (yield from http.post("/count", READ))

    answers = [OK, b"HTTP/1.1 206 x\r\nContent-Length: 99\r\nContent-Range: 0-0/7\r\n\r\n", OK]
    played = play(talk(), MemoryPeer(recorded_answers(answers)), READING)
    head, posted = played.result
    assert (head.body, head.headers["content-range"], posted.body) == (b"", "0-0/7", b"hi")
    assert played.sent[1].endswith(b"Range: 0-0\r\n\r\n")
    assert played.sent[2].endswith(b"Content-Length: 19\r\n\r\n" + READ)
    assert played.connections == 1


@each(
    "change",
    [
        (b"count_only", b"count_olny"),
        (b"POST ", b"PUT "),
        (b"/count ", b"/count?x "),
        (READ, READ + b" "),
        (b"Content-Length: 19", b"Content-Length: 18"),
        (b"Accept-Encoding", b"X: y\r\nAccept-Encoding"),
    ],
)
def test_a_post_is_declared_to_its_last_byte(change: tuple[bytes, bytes]) -> None:
    def talk() -> Conversation[Response]:
        http = HttpSession(TARGET)
        yield from http.first("/")
        return (yield from http.post("/count", READ))

    sent = play(talk(), MemoryPeer(recorded_answers([OK, OK])), READING).sent[1]
    assert READING[2].matches(sent)
    assert not any(send.matches(sent.replace(*change)) for send in READING)
