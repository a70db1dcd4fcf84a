"""Headers of a block of packets as columns, read for all common packets at once.

A common packet is IPv4 without options and fragments, or IPv6 without extension headers, directly after a link header
of fixed length. All others go through ``slow``, one by one, and are added to the columns.
"""

from collections.abc import Callable

import msgspec
import numpy as np
from numpy.typing import NDArray

from tieback.intake.traffic.frames import Integers, PacketBlock
from tieback.intake.traffic.link import COOKED, ETHERNET, FIXED, MAY_HOLD_IP
from tieback.intake.traffic.network import TCP, UDP
from tieback.intake.traffic.udp_tunnels import ANSWERING_PORTS, PORTS

type Bytes = NDArray[np.uint8]
type Rows = NDArray[np.intp]
type Flags = NDArray[np.bool_]

_IPV4, _IPV6 = 20, 40
_KINDS = np.array(sorted(MAY_HOLD_IP))
_NEEDED = 14
"""Bytes of the TCP header that are read."""


class TransportHeader(msgspec.Struct, gc=False):
    """The transport header of one packet that was read separately."""

    row: int
    protocol: int
    key: bytes
    """Addresses and ports as in the packet, the source's first."""
    sequence: int
    flags: int
    payload: int
    stop: int
    """End according to the packet's own length."""
    limit: int
    """End of the captured bytes."""


class PacketColumns(msgspec.Struct, gc=False):
    """Packets of TCP and UDP of one version of IP, in the order of the capture."""

    row: Rows
    """Index in the block."""
    protocol: Bytes
    key: Bytes
    """Addresses and ports, one row of 12 or 36 bytes per packet."""
    sequence: NDArray[np.uint32]
    flags: Bytes
    """TCP flags; 0 for UDP."""
    payload: Integers
    size: Integers
    """Bytes of payload according to the packet's own length."""
    stop: Integers
    """End of the captured payload; at or before ``payload`` if there is none."""


type Slow = Callable[[int, int], list[TransportHeader]]
"""Function from row and link type to packets: none, one, or several if fragments were waiting."""

_ALSO = np.zeros(256, np.bool_)
"""Protocols that may lead to TCP or UDP: both, IP in IP, and IPv6's extension headers."""
_ALSO[[0, 4, TCP, UDP, 41, 43, 44, 51, 60, 135, 139, 140]] = True


def read_headers(frames: PacketBlock, slow: Slow) -> list[PacketColumns]:
    """The columns of IPv4 and of IPv6; a version without packets is left out."""
    parts: tuple[list[PacketColumns], list[PacketColumns]] = ([], [])
    singles: list[TransportHeader] = []
    if isinstance(frames.links, int):
        groups = [(frames.links, np.arange(len(frames.starts)))]
    else:
        groups = [(int(link), np.flatnonzero(frames.links == link)) for link in np.unique(frames.links)]
    rest: list[tuple[int, int]] = []
    for link, rows in groups:
        left = rows
        if link in FIXED:
            left = _usual(frames, link, rows, parts)
        rest += [(row, link) for row in left.tolist()]
    if len(groups) > 1:
        rest.sort()
    for row, link in rest:
        singles += slow(row, link)
    for part, length in zip(parts, (12, 36), strict=True):
        chosen = [single for single in singles if len(single.key) == length]
        if chosen:
            part.append(_columns(chosen, length))
    joined = [_joined(part) for part in parts if part]
    return [columns for columns in joined if len(columns.row)]


def _usual(frames: PacketBlock, link: int, rows: Rows, parts: tuple[list[PacketColumns], list[PacketColumns]]) -> Rows:
    """Read the common packets of a link type; returns the remaining rows."""
    header, place, marks = FIXED[link]
    width = header + _IPV6 + _NEEDED
    buffer = frames.buffer
    if len(buffer) < width:
        return rows
    starts = frames.starts[rows]
    reachable = starts <= len(buffer) - width
    if not reachable.all():
        near = rows[reachable]
        return np.concatenate((_usual(frames, link, near, parts), rows[~reachable])) if len(near) else rows
    heads = np.ndarray((len(buffer) - width + 1,), f"V{width}", buffer, 0, (1,))[starts].view(np.uint8)
    table = heads.reshape(-1, width)
    limits = starts + frames.sizes[rows]
    left = np.ones(len(rows), np.bool_)
    version = table[:, header]
    families = ((marks[0], version == 0x45, _read_ipv4), (marks[1], version & 0xF0 == 0x60, _read_ipv6))
    for part, (mark, fits, read) in zip(parts, families, strict=True):
        for number, value in enumerate(mark):
            np.logical_and(fits, table[:, place + number] == value, out=fits)
        chosen = np.flatnonzero(fits)
        if not len(chosen):
            continue
        all_of_them = len(chosen) == len(rows)
        columns, settled = read(
            table if all_of_them else table[chosen],
            rows if all_of_them else rows[chosen],
            (starts if all_of_them else starts[chosen]) + header,
            limits if all_of_them else limits[chosen],
            header,
        )
        part.append(columns)
        left[chosen[settled]] = False
        if all_of_them:
            break
    unsettled = np.flatnonzero(left)
    if link in {ETHERNET, COOKED} and len(unsettled):
        kinds = _half(table[unsettled], place)
        unsettled = unsettled[np.isin(kinds, _KINDS)]
    return rows[unsettled]


