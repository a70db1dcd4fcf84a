"""NATS.

Source: https://docs.nats.io/reference/reference-protocols/nats-protocol. The server speaks first: ``INFO`` with a JSON
object. The client answers ``CONNECT`` with one, in TLS if the server requires it. Lines end in CR LF.
"""

import re
from collections.abc import Iterator

from tieback.intake.traffic.interface import ConnectionStart, ProtocolMatch
from tieback.intake.traffic.stores.evidence import combine_confidence, sample_messages
from tieback.intake.traffic.stores.starttls import handshake_at, tls_from

_INFO = re.compile(rb"INFO \{[^\r\n]{0,8000}\"(?:server_id|max_payload|nonce)\"")
_CONNECT = re.compile(rb"CONNECT \{[^\r\n]{0,8000}\"(?:verbose|pedantic|tls_required|lang)\"")
_VERSION = re.compile(rb"\"version\":\s?\"([0-9][0-9A-Za-z.+-]{0,30})\"")
_SUBJECT = rb"[^\s]{1,255}"
_PUBLISH = re.compile(
    rb"(?:H?PUB "
    + _SUBJECT
    + rb"(?: "
    + _SUBJECT
    + rb")?|H?MSG "
    + _SUBJECT
    + rb" [0-9]{1,10}(?: "
    + _SUBJECT
    + rb")?)"
    rb"(?: [0-9]{1,8})? ([0-9]{1,8})\r\n"
)
_LINE = re.compile(
    rb"SUB " + _SUBJECT + rb"(?: " + _SUBJECT + rb")? [0-9A-Za-z]+\r\n|UNSUB [0-9A-Za-z]+(?: [0-9]+)?\r\n"
    rb"|PING\r\n|PONG\r\n|\+OK\r\n|-ERR '[^\r\n]*'\r\n"
)
_MOST = 200


class Nats:
    """NATS, recognised by INFO and CONNECT, or messages mid-stream."""

    name = "nats"
    client_first = b"CPSUH\x16+-"
    server_first = b"IMPH+-"

    def recognise(self, opening: ConnectionStart) -> ProtocolMatch | None:
        """The greeting and the client's response, or publications with their lengths."""
        client, server = opening.client, opening.server
        info = _INFO.match(server)
        turned = info is not None and handshake_at(client, 0)
        if turned:
            end = server.find(b"\r\n") + 2
            return ProtocolMatch(
                self.name,
                combine_confidence(0.9, 1.0),
                encrypted=True,
                tls_client=client,
                tls_server=tls_from(server, end),
                detail=_product(server),
            )
        connect = _CONNECT.match(client)
        if info is None and connect is None and not opening.midstream:
            return None
        here = (1.0 if connect else _chain(client)) if client else None
        there = (1.0 if info else _chain(server)) if server else None
        confidence = combine_confidence(here, there)
        if not confidence:
            return None
        return ProtocolMatch(
            self.name,
            confidence,
            detail=_product(server),
            samples=sample_messages("other", _payloads(client), _payloads(server)),
        )


def _chain(data: bytes) -> float:
    """Weight of lines mid-stream: publications are proof; PING and +OK occur elsewhere."""
    weight = 0.0
    at = 0
    for _ in range(_MOST):
        published = _PUBLISH.match(data, at)
        if published:
            at = published.end() + int(published.group(1)) + 2
            if at <= len(data) and data[at - 2 : at] != b"\r\n":
                return 0.0
            weight = 1.0
            continue
        line = _LINE.match(data, at)
        if line is None:
            return weight if at >= len(data) or (weight and b"\r\n" not in data[at:]) else 0.0
        weight = max(weight, 0.6 if line.group()[:3] in {b"SUB", b"UNS"} else 0.2)
        at = line.end()
    return weight


def _payloads(data: bytes) -> Iterator[bytes]:
    connect = _CONNECT.match(data)
    if connect:
        yield data[8 : data.find(b"\r\n") if b"\r\n" in data else None]
    for number, published in enumerate(_PUBLISH.finditer(data)):
        if number > _MOST:
            return
        yield data[published.end() : published.end() + int(published.group(1))]


def _product(server: bytes) -> str:
    found = _VERSION.search(server, 0, 4096) if server[:4] == b"INFO" else None
    return f"NATS {found.group(1).decode('ascii')}" if found else ""
