"""AMQP 0-9-1 (RabbitMQ) and 1.0.

Source: https://www.rabbitmq.com/resources/specs/amqp0-9-1.pdf, section 2.3; OASIS AMQP 1.0, parts 2 and 5. A client
opens with ``AMQP`` and a version. Protocol ID 2 of version 1.0 requests TLS, 3 requests SASL, and the server repeats
the one that it accepts. A 0-9-1 frame is type, channel, size, payload and the octet 0xCE, so AMQP is also recognised
mid-stream.
"""

from collections.abc import Iterator

from tieback.intake.traffic.interface import ConnectionStart, ProtocolMatch
from tieback.intake.traffic.stores.evidence import combine_confidence, is_text, sample_messages
from tieback.intake.traffic.stores.starttls import handshake_at, tls_from

_HEADERS = {
    b"AMQP\0\0\x09\x01": "AMQP 0-9-1",
    b"AMQP\x01\x01\0\x09": "AMQP 0-9",
    b"AMQP\x01\x01\x08\0": "AMQP 0-8",
    b"AMQP\x01\x01\0\x0a": "AMQP 0-10",
    b"AMQP\0\x01\0\0": "AMQP 1.0",
    b"AMQP\x02\x01\0\0": "AMQP 1.0",
    b"AMQP\x03\x01\0\0": "AMQP 1.0",
}
_TLS_HEADER = b"AMQP\x02\x01\0\0"
_METHOD, _HEADER, _BODY, _HEARTBEAT = 1, 2, 3, 8
_CLASSES = frozenset({10, 20, 30, 40, 50, 60, 85, 90})
_HIGHEST_METHOD = 120
_LONGEST_FRAME = 16 * 1024 * 1024
_END = 0xCE
_MOST_FRAMES = 200


class Amqp:
    """AMQP, recognised by its protocol header, the server's start, or frames mid-stream."""

    name = "amqp"
    client_first = b"A\x01\x02\x03\x08\0"
    server_first = b"A\x01\x02\x03\x08\0"

    def recognise(self, opening: ConnectionStart) -> ProtocolMatch | None:
        """Protocol header and the following bytes, or chains of frames."""
        client, server = opening.client, opening.server
        version = _HEADERS.get(client[:8]) if client[:4] == b"AMQP" else None
        if client[:4] == b"AMQP" and version is None:
            return None
        if version is None and not opening.midstream and client:
            return None
        if client[:8] == _TLS_HEADER:
            return _tls(client, server)
        here = 1.0 if version else _chain(client) if client else None
        there = _server(server) if server else None
        if version is None and (here or 0.0) < 0.7 and (there or 0.0) < 0.7:
            return None
        confidence = combine_confidence(here, there)
        if not confidence:
            return None
        return ProtocolMatch(
            self.name,
            confidence,
            detail=_product(server) or version or "AMQP 0-9-1",
            samples=sample_messages("other", _bodies(client, 8 if version else 0), _bodies(server, 0)),
        )


def _tls(client: bytes, server: bytes) -> ProtocolMatch | None:
    accepted = server[:8] == _TLS_HEADER
    if server and not accepted and server[:4] != b"AMQP":
        return None
    turned = handshake_at(client, 8) and (accepted or not server)
    return ProtocolMatch(
        "amqp",
        combine_confidence(1.0, 1.0 if server else None),
        encrypted=turned,
        tls_client=client[8:] if turned else b"",
        tls_server=tls_from(server, 8) if turned else b"",
        detail="AMQP 1.0",
    )


def _server(server: bytes) -> float:
    """Weight of the server's protocol header (1.0, or a refusal), or of frames that begin with Connection.Start."""
    if server[:4] == b"AMQP":
        return 1.0 if server[:8] in _HEADERS else 0.0
    return _chain(server)


def _frames(data: bytes, at: int) -> Iterator[tuple[int, bytes, bool, bool]]:
    """Type, payload, true if it fits, and true if it has its end octet; ends at the first frame that does not fit."""
    for _ in range(_MOST_FRAMES):
        if at + 8 > len(data):
            return
        kind, size = data[at], int.from_bytes(data[at + 3 : at + 7])
        end = at + 7 + size
        payload = data[at + 7 : end]
        fits = kind in {_METHOD, _HEADER, _BODY, _HEARTBEAT} and size <= _LONGEST_FRAME
        if fits and end < len(data):
            fits = data[end] == _END
        if fits and kind == _METHOD:
            fits = int.from_bytes(payload[:2]) in _CLASSES and 10 <= int.from_bytes(payload[2:4]) <= _HIGHEST_METHOD
        elif fits and kind == _HEADER:
            fits = int.from_bytes(payload[:2]) in _CLASSES and payload[2:4] == b"\0\0" and size >= 14
        elif fits and kind == _HEARTBEAT:
            fits = size == 0
        yield kind, payload, fits, end < len(data)
        if not fits:
            return
        at = end + 1


def _chain(data: bytes) -> float:
    """Weight of consecutive frames: one complete frame with its end octet is a sign, two are proof."""
    whole = 0
    for kind, _, fits, ended in _frames(data, 0):
        if not fits:
            return 0.0
        whole += 1 if ended and kind != _HEARTBEAT else 0
        if whole >= 8:
            break
    return 1.0 if whole > 1 else 0.8 if whole else 0.5


def _bodies(data: bytes, at: int) -> Iterator[bytes]:
    for kind, payload, fits, _ in _frames(data, at):
        if fits and kind == _BODY:
            yield payload


def _product(server: bytes) -> str:
    """``product`` and ``version`` of Connection.Start's server properties."""
    found: list[str] = []
    for key in (b"\x07productS", b"\x07versionS"):
        at = server.find(key, 0, 2048)
        size = int.from_bytes(server[at + 9 : at + 13])
        value = server[at + 13 : at + 13 + size]
        if at >= 0 and 0 < size < 80 and is_text(value):
            found.append(value.decode("utf-8", "replace"))
    return " ".join(found)