def _half(table: Bytes, place: int) -> Integers:
    """A big-endian number of 16 bits."""
    return table[:, place].astype(np.int64) << 8 | table[:, place + 1]


def _read_ipv4(table: Bytes, rows: Rows, starts: Integers, limits: Integers, at: int) -> tuple[PacketColumns, Flags]:
    """Packets without options, and flags of the rows that need no further reading."""
    whole = (table[:, at + 6] & 0x3F) | table[:, at + 7] == 0
    return _read_transport(
        table, rows, starts + _IPV4, starts + _half(table, at + 2), limits, at + _IPV4, table[:, at + 9], at + 12, whole
    )


def _read_ipv6(table: Bytes, rows: Rows, starts: Integers, limits: Integers, at: int) -> tuple[PacketColumns, Flags]:
    """Packets without extension headers."""
    places = starts + _IPV6
    whole = np.ones(len(rows), np.bool_)
    return _read_transport(
        table, rows, places, places + _half(table, at + 4), limits, at + _IPV6, table[:, at + 6], at + 8, whole
    )


def _read_transport(
    table: Bytes,
    rows: Rows,
    places: Integers,
    stops: Integers,
    limits: Integers,
    at: int,
    protocol: Bytes,
    key_at: int,
    sound: Flags,
) -> tuple[PacketColumns, Flags]:
    tcp = protocol == TCP
    words = table[:, at + 12]
    header = np.where(tcp, (words >> 4).astype(np.int64) * 4, 8)
    needed = np.where(tcp, _NEEDED, 8)
    udp = protocol == UDP
    nothing = sound & ~_ALSO[protocol] & (stops > places)
    if udp.any():
        ports = np.isin(_half(table, at + 2), PORTS) | np.isin(_half(table, at), ANSWERING_PORTS)
        sound &= ~(udp & ports)  # may contain a packet
    sound &= (tcp | udp) & (header >= np.where(tcp, 20, 8)) & (stops > places)
    sound &= places + needed <= limits
    chosen = np.flatnonzero(sound)
    key = table[chosen, key_at : at + 4]
    payload = (places + header)[chosen]
    stop = stops[chosen]
    tcp = tcp[chosen]
    return (
        PacketColumns(
            rows[chosen],
            protocol[chosen],
            key,
            np.ascontiguousarray(table[chosen, at + 4 : at + 8]).view(">u4").ravel().astype(np.uint32),
            table[chosen, at + 13] * tcp,
            payload,
            np.maximum(stop - payload, 0),
            np.minimum(stop, limits[chosen]),
        ),
        sound | nothing,
    )


def _columns(singles: list[TransportHeader], length: int) -> PacketColumns:
    payload = np.array([single.payload for single in singles], np.int64)
    stop = np.array([single.stop for single in singles], np.int64)
    return PacketColumns(
        np.array([single.row for single in singles], np.intp),
        np.array([single.protocol for single in singles], np.uint8),
        np.frombuffer(b"".join(single.key for single in singles), np.uint8).reshape(-1, length),
        np.array([single.sequence for single in singles], np.uint32),
        np.array([single.flags for single in singles], np.uint8),
        payload,
        np.maximum(stop - payload, 0),
        np.minimum(stop, np.array([single.limit for single in singles], np.int64)),
    )


def _joined(parts: list[PacketColumns]) -> PacketColumns:
    """The same rows as one, in the order of the capture."""
    if len(parts) == 1:
        return parts[0]
    order = np.argsort(np.concatenate([part.row for part in parts]), kind="stable")
    names = PacketColumns.__struct_fields__
    return PacketColumns(*(np.concatenate([getattr(part, name) for part in parts])[order] for name in names))
