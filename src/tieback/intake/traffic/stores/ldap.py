"""LDAP, with StartTLS.

Source: RFC 4511, sections 4.1.1, 4.2, 4.12 and 4.14. A message is a BER sequence of an ID and an operation, which is
identified by its application tag. StartTLS is an extended request with its own OID; TLS follows the server's success.
"""

from collections.abc import Iterator

import msgspec

from tieback.intake.traffic.interface import ConnectionStart, ProtocolMatch
from tieback.intake.traffic.stores.evidence import combine_confidence, is_text, sample_directions
from tieback.intake.traffic.stores.starttls import handshake_at, tls_from

_SEQUENCE, _INTEGER, _OCTETS, _SIMPLE, _SASL = 0x30, 0x02, 0x04, 0x80, 0xA3
_BIND, _BIND_ANSWER, _UNBIND, _SEARCH, _ENTRY, _DONE, _EXTENDED, _EXTENDED_ANSWER = (
    0x60, 0x61, 0x42, 0x63, 0x64, 0x65, 0x77, 0x78,
)  # fmt: skip
_REQUESTS = frozenset({_BIND, _UNBIND, _SEARCH, 0x66, 0x68, 0x4A, 0x6C, 0x6E, 0x50, _EXTENDED})
_ANSWERS = frozenset({_BIND_ANSWER, _ENTRY, _DONE, 0x67, 0x69, 0x6B, 0x6D, 0x6F, 0x73, _EXTENDED_ANSWER, 0x79})
_STARTTLS = b"1.3.6.1.4.1.1466.20037"
_MOST = 64
_LONGEST = 1 << 24


class _Message(msgspec.Struct, frozen=True):
    operation: int
    body: bytes
    end: int


class Ldap:
    """LDAP, recognised by its messages, with detection of StartTLS."""

    name = "ldap"
    client_first = b"\x30"
    server_first = b"\x30"

    def recognise(self, opening: ConnectionStart) -> ProtocolMatch | None:
        """Chains of messages in each direction; a bind or a StartTLS request has the highest weight."""
        client, server = opening.client, opening.server
        here = _weight(client, _REQUESTS) if client else None
        there = _weight(server, _ANSWERS) if server else None
        confidence = combine_confidence(here, there)
        if not confidence:
            return None
        turned = _starttls(client)
        if turned and handshake_at(client, turned):
            accepted = _accepted(server)
            return ProtocolMatch(
                self.name,
                confidence,
                encrypted=True,
                tls_client=client[turned:],
                tls_server=tls_from(server, accepted) if accepted else b"",
            )
        return ProtocolMatch(self.name, confidence, samples=sample_directions("other", _shown(client), _shown(server)))


def _element(data: bytes, at: int) -> tuple[int, int, int]:
    """Tag, and begin and end of the content; the end is before the begin if the length does not fit."""
    if at + 2 > len(data):
        return 0, 1, 0
    length, begin = data[at + 1], at + 2
    if length & 0x80:
        count = length & 0x7F
        if not 1 <= count <= 4 or begin + count > len(data):
            return 0, 1, 0
        length = int.from_bytes(data[begin : begin + count])
        begin += count
    return data[at], begin, begin + length


def _messages(data: bytes) -> Iterator[_Message]:
    """Consecutive messages, until one does not fit."""
    at = 0
    for _ in range(_MOST):
        tag, begin, end = _element(data, at)
        if tag != _SEQUENCE or end <= begin or end - begin > _LONGEST:
            return
        kind, id_begin, id_end = _element(data, begin)
        if kind != _INTEGER or not 1 <= id_end - id_begin <= 4 or id_end >= end:
            return
        operation, body_begin, body_end = _element(data, id_end)
        if body_end < body_begin or body_end > end:
            return
        yield _Message(operation, data[body_begin:body_end], end)
        at = end


def _weight(data: bytes, operations: frozenset[int]) -> float:
    weight = 0.0
    for number, message in enumerate(_messages(data)):
        if message.operation not in operations:
            return 0.0
        weight = max(weight, _says(message), 0.8 if number else 0.0)
    return weight


def _says(message: _Message) -> float:
    body = message.body
    if message.operation == _BIND:
        tag, begin, end = _element(body, 3)
        credentials = body[end : end + 1]
        fits = body[:2] == b"\x02\x01" and body[2:3] in {b"\2", b"\3"} and tag == _OCTETS and end >= begin
        return 1.0 if fits and credentials in {b"\x80", b"\xa3", b""} else 0.0
    if message.operation == _EXTENDED:
        return 1.0 if body[:1] == b"\x80" and body[2:4] == b"1." else 0.0
    if message.operation in {_BIND_ANSWER, _DONE, _EXTENDED_ANSWER}:
        return 0.9 if body[:2] == b"\x0a\x01" and body[3:4] == b"\x04" else 0.0
    if message.operation == _SEARCH:
        _, _, end = _element(body, 0)
        return 0.9 if body[:1] == b"\x04" and body[end : end + 2] == b"\x0a\x01" else 0.0
    if message.operation == _ENTRY:
        return 0.9 if body[:1] == b"\x04" else 0.0
    return 0.6 if message.operation != _UNBIND else 0.4


def _starttls(client: bytes) -> int:
    """End of the StartTLS request; 0 if there is none."""
    for message in _messages(client):
        if message.operation == _EXTENDED and _STARTTLS in message.body[:40]:
            return message.end
    return 0


def _accepted(server: bytes) -> int:
    """End of the server's success response to an extended request; 0 if there is none."""
    for message in _messages(server):
        if message.operation == _EXTENDED_ANSWER and message.body[:3] == b"\x0a\x01\0":
            return message.end
    return 0


def _shown(data: bytes) -> Iterator[bytes]:
    """Name and password of simple binds, and the printable strings of searches and entries."""
    for message in _messages(data):
        if message.operation == _BIND:
            _, begin, end = _element(message.body, 3)
            tag, secret_begin, secret_end = _element(message.body, end)
            if tag == _SIMPLE and secret_end > secret_begin:
                yield b"bind " + message.body[begin:end] + b" password: " + message.body[secret_begin:secret_end]
        elif message.operation in {_SEARCH, _ENTRY}:
            yield b" ".join(_strings(message.body, 0, len(message.body), 6))


def _strings(data: bytes, at: int, end: int, depth: int) -> Iterator[bytes]:
    """Octet strings that are text, in order, down to a bounded depth."""
    for _ in range(200):
        if at >= end:
            return
        tag, begin, stop = _element(data, at)
        if stop < begin or stop > end:
            return
        if tag & 0x20 and depth:
            yield from _strings(data, begin, stop, depth - 1)
        elif is_text(data[begin:stop]) and stop - begin > 1:
            yield data[begin:stop]
        at = stop
