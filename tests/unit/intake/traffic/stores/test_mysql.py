"""MySQL and MariaDB; bytes made from the protocol's documentation."""

import struct

import pytest

from tests.each import each
from tieback.intake.traffic.interface import ConnectionStart
from tieback.intake.traffic.stores.mysql import Mysql

HELLO = b"\x16\x03\x01\x00\xf8\x01\x00\x00\xf4\x03\x03" + bytes(30)
SERVER_HELLO = b"\x16\x03\x03\x00\x7a\x02" + bytes(20)


def packet(number: int, payload: bytes) -> bytes:
    return len(payload).to_bytes(3, "little") + bytes((number,)) + payload


def greeting(version: bytes = b"8.0.36") -> bytes:
    tail = b"\x08\0\0\0abcdefgh\0\xff\xff\xff\x02\0\xff\xdf\x15" + bytes(10) + b"ijklmnopqrst\0caching_sha2_password\0"
    return packet(0, b"\x0a" + version + b"\0" + tail)


def login(capabilities: int = 0x19FFA685) -> bytes:
    return packet(1, struct.pack("<IIB23s", capabilities, 1 << 24, 255, b"") + b"app\0\x00mysql_native_password\0")


def ssl_request() -> bytes:
    return packet(1, struct.pack("<IIB23s", 0x19FFAE85, 1 << 24, 255, b""))


OK = packet(2, b"\0\0\0\x02\0\0\0")
QUERY = packet(0, b"\x03SELECT email FROM staff")


def test_login_and_queries_in_the_clear() -> None:
    columns = b"".join(
        packet(2, b"\x03def\x03crm\x05staff\x05staff" + name + name + b"\x0c" + bytes(12))
        for name in (b"\x05email", b"\x03pin")
    )
    row = packet(2, b"\x0dada@work.test\x03Ada")
    found = Mysql().recognise(
        ConnectionStart(login() + QUERY, greeting() + OK + packet(1, b"\x02") + columns + row, 3306)
    )
    assert found is not None
    assert found.confidence >= 0.9
    assert not found.encrypted
    assert found.detail == "MySQL 8.0.36"
    assert [(item.direction, item.data) for item in found.samples] == [
        ("out", b"SELECT email FROM staff"),
        ("in", b"email\tpin\nada@work.test\tAda"),
    ]


def test_query_attributes_precede_the_text() -> None:
    client = login() + packet(0, b"\x03\x00\x01SELECT 1")
    found = Mysql().recognise(ConnectionStart(client, greeting() + OK, 3306))
    assert found is not None
    assert found.samples[0].data == b"SELECT 1"


def test_tls_begins_after_the_ssl_request() -> None:
    found = Mysql().recognise(ConnectionStart(ssl_request() + HELLO, greeting() + SERVER_HELLO, 5432))
    assert found is not None
    assert found.encrypted
    assert found.confidence >= 0.9
    assert found.tls_client == HELLO
    assert found.tls_server == SERVER_HELLO
    assert found.samples == ()


@pytest.mark.parametrize(
    ("version", "detail"),
    [
        (b"5.5.5-10.6.12-MariaDB-0ubuntu0.22.04.1", "MariaDB 10.6.12-MariaDB-0ubuntu0.22.04.1"),
        (b"11.4.2-MariaDB", "MariaDB 11.4.2-MariaDB"),
        (b"9.0.0", "MySQL 9.0.0"),
    ],
)
def test_product(version: bytes, detail: str) -> None:
    found = Mysql().recognise(ConnectionStart(login(), greeting(version), 1))
    assert found is not None
    assert found.detail == detail


def test_one_side_is_less_sure() -> None:
    alone = Mysql().recognise(ConnectionStart(b"", greeting(), None))
    assert alone is not None
    assert alone.confidence <= 0.7
    client = Mysql().recognise(ConnectionStart(login(), b"", None))
    assert client is not None
    assert client.confidence <= 0.7
    refused = Mysql().recognise(
        ConnectionStart(b"", packet(0, b"\xff\x6a\x04Host 'x' is not allowed to connect"), 3306)
    )
    assert refused is not None
    assert refused.confidence <= 0.7


def test_mid_stream() -> None:
    answer = packet(1, b"\x01") + packet(2, b"\x03def") + packet(3, b"\xfe")
    found = Mysql().recognise(ConnectionStart(QUERY, answer, 3306, midstream=True))
    assert found is not None
    assert found.confidence >= 0.9
    assert Mysql().recognise(ConnectionStart(QUERY, answer, 3306)) is None


@each(
    ("client", "server"),
    [
        (b"GET / HTTP/1.1\r\n\r\n", greeting()),  # the client speaks something else
        (login(), b"\x4a\0\0\0\x0a\x01\x02\x03"),  # no version
        (login(), greeting()[:40]),  # cut short
        (b"", b"\x16\x03\x03\x00\x7a\x02"),
        (b"", packet(0, b"\xff\x00\x00no code")),
        (packet(1, b"\x85\xa6\xff\x19" + bytes(5) + b"\x01" * 30), greeting()),  # reserved bytes are not zero
    ],
)
def test_other_protocols_are_not_recognised(client: bytes, server: bytes) -> None:
    assert Mysql().recognise(ConnectionStart(client, server, 3306)) is None
