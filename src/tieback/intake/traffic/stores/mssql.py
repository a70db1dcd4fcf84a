"""Microsoft SQL Server's Tabular Data Stream.

Source: [MS-TDS] sections 2.2.3 (packet header), 2.2.6.4 (LOGIN7), 2.2.6.5 (PRELOGIN), 2.2.6.6 (RPC), 2.2.6.7 (SQL
batch), 2.2.7 (tokens). A packet is type, status, length (big-endian, header included), SPID, number, and a zero.
PRELOGIN negotiates encryption; the TLS handshake is then inside PRELOGIN packets. If both sides send "off", only the
login is encrypted and the data is not.
"""

import struct
from collections.abc import Iterator

import msgspec

from tieback.intake.traffic.interface import ConnectionStart, ProtocolMatch
from tieback.intake.traffic.stores.evidence import combine_confidence, sample_directions
from tieback.intake.traffic.stores.starttls import record_at, tls_from

_BATCH, _LOGIN_OLD, _RPC, _TABULAR, _ATTENTION, _BULK, _FED, _TRANSACTION, _LOGIN7, _SSPI, _PRELOGIN = (
    1, 2, 3, 4, 6, 7, 8, 14, 16, 17, 18,
)  # fmt: skip
_CLIENT_TYPES = frozenset({_BATCH, _RPC, _ATTENTION, _BULK, _FED, _TRANSACTION, _LOGIN7, _SSPI, _PRELOGIN})
_HEADER = 8
_LONGEST = 32768
_STATUS = 0x1F
_ENCRYPT_ON, _ENCRYPT_REQUIRED = 1, 3
_TOKENS = frozenset(
    {
        0x79,
        0x81,
        0xA4,
        0xA5,
        0xA7,
        0xA9,
        0xAA,
        0xAB,
        0xAC,
        0xAD,
        0xAE,
        0xD1,
        0xD2,
        0xD3,
        0xE3,
        0xE4,
        0xED,
        0xEE,
        0xFD,
        0xFE,
        0xFF,
    }
)
_ALL_HEADERS = b"\x16\0\0\0\x12\0\0\0\x02\0"
_MOST_PACKETS = 64


class _Packet(msgspec.Struct, frozen=True):
    kind: int
    status: int
    length: int
    number: int
    body: bytes
    whole: bool


class Mssql:
    """TDS, recognised by PRELOGIN and LOGIN7, or packets mid-stream."""

    name = "mssql"
    client_first = bytes(sorted(_CLIENT_TYPES))
    server_first = b"\x04\x12"

    def recognise(self, opening: ConnectionStart) -> ProtocolMatch | None:
        """PRELOGIN with its options and the negotiated encryption; otherwise requests and token streams."""
        client, server = opening.client, opening.server
        if client[:1] == b"\x12" or (not client and server[:2] == b"\x04\x01"):
            found = _prelogin(client, server)
            if found is not None or not opening.midstream:
                return found
        if client[:1] == b"\x10":
            here: float | None = 1.0 if _login7(client) else 0.0
        elif not opening.midstream:
            return None
        else:
            here = _requests(client) if client else None
        there = _tokens(server) if server else None
        confidence = combine_confidence(here, there)
        if not confidence:
            return None
        return ProtocolMatch(
            self.name, confidence, samples=sample_directions("sql", _statements(client), _values(server))
        )


def _packets(data: bytes) -> Iterator[_Packet]:
    """Consecutive packets, until one does not fit or the bytes end."""
    at = 0
    for _ in range(_MOST_PACKETS):
        if at + _HEADER > len(data):
            return
        kind, status, length, _, number, window = struct.unpack_from(">BBHHBB", data, at)
        if window or status & ~_STATUS or not _HEADER <= length <= _LONGEST:
            return
        yield _Packet(kind, status, length, number, data[at + _HEADER : at + length], at + length <= len(data))
        at += length


def _options(body: bytes) -> dict[int, bytes] | None:
    """PRELOGIN's options: token, offset, length, ended by 0xFF; ``None`` if one points outside."""
    found: dict[int, bytes] = {}
    at = 0
    while at < len(body) and body[at] != 0xFF:
        offset, size = int.from_bytes(body[at + 1 : at + 3]), int.from_bytes(body[at + 3 : at + 5])
        if body[at] > 16 or offset + size > len(body) or len(found) > 16:
            return None
        found[body[at]] = body[offset : offset + size]
        at += 5
    return found if at < len(body) and len(found.get(0, b"")) == 6 else None


