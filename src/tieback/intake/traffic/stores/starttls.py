"""Detection of TLS inside another protocol: the record header of RFC 8446, section 5.1, checked by its length."""

_HANDSHAKE = 22
_LONGEST_RECORD = (1 << 14) + 2048
_HEADER = 5


def record_at(data: bytes, at: int) -> bool:
    """True if a TLS record (SSL 3.0 to TLS 1.3) begins at ``at``. A record truncated by the capture counts."""
    if len(data) < at + _HEADER:
        return False
    return (
        20 <= data[at] <= 23
        and data[at + 1] == 3
        and data[at + 2] <= 4
        and 0 < int.from_bytes(data[at + 3 : at + 5]) <= _LONGEST_RECORD
    )


def handshake_at(data: bytes, at: int) -> bool:
    """True if a handshake record with a hello (either side's) begins at ``at``."""
    return record_at(data, at) and data[at] == _HANDSHAKE and data[at + 5 : at + 6] in {b"\x01", b"\x02", b""}


def tls_from(data: bytes, at: int) -> bytes:
    """The TLS bytes from ``at`` on; empty if no record begins there."""
    return data[at:] if record_at(data, at) else b""
