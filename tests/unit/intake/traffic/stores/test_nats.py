"""NATS; lines made from the protocol's reference."""

from tests.each import each
from tieback.intake.traffic.interface import ConnectionStart
from tieback.intake.traffic.stores.nats import Nats

INFO = b'INFO {"server_id":"NALG56HQ","version":"2.10.4","max_payload":1048576,"tls_required":true} \r\n'
CONNECT = b'CONNECT {"verbose":false,"pedantic":false,"user":"app","pass":"hunter2"}\r\nPING\r\n'
HELLO = b"\x16\x03\x01\x00\xf8\x01\x00\x00\xf4\x03\x03"
PUB = b"PUB staff.created 13\r\nada@work.test\r\n"


@each(
    ("client", "server", "midstream", "low", "high"),
    [
        (CONNECT, INFO + b"PONG\r\n", False, 0.9, 1.0),
        (CONNECT, b"", False, 0.6, 0.7),
        (b"", INFO, False, 0.6, 0.7),
        (PUB + PUB, b"+OK\r\n+OK\r\n", True, 0.9, 1.0),
        (PUB, b"", True, 0.6, 0.7),
        (b"", b"MSG staff.created 9 13\r\nada@work.test\r\n", True, 0.6, 0.7),
        (b"HPUB a reply.to 12 15\r\nNATS/1.0\r\n\r\nabc\r\n", b"", True, 0.6, 0.7),
    ],
)
def test_protocol_lines_are_recognised(
    client: bytes, server: bytes, *, midstream: bool, low: float, high: float
) -> None:
    found = Nats().recognise(ConnectionStart(client, server, 4222, midstream=midstream))
    assert found is not None
    assert low <= found.confidence <= high
    assert not found.encrypted


def test_tls_after_info() -> None:
    found = Nats().recognise(ConnectionStart(HELLO, INFO + b"\x16\x03\x03\x00\x50\x02", 4222))
    assert found is not None
    assert found.encrypted
    assert found.tls_client == HELLO
    assert found.detail == "NATS 2.10.4"
    assert found.tls_server == b"\x16\x03\x03\x00\x50\x02"


def test_payloads_and_login_are_shown() -> None:
    found = Nats().recognise(ConnectionStart(CONNECT + PUB, INFO, 4222))
    assert found is not None
    assert b'"pass":"hunter2"' in found.samples[0].data
    assert found.samples[1].data == b"ada@work.test"


@each(
    ("client", "server", "midstream"),
    [
        (b"CONNECT example.test:443 HTTP/1.1\r\n\r\n", b"HTTP/1.1 200 OK\r\n\r\n", False),
        (b"PING\r\n", b"+PONG\r\n", False),  # Redis
        (b"PING\r\nPING\r\n", b"", True),
        (b"PUB a 3\r\nabcdef\r\n", b"", True),
        (b"MSG 26 U 97\r\nMIME-Version: 1.0\r\nContent-Type: text/x-msmsgscontrol\r\n", b"", True),  # MSN Messenger
        (CONNECT, b"HTTP/1.1 400\r\n", False),
    ],
)
def test_other_protocols_are_not_recognised(client: bytes, server: bytes, *, midstream: bool) -> None:
    assert Nats().recognise(ConnectionStart(client, server, 4222, midstream=midstream)) is None
