"""Neo4j's Bolt (port 7687). Its HTTP interface is in ``http``.

Source: https://neo4j.com/docs/bolt/current/bolt/handshake/ and .../message/. A client sends ``60 60 B0 17`` and four
versions that it supports; the server answers with one of them. Messages are PackStream in chunks.
"""

import re

from tieback.intake.traffic.interface import ConnectionStart, ProtocolMatch
from tieback.intake.traffic.stores.evidence import combine_confidence, sample_directions, sql_runs

_MAGIC = b"\x60\x60\xb0\x17"
_HANDSHAKE = 20
_MANIFEST = 0xFF
_HIGHEST_MAJOR = 9
_SERVER = re.compile(rb"\x86server(?:[\x80-\x8f]|\xd0[\x10-\x7f])([A-Za-z][A-Za-z0-9 ]{0,20}/[0-9A-Za-z.+-]{1,30})")


class Bolt:
    """Bolt, recognised by its handshake."""

    name = "neo4j"
    client_first = b"\x60"
    server_first = b"\0H"

    def recognise(self, opening: ConnectionStart) -> ProtocolMatch | None:
        """The magic with versions, and the version that the server chose."""
        client, server = opening.client, opening.server
        if client[:4] != _MAGIC:
            return None
        offers = [client[at : at + 4] for at in range(4, _HANDSHAKE, 4)]
        if len(client) < _HANDSHAKE or any(len(offer) != 4 or offer[0] for offer in offers):
            return None
        if not any(offer[3] for offer in offers):
            return None
        confidence = combine_confidence(1.0, _answer(server) if server else None)
        if not confidence:
            return None
        found = _SERVER.search(server, 0, 4096)
        return ProtocolMatch(
            self.name,
            confidence,
            detail=found.group(1).decode("ascii") if found else "",
            samples=sample_directions("sql", [*_login(client), *sql_runs(client[_HANDSHAKE:])], sql_runs(server)),
        )


def _answer(server: bytes) -> float:
    """Weight of the answer: a version of at most two bytes, the manifest marker, or a refusal (four zeros, or HTTP)."""
    if server[:4] == b"HTTP":
        return 0.8
    if len(server) < 4 or server[0] or server[1]:
        return 0.0
    return 1.0 if server[3] <= _HIGHEST_MAJOR or server[3] == _MANIFEST else 0.0


def _login(client: bytes) -> list[bytes]:
    """The user's name and password in HELLO or LOGON."""
    found: list[bytes] = []
    for name in (b"\x89principal", b"\x8bcredentials"):
        at = client.find(name)
        marker = client[at + len(name) : at + len(name) + 1]
        if at >= 0 and marker and 0x80 <= marker[0] <= 0x8F:
            begin = at + len(name) + 1
            found.append(name[1:] + b": " + client[begin : begin + (marker[0] & 0x0F)])
    return found
