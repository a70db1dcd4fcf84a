"""Db2 and Derby: Distributed Relational Database Architecture.

Source: The Open Group, DRDA V5, volume 3 (DDM). A data stream structure is length, 0xD0, format, and a correlation ID,
all big-endian; each object in it has its own length and a code point. Names are EBCDIC until both sides have agreed on
another encoding.
"""

import json
from collections.abc import Iterator

from tieback.intake.traffic.interface import ConnectionStart, ProtocolMatch
from tieback.intake.traffic.stores.evidence import combine_confidence, sample_directions, sql_runs
from tieback.model.flow import CleartextSample

_MAGIC = 0xD0
_EXCSAT, _ACCSEC, _SECCHK, _ACCRDB = 0x1041, 0x106D, 0x106E, 0x2001
_REQUESTS = frozenset(
    {_EXCSAT, _ACCSEC, _SECCHK, _ACCRDB, 0x2002, 0x2005, 0x2006, 0x2008, 0x200A, 0x200B, 0x200C, 0x200D, 0x200E, 0x200F,
     0x2010, 0x2012, 0x2014, 0x2408, 0x2412, 0x2414, 0x2450}
)  # fmt: skip
_REPLIES = frozenset(
    {0x1443, 0x14AC, 0x1219, 0x2201, 0x2205, 0x2211, 0x2218, 0x220B, 0x220C, 0x2213, 0x2408, 0x2411, 0x241A, 0x241B,
     0x1232, 0x1245, 0x124C, 0x1250, 0x1254, 0x2110, 0x2203, 0x220A}
)  # fmt: skip
_USRID, _PASSWORD = 0x11A0, 0x11A1
_SRVCLSNM, _SRVRLSLV, _SRVNAM = 0x1147, 0x115A, 0x116D
_MOST = 64


class Drda:
    """DRDA, recognised by its data stream structures and code points."""

    name = "drda"
    client_first = bytes(range(128))
    server_first = bytes(range(128))

    def recognise(self, opening: ConnectionStart) -> ProtocolMatch | None:
        """Chains of structures in each direction, with known code points."""
        client, server = opening.client, opening.server
        first = client or server
        if len(first) < 10 or first[2] != _MAGIC:
            return None
        here = _weight(client, _REQUESTS) if client else None
        there = _weight(server, _REPLIES) if server else None
        confidence = combine_confidence(here, there)
        if not confidence:
            return None
        return ProtocolMatch(
            self.name,
            confidence,
            detail=_product(server),
            samples=(*_login(client), *sample_directions("sql", _texts(client), _texts(server))),
        )


def _structures(data: bytes) -> Iterator[tuple[int, bytes, bool]]:
    """Code point and body of each structure's object, and true if it fits."""
    at = 0
    for _ in range(_MOST):
        if at + 10 > len(data):
            return
        length, inner = int.from_bytes(data[at : at + 2]), int.from_bytes(data[at + 6 : at + 8])
        fits = data[at + 2] == _MAGIC and 1 <= data[at + 3] & 0x0F <= 5 and length >= 10
        fits = fits and (4 <= inner <= length - 6 or inner & 0x8000 != 0)
        yield int.from_bytes(data[at + 8 : at + 10]), data[at + 10 : at + length], fits
        if not fits:
            return
        at += length


def _weight(data: bytes, points: frozenset[int]) -> float:
    known = seen = 0
    for point, _, fits in _structures(data):
        if not fits:
            return 0.0 if seen < 2 else 0.7
        seen += 1
        known += point in points
    if not known:
        return 0.0
    return 1.0 if known * 2 >= seen else 0.6


def _texts(data: bytes) -> list[bytes]:
    """SQL as ASCII or UTF-8; an EBCDIC statement is converted."""
    plain = sql_runs(data)
    if plain:
        return plain
    return sql_runs(data[:16384].decode("cp500").encode("utf-8", "replace"))


def _login(client: bytes) -> tuple[CleartextSample, ...]:
    """User and password of a login in the clear (SECCHK with USRID and PASSWORD), as JSON."""
    for point, body, fits in _structures(client):
        if fits and point == _SECCHK:
            names = _names(body)
            if names.get(_PASSWORD):
                login = {"username": names.get(_USRID, ""), "password": names[_PASSWORD]}
                return (CleartextSample("out", "other", json.dumps(login).encode()),)
    return ()


def _product(server: bytes) -> str:
    """Class and release of the server (EXCSATRD), from EBCDIC."""
    for point, body, fits in _structures(server):
        if not fits or point != 0x1443:
            return ""
        found = _names(body)
        return " ".join(found[key] for key in (_SRVCLSNM, _SRVRLSLV) if found.get(key))
    return ""


def _names(body: bytes) -> dict[int, str]:
    """Objects of a structure by code point, from EBCDIC; empty texts for what is not text."""
    found: dict[int, str] = {}
    at = 0
    while at + 4 <= len(body) and len(found) < 16:
        size = int.from_bytes(body[at : at + 2])
        if size < 4:
            break
        name = body[at + 4 : at + size].decode("cp500").strip(" \0")
        found[int.from_bytes(body[at + 2 : at + 4])] = name if name.isprintable() else ""
        at += size
    return found
