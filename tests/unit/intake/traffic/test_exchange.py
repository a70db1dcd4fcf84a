"""Exchanges that other tools took apart, as flows."""

import gzip
from dataclasses import replace
from typing import Any

from tests.each import each
from tieback.intake.traffic.exchange import (
    BODY_BYTES,
    HEAD_BYTES,
    ExchangeMessage,
    HttpExchange,
    decode_body,
    flow_of,
    split_url,
)
from tieback.model.flow import NameSource


def test_a_request_with_its_answer() -> None:
    exchange = HttpExchange(
        method="POST",
        url="https://api.workhub.test/v1/staff?email=ada@work.test",
        request=ExchangeMessage((("Content-Type", "application/json"),), b'{"pin":"4711"}'),
        status=200,
        response=ExchangeMessage((), b"ok"),
        start=10.0,
        seconds=0.5,
        bytes_out=120,
        bytes_in=-1,
    )
    seen = flow_of("a.har", exchange)
    assert seen is not None
    flow = seen.flow
    assert (flow.server.name, flow.server.port, flow.server.name_from) == (
        "api.workhub.test",
        443,
        NameSource.HTTP_HOST,
    )
    assert (flow.protocol, flow.encrypted, flow.transport) == ("http", True, "http")
    assert (flow.bytes_out, flow.bytes_in, flow.end) == (120, None, 10.5)
    assert flow.detail == "POST /v1/staff 200"  # the query is in the sample, not in what is printed
    out = seen.samples[0]
    assert out.direction == "out"
    assert out.data.startswith(b"POST /v1/staff?email=ada@work.test HTTP/1.1\r\nHost: api.workhub.test\r\n")
    assert out.data.endswith(b'\r\n\r\n{"pin":"4711"}')


def test_store_behind_http_is_detected() -> None:
    answer = ExchangeMessage((("X-elastic-product", "Elasticsearch"),), b'{"took":1,"timed_out":false}')
    exchange = HttpExchange("GET", "http://10.0.0.5:9200/staff/_search", ExchangeMessage(), 200, answer)
    seen = flow_of("a.har", exchange)
    assert seen is not None
    assert (seen.flow.protocol, seen.flow.encrypted) == ("elasticsearch", False)
    assert (seen.flow.server.ip, seen.flow.server.name) == ("10.0.0.5", "")


@each("url", ["", "data:text/plain,a", "http://[bad", "http://h:99999/", "/path", "http:///x"])
def test_no_url(url: str) -> None:
    assert flow_of("a", HttpExchange("GET", url, ExchangeMessage())) is None


def test_samples_are_bounded() -> None:
    headers = tuple((f"x-{number}", "y" * 500) for number in range(100))
    exchange = HttpExchange(
        "GET", "http://a.test/", ExchangeMessage(headers, b"z" * 100_000), 200, ExchangeMessage((), b"w" * 100_000)
    )
    seen = flow_of("a", exchange)
    assert seen is not None
    assert all(len(sample.data) <= HEAD_BYTES + BODY_BYTES + 4 for sample in seen.samples)


@each(
    ("encoding", "body", "plain"),
    [
        ("gzip", gzip.compress(b"hello", mtime=0), b"hello"),
        ("gzip", gzip.compress(b"hello", mtime=0)[:-4], b"hello"),
        ("gzip", b"hello", b"hello"),  # already unpacked by the tool
        ("gzip", b"\x1f\x8b damaged", b""),
        ("br", b"\x0b\x02", b"\x0b\x02"),
        ("gzip", gzip.compress(bytes(10_000_000), mtime=0), bytes(BODY_BYTES)),
    ],
)
def test_bodies_are_unpacked_within_bounds(encoding: str, body: bytes, plain: bytes) -> None:
    assert decode_body(ExchangeMessage((("Content-Encoding", encoding),), body)) == plain


def test_hostile_header_lines_stay_lines() -> None:
    seen = flow_of("a", HttpExchange("GET\r\nX", "http://a.test/", ExchangeMessage((("a\r\nb", "c\r\nd"),))))
    assert seen is not None
    assert seen.samples[0].data.count(b"\r\n") == 4


def test_urls_are_split() -> None:
    parts = split_url("https://u:p@h.test:8443/a?b#c")
    assert parts is not None
    assert (parts.hostname, parts.port) == ("h.test", 8443)


@each(
    ("change", "whole"),
    [
        ({}, True),
        ({"request": ExchangeMessage((), b"x" * BODY_BYTES)}, False),
        ({"request": ExchangeMessage((("X-Long", "x" * HEAD_BYTES),))}, False),
        ({"url": f"http://a.test/{'x' * HEAD_BYTES}"}, False),
        ({"response": ExchangeMessage((("Content-Encoding", "gzip"),), gzip.compress(b"x" * 10_000))}, False),
        ({"websocket": tuple(("out", b"message") for _ in range(9))}, False),
        ({"websocket": (("out", b"message"),)}, True),
        # A log never has a body, so that it is not known.
        ({"has_bodies": False}, None),
    ],
)
def test_whether_all_of_an_exchange_was_kept(change: dict[str, Any], whole: bool | None) -> None:
    exchange = HttpExchange("POST", "http://a.test/", ExchangeMessage((), b"a"), 200, ExchangeMessage((), b"b"))
    seen = flow_of("a.har", replace(exchange, **change))
    assert seen is not None
    assert seen.flow.whole is whole
