"""Builders of packets and capture files, honest or lying, for the tests of captures."""

import struct
from collections.abc import Sequence

CLIENT, SERVER = "10.0.0.2", "192.0.2.9"

type Packet = tuple[float, bytes]


def address(text: str) -> bytes:
    if ":" in text:
        head, _, tail = text.partition("::")
        left = [int(part, 16) for part in head.split(":") if part]
        right = [int(part, 16) for part in tail.split(":") if part]
        return struct.pack(">8H", *left, *[0] * (8 - len(left) - len(right)), *right)
    return bytes(int(part) for part in text.split("."))


def tcp(
    source: int, target: int, data: bytes = b"", *, seq: int = 1, ack: int = 1, flags: int = 0x18, options: bytes = b""
) -> bytes:
    return (
        struct.pack(">HHIIBBHHH", source, target, seq, ack, (20 + len(options)) // 4 << 4, flags, 8192, 0, 0)
        + options
        + data
    )


def udp(source: int, target: int, data: bytes) -> bytes:
    return struct.pack(">HHHH", source, target, 8 + len(data), 0) + data


def ip(
    payload: bytes,
    source: str = CLIENT,
    target: str = SERVER,
    *,
    protocol: int = 6,
    fragment: int = 0,
    options: bytes = b"",
) -> bytes:
    if ":" in source:
        return (
            struct.pack(">IHBB", 0x60000000, len(payload), protocol, 64) + address(source) + address(target) + payload
        )
    size = 20 + len(options)
    head = struct.pack(">BBHHHBBH", 0x40 | size // 4, 0, size + len(payload), 1, fragment, 64, protocol, 0)
    return head + address(source) + address(target) + options + payload


def ethernet(packet: bytes, *, tags: bytes = b"") -> bytes:
    kind = b"\x08\0" if packet[0] >> 4 == 4 else b"\x86\xdd"
    return bytes(12) + tags + kind + packet


def pcap(packets: Sequence[Packet], *, link: int = 1, order: str = "<", nano: bool = False) -> bytes:
    out = struct.pack(order + "IHHiIII", 0xA1B23C4D if nano else 0xA1B2C3D4, 2, 4, 0, 0, 262144, link)
    for when, data in packets:
        fraction = round(when % 1 * (1e9 if nano else 1e6))
        out += struct.pack(order + "IIII", int(when), fraction, len(data), len(data)) + data
    return out


def option(code: int, value: bytes, order: str = "<") -> bytes:
    return struct.pack(order + "HH", code, len(value)) + value + bytes(-len(value) % 4)


def block(kind: int, body: bytes, order: str = "<") -> bytes:
    body += bytes(-len(body) % 4)
    return struct.pack(order + "II", kind, 12 + len(body)) + body + struct.pack(order + "I", 12 + len(body))


def section(order: str = "<") -> bytes:
    return block(0x0A0D0D0A, struct.pack(order + "IHHq", 0x1A2B3C4D, 1, 0, -1), order)


def interface(link: int = 1, options: bytes = b"", order: str = "<") -> bytes:
    return block(1, struct.pack(order + "HHI", link, 0, 0) + options, order)


def enhanced(data: bytes, ticks: int = 1_000_000, *, number: int = 0, options: bytes = b"", order: str = "<") -> bytes:
    head = struct.pack(order + "IIIII", number, ticks >> 32, ticks & 0xFFFFFFFF, len(data), len(data))
    return block(6, head + data + bytes(-len(data) % 4) + options, order)


def talk(
    out: bytes,
    back: bytes = b"",
    *,
    port: int = 443,
    source: int = 40000,
    client: str = CLIENT,
    server: str = SERVER,
    syn: bool = True,
) -> list[Packet]:
    """A TCP conversation on Ethernet: handshake, what the client says, what the server says."""
    packets = []
    if syn:
        packets += [
            ip(tcp(source, port, seq=0, flags=2), client, server),
            ip(tcp(port, source, seq=0, flags=18), server, client),
        ]
    for data, here, there, ends in ((out, source, port, (client, server)), (back, port, source, (server, client))):
        packets += [ip(tcp(here, there, data[at : at + 1400], seq=1 + at), *ends) for at in range(0, len(data), 1400)]
    return [(1.0 + number / 10, ethernet(packet)) for number, packet in enumerate(packets)]


def dns_name(name: str) -> bytes:
    return b"".join(bytes([len(label)]) + label.encode() for label in name.split(".")) + b"\0"


def dns(name: str, answers: Sequence[tuple[str, int, bytes]] = (), *, response: bool = True) -> bytes:
    out = (
        struct.pack(">HHHHHH", 7, 0x8180 if response else 0x0100, 1, len(answers), 0, 0)
        + dns_name(name)
        + b"\0\x01\0\x01"
    )
    for owner, kind, value in answers:
        out += dns_name(owner) + struct.pack(">HHIH", kind, 1, 60, len(value)) + value
    return out


def extension(kind: int, body: bytes) -> bytes:
    return struct.pack(">HH", kind, len(body)) + body


def server_name(name: str) -> bytes:
    raw = name.encode()
    return extension(0, struct.pack(">HBH", len(raw) + 3, 0, len(raw)) + raw)


def alpn(*names: bytes) -> bytes:
    body = b"".join(bytes([len(name)]) + name for name in names)
    return extension(16, struct.pack(">H", len(body)) + body)


def client_hello(name: str = "api.test", *more: bytes, version: int = 0x0303) -> bytes:
    """A ClientHello as a handshake message."""
    extensions = (server_name(name) if name else b"") + b"".join(more)
    body = struct.pack(">H", version) + bytes(32) + b"\0" + b"\0\x02\x13\x01" + b"\x01\0"
    body += struct.pack(">H", len(extensions)) + extensions
    return b"\x01" + len(body).to_bytes(3) + body


def server_hello(version: int = 0x0303, *more: bytes) -> bytes:
    extensions = b"".join(more)
    body = struct.pack(">H", version) + bytes(32) + b"\0\x13\x01\0" + struct.pack(">H", len(extensions)) + extensions
    return b"\x02" + len(body).to_bytes(3) + body


def record(message: bytes, *, kind: int = 22, size: int = 1 << 14) -> bytes:
    """TLS records of at most ``size`` bytes each."""
    pieces = [message[at : at + size] for at in range(0, len(message), size)]
    return b"".join(bytes([kind, 3, 3]) + len(piece).to_bytes(2) + piece for piece in pieces)
