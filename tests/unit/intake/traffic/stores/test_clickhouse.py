"""ClickHouse's native protocol; hellos made from its documentation."""

import pytest

from tieback.intake.traffic.interface import ConnectionStart
from tieback.intake.traffic.stores.clickhouse import Clickhouse

REVISION = b"\xd4\xa6\x03"  # 54,100 as a variable-length number


def word(data: bytes) -> bytes:
    return bytes((len(data),)) + data


def hello(name: bytes = b"ClickHouse client", revision: bytes = REVISION) -> bytes:
    return b"\0" + word(name) + b"\x18\x08" + revision + word(b"crm") + word(b"default") + word(b"hunter2")


ANSWER = b"\0" + word(b"ClickHouse") + b"\x18\x08" + REVISION + word(b"UTC") + word(b"ch1")


@pytest.mark.parametrize(
    ("client", "server", "low", "high"),
    [
        (hello(), ANSWER, 0.9, 1.0),
        (hello(b"Golang SQLDriver"), ANSWER, 0.9, 1.0),
        (hello(), b"", 0.6, 0.7),
        (b"", ANSWER, 0.6, 0.7),
        (hello(), b"\x02\x04\x02\0\0" + word(b"DB::Exception"), 0.9, 1.0),
    ],
)
def test_hellos(client: bytes, server: bytes, low: float, high: float) -> None:
    found = Clickhouse().recognise(ConnectionStart(client, server, 9000))
    assert found is not None
    assert low <= found.confidence <= high


def test_detail_and_samples() -> None:
    found = Clickhouse().recognise(ConnectionStart(hello() + b"\x01\0SELECT email FROM staff\0", ANSWER, 9000))
    assert found is not None
    assert found.detail == "ClickHouse 24.8"
    assert found.samples[0].data.split(b"\n") == [b"crm", b"default", b"hunter2", b"SELECT email FROM staff"]


@pytest.mark.parametrize(
    ("client", "server"),
    [
        (hello(revision=b"\x05"), ANSWER),
        (hello(), b"HTTP/1.1 400 Bad Request\r\n"),
        (b"\0\x05ab\0cd" + bytes(20), b""),
        (b"\0\0\0\x26\0\x03\0\0user\0", b""),
        (b"\0\xff\xff\xff\xff\xff\xff\xff", b""),
    ],
)
def test_other_protocols_are_not_recognised(client: bytes, server: bytes) -> None:
    assert Clickhouse().recognise(ConnectionStart(client, server, 9000)) is None
