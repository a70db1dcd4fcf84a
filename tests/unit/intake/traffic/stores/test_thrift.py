"""Cassandra over Thrift; messages made from Thrift's binary protocol."""

import pytest

from tieback.intake.traffic.interface import ConnectionStart
from tieback.intake.traffic.stores.thrift import CassandraThrift


def message(kind: int, name: bytes, rest: bytes = b"\0\0\0\x01\x0b\0\x01\0", *, framed: bool = True) -> bytes:
    body = b"\x80\x01\0" + bytes((kind,)) + len(name).to_bytes(4) + name + rest
    return len(body).to_bytes(4) + body if framed else body


@pytest.mark.parametrize(
    ("client", "server", "low", "high"),
    [
        (message(1, b"set_keyspace"), message(2, b"set_keyspace"), 0.9, 1.0),
        (
            message(1, b"login") + message(1, b"execute_cql3_query"),
            message(2, b"login") + message(2, b"execute_cql3_query"),
            0.9,
            1.0,
        ),
        (message(1, b"describe_ring", framed=False), b"", 0.6, 0.7),
        (b"", message(2, b"get_slice"), 0.6, 0.7),
    ],
)
def test_methods(client: bytes, server: bytes, low: float, high: float) -> None:
    found = CassandraThrift().recognise(ConnectionStart(client, server, 9160))
    assert found is not None
    assert found.protocol == "cassandra"
    assert low <= found.confidence <= high


@pytest.mark.parametrize(
    "client",
    [
        message(1, b"getUserProfile"),
        message(1, b"login"),
        message(9, b"set_keyspace"),
        b"\0\0\0\x05\x80\x01\0\x01",
        b"\x80",
    ],
)
def test_other_thrift_services_are_not_recognised(client: bytes) -> None:
    assert CassandraThrift().recognise(ConnectionStart(client, b"", 9160)) is None
