"""WebSocket frames after an upgrade: the text that went in clear.

Source: RFC 6455, section 5. Frames that an extension changed (compression) are left out.
"""

_TEXT, _BINARY = 1, 2
_MAX_FRAMES = 64


def cleartext(data: bytes, limit: int) -> bytes:
    """The payload of text and binary frames, unmasked, one after the other on lines; at most ``limit`` bytes."""
    parts: list[bytes] = []
    total = at = 0
    kind = 0
    for _ in range(_MAX_FRAMES):
        if at + 2 > len(data) or total >= limit:
            break
        head, size = data[at], data[at + 1] & 0x7F
        masked = data[at + 1] & 0x80
        at += 2
        if size == 126:
            size = int.from_bytes(data[at : at + 2])
            at += 2
        elif size == 127:
            size = int.from_bytes(data[at : at + 8])
            at += 8
        mask = data[at : at + 4] if masked else b""
        at += len(mask)
        payload = data[at : at + min(size, limit - total)]
        at += size
        kind = head & 15 or kind
        if head & 0x70 or kind not in {_TEXT, _BINARY} or (masked and len(mask) < 4):
            continue
        parts.append(_unmask(payload, mask) if mask else payload)
        total += len(payload) + 1
    return b"\n".join(parts)[:limit]


def _unmask(payload: bytes, mask: bytes) -> bytes:
    whole = (mask * (len(payload) // 4 + 1))[: len(payload)]
    return (int.from_bytes(payload) ^ int.from_bytes(whole)).to_bytes(len(payload))
