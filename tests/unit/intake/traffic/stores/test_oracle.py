"""Oracle's TNS; packets made from the layout that Wireshark's dissector documents."""

import struct

import pytest

from tieback.intake.traffic.interface import ConnectionStart
from tieback.intake.traffic.stores.oracle import Oracle


def packet(kind: int, body: bytes) -> bytes:
    return struct.pack(">HHBBH", len(body) + 8, 0, kind, 0, 0) + body


DESCRIPTOR = b"(DESCRIPTION=(CONNECT_DATA=(SERVICE_NAME=crm))(ADDRESS=(PROTOCOL=TCP)(HOST=db.test)(PORT=1521)))"


def connect(version: int = 315, descriptor: bytes = DESCRIPTOR) -> bytes:
    fixed = struct.pack(">HHHHHHHHHH", version, 300, 0x0C41, 8192, 32767, 0x7F08, 0, 1, len(descriptor), 58)
    return packet(1, fixed + bytes(50 - len(fixed)) + descriptor)


ACCEPT = packet(2, struct.pack(">HHHH", 315, 0x0C41, 8192, 32767) + bytes(20))


@pytest.mark.parametrize(
    ("client", "server", "midstream", "low", "high"),
    [
        (connect(), ACCEPT, False, 0.9, 1.0),
        (connect(), packet(11, b""), False, 0.9, 1.0),
        (connect(), packet(4, b"\x22\0\0\x4b(ERR=12514)"), False, 0.9, 1.0),
        (connect(), b"", False, 0.6, 0.7),
        (packet(6, b"\0\0\x03\x5eSELECT email FROM staff"), packet(6, bytes(20)) * 3, True, 0.9, 1.0),
    ],
)
def test_tns_packets_are_recognised(client: bytes, server: bytes, *, midstream: bool, low: float, high: float) -> None:
    found = Oracle().recognise(ConnectionStart(client, server, 1521, midstream=midstream))
    assert found is not None
    assert low <= found.confidence <= high


def test_detail_names_the_service() -> None:
    found = Oracle().recognise(ConnectionStart(connect(), ACCEPT, 1521))
    assert found is not None
    assert found.detail == "service crm"


@pytest.mark.parametrize(
    ("client", "server"),
    [
        (connect(version=5), ACCEPT),
        (connect(descriptor=b"nothing of the kind"), ACCEPT),
        (connect(), b"HTTP/1.1 400 Bad Request\r\n\r\n"),
        (connect()[:20], b""),
        (packet(6, b"SELECT x FROM y"), b""),
    ],
)
def test_other_protocols_are_not_recognised(client: bytes, server: bytes) -> None:
    assert Oracle().recognise(ConnectionStart(client, server, 1521)) is None
