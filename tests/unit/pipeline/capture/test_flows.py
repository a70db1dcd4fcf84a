"""What the proxy saw, as flows: protocols by payload, names, apps, and remarks."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.each import each
from tests.examples import examples
from tieback.intake.capture.interface import (
    ConnectFailure,
    ConnectionEnds,
    DnsObserved,
    HttpObserved,
    ProxyEnd,
    StreamObserved,
    TlsRefusal,
)
from tieback.leaks.detect import LeakDetector
from tieback.model.capture import OUTSIDE_DESTINATIONS
from tieback.model.flow import ContentState, Flow, FlowApp, FlowEvidence, FlowTls, NameSource, Peer, Server
from tieback.pipeline.capture.flows import REFUSED, LiveFlows, packed_address

APP = FlowApp("com.workhub.mobile", "com.workhub.mobile", 10123, "uid-map")
CLIENT = Peer("10.0.0.1", 40000)
MYSQL_GREETING = (
    b"J\0\0\0\x0a8.0.36\0\x08\0\0\0abcdefgh\0\xff\xff\xff\x02\0\xff\xdf\x15" + bytes(10) + b"ijklmnopqrst\0"
    b"caching_sha2_password\0"
)


def ends(host: str = "10.77.2.1", port: int = 6379, ip: str = "10.77.2.1") -> ConnectionEnds:
    return ConnectionEnds(CLIENT, host, ip, port)


def live() -> LiveFlows:
    return LiveFlows("run.flows", lambda client, _start, _end: APP if client == CLIENT else None)


def stream(
    out: bytes, back: bytes, where: ConnectionEnds | None = None, tls: FlowTls | None = None, kind: str = "tcp"
) -> StreamObserved:
    return StreamObserved("c", where or ends(), kind, out, back, len(out), len(back), 1, 1, 1.0, 2.0, tls)


def http(**changed: object) -> HttpObserved:
    given_: dict[str, object] = {
        "connection": "c", "ends": ends(port=80), "scheme": "http", "host": "api.workhub.test", "port": 80,
        "method": "GET", "path": "/users?email=a@b.test", "request": (("Host", "api.workhub.test"),),
        "request_body": b"", "status": 200, "response": (("Server", "x"),), "response_body": b"[]", "bytes_out": 50,
        "bytes_in": 20, "start": 1.0, "end": 2.0,
    }  # fmt: skip
    return HttpObserved(**(given_ | changed))  # type: ignore[arg-type]


def flow(seen: object, flows: LiveFlows | None = None) -> Flow:
    found = (flows or live()).of(seen)  # type: ignore[arg-type]
    assert found is not None
    return found.flow


def test_stores_are_detected_from_their_first_bytes_on_any_port() -> None:
    redis = flow(stream(b"*1\r\n$4\r\nPING\r\n", b"+PONG\r\n", ends(port=7001)))
    assert (redis.protocol, redis.evidence, redis.encrypted, redis.app) == ("redis", FlowEvidence.PAYLOAD, False, APP)
    mysql = flow(stream(b"", MYSQL_GREETING, ends(port=7002)))
    assert mysql.protocol == "mysql"
    assert "8.0.36" in mysql.detail


def test_a_store_inside_tls() -> None:
    found = flow(stream(b"*1\r\n$4\r\nPING\r\n", b"+PONG\r\n", tls=FlowTls("TLSv1.3", "cache.workhub.test")))
    assert (found.protocol, found.encrypted) == ("redis", True)
    assert found.server == Server("10.77.2.1", 6379, "cache.workhub.test", NameSource.SNI)


def test_unrecognised_streams_are_flows_without_a_protocol() -> None:
    assert (flow(stream(b"\x01\x02", b"\x03")).protocol, flow(stream(b"", b"")).evidence) == ("", FlowEvidence.NONE)
    assert flow(stream(b"\x01", b"", tls=FlowTls("TLSv1.3"))).protocol == "tls"
    assert flow(stream(b"SSH-2.0-x\r\n", b"SSH-2.0-y\r\n")).protocol == "ssh"


def test_http_keeps_the_query_to_its_samples() -> None:
    found = live().of(http())
    assert found is not None
    assert (found.flow.protocol, found.flow.encrypted, found.flow.detail) == ("http", False, "GET /users 200")
    assert found.flow.server == Server("10.77.2.1", 80, "api.workhub.test", NameSource.HTTP_HOST)
    assert any(b"a@b.test" in sample.data for sample in found.samples)


def test_http_stores_are_recognised() -> None:
    body = b'{"cluster_name":"c","version":{"number":"8.1.0","lucene_version":"9"},"tagline":"You Know, for Search"}'
    response = (("Content-Type", "application/json"), ("X-elastic-product", "Elasticsearch"))
    assert flow(http(path="/", response=response, response_body=body)).protocol == "elasticsearch"


def test_requests_without_an_answer() -> None:
    nowhere = ends(port=80, ip="")
    lost = flow(http(ends=nowhere, status=0, response=(), response_body=b"", trouble="Connect call failed"))
    assert lost.detail == "unreachable: Connect call failed; GET /users no answer"
    numbered = "Multiple exceptions: [Errno 111] Connect call failed ('::1', 9), [Errno 113] Connect call failed"
    refused = flow(http(ends=nowhere, status=0, response=(), response_body=b"", trouble=numbered))
    assert refused.detail == "unreachable: connection refused; GET /users no answer"
    out = flow(http(ends=nowhere, status=0, trouble="Connection killed: outside the destinations of this capture"))
    assert out.detail.startswith("blocked: ")
    assert flow(http(status=0, trouble="reset")).detail.startswith("aborted: reset")
    untrusted = http(status=0, trouble="Certificate verify failed: self-signed certificate")
    assert flow(untrusted).detail.startswith("unreachable: Certificate verify failed")


def test_websockets_and_http3() -> None:
    assert flow(http(status=101, websocket=(("out", b"hi"),))).protocol == "websocket"
    h3 = flow(http(scheme="https", version="HTTP/3", tls=FlowTls("TLSv1.3", "api.workhub.test")))
    assert (h3.encrypted, h3.detail) == (True, "HTTP/3, GET /users 200")


def test_names_come_from_dns_if_nothing_else_names_the_server() -> None:
    flows = live()
    dns = flow(DnsObserved(ends("10.0.0.53", 53, ""), "cache.workhub.test", ("10.77.2.1",), 0.5, 0.6), flows)
    assert (dns.protocol, dns.detail) == ("dns", "cache.workhub.test")
    redis = flow(stream(b"PING\r\n", b"+PONG\r\n"), flows)
    assert redis.server == Server("10.77.2.1", 6379, "cache.workhub.test", NameSource.DNS)
    bare = flow(http(host="10.77.2.1", request=()), flows)
    assert (bare.server.name, bare.server.name_from) == ("cache.workhub.test", NameSource.DNS)
    other = flow(http(host="10.77.2.9", ends=ends("10.77.2.9", 80, "10.77.2.9")), flows)
    assert (other.server.name, other.server.ip) == ("", "10.77.2.9")


def test_a_socks_client_names_its_server() -> None:
    assert flow(stream(b"PING\r\n", b"+PONG\r\n", ends("cache.workhub.test"))).server == Server(
        "10.77.2.1", 6379, "cache.workhub.test", NameSource.LOG
    )


def test_a_refused_certificate_is_a_flow_with_a_remark() -> None:
    reason = "The client does not trust the proxy's certificate for api.workhub.test (tlsv1 alert unknown ca)"
    found = flow(TlsRefusal("c", ends(port=443), FlowTls(sni="api.workhub.test"), False, reason, 1.0, 2.0))
    assert (found.protocol, found.encrypted, found.detail) == ("tls", True, REFUSED)
    assert found.server == Server("10.77.2.1", 443, "api.workhub.test", NameSource.SNI)
    assert found.tls is not None
    assert found.tls.refused_by_client == reason
    own = "self-signed certificate in certificate chain"  # as aioquic says it
    quic = flow(TlsRefusal("c", ends(port=443), FlowTls(), True, own, 1.0, 2.0))
    assert (quic.protocol, quic.transport, quic.detail) == ("quic", "udp", REFUSED)
    idle = flow(TlsRefusal("c", ends(port=443), FlowTls(), True, "Idle timeout", 1.0, 2.0))
    assert idle.detail == "TLS with this app failed: Idle timeout"
    old = flow(
        TlsRefusal("c", ends(port=443), FlowTls(), False, "Client and mitmproxy cannot agree on a TLS", 1.0, 2.0)
    )
    assert old.tls is not None
    assert (old.tls.refused_by_client, old.detail[:25]) == ("", "TLS with this app failed:")


def test_servers_that_were_not_reached() -> None:
    found = flow(ConnectFailure("c", ends(ip=""), "tcp", "Connect call failed", False, 1.0))
    assert (found.detail, found.bytes_out, found.protocol) == ("unreachable: Connect call failed", 0, "")
    assert flow(ConnectFailure("c", ends(), "tcp", "x", True, 1.0)).detail == "blocked: x"


def test_run_events_are_not_flows() -> None:
    assert live().of(ProxyEnd(0, 0)) is None


@settings(max_examples=examples(80), deadline=None)
@given(st.text(max_size=40), st.text(max_size=60), st.binary(max_size=60), st.sampled_from(["http", "https", "", "\0"]))
def test_hostile_requests_give_a_flow_or_none(host: str, path: str, body: bytes, scheme: str) -> None:
    one = flow(DnsObserved(ends(), host, (path,), 1.0, 2.0))
    assert one.detail.isprintable()
    live().of(http(host=host, path=path, response_body=body, scheme=scheme, method=path[:8]))
    live().of(stream(body, body, ends(host, 1, "")))


def test_addresses() -> None:
    assert (packed_address("127.0.0.1"), packed_address("::1"), packed_address("a.test"), packed_address("")) == (
        b"\x7f\0\0\1",
        bytes(15) + b"\1",
        None,
        None,
    )


@each(
    ("changed", "content"),
    [
        ({"trouble": f"Connection killed: {OUTSIDE_DESTINATIONS}"}, ContentState.REFUSED),
        ({"trouble": "[Errno 111] Connect call failed"}, ContentState.NOT_SENT),
        (
            {"trouble": "Certificate verify failed: self-signed certificate", "scheme": "https", "port": 443},
            ContentState.NOT_SENT,
        ),
    ],
)
def test_what_reached_no_server_is_no_leak_and_has_no_recipient(changed: dict[str, Any], content: ContentState) -> None:
    """The proxy holds the request; the server never got it, and no one on the path saw it."""
    body = b'{"email":"ada@lovelace.test"}'
    seen = live().of(
        http(ends=ends(port=80, ip=""), status=0, response=(), response_body=b"", request_body=body, **changed)
    )
    assert seen is not None
    found = LeakDetector()(seen)
    assert (found.content, found.leaks, found.sent) == (content, (), ())
    assert (found.bytes_out, found.bytes_in) == (0, 0)
    assert found.server.name == "api.workhub.test"
    assert found.encrypted is (True if changed.get("scheme") == "https" else None)


def test_a_request_that_was_broken_off_was_sent() -> None:
    seen = live().of(http(status=0, response=(), response_body=b"", trouble="reset"))
    assert seen is not None
    found = LeakDetector()(seen)
    assert (found.content, [leak.pii_class for leak in found.leaks]) == (ContentState.READ, ["email"])


def test_a_server_without_a_flow_that_was_not_reached() -> None:
    assert flow(ConnectFailure("c", ends(), "tcp", "x", True, 1.0)).content is ContentState.REFUSED
    assert flow(ConnectFailure("c", ends(), "tcp", "x", False, 1.0)).content is ContentState.NOT_SENT
