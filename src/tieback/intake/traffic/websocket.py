"""WebSocket frames after an upgrade: the cleartext messages.

Sources: RFC 6455, section 5; RFC 7692 (permessage-deflate). Messages changed by another extension are left out.
A capture may begin after the upgrade: then the heads of the frames are the only sign.
"""

import zlib
from collections.abc import Iterator
from typing import NamedTuple

_TEXT, _BINARY, _CONTROL = 1, 2, 8
_CODES = frozenset({0, _TEXT, _BINARY, 8, 9, 10})
_FIN, _DEFLATED, _RESERVED, _MASKED = 0x80, 0x40, 0x70, 0x80
_FLUSHED = b"\0\0\xff\xff"
"""Bytes that a sender removes from the end of a message (RFC 7692, section 7.2.1)."""
_MAX_FRAMES = 64
_MAX_CONTROL = 125
_MAX_HEAD_FRAMES = 8
"""Frames whose heads are checked before a side counts as WebSocket without its upgrade."""


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


class Framed(NamedTuple):
    """Messages of a WebSocket whose upgrade was not captured."""

    client: list[bytes]
    server: list[bytes]
    swapped: bool
    """True if the first of the two sides was the server: only a client masks its frames."""


def from_middle(first: bytes, second: bytes, limit: int) -> Framed | None:
    """Messages of both sides, at most ``limit`` bytes of each; ``None`` if a side does not begin with frames.

    Heads of frames are little proof: the caller checks the messages too.
    """
    for out, back, swapped in ((first, second, False), (second, first, True)):
        if _begins_with_frames(out, masked=_MASKED) and _begins_with_frames(back, masked=0):
            return Framed(messages(out, limit), messages(back, limit), swapped)
    return None


def _begins_with_frames(data: bytes, *, masked: int) -> bool:
    """True if the heads of the first frames fit, or there are no bytes."""
    at = 0
    for _ in range(_MAX_HEAD_FRAMES):
        if at + 2 > len(data):
            break
        first, size = data[at], data[at + 1] & 0x7F
        if data[at + 1] & _MASKED != masked or first & _RESERVED not in {0, _DEFLATED} or first & 15 not in _CODES:
            return False
        if first & _CONTROL and (size > _MAX_CONTROL or first & _RESERVED or not first & _FIN):
            return False
        at += 2
        if size > _MAX_CONTROL:
            width, least = (2, _MAX_CONTROL + 1) if size == _MAX_CONTROL + 1 else (8, 1 << 16)
            size = int.from_bytes(data[at : at + width])
            if len(data) >= at + width and not least <= size < 1 << 63:
                return False  # only the shortest form is valid
            at += width
        at += size + (4 if masked else 0)
    return True


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
