"""IP packets inside UDP: VXLAN, Geneve, GTP and CAPWAP, as mirrors of a cloud and probes of a network record them.

Sources: RFC 7348 (VXLAN), RFC 8926 (Geneve), 3GPP TS 29.281 section 5 (GTP-U, version 1), RFC 5415 section 4.3 (header
of CAPWAP) and 4.4 (data), RFC 5416, IEEE 802.11-2020 section 9.3.2.1 (data frames) and IEEE 802.2 (SNAP). A datagram
counts as a tunnel only if its port and its whole header fit. Of CAPWAP, whole and unencrypted data packets are read.
"""

from struct import Struct

from tieback.intake.traffic.link import after_ethertype
from tieback.intake.traffic.source import Buffer

VXLAN, GENEVE, GTP, CAPWAP = 4789, 6081, 2152, 5247
PORTS = (VXLAN, GENEVE, GTP, CAPWAP)
"""Ports of the receiver."""
ANSWERING_PORTS = (CAPWAP,)
"""Ports of the sender: a controller sends from its port to any port of an access point."""
_UDP, _MACS = 8, 12
_ETHERNET, _IPV4, _IPV6 = 0x6558, 0x0800, 0x86DD
_PACKET = 255
_FRAGMENT, _KEEPALIVE, _NATIVE = 0x80, 0x08, 0x100
_WIRELESS = 1
_DATA, _NO_DATA, _QOS, _PROTECTED, _ORDER = 0x08, 0x40, 0x80, 0x40, 0x80
_SNAP = b"\xaa\xaa\x03\0\0\0"
_MAX_EXTENSIONS = 8
_half = Struct(">H").unpack_from


def find_inside(buffer: Buffer, start: int, stop: int) -> int:
    """Offset of the IP packet inside the datagram at ``start``, or -1; never reads at or after ``stop``."""
    if start + _UDP + 8 > stop:
        return -1
    port = _half(buffer, start + 2)[0]
    at = start + _UDP
    if port == VXLAN:
        return after_ethertype(buffer, at + 8 + _MACS, stop) if buffer[at] == 8 else -1
    if port == GENEVE:
        return _in_geneve(buffer, at, stop)
    if port == CAPWAP or _half(buffer, start)[0] == CAPWAP:
        return _in_capwap(buffer, at, stop)
    return _in_gtp(buffer, at, stop) if port == GTP else -1


def _in_capwap(buffer: Buffer, at: int, stop: int) -> int:
    if buffer[at]:
        return -1  # another version, or DTLS
    size, flags = (buffer[at + 1] >> 3) * 4, _half(buffer, at + 2)[0]
    if size < 8 or flags & (_FRAGMENT | _KEEPALIVE) or at + size >= stop:
        return -1
    at += size
    if not flags & _NATIVE:
        return after_ethertype(buffer, at + _MACS, stop)
    return _in_wireless(buffer, at, stop) if flags >> 9 & 31 == _WIRELESS else -1


def _in_wireless(buffer: Buffer, at: int, stop: int) -> int:
    """Inside a frame of IEEE 802.11; some access points exchange the two bytes of its frame control."""
    if at + 32 > stop:
        return -1
    kind, flags = buffer[at], buffer[at + 1]
    if kind & 0x0F != _DATA:
        kind, flags = flags, kind
    if kind & 0x0F != _DATA or kind & _NO_DATA or flags & _PROTECTED:
        return -1
    at += 24 + (6 if flags & 3 == 3 else 0)
    if kind & _QOS:
        at += 2 + (4 if flags & _ORDER else 0)
    return after_ethertype(buffer, at + 6, stop) if bytes(buffer[at : at + 6]) == _SNAP else -1


def _in_geneve(buffer: Buffer, at: int, stop: int) -> int:
    if buffer[at] >> 6:
        return -1  # another version
    kind = _half(buffer, at + 2)[0]
    at += 8 + (buffer[at] & 63) * 4
    if kind == _ETHERNET:
        return after_ethertype(buffer, at + _MACS, stop)
    return at if kind in {_IPV4, _IPV6} and at < stop else -1


def _in_gtp(buffer: Buffer, at: int, stop: int) -> int:
    flags = buffer[at]
    if flags >> 4 != 3 or buffer[at + 1] != _PACKET:
        return -1
    at += 8
    if flags & 7:
        at += 4
        for _ in range(_MAX_EXTENSIONS):
            if at > stop:
                return -1
            if not flags & 4 or not buffer[at - 1]:
                break
            if at >= stop or not buffer[at]:
                return -1
            at += buffer[at] * 4
        else:
            return -1
    return at if at < stop and buffer[at] >> 4 in {4, 6} else -1
