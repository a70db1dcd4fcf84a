"""IPv4 and IPv6 with all that the fast path does not read: options, extension headers, fragments, tunnels.

Sources: RFC 791, RFC 8200.
"""

from struct import Struct

from tieback.intake.traffic.source import Buffer
from tieback.intake.traffic.udp_tunnels import find_inside

TCP, UDP = 6, 17
FRAGMENT = -2
"""Used as protocol number: one of several fragments of a packet; the offset is that of its IP header."""
NOTHING = -1
"""Used as protocol number: no IP packet that can be read."""

_EXTENSIONS = {0, 43, 60, 135, 139, 140}
_FRAGMENT_HEADER, _AUTHENTICATION, _IPV4_INSIDE, _IPV6_INSIDE = 44, 51, 4, 41
_MAX_HEADERS = 10
_ipv4 = Struct(">BxHxxHxBxx8s").unpack_from
_ipv6 = Struct(">BxxxHBx32s").unpack_from
_half = Struct(">H").unpack_from

type Place = tuple[int, bytes, int, int]
"""Protocol, addresses (source first), start of the transport header, end of the packet by its own length."""

_NONE: Place = (NOTHING, b"", 0, 0)


def find_transport(buffer: Buffer, start: int, stop: int) -> Place:
    """Read the IP packet at ``start``; never reads at or after ``stop``, the end of the captured bytes."""
    outer = _NONE
    for _ in range(3):
        version = buffer[start] >> 4 if start < stop else 0
        if version == 4:
            place = _find_in_ipv4(buffer, start, stop)
        elif version == 6:
            place = _find_in_ipv6(buffer, start, stop)
        else:
            return outer
        start, end = place[2], min(stop, place[3])
        if place[0] == UDP and (inside := find_inside(buffer, start, end)) >= 0:
            outer, start = place, inside
        elif place[0] not in {_IPV4_INSIDE, _IPV6_INSIDE}:
            return outer if place[0] == NOTHING else place
        stop = end
    return outer


def _find_in_ipv4(buffer: Buffer, start: int, stop: int) -> Place:
    if stop - start < 20:
        return _NONE
    first, total, fragment, protocol, addresses = _ipv4(buffer, start)
    header = (first & 15) * 4
    # Segmentation offload leaves a length of 0 in packets that were captured on the sender.
    end = start + total if total else stop
    if header < 20 or end < start + header:
        return _NONE
    if fragment & 0x3FFF:
        return FRAGMENT, addresses, start, end
    return protocol, addresses, start + header, end


def _find_in_ipv6(buffer: Buffer, start: int, stop: int) -> Place:
    if stop - start < 40:
        return _NONE
    _, length, protocol, addresses = _ipv6(buffer, start)
    at = start + 40
    end = at + length if length else stop
    for _ in range(_MAX_HEADERS):
        if protocol in _EXTENSIONS or protocol == _AUTHENTICATION:
            if at + 8 > stop:
                return _NONE
            size = (buffer[at + 1] + 2) * 4 if protocol == _AUTHENTICATION else (buffer[at + 1] + 1) * 8
        elif protocol == _FRAGMENT_HEADER:
            if at + 8 > stop:
                return _NONE
            if _half(buffer, at + 2)[0] & 0xFFF9:
                return FRAGMENT, addresses, start, end
            size = 8
        else:
            return (protocol, addresses, at, end) if at <= end else _NONE
        protocol = buffer[at]
        at += size
    return _NONE
