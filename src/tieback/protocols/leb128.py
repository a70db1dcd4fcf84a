"""Unsigned numbers in LEB128: seven bits per byte, the lowest first; the high bit of a byte says that another follows.

Protocol Buffers (https://protobuf.dev/programming-guides/encoding/, "Base 128 Varints") and ClickHouse use it.
"""

MAX_BYTES = 10
"""Bytes of a number of 64 bits."""


def encode_leb128(value: int) -> bytes:
    """The bytes of a number that is not negative."""
    found = bytearray()
    while value > 0x7F:
        found.append(value & 0x7F | 0x80)
        value >>= 7
    found.append(value)
    return bytes(found)


def decode_leb128(data: bytes, at: int, most: int = MAX_BYTES) -> tuple[int, int]:
    """The number at ``at`` and the offset after it; -1 and ``at`` if it is cut off or has more than ``most`` bytes."""
    value = 0
    for place, byte in enumerate(data[at : at + most]):
        value |= (byte & 0x7F) << 7 * place
        if byte < 0x80:
            return value, at + place + 1
    return -1, at
