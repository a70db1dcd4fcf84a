"""The add-on, hook by hook, with mitmproxy's own test objects."""

from collections.abc import Callable

import pytest

pytest.importorskip("mitmproxy")

from mitmproxy import http, tcp, udp, websocket
from mitmproxy.proxy import server_hooks
from mitmproxy.test import tflow

from tests.unit.intake.capture.conftest import Told
from tieback.intake.capture import observer as module
from tieback.intake.capture.connections import ConnectionAddon
from tieback.intake.capture.destinations import Destinations
from tieback.intake.capture.interface import (
    BODY_BYTES,
    FIRST_BYTES,
    HttpObserved,
    StreamObserved,
)
from tieback.intake.capture.observer import FlowAddon

type Make = Callable[..., FlowAddon]


@pytest.fixture
def make(told: Told) -> Make:
    def call(*, saving: bool = False) -> FlowAddon:
        return FlowAddon(told.append, ConnectionAddon(told.append, Destinations()), saving=saving)

    return call


def streamed(one: http.HTTPFlow, asked: bytes, answered: bytes, observer: FlowAddon) -> None:
    """A request and its answer as they pass while streaming."""
    assert one.response is not None
    observer.requestheaders(one)
    assert callable(one.request.stream)
    assert one.request.stream(asked) == asked
    one.request.raw_content = None
    observer.responseheaders(one)
    assert callable(one.response.stream)
    for at in range(0, len(answered), 1000):
        assert one.response.stream(answered[at : at + 1000]) == answered[at : at + 1000]
    one.response.raw_content = None
    observer.response(one)


def test_bodies_pass_while_their_beginning_is_kept(told: Told, make: Make) -> None:
    one = tflow.tflow(resp=True)
    streamed(one, b"email=a@b.test", b"x" * 100_000, make())
    (seen,) = told
    assert isinstance(seen, HttpObserved)
    assert (seen.request_body, seen.response_body) == (b"email=a@b.test", b"x" * BODY_BYTES)
    assert seen.bytes_in > 100_000
    assert seen.status == 200


def test_missing_response_is_reported_once(told: Told) -> None:
    connections, one = ConnectionAddon(told.append, Destinations()), tflow.tflow(err=True)
    observer = FlowAddon(told.append, connections, saving=False)
    connections.client_connected(one.client_conn)
    observer.requestheaders(one)
    one.server_conn.address, one.server_conn.error = (one.request.host, one.request.port), "refused"
    connections.server_connect_error(server_hooks.ServerConnectionHookData(one.server_conn, one.client_conn))
    observer.error(one)
    connections.client_disconnected(one.client_conn)
    (seen,) = told
    assert isinstance(seen, HttpObserved)
    assert (seen.status, seen.trouble) == (0, "error")


@pytest.mark.parametrize("saving", [False, True])
def test_streams_are_counted_and_not_buffered(told: Told, make: Make, *, saving: bool) -> None:
    observer, one = make(saving=saving), tflow.ttcpflow(messages=[])
    observer.tcp_start(one)
    for _ in range(10):
        for from_client, data in ((True, b"q" * 3000), (False, b"a" * 5000)):
            one.messages.append(tcp.TCPMessage(from_client, data))
            observer.tcp_message(one)
    assert len(one.messages) == (20 if saving else 0)
    observer.tcp_end(one)
    (seen,) = told
    assert isinstance(seen, StreamObserved)
    assert (seen.bytes_out, seen.bytes_in, seen.packets_out) == (30_000, 50_000, 10)
    assert (len(seen.out), len(seen.back)) == (FIRST_BYTES, FIRST_BYTES)


def test_what_is_saved_of_a_stream_has_a_limit(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "SAVED_BYTES", 10_000)
    observer, one = make(saving=True), tflow.ttcpflow(messages=[])
    observer.tcp_start(one)
    for _ in range(10):
        one.messages.append(tcp.TCPMessage(True, b"q" * 3000))
        observer.tcp_message(one)
    assert len(one.messages) == 3
    assert observer.cut == 1


def test_of_datagrams_the_first_is_kept(told: Told, make: Make) -> None:
    observer, one = make(), tflow.tudpflow(messages=[])
    observer.udp_start(one)
    for data in (b"first", b"second"):
        one.messages.append(udp.UDPMessage(True, data))
        observer.udp_message(one)
    observer.udp_end(one)
    (seen,) = told
    assert isinstance(seen, StreamObserved)
    assert (seen.transport, seen.out, seen.bytes_out, seen.packets_out) == ("udp", b"first", 11, 2)


def test_a_stream_that_never_was_is_left_to_its_connection(told: Told, make: Make) -> None:
    observer, one = make(), tflow.ttcpflow(messages=[], err=True)
    observer.tcp_start(one)
    observer.tcp_error(one)
    assert told == []


def test_websockets(told: Told, make: Make) -> None:
    observer, one = make(), tflow.twebsocketflow(messages=False)
    assert one.websocket is not None
    one.websocket.messages.clear()
    observer.requestheaders(one)
    observer.responseheaders(one)
    observer.response(one)
    for number in range(300):
        one.websocket.messages.append(websocket.WebSocketMessage(1, number % 2 == 0, b"hello"))
        observer.websocket_message(one)
    assert told == []
    observer.websocket_end(one)
    (seen,) = told
    assert isinstance(seen, HttpObserved)
    assert seen.websocket[:2] == (("out", b"hello"), ("in", b"hello"))
    assert len(seen.websocket) == 100
    assert one.websocket.messages == []


def test_end_of_run_reports_open_flows(told: Told, make: Make) -> None:
    observer = make()
    observer.requestheaders(tflow.tflow())
    observer.tcp_start(tflow.ttcpflow(messages=[]))
    observer.finish()
    assert [type(one) for one in told] == [HttpObserved, StreamObserved]
    observer.finish()
    assert len(told) == 2


def test_flows_at_a_time_have_a_limit(told: Told, make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_OPEN", 2)
    observer = make()
    flows = [tflow.ttcpflow(messages=[]) for _ in range(3)]
    for one in flows:
        observer.tcp_start(one)
        one.messages.append(tcp.TCPMessage(True, b"x"))
        observer.tcp_message(one)
        observer.tcp_end(one)
    assert len(told) == 3
    for one in flows:
        one.id += "again"
        observer.tcp_start(one)
    assert observer.cut == 1
