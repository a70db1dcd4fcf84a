"""MySQL's X Protocol; bytes made from mysqlx.proto."""

import pytest

from tieback.intake.traffic.interface import ConnectionStart
from tieback.intake.traffic.stores.mysqlx import MysqlX

HELLO = b"\x16\x03\x01\x00\xf8\x01\x00\x00\xf4\x03\x03"
NOTICE = b"\x05\0\0\0\x0b\x08\x05\x1a\0"
OK = b"\x01\0\0\0\0"


def message(kind: int, body: bytes = b"") -> bytes:
    return (len(body) + 1).to_bytes(4, "little") + bytes((kind,)) + body


TLS = message(2, b"\x0a\x11\x0a\x0f\x0a\x03tls\x12\x08\x08\x01\x12\x04\x08\x07\x40\x01")
LOGIN = message(4, b"\x0a\x07MYSQL41\x12\x00")


def test_tls_after_the_capability() -> None:
    found = MysqlX().recognise(ConnectionStart(TLS + HELLO, NOTICE + OK + b"\x16\x03\x03\x00\x50\x02", 33060))
    assert found is not None
    assert found.encrypted
    assert found.confidence >= 0.9
    assert found.tls_client == HELLO
    assert found.tls_server.startswith(b"\x16\x03\x03")


def test_a_login_that_is_cut() -> None:
    for end in range(5, len(LOGIN)):
        found = MysqlX().recognise(ConnectionStart(LOGIN[:end], b"", 33060))
        assert found is None or end >= 14, end


def test_login_in_the_clear() -> None:
    statement = message(12, b"\x12\x1bSELECT pin FROM vpn_accounts")
    found = MysqlX().recognise(ConnectionStart(LOGIN + statement, NOTICE + message(3, b"\x0a\x14" + bytes(20)), 33060))
    assert found is not None
    assert not found.encrypted
    assert found.detail == "X Protocol"
    assert b"SELECT pin" in found.samples[0].data


@pytest.mark.parametrize(
    ("client", "server"),
    [
        (message(1), b""),  # three zeros and a one are no proof
        (LOGIN, b"HTTP/1.1 400 Bad Request\r\n"),
        (message(4, b"\x0a\x07NOTHING"), NOTICE),
        (b"\x05\0\0\0", NOTICE),
    ],
)
def test_other_protocols_are_not_recognised(client: bytes, server: bytes) -> None:
    assert MysqlX().recognise(ConnectionStart(client, server, 33060)) is None
