"""WebSocket frames after an upgrade: the cleartext messages.

Sources: RFC 6455, section 5; RFC 7692 (permessage-deflate). Messages changed by another extension are left out.
"""

import zlib
from collections.abc import Iterator

_TEXT, _BINARY, _CONTROL = 1, 2, 8
_FIN, _DEFLATED, _RESERVED, _MASKED = 0x80, 0x40, 0x70, 0x80
_FLUSHED = b"\0\0\xff\xff"
"""Bytes that a sender removes from the end of a message (RFC 7692, section 7.2.1)."""
_MAX_FRAMES = 64


def messages(data: bytes, limit: int) -> list[bytes]:
    """Text and binary messages of a direction, unmasked and inflated; at most ``limit`` bytes, the last may be cut."""
    found: list[bytes] = []
    inflater: zlib._Decompress | None = zlib.decompressobj(-zlib.MAX_WBITS)
    message, head = b"", 0
    for first, payload in _frames(data, limit):
        if first & 15 >= _CONTROL:
            continue
        if first & 15:  # the first frame of a message has its type
            message, head = b"", first
        message += payload
        if not first & _FIN:
            continue
        if head & _RESERVED == _DEFLATED and inflater is not None:
            try:
                message = inflater.decompress(message + _FLUSHED, max(limit, 1))
            except zlib.error:
                inflater = None  # later messages depend on the compression state of earlier ones
                continue
            inflater = None if inflater.unconsumed_tail else inflater
        elif head & _RESERVED:
            continue
        if head & 15 in {_TEXT, _BINARY} and message and limit > 0:
            found.append(message[:limit])
            limit -= len(message)
        message = b""
    if message and limit > 0 and head & 15 in {_TEXT, _BINARY} and not head & _RESERVED:
        found.append(message[:limit])
    return found


def _frames(data: bytes, limit: int) -> Iterator[tuple[int, bytes]]:
    """The first byte of each frame, and its payload, unmasked; at most ``limit`` and the captured bytes."""
    at = 0
    for _ in range(_MAX_FRAMES):
        if at + 2 > len(data):
            return
        first, size = data[at], data[at + 1] & 0x7F
        masked = data[at + 1] & _MASKED
        at += 2
        if size == 126:
            size = int.from_bytes(data[at : at + 2])
            at += 2
        elif size == 127:
            size = int.from_bytes(data[at : at + 8])
            at += 8
        mask = data[at : at + 4] if masked else b""
        at += len(mask)
        payload = data[at : at + min(size, limit)]
        whole = at + size <= len(data) and size <= limit
        at += size
        if masked and len(mask) < 4:
            return
        # A message whose end was not captured is incomplete.
        yield first if whole else first & ~_FIN, _unmask(payload, mask) if mask else payload
        if not whole:
            return


def _unmask(payload: bytes, mask: bytes) -> bytes:
    whole = (mask * (len(payload) // 4 + 1))[: len(payload)]
    return (int.from_bytes(payload) ^ int.from_bytes(whole)).to_bytes(len(payload))
