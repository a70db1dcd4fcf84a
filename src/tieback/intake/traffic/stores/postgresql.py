"""PostgreSQL, protocol 3.

Source: https://www.postgresql.org/docs/current/protocol-message-formats.html and protocol-flow.html. Before its startup
message a client may request TLS (SSLRequest) or GSSAPI encryption. The server answers with one letter: ``S`` or ``G``
for yes, ``N`` for no. After a no, the client makes the other request or continues in cleartext.
"""

from collections.abc import Iterator

import msgspec

from tieback.intake.traffic.interface import ConnectionStart, ProtocolMatch
from tieback.intake.traffic.stores.evidence import combine_confidence, is_text, sample_directions
from tieback.intake.traffic.stores.starttls import handshake_at, tls_from

_SSL_REQUEST, _GSS_REQUEST, _CANCEL = 80877103, 80877104, 80877102
_VERSION_3 = 3
_LONGEST_STARTUP = 10_000
_BACKEND = frozenset(b"RKSZTDC12tnIsAEGHWNcdv3V")
_FRONTEND = frozenset(b"QPBDESCHXFdcfp")
_AUTHENTICATION = frozenset({0, 2, 3, 5, 6, 7, 8, 9, 10, 11, 12})
_EXACT = {ord("Z"): 5, ord("1"): 4, ord("2"): 4, ord("3"): 4, ord("n"): 4, ord("I"): 4, ord("s"): 4, ord("c"): 4}
_LONGEST_MESSAGE = 1 << 30
_CHECKED = 12
_MOST_MESSAGES = 400


class _Talk(msgspec.Struct):
    """State of the requests before the startup message."""

    client_at: int = 0
    server_at: int = 0
    asked: int = 0
    tls: bool = False
    gss: bool = False


class Postgresql:
    """PostgreSQL, recognised by startup and encryption requests, or by complete messages mid-stream."""

    name = "postgresql"
    client_first = b"\0QPBDESCHXFdcfp"
    server_first = b"SNGRKZTDC12tnIsAEHWcdv3V"

    def recognise(self, opening: ConnectionStart) -> ProtocolMatch | None:
        """The requests, the startup message and the server's messages."""
        client, server = opening.client, opening.server
        if client[:1] != b"\0":
            return _without_startup(opening)
        if len(client) < 8:
            return None
        talk = _requests(client, server)
        if talk is None:
            return None
        if talk.tls:
            return ProtocolMatch(
                self.name,
                combine_confidence(1.0, 1.0) if server else combine_confidence(0.9, None),
                encrypted=True,
                tls_client=client[talk.client_at :],
                tls_server=tls_from(server, talk.server_at),
            )
        return _startup(client, server, talk)


def _requests(client: bytes, server: bytes) -> _Talk | None:
    """Walk SSLRequest and GSSENCRequest with their responses; ``None`` if a response is invalid."""
    talk = _Talk()
    for _ in range(2):
        head = client[talk.client_at : talk.client_at + 8]
        if head[:4] != b"\0\0\0\x08" or int.from_bytes(head[4:]) not in {_SSL_REQUEST, _GSS_REQUEST}:
            return talk
        wants_tls = int.from_bytes(head[4:]) == _SSL_REQUEST
        talk.client_at += 8
        talk.asked += 1
        answer = server[talk.server_at : talk.server_at + 1]
        if not answer:
            talk.tls = wants_tls and handshake_at(client, talk.client_at)
            return talk
        if answer == b"E":
            return talk
        if answer not in ({b"S", b"N"} if wants_tls else {b"G", b"N"}):
            return None
        talk.server_at += 1
        if answer == b"S":
            talk.tls = True
            return talk
        if answer == b"G":
            talk.gss = True
            return talk
    return talk


def _startup(client: bytes, server: bytes, talk: _Talk) -> ProtocolMatch | None:
    at = talk.client_at
    if talk.gss or (talk.asked and at == len(client)):
        # Only the requests were captured. They are eight fixed bytes, and the response is the permitted one.
        answered = talk.server_at > 0 or server[:1] == b"E"
        return ProtocolMatch(
            "postgresql",
            combine_confidence(1.0, 0.9 if answered else None),
            encrypted=talk.gss and len(client) > at,
            detail="GSSAPI encryption" if talk.gss else "",
        )
    if client[at : at + 4] == b"\0\0\0\x10" and int.from_bytes(client[at + 4 : at + 8]) == _CANCEL:
        return (
            ProtocolMatch("postgresql", combine_confidence(0.9, None), detail="cancel request")
            if len(server) <= talk.server_at
            else None
        )
    length = int.from_bytes(client[at : at + 4])
    if (
        not 9 <= length <= _LONGEST_STARTUP
        or client[at + 4 : at + 6] != b"\0\x03"
        or client[at + 6]
        or client[at + 7] > 9
    ):
        return None
    parameters = client[at + 8 : at + length]
    if not _parameters(parameters, whole=len(client) >= at + length):
        return None
    answer = server[talk.server_at :]
    confidence = combine_confidence(1.0, _backend(answer) if answer else None)
    if not confidence:
        return None
    return ProtocolMatch(
        "postgresql",
        confidence,
        detail=_version(answer),
        samples=sample_directions("sql", _queries(client, at + length), _rows(answer)),
    )


