from hypothesis import given, settings
from hypothesis import strategies as st

from tests.each import each
from tests.examples import examples
from tieback.intake.traffic.banners import known_banners, recognise_datagrams

STUN = b"\0\x01\0\0\x21\x12\xa4\x42" + bytes(12)


@each(
    ("client", "server", "transport", "protocol"),
    [
        (b"SSH-2.0-x\r\n", b"SSH-2.0-OpenSSH_9\r\n", "tcp", "ssh"),
        (b"", b"SSH-2.0-OpenSSH_9\r\n", "tcp", "ssh"),
        (b"EHLO a\r\n", b"220 mail ESMTP\r\n", "tcp", "smtp"),
        (b"USER bob\r\n", b"220 ftp\r\n", "tcp", "ftp"),
        (b"", b"220 something\r\n", "tcp", None),
        (b"AUTH PLAIN\r\n", b"+OK POP3 ready\r\n", "tcp", "pop3"),
        (b"AUTH noone password\r\nPING\r\n", b"+OK\r\n+OK\r\nnot RESP\r\n", "tcp", None),
        (b"a LOGIN b c\r\n", b"* OK ready\r\n", "tcp", "imap"),
        (b"SSH-2.0-x\r\n", b"HTTP/1.1 200 OK\r\n", "tcp", None),
        (b"M-SEARCH * HTTP/1.1\r\n", b"", "udp", "ssdp"),
        (b"\x13BitTorrent protocol", b"", "tcp", "bittorrent"),
        (b"", b"", "tcp", None),
    ],
)
def test_banner_table_matches_its_examples(client: bytes, server: bytes, transport: str, protocol: str | None) -> None:
    seen = known_banners().match(client, server, transport)
    assert (seen.protocol if seen else None) == protocol


@each(
    ("client", "server", "protocol"),
    [
        (STUN, b"", "stun"),
        (STUN[:-1], b"", None),
        (b"\x16\xfe\xff" + bytes(8) + b"\0\x10" + bytes(16), b"", "dtls"),
        (b"\x01" + bytes(235) + b"\x63\x82\x53\x63", b"", "dhcp"),
        (b"\x23" + bytes(47), b"\x24" + bytes(47), "ntp"),
        (STUN, b"other", None),
        (b"", b"", None),
    ],
)
def test_datagrams(client: bytes, server: bytes, protocol: str | None) -> None:
    seen = recognise_datagrams(client, server)
    assert (seen.protocol if seen else None) == protocol


@settings(max_examples=examples(60), deadline=None)
@given(client=st.binary(max_size=60), server=st.binary(max_size=60))
def test_recognising_any_bytes_never_raises(client: bytes, server: bytes) -> None:
    known_banners().match(client, server, "tcp")
    recognise_datagrams(client, server)
