"""IP packets inside UDP: VXLAN, Geneve and GTP, as mirrors of a cloud and probes of a mobile network record them.

Sources: RFC 7348 (VXLAN), RFC 8926 (Geneve), 3GPP TS 29.281 section 5 (GTP-U, version 1). A datagram counts as a tunnel
only if its port and its whole header fit. CAPWAP is not read.
"""

from struct import Struct

from tieback.intake.traffic.link import after_ethertype
from tieback.intake.traffic.source import Buffer

VXLAN, GENEVE, GTP = 4789, 6081, 2152
PORTS = (VXLAN, GENEVE, GTP)
"""Ports of the receiver."""
_UDP, _MACS = 8, 12
_ETHERNET, _IPV4, _IPV6 = 0x6558, 0x0800, 0x86DD
_PACKET = 255
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
    return _in_gtp(buffer, at, stop) if port == GTP else -1


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
