"""Kafka.

Source: https://kafka.apache.org/protocol. A request is length, API key, API version, correlation ID, and (except for
old ControlledShutdown) the client's ID as a nullable string. A response is length and the correlation ID of its
request. Both are big-endian. A response that repeats a request's correlation ID distinguishes Kafka from other
length-prefixed protocols.
"""

from collections.abc import Iterator

import msgspec

from tieback.intake.traffic.interface import ConnectionStart, ProtocolMatch
from tieback.intake.traffic.stores.evidence import combine_confidence, is_ascii_text, sample_messages
from tieback.intake.traffic.stores.starttls import record_at

_LONGEST = 200 * 1024 * 1024
_HIGHEST_KEY = 92
_HIGHEST_VERSION = 18
_PRODUCE, _METADATA, _API_VERSIONS = 0, 3, 18
_LONGEST_NAMELESS = 4096
"""Length limit of a request without the client's ID: it is mostly zeros, which other protocols also send."""
_LONGEST_CLIENT_ID = 255
_MOST_FRAMES = 64


class _Request(msgspec.Struct, frozen=True):
    key: int
    version: int
    correlation: int
    client_id: bytes
    length: int
    frame: bytes


class Kafka:
    """Kafka, recognised by requests and their responses."""

    name = "kafka"
    client_first = b"\0\x01\x02\x03"
    server_first = b"\0\x01\x02\x03"

    def recognise(self, opening: ConnectionStart) -> ProtocolMatch | None:
        """Requests whose fields fit, and responses with their correlation IDs."""
        client, server = opening.client, opening.server
        if len(client) < 14:
            return None
        requests = list(_requests(client))
        if not requests:
            return None
        first = requests[0]
        if not first.client_id and (first.key not in {_METADATA, _API_VERSIONS} or first.length > _LONGEST_NAMELESS):
            return None
        weight = 0.9 if any(request.client_id for request in requests) else 0.4
        if first.key == _API_VERSIONS and first.version == 0:
            exact = first.length == 10 + len(first.client_id)
            weight = 1.0 if exact else 0.0
        confidence = combine_confidence(
            weight, _answers(server, {request.correlation for request in requests}) if server else None
        )
        if not confidence:
            return None
        name = next((request.client_id for request in requests if request.client_id), b"").decode("ascii")
        produced = [request.frame for request in requests if request.key == _PRODUCE]
        return ProtocolMatch(
            self.name,
            confidence,
            detail=f"client {name}" if name else "",
            samples=sample_messages("other", produced, []),
        )


def _requests(client: bytes) -> Iterator[_Request]:
    """Consecutive requests; none if the first, or a later complete one, does not fit."""
    found: list[_Request] = []
    at = 0
    while at + 14 <= len(client) and len(found) < _MOST_FRAMES:
        length = int.from_bytes(client[at : at + 4])
        key, version = int.from_bytes(client[at + 4 : at + 6]), int.from_bytes(client[at + 6 : at + 8])
        size = int.from_bytes(client[at + 12 : at + 14], signed=True)
        if not 10 <= length <= _LONGEST or key > _HIGHEST_KEY or version > _HIGHEST_VERSION:
            return
        if not -1 <= size <= min(_LONGEST_CLIENT_ID, length - 10):
            return
        client_id = client[at + 14 : at + 14 + max(size, 0)]
        if client_id and not is_ascii_text(client_id):
            return
        found.append(
            _Request(
                key,
                version,
                int.from_bytes(client[at + 8 : at + 12]),
                client_id,
                length,
                client[at + 14 : at + 4 + length],
            )
        )
        at += 4 + length
    yield from found


def _answers(server: bytes, asked: set[int]) -> float:
    at = known = seen = 0
    while at + 8 <= len(server) and seen < _MOST_FRAMES:
        length = int.from_bytes(server[at : at + 4])
        if not 4 <= length <= _LONGEST or record_at(server, at):
            return 0.0
        seen += 1
        known += int.from_bytes(server[at + 4 : at + 8]) in asked
        at += 4 + length
    return 0.0 if not known else 1.0 if known * 2 >= seen else 0.6
