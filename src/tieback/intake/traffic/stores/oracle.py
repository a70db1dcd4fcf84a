"""Oracle's Transparent Network Substrate.

Source: Wireshark's TNS dissector and https://docs.oracle.com/en/database/oracle/oracle-database/19/netag/. A packet is
length (two bytes, or four since version 315), a checksum, a type, flags and the header's checksum. CONNECT contains its
descriptor, ``(DESCRIPTION=...)``, at a stated offset.
"""

import re
from collections.abc import Iterator

from tieback.intake.traffic.interface import ConnectionStart, ProtocolMatch
from tieback.intake.traffic.stores.evidence import combine_confidence, sample_directions, sql_runs

_CONNECT, _ACCEPT, _REFUSE, _REDIRECT, _DATA, _RESEND, _MARKER = 1, 2, 4, 5, 6, 11, 12
_SERVER_TYPES = frozenset({_ACCEPT, _REFUSE, _REDIRECT, _RESEND, _MARKER, _DATA})
_HEADER = 8
_DESCRIPTOR = re.compile(rb"\(\s*(?:DESCRIPTION|ADDRESS|CONNECT_DATA|CONNECT_TIMEOUT)\s*=", re.IGNORECASE)
_SERVICE = re.compile(rb"\((?:SERVICE_NAME|SID)=([A-Za-z0-9_.$#-]{1,100})\)", re.IGNORECASE)


class Oracle:
    """TNS, recognised by CONNECT and its response, or data packets mid-stream."""

    name = "oracle"
    client_first = b"\0\x01\x02\x03\x04\x05\x06\x07\x08"
    server_first = bytes(range(33))

    def recognise(self, opening: ConnectionStart) -> ProtocolMatch | None:
        """CONNECT with its descriptor; ACCEPT, REFUSE, REDIRECT or RESEND."""
        client, server = opening.client, opening.server
        if client:
            if len(client) < 34 or client[4] not in {_CONNECT, _DATA}:
                return None
        elif len(server) < 12 or server[4] not in {_ACCEPT, _REFUSE, _REDIRECT}:
            return None
        connects = bool(client) and client[4] == _CONNECT
        if client and not connects and not opening.midstream:
            return None
        here = (_connect(client) if connects else _chain(client)) if client else None
        there = _server(server) if server else None
        confidence = combine_confidence(here, there)
        if not confidence:
            return None
        service = _SERVICE.search(client, 0, 2048)
        return ProtocolMatch(
            self.name,
            confidence,
            detail=f"service {service.group(1).decode('ascii')}" if service else "",
            samples=sample_directions("sql", sql_runs(client), sql_runs(server)),
        )


def _lengths(data: bytes, at: int = 0) -> int:
    """A packet's length, in the old two bytes or the new four; 0 if neither fits."""
    short, rest, kind = int.from_bytes(data[at : at + 2]), data[at + 2 : at + 4], data[at + 4 : at + 5]
    if not kind or not 1 <= kind[0] <= 19 or data[at + 6 : at + 8] != b"\0\0":
        return 0
    if short >= _HEADER and rest == b"\0\0":
        return short
    long = int.from_bytes(data[at : at + 4])
    return long if short == 0 and _HEADER <= long <= 1 << 21 else 0


def _connect(client: bytes) -> float:
    version, oldest = int.from_bytes(client[8:10]), int.from_bytes(client[10:12])
    size, offset = int.from_bytes(client[24:26]), int.from_bytes(client[26:28])
    if not _lengths(client) or not 280 <= version <= 330 or not 100 <= oldest <= version:
        return 0.0
    if offset < 34 or not size:
        return 0.0
    # A long descriptor follows in a data packet of its own.
    return 1.0 if _DESCRIPTOR.search(client, offset, offset + 600) else 0.0


def _server(server: bytes) -> float:
    if len(server) < _HEADER or server[4] not in _SERVER_TYPES or not _lengths(server):
        return 0.0
    if server[4] == _RESEND:
        return 0.9 if server[:2] == b"\0\x08" else 0.0
    if server[4] == _ACCEPT:
        return 1.0 if 280 <= int.from_bytes(server[8:10]) <= 330 else 0.0
    if server[4] in {_REFUSE, _REDIRECT}:
        return 1.0 if b"(" in server[8:32] else 0.5
    return _chain(server)


def _frames(data: bytes) -> Iterator[int]:
    at = 0
    for _ in range(16):
        length = _lengths(data, at) if len(data) >= at + _HEADER else 0
        if not length:
            return
        yield data[at + 4]
        at += length


def _chain(data: bytes) -> float:
    """Weight mid-stream: consecutive data and marker packets, with SQL in their text."""
    kinds = list(_frames(data))
    if not kinds or any(kind not in {_DATA, _MARKER} for kind in kinds):
        return 0.0
    return 0.8 if sql_runs(data) or len(kinds) > 2 else 0.5
