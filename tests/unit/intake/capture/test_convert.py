"""mitmproxy's own objects, read: names, headers, sizes, handshakes."""

import pytest

pytest.importorskip("mitmproxy")

from mitmproxy import http
from mitmproxy.test import tflow

from tieback.intake.capture.convert import (
    body_size,
    connection_ends,
    header_size,
    packed_address,
    plain_address,
    read_body,
    read_headers,
    read_tls,
)
from tieback.intake.capture.interface import HEADER_BYTES, MAX_HEADERS, ConnectionEnds
from tieback.model.flow import FlowTls, Peer


@pytest.mark.parametrize(
    ("host", "text"),
    [("127.0.0.1", "127.0.0.1"), ("::ffff:127.0.0.1", "127.0.0.1"), ("fe80::1%eth0", "fe80::1"), ("a.test", "a.test")],
)
def test_addresses(host: str, text: str) -> None:
    assert plain_address(host) == text


def test_address_records() -> None:
    assert [packed_address(b"\x7f\0\0\1"), packed_address(bytes(15) + b"\1")] == ["127.0.0.1", "::1"]


def test_connection_ends_are_read() -> None:
    client, server = tflow.tclient_conn(), tflow.tserver_conn()
    assert connection_ends(client, server) == ConnectionEnds(Peer("127.0.0.1", 22), "address", "192.168.0.1", 22)
    server.peername = None
    server.address = None
    assert connection_ends(client, server) == ConnectionEnds(Peer("127.0.0.1", 22), "", "", None)


def message(*headers: tuple[bytes, bytes], content: bytes | None = b"") -> http.Request:
    request = http.Request.make("POST", "http://a.test/")
    request.headers = http.Headers(headers)
    request.raw_content = content
    return request


def test_headers_are_bounded_and_keep_their_order() -> None:
    assert read_headers(message((b"A", b"1"), (b"b", b"\xff"), (b"A", b"2")))[:3] == (
        ("A", "1"),
        ("b", "\ufffd"),
        ("A", "2"),
    )
    assert len(read_headers(message(*[(b"n", b"v")] * 1000))) == MAX_HEADERS
    assert header_size(read_headers(message(*[(b"n", b"v" * 5000)] * 10))) <= HEADER_BYTES
    assert read_headers(None) == ()


@pytest.mark.parametrize(
    ("content", "stated", "size"),
    [(b"12345", "", 5), (None, "70000", 70000), (None, "-1", 0), (None, "9" * 40, 0), (None, "\u0663", 0)],
)
def test_sizes(content: bytes | None, stated: str, size: int) -> None:
    one = message((b"content-length", stated.encode()), content=content)
    assert body_size(one) == size
    assert read_body(one) == (content or b"")
    assert (body_size(None), read_body(None)) == (0, b"")


def test_handshakes() -> None:
    client, server = tflow.tclient_conn(), tflow.tserver_conn()
    client.tls = server.tls = False
    assert read_tls(client, server) is None
    client.tls = True
    client.sni, client.tls_version, client.alpn, client.alpn_offers = "a.test", "TLSv1", None, [b"h2", b"http/1.1"]
    server.tls_version, server.alpn = None, None
    assert read_tls(client, server) == FlowTls(version="TLSv1.0", sni="a.test", alpn=("h2", "http/1.1"))
    client.tls_version, client.alpn = "QUICv1", b"h3"
    assert read_tls(client, server) == FlowTls(version="TLSv1.3", sni="a.test", alpn=("h3",))
