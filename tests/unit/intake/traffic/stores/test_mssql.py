"""SQL Server; packets made from [MS-TDS]."""

import struct

import pytest

from tests.each import each
from tieback.intake.traffic.interface import ConnectionStart
from tieback.intake.traffic.stores.mssql import Mssql

HELLO = b"\x16\x03\x01\x00\xf8\x01\x00\x00\xf4\x03\x03" + bytes(40)
HEADERS = b"\x16\0\0\0\x12\0\0\0\x02\0" + bytes(8) + b"\x01\0\0\0"


def packet(kind: int, body: bytes, status: int = 1) -> bytes:
    return struct.pack(">BBHHBB", kind, status, len(body) + 8, 0, 1, 0) + body


def prelogin(kind: int, encryption: int, version: bytes = b"\x0f\0\x07\xd0\0\0") -> bytes:
    return packet(kind, b"\0\0\x0b\0\x06\x01\0\x11\0\x01\xff" + version + bytes((encryption,)))


LOGIN7 = packet(16, struct.pack("<II", 94, 0x74000004) + bytes(86))
BATCH = packet(1, HEADERS + "SELECT email FROM staff".encode("utf-16-le"))
DONE = packet(4, b"\xfd\0\0\xd5\0\0\0\0\0")


@each(
    ("client", "server", "midstream", "low", "high"),
    [
        (prelogin(18, 2), prelogin(4, 2), False, 0.9, 1.0),
        (prelogin(18, 0), b"", False, 0.6, 0.7),
        (LOGIN7, packet(4, b"\xad\x10\0"), False, 0.9, 1.0),
        (BATCH, DONE, True, 0.9, 1.0),
        (packet(1, "COMMIT TRAN".encode("utf-16-le")), DONE, True, 0.9, 1.0),
        (packet(3, b"\x0d\0" + "sp_executesql".encode("utf-16-le") + bytes(8), 9), b"", True, 0.6, 0.7),
        (packet(3, HEADERS + b"\xff\xff\x0a\0\0\0"), b"", True, 0.6, 0.7),
    ],
)
def test_tds_packets_are_recognised(client: bytes, server: bytes, *, midstream: bool, low: float, high: float) -> None:
    found = Mssql().recognise(ConnectionStart(client, server, 1433, midstream=midstream))
    assert found is not None
    assert low <= found.confidence <= high
    assert not found.encrypted


@pytest.mark.parametrize(
    ("asked", "answered", "encrypted", "detail"),
    [
        (1, 1, True, "SQL Server 15.0.2000"),
        (0, 3, True, "SQL Server 15.0.2000"),
        (0, 0, False, "SQL Server 15.0.2000, login encrypted, data in cleartext"),
    ],
)
def test_encryption_is_what_both_settle(asked: int, answered: int, detail: str, *, encrypted: bool) -> None:
    client = prelogin(18, asked, b"\x11\0\0\0\0\0") + packet(18, HELLO)
    server = prelogin(4, answered) + packet(18, b"\x16\x03\x03\x00\x50\x02" + bytes(20))
    found = Mssql().recognise(ConnectionStart(client, server, 1433))
    assert found is not None
    assert found.encrypted is encrypted
    assert found.detail == detail
    assert found.tls_client == HELLO
    assert found.tls_server.startswith(b"\x16\x03\x03")


def test_sql_is_shown_as_utf8() -> None:
    found = Mssql().recognise(ConnectionStart(BATCH, DONE, 1433, midstream=True))
    assert found is not None
    assert found.samples[0].data == b"SELECT email FROM staff"


@each(
    ("client", "server", "midstream"),
    [
        (b"\x03" + bytes(1536), b"\x03" + bytes(1536), True),  # RTMP
        (packet(18, b"\0\0\x0b\0\xff\xff"), b"", False),  # an option that points outside
        (packet(16, bytes(94)), b"", False),
        (BATCH, b"HTTP/1.1 400\r\n", True),
        (packet(1, b"\1\2\3\4\5\6"), b"", True),
        (BATCH, DONE, False),  # the beginning was seen, and this is none
    ],
)
def test_other_protocols_are_not_recognised(client: bytes, server: bytes, *, midstream: bool) -> None:
    assert Mssql().recognise(ConnectionStart(client, server, 1433, midstream=midstream)) is None
