"""Paths of requests in captures: what they say about stores."""

from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.each import each
from tieback.backends.candidates import build_candidates, requested_bases
from tieback.backends.probe_hints import collect_probe_hints
from tieback.lab.packets import PacketWriter, TcpStream
from tieback.model.backend import Backend
from tieback.model.endpoint import Endpoint
from tieback.model.flow import CleartextSample, Flow, FlowEvidence, NameSource, Peer, Server
from tieback.pipeline.mapping.flow_endpoints import endpoint_of
from tieback.pipeline.mapping.request_paths import (
    MAX_EXAMINED,
    MAX_OF_FLOW,
    MAX_OF_SERVER,
    PathTotals,
    request_paths,
)
from tieback.pipeline.traffic import DescribeTraffic

FLOW = Flow(
    path="a.har",
    app=None,
    client=Peer("10.0.0.2", 40000),
    server=Server("192.0.2.1", 80, "shop.test", NameSource.HTTP_HOST),
    transport="tcp",
    protocol="http",
    evidence=FlowEvidence.PAYLOAD,
    confidence=0.99,
    encrypted=False,
    tls=None,
    bytes_out=1,
    bytes_in=1,
    packets_out=1,
    packets_in=1,
    start=0.0,
    end=1.0,
)


def flow(*paths: str, **more: Any) -> Flow:
    return msgspec.structs.replace(FLOW, paths=paths, **more)


def kept(*flows: Flow) -> list[str]:
    totals = PathTotals()
    for one in flows:
        endpoint = endpoint_of(one)
        assert isinstance(endpoint, Endpoint)
        totals.add(one, endpoint)
    return [path for _, path in totals.paths()]


def sent(data: bytes) -> list[CleartextSample]:
    return [CleartextSample("out", "http", data), CleartextSample("in", "http", b"GET /answer HTTP/1.1\r\n")]


@each(
    ("detail", "data", "paths"),
    [
        ("GET /es/customers/_search 200", b"", ("/es/customers/_search",)),
        ("elasticsearch 8.5, POST /orders/_doc 201", b"", ("/orders/_doc",)),
        ("", b"GET /a?q=1 HTTP/1.1\r\nHost: h\r\n\r\nPOST /b HTTP/1.1\r\n\r\n", ("/a", "/b")),
        ("GET /a 200", b"GET /a HTTP/1.1\r\n\r\nGET /a HTTP/1.1\r\n\r\n", ("/a",)),
        ("", b"GET http://h.test/a/b?x HTTP/1.1\r\n\r\n", ("/a/b",)),
        ("GET / 200", b"GET / HTTP/1.1\r\n\r\n", ()),
        ("", b"POST /reset/token/ab12cd34ef56ab12cd34ef56/x HTTP/1.1\r\n\r\n", ("/reset/token",)),
        ("TLS 1.3", b"\x16\x03\x01 GET /a HTTP/1.1", ()),
    ],
)
def test_paths_have_no_query_and_no_secret(detail: str, data: bytes, paths: tuple[str, ...]) -> None:
    assert request_paths(msgspec.structs.replace(FLOW, detail=detail), sent(data)) == paths


def test_all_requests_of_a_connection_in_a_packet_capture_count(tmp_path: Path) -> None:
    capture = tmp_path / "run.pcapng"
    with capture.open("wb") as out:
        stream = TcpStream(PacketWriter(out), ("10.0.0.2", 40000), ("192.0.2.1", 80), 10001)
        for path in (b"/", b"/es/customers/_search?q=anna", b"/public-photos/2020/a.jpg"):
            stream.send(b"GET %b HTTP/1.1\r\nHost: shop.test\r\n\r\n" % path, outwards=True)
            stream.send(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}", outwards=False)
        stream.close()
    (one,) = [flow for flow in DescribeTraffic().flows(capture, "run.pcapng") if isinstance(flow, Flow)]
    assert one.paths == ("/es/customers/_search", "/public-photos/2020/a.jpg")
    assert "anna" not in repr(one)


def test_the_paths_of_a_flow_are_few() -> None:
    data = b"".join(b"GET /%d HTTP/1.1\r\n\r\n" % number for number in range(100))
    assert len(request_paths(FLOW, sent(data))) == MAX_OF_FLOW


def test_only_paths_that_say_something_new_are_kept() -> None:
    found = kept(
        flow("/es/customers/_search", "/es/customers/_count", "/es/orders/_search"),
        flow("/", "/A%20B"),
        flow("/public-photos/2020/a.jpg", "/public-photos/2021/b.jpg", "/private/c.jpg"),
    )
    assert found == ["/es/customers/_search", "/es/orders/_search", "/public-photos/2020/a.jpg", "/private/c.jpg"]


def test_the_paths_of_a_server_are_few() -> None:
    assert len(kept(*(flow(f"/bucket{number}/a") for number in range(100)))) == MAX_OF_SERVER
    many = [flow(f"/photos/{number}") for number in range(MAX_EXAMINED)]
    assert kept(*many, flow("/es/customers/_search")) == ["/photos/0"]


def test_many_containers_hide_no_base_path() -> None:
    many = [flow(f"/bucket{number}/a") for number in range(100)]
    assert "/es/customers/_search" in kept(*many, flow("/es/customers/_search"))


@pytest.mark.parametrize(
    ("protocol", "path", "base", "service", "names"),
    [
        ("http", "/es/customers/_search", "/es", "elasticsearch", ("customers",)),
        ("elasticsearch", "/es/customers/_search", "/es", "elasticsearch", ("customers",)),
        ("http", "/webdav/docs/a.pdf", "/webdav", "webdav", ("docs",)),
        ("couchdb", "/couch/people/_changes", "/couch", "couchdb", ("people",)),
    ],
)
def test_a_request_leads_to_the_store_below_its_base_path(
    protocol: str, path: str, base: str, service: str, names: tuple[str, ...]
) -> None:
    endpoint = endpoint_of(flow(path, protocol=protocol))
    assert endpoint is not None
    backends = [Backend(endpoint, addresses=("192.0.2.1",))]
    requests = {endpoint.value: (path,)}
    found = {one.path: one for one in requested_bases(backends, requests)}
    assert (found[base].host, found[base].port, found[base].service) == ("shop.test", 80, service)
    hints = collect_probe_hints(found.values(), backends, {}, {}, None, requests)
    assert hints[found[base]].names_for((service,)) == names


def test_a_request_names_the_bucket_of_a_server_that_lists_none() -> None:
    endpoint = endpoint_of(flow("/public-photos/2020/a.jpg"))
    assert endpoint is not None
    backends = [Backend(endpoint, addresses=("192.0.2.1",))]
    requests = {endpoint.value: ("/public-photos/2020/a.jpg",)}
    hints = collect_probe_hints(build_candidates(backends, {}), backends, {}, {}, None, requests)
    assert [one.names_for(("s3",)) for one in hints.values()] == [("public-photos",)]


def test_nothing_leads_to_a_back_end_without_an_address() -> None:
    endpoint = endpoint_of(flow("/es/customers/_search"))
    assert endpoint is not None
    assert list(requested_bases([Backend(endpoint)], {endpoint.value: ("/es/customers/_search",)})) == []
