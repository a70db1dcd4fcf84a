"""AMQP; frames made from the specifications of 0-9-1 and 1.0."""

import pytest

from tests.each import each
from tieback.intake.traffic.interface import ConnectionStart
from tieback.intake.traffic.stores.amqp import Amqp

HELLO = b"\x16\x03\x01\x00\xf8\x01\x00\x00\xf4\x03\x03"
TLS = b"AMQP\x02\x01\0\0"


def frame(kind: int, payload: bytes, channel: int = 1) -> bytes:
    return bytes((kind,)) + channel.to_bytes(2) + len(payload).to_bytes(4) + payload + b"\xce"


PROPERTIES = b"\x07productS\0\0\0\x08RabbitMQ\x07versionS\0\0\0\x063.13.2"
START = frame(
    1, b"\0\x0a\0\x0a\0\x09" + len(PROPERTIES).to_bytes(4) + PROPERTIES + b"\0\0\0\x05PLAIN\0\0\0\x05en_US", 0
)
PUBLISH = (
    frame(1, b"\0\x3c\0\x28\0\0\x02ex\x02rk\0")
    + frame(2, b"\0\x3c\0\0" + bytes(10))
    + frame(3, b'{"email":"ada@work.test"}')
)


@each(
    ("client", "server", "midstream", "low", "high"),
    [
        (b"AMQP\0\0\x09\x01", START, False, 0.9, 1.0),
        (b"AMQP\0\x01\0\0", b"AMQP\0\x01\0\0", False, 0.9, 1.0),
        (b"AMQP\x03\x01\0\0", b"AMQP\x03\x01\0\0\0\0\0\x20\x02\x01\0\0", False, 0.9, 1.0),
        (b"AMQP\0\0\x09\x01", b"", False, 0.6, 0.7),
        (b"", START, False, 0.5, 0.7),
        (PUBLISH, b"", True, 0.6, 0.7),
        (PUBLISH, frame(1, b"\0\x3c\0\x50" + bytes(9)) * 2, True, 0.9, 1.0),
    ],
)
def test_headers_and_frames(client: bytes, server: bytes, *, midstream: bool, low: float, high: float) -> None:
    found = Amqp().recognise(ConnectionStart(client, server, 5672, midstream=midstream))
    assert found is not None
    assert low <= found.confidence <= high
    assert not found.encrypted


def test_product_and_bodies() -> None:
    found = Amqp().recognise(ConnectionStart(b"AMQP\0\0\x09\x01" + PUBLISH, START, 5672))
    assert found is not None
    assert found.detail == "RabbitMQ 3.13.2"
    assert found.samples[0].data == b'{"email":"ada@work.test"}'


def test_tls_layer_of_1_0() -> None:
    found = Amqp().recognise(ConnectionStart(TLS + HELLO, TLS + b"\x16\x03\x03\x00\x50\x02", 5672))
    assert found is not None
    assert found.encrypted
    assert found.tls_client == HELLO
    refused = Amqp().recognise(ConnectionStart(TLS, b"AMQP\x03\x01\0\0", 5672))
    assert refused is not None
    assert not refused.encrypted


@pytest.mark.parametrize(
    ("client", "server", "midstream"),
    [
        (b"AMQP\x07\x07\x07\x07", b"", False),
        (b"AMQP\0\0\x09\x01", b"HTTP/1.1 400\r\n", False),
        (frame(1, b"\0\x3c\0\x28" + bytes(5))[:-1] + b"\0" + bytes(20), b"", True),  # no end octet
        (b"\x01\x03\x00\x01\x00\x01\x00\xd2\0\0\0\x06", b"", True),  # Modbus
        (PUBLISH, b"", False),
    ],
)
def test_other_protocols_are_not_recognised(client: bytes, server: bytes, *, midstream: bool) -> None:
    assert Amqp().recognise(ConnectionStart(client, server, 5672, midstream=midstream)) is None
