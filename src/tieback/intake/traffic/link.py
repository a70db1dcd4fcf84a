"""Link layers: the offset of the IP packet in a captured frame.

Source: https://www.tcpdump.org/linktypes.html
"""

from struct import Struct

from tieback.intake.traffic.attribution import PacketAttribution
from tieback.intake.traffic.source import Buffer
from tieback.model.flow import FlowApp

NULL, ETHERNET, RAW_12, RAW, LOOP, COOKED, RAW_IPV4, RAW_IPV6 = 0, 1, 12, 101, 108, 113, 228, 229
PKTAP, USER2, COOKED_2 = 258, 149, 276
"""Darwin formerly wrote PKTAP with the number that is now USER2."""

_ETHERTYPES = (b"\x08\0", b"\x86\xdd")

FIXED: dict[int, tuple[int, int, tuple[bytes, bytes]]] = {
    NULL: (4, 0, (b"\x02\0\0\0", b"\x1e\0\0\0")),
    ETHERNET: (14, 12, _ETHERTYPES),
    RAW_12: (0, 0, (b"", b"")),
    RAW: (0, 0, (b"", b"")),
    LOOP: (4, 0, (b"\0\0\0\x02", b"\0\0\0\x1e")),
    COOKED: (16, 14, _ETHERTYPES),
    RAW_IPV4: (0, 0, (b"", b"")),
    RAW_IPV6: (0, 0, (b"", b"")),
    COOKED_2: (20, 0, _ETHERTYPES),
}
"""Bytes before IP; offset of the protocol number in them, and its usual values for IPv4 and IPv6."""

SUPPORTED_LINKS = {*FIXED, PKTAP, USER2}
"""Supported link types."""

_MAX_NESTING = 6
_IP_TYPES = {0x0800, 0x86DD}
_VLAN = {0x8100, 0x88A8, 0x9100, 0x9200}
_MPLS, _PPPOE = {0x8847, 0x8848}, 0x8864
MAY_HOLD_IP = frozenset({*_IP_TYPES, *_VLAN, *_MPLS, _PPPOE})
"""Ethernet payload types that may lead to IP."""
_half = Struct(">H").unpack_from
_pktap = Struct("<III").unpack_from


class UnknownLinkError(Exception):
    """An unsupported link type."""


def find_ip(
    buffer: Buffer, start: int, stop: int, link: int, attribution: PacketAttribution
) -> tuple[int, int, FlowApp | None]:
    """Offset of the IP packet and end of the frame, or -1; and the app that a PKTAP header names.

    Never reads at or after ``stop``.

    Raises:
        UnknownLinkError: the link type is not supported.
    """
    app = None
    trailing = 0
    if link in {PKTAP, USER2}:
        if stop - start < 52:
            return -1, stop, None
        length, _, inner = _pktap(buffer, start)
        if not 52 <= length <= stop - start or inner in {PKTAP, USER2}:
            return -1, stop, None
        app = attribution.of_pktap(buffer, start, length)
        trailing = int.from_bytes(buffer[start + 48 : start + 52], "little")
        start += length
        link = inner
    stop -= trailing
    try:
        header, _, _ = FIXED[link]
    except KeyError:
        raise UnknownLinkError(str(link)) from None
    if stop - start < header + 1:
        return -1, stop, app
    if link == ETHERNET:
        return after_ethertype(buffer, start + 12, stop), stop, app
    if link == COOKED:
        return after_ethertype(buffer, start + 14, stop), stop, app
    if link == COOKED_2:
        return (start + 20 if _half(buffer, start)[0] in _IP_TYPES else -1), stop, app
    return start + header, stop, app


def after_ethertype(buffer: Buffer, at: int, stop: int) -> int:
    """Follow VLAN tags (also stacked), MPLS labels and PPPoE to the IP packet."""
    for _ in range(_MAX_NESTING):
        if at + 3 > stop:
            return -1
        kind = _half(buffer, at)[0]
        if kind in _IP_TYPES:
            return at + 2
        if kind in _VLAN:
            at += 4
        elif kind == _PPPOE:
            return at + 10 if at + 11 <= stop and _half(buffer, at + 8)[0] in {0x0021, 0x0057} else -1
        elif kind in _MPLS:
            return _after_labels(buffer, at + 2, stop)
        else:
            return -1
    return -1


def _after_labels(buffer: Buffer, at: int, stop: int) -> int:
    for _ in range(_MAX_NESTING):
        if at + 5 > stop:
            return -1
        if buffer[at + 2] & 1:
            return at + 4 if buffer[at + 4] >> 4 in {4, 6} else -1
        at += 4
    return -1
