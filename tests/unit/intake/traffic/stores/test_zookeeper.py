"""ZooKeeper; frames made from zookeeper.jute, words from the administrator's guide."""

import pytest

from tieback.intake.traffic.interface import ConnectionStart
from tieback.intake.traffic.stores.zookeeper import Zookeeper

REQUEST = b"\0\0\0\x2d" + bytes(12) + b"\0\0\x75\x30" + bytes(8) + b"\0\0\0\x10" + bytes(17)
RESPONSE = b"\0\0\0\x25" + bytes(4) + b"\0\0\x75\x30" + b"\x01" * 8 + b"\0\0\0\x10" + bytes(17)


@pytest.mark.parametrize(
    ("client", "server", "low", "high", "detail"),
    [
        (REQUEST, RESPONSE, 0.9, 1.0, ""),
        (REQUEST, b"", 0.6, 0.7, ""),
        (b"srvr\n", b"Zookeeper version: 3.8.3-6ad6d364, built on\n", 0.9, 1.0, "ZooKeeper 3.8.3"),
        (b"ruok", b"imok", 0.9, 1.0, ""),
    ],
)
def test_sessions_and_words(client: bytes, server: bytes, low: float, high: float, detail: str) -> None:
    found = Zookeeper().recognise(ConnectionStart(client, server, 2181))
    assert found is not None
    assert low <= found.confidence <= high
    assert found.detail == detail


@pytest.mark.parametrize(
    ("client", "server"),
    [
        (b"stat\r\n", b"STAT pid 1\r\n"),
        (b"ruok", b""),
        (b"\0\0\0\x2c\0\x12\0\0" + bytes(40), b""),  # Kafka
        (REQUEST, b"HTTP/1.1 400\r\n"),
        (REQUEST[:30], b""),
    ],
)
def test_other_protocols_are_not_recognised(client: bytes, server: bytes) -> None:
    assert Zookeeper().recognise(ConnectionStart(client, server, 2181)) is None
