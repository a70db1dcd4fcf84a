"""Reassembly of IP fragments.

Sources: RFC 791, section 3.2; RFC 8200, section 4.5; RFC 5722 (a packet whose fragments overlap is dropped). A packet
counts once, however many fragments it has. If a packet stays incomplete, its beginning is used.
"""

from struct import Struct

import msgspec

from tieback.intake.traffic.source import Buffer

MAX_PACKETS = 256
"""Incomplete packets kept at the same time; the oldest is dropped first."""
MAX_BYTES = 4 * 1024 * 1024
MAX_PIECES = 256
"""Fragments of one packet: 64 KiB over links of 300 bytes."""
SECONDS = 60.0
"""Seconds until a packet must be complete (RFC 8200), by the capture's clock."""

_FRAGMENT_HEADER, _AUTHENTICATION = 44, 51
_MAX_HEADERS = 10
_MAX_PACKET = 65535
_half = Struct(">H").unpack_from


class _Fragment(msgspec.Struct, gc=False):
    key: bytes
    head: bytes
    """The header of the packet as if unfragmented, without its length."""
    offset: int
    more: bool
    data: bytes
    cut: bool
    """True if the capture contains less of it than was sent."""


class _Packet(msgspec.Struct, gc=False):
    when: float
    head: bytes = b""
    pieces: dict[int, bytes] = {}
    size: int = 0
    total: int = -1
    cut: bool = False


class FragmentTable:
    """The incomplete packets of one capture."""

    def __init__(self) -> None:
        self._packets: dict[bytes, _Packet] = {}
        self._bytes = 0
        self.left_over = 0
        """Fragments of packets that stayed incomplete."""

    def add(self, buffer: Buffer, start: int, end: int, limit: int, when: float) -> list[bytes]:
        """Add the fragment that begins at ``start`` and ends at ``end`` by its length, captured up to ``limit``.

        Returns:
            IP packets: the one that it completed, and beginnings of those that it displaced.
        """
        found = _read(buffer, start, end, min(end, limit))
        if found is None:
            return []
        out = self._forget(when)
        packet = self._packets.get(found.key)
        if packet is None:
            packet = self._packets[found.key] = _Packet(when)
        if found.offset in packet.pieces and packet.pieces[found.offset] == found.data:
            return out  # sent or captured twice
        self._bytes += len(found.data)
        if found.cut or len(packet.pieces) >= MAX_PIECES or _overlaps(packet, found):
            out += self._release(found.key)
            return out
        packet.pieces[found.offset] = found.data
        packet.size += len(found.data)
        packet.head = found.head if not found.offset else packet.head
        packet.total = packet.total if found.more else found.offset + len(found.data)
        if packet.total == packet.size and packet.head:
            del self._packets[found.key]
            self._bytes -= packet.size
            out.append(_built(packet.head, b"".join(packet.pieces[at] for at in sorted(packet.pieces))))
        return out

    def rest(self) -> list[bytes]:
        """The beginnings of all incomplete packets at the end of the capture."""
        return [packet for key in list(self._packets) for packet in self._release(key)]

    def _forget(self, when: float) -> list[bytes]:
        out: list[bytes] = []
        while self._packets:
            key, oldest = next(iter(self._packets.items()))
            if len(self._packets) < MAX_PACKETS and self._bytes < MAX_BYTES and abs(when - oldest.when) <= SECONDS:
                break
            out += self._release(key)
        return out

    def _release(self, key: bytes) -> list[bytes]:
        packet = self._packets.pop(key)
        self._bytes -= packet.size
        self.left_over += max(len(packet.pieces), 1)
        return [_built(packet.head, packet.pieces[0])] if packet.head else []


def _overlaps(packet: _Packet, found: _Fragment) -> bool:
    end = found.offset + len(found.data)
    if packet.total >= 0 and (end > packet.total or not found.more):
        return True
    if not found.more and any(at + len(data) > end for at, data in packet.pieces.items()):
        return True
    return any(at < end and found.offset < at + len(data) for at, data in packet.pieces.items())


def _built(head: bytes, data: bytes) -> bytes:
    if head[0] >> 4 == 4:
        data = data[: _MAX_PACKET - 20]
        return head[:2] + (20 + len(data)).to_bytes(2) + head[4:] + data
    data = data[:_MAX_PACKET]
    return head[:4] + len(data).to_bytes(2) + head[6:] + data


def _read(buffer: Buffer, start: int, end: int, limit: int) -> _Fragment | None:
    if buffer[start] >> 4 == 4:
        head = buffer[start : start + 20]
        word = _half(buffer, start + 6)[0]
        at = start + (head[0] & 15) * 4
        key = b"\x04" + head[9:10] + head[4:6] + head[12:20]
        head = b"\x45" + head[1:6] + b"\0\0" + head[8:]
        return _checked(
            _Fragment(key, head, (word & 0x1FFF) * 8, bool(word & 0x2000), buffer[at:limit], limit < end), end - at
        )
    head = buffer[start : start + 40]
    protocol, at = head[6], start + 40
    for _ in range(_MAX_HEADERS):
        if at + 8 > limit:
            return None
        if protocol == _FRAGMENT_HEADER:
            word = _half(buffer, at + 2)[0]
            key = b"\x06" + buffer[at + 4 : at + 8] + head[8:]
            head = head[:6] + buffer[at : at + 1] + head[7:]
            at += 8
            return _checked(
                _Fragment(key, head, word & 0xFFF8, bool(word & 1), buffer[at:limit], limit < end), end - at
            )
        size = (buffer[at + 1] + 2) * 4 if protocol == _AUTHENTICATION else (buffer[at + 1] + 1) * 8
        protocol = buffer[at]
        at += size
    return None


def _checked(fragment: _Fragment, size: int) -> _Fragment | None:
    """The fragment if valid: all but the last are multiples of 8 bytes, and no packet is longer than 64 KiB."""
    if size <= 0 or not fragment.data or fragment.offset + size > _MAX_PACKET or (fragment.more and size % 8):
        return None
    return fragment
