"""MySQL and MariaDB, the classic protocol.

Source: https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_connection_phase.html (HandshakeV10,
HandshakeResponse41, SSLRequest), https://mariadb.com/kb/en/connection/. A packet is three bytes of length,
little-endian, a sequence number, and the payload. The server speaks first. Its greeting has a flag for TLS support
(``CLIENT_SSL``). A client that requires TLS answers with a bare SSLRequest of 32 bytes, after which both speak TLS.
"""

import re
from collections.abc import Iterator

import msgspec

from tieback.intake.traffic.interface import ConnectionStart, ProtocolMatch
from tieback.intake.traffic.stores.evidence import combine_confidence, is_ascii_text, is_text, sample_directions
from tieback.intake.traffic.stores.interface import ANY
from tieback.intake.traffic.stores.starttls import handshake_at, tls_from
from tieback.model.flow import CleartextSample

_LONGEST_GREETING = 1024
_CLIENT_SSL = 0x800
_CLIENT_COMPRESS = 0x20
_CLIENT_ZSTD = 0x4000000
_CLIENT_PROTOCOL_41 = 0x200
_SSL_REQUEST = 32
_COM_INIT_DB, _COM_QUERY, _COM_STMT_PREPARE = 0x02, 0x03, 0x16
_VERB = re.compile(
    rb"(?i)\s*(?:select|insert|update|delete|replace|set|show|begin|commit|rollback|create|alter|drop|call|use)\b"
)
_QUERY_TEXT = re.compile(rb"[A-Za-z(/\-#][\t\n\r\x20-\x7e\x80-\xff]{2,}")
_MOST_PACKETS = 400


class _Greeting(msgspec.Struct, frozen=True):
    end: int
    detail: str
    ssl: bool
    error: bool = False


class Mysql:
    """MySQL and MariaDB, recognised by greeting, login, or commands mid-stream."""

    name = "mysql"
    client_first = ANY
    server_first = ANY

    def recognise(self, opening: ConnectionStart) -> ProtocolMatch | None:
        """The greeting and the client's response; mid-stream, a command and the packets after it."""
        client, server = opening.client, opening.server
        greeting = _greeting(server)
        if greeting is None:
            if server:
                return _mid_stream(client, server) if opening.midstream and client else None
            return _login_alone(client)
        confidence = combine_confidence(_login_weight(client), 0.95 if greeting.error else 1.0)
        if not confidence:
            return None
        turned = _turns_to_tls(client)
        if turned:
            return ProtocolMatch(
                self.name,
                confidence,
                encrypted=True,
                tls_client=client[4 + _SSL_REQUEST :],
                tls_server=tls_from(server, greeting.end),
                detail=greeting.detail,
            )
        return ProtocolMatch(
            self.name, confidence, detail=greeting.detail, samples=_cleartext(client, server, greeting.end)
        )


def _greeting(server: bytes) -> _Greeting | None:
    """HandshakeV10 (or the error packet of a server that refuses the client), with every field checked."""
    if len(server) < 9 or server[3] != 0 or server[4] not in b"\x0a\xff":
        return None
    length = int.from_bytes(server[:3], "little")
    if not 7 <= length <= _LONGEST_GREETING or len(server) < 4 + length:
        return None
    payload = server[4 : 4 + length]
    if payload[0] == 0xFF:
        code = int.from_bytes(payload[1:3], "little")
        return (
            _Greeting(4 + length, "", ssl=False, error=True)
            if 1000 <= code < 5000 and is_ascii_text(payload[3:])
            else None
        )
    end = payload.find(b"\0", 1, 120)
    if end < 2 or not is_ascii_text(payload[1:end]) or not payload[1:2].isdigit() or len(payload) < end + 16:
        return None
    if payload[end + 13] != 0:  # the filler after the first eight bytes of salt
        return None
    low = int.from_bytes(payload[end + 14 : end + 16], "little")
    return _Greeting(4 + length, _product(payload[1:end].decode("ascii")), ssl=bool(low & _CLIENT_SSL))


def _product(version: str) -> str:
    if "mariadb" in version.lower():
        return f"MariaDB {version.removeprefix('5.5.5-')}"
    return f"MySQL {version}"


def _login_weight(client: bytes) -> float | None:
    """Weight of the client's first packet: HandshakeResponse41, SSLRequest or the login of versions before 4.1."""
    if not client:
        return None
    if len(client) < 9 or client[3] != 1:
        return 0.0
    length = int.from_bytes(client[:3], "little")
    if length < 5 or length > 1 << 16:
        return 0.0
    capabilities = int.from_bytes(client[4:8], "little")
    if not capabilities & _CLIENT_PROTOCOL_41:
        return 0.6 if length < 300 and is_text(client[9 : 9 + client[9:].find(b"\0")]) else 0.0
    if length < _SSL_REQUEST or any(client[13:32]):  # reserved; MariaDB uses the four bytes after them
        return 0.0
    if length == _SSL_REQUEST:
        return 1.0 if capabilities & _CLIENT_SSL else 0.0
    return 1.0


