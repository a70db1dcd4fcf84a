"""STOMP; frames made from the specification."""

import pytest

from tieback.intake.traffic.interface import ConnectionStart
from tieback.intake.traffic.stores.stomp import Stomp

CONNECT = b"CONNECT\naccept-version:1.2\nhost:mq.test\nlogin:app\npasscode:hunter2\n\n\0"
CONNECTED = b"CONNECTED\nversion:1.2\nserver:ActiveMQ/5.18.3\n\n\0"
SEND = b"\nSEND\ndestination:/queue/staff\n\nada@work.test\0"


@pytest.mark.parametrize(
    ("client", "server", "midstream", "low", "high"),
    [
        (CONNECT + SEND, CONNECTED, False, 0.9, 1.0),
        (CONNECT.replace(b"\n", b"\r\n"), CONNECTED, False, 0.9, 1.0),
        (b"STOMP\naccept-version:1.1\n\n\0", b"", False, 0.6, 0.7),
        (b"", CONNECTED, False, 0.6, 0.7),
        (SEND, b"RECEIPT\nreceipt-id:1\n\n\0", True, 0.9, 1.0),
    ],
)
def test_frames_are_recognised(client: bytes, server: bytes, *, midstream: bool, low: float, high: float) -> None:
    found = Stomp().recognise(ConnectionStart(client, server, 61613, midstream=midstream))
    assert found is not None
    assert low <= found.confidence <= high


def test_detail_and_samples() -> None:
    found = Stomp().recognise(ConnectionStart(CONNECT + SEND, CONNECTED, 61613))
    assert found is not None
    assert found.detail == "ActiveMQ/5.18.3"
    assert b"passcode:hunter2" in found.samples[0].data
    assert b"ada@work.test" in found.samples[1].data


@pytest.mark.parametrize(
    ("client", "server"),
    [
        (b"CONNECT example.test:443 HTTP/1.1\r\n\r\n", b"HTTP/1.1 200 OK\r\n\r\n"),
        (b"CONNECT\nno header line\n\n\0", b""),
        (CONNECT, b"HTTP/1.1 400\r\n"),
        (SEND, b""),
    ],
)
def test_other_protocols_are_not_recognised(client: bytes, server: bytes) -> None:
    assert Stomp().recognise(ConnectionStart(client, server, 61613)) is None
