"""Kafka; requests made from the protocol guide."""

import pytest

from tests.each import each
from tieback.intake.traffic.interface import ConnectionStart
from tieback.intake.traffic.stores.kafka import Kafka


def request(key: int, version: int, correlation: int, client: bytes = b"app", body: bytes = b"") -> bytes:
    rest = key.to_bytes(2) + version.to_bytes(2) + correlation.to_bytes(4) + len(client).to_bytes(2) + client + body
    return len(rest).to_bytes(4) + rest


def answer(correlation: int, body: bytes = b"\0\0\0\0") -> bytes:
    rest = correlation.to_bytes(4) + body
    return len(rest).to_bytes(4) + rest


@pytest.mark.parametrize(
    ("client", "server", "low", "high"),
    [
        (request(18, 0, 1), answer(1), 0.9, 1.0),
        (request(18, 3, 1, body=b"\0\x05java") + request(3, 9, 2, body=bytes(9)), answer(1) + answer(2), 0.9, 1.0),
        (request(3, 1, 9, body=b"\0\0\0\0"), b"", 0.6, 0.7),
    ],
)
def test_requests(client: bytes, server: bytes, low: float, high: float) -> None:
    found = Kafka().recognise(ConnectionStart(client, server, 9092))
    assert found is not None
    assert low <= found.confidence <= high
    assert found.detail == "client app"


def test_produced_records_are_shown() -> None:
    found = Kafka().recognise(ConnectionStart(request(0, 7, 1, body=b"topic ada@work.test"), answer(1), 9092))
    assert found is not None
    assert b"ada@work.test" in found.samples[0].data


ZOOKEEPER = b"\0\0\0\x2c" + bytes(12) + b"\0\0\x75\x30" + bytes(8) + b"\0\0\0\x10" + bytes(16)


@each(
    ("client", "server"),
    [
        (ZOOKEEPER, b""),
        (b"\0\0\0\x26\0\x03\0\0user\0oryx\0database\0mailstore\0\0", b""),  # PostgreSQL
        (request(18, 0, 1), answer(5)),  # nobody asked that
        (request(18, 0, 1, body=b"extra"), answer(1)),  # ApiVersions 0 has no body
        (request(200, 0, 1), answer(1)),
        (request(3, 1, 1, b"\x00\x01\x02"), b""),
    ],
)
def test_other_protocols_are_not_recognised(client: bytes, server: bytes) -> None:
    assert Kafka().recognise(ConnectionStart(client, server, 9092)) is None