def _prelogin(client: bytes, server: bytes) -> ProtocolMatch | None:
    asked = next(_packets(client), None) if client else None
    answered = next(_packets(server), None) if server else None
    wants = _options(asked.body) if asked is not None and asked.kind == _PRELOGIN else None
    gives = _options(answered.body) if answered is not None and answered.kind == _TABULAR else None
    if (client and wants is None) or (server and gives is None):
        return None
    confidence = combine_confidence(1.0 if client else None, 1.0 if server else None)
    if not confidence:
        return None
    tls_client, tls_server = _inner_tls(client), _inner_tls(server)
    settled = (wants or {}).get(1, b"\0")[:1], (gives or {}).get(1, b"\2")[:1]
    whole = any(side and side[0] in {_ENCRYPT_ON, _ENCRYPT_REQUIRED} for side in settled) and settled[1] != b"\2"
    encrypted = bool(tls_client) and (whole or not server)
    parts = [_version(gives), "login encrypted, data in cleartext" if tls_client and not encrypted else ""]
    return ProtocolMatch(
        "mssql",
        confidence,
        encrypted=encrypted,
        tls_client=tls_client,
        tls_server=tls_server,
        detail=", ".join(part for part in parts if part),
        samples=() if encrypted else sample_directions("sql", _statements(client), _values(server)),
    )


def _inner_tls(data: bytes) -> bytes:
    """TLS bytes: the content of PRELOGIN packets after the first packet, then separate records."""
    at = 0
    inner: list[bytes] = []
    for _ in range(_MOST_PACKETS):
        if record_at(data, at):
            inner.append(tls_from(data, at))
            break
        if at + _HEADER > len(data) or data[at] not in {_PRELOGIN, _TABULAR}:
            break
        length = int.from_bytes(data[at + 2 : at + 4])
        if length < _HEADER:
            break
        if at and data[at] == _PRELOGIN:
            inner.append(data[at + _HEADER : at + length])
        at += length
    found = b"".join(inner)
    return found if record_at(found, 0) else b""


def _version(options: dict[int, bytes] | None) -> str:
    version = (options or {}).get(0, b"")
    if len(version) != 6 or not version[0]:
        return ""
    return f"SQL Server {version[0]}.{version[1]}.{int.from_bytes(version[2:4])}"


def _login7(client: bytes) -> bool:
    packet = next(_packets(client), None)
    if packet is None or packet.kind != _LOGIN7 or len(packet.body) < 36:
        return False
    length, version = struct.unpack_from("<II", packet.body)
    return version >> 24 in range(0x70, 0x78) and (length <= packet.length - _HEADER or not packet.status & 1)


def _wide(body: bytes) -> bool:
    """True if it begins with ASCII text in UTF-16, little-endian."""
    head = body[:16]
    return (
        len(head) >= 4 and not any(head[1::2]) and all(byte in b"\t\n\r" or 0x20 <= byte < 0x7F for byte in head[::2])
    )


def _request_fits(packet: _Packet) -> float:
    body = packet.body
    if packet.kind == _BATCH:
        if body[:10] == _ALL_HEADERS:
            return 1.0
        return 0.8 if _wide(body) else 0.0
    if packet.kind == _RPC:
        if body[:10] == _ALL_HEADERS:
            return 1.0
        size = int.from_bytes(body[:2], "little")
        if size == 0xFFFF:
            return 0.8 if 1 <= int.from_bytes(body[2:4], "little") <= 15 else 0.0
        return 0.9 if 1 <= size <= 256 and _wide(body[2 : 2 + 2 * size]) else 0.0
    if packet.kind == _TRANSACTION:
        return 0.8 if body[:4] == b"\x16\0\0\0" else 0.0
    return 0.3 if packet.kind == _ATTENTION and packet.length == _HEADER else 0.0


def _requests(data: bytes) -> float:
    weight = 0.0
    begins = True
    for packet in _packets(data):
        if packet.kind not in _CLIENT_TYPES:
            return 0.0
        if begins:
            found = _request_fits(packet)
            if not found:
                return weight if weight >= 0.8 and not packet.whole else 0.0
            weight = max(weight, found)
        begins = bool(packet.status & 1)
    return weight


def _tokens(data: bytes) -> float:
    weight = 0.0
    begins = True
    for packet in _packets(data):
        if packet.kind != _TABULAR or (begins and packet.body[:1] and packet.body[0] not in _TOKENS):
            return 0.0
        weight = max(weight, 0.9 if packet.whole and packet.status & 1 else 0.7)
        begins = bool(packet.status & 1)
    return weight


def _statements(client: bytes) -> Iterator[bytes]:
    """SQL text and procedure names with their text arguments, as UTF-8."""
    for packet in _packets(client):
        if packet.kind in {_BATCH, _RPC}:
            yield from _wide_runs(packet.body)


def _values(server: bytes) -> Iterator[bytes]:
    for packet in _packets(server):
        if packet.kind == _TABULAR:
            yield from _wide_runs(packet.body)


def _wide_runs(body: bytes) -> Iterator[bytes]:
    """Runs of UTF-16 text of four characters and more, at either alignment."""
    for begin in (0, 1):
        run = bytearray()
        for at in range(begin, len(body) - 1, 2):
            byte = body[at]
            if body[at + 1] == 0 and (0x20 <= byte < 0x7F or byte in b"\t\n\r"):
                run.append(byte)
            else:
                if len(run) >= 4:
                    yield bytes(run)
                run.clear()
        if len(run) >= 4:
            yield bytes(run)
