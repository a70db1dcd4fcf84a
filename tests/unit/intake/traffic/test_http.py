from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.examples import examples
from tests.unit.intake.traffic import wire
from tieback.intake.traffic.http import plain_path, recognise_http, without_port
from tieback.intake.traffic.interface import SampledFlow
from tieback.model.flow import NameSource
from tieback.model.sighting import Problem

type Read = Callable[..., tuple[list[SampledFlow], list[Problem]]]
OK = b"HTTP/1.1 200 OK\r\nServer: nginx/1.2\r\n\r\nhello"


@pytest.mark.parametrize(
    ("client", "server", "host", "detail"),
    [
        (b"GET /a?q=1 HTTP/1.1\r\nHost: API.test:8080\r\n\r\n", OK, "api.test", "GET /a 200 from nginx/1.2"),
        (b"POST /b HTTP/1.0\r\nhost:api.test\r\n\r\nx", b"", "api.test", "POST /b"),
        (
            b"GET http://api.test/x;y?z HTTP/1.1\r\nHost: other.test\r\n\r\n",
            OK,
            "api.test",
            "GET /x 200 from nginx/1.2",
        ),
        (b"GET / HTTP/1.1\nHost: api.test\n\n", OK, "api.test", "GET / 200 from nginx/1.2"),
        (b"", OK, "", "200 from nginx/1.2"),
        (b"GET /" + b"a" * 9000, b"", "", "GET /" + "a" * 199),
        (
            b"CONNECT api.test:443 HTTP/1.1\r\nHost: api.test\r\n\r\n",
            b"HTTP/1.1 407 No\r\n\r\n",
            "api.test",
            "CONNECT api.test:443",
        ),
        (b"GET / HTTP/1.1\r\nHost: \x1b[31m\r\n\r\n", b"", "", "GET /"),
        (b"GET / HTTP/1.1\r\nHost: api.te", b"", "", "GET /"),
        (b"GET / HTTP/1.1\nHost: api.test\n\r\nHost: b.test\r\n\r\n", b"", "api.test", "GET /"),
    ],
    ids=[
        "host with port",
        "only a request",
        "absolute",
        "bare line feeds",
        "only an answer",
        "cut",
        "CONNECT refused",
        "hostile host",
        "host that is cut",
        "line ends of both kinds",
    ],
)
def test_http_exchanges_are_recognised(read: Read, client: bytes, server: bytes, host: str, detail: str) -> None:
    flows, _ = read(wire.pcap(wire.talk(client, server, port=8081)))
    flow = flows[0].flow
    assert (flow.protocol, flow.encrypted, flow.server.name, flow.detail) == ("http", False, host, detail)
    assert (flow.server.name_from is NameSource.HTTP_HOST) == bool(host)


def test_samples_have_both_directions_and_are_bounded(read: Read) -> None:
    flows, _ = read(wire.pcap(wire.talk(b"POST / HTTP/1.1\r\nHost: a.test\r\n\r\n" + b"x" * 20_000, OK, port=80)))
    assert [(sample.direction, sample.kind, len(sample.data)) for sample in flows[0].samples] == [
        ("out", "http", 8192),
        ("in", "http", len(OK)),
    ]


def test_tls_through_a_proxy(read: Read) -> None:
    ask = b"CONNECT api.test:443 HTTP/1.1\r\nHost: api.test:443\r\n\r\n" + wire.record(wire.client_hello("inner.test"))
    back = b"HTTP/1.1 200 Connection established\r\n\r\n" + wire.record(wire.server_hello())
    flows, _ = read(wire.pcap(wire.talk(ask, back, port=8080)))
    flow = flows[0].flow
    assert (flow.protocol, flow.encrypted, flow.server.name) == ("tls", True, "inner.test")
    assert "CONNECT api.test:443" in flow.detail
    assert flows[0].samples == ()


def test_a_direction_that_was_guessed_wrong_is_turned(read: Read) -> None:
    packets = wire.talk(OK, b"GET / HTTP/1.1\r\nHost: api.test\r\n\r\n", port=9001, source=9000, syn=False)
    flows, _ = read(wire.pcap(packets))
    assert (flows[0].flow.client.port, flows[0].flow.server.name) == (9001, "api.test")


@pytest.mark.parametrize(
    ("text", "host"), [("a.test:80", "a.test"), ("[::1]:80", "::1"), ("u:p@a.test", "a.test"), ("a.test", "a.test")]
)
def test_authorities(text: str, host: str) -> None:
    assert without_port(text) == host


def test_a_path_keeps_no_query() -> None:
    assert plain_path("http://a.test/b/c?secret=1#x") == "/b/c"


@settings(max_examples=examples(100), deadline=None)
@given(client=st.binary(max_size=200), server=st.binary(max_size=200))
def test_reading_any_bytes_never_raises(client: bytes, server: bytes) -> None:
    recognise_http(client, server)
    recognise_http(b"GET /" + client, b"HTTP/1.1 200" + server)