def _turns_to_tls(client: bytes) -> bool:
    return (
        len(client) > 4 + _SSL_REQUEST
        and client[:4] == b"\x20\0\0\x01"
        and bool(int.from_bytes(client[4:8], "little") & _CLIENT_SSL)
        and handshake_at(client, 4 + _SSL_REQUEST)
    )


def _login_alone(client: bytes) -> ProtocolMatch | None:
    """A client whose server was not captured: only a complete packet of the 4.1 login counts."""
    if len(client) < 4 + _SSL_REQUEST or _login_weight(client) != 1.0:
        return None
    if client[:3] == b"\x20\0\0":
        if not _turns_to_tls(client):
            return None
        return ProtocolMatch(
            "mysql", combine_confidence(0.9, None), encrypted=True, tls_client=client[4 + _SSL_REQUEST :]
        )
    user_end = client.find(b"\0", 36, 36 + 100)
    if user_end <= 36 or not is_text(client[36:user_end]) or len(client) < 4 + int.from_bytes(client[:3], "little"):
        return None
    return ProtocolMatch("mysql", combine_confidence(0.8, None), samples=_cleartext(client, b"", 0))


def _packets(data: bytes, at: int = 0) -> Iterator[tuple[int, bytes]]:
    """Sequence number and payload of each packet; the last may be truncated."""
    for _ in range(_MOST_PACKETS):
        if at + 4 > len(data):
            return
        length = int.from_bytes(data[at : at + 3], "little")
        yield data[at + 3], data[at + 4 : at + 4 + length]
        at += 4 + length


def _mid_stream(client: bytes, server: bytes) -> ProtocolMatch | None:
    """A query with sequence number 0, and a response that counts from 1 in complete packets."""
    first = next(_packets(client), None)
    if first is None or first[0] != 0 or first[1][:1] != b"\x03" or not _VERB.match(first[1], 1):
        return None
    expected = 1
    for sequence, _ in _packets(server):
        if sequence != expected:
            if expected == 1:
                return None
            break
        expected += 1
    if int.from_bytes(server[:3], "little") > len(server):
        return None
    return ProtocolMatch("mysql", 0.9, samples=_cleartext(client, server, 0))


def _cleartext(client: bytes, server: bytes, greeting_end: int) -> tuple[CleartextSample, ...]:
    capabilities = int.from_bytes(client[4:8], "little") if client[3:4] == b"\x01" else 0
    if capabilities & (_CLIENT_COMPRESS | _CLIENT_ZSTD):
        return ()
    return sample_directions("sql", _queries(client), _rows(server, greeting_end))


def _queries(client: bytes) -> Iterator[bytes]:
    for sequence, payload in _packets(client):
        if sequence == 0 and payload[:1] and payload[0] in {_COM_INIT_DB, _COM_QUERY, _COM_STMT_PREPARE}:
            # Since 8.0.23 query attributes may precede the text.
            found = _QUERY_TEXT.search(payload, 1, 400) if payload[0] == _COM_QUERY else None
            yield payload[found.start() :] if found else payload[1:]


def _rows(server: bytes, at: int) -> Iterator[bytes]:
    """One line of column names per result, and one line per text row, with cells separated by tabs."""
    names: list[bytes] = []
    for _, payload in _packets(server, at):
        if payload[:4] == b"\x03def":
            names.append(_column_name(payload))
            continue
        if names:
            yield b"\t".join(names)
            names = []
        cells, end = _strings(payload)
        if end == len(payload) and any(cells) and is_text(b"".join(cells)):
            yield b"\t".join(cells)


def _column_name(payload: bytes) -> bytes:
    """The name in a column definition: after catalogue, schema, table and original table."""
    cells, _ = _strings(payload, 5)
    return cells[4] if len(cells) == 5 else b""


def _strings(payload: bytes, most: int = 1000) -> tuple[list[bytes], int]:
    """Length-encoded strings (0xFB is NULL) and the end of the last one; -1 if one does not fit."""
    cells: list[bytes] = []
    at = 0
    while at < len(payload) and len(cells) < most:
        length = payload[at]
        at += 1
        if length == 0xFB:
            cells.append(b"")
            continue
        if length == 0xFC:
            length = int.from_bytes(payload[at : at + 2], "little")
            at += 2
        elif length > 0xFC:
            return cells, -1
        if at + length > len(payload):
            return cells, -1
        cells.append(payload[at : at + length])
        at += length
    return cells, at
