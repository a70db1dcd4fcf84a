"""Writes small MMDB files for the tests: IPv4 nets in an IPv6 tree, records as maps of text and numbers.

Format: https://maxmind.github.io/MaxMind-DB/ (24-bit records).
"""

from ipaddress import ip_network
from typing import Any

_STRING, _UINT16, _UINT32, _MAP, _UINT64, _ARRAY = 2, 5, 6, 7, 9, 11


def mmdb(database_type: str, nets: dict[str, Any], *, built: int = 1_750_000_000) -> bytes:
    """The bytes of a database with these nets."""
    nodes: list[list[int | None]] = [[None, None]]
    data = b""
    leaves: list[tuple[int, int, int]] = []
    for text, record in nets.items():
        net = ip_network(text)
        bits = 96 * (net.version == 4)
        number = int(net.network_address)
        path = [0] * bits + [number >> (net.max_prefixlen - 1 - n) & 1 for n in range(net.prefixlen)]
        node = 0
        for bit in path[:-1]:
            after = nodes[node][bit]
            if after is None:
                nodes.append([None, None])
                after = nodes[node][bit] = len(nodes) - 1
            node = after
        leaves.append((node, path[-1], len(data)))
        data += _encode(record)
    count = len(nodes)
    pointers = {(node, bit): count + 16 + offset for node, bit, offset in leaves}
    tree = b"".join(
        _record(pointers.get((n, bit), count if nodes[n][bit] is None else nodes[n][bit]))
        for n in range(count)
        for bit in (0, 1)
    )
    meta = {
        "node_count": (_UINT32, count),
        "record_size": (_UINT16, 24),
        "ip_version": (_UINT16, 6),
        "database_type": database_type,
        "languages": [],
        "binary_format_major_version": (_UINT16, 2),
        "binary_format_minor_version": (_UINT16, 0),
        "build_epoch": (_UINT64, built),
        "description": {},
    }
    return tree + b"\0" * 16 + data + b"\xab\xcd\xefMaxMind.com" + _encode(meta)


def _record(value: int | None) -> bytes:
    assert value is not None
    return value.to_bytes(3, "big")


def _encode(value: Any) -> bytes:
    if isinstance(value, dict):
        return _head(_MAP, len(value)) + b"".join(_encode(k) + _encode(v) for k, v in value.items())
    if isinstance(value, list):
        return _head(_ARRAY, len(value)) + b"".join(map(_encode, value))
    if isinstance(value, str):
        raw = value.encode()
        return _head(_STRING, len(raw)) + raw
    # The reader's C code wants the very types of the specification in the metadata.
    kind, number = value if isinstance(value, tuple) else (_UINT32, value)
    digits: bytes = number.to_bytes((number.bit_length() + 7) // 8, "big")
    return _head(kind, len(digits)) + digits


def _head(kind: int, size: int) -> bytes:
    if size >= 29:
        size_bits, more = 29, bytes([size - 29])
    else:
        size_bits, more = size, b""
    return (bytes([kind << 5 | size_bits]) if kind < 8 else bytes([size_bits, kind - 7])) + more
