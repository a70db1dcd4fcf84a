"""MySQL's X Protocol (port 33060).

Source: https://dev.mysql.com/doc/dev/mysql-server/latest/page_mysqlx_protocol.html, mysqlx.proto. A message is four
bytes of length, little-endian, a type, and a protobuf message. To use TLS, a client sets the capability ``tls`` and
speaks TLS after the server's OK.
"""

from tieback.intake.traffic.interface import ConnectionStart, ProtocolMatch
from tieback.intake.traffic.stores.evidence import combine_confidence, sample_directions, sql_runs
from tieback.intake.traffic.stores.interface import ANY
from tieback.intake.traffic.stores.starttls import handshake_at, record_at

_CAPABILITIES_GET, _CAPABILITIES_SET, _AUTHENTICATE = 1, 2, 4
_MECHANISMS = (b"MYSQL41", b"PLAIN", b"SHA256_MEMORY", b"EXTERNAL")
_SERVER_TYPES = frozenset({0, 1, 2, 3, 4, 11, 12, 13, 14, 16, 17, 18, 19})
_LONGEST_OPENING = 4096


class MysqlX:
    """The X Protocol, recognised by its capabilities and authentication messages."""

    name = "mysql"
    client_first = ANY
    server_first = ANY

    def recognise(self, opening: ConnectionStart) -> ProtocolMatch | None:
        """Capabilities or authentication from the client; known messages from the server."""
        client, server = opening.client, opening.server
        if len(client) < 5 or client[2:4] != b"\0\0" or client[4] not in b"\x01\x02\x04":
            return None
        weight, asks_tls, end = _client(client)
        confidence = combine_confidence(weight, _server(server))
        if not weight or not confidence:
            return None
        tls_client = client[end:] if asks_tls and handshake_at(client, end) else b""
        return ProtocolMatch(
            self.name,
            confidence,
            encrypted=bool(tls_client),
            tls_client=tls_client,
            tls_server=_server_tls(server) if tls_client else b"",
            detail="X Protocol",
            samples=() if tls_client else sample_directions("sql", sql_runs(client), sql_runs(server)),
        )


def _client(client: bytes) -> tuple[float, bool, int]:
    """Weight, true if TLS is requested, and the end of the message that requests it."""
    at = 0
    weight = 0.0
    for _ in range(4):
        if at + 5 > len(client):
            break
        length = int.from_bytes(client[at : at + 4], "little")
        kind = client[at + 4]
        if not 1 <= length <= _LONGEST_OPENING:
            break
        body = client[at + 5 : at + 4 + length]
        at += 4 + length
        if kind == _CAPABILITIES_GET and length == 1:
            weight = max(weight, 0.45)
        elif kind == _CAPABILITIES_SET and b"\x0a\x03tls" in body:
            return 1.0, True, at
        elif kind == _CAPABILITIES_SET and body[:1] == b"\x0a":
            weight = max(weight, 0.45)
        elif kind == _AUTHENTICATE and _mechanism(body) in _MECHANISMS:
            return 1.0, False, at
        else:
            break
    return weight, False, at


def _mechanism(body: bytes) -> bytes:
    """The first field of an authentication message, if it is a complete text."""
    return body[2 : 2 + body[1]] if len(body) > 2 and body[0] == 0x0A else b""


def _server(server: bytes) -> float | None:
    if not server:
        return None
    at = seen = 0
    while at + 5 <= len(server) and seen < 4:
        if record_at(server, at):
            break
        length = int.from_bytes(server[at : at + 4], "little")
        if not 1 <= length <= 1 << 20 or server[at + 4] not in _SERVER_TYPES:
            return 0.8 if seen >= 2 else 0.0
        at += 4 + length
        seen += 1
    return 0.9 if seen else 0.0


def _server_tls(server: bytes) -> bytes:
    at = 0
    for _ in range(8):
        if record_at(server, at):
            return server[at:]
        if at + 5 > len(server):
            break
        at += 4 + int.from_bytes(server[at : at + 4], "little")
    return b""
