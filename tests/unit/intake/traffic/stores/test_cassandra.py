"""Cassandra's native protocol; frames made from native_protocol_v4.spec."""

import pytest

from tests.each import each
from tieback.intake.traffic.interface import ConnectionStart
from tieback.intake.traffic.stores.cassandra import Cassandra


def frame(version: int, opcode: int, body: bytes = b"", flags: int = 0) -> bytes:
    return bytes((version, flags, 0, 0, opcode)) + len(body).to_bytes(4) + body


STARTUP = frame(4, 1, b"\0\x01\0\x0bCQL_VERSION\0\x053.0.0")
SUPPORTED = frame(0x84, 6, b"\0\x01\0\x0bCQL_VERSION\0\x01\0\x053.4.4")
QUERY = frame(4, 7, b"\0\0\0\x17SELECT email FROM staff\0\x01\0")
ROWS = frame(0x84, 8, b"\0\0\0\x02ada@work.test")


@each(
    ("client", "server", "midstream", "low", "high"),
    [
        (frame(4, 5) + STARTUP, SUPPORTED + frame(0x84, 2), False, 0.9, 1.0),
        (frame(3, 5), b"", False, 0.5, 0.7),
        (STARTUP, frame(0x84, 3, b"\0\x04test"), False, 0.9, 1.0),
        (QUERY, ROWS, True, 0.9, 1.0),
        (b"\xca\x55\x2d\xfa\x0c\x0a", b"", False, 0.6, 0.7),
        (b"\x02\0\0\x01\0\0\0\x16" + b"\0\x01\0\x0bCQL_VERSION\0\x053.0.0", b"", False, 0.6, 0.7),
    ],
)
def test_frames_are_recognised(client: bytes, server: bytes, *, midstream: bool, low: float, high: float) -> None:
    found = Cassandra().recognise(ConnectionStart(client, server, 9042, midstream=midstream))
    assert found is not None
    assert low <= found.confidence <= high


def test_detail_and_queries() -> None:
    found = Cassandra().recognise(ConnectionStart(STARTUP + QUERY, frame(0x84, 2) + ROWS, 9042))
    assert found is not None
    assert found.detail == "CQL 3.0.0"
    assert [item.data for item in found.samples] == [b"SELECT email FROM staff", b"ada@work.test"]


@pytest.mark.parametrize(
    ("client", "server"),
    [
        (frame(4, 1, b"nothing here"), b""),
        (frame(4, 5, b"no body expected"), b""),
        (frame(4, 5), frame(4, 6)),  # the answer has no answer's version
        (b"\x04\x01\0\x50" + bytes(30), b""),  # SOCKS 4
        (frame(4, 0x55), b""),
    ],
)
def test_other_protocols_are_not_recognised(client: bytes, server: bytes) -> None:
    assert Cassandra().recognise(ConnectionStart(client, server, 9042)) is None
