"""Cassandra's native protocol (CQL), versions 1 to 5 and DSE's, and the first bytes between nodes.

Source: https://github.com/apache/cassandra/blob/trunk/doc/native_protocol_v4.spec and v5. A frame is version (the upper
bit marks a response), flags, stream, opcode and length, big-endian. Since v5, frames after STARTUP are in segments with
checksums, so only the first frame is checked there.
"""

from collections.abc import Iterator

from tieback.intake.traffic.interface import ConnectionStart, ProtocolMatch
from tieback.intake.traffic.stores.evidence import combine_confidence, is_text, sample_directions, sql_runs

_VERSIONS = frozenset({1, 2, 3, 4, 5, 6, 0x41, 0x42})
_ERROR, _STARTUP, _READY, _AUTHENTICATE, _OPTIONS, _SUPPORTED, _QUERY, _RESULT, _PREPARE = 0, 1, 2, 3, 5, 6, 7, 8, 9
_REQUESTS = frozenset({1, 4, 5, 7, 9, 10, 11, 13, 15})
_ANSWERS = frozenset({0, 2, 3, 6, 8, 12, 14, 16})
_LONGEST = 256 * 1024 * 1024
_INTERNODE = b"\xca\x55\x2d\xfa"
_MOST_FRAMES = 64


class Cassandra:
    """CQL, recognised by its frames."""

    name = "cassandra"
    client_first = b"\x01\x02\x03\x04\x05\x06\x41\x42\xca"
    server_first = b"\x81\x82\x83\x84\x85\x86\xc1\xc2\xca"

    def recognise(self, opening: ConnectionStart) -> ProtocolMatch | None:
        """Chains of frames with known opcodes, with the first body checked."""
        client, server = opening.client, opening.server
        if client[:4] == _INTERNODE:
            return ProtocolMatch(
                self.name, combine_confidence(1.0, 1.0 if server[:4] == _INTERNODE else None), detail="between nodes"
            )
        here = _weight(client, answer=False) if client else None
        there = _weight(server, answer=True) if server else None
        confidence = combine_confidence(here, there)
        if not confidence:
            return None
        return ProtocolMatch(
            self.name,
            confidence,
            detail=_cql_version(client),
            samples=sample_directions("sql", _queries(client), sql_runs(server) or _results(server)),
        )


def _frames(data: bytes) -> Iterator[tuple[int, int, int, bytes]]:
    """Version, opcode, length and body; the last body may be truncated."""
    at = 0
    for _ in range(_MOST_FRAMES):
        version = data[at] & 0x7F if at < len(data) else 0
        header = 8 if version in {1, 2} else 9
        if len(data) < at + header:
            return
        length = int.from_bytes(data[at + header - 4 : at + header])
        yield data[at], data[at + header - 5], length, data[at + header : at + header + length]
        at += header + length


def _weight(data: bytes, *, answer: bool) -> float:
    opcodes = _ANSWERS if answer else _REQUESTS
    weight = 0.0
    for number, (version, opcode, length, body) in enumerate(_frames(data)):
        if number and version & 0x7F in {5, 6, 0x42} | {0} and weight:
            break
        if (
            bool(version & 0x80) != answer
            or version & 0x7F not in _VERSIONS
            or opcode not in opcodes
            or length > _LONGEST
        ):
            segments = data[0] & 0x7F == 5 and weight > 0
            return weight if segments else 0.0
        if number == 0 and data[1] & ~0x1F:
            return 0.0
        found = _body(opcode, length, body)
        if found == 0.0:
            return 0.0
        weight = max(weight, found + (0.2 if number else 0.0))
        if number > 6:
            break
    return min(weight, 1.0)


def _body(opcode: int, length: int, body: bytes) -> float:
    """Weight of a frame's body."""
    if opcode == _STARTUP:
        return 1.0 if b"CQL_VERSION" in body[:200] else 0.0
    if opcode == _SUPPORTED:
        return 1.0 if b"CQL_VERSION" in body or b"PROTOCOL_VERSIONS" in body else 0.0
    if opcode in {_OPTIONS, _READY}:
        return 0.8 if length == 0 else 0.0
    if opcode == _AUTHENTICATE:
        size = int.from_bytes(body[:2])
        return 0.9 if size == length - 2 and is_text(body[2:]) else 0.0
    if opcode in {_QUERY, _PREPARE}:
        size = int.from_bytes(body[:4])
        return 0.9 if 4 <= size <= length - 4 and is_text(body[4 : 4 + size]) else 0.0
    if opcode == _RESULT:
        return 0.8 if 1 <= int.from_bytes(body[:4]) <= 5 else 0.0
    if opcode == _ERROR:
        size = int.from_bytes(body[4:6])
        return 0.8 if size <= length - 6 and is_text(body[6 : 6 + size]) else 0.0
    return 0.55


def _queries(client: bytes) -> Iterator[bytes]:
    for _, opcode, _, body in _frames(client):
        if opcode in {_QUERY, _PREPARE}:
            yield body[4 : 4 + int.from_bytes(body[:4])]


def _results(server: bytes) -> Iterator[bytes]:
    for _, opcode, _, body in _frames(server):
        if opcode == _RESULT and body[:4] == b"\0\0\0\x02":
            yield body[4:]


def _cql_version(client: bytes) -> str:
    at = client.find(b"CQL_VERSION\0\x05")
    version = client[at + 13 : at + 18]
    return f"CQL {version.decode('ascii')}" if at >= 0 and version.replace(b".", b"").isdigit() else ""
