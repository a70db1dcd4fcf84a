"""Mail and FTP, and where they turn to TLS; dialogues made from their RFCs."""

import pytest

from tests.each import each
from tieback.intake.traffic.interface import ConnectionStart, ProtocolMatch
from tieback.intake.traffic.stores.mail import PROTOCOLS

HELLO = b"\x16\x03\x01\x00\xf8\x01\x00\x00\xf4\x03\x03"
SERVER = b"\x16\x03\x03\x00\x50\x02"


def recognise(client: bytes, server: bytes) -> ProtocolMatch | None:
    verdicts = [protocol.recognise(ConnectionStart(client, server, None)) for protocol in PROTOCOLS]
    found = [verdict for verdict in verdicts if verdict is not None]
    assert len(found) < 2
    return found[0] if found else None


@each(
    ("client", "server", "protocol", "encrypted"),
    [
        (
            b"EHLO a.test\r\nSTARTTLS\r\n" + HELLO,
            b"220 mx.test ESMTP\r\n250 STARTTLS\r\n220 go\r\n" + SERVER,
            "smtp",
            True,
        ),
        (b"EHLO a.test\r\nMAIL FROM:<a@b.test>\r\n", b"220 mx.test ESMTP\r\n250 ok\r\n250 ok\r\n", "smtp", False),
        (b"AUTH TLS\r\n" + HELLO, b"220 ready\r\n234 go\r\n" + SERVER, "ftp", True),
        (b"USER ada\r\nPASS hunter2\r\n", b"220 (vsFTPd 3.0.3)\r\n331 pass\r\n", "ftp", False),
        (b"a1 STARTTLS\r\n" + HELLO, b"* OK ready\r\na1 OK go\r\n" + SERVER, "imap", True),
        (b"a1 LOGIN ada hunter2\r\n", b"* OK [CAPABILITY IMAP4rev1] ready\r\n", "imap", False),
        (b"STLS\r\n" + HELLO, b"+OK POP3\r\n+OK go\r\n" + SERVER, "pop3", True),
        (b"USER ada\r\nPASS hunter2\r\n", b"+OK POP3\r\n+OK\r\n", "pop3", False),
    ],
)
def test_mail_dialogues_are_recognised(client: bytes, server: bytes, protocol: str, *, encrypted: bool) -> None:
    found = recognise(client, server)
    assert found is not None
    assert found.protocol == protocol
    assert found.encrypted is encrypted
    assert found.confidence >= 0.9
    if encrypted:
        assert found.tls_client == HELLO
        assert found.tls_server == SERVER
    elif protocol != "smtp":
        assert b"hunter2" in found.samples[0].data


@pytest.mark.parametrize(
    ("client", "server"),
    [
        (b"", b"220 welcome\r\n"),  # FTP and SMTP both greet so
        (b"GET / HTTP/1.1\r\n\r\n", b"HTTP/1.1 200 OK\r\n\r\n"),
        (b"AUTH a b\r\nPING\r\n", b"+OK\r\n+PONG\r\n"),
        (b"USER ada 8 * :Ada\r\nNICK ada\r\n", b""),  # IRC
    ],
)
def test_other_protocols_are_not_recognised(client: bytes, server: bytes) -> None:
    assert recognise(client, server) is None
