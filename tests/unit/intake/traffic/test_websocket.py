import zlib
from collections.abc import Callable

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.each import each
from tests.examples import examples
from tests.unit.intake.traffic import wire
from tieback.intake.traffic.interface import SampledFlow
from tieback.intake.traffic.websocket import messages
from tieback.model.sighting import Problem

type Read = Callable[..., tuple[list[SampledFlow], list[Problem]]]


def frame(data: bytes, *, head: int = 0x81, mask: bytes = b"") -> bytes:
    size = (
        bytes([len(data) | (0x80 if mask else 0)])
        if len(data) < 126
        else bytes([126 | (0x80 if mask else 0)]) + len(data).to_bytes(2)
    )
    if mask:
        data = bytes(byte ^ mask[at % 4] for at, byte in enumerate(data))
    return bytes([head]) + size + mask + data


def deflated(*texts: bytes) -> list[bytes]:
    """As permessage-deflate writes messages, each with what stood before as its context."""
    engine = zlib.compressobj(wbits=-15)
    return [(engine.compress(text) + engine.flush(zlib.Z_SYNC_FLUSH))[:-4] for text in texts]


PACKED = deflated(b'{"pin":"1234"}', b'{"pin":"5678"}')


@each(
    ("data", "found"),
    [
        (frame(b"hello"), [b"hello"]),
        (frame(b"hello", mask=b"abcd"), [b"hello"]),
        (frame(b"x" * 300, mask=b"abcd"), [b"x" * 300]),
        (frame(b"one") + frame(b"", head=0x89) + frame(b"two", head=0x82), [b"one", b"two"]),
        (frame(b"one", head=0x01) + frame(b"p", head=0x89) + frame(b"two", head=0x80), [b"onetwo"]),
        (frame(PACKED[0], head=0xC1) + frame(PACKED[1], head=0xC1), [b'{"pin":"1234"}', b'{"pin":"5678"}']),
        (frame(PACKED[0][:4], head=0x41) + frame(PACKED[0][4:], head=0x80), [b'{"pin":"1234"}']),
        (frame(PACKED[1], head=0xC1) + frame(b"plain"), [b"plain"]),
        (frame(b"junk", head=0xC1) + frame(b"plain"), [b"plain"]),
        (frame(b"other", head=0xA1) + frame(b"plain"), [b"plain"]),
        (frame(b"hello")[:-2], [b"hel"]),
        (frame(b"bye", head=0x88), []),
        (b"\x81", []),
        (b"\x81\xff" + b"\xff" * 8, []),
    ],
    ids=[
        "text", "masked", "longer", "ping between", "continued", "deflated", "deflated and continued",
        "deflated, its context missing", "not deflated", "another extension", "cut", "close", "cut head", "endless",
    ],
)  # fmt: skip
def test_messages(data: bytes, found: list[bytes]) -> None:
    assert [text for text in messages(data, 1000) if text.isascii()] == found


def test_messages_are_bounded() -> None:
    bomb = frame(deflated(bytes(100_000))[0], head=0xC1)
    assert sum(map(len, messages(bomb * 5, 1000))) <= 1000
    assert sum(map(len, messages(frame(b"x" * 100) * 60, 1000))) <= 1000


def test_an_upgraded_flow_hands_up_its_frames(read: Read) -> None:
    ask = b"GET /chat HTTP/1.1\r\nHost: ws.test\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n"
    back = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: WebSocket\r\nConnection: Upgrade\r\n\r\n"
    flows, _ = read(wire.pcap(wire.talk(ask + frame(b"pin=1234", mask=b"wxyz"), back + frame(b"ok"), port=80)))
    assert (flows[0].flow.protocol, flows[0].flow.server.name) == ("websocket", "ws.test")
    assert [(sample.direction, sample.data) for sample in flows[0].samples if sample.kind == "websocket"] == [
        ("out", b"pin=1234"),
        ("in", b"ok"),
    ]


@settings(max_examples=examples(100), deadline=None)
@given(data=st.binary(max_size=200), limit=st.integers(0, 300))
def test_any_bytes(data: bytes, limit: int) -> None:
    assert len(messages(data, limit)) <= limit
