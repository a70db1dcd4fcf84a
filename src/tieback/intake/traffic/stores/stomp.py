"""STOMP 1.0 to 1.2 (ActiveMQ, RabbitMQ's plug-in).

Source: https://stomp.github.io/stomp-specification-1.2.html. A frame is a command, header lines, an empty line, a body,
and a zero byte; there are only line ends between frames.
"""

import re
from collections.abc import Iterator

from tieback.intake.traffic.interface import ConnectionStart, ProtocolMatch
from tieback.intake.traffic.stores.evidence import combine_confidence, sample_messages

_HEADERS = rb"\r?\n(?:[^\0\r\n:]{1,200}:[^\0\r\n]{0,4000}\r?\n){0,60}\r?\n"
_OPEN = re.compile(rb"(?:CONNECT|STOMP)" + _HEADERS + rb"\0")
_CLIENT = re.compile(rb"\n*(?:SEND|SUBSCRIBE|UNSUBSCRIBE|ACK|NACK|BEGIN|COMMIT|ABORT|DISCONNECT)" + _HEADERS)
_CONNECTED = re.compile(rb"CONNECTED" + _HEADERS + rb"\0")
_SERVER = re.compile(rb"\n*(?:MESSAGE|RECEIPT|ERROR)" + _HEADERS)
_PRODUCT = re.compile(rb"\nserver:([\x20-\x7e]{1,100})")
_MOST = 100


class Stomp:
    """STOMP, recognised by its frames."""

    name = "stomp"
    client_first = b"CSUANBD\n"
    server_first = b"CMRE\n"

    def recognise(self, opening: ConnectionStart) -> ProtocolMatch | None:
        """CONNECT and CONNECTED with their headers, or other frames mid-stream."""
        client, server = opening.client, opening.server
        opened = _OPEN.match(client) if client else None
        if client and opened is None and not opening.midstream:
            return None
        here = (1.0 if opened else 0.8 if _CLIENT.match(client) else 0.0) if client else None
        there = _server(server) if server else None
        confidence = combine_confidence(here, there)
        if not confidence:
            return None
        product = _PRODUCT.search(server, 0, 2048)
        return ProtocolMatch(
            self.name,
            confidence,
            detail=product.group(1).decode("ascii") if product else "",
            samples=sample_messages("other", _frames(client), _frames(server)),
        )


def _server(server: bytes) -> float:
    if _CONNECTED.match(server):
        return 1.0
    return 0.8 if _SERVER.match(server) else 0.0


def _frames(data: bytes) -> Iterator[bytes]:
    for number, frame in enumerate(data.split(b"\0", _MOST)):
        if number < _MOST and frame.strip():
            yield frame.strip(b"\r\n")
