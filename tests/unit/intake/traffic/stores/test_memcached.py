"""Memcached; bytes made from protocol.txt and the binary protocol's document."""

import struct

from tests.each import each
from tieback.intake.traffic.interface import ConnectionStart
from tieback.intake.traffic.stores.memcached import Memcached


def binary(magic: int, opcode: int, key: bytes = b"", extras: bytes = b"", value: bytes = b"") -> bytes:
    body = extras + key + value
    return struct.pack(">BBHBBHIIQ", magic, opcode, len(key), len(extras), 0, 0, len(body), 9, 0) + body


SET = b"set session:1 0 3600 13\r\nada@work.test\r\n"


@each(
    ("client", "server", "low", "high"),
    [
        (b"stats\r\n", b"STAT pid 8837\r\nSTAT version 1.4.15\r\nEND\r\n", 0.9, 1.0),
        (SET, b"STORED\r\n", 0.9, 1.0),
        (b"get a b\r\n", b"VALUE a 0 1\r\nx\r\nEND\r\n", 0.9, 1.0),
        (b"mg a v\r\n", b"VA 1 t\r\nx\r\n", 0.9, 1.0),
        (SET, b"", 0.6, 0.7),
        (binary(0x80, 0, b"key"), binary(0x81, 0, b"", b"\0\0\0\0", b"x"), 0.9, 1.0),
        (binary(0x80, 1, b"key", bytes(8), b"v"), b"", 0.6, 0.7),
    ],
)
def test_commands(client: bytes, server: bytes, low: float, high: float) -> None:
    found = Memcached().recognise(ConnectionStart(client, server, 11211))
    assert found is not None
    assert low <= found.confidence <= high


def test_udp_has_a_frame_before() -> None:
    found = Memcached().recognise(
        ConnectionStart(b"\0\1\0\0\0\1\0\0stats\r\n", b"\0\1\0\0\0\1\0\0STAT pid 1\r\n", 11211, "udp")
    )
    assert found is not None
    assert found.confidence >= 0.9
    assert Memcached().recognise(ConnectionStart(b"stats\r\n", b"", 11211, "udp")) is None


def test_detail_and_values() -> None:
    found = Memcached().recognise(ConnectionStart(SET + b"version\r\n", b"STORED\r\nVERSION 1.6.21\r\n", 11211))
    assert found is not None
    assert found.detail == "memcached 1.6.21"
    assert found.samples[0].data == b"ada@work.test"


THRIFT = b"\x80\x01\x00\x01\x00\x00\x00\x04ping\x00\x00\x00\x01\x00" + bytes(20)


@each(
    ("client", "server"),
    [
        (THRIFT, b""),
        (struct.pack("<III", 20, 0, 0x81) + bytes(16), b""),  # Skinny
        (b"set a 0 0 3\r\nabcdef\r\n", b"STORED\r\n"),  # the block is not as long as it says
        (b"get / HTTP/1.1\r\nHost: a\r\n\r\n", b"HTTP/1.1 200 OK\r\n"),
        (b"quit\r\n", b"221 bye\r\n"),
        (b"stats\r\n", b"200 something else\r\n"),
        (binary(0x80, 0, b"key", bytes(8)), b""),  # a get has no extras
        (binary(0x80, 0x77, b"key"), b""),
    ],
)
def test_other_protocols_are_not_recognised(client: bytes, server: bytes) -> None:
    assert Memcached().recognise(ConnectionStart(client, server, 11211)) is None
