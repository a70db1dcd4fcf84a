"""TLS record headers, by their lengths."""

from tests.each import each
from tieback.intake.traffic.stores.starttls import handshake_at, record_at, tls_from

HELLO = b"\x16\x03\x01\x00\xf8\x01\x00\x00\xf4\x03\x03"


@each(
    ("data", "at", "record", "handshake"),
    [
        (HELLO, 0, True, True),
        (b"xx" + HELLO, 2, True, True),
        (b"\x17\x03\x03\x00\x20", 0, True, False),
        (b"\x16\x03\x01\xff\xff\x01", 0, False, False),  # longer than a record may be
        (b"\x16\x03\x01\x00\x00", 0, False, False),
        (b"\x16\x02\x01\x00\x10", 0, False, False),
        (HELLO[:4], 0, False, False),
        (b"", 0, False, False),
    ],
)
def test_headers(data: bytes, at: int, *, record: bool, handshake: bool) -> None:
    assert record_at(data, at) is record
    assert handshake_at(data, at) is handshake
    assert tls_from(data, at) == (data[at:] if record else b"")
