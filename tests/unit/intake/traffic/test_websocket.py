from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.intake.traffic import wire
from tieback.intake.traffic.interface import SeenFlow
from tieback.intake.traffic.websocket import cleartext
from tieback.model.sighting import Problem

type Read = Callable[..., tuple[list[SeenFlow], list[Problem]]]


def frame(data: bytes, *, head: int = 0x81, mask: bytes = b"") -> bytes:
    size = (
        bytes([len(data) | (0x80 if mask else 0)])
        if len(data) < 126
        else bytes([126 | (0x80 if mask else 0)]) + len(data).to_bytes(2)
    )
    if mask:
        data = bytes(byte ^ mask[at % 4] for at, byte in enumerate(data))
    return bytes([head]) + size + mask + data


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (frame(b"hello"), b"hello"),
        (frame(b"hello", mask=b"abcd"), b"hello"),
        (frame(b"x" * 300, mask=b"abcd"), b"x" * 300),
        (frame(b"one") + frame(b"", head=0x89) + frame(b"two", head=0x82), b"one\ntwo"),
        (frame(b"one", head=0x01) + frame(b"two", head=0x80), b"one\ntwo"),
        (frame(b"packed", head=0xC1), b""),
        (b"\x81", b""),
        (b"\x81\xff" + b"\xff" * 8, b""),
    ],
    ids=["text", "masked", "longer", "ping between", "continued", "compressed", "cut", "endless"],
)
def test_frames(data: bytes, text: bytes) -> None:
    assert cleartext(data, 1000) == text


def test_an_upgraded_flow_hands_up_its_frames(read: Read) -> None:
    ask = b"GET /chat HTTP/1.1\r\nHost: ws.test\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n"
    back = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: WebSocket\r\nConnection: Upgrade\r\n\r\n"
    flows, _ = read(wire.pcap(wire.talk(ask + frame(b"pin=1234", mask=b"wxyz"), back + frame(b"ok"), port=80)))
    assert (flows[0].flow.protocol, flows[0].flow.server.name) == ("websocket", "ws.test")
    assert [(sample.direction, sample.data) for sample in flows[0].samples if sample.kind == "websocket"] == [
        ("out", b"pin=1234"),
        ("in", b"ok"),
    ]


@settings(max_examples=100, deadline=None)
@given(data=st.binary(max_size=200), limit=st.integers(0, 300))
def test_any_bytes(data: bytes, limit: int) -> None:
    assert len(cleartext(data, limit)) <= limit
