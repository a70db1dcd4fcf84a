"""Write socket data as a capture: pcapng in the layout of PCAPdroid, with the app of each packet.

Payloads and their times are those of real connections. The frames around them are generated, because capturing frames
from the kernel needs root. Sources: draft-ietf-opsawg-pcapng (blocks and options), RFC 791 (IPv4), RFC 9293 (TCP),
RFC 768 (UDP), PCAPdroid's ``pcap_dump.c`` (its custom block and the comment ``u-<uid>``).
"""

import itertools
import random
import struct
import time
from collections.abc import Callable
from ipaddress import IPv4Address
from typing import BinaryIO

_SECTION, _INTERFACE, _PACKET, _CUSTOM = 0x0A0D0D0A, 1, 6, 0x00000BAD
_PCAPDROID = 62652
"""PCAPdroid's private enterprise number."""
_RAW = 101
"""LINKTYPE_RAW: packets start with the IP header."""
_COMMENT, _APPLICATION = 1, 4
_MSS = 1400
_SYN, _FIN, _PUSH, _ACK = 2, 1, 8, 16

type Endpoint = tuple[str, int]
"""IPv4 address and port."""


class PacketWriter:
    """Writes a capture file.

    Args:
        out: output; the header is written immediately.
        clock: timestamp of each packet, seconds since 1970.
    """

    def __init__(self, out: BinaryIO, clock: Callable[[], float] = time.time) -> None:
        self._out = out
        self._clock = clock
        self._ids = itertools.count(1)
        self._block(
            _SECTION,
            struct.pack("<IHHq", 0x1A2B3C4D, 1, 0, -1) + _option(_APPLICATION, b"tieback lab") + _END_OF_OPTIONS,
        )
        self._block(_INTERFACE, struct.pack("<HHI", _RAW, 0, 0))

    def app(self, uid: int, package: str, name: str) -> None:
        """Map an Android user ID to an app."""
        texts = [text.encode() for text in (package, name)]
        data = struct.pack("<IHBBiBB", _PCAPDROID, 1, 1, 0, uid, *map(len, texts)) + b"".join(texts)
        self._block(_CUSTOM, _padded(data))

    def udp(self, source: Endpoint, target: Endpoint, data: bytes, uid: int) -> None:
        """Write one datagram."""
        head = struct.pack("!HHHH", source[1], target[1], 8 + len(data), 0)
        self._packet(17, source[0], target[0], head, data, 6, uid)

    def tcp(
        self, source: Endpoint, target: Endpoint, numbers: tuple[int, int], flags: int, data: bytes, uid: int
    ) -> None:
        """Write one segment.

        Args:
            source: sender.
            target: receiver.
            numbers: sequence and acknowledgement number.
            flags: flags of the TCP header.
            data: at most 1,400 bytes.
            uid: user ID of the app.
        """
        head = struct.pack("!HHIIBBHHH", source[1], target[1], *numbers, 5 << 4, flags, 0xFFFF, 0, 0)
        self._packet(6, source[0], target[0], head, data, 16, uid)

    def _packet(self, protocol: int, source: str, target: str, head: bytes, data: bytes, at: int, uid: int) -> None:
        ends = IPv4Address(source).packed + IPv4Address(target).packed
        pseudo = ends + struct.pack("!BBH", 0, protocol, len(head) + len(data))
        head = head[:at] + struct.pack("!H", _checksum(pseudo + head + data) or 0xFFFF) + head[at + 2 :]
        ip = struct.pack(
            "!BBHHHBBH", 0x45, 0, 20 + len(head) + len(data), next(self._ids) & 0xFFFF, 0x4000, 64, protocol, 0
        )
        ip = ip[:10] + struct.pack("!H", _checksum(ip + ends)) + ends
        packet = ip + head + data
        micros = int(self._clock() * 1_000_000)
        fixed = struct.pack("<IIIII", 0, micros >> 32, micros & 0xFFFFFFFF, len(packet), len(packet))
        self._block(_PACKET, fixed + _padded(packet) + _option(_COMMENT, f"u-{uid}".encode()) + _END_OF_OPTIONS)

    def _block(self, kind: int, body: bytes) -> None:
        size = struct.pack("<I", 12 + len(body))
        self._out.write(struct.pack("<I", kind) + size + body + size)


class TcpStream:
    """One TCP connection in a capture; pass the data of each side in order.

    Args:
        writer: the capture.
        client: its address and port.
        server: its address and port.
        uid: user ID of the app.
    """

    def __init__(self, writer: PacketWriter, client: Endpoint, server: Endpoint, uid: int) -> None:
        self._writer, self._client, self._server, self._uid = writer, client, server, uid
        # Any value works, but a fixed seed would make all connections of a capture look like one.
        self._sent = random.getrandbits(32)
        self._answered = random.getrandbits(32)
        self._segment(_SYN, outwards=True)
        self._segment(_SYN | _ACK, outwards=False)
        self._segment(_ACK, outwards=True)

    def send(self, data: bytes, *, outwards: bool) -> None:
        """Data of one side, split into segments; acknowledged once."""
        for start in range(0, len(data), _MSS):
            self._segment(_PUSH | _ACK, outwards=outwards, data=data[start : start + _MSS])
        self._segment(_ACK, outwards=not outwards)

    def close(self) -> None:
        """Close both sides."""
        self._segment(_FIN | _ACK, outwards=True)
        self._segment(_FIN | _ACK, outwards=False)
        self._segment(_ACK, outwards=True)

    def _segment(self, flags: int, *, outwards: bool, data: bytes = b"") -> None:
        used = len(data) + bool(flags & (_SYN | _FIN))
        if outwards:
            numbers = (self._sent, self._answered if flags & _ACK else 0)
            self._writer.tcp(self._client, self._server, numbers, flags, data, self._uid)
            self._sent = (self._sent + used) & 0xFFFFFFFF
        else:
            numbers = (self._answered, self._sent)
            self._writer.tcp(self._server, self._client, numbers, flags, data, self._uid)
            self._answered = (self._answered + used) & 0xFFFFFFFF


_END_OF_OPTIONS = bytes(4)


def _option(code: int, value: bytes) -> bytes:
    return struct.pack("<HH", code, len(value)) + _padded(value)


def _padded(data: bytes) -> bytes:
    return data + bytes(-len(data) % 4)


def _checksum(data: bytes) -> int:
    """The Internet checksum (RFC 1071)."""
    total: int = sum(struct.unpack(f"!{(len(data) + 1) // 2}H", data + bytes(len(data) % 2)))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF
