"""Content codings of HTTP bodies: gzip and deflate, bounded. Source: RFC 9110, section 8.4; RFC 1950, 1951, 1952.

``deflate`` is zlib's format. Some servers send raw deflate or gzip under that name; all three are read.
"""

import zlib

CODINGS = frozenset({b"gzip", b"x-gzip", b"deflate"})
"""Codings that are decoded, in lower case."""
_DEFLATE_METHOD = 8
"""Low four bits of the first byte in zlib's format (RFC 1950, section 2.2)."""
_GZIP = b"\x1f\x8b"


def decode_content(body: bytes, coding: bytes, limit: int) -> bytes | None:
    """The body without its content coding, as far as it was captured; ``None`` if the coding is unknown or not there.

    Args:
        body: may be cut at its end.
        coding: value of Content-Encoding; empty means none.
        limit: most bytes of the result.
    """
    coding = coding.strip().lower()
    if not body or limit <= 0 or coding in {b"", b"identity"}:
        return body[: max(limit, 0)]
    if coding not in CODINGS:
        return None
    raw = coding == b"deflate" and body[0] & 0x0F != _DEFLATE_METHOD and not body.startswith(_GZIP)
    try:
        return zlib.decompressobj(-zlib.MAX_WBITS if raw else zlib.MAX_WBITS | 32).decompress(body, limit)
    except zlib.error:
        return None