def _parameters(data: bytes, *, whole: bool) -> bool:
    """Names and values, each ended by a zero byte, the list by another; ``user`` must be among them."""
    if whole and data[-2:] != b"\0\0":
        return False
    return b"user\0" in data and is_text(data.replace(b"\0", b" "))


def _messages(data: bytes, at: int = 0, most: int = _MOST_MESSAGES) -> Iterator[tuple[int, int, bytes]]:
    """Type, length and body of each message; the last body may be truncated."""
    for _ in range(most):
        if at + 5 > len(data):
            return
        length = int.from_bytes(data[at + 1 : at + 5])
        yield data[at], length, data[at + 5 : at + 1 + length]
        if length < 4:
            return
        at += 1 + length


def _backend(data: bytes) -> float:
    """Weight of a server's messages: types and lengths of the first dozen all fit."""
    count = 0
    for kind, length, body in _messages(data, most=_CHECKED):
        if kind not in _BACKEND or not 4 <= length <= _LONGEST_MESSAGE or _EXACT.get(kind, length) != length:
            return 0.0
        if kind == 0x52 and (length < 8 or int.from_bytes(body[:4]) not in _AUTHENTICATION):
            return 0.0
        if kind in b"EN" and not (body[:1].isalpha() and b"\0" in body[:200]):
            return 0.0
        if kind == 0x5A and body not in {b"I", b"T", b"E", b""}:
            return 0.0
        count += 1
    return 0.0 if not count else 1.0 if count > 1 else 0.9


def _frontend(data: bytes) -> float:
    """Weight of a client's messages mid-stream: one query with its text, or several consecutive messages."""
    count = 0
    telling = False
    for kind, length, body in _messages(data, most=_CHECKED):
        if kind not in _FRONTEND or not 4 <= length <= _LONGEST_MESSAGE:
            return 0.0
        if kind == 0x51:
            if not is_text(body.rstrip(b"\0")) or (len(body) == length - 4 and body[-1:] != b"\0"):
                return 0.0
            telling = len(body) > 6
        elif kind in b"SHXc" and length != 4:
            return 0.0
        elif kind == 0x50:
            telling = telling or (body.count(b"\0") >= 2 and is_text(body.split(b"\0", 2)[1]))
        count += 1
    return (0.9 if count > 1 else 0.8) if telling else 0.6 if count > 2 else 0.0


def _without_startup(opening: ConnectionStart) -> ProtocolMatch | None:
    """Only a server, or either side mid-stream."""
    client, server = opening.client, opening.server
    if client and not opening.midstream:
        return None
    there = _backend(server) if server else None
    if there is not None and not client and server[:1] not in b"RE" and not opening.midstream:
        return None
    if server[:1] == b"E" and len(server) > 5 and server[5:6] not in b"S":
        return None
    if not client and there and sum(1 for _ in _messages(server, most=3)) < 2:
        return None
    confidence = combine_confidence(_frontend(client) if client else None, there)
    if not confidence:
        return None
    return ProtocolMatch(
        "postgresql",
        confidence,
        detail=_version(server),
        samples=sample_directions("sql", _queries(client, 0), _rows(server)),
    )


def _version(server: bytes) -> str:
    at = server.find(b"server_version\0")
    if at < 0:
        return ""
    value = server[at + 15 : at + 80].split(b"\0", 1)[0]
    return f"PostgreSQL {value.decode('ascii', 'replace')}" if is_text(value) else ""


def _queries(client: bytes, at: int) -> Iterator[bytes]:
    for kind, _, body in _messages(client, at):
        if kind == 0x51:
            yield body.rstrip(b"\0")
        elif kind == 0x50:
            yield body.split(b"\0", 2)[1] if body.count(b"\0") else body
        elif kind == 0x42:
            yield from (cell for cell in _bound(body) if is_text(cell))


def _bound(body: bytes) -> Iterator[bytes]:
    """Parameter values of a Bind message."""
    at = body.find(b"\0", body.find(b"\0") + 1) + 1
    at += 2 + 2 * int.from_bytes(body[at : at + 2])
    yield from _values(body, at)


def _values(body: bytes, at: int) -> Iterator[bytes]:
    count = int.from_bytes(body[at : at + 2])
    at += 2
    for _ in range(min(count, 200)):
        length = int.from_bytes(body[at : at + 4], signed=True)
        at += 4
        if length < 0:
            yield b""
            continue
        if at > len(body):
            return
        yield body[at : at + length]
        at += length


def _rows(server: bytes) -> Iterator[bytes]:
    """One line of column names per RowDescription, and one line per DataRow, with cells separated by tabs."""
    for kind, _, body in _messages(server):
        if kind == 0x54:
            yield b"\t".join(_column_names(body))
        elif kind == 0x44:
            yield b"\t".join(cell if is_text(cell) else b"" for cell in _values(body, 0))


def _column_names(body: bytes) -> Iterator[bytes]:
    at = 2
    for _ in range(min(int.from_bytes(body[:2]), 200)):
        end = body.find(b"\0", at)
        if end < 0:
            return
        yield body[at:end]
        at = end + 19
