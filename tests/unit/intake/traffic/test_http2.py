from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.each import each
from tests.examples import examples
from tests.unit.intake.traffic import wire
from tieback.intake.traffic.http2 import PREFACE, cleartext_messages, headers, recognise_http2
from tieback.intake.traffic.interface import SampledFlow
from tieback.model.sighting import Problem

type Read = Callable[..., tuple[list[SampledFlow], list[Problem]]]
SETTINGS = b"\0\0\0\x04\0\0\0\0\0"
BLOCK = bytes.fromhex("8286418aa0e41d139d09b8f01e07")[:2] + b"\x04\x09/v1?q=abc" + b"\x41\x08api.test"


def frame(kind: int, flags: int, body: bytes) -> bytes:
    return len(body).to_bytes(3) + bytes([kind, flags]) + b"\0\0\0\x01" + body


ANSWER = SETTINGS + frame(1, 4, b"\x88")


@pytest.mark.parametrize(
    "frames",
    [
        frame(1, 4, BLOCK),
        frame(1, 0x24, bytes(5) + BLOCK),
        frame(1, 0x0C, b"\x03" + BLOCK + bytes(3)),
        frame(1, 0, BLOCK[:4]) + frame(9, 4, BLOCK[4:]),
        frame(6, 0, bytes(8)) + frame(1, 4, BLOCK),
    ],
    ids=["plain", "priority", "padded", "continued", "after another frame"],
)
def test_requests(frames: bytes) -> None:
    seen = recognise_http2(PREFACE + SETTINGS + frames, ANSWER)
    assert seen is not None
    assert (seen.authority, seen.method, seen.path, seen.status) == ("api.test", "GET", "/v1?q=abc", "200")
    assert seen.confidence == 0.99


def test_a_flow_with_prior_knowledge(read: Read) -> None:
    flows, _ = read(wire.pcap(wire.talk(PREFACE + SETTINGS + frame(1, 4, BLOCK), ANSWER, port=8080)))
    flow = flows[0].flow
    assert (flow.protocol, flow.server.name, flow.detail, flow.encrypted) == ("http2", "api.test", "GET /v1 200", False)


POSTED = BLOCK[:2].replace(b"\x82", b"\x83") + BLOCK[2:]


@each(
    ("frames", "messages"),
    [
        (frame(1, 4, BLOCK), [b"GET /v1?q=abc HTTP/1.1\r\n\r\n"]),
        (frame(1, 4, POSTED) + frame(0, 1, b'{"a":1}'), [b'POST /v1?q=abc HTTP/1.1\r\n\r\n{"a":1}']),
        (frame(1, 4, POSTED) + frame(0, 8, b"\x02ab\0\0"), [b"POST /v1?q=abc HTTP/1.1\r\n\r\nab"]),
        (frame(1, 4, POSTED) + frame(0, 1, b"abcdef")[:-3], [b"POST /v1?q=abc HTTP/1.1\r\n\r\nabc"]),
        (
            frame(1, 4, BLOCK) + frame(1, 4, BLOCK).replace(b"\0\0\0\x01", b"\0\0\0\x03"),
            [b"GET /v1?q=abc HTTP/1.1\r\n\r\n"] * 2,
        ),
        (frame(1, 4, BLOCK) + frame(0, 1, bytes(9000)), [b"GET /v1?q=abc HTTP/1.1\r\n\r\n" + bytes(100 - 26)]),
        (b"", []),
        (frame(1, 4, b"\xff\xff"), []),
    ],
)
def test_messages_are_written_as_http_1_has_them(frames: bytes, messages: list[bytes]) -> None:
    found = cleartext_messages(PREFACE + SETTINGS + frames, 100)
    assert found == messages


def test_samples_of_a_flow_with_prior_knowledge(read: Read) -> None:
    asked = PREFACE + SETTINGS + frame(1, 4, POSTED) + frame(0, 1, b'{"pin":"1234"}')
    flows, _ = read(wire.pcap(wire.talk(asked, ANSWER + frame(0, 1, b"{}"), port=8080)))
    assert [(sample.direction, sample.kind, sample.data.partition(b"\r\n\r\n")[2]) for sample in flows[0].samples] == [
        ("out", "http", b'{"pin":"1234"}'),
        ("in", "http", b"{}"),
    ]


def test_an_upgrade_from_http_1(read: Read) -> None:
    ask = b"GET / HTTP/1.1\r\nHost: api.test\r\nConnection: Upgrade\r\nUpgrade: h2c\r\nHTTP2-Settings: AAA\r\n\r\n"
    back = b"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n" + ANSWER
    flows, _ = read(wire.pcap(wire.talk(ask + PREFACE + SETTINGS, back, port=8080)))
    assert (flows[0].flow.protocol, flows[0].flow.server.name) == ("http2", "api.test")


@pytest.mark.parametrize(
    ("client", "server"),
    [(b"", b""), (b"PRI *", b""), (b"GET / HTTP/1.1\r\n\r\n", SETTINGS), (b"", b"\0\0\0\x04\0\0\0\0\x01")],
)
def test_other_bytes_are_not_http2(client: bytes, server: bytes) -> None:
    assert recognise_http2(client, server) is None


@settings(max_examples=examples(100), deadline=None)
@given(at=st.integers(0, 60), junk=st.binary(max_size=16))
def test_mutated_frames(at: int, junk: bytes) -> None:
    data = SETTINGS + frame(1, 0, BLOCK[:4]) + frame(9, 4, BLOCK[4:])
    data = data[:at] + junk + data[at + len(junk) :]
    assert len(headers(data)) <= 64 * 128
    recognise_http2(PREFACE + data, data)
