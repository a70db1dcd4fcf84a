"""MQTT; packets made from the OASIS specifications."""

import json

import pytest

from tests.each import each
from tieback.intake.traffic.interface import ConnectionStart
from tieback.intake.traffic.stores.mqtt import Mqtt


def packet(head: int, body: bytes) -> bytes:
    length, rest = len(body), b""
    while True:
        length, digit = divmod(length, 128)
        rest += bytes((digit | (0x80 if length else 0),))
        if not length:
            return bytes((head,)) + rest + body


def word(data: bytes) -> bytes:
    return len(data).to_bytes(2) + data


def connect(name: bytes = b"MQTT", level: int = 4, flags: int = 2, rest: bytes = b"") -> bytes:
    properties = b"\0" if level == 5 else b""
    return packet(0x10, word(name) + bytes((level, flags)) + b"\0\x3c" + properties + word(b"truck-7") + rest)


PUBLISH = packet(0x30, word(b"fleet/7/position") + b'{"lat":52.1,"driver":"Ada"}')
CONNACK = b"\x20\x02\0\0"


@pytest.mark.parametrize(
    ("client", "server", "detail"),
    [
        (connect(), CONNACK, "MQTT 3.1.1"),
        (connect(b"MQIsdp", 3), CONNACK, "MQTT 3.1"),
        (connect(level=5), b"\x20\x03\0\0\0", "MQTT 5.0"),
        (connect(level=0x84), CONNACK, "MQTT 3.1.1"),  # a bridge
        (connect() + PUBLISH, CONNACK + packet(0x90, b"\0\1\0"), "MQTT 3.1.1"),
    ],
)
def test_connect_packets_are_recognised(client: bytes, server: bytes, detail: str) -> None:
    found = Mqtt().recognise(ConnectionStart(client, server, 1883))
    assert found is not None
    assert found.confidence >= 0.9
    assert found.detail == detail


def test_mid_stream_and_one_side() -> None:
    found = Mqtt().recognise(ConnectionStart(b"\xc0\0" + PUBLISH, b"\xd0\0" + PUBLISH, 17501, midstream=True))
    assert found is not None
    assert found.confidence >= 0.9
    alone = Mqtt().recognise(ConnectionStart(connect(), b"", 1883))
    assert alone is not None
    assert alone.confidence <= 0.7


def test_version_5_is_known_mid_stream_by_its_connack() -> None:
    client = packet(0x30, word(b"topic") + b"\0" + b'{"email":"a@b.test"}')
    server = packet(0x20, b"\0\0\x03\x22\0\x0a")  # with the property topic alias maximum
    found = Mqtt().recognise(ConnectionStart(client, server, 1883, midstream=True))
    assert found is not None
    assert found.confidence >= 0.9
    assert found.samples[0].data == b'{"email":"a@b.test"}'
    assert Mqtt().recognise(ConnectionStart(client, server, 1883)) is None


def test_payloads_and_login_are_shown() -> None:
    client = connect(flags=0xC2, rest=word(b"truck") + word(b"hunter2")) + PUBLISH
    found = Mqtt().recognise(ConnectionStart(client, CONNACK, 1883))
    assert found is not None
    login, payload = (item.data for item in found.samples)
    assert json.loads(login) == {"username": "truck", "password": "hunter2"}
    assert payload == b'{"lat":52.1,"driver":"Ada"}'
    assert found.samples[0].kind == "mqtt"


@each(
    ("client", "server", "midstream"),
    [
        (connect(b"MQTX"), CONNACK, False),
        (connect(flags=3), CONNACK, False),  # the reserved flag
        (connect(), b"HTTP/1.1 200 OK\r\n", False),
        (connect(), PUBLISH, False),  # a server answers CONNECT first
        (b"0123456789", b"0123456789", True),  # digits look like PUBLISH
        (b"\x10\xff\xff\xff\xff\xff\x01", b"", False),
        (packet(0x30, word(b"a/#") + b"x"), b"", True),
    ],
)
def test_other_protocols_are_not_recognised(client: bytes, server: bytes, *, midstream: bool) -> None:
    assert Mqtt().recognise(ConnectionStart(client, server, 1883, midstream=midstream)) is None
