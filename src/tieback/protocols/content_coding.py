"""Content codings of HTTP bodies: gzip, deflate, brotli and zstd, bounded.

Source: RFC 9110, section 8.4; RFC 1950, 1951, 1952; RFC 7932 (brotli); RFC 8878 (zstd).
``deflate`` is zlib's format. Some servers send raw deflate or gzip under that name; all three are read.
"""

import zlib

CODINGS = frozenset({b"gzip", b"x-gzip", b"deflate"})
"""Codings that are decoded, in lower case."""
STREAMS = {b"br": "brotli", b"zstd": "zstd"}
"""Other codings that are decoded, with their names in pyarrow, which is imported for the first of them."""
MAX_WINDOW = 8 * 1024 * 1024
"""Bytes of a zstd window, as RFC 8878, section 3.1.1.1.2 recommends: a decoder must allocate the window."""
_ZSTD = b"\x28\xb5\x2f\xfd"
_STEP = 512
"""Bytes that are decoded at once, so that the beginning of a truncated body is not lost."""
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
    if coding in STREAMS:
        return _decode_stream(body, STREAMS[coding], limit)
    if coding not in CODINGS:
        return None
    raw = coding == b"deflate" and body[0] & 0x0F != _DEFLATE_METHOD and not body.startswith(_GZIP)
    try:
        return zlib.decompressobj(-zlib.MAX_WBITS if raw else zlib.MAX_WBITS | 32).decompress(body, limit)
    except zlib.error:
        return None


def _decode_stream(body: bytes, name: str, limit: int) -> bytes | None:
    import pyarrow as pa

    frames = _modest_frames(body) if name == "zstd" else body
    decoded = b""
    try:
        stream = pa.CompressedInputStream(pa.BufferReader(frames), name)
        while len(decoded) < limit and (piece := stream.read(min(_STEP, limit - len(decoded)))):
            decoded += piece
    except OSError:
        pass  # truncated or broken: what was decoded before counts
    return decoded or None


def _modest_frames(body: bytes) -> bytes:
    """The body up to the first frame with a window that is too large."""
    if _window(body) > MAX_WINDOW:
        return b""
    at = 0
    while (at := body.find(_ZSTD, at + 1)) > 0:
        if _window(body[at : at + 16]) > MAX_WINDOW:
            return body[:at]
    return body


def _window(body: bytes) -> int:
    """Bytes that the first zstd frame needs (RFC 8878, section 3.1.1.1); too many if it is no frame."""
    if not body.startswith(_ZSTD) or len(body) < 6:
        return MAX_WINDOW + 1
    if body[4] & 0x20:  # one segment: the size of the content
        size = max(1, (0, 2, 4, 8)[body[4] >> 6])
        start = 5 + (0, 1, 2, 4)[body[4] & 3]
        return int.from_bytes(body[start : start + size], "little")
    base = 1 << (10 + (body[5] >> 3))
    return base + base // 8 * (body[5] & 7)
