"""LDAP; messages made from RFC 4511."""

import pytest

from tieback.intake.traffic.interface import ConnectionStart
from tieback.intake.traffic.stores.ldap import Ldap

HELLO = b"\x16\x03\x01\x00\xf8\x01\x00\x00\xf4\x03\x03"


def element(tag: int, body: bytes) -> bytes:
    return bytes((tag, len(body))) + body


def message(operation: int, body: bytes, number: int = 1) -> bytes:
    return element(0x30, element(2, bytes((number,))) + element(operation, body))


BIND = message(0x60, b"\x02\x01\x03" + element(4, b"cn=app,dc=corp,dc=test") + element(0x80, b"hunter2"))
BOUND = message(0x61, b"\x0a\x01\0\x04\0\x04\0")
SEARCH = message(
    0x63,
    element(4, b"dc=corp,dc=test")
    + b"\x0a\x01\x02\x0a\x01\0"
    + element(0xA3, element(4, b"mail") + element(4, b"ada@work.test")),
)
STARTTLS = message(0x77, element(0x80, b"1.3.6.1.4.1.1466.20037"))
AGREED = message(0x78, b"\x0a\x01\0\x04\0\x04\0")  # fmt: skip


@pytest.mark.parametrize(
    ("client", "server", "low", "high"),
    [
        (BIND + SEARCH, BOUND, 0.9, 1.0),
        (BIND, b"", 0.6, 0.7),
        (b"", BOUND, 0.6, 0.7),
        (
            b"\x30\x84\0\0\0\x0c\x02\x01\x01\x60\x07\x02\x01\x03\x04\0\x80\0",
            BOUND,
            0.9,
            1.0,
        ),  # long lengths, as Windows
    ],
)
def test_messages(client: bytes, server: bytes, low: float, high: float) -> None:
    found = Ldap().recognise(ConnectionStart(client, server, 389))
    assert found is not None
    assert low <= found.confidence <= high
    assert not found.encrypted


def test_starttls() -> None:
    found = Ldap().recognise(ConnectionStart(STARTTLS + HELLO, AGREED + b"\x16\x03\x03\x00\x50\x02", 389))
    assert found is not None
    assert found.encrypted
    assert found.tls_client == HELLO
    assert found.tls_server == b"\x16\x03\x03\x00\x50\x02"
    refused = Ldap().recognise(
        ConnectionStart(STARTTLS + BIND, message(0x78, b"\x0a\x01\x34\x04\0\x04\0") + BOUND, 389)
    )
    assert refused is not None
    assert not refused.encrypted


def test_passwords_and_searches_are_shown() -> None:
    found = Ldap().recognise(ConnectionStart(BIND + SEARCH, BOUND, 389))
    assert found is not None
    assert found.samples[0].data == b"bind cn=app,dc=corp,dc=test password: hunter2\ndc=corp,dc=test mail ada@work.test"


@pytest.mark.parametrize(
    ("client", "server"),
    [
        (b"\x30\x29\x02\x01\x01\x04\x06public\xa0\x1c" + bytes(28), b""),  # SNMP
        (b"0 some text that begins with a zero\r\n", b""),
        (BIND, b"HTTP/1.1 400\r\n"),
        (b"\x30\x84\xff\xff\xff\xff\x02\x01\x01", b""),
        (b"\x30\x80\x02\x01", b""),
    ],
)
def test_other_protocols_are_not_recognised(client: bytes, server: bytes) -> None:
    assert Ldap().recognise(ConnectionStart(client, server, 389)) is None
